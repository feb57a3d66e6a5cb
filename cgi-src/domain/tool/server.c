/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers of a description and their variables. What is chosen for a variable, or what a document says, may be any
 * part of a URL; so what comes of it is held against our own grammar (url.h), and where it leads is told by its
 * origin alone, to which secrets are bound.
 */
#include <string.h>

#include "domain/tool/settings.h"

/* What a person or a document may put into a URL; brackets, '@', '%', '?', '#' are not among them. */
static const char value_chars[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~:/";

static jsonv *at(jsonv *v, const char *pointer)
{
	jsonv *found = NULL;

	return jsonr_pointer(v, pointer, &found) ? found : NULL;
}

static bool text_is(jsonv *v, const char *p, size_t len)
{
	const char *text;
	size_t text_len;

	return jsonr_text(v, &text, &text_len) && text_len == len && memcmp(text, p, len) == 0;
}

/* The one of these objects whose member at pointer is that text; NULL: none. */
static jsonv *find(jsonv *list, const char *pointer, const char *p, size_t len)
{
	for (size_t i = 0; i < jsonr_length(list); i++)
		if (text_is(at(jsonr_at(list, i), pointer), p, len))
			return jsonr_at(list, i);
	return NULL;
}

jsonv *tool_server_declared(jsonv *servers, const char *url)
{
	return at(find(servers, "/url", url, strlen(url)), "/variables");
}

static bool is_in(jsonv *list, const char *value)
{
	for (size_t i = 0; i < jsonr_length(list); i++)
		if (text_is(jsonr_at(list, i), value, strlen(value)))
			return true;
	return jsonr_length(list) == 0;
}

/* NULL: it has none that may be used. */
static const char *value_of(
	const char *name, size_t len, jsonv *declared, const struct tool_settings *s)
{
	jsonv *variable = find(declared, "/name", name, len);
	const char *value = NULL;
	size_t value_len;

	for (size_t i = 0; i < s->n_variables && !value; i++)
		if (strlen(s->variables[i].name) == len &&
			memcmp(s->variables[i].name, name, len) == 0)
			value = s->variables[i].value;
	if (!value && !jsonr_text(at(variable, "/default"), &value, &value_len))
		return NULL;
	return value[strspn(value, value_chars)] == '\0' && is_in(at(variable, "/enum"), value)
		       ? value
		       : NULL;
}

static bool append(char out[URL_MAX + 1], size_t *n, const char *p, size_t len)
{
	if (len > URL_MAX - *n)
		return false;
	memcpy(out + *n, p, len);
	*n += len;
	out[*n] = '\0';
	return true;
}

static bool substitute(const char *url, jsonv *declared, const struct tool_settings *s,
	char out[URL_MAX + 1], size_t *n)
{
	while (*url) {
		size_t len = strcspn(url, "{");
		const char *end = url[len] ? strchr(url + len, '}') : NULL;
		const char *value = "";

		if (!append(out, n, url, len) || (url[len] && !end))
			return false;
		if (!end)
			return true;
		value = value_of(url + len + 1, (size_t)(end - url) - len - 1, declared, s);
		if (!value || !append(out, n, value, strlen(value)))
			return false;
		url = end + 1;
	}
	return true;
}

enum rc tool_server_resolve(
	const char *url, jsonv *declared, const struct tool_settings *s, char out[URL_MAX + 1])
{
	struct url parsed;
	size_t n = 0;
	bool good;

	out[0] = '\0';
	good = substitute(url, declared, s, out, &n);
	while (good && n > 0 && out[n - 1] == '/')
		out[--n] = '\0';
	good = good && url_parse(out, URL_HTTP_TOO, &parsed) == RC_OK && !url_has_query(&parsed);
	if (!good)
		out[0] = '\0';
	return good ? RC_OK : RC_INVALID;
}

/* ---- where requests go ---- */

static void add_origin(
	struct tool_origins *out, const char *url, jsonv *declared, const struct tool_settings *s)
{
	char text[URL_MAX + 1], origin[URL_ORIGIN_SIZE];
	struct url parsed;

	if (!url[0] || tool_server_resolve(url, declared, s, text) != RC_OK ||
		url_parse(text, URL_HTTP_TOO, &parsed) != RC_OK)
		return;
	url_origin(&parsed, origin);
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i], origin) == 0)
			return;
	if (out->n < TOOL_ORIGINS_MAX)
		memcpy(out->items[out->n++], origin, sizeof(origin));
}

void tool_origins(jsonv *head, const struct tool_settings *s, struct tool_origins *out)
{
	jsonv *own = at(head, "/operation_servers");
	const char *url;
	size_t len;

	out->n = 0;
	add_origin(out, s->server, tool_server_declared(at(head, "/servers"), s->server), s);
	for (size_t i = 0; i < jsonr_length(own); i++)
		if (jsonr_text(at(jsonr_at(own, i), "/url"), &url, &len))
			add_origin(out, url, at(jsonr_at(own, i), "/variables"), s);
}
