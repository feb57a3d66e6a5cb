/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/authorize.h"

#include <string.h>
#include <strings.h>

#include "platform/codec.h"
#include "platform/url.h"

/* Where its value goes: a name of its own, or the header that Basic and Bearer have. */
static const char *name_of(const struct authorize_item *item)
{
	return item->kind == AUTHORIZE_VALUE ? item->name : "Authorization";
}

static enum rc refuse(struct bind_fault *fault, const struct authorize_item *item, const char *what)
{
	bool by_scheme = *item->scheme != '\0';

	bind_fault_set(fault, "bad_credential", "", "the credential %s %s %s",
		by_scheme ? "of" : "for", by_scheme ? item->scheme : name_of(item), what);
	return RC_INVALID;
}

/* --- which of them --- */

static bool has_scheme(const struct authorize_item *items, size_t n, const char *scheme)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].scheme, scheme) == 0)
			return true;
	return false;
}

static const char *scheme_of(jsonv *need)
{
	const char *p;
	size_t len;
	jsonv *v;

	return jsonr_get(need, "scheme", &v) && jsonr_text(v, &p, &len) ? p : "";
}

static bool is_met(jsonv *alternative, const struct authorize_item *items, size_t n)
{
	for (size_t i = 0; i < jsonr_length(alternative); i++)
		if (!has_scheme(items, n, scheme_of(jsonr_at(alternative, i))))
			return false;
	return jsonr_length(alternative) > 0;
}

static void take(jsonv *alternative, const struct authorize_item *items, size_t n, bool *chosen)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < jsonr_length(alternative); k++)
			if (*items[i].scheme &&
				strcmp(items[i].scheme, scheme_of(jsonr_at(alternative, k))) == 0)
				chosen[i] = true;
}

static enum rc say_needed(jsonv *alternative, struct bind_fault *fault)
{
	struct buf names;

	buf_init(&names, 4096);
	for (size_t i = 0; i < jsonr_length(alternative); i++)
		buf_printf(
			&names, "%s%s", i > 0 ? " and " : "", scheme_of(jsonr_at(alternative, i)));
	bind_fault_set(fault, "needs_credential", "", "this operation needs %s", buf_text(&names));
	buf_release(&names);
	return RC_DENIED;
}

enum rc authorize_choose(jsonv *security, const struct authorize_item *items, size_t n,
	bool *chosen, struct bind_fault *fault)
{
	bool optional = jsonr_length(security) == 0, always = false;

	for (size_t i = 0; i < n; i++) {
		chosen[i] = *items[i].scheme == '\0' || !security;
		always = always || chosen[i];
	}
	for (size_t i = 0; i < jsonr_length(security); i++) {
		jsonv *alternative = jsonr_at(security, i);

		if (is_met(alternative, items, n)) {
			take(alternative, items, n, chosen);
			return RC_OK;
		}
		optional = optional || jsonr_length(alternative) == 0;
	}
	/* What was set up by hand, without a scheme, may be the very thing: who did so knows. */
	return optional || always ? RC_OK : say_needed(jsonr_at(security, 0), fault);
}

/* --- from settings --- */

/* False: not all of its secrets are stored. */
static bool item_of(
	const struct tool_auth *auth, const struct fieldset *secrets, struct authorize_item *out)
{
	bool basic = auth->type == TOOL_AUTH_BASIC;

	*out = (struct authorize_item){.kind = AUTHORIZE_VALUE,
		.scheme = auth->scheme,
		.in = auth->type == TOOL_AUTH_API_KEY ? auth->in : TOOL_IN_HEADER,
		.name = auth->name,
		.prefix = auth->type == TOOL_AUTH_API_KEY ? auth->prefix : "",
		.value = tool_secret(secrets, auth, basic ? "password" : "value"),
		.user = basic ? tool_secret(secrets, auth, "username") : NULL};
	if (basic)
		out->kind = AUTHORIZE_BASIC;
	else if (auth->type == TOOL_AUTH_BEARER)
		out->kind = AUTHORIZE_BEARER;
	return out->value && (!basic || out->user);
}

enum rc authorize_items(const struct tool_settings *settings, const struct fieldset *secrets,
	const struct secret *token, struct authorize_item items[AUTHORIZE_ITEMS_MAX], size_t *n,
	struct bind_fault *fault)
{
	const struct tool_oauth2 *oauth2 = &settings->oauth2;

	*n = 0;
	for (size_t i = 0; i < settings->n_auth; i++) {
		if (item_of(&settings->auth[i], secrets, &items[*n])) {
			(*n)++;
		} else if (*items[*n].scheme == '\0') {
			(void)refuse(fault, &items[*n], "has not been entered");
			fault->code = "no_secret";
			return RC_INVALID;
		}
	}
	if (settings->has_oauth2 && token)
		items[(*n)++] = (struct authorize_item){.kind = AUTHORIZE_VALUE,
			.scheme = oauth2->scheme,
			.in = oauth2->send_in,
			.name = oauth2->send_name,
			.prefix = oauth2->send_prefix,
			.value = token};
	return RC_OK;
}

/* --- into the request --- */

