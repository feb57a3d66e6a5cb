/* SPDX-License-Identifier: Apache-2.0
 *
 * What grantry-import wrote, record by record. The child has read a document of a stranger and may be in the
 * stranger's hands: nothing it says is believed that could not be looked at here.
 */
#include "domain/tool/import.h"

#include <stdlib.h>
#include <string.h>

#include "platform/jsonr.h"
#include "platform/text.h"

#define WARNINGS_MAX 600 /* the child keeps fewer, and counts the others */
#define RECORD_MAX                                                                                 \
	((size_t)64 *                                                                              \
		1024) /* of H aside: W, E, O and Z; what is in them lands in columns of 64 KiB */
#define HEAD_MAX ((size_t)1 << 20)
#define BUNDLE_MAX ((size_t)1 << 20)
#define SERVERS_MAX 64 /* of operations, in all */

struct reader {
	struct import_result *r;
	size_t capacity; /* of r->operations */
	enum { NEXT_ANY, NEXT_BUNDLE, NEXT_PLAN } next;
	bool has_head, done;
	size_t n_reported;
	/* Of operations, each once: JSON texts, for the head. */
	struct secret servers[SERVERS_MAX];
	size_t n_servers;
};

void import_result_free(struct import_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_operations; i++)
		free(r->operations[i].texts);
	free(r->operations);
	buf_release(&r->head);
	buf_release(&r->report);
	buf_release(&r->output);
	free(r);
}

/* ---- members ---- */

static bool text_at(jsonv *v, const char *key, size_t max, const char **out)
{
	jsonv *found;
	size_t len;

	return jsonr_get(v, key, &found) && jsonr_text(found, out, &len) && len <= max;
}

static bool int_at(jsonv *v, const char *key, int64_t *out)
{
	jsonv *found;

	return jsonr_get(v, key, &found) && jsonr_int(found, out) && *out >= 0 && *out <= INT32_MAX;
}

static bool is_name(const char *name, size_t max, const char *of)
{
	size_t len = strlen(name);

	return len >= 1 && len <= max && strspn(name, of) == len;
}

/* ---- operations ---- */

static bool grow(struct reader *rd)
{
	struct import_result *r = rd->r;
	struct import_operation *more;

	if (r->n_operations < rd->capacity)
		return true;
	rd->capacity = rd->capacity ? rd->capacity * 2 : 64;
	more = realloc(r->operations, rd->capacity * sizeof(*more));
	if (more)
		r->operations = more;
	return more != NULL;
}

/* The six texts in one block, which o owns. */
static bool keep_texts(struct import_operation *o)
{
	const char **texts[] = {
		&o->name, &o->method, &o->path, &o->summary, &o->description, &o->pointer};
	size_t size = 0, at = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		size += strlen(*texts[i]) + 1;
	o->texts = malloc(size);
	for (size_t i = 0; o->texts && i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(*texts[i]) + 1;

		memcpy(o->texts + at, *texts[i], len);
		*texts[i] = o->texts + at;
		at += len;
	}
	return o->texts != NULL;
}

