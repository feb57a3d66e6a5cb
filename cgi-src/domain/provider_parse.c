/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a provider document that is Dify's: identity, kind, and the schemas of forms. Keys that are
 * not listed here belong to plugin code and are passed over.
 */
#include <stdio.h>
#include <string.h>

#include "domain/provider_read.h"

/* --- which kind --- */

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
		{"settings", PROVIDER_EXTENSION},
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

/* --- schemas --- */

static void read_oauth_schema(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	static const char *const known[] = {"client_schema", "credentials_schema", NULL};
	const struct yamlr_node *node = yamlr_get(root, "oauth_schema");

	if (!yamlr_is_null(node) && node->kind != YAMLR_MAPPING)
		parse_fail(ps, node, "must be a mapping");
	note_unknown(ps, node, known);
	read_key(ps, node, "client_schema", read_schema, &out->client_schema);
	read_key(ps, node, "credentials_schema", read_schema, &out->oauth_credentials_schema);
	out->has_oauth = out->client_schema.n > 0; /* "oauth_schema: {}" means no OAuth */
	if (out->has_oauth)
		out->missing = "no grantry.oauth section";
}

static void read_key_schema(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	read_key(ps, root, "credentials_schema", read_schema, &out->api_key_schema);
	if (out->api_key_schema.n == 0)
		read_key(ps, root, "credentials_for_provider", read_schema, &out->api_key_schema);
}

/* What makes a subscription needs credentials; where nothing makes it, people fill in what it holds. */
static void read_trigger(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	static const char *const known[] = {
		"credentials_schema", "oauth_schema", "parameters", "extra", NULL};
	const struct yamlr_node *constructor = yamlr_get(root, "subscription_constructor");
	bool made = constructor && constructor->kind == YAMLR_MAPPING;

	if (made)
		note_unknown(ps, constructor, known);
	read_key_schema(ps, made ? constructor : root, out);
	read_oauth_schema(ps, made ? constructor : root, out);
	read_key(ps, root, "subscription_schema", read_schema, &out->subscription_schema);
	if (!out->api_key_schema.n && !out->has_oauth)
		out->api_key_schema = out->subscription_schema;
}

static void read_schemas(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	if (out->kind == PROVIDER_MODEL)
		read_model_schemas(ps, root, out);
	else if (out->kind == PROVIDER_TRIGGER)
		read_trigger(ps, root, out);
	else if (out->kind == PROVIDER_EXTENSION)
		read_key(ps, root, "settings", read_schema, &out->api_key_schema);
	if (!out->api_key_schema.n && out->kind != PROVIDER_TRIGGER)
		read_key_schema(ps, root, out);
	if (out->kind != PROVIDER_TRIGGER)
		read_oauth_schema(ps, root, out);
	out->has_api_key = out->api_key_schema.n || out->model_schema.n;
}

/* --- who it is --- */

/* The plugin's id lies in the manifest. Where there is none and our section does not give it, the author and the
 * provider's own name stand in. */
