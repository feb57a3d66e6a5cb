/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/incident.h"

#include <stdio.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/jsonr.h"
#include "platform/text.h"
#include "store/webhook_store.h"

#define EVENT_STATE "credential.state_changed"
#define EVENT_TEST "webhook.test"

/* Of each text at most so many characters: with quotes and backslashes doubled, and four bytes for every other
 * character, all of them together still fit into a body. */
#define NAME_CHARS 255
#define PROVIDER_CHARS 385
#define CODE_CHARS 64
_Static_assert(4 * (NAME_CHARS + PROVIDER_CHARS + 3 * CODE_CHARS) + 512 <= DELIVERY_BODY_MAX,
	"the longest message fits");

/* A message on its way into the rows. */
struct message {
	struct uuid event;
	int64_t now_s;
	struct secret body; /* only because what appends JSON wants one: nothing in it is secret */
};

/* lead as it stands, then text as a JSON string. What is no line of text, as only a row that somebody else wrote
 * can hold, is made one. */
static enum rc put(struct secret *out, const char *lead, const char *text, size_t max_chars)
{
	struct buf line;
	enum rc rc = secret_append_text(out, lead);

	buf_init(&line, 4 * max_chars);
	if (text_is_line(text, strlen(text), max_chars))
		buf_puts(&line, text);
	else
		text_harmless(text, strlen(text), max_chars, &line);
	if (rc == RC_OK)
		rc = buf_done(&line);
	if (rc == RC_OK)
		rc = jsonr_append_string(out, buf_text(&line), line.len);
	buf_release(&line);
	return rc;
}

/* {"type":…,"id":…,"timestamp":… */
static enum rc put_head(struct message *m, const char *type)
{
	char id[UUID_TEXT_SIZE], at[CLOCK_ISO_SIZE];
	enum rc rc;

	m->event = uuid_random();
	m->now_s = clock_now_s();
	uuid_text(&m->event, id);
	clock_iso(m->now_s, at);
	rc = put(&m->body, "{\"type\":", type, CODE_CHARS);
	if (rc == RC_OK)
		rc = put(&m->body, ",\"id\":", id, CODE_CHARS);
	return rc == RC_OK ? put(&m->body, ",\"timestamp\":", at, CODE_CHARS) : rc;
}

static enum rc put_credential(struct secret *out, const struct credential_row *row)
{
	char id[UUID_TEXT_SIZE], provider[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];
	enum rc rc;

	uuid_text(&row->id.u, id);
	(void)snprintf(provider, sizeof(provider), "%s/%s", row->plugin_id, row->provider);
	rc = put(out, ",\"data\":{\"credential\":{\"id\":", id, CODE_CHARS);
	if (rc == RC_OK)
		rc = put(out, ",\"name\":", row->name, NAME_CHARS);
	return rc == RC_OK ? put(out, ",\"provider\":", provider, PROVIDER_CHARS) : rc;
}

static enum rc put_change(
	struct message *m, const struct credential_row *row, const char *to, const char *reason)
{
	char since[CLOCK_ISO_SIZE];
	enum rc rc = put(&m->body, "},\"state\":", to, CODE_CHARS);

	clock_iso(m->now_s, since);
	if (rc == RC_OK)
		rc = put(&m->body, ",\"previous_state\":", row->state, CODE_CHARS);
	if (rc == RC_OK)
		rc = put(&m->body, ",\"reason\":", reason, CODE_CHARS);
	if (rc == RC_OK)
		rc = put(&m->body, ",\"since\":", since, CODE_CHARS);
	return rc == RC_OK ? secret_append_text(&m->body, "}}") : rc;
}

static enum rc send_to(struct db *db, const struct tenant_id *tenant, const struct message *m,
	const struct webhook_id *webhook)
{
	return delivery_insert(
		db, tenant, webhook, &m->event, secret_text(&m->body), m->body.len, m->now_s);
}

enum rc incident_raise(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const char *to, const char *reason)
{
	struct webhook_id webhooks[WEBHOOKS_MAX];
	struct message m = {0};
	size_t n = 0;
	enum rc rc = RC_OK;

	if (strcmp(row->state, to) == 0)
		return RC_OK;
	rc = webhook_ids(db, tenant, webhooks, &n);
	if (rc != RC_OK || n == 0)
		return rc;
	rc = put_head(&m, EVENT_STATE);
	if (rc == RC_OK)
		rc = put_credential(&m.body, row);
	if (rc == RC_OK)
		rc = put_change(&m, row, to, reason);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = send_to(db, tenant, &m, &webhooks[i]);
		if (rc == RC_INVALID) /* removed since we looked */
			rc = RC_OK;
	}
	secret_release(&m.body);
	return rc;
}

enum rc incident_test(
	struct db *db, const struct tenant_id *tenant, const struct webhook_id *webhook)
{
	struct message m = {0};
	enum rc rc = put_head(&m, EVENT_TEST);

	if (rc == RC_OK)
		rc = secret_append_text(&m.body, ",\"data\":{}}");
	if (rc == RC_OK)
		rc = send_to(db, tenant, &m, webhook);
	secret_release(&m.body);
	return rc;
}
