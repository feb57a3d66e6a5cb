/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies: JSON, forms, text, and files as they are.
 */
#include <string.h>

#include "domain/tool/bind_int.h"
#include "platform/codec.h"

/* --- files --- */

static const char *member_text(jsonv *object, const char *key, size_t *len)
{
	const char *p = NULL;
	jsonv *v;

	*len = 0;
	return jsonr_get(object, key, &v) && jsonr_text(v, &p, len) ? p : NULL;
}

enum rc bind_file_read(const char *as, jsonv *v, struct bind_file *out, struct bind_fault *fault)
{
	const char *p = NULL;
	size_t len;
	enum rc rc;

	*out = (struct bind_file){.bytes = SECRET_EMPTY};
	if (jsonr_kind(v) == JSONR_STRING && jsonr_text(v, &p, &len)) {
		out->is_text = true;
		return secret_set(&out->bytes, p, len);
	}
	out->filename = member_text(v, "filename", &len);
	out->content_type = member_text(v, "content_type", &len);
	p = member_text(v, "base64", &len);
	rc = p ? codec_unbase64(p, len, &out->bytes) : RC_INVALID;
	if (rc == RC_INVALID)
		bind_fault_set(fault, "bad_argument", as,
			"%s must be a text, or a file as "
			"{\"filename\":\"…\",\"content_type\":\"…\",\"base64\":\"…\"}",
			as);
	return rc;
}

/* --- a type of a header: what was given may hold anything --- */

