/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of a request: its stated length, its type, its bytes (security D16 to D22).
 */
#include "web/req_parts.h"

#include <string.h>
#include <strings.h>

#include "platform/text.h"

#define READ_CHUNK 4096

/* A token and its parameters, of which we know one: charset=utf-8, quoted or not. */
static bool charset_is_utf8(const char *p)
{
	bool quoted;

	p += strspn(p, " \t");
	if (!*p)
		return true;
	if (*p++ != ';')
		return false;
	p += strspn(p, " \t");
	if (strncasecmp(p, "charset=", 8) != 0)
		return false;
	p += 8;
	quoted = *p == '"';
	p += quoted;
	if (strncasecmp(p, "utf-8", 5) != 0)
		return false;
	p += 5;
	if (quoted && *p++ != '"')
		return false;
	return p[strspn(p, " \t")] == 0;
}

static enum req_body body_kind(const char *content_type)
{
	static const struct {
		const char *name;
		enum req_body kind;
	} types[] = {
		{"application/x-www-form-urlencoded", REQ_BODY_FORM},
		{"application/json", REQ_BODY_JSON},
		{"application/csp-report", REQ_BODY_CSP_REPORT},
		{"application/reports+json", REQ_BODY_CSP_REPORT},
	};
	size_t len = strcspn(content_type, "; \t"), boundary_len;
	const char *boundary;

	if (req_upload_boundary(content_type, &boundary, &boundary_len))
		return REQ_BODY_UPLOAD;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(types[i].name) == len && charset_is_utf8(content_type + len) &&
			strncasecmp(types[i].name, content_type, len) == 0)
			return types[i].kind;
	}
	return REQ_BODY_OTHER;
}

/* Decimal digits and nothing else; what does not fit is as large as it gets. */
static bool digits_read(const char *text, size_t *out)
{
	*out = 0;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (*out <= REQ_UPLOAD_MAX)
			*out = *out * 10 + (size_t)(*text - '0');
	}
	return true;
}

/* By its type alone: which of them a route takes is not known yet. */
static size_t most_of(const char *content_type)
{
	switch (content_type ? body_kind(content_type) : REQ_BODY_OTHER) {
	case REQ_BODY_UPLOAD:
		return REQ_UPLOAD_MAX;
	case REQ_BODY_JSON:
		return REQ_JSON_MAX;
	default:
		return REQ_BODY_MAX;
	}
}

size_t req_body_length(struct fcgi_exchange *x, struct req *rq)
{
	const char *text = fcgi_param(x, "CONTENT_LENGTH");
	bool stated = text && *text;
	size_t len = 0;

	/* The servers hand on what they have dechunked with its length. Without one nobody knows where
	 * the body ends. */
	if (fcgi_param(x, "HTTP_TRANSFER_ENCODING") && !stated)
		req_refuse(rq, 400);
	else if (stated && !digits_read(text, &len))
		req_refuse(rq, 400);
	else if (len > most_of(rq->content_type))
		req_refuse(rq, 413);
	return len;
}

static enum rc body_read(struct fcgi_exchange *x, struct req *rq, size_t len)
{
	unsigned char chunk[READ_CHUNK];
	enum rc rc = secret_reserve(&rq->body, len);

	while (!rc && rq->body.len < len) {
		size_t want = len - rq->body.len, got;

		got = fcgi_read(x, chunk, want < sizeof(chunk) ? want : sizeof(chunk));
		if (got == 0) {
			req_refuse(rq, 400);
			break;
		}
		rc = secret_append(&rq->body, chunk, got);
	}
	secret_wipe(chunk, sizeof(chunk));
	return rc;
}

static bool form_is_text(const struct params *form)
{
	size_t chars;

	for (size_t i = 0; i < form->n; i++) {
		const struct param *param = &form->items[i];

		if (text_utf8_chars(param->name, strlen(param->name), &chars) ||
			text_utf8_chars(param->value, param->value_len, &chars))
			return false;
	}
	return true;
}

static enum rc form_read(struct req *rq)
{
	enum rc rc = req_parse_params(&rq->body, REQ_FORM_MAX, &rq->form);

	if (!rc && !form_is_text(&rq->form))
		req_refuse(rq, 400);
	return req_blame(rq, rc, 413);
}

enum rc req_body_read(struct fcgi_exchange *x, struct req *rq, size_t len)
{
	bool typed = rq->content_type && *rq->content_type;
	enum rc rc;

	/* A button without fields: curl and some browsers then send no type. */
	rq->body_kind = !typed && len == 0 ? REQ_BODY_FORM : REQ_BODY_OTHER;
	if (typed)
		rq->body_kind = body_kind(rq->content_type);
	if (rq->body_kind == REQ_BODY_UPLOAD)
		rq->upload_len = len;
	if (rq->body_kind == REQ_BODY_JSON && len > REQ_BODY_MAX)
		rq->large_len = len;
	if (rq->body_kind == REQ_BODY_OTHER || rq->body_kind == REQ_BODY_UPLOAD || rq->large_len)
		return RC_OK;
	rc = body_read(x, rq, len);
	if (!rc && !rq->bad_status && rq->body_kind == REQ_BODY_FORM)
		rc = form_read(rq);
	return rc;
}

enum rc req_read_large(struct fcgi_exchange *x, struct req *rq)
{
	return rq->large_len > rq->body.len ? body_read(x, rq, rq->large_len) : RC_OK;
}
