/* SPDX-License-Identifier: Apache-2.0
 *
 * How long tokens last, and grants of several tokens, each with an end of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/oauth/token_int.h"
#include "platform/codec.h"

#define KEPT_SIZE FIELDSET_NAME_MAX

static int64_t clamp_lifetime(int64_t s)
{
	if (s < 0)
		return 0;
	return s > TOKEN_LIFETIME_MAX_S ? TOKEN_LIFETIME_MAX_S : s;
}

/* A moment that a provider names, within the life that we believe in. */
static int64_t clamp_end(int64_t at_s, int64_t now_s)
{
	return at_s < now_s ? now_s : now_s + clamp_lifetime(at_s - now_s);
}

static int64_t in_seconds(const struct oauth_recipe *recipe, int64_t n)
{
	int64_t most = (int64_t)1 << 46, ms = recipe->expires_ms_per_unit;

	if (n > most)
		n = most;
	if (n < 0)
		n = 0;
	return ms ? n * ms / 1000 : n;
}

/* ---- JWT (RFC 7519): only read; the provider's own API is who checks it ---- */

static bool decode_claims(const char *token, struct jsonr **out)
{
	const char *claims = strchr(token, '.'), *end = claims ? strchr(claims + 1, '.') : NULL;
	size_t len = end ? (size_t)(end - claims - 1) : 0, size = len * 3 / 4;
	struct secret json = SECRET_EMPTY;
	bool ok = len > 0 && secret_reserve(&json, size) == RC_OK &&
		  codec_unbase64url(claims + 1, len, json.bytes, size) == RC_OK &&
		  jsonr_parse((const char *)json.bytes, size, out) == RC_OK;

	secret_release(&json);
	return ok;
}

static bool jwt_end(const struct token_answer *out, int64_t *at_s)
{
	struct jsonr *doc = NULL;
	jsonv *v;
	bool found = decode_claims(fieldset_text(&out->tokens, "access_token"), &doc) &&
		     jsonr_pointer(jsonr_root(doc), "/exp", &v) && jsonr_expiry(v, at_s);

	jsonr_free(doc);
	return found;
}

/* ---- one token ---- */

/* Some count from the moment they made it. */
static int64_t issued_at(const struct oauth_recipe *recipe, jsonv *root, int64_t now_s)
{
	int64_t s;
	jsonv *v;

	if (!token_find(&recipe->issued_at, root, &v) || !jsonr_expiry(v, &s) || s <= 0 ||
		s > now_s)
		return now_s;
	return s;
}

static void read_end(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out)
{
	int64_t s;
	jsonv *v;

	out->expires = true;
	if (recipe->expires_from == EXPIRES_FROM_JWT && jwt_end(out, &s)) {
		out->expires_at_s = clamp_end(s, now_s);
	} else if (token_find(&recipe->expires_in, root, &v)) {
		s = jsonr_expiry(v, &s) ? in_seconds(recipe, s) : TOKEN_LIFETIME_UNKNOWN_S;
		out->expires_at_s =
			clamp_end(issued_at(recipe, root, now_s) + clamp_lifetime(s), now_s);
	} else if (token_find(&recipe->expires_at, root, &v)) {
		if (!jsonr_expiry(v, &s))
			s = now_s + TOKEN_LIFETIME_UNKNOWN_S;
		out->expires_at_s = clamp_end(s, now_s);
	} else if (recipe->default_expires_in_s == EXPIRES_NEVER) {
		out->expires = false;
	} else {
		s = recipe->default_expires_in_s;
		out->expires_at_s = now_s + (s > 0 ? s : TOKEN_LIFETIME_UNKNOWN_S);
	}
}

/* A refresh token may live for years: what it says is only shown. */
static void read_refresh_end(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out)
{
	int64_t most = (int64_t)1 << 33, s;
	jsonv *v;

	if (token_find(&recipe->refresh_expires_in, root, &v) && jsonr_expiry(v, &s) && s > 0)
		out->refresh_until_s = now_s + (s < most ? in_seconds(recipe, s) : most);
	else if (token_find(&recipe->refresh_expires_at, root, &v) && jsonr_expiry(v, &s) && s > 0)
		out->refresh_until_s = s < most ? s : most;
}

static bool put_time(struct fieldset *tokens, const char *name, int64_t at_s)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)at_s);
	return fieldset_put_text(tokens, name, text) == RC_OK;
}

