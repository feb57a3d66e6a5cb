/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a provider document that is Dify's: identity, kind, and the schemas of forms. Keys that are
 * not listed here belong to plugin code and are passed over.
 */
#include <stdio.h>
#include <string.h>

#include "domain/provider_read.h"

static const char *const field_words[] = {
	[FIELD_SECRET] = "secret-input",
	[FIELD_TEXT] = "text-input",
	[FIELD_SELECT] = "select",
	[FIELD_BOOLEAN] = "boolean",
	[FIELD_MODEL_SELECTOR] = "model-selector",
	[FIELD_APP_SELECTOR] = "app-selector",
	[FIELD_TOOLS] = "array[tools]",
};

/* Reads map[key] into *at when it is there. */
static void read_key(struct parse *ps, const struct yamlr_node *map, const char *key,
	parse_reader *read, void *at)
{
	const struct yamlr_node *node = yamlr_get(map, key);

	if (!yamlr_is_null(node))
		read(ps, node, at);
}

static void read_option(struct parse *ps, const struct yamlr_node *node, struct field_option *out)
{
	out->value = "";
	if (yamlr_get(node, "value"))
		read_text(ps, yamlr_get(node, "value"), &out->value);
	else
		parse_fail(ps, node, "an option has no \"value\"");
	read_key(ps, node, "label", read_words, &out->label);
}

static void read_options(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct field *field = at;

	if (node->kind != YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a list");
		return;
	}
	field->options = parse_list(ps, node, sizeof(*field->options));
	if (!field->options)
		return;
	for (const struct yamlr_node *child = node->first; child; child = child->next)
		read_option(ps, child, &field->options[field->n_options++]);
}

static void read_default(struct parse *ps, const struct yamlr_node *map, struct field *field)
{
	const struct yamlr_node *node = yamlr_get(map, "default");
	bool on;

	if (yamlr_is_null(node))
		return;
	read_text(ps, node, &field->default_value);
	if (field->kind == FIELD_SELECT && field->default_value &&
		!field_has_option(field, field->default_value))
		parse_fail(ps, node, "is none of the options");
	if (field->kind != FIELD_BOOLEAN)
		return;
	if (yamlr_bool(node, &on) != RC_OK)
		parse_fail(ps, node, "must be true or false");
	else
		field->default_value = on ? "true" : "false";
}

static bool is_field_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len < FIELDSET_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static void read_field(
	struct parse *ps, const struct yamlr_node *node, const char *name, struct field *out)
{
	const struct yamlr_node *type = yamlr_get(node, "type");

	if (!name || !is_field_name(name))
		parse_fail(ps, node, "a field needs a name of letters, digits, _ and -");
	out->name = name && !ps->rc ? parse_copy(ps, name, strlen(name)) : "";
	if (!type)
		parse_fail(ps, node, "field \"%.100s\" has no type", name ? name : "");
	else
		out->kind = (enum field_kind)parse_word(
			ps, type, field_words, sizeof(field_words) / sizeof(*field_words));
	read_key(ps, node, "required", read_bool, &out->required);
	read_key(ps, node, "label", read_words, &out->label);
	read_key(ps, node, "help", read_words, &out->help);
	read_key(ps, node, "placeholder", read_words, &out->placeholder);
	read_key(ps, node, "url", read_help_url, &out->url);
	read_key(ps, node, "options", read_options, out);
	if (out->kind == FIELD_SELECT && out->n_options == 0)
		parse_fail(ps, node, "select \"%.100s\" has no options", name ? name : "");
	read_default(ps, node, out);
}

/* A list of entries with "name", or a mapping whose keys are the names: both are in use. */
static void read_schema(struct parse *ps, const struct yamlr_node *node, void *at)
{
	bool by_key = node->kind == YAMLR_MAPPING;
	struct schema *out = at;

	if (node->kind == YAMLR_SCALAR) {
		parse_fail(ps, node, "must be a list of fields");
		return;
	}
	out->fields = parse_list(ps, node, sizeof(*out->fields));
	out->n = 0;
	if (!out->fields)
		return;
	for (const struct yamlr_node *child = node->first; child; child = child->next) {
		const char *name = by_key ? child->key : yamlr_text(yamlr_get(child, "name"));

		if (child->kind != YAMLR_MAPPING)
			parse_fail(ps, child, "a field must be a mapping");
		else if (name && schema_find(out, name))
			parse_fail(ps, child, "field \"%.100s\" is there twice", name);
		else
			read_field(ps, child, name, &out->fields[out->n++]);
		if (ps->rc)
			return;
	}
}

static void read_oauth_schema(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *node = yamlr_get(root, "oauth_schema");

	if (!yamlr_is_null(node) && node->kind != YAMLR_MAPPING)
		parse_fail(ps, node, "must be a mapping");
	read_key(ps, node, "client_schema", read_schema, &out->client_schema);
	read_key(ps, node, "credentials_schema", read_schema, &out->oauth_credentials_schema);
	out->has_oauth = out->client_schema.n > 0; /* "oauth_schema: {}" means no OAuth */
}

static void read_schemas(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *constructor = yamlr_get(root, "subscription_constructor");

	if (out->kind == PROVIDER_TRIGGER && constructor && constructor->kind == YAMLR_MAPPING)
		root = constructor;
	read_key(ps, root, "credentials_schema", read_schema, &out->api_key_schema);
	if (out->api_key_schema.n == 0)
		read_key(ps, root, "credentials_for_provider", read_schema, &out->api_key_schema);
	out->has_api_key = out->api_key_schema.n > 0;
	read_oauth_schema(ps, root, out);
	if (out->has_oauth)
		out->missing = "no grantry.oauth section";
}