/* RFC 7617: a user has no colon, or part of it would be taken for the password. */
static enum rc basic_text(
	const struct authorize_item *item, struct secret *out, struct bind_fault *fault)
{
	struct secret plain = SECRET_EMPTY, encoded = SECRET_EMPTY;
	enum rc rc;

	if (memchr(secret_text(item->user), ':', item->user->len))
		return refuse(
			fault, item, "has a user name with a colon, which Basic cannot carry");
	rc = secret_append_secret(&plain, item->user);
	if (!rc)
		rc = secret_append(&plain, ":", 1);
	if (!rc)
		rc = secret_append_secret(&plain, item->value);
	if (!rc)
		rc = codec_base64_secret(&plain, &encoded);
	if (!rc)
		rc = secret_append_secret(out, &encoded);
	secret_release(&plain);
	secret_release(&encoded);
	return rc;
}

/* No control characters, and in a cookie none that would end it or begin another (RFC 6265 §4.1.1). */
static bool fits(enum tool_place in, const struct secret *text)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = text->bytes[i];

		if (c < 0x20 || c == 0x7f ||
			(in == TOOL_IN_COOKIE && (c == ';' || c == ',' || c == ' ')))
			return false;
	}
	return true;
}

static const char *prefix_of(const struct authorize_item *item)
{
	switch (item->kind) {
	case AUTHORIZE_BASIC:
		return "Basic ";
	case AUTHORIZE_BEARER:
		return "Bearer ";
	case AUTHORIZE_VALUE:
		break;
	}
	return item->prefix;
}

static enum rc value_text(
	const struct authorize_item *item, struct secret *out, struct bind_fault *fault)
{
	enum tool_place in = item->kind == AUTHORIZE_VALUE ? item->in : TOOL_IN_HEADER;
	struct secret plain = SECRET_EMPTY;
	enum rc rc = secret_append_text(&plain, prefix_of(item));

	if (!rc && item->kind == AUTHORIZE_BASIC)
		rc = basic_text(item, &plain, fault);
	else if (!rc)
		rc = secret_append_secret(&plain, item->value);
	if (!rc && item->value->len == 0 && item->kind != AUTHORIZE_BASIC)
		rc = refuse(fault, item, "is empty");
	else if (!rc && !fits(in, &plain))
		rc = refuse(fault, item,
			"holds a line break or another character that cannot be sent there");
	if (!rc && in == TOOL_IN_QUERY)
		rc = url_append_encoded(out, plain.bytes, plain.len);
	else if (!rc)
		rc = secret_append_secret(out, &plain);
	secret_release(&plain);
	return rc;
}

/* What an argument put there. In a query a name is encoded as ours is; in a cookie ours is not. */
static enum rc drop_others(struct tool_parts *parts, const char *name, bool header)
{
	struct secret encoded = SECRET_EMPTY;
	enum rc rc = url_append_encoded(&encoded, name, strlen(name));

	if (!rc) {
		tool_parts_drop(parts, name, header);
		tool_parts_drop(parts, secret_text(&encoded), header);
	}
	secret_release(&encoded);
	return rc;
}

static enum rc put(struct tool_request *request, const struct authorize_item *item,
	const struct secret *value, struct bind_fault *fault)
{
	bool header = item->kind != AUTHORIZE_VALUE || item->in == TOOL_IN_HEADER;
	struct tool_parts *parts = header                      ? &request->headers
				   : item->in == TOOL_IN_QUERY ? &request->query
							       : &request->cookies;
	const char *name = name_of(item);
	struct secret text = SECRET_EMPTY;
	enum rc rc;

	if (header && tool_header_is_ours(name) && strcasecmp(name, "Authorization") != 0)
		return refuse(fault, item, "is set to go into a header that is not to be set");
	if (parts == &request->query)
		rc = url_append_encoded(&text, name, strlen(name));
	else
		rc = secret_append_text(&text, name);
	if (!rc)
		rc = drop_others(parts, name, header);
	if (!rc)
		rc = tool_parts_add(parts, &text, value, true);
	if (!rc)
		parts->items[parts->n - 1].shown = header ? strlen(prefix_of(item)) : 0;
	secret_release(&text);
	return rc;
}

static bool same_place(const struct authorize_item *a, const struct authorize_item *b)
{
	enum tool_place in_a = a->kind == AUTHORIZE_VALUE ? a->in : TOOL_IN_HEADER;
	enum tool_place in_b = b->kind == AUTHORIZE_VALUE ? b->in : TOOL_IN_HEADER;

	if (in_a != in_b)
		return false;
	return in_a == TOOL_IN_HEADER ? strcasecmp(name_of(a), name_of(b)) == 0
				      : strcmp(name_of(a), name_of(b)) == 0;
}

enum rc tool_authorize(struct tool_request *request, const struct authorize_item *items, size_t n,
	struct bind_fault *fault)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < n; i++) {
		struct secret value = SECRET_EMPTY;

		for (size_t k = 0; !rc && k < i; k++)
			if (same_place(&items[k], &items[i]))
				rc = refuse(
					fault, &items[i], "would take the place of another one");
		if (!rc)
			rc = value_text(&items[i], &value, fault);
		if (!rc)
			rc = put(request, &items[i], &value, fault);
		secret_release(&value);
	}
	return rc;
}
