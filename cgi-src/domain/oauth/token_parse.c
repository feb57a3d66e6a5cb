/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "domain/message.h"
#include "domain/oauth/token.h"
#include "domain/oauth/token_int.h"
#include "platform/text.h"

void token_answer_release(struct token_answer *a)
{
	fieldset_release(&a->tokens);
	secret_wipe(a, sizeof(*a));
}

static void fail(struct token_answer *out, enum token_failure failure, const char *words)
{
	out->failure = failure;
	out->own_words = true;
	probe_words(words, strlen(words), NULL, out->words);
}

static void malformed(struct token_answer *out, const char *words)
{
	fail(out, TOKEN_MALFORMED, words);
}

bool token_find(const struct pointers *pointers, jsonv *root, jsonv **out)
{
	for (size_t i = 0; i < pointers->n; i++)
		if (jsonr_pointer(root, pointers->items[i], out) && *out)
			return true;
	return false;
}

/* Codes and ids come as numbers too. */
static bool read_text(jsonv *v, char number[24], const char **p, size_t *len)
{
	int64_t n;

	if (jsonr_text(v, p, len))
		return true;
	if (jsonr_kind(v) != JSONR_INT || !jsonr_int(v, &n))
		return false;
	*len = (size_t)snprintf(number, 24, "%lld", (long long)n);
	*p = number;
	return true;
}

/* ---- errors (RFC 6749 §5.2) ---- */

struct error_class {
	const char *name;
	enum token_failure failure;
};

static const struct error_class registered[] = {
	{"invalid_grant", TOKEN_GRANT_REFUSED},
	{"invalid_client", TOKEN_CLIENT_REFUSED},
	{"unauthorized_client", TOKEN_CLIENT_REFUSED},
	{"temporarily_unavailable", TOKEN_NO_ANSWER},
	{"server_error", TOKEN_NO_ANSWER},
};

/* As provider files call them. */
static const struct error_class classes[] = {
	{"reauthorize", TOKEN_GRANT_REFUSED},
	{"revoked", TOKEN_GRANT_REVOKED},
	{"client", TOKEN_CLIENT_REFUSED},
	{"rate_limited", TOKEN_RATE_LIMITED},
	{"transient", TOKEN_NO_ANSWER},
};

static bool find_class(
	const struct error_class *table, size_t n, const char *name, enum token_failure *out)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*out = table[i].failure;
			return true;
		}
	}
	return false;
}

bool token_error_class(const char *name)
{
	enum token_failure unused;

	return find_class(classes, sizeof(classes) / sizeof(classes[0]), name, &unused);
}

/* What a code means that nobody knows. */
static enum token_failure class_of_status(int status)
{
	if (status == 429)
		return TOKEN_RATE_LIMITED;
	return status >= 500 ? TOKEN_NO_ANSWER : TOKEN_REFUSED;
}

/* The provider's own codes come first: its file knows what they mean there. */
static enum token_failure classify(const struct oauth_recipe *recipe, const char *code, int status)
{
	enum token_failure found = class_of_status(status);

	for (size_t i = 0; i < recipe->errors.n; i++)
		if (strcmp(recipe->errors.items[i].name, code) == 0 &&
			find_class(classes, sizeof(classes) / sizeof(classes[0]),
				recipe->errors.items[i].value, &found))
			return found;
	(void)find_class(registered, sizeof(registered) / sizeof(registered[0]), code, &found);
	return found;
}

/* RFC 6749 §5.2 without the space, which no registered code has. */
static bool is_code(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] <= 0x20 || p[i] >= 0x7f || p[i] == '"' || p[i] == '\\')
			return false;
	return len > 0 && len < TOKEN_ERROR_CODE_SIZE;
}

/* A code is taken as it is or not at all: altered or cut it might be the half of a secret (B35). What
 * some providers put in its place is words. */
