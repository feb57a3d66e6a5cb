/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/bind.h"

#include <stdio.h>
#include <string.h>

#include "domain/tool/bind_int.h"
#include "platform/url.h"

struct binding {
	const struct plan *plan;
	const struct bind_values *values;
	struct tool_request *out;
	struct bind_fault *fault;
};

/* --- values of parameters --- */

static enum rc refuse(const struct binding *b, const char *as, const char *what)
{
	bind_fault_set(b->fault, "bad_argument", as, "%s %s", as, what);
	return RC_INVALID;
}

static enum rc refuse_long(const struct binding *b)
{
	bind_fault_set(b->fault, "too_large", "",
		"the URL becomes longer than %d bytes, or has too many parts", URL_CALL_MAX);
	return RC_INVALID;
}

/* What style_* and secret_* answer, about this argument. */
static enum rc explain(const struct binding *b, const char *as, enum rc rc)
{
	if (rc == RC_INVALID)
		return refuse(b, as, "holds the character U+0000, which cannot be sent there");
	return rc == RC_LIMIT ? refuse_long(b) : rc;
}

/* As the media type that the parameter's content names. */
static enum rc content_text(const struct plan_parameter *p, jsonv *v, struct secret *out)
{
	struct secret text = SECRET_EMPTY;
	enum rc rc;

	if (plan_media_of(p->content) == PLAN_JSON)
		rc = jsonr_append(&text, v);
	else
		rc = style_text(v, &text);
	if (!rc)
		rc = style_escape_text(p->style.escape, secret_text(&text), text.len, out);
	secret_release(&text);
	return rc;
}

static enum rc join(const struct plan_parameter *p, jsonv *v, struct secret *out)
{
	return p->content ? content_text(p, v, out) : style_join(&p->style, p->name, v, out);
}

/* --- path --- */

static const struct plan_parameter *path_parameter(
	const struct plan *plan, const char *name, size_t len)
{
	for (size_t i = 0; i < plan->n_parameters; i++)
		if (plan->parameters[i].in == PLAN_PATH &&
			strlen(plan->parameters[i].name) == len &&
			memcmp(plan->parameters[i].name, name, len) == 0)
			return &plan->parameters[i];
	return NULL;
}

/* Servers decode before they resolve; so a value may not become "..", however it stands in a path. The grammar of
 * URLs knows all the spellings. */
static bool climbs(const struct secret *text)
{
	struct secret probe = SECRET_EMPTY;
	struct url url;
	bool bad;

	bad = secret_append_text(&probe, "https://h/") != RC_OK ||
	      secret_append_secret(&probe, text) != RC_OK ||
	      (probe.len <= URL_CALL_MAX && url_parse_call(secret_text(&probe), &url) != RC_OK);
	secret_release(&probe);
	return bad;
}

static enum rc add_path_value(const struct binding *b, const struct plan_parameter *p)
{
	jsonv *v = b->values->items[p - b->plan->parameters].v;
	struct secret text = SECRET_EMPTY;
	enum rc rc = explain(b, p->as, join(p, v, &text));

	if (!rc && (style_is_empty(v) || text.len == 0))
		rc = refuse(b, p->as, "is a part of the path and must not be empty");
	else if (!rc && climbs(&text))
		rc = refuse(b, p->as,
			"is a part of the path and must not be \".\" or \"..\", nor have such a "
			"step in it");
	if (!rc)
		rc = explain(b, p->as, secret_append_secret(&b->out->target, &text));
	secret_release(&text);
	return rc;
}

static enum rc refuse_operation(const struct binding *b, const char *what)
{
	bind_fault_set(b->fault, "bad_operation", "", "the operation's path %s cannot be used: %s",
		b->plan->path, what);
	return RC_INVALID;
}

static enum rc add_path(const struct binding *b)
{
	const char *at = b->plan->path;
	enum rc rc = RC_OK;