static void read_plugin(struct parse *ps, const struct yamlr_node *grantry, const char *author,
	struct provider *out)
{
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

static void read_ids(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *identity = yamlr_get(root, "identity");
	const struct yamlr_node *grantry = ps->plugin ? NULL : yamlr_get(root, "grantry");
	const char *key = yamlr_text(yamlr_get(identity, "name")) ? "name" : "provider";

	out->kind = ps->plugin ? ps->plugin->kind : kind_of(root);
	read_key(ps, grantry, "kind", read_kind, &out->kind);
	/* a model's document has its name at the top; that of an extension has none */
	read_key(ps, *key == 'n' ? identity : root, key, read_id, &out->name);
	if (!out->name && ps->plugin && out->kind == PROVIDER_EXTENSION)
		out->name = ps->plugin->name;
	if (!out->name)
		parse_fail(
			ps, identity ? identity : root, "\"identity\" with a \"name\" is missing");
	if (ps->plugin) {
		out->org = ps->plugin->org;
		out->plugin = ps->plugin->name;
	} else {
		read_plugin(ps, grantry, yamlr_text(yamlr_get(identity, "author")), out);
	}
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
	static const char *const known[] = {
		"author", "name", "label", "description", "icon", "icon_dark", "tags", NULL};
	const struct yamlr_node *identity = yamlr_get(root, "identity");

	read_ids(ps, root, out);
	join_ids(ps, out);
	note_unknown(ps, identity, known);
	if (!identity && ps->plugin && out->kind == PROVIDER_EXTENSION)
		identity = ps->plugin->manifest;
	else if (!yamlr_get(identity, "label"))
		identity = root;
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

static void note_document(struct parse *ps, const struct yamlr_node *root)
{
	static const char *const known[] = {"identity", "grantry", "provider", "label",
		"description", "help", "background", "icon", "icon_small", "icon_large",
		"icon_small_dark", "icon_large_dark", "extra", "credentials_schema",
		"credentials_for_provider", "oauth_schema", "tools", "datasources", "provider_type",
		"events", "subscription_schema", "subscription_constructor",
		"supported_model_types", "configurate_methods", "models", "position",
		"provider_credential_schema", "model_credential_schema", "settings", "endpoints",
		NULL};

	note_unknown(ps, root, known);
}

/* Our own definition may ask an OAuth client for more than the plugin does, or insist where the plugin leaves a choice:
 * its recipe needs it. */
static void add_client_fields(struct parse *ps, const struct schema *ours, struct schema *out)
{
	struct field *fields = parse_alloc(ps, (out->n + ours->n + 1) * sizeof(*fields));

	if (!fields)
		return;
	memcpy(fields, out->fields, out->n * sizeof(*fields));
	out->fields = fields;
	for (size_t i = 0; i < ours->n; i++) {
		const struct field *theirs = schema_find(out, ours->fields[i].name);

		if (theirs)
			fields[theirs - out->fields].required |= ours->fields[i].required;
		else if (out->n < PROVIDER_ITEMS_MAX)
			fields[out->n++] = ours->fields[i];
	}
}

/* A plugin's form may be of any make. Where our definition has the field, what it calls a secret stays one, for keys may
 * be stored already, and the defaults are ours: they stand for what nobody typed, and may say where requests go. */
static void hold_fields(const struct schema *ours, struct schema *out)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct field *own = schema_find(ours, out->fields[i].name);
		struct field *field = &out->fields[i];
		const char *text = own ? own->default_value : NULL;

		if (!own)
			continue;
		if (own->kind == FIELD_SECRET && field->kind != FIELD_SECRET) {
			field->kind = FIELD_SECRET;
			field->n_options = 0;
		}
		field->default_value =
			text && field->n_options && !field_has_option(field, text) ? NULL : text;
	}
}

/* Of the document itself, or of our own definition of the plugin's provider. */
static void read_recipe(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	const struct yamlr_node *grantry;
	const struct provider *ours = NULL;

	if (ps->rc)
		return;
	if (ps->plugin)
		grantry = ps->plugin->recipe_of(ps->plugin->arg, out->id, &ours);
	else
		grantry = yamlr_get(root, "grantry");
	if (yamlr_is_null(grantry))
		return;
	if (ours) {
		ps->recipe_file = out->recipe_file = ours->file;
		out->fingerprint = ours->fingerprint;
		hold_fields(&ours->api_key_schema, &out->api_key_schema);
		hold_fields(&ours->model_schema, &out->model_schema);
		hold_fields(&ours->client_schema, &out->client_schema);
		if (out->has_oauth)
			add_client_fields(ps, &ours->client_schema, &out->client_schema);
	}
	ps->ours = true;
	recipe_read(ps, grantry, out);
}

struct provider *document_read(struct parse *ps, const struct yamlr_node *root)
{
	const struct yamlr_node *grantry = ps->plugin ? NULL : yamlr_get(root, "grantry");
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
	out->imported = ps->plugin != NULL;
	read_identity(ps, root, out);
	read_help(ps, root, out);
	read_schemas(ps, root, out);
	note_document(ps, root);
	read_recipe(ps, root, out);
	if (!ps->rc)
		default_icon(ps, out);
	return ps->rc ? NULL : out;
}
