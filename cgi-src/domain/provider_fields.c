/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider file says about fields beyond Dify's part: which values they take, when they count, and
 * values computed from them.
 */
#include <string.h>

#include "domain/allowed.h"
#include "domain/provider_read.h"

/* --- constraints --- */

static void read_pattern(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !allowed_pattern_is_valid(*(const char **)at))
		parse_fail(ps, node, "is no extended regular expression");
}

static void read_hosts(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct field_rule *out = at;

	if (node->kind != YAMLR_SEQUENCE || node->n == 0) {
		parse_fail(ps, node, "must be a list of hosts");
		return;
	}
	out->hosts.items = parse_list(ps, node, sizeof(*out->hosts.items));
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		const char *text = yamlr_text(child);

		if (text && strcmp(text, "operator") == 0)
			out->operator_hosts = true;
		else if (!text || !allowed_host_is_valid(text))
			parse_fail(ps, child,
				"must be hosts such as example.com or *.example.com, or "
				"\"operator\"");
		else
			read_text(ps, child, &out->hosts.items[out->hosts.n++]);
	}
}

static void read_field_format(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[FORMAT_TEXT] = "text",
		[FORMAT_JSON] = "json",
		[FORMAT_URL] = "url",
		[FORMAT_NUMBER] = "number"};

	*(enum field_format *)at = (enum field_format)parse_word(ps, node, words, 4);
}

static void read_number(struct parse *ps, const struct yamlr_node *node, void *at)
{
	if (yamlr_int(node, at) != RC_OK)
		parse_fail(ps, node, "must be a whole number");
}

static void read_rule(struct parse *ps, const struct yamlr_node *node, struct field_rule *out)
{
	static const struct member members[] = {
		MEMBER("pattern", read_pattern, struct field_rule, pattern),
		MEMBER("message", read_words, struct field_rule, message),
		SECTION("hosts", read_hosts),
		MEMBER("format", read_field_format, struct field_rule, format),
		MEMBER("min", read_number, struct field_rule, min),
		MEMBER("max", read_number, struct field_rule, max),
		MEMBER("when", read_conditions, struct field_rule, when),
	};
	bool bounded = yamlr_get(node, "min") || yamlr_get(node, "max");

	out->min = INT64_MIN;
	out->max = INT64_MAX;
	PARSE_MEMBERS(ps, node, members, out);
	if (out->message.n && !out->pattern)
		parse_fail(ps, node, "\"message\" is what \"pattern\" says");
	if (bounded && out->format != FORMAT_NUMBER)
		parse_fail(ps, node, "\"min\" and \"max\" need \"format: number\"");
	if (out->min > out->max)
		parse_fail(ps, node, "\"min\" is more than \"max\"");
	if ((yamlr_get(node, "hosts") || out->pattern) &&
		(out->format == FORMAT_JSON || out->format == FORMAT_NUMBER))
		parse_fail(ps, node, "a JSON document or a number has no pattern and no hosts");
}

/* A condition names a field that the form shows before, so that no two wait for each other. A plugin's own document
 * may have them in another order. */
static void check_order(
	struct parse *ps, const struct yamlr_node *node, const struct schema *schema, size_t at)
{
	const struct conditions *when = &schema->fields[at].rule.when;

	check_conditions(ps, node, when, schema, NULL);
	for (size_t i = 0; !ps->rc && !ps->plugin && i < when->n; i++)
		if (schema_find(schema, when->items[i].field) >= &schema->fields[at])
			parse_fail(ps, node, "\"when\" names \"%.80s\", which must come before it",
				when->items[i].field);
}

/* What the schema itself says stays where the rule says nothing. */
static void take_rule(struct field_rule *of_schema, const struct field_rule *rule)
{
	struct field_rule before = *of_schema;

	*of_schema = *rule;
	if (rule->when.n == 0)
		of_schema->when = before.when;
	if (rule->format != FORMAT_TEXT)
		return;
	of_schema->format = before.format;
	of_schema->min = before.min;
	of_schema->max = before.max;
}

static bool apply_rule(struct parse *ps, const struct yamlr_node *node, struct schema *schema,
	const struct field_rule *rule)
{
	for (size_t i = 0; i < schema->n; i++) {
		if (strcmp(schema->fields[i].name, node->key) != 0)
			continue;
		take_rule(&schema->fields[i].rule, rule);
		check_order(ps, node, schema, i);
		return true;
	}
	return false;
}

