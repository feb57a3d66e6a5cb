/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept with a credential besides the tokens of RFC 6749, and is then {{token.NAME}}: values of the redirect,
 * members of the token answer, further tokens of the same grant, answers of follow-up requests.
 */
#include <stdio.h>
#include <string.h>

#include "domain/allowed.h"
#include "domain/provider_read.h"

/* --- values of the redirect --- */

static const char *const response_params[] = {
	"code", "state", "iss", "error", "error_description", "error_uri"};

static bool is_param_name(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++)
		if (*name <= 0x20 || *name >= 0x7f || strchr("&=#%+", *name))
			return false;
	return true;
}

static void read_param_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !is_param_name(*(const char **)at))
		parse_fail(ps, node, "is no name of a parameter");
	for (size_t i = 0; !ps->rc && i < sizeof(response_params) / sizeof(*response_params); i++)
		if (strcmp(*(const char **)at, response_params[i]) == 0)
			parse_fail(ps, node, "the parameter \"%s\" has a meaning of its own",
				response_params[i]);
}

/* "code" itself is the default and may be said. */
static void read_code_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);

	if (text && strcmp(text, "code") == 0)
		read_text(ps, node, at);
	else
		read_param_name(ps, node, at);
}

static void read_pattern(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !allowed_pattern_is_valid(*(const char **)at))
		parse_fail(ps, node, "is no extended regular expression");
}

static void read_host(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !allowed_host_is_valid(*(const char **)at))
		parse_fail(ps, node, "must be a host such as example.com or *.example.com");
}

static void read_hosts(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct texts *out = at;

	out->items = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_host, &out->n);
	if (!ps->rc && out->n == 0)
		parse_fail(ps, node, "names no host");
}

static const char *kept_name(struct parse *ps, const struct yamlr_node *node)
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *key = node->key;

	if (*key == '\0' || strlen(key) >= FIELDSET_NAME_MAX / 2 || key[strspn(key, chars)] != '\0')
		parse_fail(ps, node, "a name is made of letters, digits, _ and -");
	return parse_copy(ps, key, strlen(key));
}

static void read_value(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("param", read_param_name, struct redirect_value, param),
		MEMBER("pattern", read_pattern, struct redirect_value, pattern),
		MEMBER("hosts", read_hosts, struct redirect_value, hosts),
		MEMBER("required", read_bool, struct redirect_value, required),
	};
	struct redirect_value *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	out->name = kept_name(ps, node);
}

static void read_values(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct redirect_recipe *out = at;

	out->values = parse_items(
		ps, node, YAMLR_MAPPING, sizeof(*out->values), read_value, &out->n_values);
}

static void read_alg(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"hmac-sha256-hex"};

	(void)at;
	(void)parse_word(ps, node, words, 1);
}

static void read_signature(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("param", read_param_name, struct redirect_recipe, signature_param),
		{"alg", read_alg, 0, true},
	};

	PARSE_MEMBERS(ps, node, members, at);
}

void read_redirect(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("code", read_code_name, struct redirect_recipe, code),
		SECTION("values", read_values),
		SECTION("signature", read_signature),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

/* --- follow-up requests --- */

static void read_keep(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct named_pointers *out = at;

	read_pointers(ps, node, &out->at);
	out->name = kept_name(ps, node);
}

static void read_keeps(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct lookup *out = at;

	out->keep =
		parse_items(ps, node, YAMLR_MAPPING, sizeof(*out->keep), read_keep, &out->n_keep);
	if (!ps->rc && out->n_keep == 0)
		parse_fail(ps, node, "keeps nothing");
}

static void read_lookup(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("request", read_request, struct lookup, request),
		{"keep", read_keeps, 0, true},
		MEMBER("required", read_bool, struct lookup, required),
	};

	((struct lookup *)at)->required = true;
	PARSE_MEMBERS(ps, node, members, at);
}

static void read_lookup_list(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	out->lookups = parse_items(
		ps, node, YAMLR_SEQUENCE, sizeof(*out->lookups), read_lookup, &out->n_lookups);
}

void read_lookups(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,token", false, read_lookup_list, node, at);
}

/* --- further tokens --- */

static void read_part(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("access_token", read_pointers, struct token_part, access_token),
		MEMBER("refresh_token", read_pointers, struct token_part, refresh_token),
		MEMBER("expires_in", read_pointers, struct token_part, expires_in),
		MEMBER("scope", read_pointers, struct token_part, scope),
	};
	struct token_part *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	out->name = kept_name(ps, node);
}

