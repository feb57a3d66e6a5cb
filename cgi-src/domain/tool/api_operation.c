/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/api_tool_int.h"
#include "platform/text.h"
#include "store/api_operation_store.h"

#define PLANS_PAGE 32 /* at most 8 MiB of plans */
/* One statement and one column hold it: less than the least max_allowed_packet that a server of ours has. */
#define BUNDLES_MAX ((size_t)15 << 20)

static struct api_operation operation_of(const struct api_operation_row *row)
{
	struct api_operation o = {
		.path = row->path,
		.summary = row->summary,
		.description = row->description,
		.pointer = row->pointer,
		.deprecated = row->deprecated,
		.enabled = row->enabled,
		.position = row->position,
		.n_parameters = row->n_parameters,
		.n_warnings = row->n_warnings,
	};

	TEXT_COPY(o.name, row->name);
	TEXT_COPY(o.method, row->method);
	return o;
}

/* ---- pages of them ---- */

void api_operations_release(struct api_operations *o)
{
	free(o->items);
	db_rows_free(o->rows);
	memset(o, 0, sizeof(*o));
}

static enum rc take_rows(struct api_operations *out)
{
	size_t n = db_row_count(out->rows);

	if (n == 0)
		return RC_OK;
	out->items = calloc(n, sizeof(*out->items));
	if (!out->items)
		return RC_NOMEM;
	while (db_next(out->rows)) {
		const struct api_operation_row row = api_operation_row_get(out->rows);

		out->items[out->n++] = operation_of(&row);
	}
	return RC_OK;
}

enum rc api_operations_load(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, const char *filter, int64_t offset, int64_t limit,
	struct api_operations *out)
{
	const char *text = filter ? filter : "";
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (limit < 1 || limit > API_OPERATIONS_PAGE_MAX)
		limit = API_OPERATIONS_PAGE_MAX;
	rc = api_operation_count(core->db, tenant, owner, text, &out->total);
	if (rc == RC_OK)
		rc = api_operation_page(
			core->db, tenant, owner, text, offset < 0 ? 0 : offset, limit, &out->rows);
	return rc == RC_OK ? take_rows(out) : rc;
}

/* All that are enabled, from behind a position on, page by page; visit returns false to end it. */
static enum rc each_enabled(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	int64_t after, bool (*visit)(const struct api_operation_row *row, void *arg), void *arg)
{
	bool more = true;
	enum rc rc = RC_OK;

	while (more && rc == RC_OK) {
		struct db_rows *rows = NULL;

		rc = api_operation_enabled_after(db, tenant, owner, after, PLANS_PAGE, &rows);
		more = rc == RC_OK && db_row_count(rows) == PLANS_PAGE;
		while (rc == RC_OK && db_next(rows)) {
			const struct api_operation_row row = api_operation_row_get(rows);

			after = row.position;
			if (!visit(&row, arg)) {
				more = false;
				break;
			}
		}
		db_rows_free(rows);
	}
	return rc;
}

struct plan_visit {
	bool (*visit)(const struct api_operation *o, const char *plan, size_t len, void *arg);
	void *arg;
};

static bool visit_plan(const struct api_operation_row *row, void *arg)
{
	const struct plan_visit *v = arg;
	const struct api_operation o = operation_of(row);

	return v->visit(&o, row->plan, row->plan_len, v->arg);
}

enum rc api_operations_each_plan(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, int64_t after,
	bool (*visit)(const struct api_operation *o, const char *plan, size_t len, void *arg),
	void *arg)
{
	struct plan_visit v = {visit, arg};

	return each_enabled(core->db, tenant, owner, after, visit_plan, &v);
}

void api_operation_release(struct api_operation_plan *o)
{
	api_operations_release(&o->list);
	memset(o, 0, sizeof(*o));
}

enum rc api_operation_load(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, const char *name, struct api_operation_plan *out)
{
	struct api_operation_row row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = api_operation_row_load(core->db, tenant, owner, name, &out->list.rows);
	if (rc != RC_OK)
		return rc;
	out->list.items = calloc(1, sizeof(*out->list.items));
	if (!out->list.items)
		return RC_NOMEM;
	row = api_operation_row_get(out->list.rows);
	out->list.items[0] = operation_of(&row);
	out->list.n = 1;
	out->list.total = 1;
	out->operation = &out->list.items[0];
	out->plan = row.plan;
	out->plan_len = row.plan_len;
	out->bundle = row.bundle;
	out->bundle_len = row.bundle_len;
	return RC_OK;
}

/* ---- which are offered ---- */

/* Names as FIND_IN_SET takes them; what is no name of an operation is left out. */
static void join(const char *const *names, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (len == 0 || len > IMPORT_OPERATION_NAME_MAX || strchr(names[i], ','))
			continue;
		if (out->len > 0)
			buf_putc(out, ',');
		buf_add(out, names[i], len);
	}
}

static enum rc enable(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	const char *const *names, size_t n, bool enabled)
{
	struct buf list;
	enum rc rc;

	if (n > API_OPERATIONS_PAGE_MAX)
		return RC_LIMIT;
	buf_init(&list, API_OPERATION_LIST_MAX);
	join(names, n, &list);
	rc = buf_done(&list);
	if (rc == RC_OK && list.len > 0)
		rc = api_operation_enable(db, tenant, owner, buf_text(&list), enabled);
	buf_release(&list);
	return rc;
}

enum rc api_operations_choose(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct api_choice *choice)
{
	enum rc rc = RC_OK;

	if (choice->all_on || choice->all_off)
		rc = api_operation_enable(db, tenant, owner, NULL, choice->all_on);
	if (rc == RC_OK)
		rc = enable(db, tenant, owner, choice->on, choice->n_on, true);
	return rc == RC_OK ? enable(db, tenant, owner, choice->off, choice->n_off, false) : rc;
}

/* ---- tools_str ---- */

struct bundles {
	struct buf text;
	const char *server; /* as a JSON string */
};

/* The importer does not know which server will be chosen and leaves its place empty, at the end. */
static bool add_bundle(const struct api_operation_row *row, void *arg)
{
	static const char open[] = "\"server_url\":\"\"}";
	size_t end = sizeof(open) - 1, len = row->bundle_len;
	struct bundles *b = arg;

	buf_puts(&b->text, b->text.len > 1 ? "," : "");
	if (len < end || memcmp(row->bundle + len - end, open, end) != 0) {
		buf_add(&b->text, row->bundle, len);
	} else {
		buf_add(&b->text, row->bundle, len - 3); /* the two quotes and the bracket */
		buf_puts(&b->text, b->server);
		buf_putc(&b->text, '}');
	}
	return buf_done(&b->text) == RC_OK;
}

enum rc api_operations_rebuild(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *server)
{
	struct secret quoted = SECRET_EMPTY; /* what jsonr_append_string writes into */
	struct bundles b;
	enum rc rc = jsonr_append_string(&quoted, server, strlen(server));

	buf_init(&b.text, BUNDLES_MAX);
	b.server = secret_text(&quoted);
	buf_putc(&b.text, '[');
	if (rc == RC_OK)
		rc = each_enabled(db, tenant, &id->u, -1, add_bundle, &b);
	buf_putc(&b.text, ']');
	if (rc == RC_OK)
		rc = buf_done(&b.text);
	if (rc == RC_OK)
		rc = api_tool_row_bundles(db, tenant, id, b.text.data, b.text.len);
	buf_release(&b.text);
	secret_release(&quoted);
	return rc;
}