static bool read_operation(jsonv *v, struct import_operation *o)
{
	static const char legal[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	jsonv *deprecated;

	*o = (struct import_operation){.name = ""};
	return text_at(v, "name", IMPORT_OPERATION_NAME_MAX, &o->name) &&
	       is_name(o->name, IMPORT_OPERATION_NAME_MAX, legal) &&
	       text_at(v, "method", 16, &o->method) &&
	       is_name(o->method, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
	       text_at(v, "path", RECORD_MAX, &o->path) && o->path[0] == '/' &&
	       text_at(v, "summary", RECORD_MAX, &o->summary) &&
	       text_at(v, "description", RECORD_MAX, &o->description) &&
	       text_at(v, "pointer", RECORD_MAX, &o->pointer) &&
	       jsonr_get(v, "deprecated", &deprecated) && jsonr_bool(deprecated, &o->deprecated) &&
	       int_at(v, "n_parameters", &o->n_parameters) &&
	       int_at(v, "warnings", &o->n_warnings) && int_at(v, "line", &o->line);
}

static enum rc take_operation(struct reader *rd, const char *p, size_t len)
{
	struct import_operation *o;
	struct jsonr *doc = NULL;
	enum rc rc;

	if (!rd->has_head || rd->r->n_operations >= IMPORT_OPERATIONS_MAX || len > RECORD_MAX)
		return RC_INVALID;
	if (!grow(rd))
		return RC_NOMEM;
	rc = jsonr_parse(p, len, &doc);
	if (rc != RC_OK)
		return rc;
	o = &rd->r->operations[rd->r->n_operations];
	if (!read_operation(jsonr_root(doc), o))
		rc = RC_INVALID;
	else if (!keep_texts(o))
		rc = RC_NOMEM;
	else
		rd->r->n_operations++;
	jsonr_free(doc);
	rd->next = NEXT_BUNDLE;
	return rc;
}

static struct import_operation *last(struct reader *rd)
{
	return &rd->r->operations[rd->r->n_operations - 1];
}

static enum rc take_bundle(struct reader *rd, const char *p, size_t len)
{
	enum rc rc = len > BUNDLE_MAX ? RC_INVALID : jsonr_check(p, len);

	last(rd)->bundle = p;
	last(rd)->bundle_len = len;
	rd->next = NEXT_PLAN;
	return p[0] == '{' ? rc : RC_INVALID;
}

/* The server that requests of an operation go to, if it is one of its own: secrets have to know it. */
static enum rc note_server(struct reader *rd, const char *plan, size_t len)
{
	struct secret text = SECRET_EMPTY;
	struct jsonr *doc = NULL;
	jsonv *server;
	enum rc rc;

	if (!strstr(plan, "\"servers\":"))
		return RC_OK;
	rc = jsonr_parse(plan, len, &doc);
	if (rc != RC_OK || !jsonr_pointer(jsonr_root(doc), "/servers/0", &server)) {
		jsonr_free(doc);
		return rc;
	}
	rc = jsonr_append(&text, server);
	for (size_t i = 0; rc == RC_OK && text.len > 0 && i < rd->n_servers; i++)
		if (secret_equal(&rd->servers[i], &text))
			secret_release(&text);
	if (rc == RC_OK && text.len > 0 && rd->n_servers < SERVERS_MAX)
		secret_take(&rd->servers[rd->n_servers++], &text);
	secret_release(&text);
	jsonr_free(doc);
	return rc == RC_LIMIT ? RC_INVALID : rc;
}

static enum rc take_plan(struct reader *rd, const char *p, size_t len)
{
	enum rc rc = len > IMPORT_PLAN_MAX || p[0] != '{' ? RC_INVALID : jsonr_check(p, len);

	last(rd)->plan = p;
	last(rd)->plan_len = len;
	rd->next = NEXT_ANY;
	return rc == RC_OK ? note_server(rd, p, len) : rc;
}

/* ---- the others ---- */

static enum rc take_head(struct reader *rd, const char *p, size_t len)
{
	enum rc rc = rd->has_head || len > HEAD_MAX || p[0] != '{' || p[len - 1] != '}'
			     ? RC_INVALID
			     : jsonr_check(p, len);

	rd->has_head = true;
	buf_add(&rd->r->head, p, len);
	return rc == RC_OK ? buf_done(&rd->r->head) : rc;
}

static enum rc take_finding(struct reader *rd, const char *p, size_t len, bool is_error)
{
	struct buf *report = &rd->r->report;
	enum rc rc;

	if (len > RECORD_MAX || p[0] != '{' || rd->n_reported >= WARNINGS_MAX)
		return RC_INVALID;
	rc = jsonr_check(p, len);
	if (is_error) {
		rd->r->refused = true;
		rd->done = true;
		buf_clear(report);
		buf_putc(report, '[');
		rd->n_reported = 0;
	}
	buf_puts(report, rd->n_reported++ ? "," : "");
	buf_add(report, p, len);
	return rc == RC_OK ? buf_done(report) : rc;
}

static enum rc take_end(struct reader *rd, const char *p, size_t len)
{
	struct jsonr *doc = NULL;
	int64_t operations = -1;
	enum rc rc = len > RECORD_MAX ? RC_INVALID : jsonr_parse(p, len, &doc);

	if (rc == RC_OK && (!rd->has_head || !int_at(jsonr_root(doc), "operations", &operations) ||
				   !int_at(jsonr_root(doc), "warnings", &rd->r->n_warnings) ||
				   !int_at(jsonr_root(doc), "left_out", &rd->r->n_left_out) ||
				   (size_t)operations != rd->r->n_operations || operations == 0))
		rc = RC_INVALID;
	rd->done = true;
	jsonr_free(doc);
	return rc;
}

/* p: without its letter, with a NUL behind. */
static enum rc take_record(struct reader *rd, char letter, const char *p, size_t len)
{
	if (rd->done || len == 0)
		return RC_INVALID;
	if (letter == 'W') /* anywhere */
		return take_finding(rd, p, len, false);
	if (rd->next == NEXT_BUNDLE)
		return letter == 'B' ? take_bundle(rd, p, len) : RC_INVALID;
	if (rd->next == NEXT_PLAN)
		return letter == 'P' ? take_plan(rd, p, len) : RC_INVALID;
	switch (letter) {
	case 'H':
		return take_head(rd, p, len);
	case 'O':
		return take_operation(rd, p, len);
	case 'E':
		return take_finding(rd, p, len, true);
	case 'Z':
		return take_end(rd, p, len);
	default:
		return RC_INVALID;
	}
}

/* ---- all of it ---- */

static int by_name(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static enum rc check_names(const struct import_result *r)
{
	const char **names = calloc(r->n_operations + 1, sizeof(*names));
	enum rc rc = RC_OK;

	if (!names)
		return RC_NOMEM;
	for (size_t i = 0; i < r->n_operations; i++)
		names[i] = r->operations[i].name;
	qsort(names, r->n_operations, sizeof(*names), by_name);
	for (size_t i = 1; i < r->n_operations && rc == RC_OK; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			rc = RC_INVALID;
	free(names);
	return rc;
}

/* Ours, at the end of the head. A member of that name is not the child's to write. */
static enum rc add_servers(struct reader *rd)
{
	struct buf *head = &rd->r->head;

	if (strstr(buf_text(head), "\"operation_servers\""))
		return RC_INVALID;
	head->len--; /* the bracket */
	buf_puts(head, head->len > 1 ? ",\"operation_servers\":[" : "\"operation_servers\":[");
	for (size_t i = 0; i < rd->n_servers; i++) {
		buf_puts(head, i ? "," : "");
		buf_add(head, rd->servers[i].bytes, rd->servers[i].len);
	}
	buf_puts(head, "]}");
	return buf_done(head);
}

static enum rc read_records(struct reader *rd, char *p, size_t len)
{
	enum rc rc = len ? RC_OK : RC_INVALID;
	char *const end = len ? p + len : NULL; /* of nothing there is no address either */

	while (rc == RC_OK && p < end) {
		char *stop = memchr(p, '\n', (size_t)(end - p));

		if (!stop)
			return RC_INVALID; /* it died in the middle of a record */
		*stop = '\0';
		rc = take_record(rd, p[0], p + 1, stop == p ? 0 : (size_t)(stop - p) - 1);
		p = stop + 1;
	}
	if (rc == RC_OK)
		rc = rd->done ? check_names(rd->r) : RC_INVALID;
	return rc;
}

static void drop_operations(struct import_result *r)
{
	for (size_t i = 0; i < r->n_operations; i++)
		free(r->operations[i].texts);
	r->n_operations = 0;
	buf_clear(&r->head);
}

enum rc import_read(struct buf *output, struct import_result **out)
{
	struct import_result *r = calloc(1, sizeof(*r));
	struct reader rd = {.r = r};
	enum rc rc;

	*out = NULL;
	if (!r)
		return RC_NOMEM;
	r->output = *output;
	buf_init(output, output->max);
	buf_init(&r->head, 2 * HEAD_MAX);
	buf_init(&r->report, WARNINGS_MAX * RECORD_MAX);
	buf_putc(&r->report, '[');
	rc = buf_done(&r->output);
	if (rc == RC_OK)
		rc = read_records(&rd, r->output.data, r->output.len);
	if (r->refused)
		drop_operations(r);
	else if (rc == RC_OK)
		rc = add_servers(&rd);
	buf_putc(&r->report, ']');
	if (rc == RC_OK)
		rc = buf_done(&r->report);
	for (size_t i = 0; i < rd.n_servers; i++)
		secret_release(&rd.servers[i]);
	if (rc == RC_OK)
		*out = r;
	else
		import_result_free(r);
	return rc == RC_LIMIT ? RC_INVALID : rc;
}