void read_parts(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	out->parts =
		parse_items(ps, node, YAMLR_MAPPING, sizeof(*out->parts), read_part, &out->n_parts);
}

/* --- all of them together --- */

static const char *const part_names[] = {"access_token", "refresh_token", "scope", "expires_at"};

/* "user_access_token" of the part "user". */
static bool is_of_part(const char *part, const char *name)
{
	size_t len = strlen(part);

	if (strncmp(name, part, len) != 0 || name[len] != '_')
		return false;
	for (size_t i = 0; i < sizeof(part_names) / sizeof(*part_names); i++)
		if (strcmp(name + len + 1, part_names[i]) == 0)
			return true;
	return false;
}

static const struct yamlr_node *section(
	const struct parse *ps, const char *outer, const char *inner)
{
	return yamlr_get(yamlr_get(ps->oauth, outer), inner);
}

static size_t count_kept(const struct parse *ps, const char *name)
{
	const struct yamlr_node *lookups = yamlr_get(ps->oauth, "lookups");
	const struct yamlr_node *parts = section(ps, "token_response", "parts");
	size_t n = yamlr_get(section(ps, "redirect", "values"), name) != NULL;

	if (ps->before_tokens)
		return n;
	n += yamlr_get(section(ps, "token_response", "members"), name) != NULL;
	for (const struct yamlr_node *node = lookups ? lookups->first : NULL; node;
		node = node->next)
		n += yamlr_get(yamlr_get(node, "keep"), name) != NULL;
	for (const struct yamlr_node *node = parts ? parts->first : NULL; node; node = node->next)
		n += node->key && is_of_part(node->key, name);
	return n;
}

bool kept_has(const struct parse *ps, const char *name)
{
	return count_kept(ps, name) > 0;
}

static void check_name(struct parse *ps, const struct yamlr_node *node, const char *name)
{
	if (token_name_is_standard(name))
		parse_fail(ps, node, "{{token.%.80s}} is what RFC 6749 means by it", name);
	else if (count_kept(ps, name) > 1)
		parse_fail(ps, node, "{{token.%.80s}} is there twice", name);
}

static void check_names(struct parse *ps, const struct yamlr_node *map)
{
	for (const struct yamlr_node *node = map ? map->first : NULL; node; node = node->next)
		check_name(ps, node, node->key);
}

void kept_check(struct parse *ps)
{
	const struct yamlr_node *lookups = yamlr_get(ps->oauth, "lookups");
	const struct yamlr_node *parts = section(ps, "token_response", "parts");
	char name[FIELDSET_NAME_MAX];

	if (ps->rc)
		return;
	check_names(ps, section(ps, "redirect", "values"));
	check_names(ps, section(ps, "token_response", "members"));
	for (const struct yamlr_node *node = lookups ? lookups->first : NULL; node;
		node = node->next)
		check_names(ps, yamlr_get(node, "keep"));
	for (const struct yamlr_node *node = parts ? parts->first : NULL; node; node = node->next)
		for (size_t i = 0; i < sizeof(part_names) / sizeof(*part_names); i++) {
			snprintf(name, sizeof(name), "%.60s_%s", node->key, part_names[i]);
			check_name(ps, node, name);
		}
}

/* --- where what a browser brought may stand --- */

static const struct redirect_value *find_value(
	const struct oauth_recipe *oauth, const struct placeholder_part *part)
{
	for (size_t i = 0; i < oauth->redirect.n_values; i++) {
		const struct redirect_value *value = &oauth->redirect.values[i];

		if (strlen(value->name) == part->name_len &&
			memcmp(value->name, part->name, part->name_len) == 0)
			return value;
	}
	return NULL;
}

/* Whoever lures somebody to a callback of their own making chooses its parameters: no token may be sent where these
 * alone say (mix-up). */
void kept_check_url(struct parse *ps, const struct yamlr_node *node,
	const struct oauth_recipe *oauth, const char *url)
{
	const char *cursor = url;
	struct placeholder_part part;

	while (!ps->rc && cursor && placeholder_next(&cursor, &part) == RC_OK) {
		const struct redirect_value *value;

		if (!part.name_len || part.space_len != 5 || memcmp(part.space, "token", 5) != 0)
			continue;
		value = find_value(oauth, &part);
		if (value && value->hosts.n == 0 && placeholder_part_in_authority(url, &part))
			parse_fail(ps, node, "{{token.%s}} in a host needs \"hosts\"", value->name);
	}
}