static void read_code(jsonv *v, const struct placeholder_values *secrets, struct token_answer *out)
{
	const char *p = "";
	char number[24];
	size_t len = 0;

	if (read_text(v, number, &p, &len) && is_code(p, len) && !probe_mentions(p, len, secrets)) {
		memcpy(out->error, p, len + 1);
		return;
	}
	(void)snprintf(out->error, sizeof(out->error), "unknown_error");
	if (len)
		probe_words(p, len, secrets, out->words);
}

static void read_description(const struct oauth_recipe *recipe, jsonv *root,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	const char *p;
	size_t len;
	jsonv *v;

	if (token_find(&recipe->error_description, root, &v) && jsonr_text(v, &p, &len))
		probe_words(p, len, secrets, out->words);
}

/* True when the answer carries an error, whatever its status (B8, R33). Where the file says what a good answer holds,
 * that alone decides: the member for the error code may say "0". */
static bool read_error(const struct oauth_recipe *recipe, jsonv *root, int status,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	bool good = recipe->token_require.n && probe_holds(&recipe->token_require, root);
	jsonv *v;

	if (good)
		return false;
	if (token_find(&recipe->error, root, &v))
		read_code(v, secrets, out);
	else if (recipe->token_require.n)
		(void)snprintf(out->error, sizeof(out->error), "unknown_error");
	else
		return false;
	out->failure = classify(recipe, out->error, status);
	read_description(recipe, root, secrets, out);
	return true;
}

static bool status_is_success(const struct oauth_recipe *recipe, int status)
{
	return status == 200 || (status == 201 && recipe->accept_201);
}

static void read_bad_status(int status, struct token_answer *out)
{
	char words[64];

	(void)snprintf(words, sizeof(words), MESSAGE("token.status") " %d", status);
	if (status == 429)
		fail(out, TOKEN_RATE_LIMITED, words);
	else if (status >= 500)
		fail(out, TOKEN_NO_ANSWER, words);
	else if (status == 401)
		fail(out, TOKEN_CLIENT_REFUSED, words);
	else
		malformed(out, words);
}

/* ---- success (RFC 6749 §5.1) ---- */

bool token_put(struct token_answer *out, const char *name, const char *p, size_t len)
{
	if (len > TOKEN_MAX_LEN || !text_is_vschar(p, len))
		return false;
	return fieldset_put(&out->tokens, name, p, len) == RC_OK;
}

static bool read_access_token(
	const struct oauth_recipe *recipe, jsonv *root, struct token_answer *out)
{
	const char *p;
	size_t len;
	jsonv *v;

	return token_find(&recipe->access_token, root, &v) && jsonr_text(v, &p, &len) &&
	       token_put(out, "access_token", p, len);
}

/* Absent, null and "" mean that none was issued (B18). */
static bool read_refresh_token(
	const struct oauth_recipe *recipe, jsonv *root, struct token_answer *out)
{
	const char *p;
	size_t len;
	jsonv *v;

	if (!token_find(&recipe->refresh_token, root, &v))
		return true;
	if (!jsonr_text(v, &p, &len))
		return false;
	return len == 0 || token_put(out, "refresh_token", p, len);
}

/* We can only present bearer tokens (RFC 6749 §7.1). */
static bool read_token_type(
	const struct oauth_recipe *recipe, jsonv *root, struct token_answer *out)
{
	const char *type = recipe->default_token_type ? recipe->default_token_type : "Bearer";
	const char *p = type;
	size_t len = strlen(type);
	jsonv *v;

	if (token_find(&recipe->token_type, root, &v) && !jsonr_text(v, &p, &len))
		return false;
	if (strcasecmp(p, "bearer") != 0 && strcasecmp(p, type) != 0)
		return false;
	return fieldset_put_text(&out->tokens, "token_type", "Bearer") == RC_OK;
}

static bool is_separator(char c, const char *separator)
{
	return c == ' ' || (separator && c == separator[0]);
}

