/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds requests of provider files: templates become URL, headers and body. A member, a parameter or a
 * header whose optional value is missing is left out, wherever it stands.
 */
#include <string.h>
#include <strings.h>

#include "domain/probe.h"
#include "platform/codec.h"
#include "platform/url.h"

/* --- URL --- */

static enum rc add_parameter(const struct pair *pair, const struct placeholder_values *values,
	bool *first, struct secret *url)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (placeholder_blank(pair->value, values))
		return RC_OK;
	rc = placeholder_expand(pair->value, values, PLACEHOLDER_FORM, &value);
	if (!rc)
		rc = secret_append_text(url, *first ? "?" : "&");
	if (!rc)
		rc = url_append_encoded(url, pair->name, strlen(pair->name));
	if (!rc)
		rc = secret_append_text(url, "=");
	if (!rc && value.len)
		rc = url_append_encoded(url, value.bytes, value.len);
	*first = false;
	secret_release(&value);
	return rc;
}

static enum rc make_url(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct secret *out)
{
	enum rc rc = placeholder_expand(recipe->url, values, PLACEHOLDER_URL, out);
	bool first = rc == RC_OK && !strchr(secret_text(out), '?');

	for (size_t i = 0; !rc && i < recipe->query.n; i++)
		rc = add_parameter(&recipe->query.items[i], values, &first, out);
	return rc;
}

/* --- headers --- */

static enum rc add_header(
	const struct pair *pair, const struct placeholder_values *values, struct httpc_request *out)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (placeholder_blank(pair->value, values))
		return RC_OK;
	rc = placeholder_expand(pair->value, values, PLACEHOLDER_RAW, &value);
	if (!rc)
		rc = httpc_request_header(out, pair->name, value.bytes, value.len);
	secret_release(&value);
	return rc;
}

bool probe_has_header(const struct pairs *headers, const char *name)
{
	for (size_t i = 0; i < headers->n; i++)
		if (strcasecmp(headers->items[i].name, name) == 0)
			return true;
	return false;
}

static enum rc add_literal(struct httpc_request *out, const char *name, const char *value)
{
	return httpc_request_header(out, name, value, strlen(value));
}

/* RFC 7617: a user has no colon, or part of it would be taken for the password. */
static enum rc basic_value(const struct http_recipe *recipe,
	const struct placeholder_values *values, struct secret *out)
{
	struct secret plain = SECRET_EMPTY, password = SECRET_EMPTY, encoded = SECRET_EMPTY;
	enum rc rc = placeholder_expand(recipe->basic_user, values, PLACEHOLDER_RAW, &plain);

	if (!rc && strchr(secret_text(&plain), ':'))
		rc = RC_INVALID;
	if (!rc)
		rc = placeholder_expand(recipe->basic_password, values, PLACEHOLDER_RAW, &password);
	if (!rc)
		rc = secret_append_text(&plain, ":");
	if (!rc)
		rc = secret_append_secret(&plain, &password);
	if (!rc)
		rc = codec_base64_secret(&plain, &encoded);
	if (!rc)
		rc = secret_append_text(out, "Basic ");
	if (!rc)
		rc = secret_append_secret(out, &encoded);
	secret_release(&plain);
	secret_release(&password);
	secret_release(&encoded);
	return rc;
}

static enum rc add_basic(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (!recipe->basic_user || placeholder_blank(recipe->basic_user, values) ||
		placeholder_blank(recipe->basic_password, values))
		return RC_OK;
	rc = basic_value(recipe, values, &value);
	if (!rc)
		rc = httpc_request_header(out, "Authorization", value.bytes, value.len);
	secret_release(&value);
	return rc;
}

static const char *body_type(const struct http_recipe *recipe)
{
	switch (recipe->format) {
	case BODY_FORM:
		return "application/x-www-form-urlencoded";
	case BODY_JSON:
		return "application/json";
	case BODY_TEXT:
		return recipe->content_type;
	case BODY_QUERY:
	case BODY_NONE:
		break;
	}
	return NULL;
}

static enum rc add_headers(const struct http_recipe *recipe,
	const struct placeholder_values *values, struct httpc_request *out)
{
	const char *type = body_type(recipe);
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < recipe->headers.n; i++)
		rc = add_header(&recipe->headers.items[i], values, out);
	if (!rc)
		rc = add_basic(recipe, values, out);
	if (!rc && !probe_has_header(&recipe->headers, "Accept"))
		rc = add_literal(out, "Accept", "application/json");
	return !rc && type ? add_literal(out, "Content-Type", type) : rc;
}

/* --- bodies --- */

static enum rc add_form(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct secret *body)
{
	bool first = true;
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < recipe->body.n; i++) {
		const struct pair *pair = &recipe->body.items[i];
		struct secret value = SECRET_EMPTY;

		if (placeholder_blank(pair->value, values))
			continue;
		rc = placeholder_expand(pair->value, values, PLACEHOLDER_FORM, &value);
		if (!rc)
			rc = url_add_param(
				body, &first, pair->name, secret_text(&value), value.len);
		secret_release(&value);
	}
	return rc;
}

static enum rc add_string(
	const char *text, const struct placeholder_values *values, struct secret *body)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = placeholder_expand(text, values, PLACEHOLDER_FORM, &value);

	if (!rc)
		rc = jsonr_append_string(body, secret_text(&value), value.len);
	secret_release(&value);
	return rc;
}

static enum rc add_json(
	const struct body_node *node, const struct placeholder_values *values, struct secret *body);

static enum rc add_children(
	const struct body_node *node, const struct placeholder_values *values, struct secret *body)
{
	bool object = node->kind == BODY_OBJECT, first = true;
	enum rc rc = secret_append_text(body, object ? "{" : "[");

	for (size_t i = 0; !rc && i < node->n; i++) {
		const struct body_node *child = &node->items[i];

		if (child->kind == BODY_STRING && placeholder_blank(child->text, values))
			continue;
		rc = secret_append_text(body, first ? "" : ",");
		if (!rc && object)
			rc = jsonr_append_string(body, child->name, strlen(child->name));
		if (!rc && object)
			rc = secret_append_text(body, ":");
		if (!rc)
			rc = add_json(child, values, body);
		first = false;
	}
	return rc ? rc : secret_append_text(body, object ? "}" : "]");
}

/* As deep as the file, which the reader of YAML bounds. */
static enum rc add_json(
	const struct body_node *node, const struct placeholder_values *values, struct secret *body)
{
	switch (node->kind) {
	case BODY_LITERAL:
		return secret_append_text(body, node->text);
	case BODY_STRING:
		return add_string(node->text, values, body);
	case BODY_ARRAY:
	case BODY_OBJECT:
		break;
	}
	return add_children(node, values, body);
}

static enum rc add_body(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out)
{
	out->has_body = recipe->format != BODY_NONE;
	switch (recipe->format) {
	case BODY_FORM:
		return add_form(recipe, values, &out->body);
	case BODY_JSON:
		return recipe->json ? add_json(recipe->json, values, &out->body)
				    : secret_append_text(&out->body, "{}");
	case BODY_TEXT:
		return placeholder_expand(recipe->text, values, PLACEHOLDER_FORM, &out->body);
	case BODY_QUERY:
	case BODY_NONE:
		break;
	}
	return RC_OK;
}

enum rc probe_request(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out)
{
	enum rc rc;

	*out = (struct httpc_request){.method = recipe->method};
	rc = make_url(recipe, values, &out->url);
	if (!rc)
		rc = add_headers(recipe, values, out);
	if (!rc)
		rc = add_body(recipe, values, out);
	if (rc)
		httpc_request_release(out);
	return rc;
}
