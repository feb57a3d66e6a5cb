/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of a description, read back. Include check.h first.
 */
#ifndef GRANTRY_TESTS_RECORDS_H
#define GRANTRY_TESTS_RECORDS_H

#include <stdlib.h>
#include <string.h>

#include "domain/tool/openapi.h"
#include "platform/buf.h"
#include "platform/jsonr.h"

struct record {
	char letter;
	char operation[65]; /* O, B, P: the name of the operation; W: the same or "" */
	const char *line;   /* without its newline, which is NUL */
	struct jsonr *doc;
};

struct records {
	struct buf text;
	struct record *list;
	size_t n;
};

static enum rc records_put(void *arg, const char *p, size_t len)
{
	struct records *r = arg;

	CHECK(len > 0 && p[len - 1] == '\n');
	buf_add(&r->text, p, len);
	return buf_done(&r->text);
}

static inline const char *record_text(const struct record *r, const char *pointer)
{
	const char *text = NULL;
	size_t len;
	jsonv *v;

	if (!r || !jsonr_pointer(jsonr_root(r->doc), pointer, &v) || !jsonr_text(v, &text, &len))
		return NULL;
	return text;
}

static inline void record_read(struct record *r, char *line, const struct record *operation)
{
	const char *name;

	*r = (struct record){.letter = *line, .line = line};
	CHECK(strchr("HOBPWEZ", *line) != NULL);
	CHECK(strlen(line + 1) <= OPENAPI_RECORD_MAX);
	if (jsonr_parse(line + 1, strlen(line + 1), &r->doc)) {
		printf("# no JSON: %.200s\n", line);
		CHECK(false);
	}
	if (r->letter == 'B' || r->letter == 'P')
		name = operation ? operation->operation : NULL;
	else
		name = record_text(r, r->letter == 'W' ? "/operation" : "/name");
	if (name)
		snprintf(r->operation, sizeof(r->operation), "%s", name);
}

static inline void records_release(struct records *r)
{
	for (size_t i = 0; i < r->n; i++)
		jsonr_free(r->list[i].doc);
	free(r->list);
	buf_release(&r->text);
}

/* Whatever the document: every line is JSON, and the order is the one that openapi.h names. */
static inline void records_read(
	struct records *r, const char *document, size_t len, const char *url)
{
	size_t lines = 0, at = 0;

	*r = (struct records){0};
	buf_init(&r->text, (size_t)64 << 20);
	CHECK_INT(openapi_read(document, len, url, records_put, r), RC_OK);
	for (size_t i = 0; i < r->text.len; i++)
		lines += r->text.data[i] == '\n';
	r->list = calloc(lines ? lines : 1, sizeof(*r->list));
	for (char *line = r->text.data, *end; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		record_read(&r->list[r->n], line, at ? &r->list[at - 1] : NULL);
		if (*line == 'O')
			at = r->n + 1;
		CHECK(*line != 'B' || r->list[r->n - 1].letter == 'O');
		CHECK(*line != 'P' || r->list[r->n - 1].letter == 'B');
		r->n++;
	}
	CHECK(r->n > 0 && strchr("ZE", r->list[r->n - 1].letter));
}

/** records_find(r, letter, operation): the first; operation NULL: of whichever. */
static inline const struct record *records_find(
	const struct records *r, char letter, const char *operation)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].letter == letter &&
			(!operation || strcmp(r->list[i].operation, operation) == 0))
			return &r->list[i];
	return NULL;
}

static inline size_t records_count(const struct records *r, char letter)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->list[i].letter == letter;
	return n;
}

/* A value as the fixtures write it: a text as it is, [3] and {3} by length. */
static inline const char *record_value(
	const struct record *r, const char *pointer, char *to, size_t size)
{
	const char *text = "";
	int64_t number;
	bool yes;
	size_t len;
	jsonv *v;

	if (!r || !jsonr_pointer(jsonr_root(r->doc), pointer, &v))
		return "(none)";
	switch (jsonr_kind(v)) {
	case JSONR_NULL:
		return "(null)";
	case JSONR_BOOL:
		return jsonr_bool(v, &yes) && yes ? "true" : "false";
	case JSONR_STRING:
		return jsonr_text(v, &text, &len) && len ? text : "(empty)";
	case JSONR_ARRAY:
		snprintf(to, size, "[%zu]", jsonr_length(v));
		return to;
	case JSONR_OBJECT:
		snprintf(to, size, "{%zu}", jsonr_length(v));
		return to;
	default:
		snprintf(to, size, "%lld", jsonr_int(v, &number) ? (long long)number : -1);
		return to;
	}
}

#endif
