/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- parts --- */

static void part_release(struct tool_part *part)
{
	secret_release(&part->name);
	secret_release(&part->value);
}

static void parts_release(struct tool_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		part_release(&parts->items[i]);
	free(parts->items);
	*parts = (struct tool_parts){.n = 0};
}

static enum rc parts_grow(struct tool_parts *parts)
{
	size_t cap = parts->cap ? parts->cap * 2 : 8;
	struct tool_part *items;

	if (parts->n < parts->cap)
		return RC_OK;
	if (parts->n >= TOOL_PARTS_MAX)
		return RC_LIMIT;
	items = realloc(parts->items, cap * sizeof *items); /* pointers move, the secrets do not */
	if (!items)
		return RC_NOMEM;
	parts->items = items;
	parts->cap = cap;
	return RC_OK;
}

enum rc tool_parts_add(struct tool_parts *parts, const struct secret *name,
	const struct secret *value, bool hidden)
{
	struct tool_part part = {.hidden = hidden};
	enum rc rc = parts_grow(parts);

	if (!rc)
		rc = secret_append_secret(&part.name, name);
	if (!rc)
		rc = secret_append_secret(&part.value, value);
	if (!rc)
		parts->items[parts->n++] = part;
	else
		part_release(&part);
	return rc;
}

enum rc tool_parts_add_text(struct tool_parts *parts, const char *name, const char *value)
{
	struct secret n = SECRET_EMPTY, v = SECRET_EMPTY;
	enum rc rc = secret_append_text(&n, name);

	if (!rc)
		rc = secret_append_text(&v, value);
	if (!rc)
		rc = tool_parts_add(parts, &n, &v, false);
	secret_release(&n);
	secret_release(&v);
	return rc;
}

static bool part_is(const struct tool_part *part, const char *name, bool any_case)
{
	const char *own = secret_text(&part->name);

	return any_case ? strcasecmp(own, name) == 0 : strcmp(own, name) == 0;
}

void tool_parts_drop(struct tool_parts *parts, const char *name, bool any_case)
{
	size_t kept = 0;

	for (size_t i = 0; i < parts->n; i++) {
		if (part_is(&parts->items[i], name, any_case))
			part_release(&parts->items[i]);
		else
			parts->items[kept++] = parts->items[i];
	}
	parts->n = kept;
}

const struct tool_part *tool_parts_find(
	const struct tool_parts *parts, const char *name, bool any_case)
{
	for (size_t i = 0; i < parts->n; i++)
		if (part_is(&parts->items[i], name, any_case))
			return &parts->items[i];
	return NULL;
}

void tool_request_release(struct tool_request *request)
{
	secret_release(&request->target);
	secret_release(&request->body);
	free(request->files);
	parts_release(&request->query);
	parts_release(&request->headers);
	parts_release(&request->cookies);
	*request = TOOL_REQUEST_EMPTY;
}

enum rc tool_request_add_file(struct tool_request *request, const void *p, size_t len)
{
	struct tool_span *files =
		realloc(request->files, (request->n_files + 1) * sizeof *request->files);

	if (!files)
		return RC_NOMEM;
	request->files = files;
	files[request->n_files++] = (struct tool_span){.at = request->body.len, .len = len};
	return secret_append(&request->body, p, len);
}

bool tool_header_is_ours(const char *name)
{
	static const char *const names[] = {"Authorization", "Connection", "Content-Length",
		"Content-Type", "Cookie", "Cookie2", "Expect", "Host", "Keep-Alive", "TE",
		"Trailer", "Transfer-Encoding", "Upgrade"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "Proxy-", 6) == 0;
}

/* --- as HTTP --- */

enum rc tool_request_url(const struct tool_request *request, struct secret *out)
{
	struct url url;
	enum rc rc = secret_set(out, request->target.bytes, request->target.len);

	for (size_t i = 0; !rc && i < request->query.n; i++) {
		rc = secret_append_text(out, i == 0 ? "?" : "&");
		if (!rc)
			rc = secret_append_secret(out, &request->query.items[i].name);
		if (!rc)
			rc = secret_append_text(out, "=");
		if (!rc)
			rc = secret_append_secret(out, &request->query.items[i].value);
	}
	if (!rc && out->len > URL_CALL_MAX)
		return RC_LIMIT;
	return rc ? rc : url_parse_call(secret_text(out), &url);
}

static enum rc add_cookies(const struct tool_request *request, struct httpc_request *out)
{
	struct secret line = SECRET_EMPTY;
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < request->cookies.n; i++) {
		rc = secret_append_text(&line, i == 0 ? "" : "; ");
		if (!rc)
			rc = secret_append_secret(&line, &request->cookies.items[i].name);
		if (!rc)
			rc = secret_append_text(&line, "=");
		if (!rc)
			rc = secret_append_secret(&line, &request->cookies.items[i].value);
	}
	if (!rc && request->cookies.n > 0)
		rc = httpc_request_header(out, "Cookie", line.bytes, line.len);
	secret_release(&line);
	return rc;
}

enum rc tool_request_http(const struct tool_request *request, struct httpc_request *out)
{
	enum rc rc;

	*out = (struct httpc_request){.method = request->method, .has_body = request->has_body};
	rc = tool_request_url(request, &out->url);
	for (size_t i = 0; !rc && i < request->headers.n; i++) {
		const struct tool_part *header = &request->headers.items[i];

		rc = httpc_request_header(out, secret_text(&header->name),
			secret_text(&header->value), header->value.len);
	}
	if (!rc)
		rc = add_cookies(request, out);
	return rc ? rc : secret_set(&out->body, secret_text(&request->body), request->body.len);
}