static enum provider_kind kind_of(const struct yamlr_node *root)
{
	static const struct {
		const char *key;
		enum provider_kind kind;
	} signs[] = {
		{"datasources", PROVIDER_DATASOURCE},
		{"provider_type", PROVIDER_DATASOURCE},
		{"subscription_constructor", PROVIDER_TRIGGER},
		{"subscription_schema", PROVIDER_TRIGGER},
		{"provider_credential_schema", PROVIDER_MODEL},
		{"model_credential_schema", PROVIDER_MODEL},
		{"supported_model_types", PROVIDER_MODEL},
		{"endpoints", PROVIDER_EXTENSION},
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (yamlr_get(root, signs[i].key))
			return signs[i].kind;
	return PROVIDER_TOOL;
}

static void read_kind(struct parse *ps, const struct yamlr_node *node, void *at)
{
	if (!yamlr_text(node) || provider_kind_parse(yamlr_text(node), at) != RC_OK)
		parse_fail(ps, node, "must be datasource, tool, trigger, model or extension");
}

/* The plugin's id lies in a manifest that Dify keeps beside the document. Where our section does not give
 * it, the author and the provider's own name stand in. */
static void read_ids(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *identity = yamlr_get(root, "identity");
	const struct yamlr_node *grantry = yamlr_get(root, "grantry");
	const char *author = yamlr_text(yamlr_get(identity, "author"));

	if (!yamlr_text(yamlr_get(identity, "name")))
		parse_fail(
			ps, identity ? identity : root, "\"identity\" with a \"name\" is missing");
	read_key(ps, identity, "name", read_id, &out->name);
	out->kind = kind_of(root);
	read_key(ps, grantry, "kind", read_kind, &out->kind);
	out->org = author && provider_id_is_valid(author) ? parse_copy(ps, author, strlen(author))
							  : "unknown";
	out->plugin = out->name;
	read_key(ps, grantry, "org", read_id, &out->org);
	read_key(ps, grantry, "plugin", read_id, &out->plugin);
	if (ps->ours && !yamlr_get(grantry, "org"))
		parse_fail(ps, grantry, "\"org\" is missing");
	if (ps->ours && !yamlr_get(grantry, "plugin"))
		parse_fail(ps, grantry, "\"plugin\" is missing");
}

static void join_ids(struct parse *ps, struct provider *out)
{
	char id[3 * 65];
	int plugin_len;

	if (ps->rc)
		return;
	plugin_len = snprintf(id, sizeof(id), "%s/%s", out->org, out->plugin);
	out->plugin_id = parse_copy(ps, id, (size_t)plugin_len);
	snprintf(id + plugin_len, sizeof(id) - (size_t)plugin_len, "/%s", out->name);
	out->id = parse_copy(ps, id, strlen(id));
}

/* "help: {title: …, url: {en_US: https://…}}": where the keys are made. */
static void read_help(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *urls = yamlr_get(yamlr_get(root, "help"), "url");
	const char *first = NULL;

	if (urls && urls->kind == YAMLR_SCALAR && !yamlr_is_null(urls))
		read_help_url(ps, urls, &first);
	for (const struct yamlr_node *node = urls ? urls->first : NULL; node; node = node->next) {
		const char *url = NULL;

		read_help_url(ps, node, &url);
		if (!first)
			first = url;
	}
	out->oauth.setup_url = first;
}

static void read_identity(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *identity = yamlr_get(root, "identity");

	read_ids(ps, root, out);
	join_ids(ps, out);
	read_key(ps, identity, "label", read_words, &out->label);
	read_key(ps, identity, "description", read_words, &out->description);
	if (out->label.n == 0 && out->name) {
		out->label.items = parse_alloc(ps, sizeof(*out->label.items));
		if (!out->label.items)
			return;
		out->label.items[out->label.n++] = (struct i18n_item){"en_US", out->name};
	}
}

/* The first letter of the name, for a tile without a picture: one whole UTF-8 character. */
static void default_icon(struct parse *ps, struct provider *out)
{
	const char *label = i18n_text(&out->label, "en_US");
	size_t len = 1;
	char letter[8];

	if (out->icon_letter)
		return;
	while (len < 4 && ((unsigned char)label[len] & 0xc0) == 0x80)
		len++;
	memcpy(letter, label, *label == '\0' ? 0 : len);
	letter[*label == '\0' ? 0 : len] = '\0';
	if (letter[0] >= 'a' && letter[0] <= 'z')
		letter[0] = (char)(letter[0] - 'a' + 'A');
	out->icon_letter = parse_copy(ps, letter, strlen(letter));
}

struct provider *document_read(struct parse *ps, const struct yamlr_node *root)
{
	const struct yamlr_node *grantry = yamlr_get(root, "grantry");
	struct provider *out = parse_alloc(ps, sizeof(*out));

	if (!out)
		return NULL;
	if (!root || root->kind != YAMLR_MAPPING) {
		parse_fail(ps, root, "is no provider document");
		return NULL;
	}
	ps->ours = !yamlr_is_null(grantry);
	if (ps->ours && grantry->kind != YAMLR_MAPPING)
		parse_fail(ps, grantry, "must be a mapping");
	read_identity(ps, root, out);
	read_help(ps, root, out);
	read_schemas(ps, root, out);
	if (ps->ours && !ps->rc)
		recipe_read(ps, grantry, out);
	if (!ps->rc)
		default_icon(ps, out);
	return ps->rc ? NULL : out;
}