void read_field_rules(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct provider *out = at;

	if (node->kind != YAMLR_MAPPING) {
		parse_fail(ps, node, "must be a mapping from fields to what they take");
		return;
	}
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		struct schema *const schemas[] = {&out->api_key_schema, &out->model_schema,
			&out->client_schema, &out->oauth_credentials_schema};
		struct field_rule rule = {0};
		bool found = false;

		read_rule(ps, child, &rule);
		for (size_t i = 0; !ps->rc && i < 4; i++)
			found |= apply_rule(ps, child, schemas[i], &rule);
		if (!found && !ps->plugin) /* else this version of the plugin has no such field */
			parse_fail(ps, child, "there is no such field");
	}
}

/* --- derived values --- */

static void read_plain(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);

	if (text && strstr(text, "{{"))
		parse_fail(ps, node, "must be a plain text, without placeholders");
	else
		read_text(ps, node, at);
}

static void read_texts(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_plain, at);
}

static void read_suffixes(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct derived *out = at;

	out->suffixes.items = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->suffixes.items),
		read_plain, &out->suffixes.n);
	if (out->suffixes.n == 0)
		parse_fail(ps, node, "must be a list of texts");
}

/* How many of the ways are named; how tells the last. */
static int count_ways(const struct yamlr_node *node, enum derive_how *how)
{
	static const char *const keys[] = {[DERIVE_MAP] = "map",
		[DERIVE_ENDS] = "ends",
		[DERIVE_POINTER] = "pointer",
		[DERIVE_STRIP] = "strip_suffix"};
	int n = 0;

	for (int i = 0; i < 4; i++) {
		if (yamlr_is_null(yamlr_get(node, keys[i])))
			continue;
		*how = (enum derive_how)i;
		n++;
	}
	return n;
}

static void read_derived(struct parse *ps, const struct yamlr_node *node, struct derived *out)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("from", read_template, struct derived, from),
		MEMBER("map", read_texts, struct derived, texts),
		MEMBER("ends", read_texts, struct derived, texts),
		MEMBER("pointer", read_pointers, struct derived, pointers),
		SECTION("strip_suffix", read_suffixes),
		MEMBER("default", read_plain, struct derived, fallback),
	};

	PARSE_MEMBERS(ps, node, members, out);
	if (!ps->rc && count_ways(node, &out->how) != 1)
		parse_fail(
			ps, node, "needs one of \"map\", \"ends\", \"pointer\", \"strip_suffix\"");
	if (!ps->rc && out->fallback && !derived_is_fixed(out))
		parse_fail(ps, node, "only \"map\" and \"ends\" have a \"default\"");
}

/* The same names as fields of forms have. */
static bool is_name(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len < FIELDSET_NAME_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static void read_space(struct parse *ps, const struct yamlr_node *node, const char *space,
	const struct schema *schema, struct derives *out)
{
	struct derived *grown;

	if (node->kind != YAMLR_MAPPING) {
		parse_fail(ps, node, "must be a mapping from names to what they are made of");
		return;
	}
	grown = parse_alloc(ps, (out->n + node->n + 1) * sizeof(*grown));
	if (!grown || out->n + node->n > PROVIDER_ITEMS_MAX) {
		parse_fail(ps, node, "has more than %d items", PROVIDER_ITEMS_MAX);
		return;
	}
	if (out->n)
		memcpy(grown, out->items, out->n * sizeof(*grown));
	out->items = grown;
	ps->spaces = space;
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		struct derived *item = &out->items[out->n];

		item->space = space;
		item->name = parse_copy(ps, child->key, strlen(child->key));
		if (!is_name(child->key))
			parse_fail(ps, child, "a name consists of letters, digits, _ and -");
		else if (schema_find(schema, child->key))
			parse_fail(ps, child, "there is a field of this name already");
		read_derived(ps, child, item);
		out->n++;
	}
}

/* ps->derives is set afterwards: a derived value is made of fields, never of another. */
void read_derives(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct provider *out = at;

	if (node->kind != YAMLR_MAPPING) {
		parse_fail(ps, node, "must be a mapping");
		return;
	}
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		if (strcmp(child->key, "client") == 0)
			read_space(ps, child, "client", &out->client_schema, &out->derives);
		else if (strcmp(child->key, "credential") == 0)
			read_space(ps, child, "credential", &out->api_key_schema, &out->derives);
		else
			parse_fail(ps, child, "must be client or credential");
	}
	ps->spaces = "";
	ps->derives = &out->derives;
}
