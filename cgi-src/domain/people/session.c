/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/session.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/text.h"
#include "store/session_store.h"

#define TOUCH_EVERY_S 60 /* last_seen_at is written at most once a minute */

static enum rc token_hash(const char *token, unsigned char out[HASH_SIZE])
{
	unsigned char raw[HASH_SIZE];
	enum rc rc = codec_unbase64url(token, strlen(token), raw, sizeof(raw));

	if (rc == RC_OK)
		codec_hash(raw, sizeof(raw), out);
	secret_wipe(raw, sizeof(raw));
	return rc;
}

static void copy_workspaces(const struct session_row *row, struct session *out)
{
	for (size_t i = 0; i < row->n_tenants; i++) {
		struct workspace *w = &out->workspaces[out->n_workspaces++];

		w->id = row->tenants[i].id;
		TEXT_COPY(w->name, row->tenants[i].name);
		if (role_parse(row->tenants[i].role, &w->role) != RC_OK)
			w->role = ROLE_NONE;
		if (uuid_equal(&w->id.u, &row->tenant.u))
			out->current = *w;
	}
}

static void copy_person(const struct session_row *row, struct session *out)
{
	memcpy(out->hash, row->token_hash, HASH_SIZE);
	codec_base64url(row->csrf_token, HASH_SIZE, out->csrf);
	out->user = row->user;
	out->must_set_password = row->must_set_password;
	out->signed_in_at_s = row->created_at_s;
	TEXT_COPY(out->user_name, row->user_name);
	TEXT_COPY(out->user_email, row->user_email);
	TEXT_COPY(out->language, row->language);
}

static bool over_its_limits(const struct core *core, const struct session_row *row, int64_t now_s)
{
	return row->last_seen_at_s + core->cfg->session_idle_s <= now_s ||
	       row->created_at_s + core->cfg->session_absolute_s <= now_s;
}

enum rc session_find(const struct core *core, const char *token, struct session *out)
{
	int64_t now_s = clock_now_s();
	unsigned char hash[HASH_SIZE];
	struct session_row row;
	enum rc rc;

	memset(out, 0, offsetof(struct session, workspaces));
	if (token_hash(token, hash) != RC_OK)
		return RC_NOT_FOUND;
	rc = session_load(core->db, hash, &row);
	if (rc != RC_OK)
		return rc;
	if (over_its_limits(core, &row, now_s))
		return RC_NOT_FOUND;
	copy_person(&row, out);
	copy_workspaces(&row, out);
	if (out->current.role == ROLE_NONE)
		return RC_NOT_FOUND;
	if (row.last_seen_at_s + TOUCH_EVERY_S <= now_s)
		return session_touch(core->db, hash, now_s);
	return RC_OK;
}

enum rc session_start(
	const struct core *core, const struct session_new *new, struct secret *token_out)
{
	int64_t now_s = clock_now_s();
	struct session_row row = {
		.user = new->user,
		.tenant = new->tenant,
		.must_set_password = new->must_set_password,
		.created_at_s = new->signed_in_at_s ? new->signed_in_at_s : now_s,
		.last_seen_at_s = now_s,
	};
	unsigned char raw[HASH_SIZE];
	char text[SESSION_TOKEN_SIZE];
	enum rc rc;

	codec_random(raw, sizeof(raw));
	codec_random(row.csrf_token, sizeof(row.csrf_token));
	codec_hash(raw, sizeof(raw), row.token_hash);
	codec_base64url(raw, sizeof(raw), text);
	rc = session_insert(core->db, &row);
	if (rc == RC_OK)
		rc = secret_set(token_out, text, strlen(text));
	secret_wipe(raw, sizeof(raw));
	secret_wipe(text, sizeof(text));
	return rc;
}

enum rc session_sweep(const struct core *core)
{
	int64_t now_s = clock_now_s();

	return session_delete_old(
		core->db, now_s - core->cfg->session_idle_s, now_s - core->cfg->session_absolute_s);
}

static bool is_member(const struct session *s, const struct tenant_id *tenant)
{
	for (size_t i = 0; i < s->n_workspaces; i++)
		if (uuid_equal(&s->workspaces[i].id.u, &tenant->u))
			return true;
	return false;
}

struct switching {
	const struct core *core;
	const struct session *old;
	struct session_new new;
	struct secret *token;
};

static enum rc replace_session(struct db *db, void *arg)
{
	struct switching *s = arg;
	enum rc rc = session_delete(db, s->old->hash);

	return rc == RC_OK ? session_start(s->core, &s->new, s->token) : rc;
}

enum rc session_switch(const struct core *core, const struct session *s,
	const struct tenant_id *tenant, struct secret *token_out)
{
	struct switching switching = {
		.core = core,
		.old = s,
		.new = {s->user, *tenant, s->must_set_password, s->signed_in_at_s},
		.token = token_out,
	};

	if (!is_member(s, tenant))
		return RC_NOT_FOUND;
	return db_transact(core->db, replace_session, &switching);
}

enum rc session_end(const struct core *core, const struct session *s)
{
	return session_delete(core->db, s->hash);
}
