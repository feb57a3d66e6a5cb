/* SPDX-License-Identifier: Apache-2.0
 *
 * Forms with files (multipart/form-data, RFC 7578), as browsers write them and in no other way: each part has its
 * Content-Disposition, perhaps a Content-Type, and nothing else; nothing stands before the first delimiter or after
 * the last.
 */
#include "web/req_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/text.h"

#define BOUNDARY_MAX 70 /* RFC 2046 §5.1.1 */
#define DELIMITER_SIZE (sizeof("\r\n--") + BOUNDARY_MAX)
#define PART_HEADERS_MAX 2
#define PART_HEADER_LEN_MAX 2048

/* ---- the type of the body ---- */

static bool is_boundary_char(char c, bool quoted)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return true;
	return c && strchr(quoted ? "'()+_,-./:=?" : "'+_-.", c) != NULL;
}

bool req_upload_boundary(const char *content_type, const char **p, size_t *len)
{
	static const char type[] = "multipart/form-data", name[] = "boundary=";
	const char *at = content_type;
	bool quoted;

	if (strncasecmp(at, type, sizeof(type) - 1) != 0)
		return false;
	at += sizeof(type) - 1;
	at += strspn(at, " \t");
	if (*at++ != ';')
		return false;
	at += strspn(at, " \t");
	if (strncasecmp(at, name, sizeof(name) - 1) != 0)
		return false;
	at += sizeof(name) - 1;
	quoted = *at == '"';
	*p = at += quoted;
	while (is_boundary_char(*at, quoted))
		at++;
	*len = (size_t)(at - *p);
	if (quoted && *at++ != '"')
		return false;
	return *len >= 1 && *len <= BOUNDARY_MAX && at[strspn(at, " \t")] == '\0';
}

/* ---- one part ---- */

/* What is still to be read, and what ends each part: "\r\n--BOUNDARY". */
struct reader {
	char *at, *end;
	char delimiter[DELIMITER_SIZE];
	size_t delimiter_len;
};

static bool reader_takes(struct reader *r, const char *text, size_t len)
{
	if ((size_t)(r->end - r->at) < len || memcmp(r->at, text, len) != 0)
		return false;
	r->at += len;
	return true;
}

/* ' name="…"' at *at: the value, ended with NUL in place of its quote. No escapes: browsers write %22. */
static char *quoted_value(char **at, const char *name)
{
	char *value = *at, *quote;
	size_t len = strlen(name);

	value += strspn(value, " \t");
	if (strncasecmp(value, name, len) != 0 || value[len] != '=' || value[len + 1] != '"')
		return NULL;
	value += len + 2;
	quote = strchr(value, '"');
	if (!quote)
		return NULL;
	*quote = '\0';
	*at = quote + 1;
	return value;
}

/* 'form-data; name="…"' and, of a file, '; filename="…"'. */
static bool disposition_read(char *p, struct param *out)
{
	static const char form_data[] = "form-data;";

	if (strncasecmp(p, form_data, sizeof(form_data) - 1) != 0)
		return false;
	p += sizeof(form_data) - 1;
	out->name = quoted_value(&p, "name");
	if (!out->name)
		return false;
	if (*p == ';') {
		p++;
		out->file_name = quoted_value(&p, "filename");
		if (!out->file_name)
			return false;
	}
	return p[strspn(p, " \t")] == '\0';
}

/* line is NUL-terminated. Twice the same field is as bad as one that we do not know. */
static bool header_read(char *line, struct param *out)
{
	char *value = strchr(line, ':');

	if (!value)
		return false;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Content-Disposition") == 0)
		return !out->name && disposition_read(value, out);
	if (strcasecmp(line, "Content-Type") == 0 && !out->content_type) {
		out->content_type = value;
		return true;
	}
	return false;
}

static bool is_printed(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return false;
	}
	return true;
}