void token_read_life(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out)
{
	read_end(recipe, root, now_s, out);
	read_refresh_end(recipe, root, now_s, out);
	if (out->expires && recipe->n_parts)
		(void)put_time(&out->tokens, "expires_at", out->expires_at_s);
}

bool token_introspected(const struct httpc_response *rs, int64_t now_s, struct token_answer *out)
{
	struct jsonr *doc = NULL;
	int64_t s;
	jsonv *v;
	bool told = rs->status == 200 && !rs->content_encoded &&
		    jsonr_parse(secret_text(&rs->body), rs->body.len, &doc) == RC_OK &&
		    jsonr_pointer(jsonr_root(doc), "/exp", &v) && jsonr_expiry(v, &s);

	if (told) {
		out->expires = true;
		out->expires_at_s = clamp_end(s, now_s);
	}
	jsonr_free(doc);
	return told;
}

/* ---- several tokens ---- */

/* The name under which a token of a part is kept; part NULL: the main one. */
static const char *name_of(const struct token_part *part, const char *what, char out[KEPT_SIZE])
{
	if (!part)
		return what;
	(void)snprintf(out, KEPT_SIZE, "%s_%s", part->name, what);
	return out;
}

static bool read_token(const struct pointers *at, const struct token_part *part, const char *what,
	jsonv *root, struct token_answer *out)
{
	char name[KEPT_SIZE];
	const char *p;
	size_t len;
	jsonv *v;

	if (!token_find(at, root, &v))
		return true;
	if (!jsonr_text(v, &p, &len))
		return false;
	return len == 0 || token_put(out, name_of(part, what, name), p, len);
}

static bool read_part(const struct oauth_recipe *recipe, const struct token_part *part, jsonv *root,
	int64_t now_s, struct token_answer *out)
{
	char name[KEPT_SIZE], scope[TOKEN_SCOPE_SIZE] = "";
	int64_t s;
	jsonv *v;

	if (!read_token(&part->access_token, part, "access_token", root, out) ||
		!read_token(&part->refresh_token, part, "refresh_token", root, out))
		return false;
	if (token_find(&part->scope, root, &v) &&
		token_join_scope(v, recipe->scope_separator, scope) &&
		fieldset_put_text(&out->tokens, name_of(part, "scope", name), scope) != RC_OK)
		return false;
	if (!token_find(&part->expires_in, root, &v) || !jsonr_expiry(v, &s))
		return true;
	s = now_s + clamp_lifetime(in_seconds(recipe, s));
	return put_time(&out->tokens, name_of(part, "expires_at", name), s);
}

static bool has_token(
	const struct fieldset *tokens, const struct token_part *part, const char *what)
{
	char name[KEPT_SIZE];

	return fieldset_text(tokens, name_of(part, what, name))[0] != '\0';
}

static bool ends(const struct fieldset *tokens, const struct token_part *part, int64_t *at_s)
{
	char name[KEPT_SIZE];
	const char *text = fieldset_text(tokens, name_of(part, "expires_at", name));

	*at_s = strtoll(text, NULL, 10);
	return *at_s > 0;
}

/* Of the tokens of a grant the one that ends first; renewable: of those that have a refresh token. *part NULL: the main
 * one. false: none ends. Only answers of recipes with parts keep these ends. */
static bool first_end(const struct oauth_recipe *recipe, const struct fieldset *tokens,
	bool renewable, const struct token_part **part, int64_t *at_s)
{
	bool found = false;

	*part = NULL;
	for (size_t i = 0; i <= recipe->n_parts; i++) {
		const struct token_part *one = i ? &recipe->parts[i - 1] : NULL;
		int64_t end_s;

		if (!ends(tokens, one, &end_s) ||
			(renewable && !has_token(tokens, one, "refresh_token")))
			continue;
		if (found && end_s >= *at_s)
			continue;
		found = true;
		*part = one;
		*at_s = end_s;
	}
	return found;
}

bool token_read_parts(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out)
{
	const struct token_part *unused;

	for (size_t i = 0; i < recipe->n_parts; i++)
		if (!read_part(recipe, &recipe->parts[i], root, now_s, out))
			return false;
	if (recipe->n_parts)
		out->expires = first_end(recipe, &out->tokens, false, &unused, &out->expires_at_s);
	return true;
}

