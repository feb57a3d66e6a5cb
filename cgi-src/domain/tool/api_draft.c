/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/api_draft.h"

#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/tool/api_tool_int.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/api_draft_store.h"
#include "store/api_operation_store.h"

#define SWEEP_BATCH 100
#define INSERT_BATCH 64

void api_draft_release(struct api_draft *d)
{
	jsonr_free(d->head);
	jsonr_free(d->report);
	memset(d, 0, sizeof(*d));
}

/* ---- make ---- */

struct discarding {
	const struct actor *actor;
	const struct api_draft_id *id;
};

static enum rc delete_draft(struct db *db, void *arg)
{
	const struct discarding *d = arg;
	enum rc rc = api_draft_row_delete(db, &d->actor->tenant, &d->actor->user, d->id);

	return rc == RC_OK ? api_operation_delete(db, &d->actor->tenant, &d->id->u) : rc;
}

enum rc api_draft_discard(
	const struct core *core, const struct actor *actor, const struct api_draft_id *id)
{
	struct discarding d = {actor, id};

	return db_transact(core->db, delete_draft, &d);
}

/* Room for one more: those that the person has left lying go, the oldest first. */
static enum rc make_room(const struct core *core, const struct actor *actor)
{
	struct api_draft_id beyond[API_DRAFT_BEYOND_MAX];
	size_t n;
	enum rc rc = api_draft_row_beyond(
		core->db, &actor->tenant, &actor->user, API_DRAFTS_KEPT - 1, beyond, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = api_draft_discard(core, actor, &beyond[i]);
		if (rc == RC_NOT_FOUND) /* another request of theirs was faster */
			rc = RC_OK;
	}
	return rc;
}

/* The columns are UTF-8. What the reader took for Latin-1 is kept as what it read. */
static enum rc as_utf8(const char *p, size_t len, struct buf *out)
{
	size_t chars;

	buf_init(out, 2 * IMPORT_DOCUMENT_MAX);
	if (text_utf8_chars(p, len, &chars) == RC_OK) {
		buf_add(out, p, len);
		return buf_done(out);
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)p[i];

		if (byte >= 0x80)
			buf_putc(out, (char)(0xc0 | byte >> 6));
		buf_putc(out, (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte));
	}
	return buf_done(out);
}

static enum rc insert_row(const struct core *core, const struct actor *actor,
	const struct api_draft_row *row, const char *p, size_t len)
{
	unsigned char sha256[HASH_SIZE];
	struct buf document;
	enum rc rc = as_utf8(p, len, &document);

	codec_sha256(p, len, sha256);
	if (rc == RC_OK)
		rc = api_draft_row_insert(core->db, &actor->tenant, row, document.data,
			document.len, sha256, API_DRAFTS_MAX);
	buf_release(&document);
	return rc;
}

/* In batches that are transactions of their own: a draft is not there before it is finished. */
static enum rc insert_operations(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id, const struct import_result *result)
{
	struct api_operation_row rows[INSERT_BATCH];
	unsigned char sha256[INSERT_BATCH][HASH_SIZE];
	enum rc rc = RC_OK;

	for (size_t done = 0, n; done < result->n_operations && rc == RC_OK; done += n) {
		for (n = 0; n < INSERT_BATCH && done + n < result->n_operations; n++) {
			const struct import_operation *o = &result->operations[done + n];

			codec_sha256(o->plan, o->plan_len, sha256[n]);
			rows[n] = (struct api_operation_row){o->name, o->method, o->path,
				o->summary, o->description, o->pointer, o->deprecated, true,
				(int64_t)(done + n), o->n_parameters, o->n_warnings, sha256[n],
				o->plan, o->bundle, o->plan_len, o->bundle_len};
		}
		rc = api_operation_insert(core->db, &actor->tenant, &id->u, rows, n);
	}
	return rc;
}

static enum rc fill(const struct core *core, const struct actor *actor, struct api_draft_row *row,
	const struct import_result *result)
{
	const struct tenant_id *tenant = &actor->tenant;
	enum rc rc = insert_operations(core, actor, &row->id, result);

	if (rc == RC_OK && !uuid_is_zero(&row->tool.u))
		rc = api_operation_inherit(core->db, tenant, &row->id.u, &row->tool.u);
	row->head = buf_text(&result->head);
	row->head_len = result->head.len;
	row->report = buf_text(&result->report);
	row->report_len = result->report.len;
	return rc == RC_OK ? api_draft_row_finish(core->db, tenant, row) : rc;
}

static enum rc check_tool(
	const struct core *core, const struct actor *actor, const struct api_tool_id *tool)
{
	struct api_tool_row row;
	enum rc rc = tool ? api_tool_row_load(core->db, &actor->tenant, tool, false, &row) : RC_OK;

	if (tool)
		api_tool_row_release(&row);
	return rc;
}

