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
	return (struct seal_place){CREDENTIAL_PLACE, column, &row->id.u, row->secret_rev};
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

	if (rc == RC_OK && out && fieldset_decode(plain.bytes, plain.len, out) != RC_OK)
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

#define NUMBER_DIGITS 9
#define NUMBER_MAX 999999999L

struct name_search {
	const char *prefix;
	size_t prefix_len;
	bool taken;   /* the prefix alone is in use */
	long highest; /* number after the prefix */
	long names;   /* how many there are of any kind */
	bool *used;   /* when looking for a gap: which numbers up to n_used are in use */
	long n_used;
};

/* n of "PREFIX n"; 0: the name is none of these, or longer than any of ours. */
static long number_of(const struct name_search *s, const char *name)
{
	const char *digits;
	size_t n;

	if (strncmp(name, s->prefix, s->prefix_len) != 0 || name[s->prefix_len] != ' ')
		return 0;
	digits = name + s->prefix_len + 1;
	n = strspn(digits, "0123456789");
	if (n == 0 || n > NUMBER_DIGITS || digits[n] != '\0' || digits[0] == '0')
		return 0;
	return strtol(digits, NULL, 10);
}

static void see_name(const char *name, void *arg)
{
	struct name_search *s = arg;
	long n = number_of(s, name);

	s->names++;
	if (strcmp(name, s->prefix) == 0)
		s->taken = true;
	if (n > s->highest)
		s->highest = n;
}

static void see_number(const char *name, void *arg)
{
	struct name_search *s = arg;
	long n = number_of(s, name);

	if (n <= s->n_used)
		s->used[n] = true;
}

/* Somebody has used the highest number there is: the lowest that is free. Of more numbers than there are names
 * one is. */
static enum rc find_gap(const struct core *core, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct name_search *s, long first, long *out)
{
	enum rc rc;

	s->n_used = s->names + first;
	s->used = calloc((size_t)s->n_used + 1, sizeof(*s->used));
	if (!s->used)
		return RC_NOMEM;
	rc = credential_names(core->db, tenant, ref, see_number, s);
	for (*out = first; *out < s->n_used && s->used[*out]; (*out)++)
		;
	free(s->used);
	return rc;
}

enum rc credential_free_name(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const char *wish, const char *prefix,
	char out[CREDENTIAL_NAME_BYTES])
{
	struct provider_ref ref = provider_ref_of(provider);
	bool wished = text_is_line(wish, strlen(wish), CREDENTIAL_NAME_CHARS - 1 - NUMBER_DIGITS);
	struct name_search s = {.prefix = wished ? wish : prefix};
	long first = wished ? 2 : 1, number;
	enum rc rc;

	s.prefix_len = strlen(s.prefix);
	rc = credential_names(core->db, tenant, &ref, see_name, &s);
	number = s.highest + 1 > first ? s.highest + 1 : first;
	if (rc == RC_OK && s.highest == NUMBER_MAX)
		rc = find_gap(core, tenant, &ref, &s, first, &number);
	if (rc != RC_OK)
		return rc;
	if (wished && !s.taken)
		(void)snprintf(out, CREDENTIAL_NAME_BYTES, "%s", wish);
	else
		(void)snprintf(out, CREDENTIAL_NAME_BYTES, "%s %ld", s.prefix, number);
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