	while (!rc && *at) {
		size_t len = strcspn(at, "{");
		const char *end = at[len] ? strchr(at + len, '}') : NULL;
		const struct plan_parameter *p;

		rc = secret_append(&b->out->target, at, len);
		if (rc || !at[len])
			return rc;
		p = end ? path_parameter(b->plan, at + len + 1, (size_t)(end - at) - len - 1)
			: NULL;
		if (!p)
			return refuse_operation(b, "it has a place that no argument fills");
		rc = add_path_value(b, p);
		at = end + 1;
	}
	return rc;
}

/* --- target: server and path --- */

static enum rc choose_server(const struct binding *b, const struct tool_settings *settings,
	jsonv *head, char out[URL_MAX + 1])
{
	const char *url = settings->server;
	jsonv *declared = NULL, *servers = NULL;
	size_t len;

	if (jsonr_length(b->plan->servers) > 0) {
		servers = b->plan->servers;
		if (!jsonr_get(jsonr_at(servers, 0), "url", &declared) ||
			!jsonr_text(declared, &url, &len))
			url = "";
	} else if (!jsonr_get(head, "servers", &servers)) {
		servers = NULL;
	}
	declared = tool_server_declared(servers, url);
	if (*url && tool_server_resolve(url, declared, settings, out) == RC_OK)
		return RC_OK;
	bind_fault_set(b->fault, "no_server", "",
		*url ? "the server %s cannot be used: a variable has no value, or it is no URL"
		     : "no server has been chosen for this tool%s",
		url);
	return RC_INVALID;
}

static enum rc make_target(
	const struct binding *b, const struct tool_settings *settings, jsonv *head)
{
	char server[URL_MAX + 1], origin[URL_ORIGIN_SIZE];
	struct secret *target = &b->out->target;
	struct url url;
	enum rc rc = choose_server(b, settings, head, server);

	if (rc)
		return rc;
	if (url_parse(server, URL_HTTP_TOO, &url))
		return refuse_operation(b, "its server is no URL");
	url_origin(&url, b->out->origin);
	rc = secret_set(target, server, strlen(server));
	if (!rc)
		rc = add_path(b);
	if (rc)
		return rc;
	if (target->len > URL_CALL_MAX)
		return refuse_long(b);
	if (strlen(secret_text(target)) != target->len ||
		url_parse_call(secret_text(target), &url) || url_has_query(&url))
		return refuse_operation(b, "what comes of it is no URL");
	url_origin(&url, origin);
	return strcmp(origin, b->out->origin) == 0 ? RC_OK
						   : refuse_operation(b, "it leaves the server");
}

/* --- query, headers, cookies --- */

static enum rc emit(void *arg, const struct secret *name, const struct secret *value)
{
	return tool_parts_add(arg, name, value, false);
}

static enum rc add_pairs(const struct plan_parameter *p, jsonv *v, struct tool_parts *out)
{
	struct secret name = SECRET_EMPTY, value = SECRET_EMPTY;
	bool empty = !p->content && style_is_empty(v);
	enum rc rc;

	if (!p->content && !empty)
		return style_pairs(&p->style, p->name, v, emit, out);
	if (empty && !p->allow_empty)
		return RC_OK;
	rc = url_append_encoded(&name, p->name, strlen(p->name));
	if (!rc && !empty)
		rc = content_text(p, v, &value);
	if (!rc)
		rc = tool_parts_add(out, &name, &value, false);
	secret_release(&name);
	secret_release(&value);
	return rc;
}

static bool is_header_text(const struct secret *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->bytes[i] < 0x20 || text->bytes[i] == 0x7f)
			return false;
	return true;
}

static enum rc add_header(const struct binding *b, const struct plan_parameter *p, jsonv *v)
{
	struct secret name = SECRET_EMPTY, text = SECRET_EMPTY;
	enum rc rc;

	if (!p->content && style_is_empty(v))
		return RC_OK;
	rc = explain(b, p->as, join(p, v, &text));
	if (!rc && !is_header_text(&text))
		rc = refuse(b, p->as,
			"is a header and must not hold line breaks or other control characters");
	if (!rc)
		rc = secret_append_text(&name, p->name);
	if (!rc)
		rc = tool_parts_add(&b->out->headers, &name, &text, false);
	secret_release(&name);
	secret_release(&text);
	return rc;
}