bool token_scope_normalise(
	const char *text, size_t len, const char *separator, char out[TOKEN_SCOPE_SIZE])
{
	size_t n = strlen(out), i = 0;

	while (i < len) {
		size_t start;

		while (i < len && is_separator(text[i], separator))
			i++;
		start = i;
		while (i < len && !is_separator(text[i], separator))
			i++;
		if (i == start || text_has_word(out, text + start, i - start))
			continue;
		if (!text_is_vschar(text + start, i - start) ||
			n + (i - start) + 2 > TOKEN_SCOPE_SIZE)
			return false;
		if (n)
			out[n++] = ' ';
		memcpy(out + n, text + start, i - start);
		n += i - start;
		out[n] = '\0';
	}
	return true;
}

/* A string, or an array of strings (B19). */
bool token_join_scope(jsonv *v, const char *separator, char out[TOKEN_SCOPE_SIZE])
{
	const char *p;
	size_t len;

	if (jsonr_text(v, &p, &len))
		return token_scope_normalise(p, len, separator, out);
	if (jsonr_kind(v) != JSONR_ARRAY)
		return false;
	for (size_t i = 0; i < jsonr_length(v); i++)
		if (!jsonr_text(jsonr_at(v, i), &p, &len) ||
			!token_scope_normalise(p, len, separator, out))
			return false;
	return true;
}

/* Only the secret: some providers name scopes after the client's id. */
static bool mentions_client_secret(const char *text, const struct placeholder_values *secrets)
{
	const struct secret *key = secrets ? fieldset_get(secrets->client, "client_secret") : NULL;
	struct fieldset_item item = {.name = ""};
	struct fieldset one = {&item, 1};

	if (!key)
		return false;
	item.value = *key; /* borrowed */
	return probe_mentions(text, strlen(text), &(struct placeholder_values){.client = &one});
}

/* Scopes are shown. What cannot be read, or should not be shown (B35), is as if it were absent. */
static void read_scope(const struct oauth_recipe *recipe, jsonv *root,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	jsonv *v;

	out->scope[0] = '\0';
	if (!token_find(&recipe->scope, root, &v))
		return;
	out->has_scope = token_join_scope(v, recipe->scope_separator, out->scope) &&
			 !mentions_client_secret(out->scope, secrets);
	if (!out->has_scope)
		out->scope[0] = '\0';
}

/* What the recipe wants kept besides, for {{token.NAME}}; what is absent or no plain text is left out. */
static bool read_members(const struct oauth_recipe *recipe, jsonv *root, struct token_answer *out)
{
	for (size_t i = 0; i < recipe->token_members.n; i++) {
		const struct pair *member = &recipe->token_members.items[i];
		const char *p;
		char number[24];
		size_t len;
		jsonv *v;

		if (jsonr_pointer(root, member->value, &v) && read_text(v, number, &p, &len) &&
			fieldset_put(&out->tokens, member->name, p, len) != RC_OK)
			return false;
	}
	return true;
}

static void read_success(const struct oauth_recipe *recipe, jsonv *root, int64_t now_s,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	if (!read_access_token(recipe, root, out)) {
		malformed(out, MESSAGE("token.no_access_token"));
		return;
	}
	if (!read_token_type(recipe, root, out)) {
		malformed(out, MESSAGE("token.kind"));
		return;
	}
	if (!read_refresh_token(recipe, root, out)) {
		malformed(out, MESSAGE("token.refresh_token"));
		return;
	}
	if (!read_members(recipe, root, out)) {
		malformed(out, MESSAGE("token.too_much"));
		return;
	}
	token_read_life(recipe, root, now_s, out);
	read_scope(recipe, root, secrets, out);
	if (!token_read_parts(recipe, root, now_s, out)) {
		malformed(out, MESSAGE("token.further_token"));
		return;
	}
	if (recipe->identity.from_token_response)
		probe_identity_read(&recipe->identity, root, secrets, &out->identity);
	out->failure = TOKEN_OK;
}

/* ---- form-encoded answers: access_token=…&scope=… (B6, R32) ---- */

