/* SPDX-License-Identifier: Apache-2.0
 *
 * The grantry section: what Dify leaves to plugin code, as data. docs/providers.md is the vocabulary for
 * people; the tables here are the same for the machine.
 */
#include <string.h>

#include "domain/provider_read.h"

/* --- keys --- */

static void check_api_key(
	struct parse *ps, const struct yamlr_node *node, const struct provider *out)
{
	if ((out->api_key_checks.n || out->mint) && out->api_key_unchecked.n)
		parse_fail(ps, node, "\"unchecked\" and a check or mint exclude each other");
	if (!out->api_key_checks.n && !yamlr_is_null(yamlr_get(node, "identity")) &&
		!out->api_key_identity.request.method)
		parse_fail(ps, node, "\"identity\" needs a check or a request of its own");
}

/* What is minted may stand in the requests that come after it. */
static void read_api_key(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member first[] = {
		MEMBER("mint", read_mint, struct provider, mint),
		MEMBER("unchecked", read_words, struct provider, api_key_unchecked),
		SECTION("check", read_nothing),
		SECTION("identity", read_nothing),
	};
	static const struct member then[] = {
		SECTION("mint", read_nothing),
		SECTION("unchecked", read_nothing),
		MEMBER("check", read_checks, struct provider, api_key_checks),
		MEMBER("identity", read_identity_recipe, struct provider, api_key_identity),
	};
	struct provider *out = at;

	if (ps->plugin && !out->has_api_key)
		return; /* this version of the plugin has no such form */
	if (!out->has_api_key)
		parse_fail(ps, node, "there is no credentials_schema for it");
	ps->oauth =
		yamlr_get(node, "mint"); /* its answer is where the names of token.* come from */
	ps->spaces = "credential";
	PARSE_MEMBERS(ps, node, first, out);
	if (out->mint)
		ps->spaces = "credential,token";
	PARSE_MEMBERS(ps, node, then, out);
	ps->spaces = "";
	ps->oauth = NULL;
	check_api_key(ps, node, out);
}

/* --- the tile --- */

static void read_letter(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);
	size_t chars = 0;

	for (const char *p = text ? text : ""; *p != '\0'; p++)
		chars += ((unsigned char)*p & 0xc0) != 0x80;
	if (chars < 1 || chars > 2)
		parse_fail(ps, node, "must be one or two letters");
	else
		read_text(ps, node, at);
}

/* The style sheet has light and dark shades of these. */
static void read_tone(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {
		"ink", "blue", "teal", "green", "amber", "orange", "red", "violet"};

	*(const char **)at = words[parse_word(ps, node, words, 8)];
}

static void read_icon(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("letter", read_letter, struct provider, icon_letter),
		MEMBER("tone", read_tone, struct provider, icon_tone),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

/* --- where the facts come from --- */

static void read_sources(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct provider *out = at;

	out->sources.items = parse_items(
		ps, node, YAMLR_SEQUENCE, sizeof(*out->sources.items), read_text, &out->sources.n);
	if (out->sources.n == 0)
		parse_fail(ps, node, "must be a list of texts");
}

static void read_day(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char shape[] = "0000-00-00";
	const char *text = yamlr_text(node);
	bool fits = text && strlen(text) == sizeof(shape) - 1;

	for (size_t i = 0; fits && shape[i] != '\0'; i++)
		fits = shape[i] == '-' ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
	if (!fits)
		parse_fail(ps, node, "must be a day such as 2026-01-31");
	else
		read_text(ps, node, at);
}

static void read_verified(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("on", read_day, struct verification, on),
		MEMBER_REQUIRED("how", read_text, struct verification, how),
	};
	struct verification *out = at;

	out->said = true;
	if (node->kind != YAMLR_SCALAR) {
		out->done = true;
		PARSE_MEMBERS(ps, node, members, out);
	} else if (yamlr_bool(node, &out->done) != RC_OK || out->done) {
		parse_fail(ps, node, "must be false, or say \"on\" and \"how\"");
	}
}

/* --- the section itself --- */

/* Read before, out of turn. */
void read_nothing(struct parse *ps, const struct yamlr_node *node, void *at)
{
	(void)ps, (void)node, (void)at;
}

/* What templates may name has to be known before the first of them. */
static void read_fields_first(
	struct parse *ps, const struct yamlr_node *grantry, struct provider *provider)
{
	const struct yamlr_node *fields = yamlr_get(grantry, "fields");
	const struct yamlr_node *derive = yamlr_get(grantry, "derive");

	if (!yamlr_is_null(fields))
		read_field_rules(ps, fields, provider);
	if (!yamlr_is_null(derive))
		read_derives(ps, derive, provider);
}

static void read_oauth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const struct provider *out = at;

	if (!ps->plugin || out->has_oauth) /* else this version of the plugin has none */
		recipe_read_oauth(ps, node, at);
}

void recipe_read(struct parse *ps, const struct yamlr_node *grantry, struct provider *provider)
{
	static const struct member members[] = {
		SECTION("org", read_nothing),
		SECTION("plugin", read_nothing),
		SECTION("kind", read_nothing),
		MEMBER("vendor", read_words, struct provider, vendor),
		SECTION("sources", read_sources),
		MEMBER("verified", read_verified, struct provider, verified),
		MEMBER("note", read_words, struct provider, note),
		SECTION("icon", read_icon),
		SECTION("fields", read_nothing),
		SECTION("derive", read_nothing),
		SECTION("api_key", read_api_key),
		SECTION("oauth", read_oauth),
	};

	ps->client = &provider->client_schema;
	ps->credential = &provider->api_key_schema;
	ps->model = &provider->model_schema;
	read_fields_first(ps, grantry, provider);
	PARSE_MEMBERS(ps, grantry, members, provider);
}
