/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/credential_seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/keyring.h"
#include "platform/clock.h"
#include "platform/text.h"

static struct seal_place place_of(const struct credential_row *row, const char *column)
{
	return (struct seal_place){CREDENTIAL_TABLE, column, &row->id.u, row->secret_rev};
}

static enum rc seal_one(const struct core *core, const struct tenant_id *tenant,
	const struct credential_row *row, const char *column, const struct fieldset *fields,
	struct buf *out)
{
	struct seal_place place = place_of(row, column);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = fieldset_encode(fields, &plain);

	buf_release(out);
	if (rc == RC_OK)
		rc = keyring_seal(core->keyring, core->db, tenant, &place, &plain, out);
	secret_release(&plain);
	return rc;
}

enum rc credential_seal(const struct core *core, const struct tenant_id *tenant,
	struct credential_row *row, const struct fieldset *secrets, const struct fieldset *profile)
{
	enum rc rc =
		seal_one(core, tenant, row, "encrypted_credentials", secrets, &row->credentials);

	if (rc == RC_OK)
		rc = seal_one(core, tenant, row, "encrypted_profile", profile, &row->profile);
	return rc;
}

static enum rc unseal_one(const struct core *core, const struct tenant_id *tenant,
	const struct credential_row *row, const char *column, const struct buf *sealed,
	struct fieldset *out)
{
	struct seal_place place = place_of(row, column);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = keyring_unseal(
		core->keyring, core->db, tenant, &place, sealed->data, sealed->len, &plain);

	if (rc == RC_OK && fieldset_decode(plain.bytes, plain.len, out) != RC_OK)
		rc = RC_CRYPTO;
	secret_release(&plain);
	return rc;
}

enum rc credential_unseal(const struct core *core, const struct tenant_id *tenant,
	const struct credential_row *row, struct fieldset *secrets, struct fieldset *profile)
{
	enum rc rc = unseal_one(core, tenant, row, "encrypted_profile", &row->profile, profile);

	if (rc == RC_OK)
		rc = unseal_one(
			core, tenant, row, "encrypted_credentials", &row->credentials, secrets);
	return rc;
}

enum rc credential_profile(const struct identity *identity, const char *granted,
	const char *requested, struct fieldset *out)
{
	const struct {
		const char *name, *text;
	} items[] = {
		{"subject", identity->subject},
		{"name", identity->name},
		{"account", identity->account},
		{"avatar_url", identity->avatar_url},
		{"granted", granted},
		{"requested", requested},
	};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]) && rc == RC_OK; i++)
		if (items[i].text[0])
			rc = fieldset_put_text(out, items[i].name, items[i].text);
	return rc;
}

/* ---- names ---- */

struct name_search {
	const char *prefix;
	size_t prefix_len;
	long highest; /* number after the prefix */
	bool taken;   /* the prefix alone is in use */
};

static void see_name(const char *name, void *arg)
{
	struct name_search *s = arg;
	const char *rest = name + s->prefix_len;
	char *end;
	long n;

	if (strncmp(name, s->prefix, s->prefix_len) != 0)
		return;
	if (*rest == '\0')
		s->taken = true;
	if (*rest != ' ' || rest[1] < '1' || rest[1] > '9')
		return;
	n = strtol(rest + 1, &end, 10);
	if (*end == '\0' && n < 1000000000 && n > s->highest)
		s->highest = n;
}

enum rc credential_free_name(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const char *wish, const char *prefix,
	char out[CREDENTIAL_NAME_BYTES])
{
	struct provider_ref ref = {provider->plugin_id, provider->name};
	bool wished = text_is_line(wish, strlen(wish), CREDENTIAL_NAME_CHARS - 11);
	struct name_search s = {.prefix = wished ? wish : prefix};
	enum rc rc;

	s.prefix_len = strlen(s.prefix);
	rc = credential_names(core->db, tenant, &ref, see_name, &s);
	if (rc != RC_OK)
		return rc;
	if (wished && !s.taken)
		(void)snprintf(out, CREDENTIAL_NAME_BYTES, "%s", wish);
	else
		(void)snprintf(out, CREDENTIAL_NAME_BYTES, "%s %ld", s.prefix,
			s.highest + 1 + (wished && s.highest == 0));
	return RC_OK;
}

void credential_object(const struct provider *provider, const struct credential_id *id,
	char out[CREDENTIAL_OBJECT_SIZE])
{
	char name[AUDIT_ID_SIZE];

	audit_id("credential", &id->u, name);
	(void)snprintf(out, CREDENTIAL_OBJECT_SIZE, "%s %s", name, provider->id);
}

enum rc credential_insert_first(
	struct db *db, const struct tenant_id *tenant, const struct credential_row *row)
{
	struct provider_ref ref = {row->plugin_id, row->provider};
	enum rc rc = credential_insert(db, tenant, row, clock_now_s());

	return rc == RC_OK ? default_lock(db, tenant, &ref, &row->id) : rc;
}
