/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/report.h"

#include <string.h>

#include "domain/audit.h"
#include "domain/incident.h"
#include "domain/runtime/state.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/jsonr.h"
#include "platform/text.h"

#define TRIES 3 /* others change the row between our look and our statement */

/* ---- the body ---- */

enum rc report_parse(const char *p, size_t len, struct report *out)
{
	struct jsonr *doc = NULL;
	jsonv *root, *etag = NULL, *status = NULL;
	const char *text = NULL;
	size_t text_len = 0;
	enum rc rc = jsonr_parse(p, len, &doc);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc == RC_NOMEM ? rc : RC_INVALID;
	root = jsonr_root(doc);
	/* no other members: a mistyped one must not pass for a report without it */
	if (jsonr_kind(root) != JSONR_OBJECT || jsonr_length(root) != 2 ||
		!jsonr_pointer(root, "/etag", &etag) || !jsonr_pointer(root, "/status", &status) ||
		!jsonr_text(etag, &text, &text_len) || jsonr_kind(status) != JSONR_INT ||
		!jsonr_int(status, &out->status) || (out->status != 401 && out->status != 403))
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = revision_parse(text, text_len, &out->revision);
	jsonr_free(doc);
	return rc;
}

/* ---- what it leads to ---- */

struct search {
	struct runtime_query query;
	struct runtime_credential *found;
};

static enum rc search_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	struct search *s = arg;

	return runtime_find(db, hash, &s->query, key, s->found);
}

static enum rc find(const struct core *core, const struct runtime_caller *caller,
	const struct credential_id *id, struct runtime_key_row *key, struct runtime_credential *c,
	struct refusal *why)
{
	struct search s = {{.id = id}, c};
	enum rc rc = access_open(core, caller, ACCESS_REPORT, search_load, &s, key, why);
	struct provider_ref ref = {c->row.plugin_id, c->row.provider};

	if (rc == RC_NOT_FOUND || (rc == RC_OK && !access_reaches(key, &ref)))
		return refuse(why, REFUSAL_ABSENT);
	return rc;
}

struct change;
typedef enum rc statement(struct db *db, const struct change *change);

struct change {
	const struct tenant_id *tenant;
	const struct runtime_credential *c;
	statement *statement;
};

static enum rc reject(struct db *db, const struct change *change)
{
	const struct credential_row *row = &change->c->row;

	return runtime_reject(db, change->tenant, &row->id, row->secret_rev, clock_now_s());
}

static enum rc reject_for_good(struct db *db, const struct change *change)
{
	const struct credential_row *row = &change->c->row;
	enum rc rc = runtime_reject_for_good(
		db, change->tenant, &row->id, row->secret_rev, clock_now_s());

	return rc == RC_OK ? incident_raise(db, change->tenant, row, "needs_reauth", "rejected")
			   : rc;
}

static enum rc reject_silently(struct db *db, const struct change *change)
{
	const struct credential_row *row = &change->c->row;

	return runtime_reject_silently(db, change->tenant, &row->id, row->secret_rev);
}

static enum rc run(struct db *db, void *arg)
{
	const struct change *change = arg;

	return change->statement(db, change);
}

/* What is to be done, judged by the row; NULL: nothing. */
static statement *decide(
	const struct runtime_credential *c, const struct report *report, enum report_action *action)
{
	bool active = strcmp(c->row.state, "active") == 0, refused = report->status == 401;
	bool known = c->rejected_rev == c->row.secret_rev;
	bool can_help = c->row.refreshable && c->forced_rev != c->row.secret_rev;

	*action = REPORT_NONE;
	if (report->revision.number != c->row.secret_rev) {
		*action = REPORT_SUPERSEDED;
		return NULL;
	}
	if (!active) {
		if (strcmp(c->row.state, "needs_reauth") == 0)
			*action = REPORT_REAUTH;
		return refused && !known ? reject_silently : NULL;
	}
	if (can_help) {
		*action = REPORT_RENEWING;
		return known ? NULL : reject;
	}
	if (!refused)
		return NULL;
	*action = c->leased ? REPORT_RENEWING : REPORT_REAUTH;
	if (c->leased)
		return known ? NULL : reject_silently;
	return reject_for_good;
}

static enum rc settle(const struct core *core, const struct actor *actor, const char *object,
	const struct runtime_credential *c, const struct report *report, struct report_answer *out)
{
	struct change change = {&actor->tenant, c, decide(c, report, &out->action)};
	enum rc rc = RC_OK;

	TEXT_COPY(out->state, runtime_state(c, clock_now_s()).word);
	if (change.statement)
		rc = audit_transact(core, actor, "credential.rejected", object, run, &change);
	if (rc == RC_OK && change.statement == reject_for_good)
		TEXT_COPY(out->state, "needs_reauth");
	return rc;
}

static enum rc try_once(const struct core *core, const struct runtime_caller *caller,
	const struct credential_id *id, const struct report *report, struct report_answer *out)
{
	struct runtime_credential c = {0};
	struct runtime_key_row key;
	char object[ACCESS_OBJECT_SIZE];
	enum rc rc = find(core, caller, id, &key, &c, &out->why);

	if (rc == RC_OK && !uuid_equal(&report->revision.id.u, &id->u))
		rc = RC_INVALID;
	if (rc == RC_OK) {
		struct actor runtime = access_actor(caller, &key);

		access_object(&key, id, object);
		rc = settle(core, &runtime, object, &c, report, out);
	}
	runtime_credential_release(&c);
	return rc;
}

static enum rc end(const struct core *core, enum rc rc, const struct report_answer *out)
{
	if (rc == RC_OK && out->action == REPORT_RENEWING)
		upkeep_wake(core->cfg);
	return rc == RC_CONFLICT ? RC_UNAVAILABLE : rc;
}

enum rc report_take(const struct core *core, const struct runtime_caller *caller,
	const struct credential_id *id, const struct report *report, struct report_answer *out)
{
	struct runtime_caller again = *caller;
	enum rc rc = RC_CONFLICT;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < TRIES && rc == RC_CONFLICT; i++) {
		rc = try_once(core, &again, id, report, out);
		again.again = true;
	}
	return end(core, rc, out);
}

enum rc report_within(const struct core *core, const struct actor *actor,
	const struct credential_id *id, uint64_t rev, struct report_answer *out)
{
	struct report report = {{*id, rev}, 401};
	struct runtime_query query = {.id = id};
	char object[AUDIT_ID_SIZE];
	enum rc rc = RC_CONFLICT;

	memset(out, 0, sizeof(*out));
	audit_id("credential", &id->u, object);
	for (int i = 0; i < TRIES && rc == RC_CONFLICT; i++) {
		struct runtime_credential c = {0};

		rc = runtime_find_in(core->db, &actor->tenant, &query, &c);
		if (rc == RC_OK)
			rc = settle(core, actor, object, &c, &report, out);
		runtime_credential_release(&c);
	}
	return end(core, rc, out);
}
