/* SPDX-License-Identifier: Apache-2.0 */
#include "web/req_parts.h"

#include <stdlib.h>
#include <string.h>

#define VARIABLES_MAX 512 /* lighttpd lets 400 header fields through */

void req_refuse(struct req *rq, int status)
{
	if (!rq->bad_status)
		rq->bad_status = status;
}

struct variable {
	const char *name; /* no NUL behind it */
	size_t len;
};

struct variables {
	struct variable items[VARIABLES_MAX];
	size_t n;
	bool too_many;
};

/* Names from the client, and those of ours by which the meaning of a request could be changed. Others
 * (SCRIPT_FILENAME in two included nginx files) are the operator's affair. */
static bool is_single(const char *name, size_t len)
{
	static const char *const names[] = {
		"CONTENT_LENGTH", "CONTENT_TYPE", "REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING"};

	if (len >= 5 && memcmp(name, "HTTP_", 5) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && memcmp(name, names[i], len) == 0)
			return true;
	}
	return false;
}

static void variable_collect(const char *name, size_t len, const char *value, void *arg)
{
	struct variables *vs = arg;

	(void)value;
	if (!is_single(name, len))
		return;
	if (vs->n == VARIABLES_MAX)
		vs->too_many = true;
	else
		vs->items[vs->n++] = (struct variable){name, len};
}

static int name_order(const void *left, const void *right)
{
	const struct variable *a = left, *b = right;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->name, b->name, a->len);
}

static void check_duplicates(struct fcgi_exchange *x, struct req *rq)
{
	struct variables vs;

	vs.n = 0;
	vs.too_many = false;
	fcgi_params_each(x, variable_collect, &vs);
	if (vs.too_many)
		req_refuse(rq, 400);
	qsort(vs.items, vs.n, sizeof(vs.items[0]), name_order);
	for (size_t i = 1; i < vs.n; i++) {
		if (name_order(&vs.items[i - 1], &vs.items[i]) == 0)
			req_refuse(rq, 400);
	}
}

/* nginx sends the pair CONTENT_X and HTTP_CONTENT_X; a header spelled Content_X makes the second one
 * on other servers, and then they differ (security D13). */
static void check_twin(
	struct fcgi_exchange *x, const char *name, const char *http_name, struct req *rq)
{
	const char *twin = fcgi_param(x, http_name), *own = fcgi_param(x, name);

	if (twin && strcmp(twin, own ? own : "") != 0)
		req_refuse(rq, 400);
}

static void fields_read(struct fcgi_exchange *x, struct req *rq)
{
	const char *https = fcgi_param(x, "HTTPS");

	rq->https = https && strcmp(https, "on") == 0;
	rq->host = fcgi_param(x, "HTTP_HOST");
	rq->origin = fcgi_param(x, "HTTP_ORIGIN");
	rq->sec_fetch_site = fcgi_param(x, "HTTP_SEC_FETCH_SITE");
	rq->sec_fetch_mode = fcgi_param(x, "HTTP_SEC_FETCH_MODE");
	rq->sec_fetch_dest = fcgi_param(x, "HTTP_SEC_FETCH_DEST");
	rq->sec_purpose = fcgi_param(x, "HTTP_SEC_PURPOSE");
	rq->accept_language = fcgi_param(x, "HTTP_ACCEPT_LANGUAGE");
	rq->user_agent = fcgi_param(x, "HTTP_USER_AGENT");
	rq->remote_addr = fcgi_param(x, "REMOTE_ADDR");
	rq->content_type = fcgi_param(x, "CONTENT_TYPE");
	rq->authorization = fcgi_param(x, "HTTP_AUTHORIZATION");
	rq->if_none_match = fcgi_param(x, "HTTP_IF_NONE_MATCH");
}

static enum req_method method_read(const char *text)
{
	if (strcmp(text, "GET") == 0)
		return REQ_GET;
	if (strcmp(text, "HEAD") == 0)
		return REQ_HEAD;
	if (strcmp(text, "PUT") == 0)
		return REQ_PUT;
	return strcmp(text, "POST") == 0 ? REQ_POST : REQ_OTHER;
}

bool req_writes(const struct req *rq)
{
	return rq->method == REQ_POST || rq->method == REQ_PUT;
}

static bool is_visible(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

enum rc req_blame(struct req *rq, enum rc rc, int limit_status)
{
	if (rc == RC_NOMEM)
		return rc;
	if (rc)
		req_refuse(rq, rc == RC_LIMIT ? limit_status : 400);
	return RC_OK;
}

static enum rc query_read(struct fcgi_exchange *x, struct req *rq)
{
	const char *text = fcgi_param(x, "QUERY_STRING");
	enum rc rc;

	if (!text)
		return RC_OK;
	if (strlen(text) > REQ_QUERY_MAX) {
		req_refuse(rq, 414);
		return RC_OK;
	}
	if (!is_visible(text)) {
		req_refuse(rq, 400);
		return RC_OK;
	}
	rc = secret_set(&rq->raw_query, text, strlen(text));
	if (!rc)
		rc = req_parse_params(&rq->raw_query, REQ_PARAMS_MAX, &rq->query);
	return req_blame(rq, rc, 414);
}

static enum rc cookies_read(struct fcgi_exchange *x, struct req *rq)
{
	const char *header = fcgi_param(x, "HTTP_COOKIE");
	enum rc rc;

	if (!header)
		return RC_OK;
	rc = req_parse_cookies(header, &rq->cookie_text, &rq->cookies);
	/* Tossed full by somebody: no cookies is no session, and that is safe. */
	return rc == RC_LIMIT ? RC_OK : rc;
}

static enum rc parts_read(struct fcgi_exchange *x, struct req *rq)
{
	size_t body_len;
	enum rc rc;

	check_duplicates(x, rq);
	check_twin(x, "CONTENT_LENGTH", "HTTP_CONTENT_LENGTH", rq);
	check_twin(x, "CONTENT_TYPE", "HTTP_CONTENT_TYPE", rq);
	body_len = req_body_length(x, rq);
	rc = req_path_read(x, rq);
	if (!rc)
		rc = query_read(x, rq);
	if (!rc)
		rc = cookies_read(x, rq);
	if (!rc && !rq->bad_status && req_writes(rq))
		rc = req_body_read(x, rq, body_len);
	return rc;
}

enum rc req_parse(struct fcgi_exchange *x, struct req *out)
{
	const char *method = fcgi_param(x, "REQUEST_METHOD");
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (!method || !*method)
		return RC_INVALID;
	out->method = method_read(method);
	fields_read(x, out);
	rc = parts_read(x, out);
	if (rc)
		req_release(out);
	return rc;
}

void req_release(struct req *rq)
{
	free(rq->query.items);
	free(rq->form.items);
	free(rq->cookies.items);
	secret_release(&rq->raw_query);
	secret_release(&rq->body);
	secret_release(&rq->cookie_text);
	if (rq->upload)
		secret_wipe(rq->upload, rq->upload_len);
	free(rq->upload);
	free(rq->path_copy);
	memset(rq, 0, sizeof(*rq));
}

const char *req_query(const struct req *rq, const char *name)
{
	return params_get(&rq->query, name);
}

const char *req_form(const struct req *rq, const char *name)
{
	return params_get(&rq->form, name);
}