static bool form_value(const char *p, size_t len, struct secret *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '+')
			c = ' ';
		if (c == '%') {
			char hex[3] = {0};

			if (len - i < 3)
				return false;
			memcpy(hex, p + i + 1, 2);
			if (codec_unhex(hex, &c, 1) != RC_OK)
				return false;
			i += 2;
		}
		if (c < 0x20 || c == 0x7f || secret_append(out, &c, 1) != RC_OK)
			return false;
	}
	return true;
}

/* The same members as a JSON object, so that one reader serves both. */
static bool form_to_json(const char *p, size_t len, struct secret *out)
{
	struct secret name = SECRET_EMPTY, value = SECRET_EMPTY;
	bool first = true, ok = secret_append_text(out, "{") == RC_OK;

	while (ok && len) {
		const char *amp = memchr(p, '&', len);
		size_t pair = amp ? (size_t)(amp - p) : len;
		const char *eq = memchr(p, '=', pair);

		secret_release(&name);
		secret_release(&value);
		ok = eq && form_value(p, (size_t)(eq - p), &name) &&
		     form_value(eq + 1, pair - (size_t)(eq + 1 - p), &value) &&
		     secret_append_text(out, first ? "" : ",") == RC_OK &&
		     jsonr_append_string(out, secret_text(&name), name.len) == RC_OK &&
		     secret_append_text(out, ":") == RC_OK &&
		     jsonr_append_string(out, secret_text(&value), value.len) == RC_OK;
		first = false;
		p += pair + (amp ? 1 : 0);
		len -= pair + (amp ? 1 : 0);
	}
	secret_release(&name);
	secret_release(&value);
	return ok && secret_append_text(out, "}") == RC_OK;
}

static enum rc read_document(const struct oauth_recipe *recipe, const char *content_type,
	const char *body, size_t len, struct jsonr **out)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct secret json = SECRET_EMPTY;
	enum rc rc = RC_INVALID;

	if (!recipe->accept_form_response || strncasecmp(content_type, form, sizeof(form) - 1) != 0)
		return jsonr_parse(body, len, out);
	if (form_to_json(body, len, &json))
		rc = jsonr_parse(secret_text(&json), json.len, out);
	secret_release(&json);
	return rc;
}

static void read_object(const struct oauth_recipe *recipe, jsonv *root, int status, int64_t now_s,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	if (read_error(recipe, root, status, secrets, out))
		return;
	if (status_is_success(recipe, status))
		read_success(recipe, root, now_s, secrets, out);
	else
		read_bad_status(status, out);
}

void token_parse(const struct oauth_recipe *recipe, int status, const char *content_type,
	const char *body, size_t len, int64_t now_s, const struct placeholder_values *secrets,
	struct token_answer *out)
{
	struct jsonr *doc = NULL;
	enum rc rc = read_document(recipe, content_type, body, len, &doc);

	out->status = status;
	if (rc == RC_OK && jsonr_kind(jsonr_root(doc)) == JSONR_OBJECT)
		read_object(recipe, jsonr_root(doc), status, now_s, secrets, out);
	else if (status_is_success(recipe, status))
		malformed(out, MESSAGE("token.no_json"));
	else
		read_bad_status(status, out);
	jsonr_free(doc);
}

bool token_keep_lookup(
	const struct lookup *lookup, const struct httpc_response *rs, struct fieldset *out)
{
	struct jsonr *doc = NULL;
	bool good = rs->status >= 200 && rs->status <= 299 && !rs->content_encoded &&
		    jsonr_parse(secret_text(&rs->body), rs->body.len, &doc) == RC_OK;

	for (size_t i = 0; i < lookup->n_keep && good; i++) {
		const char *p = "";
		char number[24];
		size_t len = 0;
		jsonv *v;

		good = token_find(&lookup->keep[i].at, jsonr_root(doc), &v) &&
		       read_text(v, number, &p, &len) && len > 0 &&
		       fieldset_put(out, lookup->keep[i].name, p, len) == RC_OK;
	}
	jsonr_free(doc);
	return good;
}
