/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a request that a caller fills, and what is read from the head of an answer.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/httpc_int.h"
#include "platform/text.h"

enum { RETRY_AFTER_MAX_S = INT32_MAX, METHOD_MAX = 32 };

/* --- request ------------------------------------------------------------------------------- */

static bool is_token(const char *name)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *name != '\0' && name[strspn(name, tchar)] == '\0';
}

/* Who sets these decides where a message ends or where it goes: that is ours and libcurl's. */
static bool frames_message(const char *name)
{
	static const char *const names[] = {"Connection", "Content-Length", "Expect", "Host",
		"Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "Proxy-", 6) == 0;
}

/* libcurl sends header text as it is: a line break in it would be a header of somebody's choice. */
static bool has_control(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] == 0x7f)
			return true;
	return false;
}

enum rc httpc_request_header(
	struct httpc_request *rq, const char *name, const void *value, size_t len)
{
	struct httpc_header *header;
	enum rc rc;

	if (!is_token(name) || frames_message(name) || has_control(value, len))
		return RC_INVALID;
	if (rq->n_headers >= HTTPC_HEADERS_MAX)
		return RC_LIMIT;
	header = &rq->headers[rq->n_headers];
	*header = (struct httpc_header){.name = name};
	rc = secret_set(&header->value, value, len);
	if (rc == RC_OK)
		rq->n_headers++;
	return rc;
}

void httpc_request_release(struct httpc_request *rq)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		secret_release(&rq->headers[i].value);
	secret_release(&rq->url);
	secret_release(&rq->body);
	*rq = (struct httpc_request){.method = NULL};
}

void httpc_response_release(struct httpc_response *rs)
{
	secret_release(&rs->headers);
	secret_release(&rs->body);
	*rs = (struct httpc_response){.retry_after_s = -1};
}

bool httpc_method_is_usable(const struct httpc_request *rq)
{
	size_t len = rq->method ? strspn(rq->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") : 0;

	if (len < 1 || len > METHOD_MAX || rq->method[len] || strcmp(rq->method, "CONNECT") == 0 ||
		strcmp(rq->method, "TRACE") == 0)
		return false;
	return !rq->has_body || strcmp(rq->method, "HEAD") != 0;
}

void httpc_headers_free(struct curl_slist *list)
{
	for (struct curl_slist *i = list; i; i = i->next)
		secret_wipe(i->data, strlen(i->data));
	curl_slist_free_all(list);
}

static enum rc slist_add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return RC_NOMEM;
	*list = longer;
	return RC_OK;
}

static enum rc add_header(struct curl_slist **list, const struct httpc_header *header)
{
	struct secret line = SECRET_EMPTY;
	enum rc rc;

	rc = secret_append_text(&line, header->name);
	/* "Name:" would remove the header; an empty one is spelled "Name;". */
	if (rc == RC_OK)
		rc = secret_append_text(&line, header->value.len > 0 ? ": " : ";");
	if (rc == RC_OK)
		rc = secret_append_secret(&line, &header->value);
	if (rc == RC_OK)
		rc = slist_add(list, secret_text(&line));
	secret_release(&line);
	return rc;
}

enum rc httpc_headers_build(const struct httpc_request *rq, struct curl_slist **list)
{
	bool typed = false;
	enum rc rc;

	rc = slist_add(list, "Expect:"); /* no waiting for 100 Continue */
	for (size_t i = 0; rc == RC_OK && i < rq->n_headers; i++) {
		typed = typed || strcasecmp(rq->headers[i].name, "Content-Type") == 0;
		rc = add_header(list, &rq->headers[i]);
	}
	/* libcurl would call any body a form. */
	if (rc == RC_OK && !typed)
		rc = slist_add(list, "Content-Type:");
	return rc;
}

/* --- answer --- */

/* A header's value without white space around it, if the line is that header. */
static bool header_is(const char *line, size_t len, const char *name, char *value, size_t size)
{
	size_t skip = strlen(name);

	if (len <= skip || line[skip] != ':' || strncasecmp(line, name, skip) != 0)
		return false;
	for (skip++; skip < len && (line[skip] == ' ' || line[skip] == '\t');)
		skip++;
	while (len > skip && strchr(" \t\r\n", line[len - 1]))
		len--;
	(void)snprintf(value, size, "%.*s", (int)(len - skip), line + skip);
	return true;
}

/* RFC 9110 §10.2.3: seconds or a date. A date in the past means now; nonsense means absent. */
static int64_t retry_after(const char *value)
{
	int64_t in_s;
	time_t date;

	if (*value != '\0' && value[strspn(value, "0123456789")] == '\0') {
		in_s = strtoll(value, NULL, 10); /* saturates */
	} else {
		date = curl_getdate(value, NULL);
		if (date == (time_t)-1)
			return -1;
		in_s = (int64_t)date - clock_now_s();
	}
	if (in_s < 0)
		return 0;
	return in_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : in_s;
}

bool httpc_is_status_line(const char *line, size_t len)
{
	return len >= 5 && memcmp(line, "HTTP/", 5) == 0;
}

bool httpc_is_final_status(const char *line, size_t len)
{
	return httpc_is_status_line(line, len) && len > 9 && line[9] != '1';
}

void httpc_read_header(struct httpc_response *out, const char *line, size_t len)
{
	char value[sizeof out->www_authenticate];

	/* After 1xx answers another head follows, and it alone counts. */
	if (httpc_is_status_line(line, len)) {
		out->content_encoded = 0;
		out->retry_after_s = -1;
		out->www_authenticate[0] = '\0';
		secret_release(&out->headers);
	} else if (header_is(line, len, "Content-Encoding", value, sizeof value)) {
		if (*value != '\0' && strcasecmp(value, "identity") != 0)
			out->content_encoded = 1;
	} else if (header_is(line, len, "Retry-After", value, sizeof value)) {
		out->retry_after_s = retry_after(value);
	} else if (header_is(line, len, "WWW-Authenticate", value, sizeof value)) {
		memcpy(out->www_authenticate, value, sizeof value);
	}
}

enum rc httpc_keep_header(struct httpc_response *out, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	enum rc rc;

	while (len > 0 && strchr("\r\n", line[len - 1]))
		len--;
	/* the status line, the end of the head, and the folded rest of a line have no name */
	if (!colon || colon == line || strchr(" \t", *line) || httpc_is_status_line(line, len) ||
		has_control((const unsigned char *)line, len))
		return RC_OK;
	rc = secret_append(&out->headers, line, len);
	return rc == RC_OK ? secret_append(&out->headers, "\n", 1) : rc;
}

const char *httpc_response_header(const struct httpc_response *rs, const char *name, size_t *len)
{
	const char *line = secret_text(&rs->headers);
	size_t name_len = strlen(name);

	for (; *line; line += *len + 1) {
		*len = strcspn(line, "\n");
		if (*len > name_len && line[name_len] == ':' &&
			strncasecmp(line, name, name_len) == 0) {
			line += name_len + 1;
			*len -= name_len + 1;
			text_trim(&line, len);
			return line;
		}
	}
	return NULL;
}