/* Of the answer to the renewal of a part, what is that part's. */
static enum rc take_part(
	const struct token_part *part, const struct fieldset *from, struct fieldset *to)
{
	static const char *const names[] = {"access_token", "refresh_token", "expires_at", "scope"};
	char name[KEPT_SIZE];
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && rc == RC_OK; i++) {
		const struct secret *value = fieldset_get(from, names[i]);

		if (value)
			rc = fieldset_put(
				to, name_of(part, names[i], name), value->bytes, value->len);
	}
	return rc;
}

enum rc token_join(const struct oauth_recipe *recipe, const struct token_part *part,
	const struct fieldset *kept, struct token_answer *answer)
{
	const struct token_part *unused;
	struct fieldset all = FIELDSET_EMPTY;
	char name[KEPT_SIZE];
	enum rc rc = fieldset_copy(&all, kept);

	/* its end was that of the token before, which the new one may not have */
	fieldset_remove(&all, name_of(part, "expires_at", name));
	if (rc == RC_OK)
		rc = part ? take_part(part, &answer->tokens, &all)
			  : fieldset_copy(&all, &answer->tokens);
	if (rc != RC_OK) {
		fieldset_release(&all);
		return rc;
	}
	fieldset_release(&answer->tokens);
	answer->tokens = all;
	if (part)
		answer->has_scope = false; /* that of the part */
	if (recipe->n_parts)
		answer->expires =
			first_end(recipe, &answer->tokens, false, &unused, &answer->expires_at_s);
	return RC_OK;
}

/* ---- what is kept ---- */

static const char *const plain_names[] = {"access_token", "refresh_token", "token_type"};
static const char *const part_names[] = {"access_token", "refresh_token", "scope", "expires_at"};

static bool is_of_part(const struct token_part *part, const char *name)
{
	char own[KEPT_SIZE];

	for (size_t i = 0; i < sizeof(part_names) / sizeof(*part_names); i++)
		if (strcmp(name_of(part, part_names[i], own), name) == 0)
			return true;
	return false;
}

static bool is_looked_up(const struct lookup *lookup, const char *name)
{
	for (size_t i = 0; i < lookup->n_keep; i++)
		if (strcmp(lookup->keep[i].name, name) == 0)
			return true;
	return false;
}

bool token_is_kept(const struct oauth_recipe *recipe, const char *name)
{
	bool kept = recipe->n_parts && strcmp(name, "expires_at") == 0;

	for (size_t i = 0; i < sizeof(plain_names) / sizeof(*plain_names); i++)
		kept |= strcmp(plain_names[i], name) == 0;
	for (size_t i = 0; i < recipe->token_members.n; i++)
		kept |= strcmp(recipe->token_members.items[i].name, name) == 0;
	for (size_t i = 0; i < recipe->redirect.n_values; i++)
		kept |= strcmp(recipe->redirect.values[i].name, name) == 0;
	for (size_t i = 0; i < recipe->n_parts; i++)
		kept |= is_of_part(&recipe->parts[i], name);
	for (size_t i = 0; i < recipe->n_lookups; i++)
		kept |= is_looked_up(&recipe->lookups[i], name);
	return kept;
}

/* ---- what a renewal sends ---- */

bool token_can_renew(const struct oauth_recipe *recipe, const struct fieldset *tokens)
{
	bool has = has_token(tokens, NULL, "refresh_token");

	if (recipe->refresh_with == REFRESH_WITH_ACCESS_TOKEN)
		has = true;
	for (size_t i = 0; i < recipe->n_parts && !has; i++)
		has = has_token(tokens, &recipe->parts[i], "refresh_token");
	return recipe->refresh_supported && has;
}

const struct secret *token_to_renew(const struct oauth_recipe *recipe,
	const struct fieldset *tokens, const struct token_part **part)
{
	bool whole = recipe->refresh_with == REFRESH_WITH_ACCESS_TOKEN;
	char name[KEPT_SIZE];
	int64_t unused;

	if (whole || !first_end(recipe, tokens, true, part, &unused))
		*part = NULL;
	return fieldset_get(tokens, whole ? "access_token" : name_of(*part, "refresh_token", name));
}

bool token_renewal_end(
	const struct oauth_recipe *recipe, const struct token_answer *answer, int64_t *at_s)
{
	const struct token_part *unused;

	*at_s = answer->expires_at_s;
	if (recipe->n_parts)
		return first_end(recipe, &answer->tokens, true, &unused, at_s);
	return answer->expires;
}
