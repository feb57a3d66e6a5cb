/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of fixture files that say what a definition asks and what is answered; and the network, which is ours: it
 * keeps the first request and gives every request next_answer. Include check.h first.
 */
#ifndef GRANTRY_TESTS_ANSWERS_H
#define GRANTRY_TESTS_ANSWERS_H

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "domain/fieldset.h"
#include "platform/buf.h"
#include "platform/httpc.h"
#include "platform/yamlr.h"
#include "unit/shipped.h"

static struct {
	int status;
	const char *type, *body, *me; /* me: to all requests after the first */
	const char *www_authenticate; /* NULL: none */
} next_answer;

static char asked[2048]; /* "METHOD URL" of the first request */
static struct httpc_request sent;

enum rc httpc_perform(
	struct httpc *http, const struct httpc_request *rq, struct httpc_response *out)
{
	bool first = asked[0] == '\0';
	const char *body = first ? next_answer.body : next_answer.me;

	(void)http;
	*out = (struct httpc_response){.status = next_answer.status, .retry_after_s = -1};
	snprintf(out->content_type, sizeof(out->content_type), "%s", next_answer.type);
	if (next_answer.www_authenticate)
		snprintf(out->www_authenticate, sizeof(out->www_authenticate), "%s",
			next_answer.www_authenticate);
	if (!first)
		return secret_set(&out->body, body, strlen(body));
	snprintf(asked, sizeof(asked), "%s %s", rq->method, secret_text(&rq->url));
	httpc_request_release(&sent);
	sent = (struct httpc_request){.method = rq->method, .has_body = rq->has_body};
	CHECK_INT(secret_set(&sent.body, rq->body.bytes, rq->body.len), RC_OK);
	for (size_t i = 0; i < rq->n_headers; i++)
		CHECK_INT(httpc_request_header(&sent, rq->headers[i].name,
				  rq->headers[i].value.bytes, rq->headers[i].value.len),
			RC_OK);
	return secret_set(&out->body, body, strlen(body));
}

static inline const char *sent_header(const char *name)
{
	for (size_t i = 0; i < sent.n_headers; i++)
		if (strcasecmp(sent.headers[i].name, name) == 0)
			return secret_text(&sent.headers[i].value);
	return NULL;
}

/* --- files and their rows --- */

static inline struct yamlr *open_rows(const char *name)
{
	struct yamlr_error error = {0};
	struct yamlr *rows = NULL;
	char path[4096];
	struct buf text;

	buf_init(&text, YAMLR_SIZE_MAX);
	CHECK_INT(buf_load(&text, source_path(path, sizeof(path), name)), RC_OK);
	CHECK_INT(yamlr_parse(buf_text(&text), text.len, &rows, &error), RC_OK);
	if (!rows)
		printf("# %s:%u: %s\n", name, error.line, error.reason);
	buf_release(&text);
	return rows;
}

static inline const struct provider *find(const char *id)
{
	for (size_t i = 0; shipped && id && i < catalogue_count(shipped); i++)
		if (strcmp(catalogue_at(shipped, i)->id, id) == 0)
			return catalogue_at(shipped, i);
	return NULL;
}

static inline const char *text_of(const struct yamlr_node *row, const char *key)
{
	const char *text = yamlr_text(yamlr_get(row, key));

	return text ? text : "";
}

static inline int status_of(const struct yamlr_node *row, const char *key, int otherwise)
{
	int64_t status = otherwise;

	if (yamlr_get(row, key))
		CHECK_INT(yamlr_int(yamlr_get(row, key), &status), RC_OK);
	return (int)status;
}

static inline const char *nth_text(const struct yamlr_node *list, size_t i)
{
	const struct yamlr_node *n = list ? list->first : NULL;

	while (n && i-- > 0)
		n = n->next;
	return n && n->text ? n->text : "";
}

static inline void fill(struct fieldset *fields, const struct yamlr_node *map)
{
	for (const struct yamlr_node *n = map ? map->first : NULL; n; n = n->next)
		CHECK_INT(fieldset_put_text(fields, n->key, yamlr_text(n)), RC_OK);
}

/* The headers of the first request; null: none of this name. */
static inline void look_at_headers(const struct yamlr_node *sends)
{
	for (const struct yamlr_node *n = sends ? sends->first : NULL; n; n = n->next) {
		if (yamlr_is_null(n))
			CHECK(sent_header(n->key) == NULL);
		else
			CHECK_STR(sent_header(n->key), yamlr_text(n));
	}
}

#endif
