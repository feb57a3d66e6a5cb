/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/incident.h"
#include "domain/message.h"
#include "platform/clock.h"
#include "platform/jsonr.h"
#include "platform/text.h"

#define RECENT_MAX 50
#define DEAD_MAX 100

/* ---- make ---- */

/* What the guard would refuse whatever its name resolves to is refused at once. */
static const char *url_problem(const struct core *core, const char *text)
{
	struct url url;

	if (url_parse(text, URL_HTTP_TOO, &url) != RC_OK)
		return MESSAGE("webhooks.no_address");
	if (netpol_allows_origin(&core->cfg->egress, url.https, url.host, url.port))
		return NULL;
	if (!url.https)
		return MESSAGE("webhooks.no_https");
	return url.port == 443 ? NULL : MESSAGE("webhooks.other_port");
}

struct seal_place webhook_place(const struct webhook_id *id)
{
	return (struct seal_place){WEBHOOK_TABLE, "encrypted_secret", &id->u, 1};
}

static enum rc key_text(const struct secret *key, struct secret *out)
{
	struct secret base64 = SECRET_EMPTY;
	enum rc rc = codec_base64_secret(key, &base64);

	secret_release(out);
	if (rc == RC_OK)
		rc = secret_append_text(out, WEBHOOK_SECRET_PREFIX);
	if (rc == RC_OK)
		rc = secret_append_secret(out, &base64);
	secret_release(&base64);
	return rc;
}

static enum rc make_secret(const struct core *core, struct webhook_row *row, struct secret *out)
{
	struct seal_place place = webhook_place(&row->id);
	struct secret key = SECRET_EMPTY;
	enum rc rc = secret_random(&key, WEBHOOK_KEY_SIZE);

	if (rc == RC_OK)
		rc = keyring_seal(
			core->keyring, core->db, &row->tenant, &place, &key, &row->secret);
	if (rc == RC_OK)
		rc = key_text(&key, out);
	secret_release(&key);
	return rc;
}

static enum rc insert_row(struct db *db, void *arg)
{
	return webhook_insert(db, arg);
}

enum rc webhook_add(const struct core *core, const struct actor *actor, const char *url,
	const char **reason, struct secret *out)
{
	struct webhook_row row = {
		.id.u = uuid_random(),
		.tenant = actor->tenant,
		.created_by = actor->user,
		.created_at_s = clock_now_s(),
	};
	char object[AUDIT_ID_SIZE];
	enum rc rc;

	*reason = url_problem(core, url);
	if (*reason)
		return RC_INVALID;
	TEXT_COPY(row.url, url);
	audit_id("webhook", &row.id.u, object);
	rc = make_secret(core, &row, out);
	if (rc == RC_OK)
		rc = audit_transact(core, actor, "webhook.add", object, insert_row, &row);
	if (rc != RC_OK)
		secret_release(out);
	webhook_row_release(&row);
	return rc;
}

/* ---- change ---- */

struct target {
	const struct tenant_id *tenant;
	const struct webhook_id *webhook;
	const struct delivery_id *delivery;
};

static enum rc delete_row(struct db *db, void *arg)
{
	const struct target *t = arg;

	return webhook_delete(db, t->tenant, t->webhook);
}

enum rc webhook_remove(
	const struct core *core, const struct actor *actor, const struct webhook_id *id)
{
	struct target t = {.tenant = &actor->tenant, .webhook = id};
	char object[AUDIT_ID_SIZE];

	audit_id("webhook", &id->u, object);
	return audit_transact(core, actor, "webhook.remove", object, delete_row, &t);
}

static enum rc insert_test(struct db *db, void *arg)
{
	const struct target *t = arg;
	enum rc rc = incident_test(db, t->tenant, t->webhook);

	return rc == RC_INVALID ? RC_NOT_FOUND : rc;
}

enum rc webhook_test(
	const struct core *core, const struct actor *actor, const struct webhook_id *id)
{
	struct target t = {.tenant = &actor->tenant, .webhook = id};
	char object[AUDIT_ID_SIZE];

	audit_id("webhook", &id->u, object);
	return audit_transact(core, actor, "webhook.test", object, insert_test, &t);
}

static enum rc requeue_row(struct db *db, void *arg)
{
	const struct target *t = arg;

	return delivery_requeue(db, t->tenant, t->delivery, clock_now_s());
}