enum rc api_draft_create(const struct core *core, const struct actor *actor,
	const struct api_tool_id *tool, const char *p, size_t len, const char *source_url,
	const struct import_result *result, struct api_draft_id *out)
{
	struct api_draft_row row = {
		.id.u = uuid_random(),
		.user = actor->user,
		.source_url = source_url ? source_url : "",
		.created_at_s = clock_now_s(),
	};
	enum rc rc = result->refused || len > IMPORT_DOCUMENT_MAX ? RC_INVALID
								  : check_tool(core, actor, tool);

	if (tool)
		row.tool = *tool;
	if (rc == RC_OK)
		rc = make_room(core, actor);
	if (rc == RC_OK)
		rc = insert_row(core, actor, &row, p, len);
	if (rc != RC_OK)
		return rc;
	rc = fill(core, actor, &row, result);
	/* what cannot be taken back now goes with the day */
	if (rc != RC_OK && api_draft_discard(core, actor, &row.id) != RC_OK)
		return rc;
	if (rc == RC_OK)
		*out = row.id;
	return rc;
}

/* ---- show ---- */

static enum rc draft_of(const struct api_draft_row *row, struct api_draft *out)
{
	enum rc rc;

	out->id = row->id;
	out->is_new = uuid_is_zero(&row->tool.u);
	out->tool = row->tool;
	TEXT_COPY(out->source_url, row->source_url);
	out->created_at_s = row->created_at_s;
	out->n_operations = row->n_operations;
	out->n_enabled = row->n_enabled;
	rc = jsonr_parse(row->head, row->head_len, &out->head);
	if (rc == RC_OK)
		rc = jsonr_parse(row->report, row->report_len, &out->report);
	return rc == RC_INVALID || rc == RC_LIMIT ? RC_INTERNAL : rc; /* we wrote them */
}

enum rc api_draft_load(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id, struct api_draft *out)
{
	struct api_draft_row row;
	enum rc rc = api_draft_row_load(core->db, &actor->tenant, &actor->user, id, &row);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = draft_of(&row, out);
	api_draft_row_release(&row);
	return rc;
}

enum rc api_draft_document(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id, struct buf *out)
{
	return api_draft_row_document(core->db, &actor->tenant, &actor->user, id, out);
}

/* ---- which operations are offered ---- */

struct choosing {
	const struct actor *actor;
	const struct api_draft_id *id;
	const struct api_choice *choice;
};

static enum rc choose_of_draft(struct db *db, void *arg)
{
	const struct choosing *c = arg;

	return api_operations_choose(db, &c->actor->tenant, &c->id->u, c->choice);
}

enum rc api_draft_choose(const struct core *core, const struct actor *actor,
	const struct api_draft_id *draft, const struct api_choice *choice)
{
	struct choosing c = {actor, draft, choice};
	struct api_draft loaded;
	enum rc rc = api_draft_load(core, actor, draft, &loaded);

	api_draft_release(&loaded);
	return rc == RC_OK ? db_transact(core->db, choose_of_draft, &c) : rc;
}

/* ---- what it changes ---- */

struct comparing {
	void (*visit)(enum api_change change, const char *name, const char *method,
		const char *path, bool enabled, void *arg);
	void *arg;
	struct api_diff *out;
};

static void visit_pair(const struct api_operation_pair *pair, void *arg)
{
	struct comparing *c = arg;
	enum api_change change = !pair->in_old   ? API_ADDED
				 : !pair->in_new ? API_REMOVED
						 : API_CHANGED;

	if (pair->same) {
		c->out->n_unchanged++;
		return;
	}
	c->out->n_added += change == API_ADDED;
	c->out->n_changed += change == API_CHANGED;
	c->out->n_removed += change == API_REMOVED;
	c->visit(change, pair->name, pair->method, pair->path, pair->enabled, c->arg);
}

enum rc api_draft_diff(const struct core *core, const struct actor *actor,
	const struct api_draft *draft,
	void (*visit)(enum api_change change, const char *name, const char *method,
		const char *path, bool enabled, void *arg),
	void *arg, struct api_diff *out)
{
	struct comparing c = {visit, arg, out};
	struct tool_settings after;
	struct api_tool tool;
	enum rc rc = draft->is_new ? RC_NOT_FOUND : RC_OK;

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	rc = api_tool_load(core, &actor->tenant, &draft->tool, &tool);
	if (rc == RC_OK) {
		api_tool_settings_after(
			&tool.settings, jsonr_root(tool.head), jsonr_root(draft->head), &after);
		TEXT_COPY(out->server, tool.settings.server);
		TEXT_COPY(out->new_server, after.server);
		rc = api_operation_compare(
			core->db, &actor->tenant, &draft->tool.u, &draft->id.u, visit_pair, &c);
	}
	api_tool_release(&tool);
	return rc;
}

/* ---- the sweep ---- */

struct sweeping {
	const struct api_draft_old *old;
	int64_t before_s;
};

static enum rc sweep_one(struct db *db, void *arg)
{
	const struct sweeping *s = arg;
	enum rc rc = api_draft_row_sweep(db, s->old, s->before_s);

	return rc == RC_OK ? api_operation_delete(db, &s->old->tenant, &s->old->id.u) : rc;
}

enum rc api_draft_sweep(const struct core *core)
{
	struct sweeping s = {.before_s = clock_now_s() - API_DRAFT_LIFETIME_S};
	struct api_draft_old *old = NULL;
	size_t n = 0;
	enum rc rc = api_draft_row_old(core->db, s.before_s, SWEEP_BATCH, &old, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		s.old = &old[i];
		rc = db_transact(core->db, sweep_one, &s);
		if (rc == RC_NOT_FOUND) /* it has become a tool */
			rc = RC_OK;
	}
	free(old);
	return rc;
}