static enum rc add_parameter(const struct binding *b, const struct plan_parameter *p, jsonv *v)
{
	switch (p->in) {
	case PLAN_QUERY:
		return explain(b, p->as, add_pairs(p, v, &b->out->query));
	case PLAN_COOKIE:
		return explain(b, p->as, add_pairs(p, v, &b->out->cookies));
	case PLAN_HEADER:
		return add_header(b, p, v);
	case PLAN_PATH:
		break;
	}
	return RC_OK; /* it stands in the target */
}

static enum rc add_literals(const struct binding *b)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < b->plan->n_query; i++) {
		const struct plan_literal *literal = &b->plan->query[i];
		struct secret name = SECRET_EMPTY, value = SECRET_EMPTY;

		rc = url_append_encoded(&name, literal->name, strlen(literal->name));
		if (!rc)
			rc = url_append_encoded(&value, literal->value, strlen(literal->value));
		if (!rc)
			rc = tool_parts_add(&b->out->query, &name, &value, false);
		secret_release(&name);
		secret_release(&value);
	}
	return rc;
}

static enum rc add_parameters(const struct binding *b)
{
	enum rc rc = add_literals(b);

	for (size_t i = 0; !rc && i < b->plan->n_parameters; i++)
		if (b->values->items[i].given)
			rc = add_parameter(b, &b->plan->parameters[i], b->values->items[i].v);
	return rc;
}

/* The first type that a success is said to have, and then whatever there is. */
static enum rc add_accept(const struct binding *b)
{
	const char *type = NULL, *status = NULL;
	struct secret text = SECRET_EMPTY, name = SECRET_EMPTY;
	size_t len;
	jsonv *v;
	enum rc rc;

	if (tool_parts_find(&b->out->headers, "Accept", true))
		return RC_OK;
	for (size_t i = 0; !type && i < jsonr_length(b->plan->responses); i++) {
		jsonv *response = jsonr_at(b->plan->responses, i);

		if (jsonr_get(response, "status", &v) && jsonr_text(v, &status, &len) &&
			*status == '2' && jsonr_get(response, "content_type", &v))
			(void)jsonr_text(v, &type, &len);
	}
	rc = secret_append_text(&name, "Accept");
	if (!rc && type && *type && strcmp(type, "*/*") != 0 && strlen(type) < 256) {
		rc = secret_append_text(&text, type);
		if (!rc && is_header_text(&text))
			rc = secret_append_text(&text, ", */*;q=0.8");
		else
			secret_release(&text);
	}
	if (!rc && text.len == 0)
		rc = secret_append_text(&text, "*/*");
	if (!rc)
		rc = tool_parts_add(&b->out->headers, &name, &text, false);
	secret_release(&name);
	secret_release(&text);
	return rc;
}

/* --- the whole --- */

static enum rc check_length(const struct binding *b)
{
	struct secret url = SECRET_EMPTY;
	enum rc rc = tool_request_url(b->out, &url);

	secret_release(&url);
	if (rc == RC_INVALID)
		return refuse_operation(b, "what comes of its query is no URL");
	return rc == RC_LIMIT ? refuse_long(b) : rc;
}

static enum rc bind_all(const struct binding *b, const struct tool_settings *settings, jsonv *head)
{
	enum rc rc = make_target(b, settings, head);

	(void)snprintf(b->out->method, sizeof b->out->method, "%s", b->plan->method);
	if (!rc)
		rc = add_parameters(b);
	if (!rc)
		rc = add_accept(b);
	if (!rc)
		rc = bind_body(b->values, b->out, b->fault);
	return rc ? rc : check_length(b);
}

enum rc bind_request(const struct plan *plan, const struct tool_settings *settings, jsonv *head,
	jsonv *arguments, struct tool_request *out, struct bind_fault *fault)
{
	struct bind_values values;
	struct binding b = {.plan = plan, .values = &values, .out = out, .fault = fault};
	enum rc rc = bind_values_init(plan, arguments, &values, fault);

	*out = TOOL_REQUEST_EMPTY;
	if (!rc)
		rc = bind_all(&b, settings, head);
	bind_values_release(&values);
	return rc == RC_LIMIT ? refuse_long(&b) : rc;
}