enum rc webhook_send_again(
	const struct core *core, const struct actor *actor, const struct delivery_id *id)
{
	struct target t = {.tenant = &actor->tenant, .delivery = id};
	char object[AUDIT_ID_SIZE];

	audit_id("delivery", &id->u, object);
	return audit_transact(core, actor, "webhook.send_again", object, requeue_row, &t);
}

/* ---- show ---- */

void webhook_list_release(struct webhook_list *list)
{
	free(list->items);
	free(list->recent);
	free(list->dead);
	memset(list, 0, sizeof(*list));
}

const struct webhook_view *webhook_find(
	const struct webhook_list *list, const struct webhook_id *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (uuid_equal(&list->items[i].id.u, &id->u))
			return &list->items[i];
	return NULL;
}

static enum rc load_items(
	const struct core *core, const struct tenant_id *tenant, struct webhook_list *out)
{
	struct webhook_row *rows = NULL;
	size_t n;
	enum rc rc = webhook_rows_load(core->db, tenant, &rows, &n);

	if (rc == RC_OK && n > 0) {
		out->items = calloc(n, sizeof(*out->items));
		rc = out->items ? RC_OK : RC_NOMEM;
	}
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		struct webhook_view *v = &out->items[out->n++];

		v->id = rows[i].id;
		v->by_operator = uuid_is_zero(&rows[i].created_by.u);
		v->added_at_s = rows[i].created_at_s;
		TEXT_COPY(v->url, rows[i].url);
		TEXT_COPY(v->added_by, rows[i].created_by_name);
	}
	free(rows);
	return rc;
}

static void copy_member(jsonv *root, const char *pointer, char *to, size_t size)
{
	const char *p;
	size_t len;
	jsonv *v;

	/* the bytes after a text's length are a NUL, and none is inside */
	if (jsonr_pointer(root, pointer, &v) && jsonr_text(v, &p, &len))
		text_copy(to, size, p);
}

static void read_body(const char *body, struct delivery_view *v)
{
	struct jsonr *doc;

	if (jsonr_parse(body, strlen(body), &doc) != RC_OK)
		return;
	copy_member(jsonr_root(doc), "/data/credential/name", v->credential, sizeof(v->credential));
	copy_member(jsonr_root(doc), "/data/state", v->state, sizeof(v->state));
	copy_member(jsonr_root(doc), "/data/reason", v->reason, sizeof(v->reason));
	v->is_test = v->state[0] == '\0';
	jsonr_free(doc);
}

static struct delivery_view view_of(const struct delivery_row *row)
{
	struct delivery_view v = {
		.id = row->id,
		.webhook = row->webhook,
		.delivered = strcmp(row->state, DELIVERY_DELIVERED) == 0,
		.dead = strcmp(row->state, DELIVERY_DEAD) == 0,
		.attempts = row->attempts,
		.status = row->last_status,
		.due_at_s = row->due_at_s,
		.created_at_s = row->created_at_s,
		.finished_at_s = row->finished_at_s,
	};

	TEXT_COPY(v.error, row->last_error);
	read_body(row->body, &v);
	return v;
}

/* state NULL: of any. */
static enum rc load_deliveries(const struct core *core, const struct tenant_id *tenant,
	const char *state, int64_t limit, struct delivery_view **out, size_t *n)
{
	struct delivery_row *rows = NULL;
	size_t n_rows;
	enum rc rc = delivery_rows_load(core->db, tenant, state, limit, &rows, &n_rows);

	if (rc == RC_OK && n_rows > 0) {
		*out = calloc(n_rows, sizeof(**out));
		rc = *out ? RC_OK : RC_NOMEM;
	}
	for (size_t i = 0; i < n_rows && rc == RC_OK; i++)
		(*out)[(*n)++] = view_of(&rows[i]);
	free(rows);
	return rc;
}

enum rc webhook_list_load(
	const struct core *core, const struct tenant_id *tenant, struct webhook_list *out)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = load_items(core, tenant, out);
	if (rc == RC_OK && out->n > 0)
		rc = load_deliveries(core, tenant, NULL, RECENT_MAX, &out->recent, &out->n_recent);
	if (rc == RC_OK && out->n > 0)
		rc = load_deliveries(
			core, tenant, DELIVERY_DEAD, DEAD_MAX, &out->dead, &out->n_dead);
	return rc;
}