/* Up to and with the empty line. */
static bool headers_read(struct reader *r, struct param *out)
{
	for (size_t i = 0; !reader_takes(r, "\r\n", 2); i++) {
		char *line_end = memmem(r->at, (size_t)(r->end - r->at), "\r\n", 2);
		size_t len = line_end ? (size_t)(line_end - r->at) : 0;

		if (!line_end || len > PART_HEADER_LEN_MAX || i == PART_HEADERS_MAX ||
			!is_printed(r->at, len))
			return false;
		*line_end = '\0';
		if (!header_read(r->at, out))
			return false;
		r->at = line_end + 2;
	}
	return out->name != NULL;
}

static bool part_is_text(const struct param *part)
{
	size_t chars;

	if (text_utf8_chars(part->name, strlen(part->name), &chars) != RC_OK)
		return false;
	if (part->file_name)
		return text_utf8_chars(part->file_name, strlen(part->file_name), &chars) == RC_OK;
	return text_utf8_chars(part->value, part->value_len, &chars) == RC_OK;
}

/* r->at stands behind a delimiter's line end. */
static bool part_read(struct reader *r, struct param *out)
{
	char *value_end;

	*out = (struct param){0};
	if (!headers_read(r, out))
		return false;
	value_end = memmem(r->at, (size_t)(r->end - r->at), r->delimiter, r->delimiter_len);
	if (!value_end)
		return false;
	out->value = r->at;
	out->value_len = (size_t)(value_end - r->at);
	*value_end = '\0';
	r->at = value_end + r->delimiter_len;
	return part_is_text(out);
}

/* ---- all of them ---- */

static enum rc parts_read(struct reader *r, size_t max, struct params *out)
{
	if (!reader_takes(r, r->delimiter + 2, r->delimiter_len - 2))
		return RC_INVALID;
	while (reader_takes(r, "\r\n", 2)) {
		if (out->n == max)
			return RC_LIMIT;
		if (!part_read(r, &out->items[out->n]))
			return RC_INVALID;
		out->n++;
	}
	if (!reader_takes(r, "--", 2))
		return RC_INVALID;
	(void)reader_takes(r, "\r\n", 2);
	return r->at == r->end ? RC_OK : RC_INVALID;
}

enum rc req_parse_upload(char *body, size_t len, const char *boundary, size_t boundary_len,
	size_t max, struct params *out)
{
	struct reader r = {.at = body, .end = body + len, .delimiter = "\r\n--"};
	enum rc rc;

	*out = (struct params){0};
	if (boundary_len < 1 || boundary_len > BOUNDARY_MAX)
		return RC_INVALID;
	memcpy(r.delimiter + 4, boundary, boundary_len);
	r.delimiter_len = 4 + boundary_len;
	out->items = calloc(max, sizeof(*out->items));
	if (!out->items)
		return RC_NOMEM;
	rc = parts_read(&r, max, out);
	if (rc != RC_OK) {
		free(out->items);
		*out = (struct params){0};
	}
	return rc;
}

/* ---- the body ---- */

static enum rc upload_read(struct fcgi_exchange *x, struct req *rq)
{
	rq->upload = malloc(rq->upload_len + 1);
	if (!rq->upload)
		return RC_NOMEM;
	if (fcgi_read(x, rq->upload, rq->upload_len) != rq->upload_len)
		return RC_INVALID;
	rq->upload[rq->upload_len] = '\0';
	return RC_OK;
}

enum rc req_read_upload(struct fcgi_exchange *x, struct req *rq)
{
	const char *boundary;
	size_t len;
	enum rc rc;

	if (rq->body_kind != REQ_BODY_UPLOAD || rq->upload)
		return RC_OK;
	if (!req_upload_boundary(rq->content_type, &boundary, &len))
		return RC_INTERNAL;
	rc = upload_read(x, rq);
	if (rc == RC_OK)
		rc = req_parse_upload(
			rq->upload, rq->upload_len, boundary, len, REQ_PARTS_MAX, &rq->form);
	return req_blame(rq, rc, 413);
}

const struct param *req_file(const struct req *rq, const char *name)
{
	const struct param *part = params_find(&rq->form, name);

	return part && part->file_name ? part : NULL;
}
