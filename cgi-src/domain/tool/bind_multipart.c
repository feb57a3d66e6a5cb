/* SPDX-License-Identifier: Apache-2.0
 *
 * multipart/form-data (RFC 7578), names and file names quoted as browsers do (WHATWG HTML §4.10.21.8): what follows a
 * line break or a quote in them never becomes a header.
 */
#include <stdio.h>
#include <string.h>

#include "domain/tool/bind_int.h"
#include "platform/codec.h"

enum { BOUNDARY_BYTES = 16, TYPE_MAX = 255 };

struct multipart {
	struct tool_request *out;
	struct bind_fault *fault;
	const struct plan_member *member; /* whose parts are written; NULL: a further member */
	char boundary[8 + 2 * BOUNDARY_BYTES + 1];
	enum rc rc;
};

static enum rc add(struct multipart *m, const char *text)
{
	return secret_append_text(&m->out->body, text);
}

static enum rc add_quoted(struct multipart *m, const char *name)
{
	enum rc rc = add(m, "\"");

	for (; !rc && *name; name++) {
		if (*name == '"')
			rc = add(m, "%22");
		else if (*name == '\r')
			rc = add(m, "%0D");
		else if (*name == '\n')
			rc = add(m, "%0A");
		else
			rc = secret_append(&m->out->body, name, 1);
	}
	return rc ? rc : add(m, "\"");
}

/* The first of a list that names one type; "" when there is none. */
static void first_type(const char *list, char out[TYPE_MAX + 1])
{
	out[0] = '\0';
	while (list && *list) {
		size_t len;

		list += strspn(list, " ,");
		len = strcspn(list, ",");
		if (len > 0 && len <= TYPE_MAX && !memchr(list, '*', len)) {
			memcpy(out, list, len);
			out[len] = '\0';
			return;
		}
		list += len;
	}
}

static bool is_header_text(const char *p)
{
	size_t len = strlen(p);

	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return false;
	return len > 0 && len <= TYPE_MAX;
}

static enum rc open_part(
	struct multipart *m, const char *name, const char *filename, const char *type)
{
	enum rc rc = add(m, "--");

	if (!rc)
		rc = add(m, m->boundary);
	if (!rc)
		rc = add(m, "\r\nContent-Disposition: form-data; name=");
	if (!rc)
		rc = add_quoted(m, name);
	if (!rc && filename)
		rc = add(m, "; filename=");
	if (!rc && filename)
		rc = add_quoted(m, filename);
	if (!rc && *type)
		rc = add(m, "\r\nContent-Type: ");
	if (!rc)
		rc = add(m, type);
	return rc ? rc : add(m, "\r\n\r\n");
}

static enum rc add_file(struct multipart *m, const char *name, jsonv *v)
{
	char type[TYPE_MAX + 1];
	struct bind_file file;
	enum rc rc = bind_file_read(m->member->as, v, &file, m->fault);

	first_type(m->member->content_type, type);
	if (file.content_type && is_header_text(file.content_type))
		memcpy(type, file.content_type, strlen(file.content_type) + 1);
	else if (!type[0])
		first_type(file.is_text ? "text/plain" : "application/octet-stream", type);
	if (!rc)
		rc = open_part(m, name, file.filename ? file.filename : name, type);
	if (!rc && file.is_text)
		rc = secret_append_secret(&m->out->body, &file.bytes);
	else if (!rc)
		rc = tool_request_add_file(m->out, file.bytes.bytes, file.bytes.len);
	secret_release(&file.bytes);
	return rc ? rc : add(m, "\r\n");
}

/* An object is JSON where nothing else is said (OpenAPI 3.1.1 §4.8.15.1.1). */
static enum rc add_part(struct multipart *m, const char *name, jsonv *v)
{
	bool tree = jsonr_kind(v) == JSONR_OBJECT || jsonr_kind(v) == JSONR_ARRAY;
	char type[TYPE_MAX + 1];
	enum rc rc;

	first_type(m->member ? m->member->content_type : NULL, type);
	if (tree && !type[0])
		first_type("application/json", type);
	rc = open_part(m, name, NULL, type);
	if (!rc && (tree || (type[0] && plan_media_of(type) == PLAN_JSON)))
		rc = jsonr_append(&m->out->body, v);
	else if (!rc)
		rc = style_text(v, &m->out->body);
	return rc ? rc : add(m, "\r\n");
}

static enum rc emit_part(void *arg, const struct secret *name, const struct secret *value)
{
	struct multipart *m = arg;
	enum rc rc = open_part(m, secret_text(name), NULL, "");

	if (!rc)
		rc = secret_append_secret(&m->out->body, value);
	return rc ? rc : add(m, "\r\n");
}

static enum rc add_value(struct multipart *m, const char *name, jsonv *v)
{
	bool file = m->member && m->member->file;
	struct style style;
	enum rc rc = RC_OK;

	if (!file && m->member && m->member->styled) {
		style = m->member->style;
		style.escape = STYLE_RAW;
		return style_pairs(&style, name, v, emit_part, m);
	}
	if (jsonr_kind(v) != JSONR_ARRAY)
		return file ? add_file(m, name, v) : add_part(m, name, v);
	for (size_t i = 0; !rc && i < jsonr_length(v); i++)
		rc = file ? add_file(m, name, jsonr_at(v, i)) : add_part(m, name, jsonr_at(v, i));
	return rc;
}

static void add_extra(const char *key, jsonv *v, void *arg)
{
	struct multipart *m = arg;

	if (!m->rc)
		m->rc = add_value(m, key, v);
}

static enum rc add_members(struct multipart *m, const struct bind_values *values)
{
	const struct plan_body *plan = &values->plan->body;

	for (size_t i = 0; !m->rc && i < plan->n_members; i++) {
		const struct bind_value *value = &values->items[values->n_parameters + i];

		m->member = &plan->members[i];
		if (value->given)
			m->rc = add_value(m, plan->members[i].name, value->v);
	}
	m->member = NULL;
	if (!m->rc && plan->mode == PLAN_WHOLE)
		jsonr_each(values->items[values->n_parameters].v, add_extra, m);
	else if (!m->rc)
		bind_values_each_extra(values, add_extra, m);
	return m->rc;
}

/* Of 128 random bits: who wrote the values cannot have known it, and so it does not occur in them. */
static void make_boundary(char out[8 + 2 * BOUNDARY_BYTES + 1])
{
	unsigned char random[BOUNDARY_BYTES];

	codec_random(random, sizeof random);
	memcpy(out, "--------", 8);
	codec_hex(random, sizeof random, out + 8);
}

enum rc bind_multipart(
	const struct bind_values *values, struct tool_request *out, struct bind_fault *fault)
{
	struct multipart m = {.out = out, .fault = fault};
	char type[96];
	enum rc rc;

	make_boundary(m.boundary);
	(void)snprintf(type, sizeof type, "multipart/form-data; boundary=%s", m.boundary);
	rc = tool_parts_add_text(&out->headers, "Content-Type", type);
	if (!rc)
		rc = add_members(&m, values);
	if (!rc)
		rc = add(&m, "--");
	if (!rc)
		rc = add(&m, m.boundary);
	return rc ? rc : add(&m, "--\r\n");
}