static bool is_concrete(const char *type)
{
	size_t len = type ? strlen(type) : 0;

	if (len < 3 || len > 255 || !strchr(type, '/') || strchr(type, '*'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (type[i] < 0x20 || type[i] > 0x7e)
			return false;
	return true;
}

static enum rc set_type(struct tool_request *out, const char *type, const char *fallback)
{
	return tool_parts_add_text(
		&out->headers, "Content-Type", is_concrete(type) ? type : fallback);
}

/* --- JSON --- */

struct json_out {
	struct secret *body;
	bool first;
	enum rc rc;
};

static void add_member(const char *key, jsonv *v, void *arg)
{
	struct json_out *j = arg;

	if (!j->rc)
		j->rc = secret_append_text(j->body, j->first ? "" : ",");
	if (!j->rc)
		j->rc = jsonr_append_string(j->body, key, strlen(key));
	if (!j->rc)
		j->rc = secret_append(j->body, ":", 1);
	if (!j->rc)
		j->rc = jsonr_append(j->body, v);
	j->first = false;
}

static enum rc write_json(const struct bind_values *values, struct secret *body)
{
	const struct plan_body *plan = &values->plan->body;
	struct json_out j = {.body = body, .first = true};

	if (plan->mode == PLAN_WHOLE)
		return jsonr_append(body, values->items[values->n_parameters].v);
	j.rc = secret_append(body, "{", 1);
	for (size_t i = 0; i < plan->n_members; i++) {
		const struct bind_value *value = &values->items[values->n_parameters + i];

		if (value->given)
			add_member(plan->members[i].name, value->v, &j);
	}
	bind_values_each_extra(values, add_member, &j);
	return j.rc ? j.rc : secret_append(body, "}", 1);
}

/* --- forms --- */

struct form_out {
	struct secret *body;
	bool first;
	enum rc rc;
};

static enum rc emit_pair(void *arg, const struct secret *name, const struct secret *value)
{
	struct form_out *f = arg;
	enum rc rc = secret_append_text(f->body, f->first ? "" : "&");

	f->first = false;
	if (!rc)
		rc = secret_append_secret(f->body, name);
	if (!rc)
		rc = secret_append(f->body, "=", 1);
	return rc ? rc : secret_append_secret(f->body, value);
}

static enum rc add_as_json(struct form_out *f, const char *name, jsonv *v)
{
	struct secret n = SECRET_EMPTY, json = SECRET_EMPTY, escaped = SECRET_EMPTY;
	enum rc rc = jsonr_append(&json, v);

	if (!rc)
		rc = style_escape_text(STYLE_AS_FORM, name, strlen(name), &n);
	if (!rc)
		rc = style_escape_text(STYLE_AS_FORM, json.bytes, json.len, &escaped);
	if (!rc)
		rc = emit_pair(f, &n, &escaped);
	secret_release(&n);
	secret_release(&json);
	secret_release(&escaped);
	return rc;
}

/* Without a style of its own an object is JSON, and the elements of an array stand one by one (OpenAPI 3.1.1
 * §4.8.15.1.1). */
static enum rc add_form_value(
	struct form_out *f, const char *name, const struct plan_member *member, jsonv *v)
{
	static const struct style plain = {STYLE_FORM, true, STYLE_AS_FORM};
	bool styled = member && member->styled;

	if (!styled && jsonr_kind(v) == JSONR_OBJECT)
		return add_as_json(f, name, v);
	if (!styled && member && member->content_type && jsonr_kind(v) == JSONR_ARRAY &&
		plan_media_of(member->content_type) == PLAN_JSON)
		return add_as_json(f, name, v);
	return style_pairs(styled ? &member->style : &plain, name, v, emit_pair, f);
}

static void add_form_extra(const char *key, jsonv *v, void *arg)
{
	struct form_out *f = arg;

	if (!f->rc)
		f->rc = add_form_value(f, key, NULL, v);
}

static enum rc write_form(const struct bind_values *values, struct secret *body)
{
	const struct plan_body *plan = &values->plan->body;
	struct form_out f = {.body = body, .first = true};

	if (plan->mode == PLAN_WHOLE)
		jsonr_each(values->items[values->n_parameters].v, add_form_extra, &f);
	for (size_t i = 0; !f.rc && i < plan->n_members; i++) {
		const struct bind_value *value = &values->items[values->n_parameters + i];

		if (value->given)
			f.rc = add_form_value(
				&f, plan->members[i].name, &plan->members[i], value->v);
	}
	if (!f.rc)
		bind_values_each_extra(values, add_form_extra, &f);
	return f.rc;
}

/* --- texts and files --- */

static enum rc write_text(
	const struct bind_value *value, struct secret *body, struct bind_fault *fault)
{
	enum jsonr_kind kind = jsonr_kind(value->v);

	if (kind != JSONR_ARRAY && kind != JSONR_OBJECT)
		return style_text(value->v, body);
	bind_fault_set(fault, "bad_argument", value->as, "%s must be a text", value->as);
	return RC_INVALID;
}

static enum rc write_file(const struct bind_value *value, const char *type,
	struct tool_request *out, struct bind_fault *fault)
{
	struct bind_file file;
	enum rc rc = bind_file_read(value->as, value->v, &file, fault);

	if (!rc)
		rc = set_type(out, is_concrete(type) ? type : file.content_type,
			"application/octet-stream");
	if (!rc && file.is_text)
		rc = secret_append_secret(&out->body, &file.bytes);
	else if (!rc)
		rc = tool_request_add_file(out, file.bytes.bytes, file.bytes.len);
	secret_release(&file.bytes);
	return rc;
}

/* A form is made of members, whatever its schema lets pass. */
static enum rc check_form(const struct bind_values *values, struct bind_fault *fault)
{
	const struct plan_body *plan = &values->plan->body;
	const struct bind_value *whole = &values->items[values->n_parameters];

	if (plan->mode != PLAN_WHOLE || jsonr_kind(whole->v) == JSONR_OBJECT ||
		(plan->media != PLAN_FORM && plan->media != PLAN_MULTIPART))
		return RC_OK;
	bind_fault_set(fault, "bad_argument", whole->as, "%s must be an object", whole->as);
	return RC_INVALID;
}

static enum rc write_body(
	const struct bind_values *values, struct tool_request *out, struct bind_fault *fault)
{
	const struct plan_body *plan = &values->plan->body;
	const struct bind_value *whole = &values->items[values->n_parameters];
	enum rc rc = check_form(values, fault);

	if (rc)
		return rc;
	switch (plan->media) {
	case PLAN_JSON:
		rc = set_type(out, plan->content_type, "application/json");
		return rc ? rc : write_json(values, &out->body);
	case PLAN_FORM:
		rc = set_type(out, plan->content_type, "application/x-www-form-urlencoded");
		return rc ? rc : write_form(values, &out->body);
	case PLAN_MULTIPART:
		return bind_multipart(values, out, fault);
	case PLAN_TEXT:
		rc = set_type(out, plan->content_type, "text/plain");
		return rc ? rc : write_text(whole, &out->body, fault);
	case PLAN_BINARY:
		break;
	}
	return write_file(whole, plan->content_type, out, fault);
}

enum rc bind_body(
	const struct bind_values *values, struct tool_request *out, struct bind_fault *fault)
{
	const struct plan_body *plan = &values->plan->body;
	enum rc rc;

	if (plan->mode == PLAN_NO_BODY || !values->sends_body)
		return RC_OK;
	out->has_body = true;
	fault->code = NULL;
	rc = write_body(values, out, fault);
	if (rc == RC_LIMIT || (!rc && out->body.len > TOOL_BODY_MAX)) {
		bind_fault_set(fault, "too_large", "", "the body is larger than %zu MiB",
			TOOL_BODY_MAX >> 20);
		return RC_INVALID;
	}
	if (rc == RC_INVALID && !fault->code)
		bind_fault_set(fault, "bad_argument", "",
			"a text in the body holds the character U+0000, which this type of body "
			"cannot hold");
	return rc;
}
