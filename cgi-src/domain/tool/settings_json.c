/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON of the settings of an API tool. A reader of an object takes the members that it knows and counts them, so
 * that one it does not know is noticed.
 */
#include <stdio.h>
#include <string.h>

#include "domain/tool/settings.h"

/* An object that is being read. */
struct object {
	jsonv *v;
	size_t found;
	bool bad;
};

static struct object object_of(jsonv *v)
{
	return (struct object){.v = v, .bad = jsonr_kind(v) != JSONR_OBJECT};
}

static bool is_done(const struct object *o)
{
	return !o->bad && o->found == jsonr_length(o->v);
}

static jsonv *member(struct object *o, const char *pointer)
{
	jsonv *v = NULL;

	if (o->bad || !jsonr_pointer(o->v, pointer, &v))
		return NULL;
	o->found++;
	return v;
}

/* A text without control characters; jsonr gives them with a NUL behind. NULL: none, or too long. */
static const char *text_of(jsonv *v)
{
	const char *p;
	size_t len;

	if (!jsonr_text(v, &p, &len) || len > URL_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return NULL;
	return p;
}

static const char *text(struct object *o, const char *pointer)
{
	size_t before = o->found;
	jsonv *v = member(o, pointer);
	const char *p = v ? text_of(v) : NULL;

	if (o->found != before && !p)
		o->bad = true;
	return p ? p : "";
}

static bool flag(struct object *o, const char *pointer)
{
	bool value = false;
	size_t before = o->found;
	jsonv *v = member(o, pointer);

	if (o->found != before && !jsonr_bool(v, &value))
		o->bad = true;
	return value;
}

/* An array; NULL: none, which has no elements. */
static jsonv *list(struct object *o, const char *pointer, size_t max)
{
	size_t before = o->found;
	jsonv *v = member(o, pointer);

	if (o->found == before)
		return NULL;
	if (jsonr_kind(v) != JSONR_ARRAY || jsonr_length(v) > max)
		o->bad = true;
	return o->bad ? NULL : v;
}

/* ---- reading ---- */

static bool is_id(const char *id)
{
	size_t len = strlen(id);

	return len >= 1 && len <= TOOL_AUTH_ID_MAX && id[0] >= 'a' && id[0] <= 'z' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

static bool read_auth(jsonv *v, struct tool_auth *out)
{
	struct object o = object_of(v);
	const char *in;

	if (!tool_auth_type_of(text(&o, "/type"), &out->type))
		return false;
	out->id = text(&o, "/id");
	out->scheme = text(&o, "/scheme");
	out->name = out->prefix = "";
	if (out->type == TOOL_AUTH_API_KEY) {
		in = text(&o, "/in");
		out->prefix = text(&o, "/prefix");
		if (!tool_place_of(in, &out->in))
			return false;
	}
	if (out->type == TOOL_AUTH_API_KEY || out->type == TOOL_AUTH_HEADER)
		out->name = text(&o, "/name");
	return is_done(&o) && is_id(out->id);
}

static bool read_auths(struct object *o, struct tool_settings *out)
{
	jsonv *v = list(o, "/auth", TOOL_AUTH_MAX);

	for (size_t i = 0; i < jsonr_length(v); i++) {
		if (!read_auth(jsonr_at(v, i), &out->auth[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(out->auth[k].id, out->auth[i].id) == 0)
				return false;
		out->n_auth++;
	}
	return !o->bad;
}

static bool read_params(struct object *o, struct tool_oauth2 *out)
{
	jsonv *v = list(o, "/params", TOOL_PARAMS_MAX);

	for (size_t i = 0; i < jsonr_length(v); i++) {
		jsonv *pair = jsonr_at(v, i);
		struct tool_pair *p = &out->params[out->n_params++];

		if (jsonr_kind(pair) != JSONR_ARRAY || jsonr_length(pair) != 2)
			return false;
		p->name = text_of(jsonr_at(pair, 0));
		p->value = text_of(jsonr_at(pair, 1));
		if (!p->name || !p->value)
			return false;
	}
	return !o->bad;
}

static bool read_scopes(struct object *o, struct tool_oauth2 *out)
{
	jsonv *v = list(o, "/scopes", TOOL_SCOPES_MAX);

	for (size_t i = 0; i < jsonr_length(v); i++) {
		const char *scope = text_of(jsonr_at(v, i));

		if (!scope)
			return false;
		out->scopes[out->n_scopes++] = scope;
	}
	return !o->bad;
}

static bool read_send(struct object *o, struct tool_oauth2 *out)
{
	struct object send = object_of(member(o, "/send"));
	bool placed = tool_place_of(text(&send, "/in"), &out->send_in);

	out->send_name = text(&send, "/name");
	out->send_prefix = text(&send, "/prefix");
	return placed && is_done(&send);
}

static bool read_oauth2(jsonv *v, struct tool_oauth2 *out)
{
	struct object o = object_of(v);
	bool good = tool_grant_of(text(&o, "/grant"), &out->grant) &&
		    tool_client_auth_of(text(&o, "/client_auth"), &out->client_auth);

	out->scheme = text(&o, "/scheme");
	out->authorization_url = text(&o, "/authorization_url");
	out->token_url = text(&o, "/token_url");
	out->refresh_url = text(&o, "/refresh_url");
	out->scope_separator = text(&o, "/scope_separator");
	out->pkce = flag(&o, "/pkce");
	return good && read_params(&o, out) && read_scopes(&o, out) && read_send(&o, out) &&
	       is_done(&o);
}

struct variables {
	struct tool_settings *out;
	bool bad;
};

static void read_variable(const char *name, jsonv *v, void *arg)
{
	struct variables *r = arg;
	const char *value = text_of(v);

	if (!value || !name[0] || strlen(name) > TOOL_TEXT_MAX ||
		r->out->n_variables == TOOL_VARIABLES_MAX)
		r->bad = true;
	else
		r->out->variables[r->out->n_variables++] = (struct tool_pair){name, value};
}

static bool read_variables(struct object *o, struct tool_settings *out)
{
	struct variables r = {.out = out};
	size_t before = o->found;
	jsonv *v = member(o, "/variables");

	if (o->found == before)
		return !o->bad;
	if (jsonr_kind(v) != JSONR_OBJECT)
		return false;
	jsonr_each(v, read_variable, &r);
	return !r.bad;
}

static bool read_settings(jsonv *root, struct tool_settings *out)
{
	struct object o = object_of(root);
	jsonv *oauth2;

	out->server = text(&o, "/server");
	if (!read_variables(&o, out) || !read_auths(&o, out))
		return false;
	oauth2 = member(&o, "/oauth2"); /* null stands for none */
	out->has_oauth2 = oauth2 != NULL;
	return is_done(&o) && (!oauth2 || read_oauth2(oauth2, &out->oauth2));
}

enum rc tool_settings_parse(const char *p, size_t len, struct tool_settings *out)
{
	enum rc rc;

	*out = TOOL_SETTINGS_EMPTY;
	if (len == 0)
		return RC_OK;
	rc = jsonr_parse(p, len, &out->doc);
	if (rc == RC_OK && !read_settings(jsonr_root(out->doc), out))
		rc = RC_INVALID;
	if (rc != RC_OK)
		tool_settings_release(out);
	return rc;
}

void tool_settings_release(struct tool_settings *s)
{
	jsonr_free(s->doc);
	*s = TOOL_SETTINGS_EMPTY;
}

/* ---- writing ---- */

/* before as it is, then text quoted. The first error stays in *rc. */
static void put(struct secret *out, enum rc *rc, const char *before, const char *string)
{
	if (*rc == RC_OK)
		*rc = secret_append_text(out, before);
	if (*rc == RC_OK && string)
		*rc = jsonr_append_string(out, string, strlen(string));
}

static void put_auth(struct secret *out, enum rc *rc, const struct tool_auth *a, bool first)
{
	put(out, rc, first ? "{\"id\":" : ",{\"id\":", a->id);
	put(out, rc, ",\"scheme\":", a->scheme);
	put(out, rc, ",\"type\":", tool_auth_type_word(a->type));
	if (a->type == TOOL_AUTH_API_KEY) {
		put(out, rc, ",\"in\":", tool_place_word(a->in));
		put(out, rc, ",\"prefix\":", a->prefix);
	}
	if (a->type == TOOL_AUTH_API_KEY || a->type == TOOL_AUTH_HEADER)
		put(out, rc, ",\"name\":", a->name);
	put(out, rc, "}", NULL);
}

static void put_oauth2(struct secret *out, enum rc *rc, const struct tool_oauth2 *o)
{
	put(out, rc, "{\"scheme\":", o->scheme);
	put(out, rc, ",\"grant\":", tool_grant_word(o->grant));
	put(out, rc, ",\"authorization_url\":", o->authorization_url);
	put(out, rc, ",\"token_url\":", o->token_url);
	put(out, rc, ",\"refresh_url\":", o->refresh_url);
	put(out, rc, ",\"scopes\":[", NULL);
	for (size_t i = 0; i < o->n_scopes; i++)
		put(out, rc, i ? "," : "", o->scopes[i]);
	put(out, rc, "],\"scope_separator\":", o->scope_separator);
	put(out, rc, ",\"client_auth\":", tool_client_auth_word(o->client_auth));
	put(out, rc, o->pkce ? ",\"pkce\":true" : ",\"pkce\":false", NULL);
	put(out, rc, ",\"params\":[", NULL);
	for (size_t i = 0; i < o->n_params; i++) {
		put(out, rc, i ? ",[" : "[", o->params[i].name);
		put(out, rc, ",", o->params[i].value);
		put(out, rc, "]", NULL);
	}
	put(out, rc, "],\"send\":{\"in\":", tool_place_word(o->send_in));
	put(out, rc, ",\"name\":", o->send_name);
	put(out, rc, ",\"prefix\":", o->send_prefix);
	put(out, rc, "}}", NULL);
}

enum rc tool_settings_render(const struct tool_settings *s, struct buf *out)
{
	struct secret text = SECRET_EMPTY; /* what jsonr_append_string writes into */
	enum rc rc = RC_OK;

	put(&text, &rc, "{\"server\":", s->server);
	put(&text, &rc, ",\"variables\":{", NULL);
	for (size_t i = 0; i < s->n_variables; i++) {
		put(&text, &rc, i ? "," : "", s->variables[i].name);
		put(&text, &rc, ":", s->variables[i].value);
	}
	put(&text, &rc, "},\"auth\":[", NULL);
	for (size_t i = 0; i < s->n_auth; i++)
		put_auth(&text, &rc, &s->auth[i], i == 0);
	put(&text, &rc, "],\"oauth2\":", NULL);
	if (s->has_oauth2)
		put_oauth2(&text, &rc, &s->oauth2);
	put(&text, &rc, s->has_oauth2 ? "}" : "null}", NULL);
	if (rc == RC_OK)
		buf_add(out, text.bytes, text.len);
	secret_release(&text);
	return rc == RC_OK ? buf_done(out) : rc;
}
