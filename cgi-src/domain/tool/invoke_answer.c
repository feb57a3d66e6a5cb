/* SPDX-License-Identifier: Apache-2.0
 *
 * What of an answer is passed on. All of it comes from outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/tool/invoke_int.h"
#include "platform/text.h"

#define NAME_SIZE_MAX 65
#define VALUE_CHARS 2000
#define VALUE_MAX ((size_t)8192)

void invoke_result_release(struct invoke_result *result)
{
	secret_release(&result->headers);
	secret_release(&result->body);
	memset(result, 0, sizeof(*result));
}

/* ---- headers ---- */

struct header {
	char name[NAME_SIZE_MAX];
	struct buf value;
};

struct headers {
	struct header items[INVOKE_HEADERS_MAX];
	size_t n;
};

/* Of the connection, or of a session that is not the runtime's; and the length, which may not be that of ours. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {"connection", "keep-alive", "te", "trailer",
		"transfer-encoding", "upgrade", "set-cookie", "set-cookie2", "content-length"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "proxy-", 6) == 0;
}

static bool name_of(const char *line, size_t len, char out[NAME_SIZE_MAX])
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";

	if (len == 0 || len >= NAME_SIZE_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = line[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if (!out[i] || !strchr(token, out[i]))
			return false;
	}
	out[len] = 0;
	return !is_left_out(out);
}

static struct header *entry(struct headers *all, const char *name)
{
	struct header *h;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i].name, name) == 0)
			return &all->items[i];
	if (all->n == INVOKE_HEADERS_MAX)
		return NULL;
	h = &all->items[all->n++];
	TEXT_COPY(h->name, name);
	buf_init(&h->value, VALUE_MAX);
	return h;
}

/* Those of one name become one, as a list (RFC 9110 §5.3). */
static void read_line(struct headers *all, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len), *value;
	char name[NAME_SIZE_MAX];
	struct header *h;
	size_t value_len;

	if (!colon || !name_of(line, (size_t)(colon - line), name))
		return;
	h = entry(all, name);
	if (!h || h->value.len > VALUE_CHARS)
		return;
	value = colon + 1;
	value_len = len - (size_t)(value - line);
	if (h->value.len > 0)
		buf_puts(&h->value, ", ");
	text_harmless(value, value_len, VALUE_CHARS, &h->value);
}

static enum rc render(const struct headers *all, struct secret *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < all->n; i++) {
		const struct header *h = &all->items[i];

		if (buf_done(&h->value) != RC_OK) /* too long a list: better none than a part */
			continue;
		rc = secret_append_text(out, h->name);
		if (rc == RC_OK)
			rc = secret_append_text(out, ": ");
		if (rc == RC_OK)
			rc = secret_append_text(out, buf_text(&h->value));
		if (rc == RC_OK)
			rc = secret_append_text(out, "\n");
	}
	return rc;
}

static enum rc read_headers(const struct secret *lines, struct secret *out)
{
	struct headers *all = calloc(1, sizeof(*all));
	const char *line = secret_text(lines);
	enum rc rc;

	if (!all)
		return RC_NOMEM;
	while (*line) {
		size_t len = strcspn(line, "\n");

		read_line(all, line, len);
		line += len + (line[len] == '\n');
	}
	rc = render(all, out);
	for (size_t i = 0; i < all->n; i++)
		buf_release(&all->items[i].value);
	free(all);
	return rc;
}

/* ---- the body ---- */

static bool is_json_type(const char *type)
{
	size_t len = strcspn(type, "; \t");

	return (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
	       (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

/* A cut may have gone through a character. */
static void drop_half_character(struct secret *text)
{
	for (size_t back = 1; back <= 3 && back <= text->len; back++) {
		unsigned char c = text->bytes[text->len - back];

		if ((c & 0xc0) == 0x80)
			continue;
		if (c >= 0xc0 && back < (c >= 0xf0 ? 4U : c >= 0xe0 ? 3U : 2U))
			text->len -= back;
		break;
	}
	if (text->bytes)
		text->bytes[text->len] = 0;
}

static bool is_text(const struct secret *body)
{
	size_t chars;

	return text_utf8_chars(secret_text(body), body->len, &chars) == RC_OK;
}

static void judge_body(struct invoke_result *r, bool encoded)
{
	if (r->body.len == 0) {
		r->kind = INVOKE_NO_BODY;
		return;
	}
	if (r->truncated && !encoded)
		drop_half_character(&r->body);
	if (encoded || !is_text(&r->body))
		r->kind = INVOKE_BINARY;
	else if (!r->truncated && is_json_type(r->content_type) &&
		 jsonr_check(secret_text(&r->body), r->body.len) == RC_OK)
		r->kind = INVOKE_JSON;
	else
		r->kind = INVOKE_TEXT;
}

/* From the headers that may be shown. */
static void take_type(struct invoke_result *r)
{
	const struct httpc_response shown = {.headers = r->headers};
	size_t len;
	const char *type = httpc_response_header(&shown, "content-type", &len);

	if (type)
		(void)snprintf(r->content_type, sizeof(r->content_type), "%.*s",
			(int)(len < sizeof(r->content_type) ? len : 0), type);
}

enum rc invoke_read_answer(struct invocation *call)
{
	struct invoke_result *r = &call->result;
	struct httpc_response *rs = &call->answer;
	enum rc rc;

	r->status = rs->status;
	r->truncated = rs->cut;
	secret_take(&r->body, &rs->body);
	rc = redact(&call->redactor, &r->body);
	if (rc == RC_OK && r->truncated)
		redact_cut(&call->redactor, &r->body);
	if (rc == RC_OK)
		rc = read_headers(&rs->headers, &r->headers);
	if (rc == RC_OK)
		rc = redact(&call->redactor, &r->headers);
	take_type(r);
	if (rc == RC_OK)
		judge_body(r, rs->content_encoded);
	httpc_response_release(rs);
	return rc;
}
