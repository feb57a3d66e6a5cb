/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/connect.h"

#include <string.h>

#include "domain/audit.h"
#include "platform/clock.h"
#include "platform/text.h"

#define KEEP_OLD_S 86400

bool connect_return_allowed(const struct core *core, const char *url)
{
	struct url parsed;

	return url_parse(url, URL_HTTP_TOO, &parsed) == RC_OK &&
	       strlen(url) <
		       CONNECT_RETURN_SIZE - sizeof("?" CONNECT_ID_PARAM "=") - UUID_TEXT_SIZE &&
	       netpol_allows_origin(
		       &core->cfg->connect_return, parsed.https, parsed.host, parsed.port) &&
	       !url_query_has(url, CONNECT_ID_PARAM);
}

enum rc connect_open(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *return_to, struct connect_id *id_out)
{
	struct connect_row row = {.tenant = actor->tenant, .user = actor->user};
	enum rc rc;

	if (!connect_return_allowed(core, return_to))
		return RC_INVALID;
	row.id.u = uuid_random();
	TEXT_COPY(row.plugin_id, provider->plugin_id);
	TEXT_COPY(row.provider, provider->name);
	TEXT_COPY(row.return_to, return_to);
	TEXT_COPY(row.status, "open");
	row.created_at_s = clock_now_s();
	row.expires_at_s = row.created_at_s + CONNECT_LIFETIME_S;
	rc = connect_delete_oldest(core->db, &actor->tenant, &actor->user, CONNECT_KEPT_MAX - 1);
	if (rc == RC_OK)
		rc = connect_insert(core->db, &row);
	(void)audit_event(core, actor, "connect.open", provider->id, rc_name(rc));
	*id_out = row.id;
	return rc;
}

enum rc connect_load(const struct core *core, const struct actor *actor,
	const struct connect_id *id, struct connect_row *out)
{
	return connect_find(core->db, &actor->tenant, &actor->user, id, out);
}

bool connect_is_for(const struct connect_row *row, const struct provider *provider)
{
	return strcmp(row->plugin_id, provider->plugin_id) == 0 &&
	       strcmp(row->provider, provider->name) == 0 && row->expires_at_s > clock_now_s();
}

enum rc connect_end_in(struct db *db, const struct actor *actor, const struct connect_id *id,
	const char *status, const char *error, const struct credential_id *credential)
{
	struct connect_row row = {.id = *id, .tenant = actor->tenant, .user = actor->user};
	enum rc rc;

	TEXT_COPY(row.status, status);
	TEXT_COPY(row.error, error);
	if (credential)
		row.credential = *credential;
	rc = connect_finish(db, &row, clock_now_s());
	return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc connect_end(const struct core *core, const struct actor *actor, const struct connect_id *id,
	const char *status, const char *error, const struct credential_id *credential)
{
	return connect_end_in(core->db, actor, id, status, error, credential);
}

enum rc connect_return_url(const struct connect_row *row, struct buf *out)
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&row->id.u, id);
	buf_printf(out, "%s%c" CONNECT_ID_PARAM "=%s", row->return_to,
		strchr(row->return_to, '?') ? '&' : '?', id);
	return buf_done(out);
}

void connect_return_origin(const struct connect_row *row, char out[URL_ORIGIN_SIZE])
{
	struct url url;

	out[0] = '\0';
	if (url_parse(row->return_to, URL_HTTP_TOO, &url) == RC_OK)
		url_origin(&url, out);
}

/* ---- for runtimes ---- */

struct asked {
	const struct connect_id *id;
	struct connect_row *out;
};

static enum rc load_asked(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	struct asked *asked = arg;

	return connect_find_by_key(db, hash, asked->id, key, asked->out);
}

enum rc connect_status(const struct core *core, const struct runtime_caller *caller,
	const struct connect_id *id, struct connect_row *out, struct refusal *why)
{
	struct asked asked = {id, out};
	struct runtime_key_row key;
	enum rc rc = access_open(core, caller, ACCESS_LIST, load_asked, &asked, &key, why);
	struct provider_ref ref = {out->plugin_id, out->provider};

	if (rc == RC_NOT_FOUND || (rc == RC_OK && !access_reaches(&key, &ref)))
		return refuse(why, REFUSAL_NO_REQUEST);
	if (rc == RC_OK && strcmp(out->status, "open") == 0 && out->expires_at_s <= clock_now_s())
		TEXT_COPY(out->status, "expired");
	return rc;
}

static enum rc load_key(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

enum rc connect_workspace(const struct core *core, const struct runtime_caller *caller,
	struct tenant_id *out, struct refusal *why)
{
	struct runtime_key_row key;
	enum rc rc = access_open(core, caller, ACCESS_LIST, load_key, NULL, &key, why);

	*out = key.tenant;
	return rc;
}

enum rc connect_sweep(const struct core *core)
{
	return connect_delete_old(core->db, clock_now_s() - KEEP_OLD_S);
}
