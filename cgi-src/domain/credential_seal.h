/* SPDX-License-Identifier: Apache-2.0
 *
 * A credential row in clear and back; the inside of credential.c and credential_grant.c.
 */
#ifndef GRANTRY_DOMAIN_CREDENTIAL_SEAL_H
#define GRANTRY_DOMAIN_CREDENTIAL_SEAL_H

#include "domain/credential.h"
#include "store/credential_store.h"

/** credential_seal(core, tenant, row, secrets, profile): fills both sealed columns for row->id and
 * row->secret_rev. */
enum rc credential_seal(const struct core *core, const struct tenant_id *tenant,
	struct credential_row *row, const struct fieldset *secrets,
	const struct fieldset *profile) RC_MUST_CHECK;

/** credential_unseal(core, tenant, row, secrets, profile): RC_CRYPTO: one of them does not open. secrets may be
 * NULL: it is opened to see that it does, and wiped. */
enum rc credential_unseal(const struct core *core, const struct tenant_id *tenant,
	const struct credential_row *row, struct fieldset *secrets,
	struct fieldset *profile) RC_MUST_CHECK;

/** credential_grant_secrets(provider, grant, out): adds what is to be sealed: the token members as they came,
 * and the fields that a runtime will be handed. */
enum rc credential_grant_secrets(const struct provider *provider,
	const struct credential_grant *grant, struct fieldset *out) RC_MUST_CHECK;

/** credential_tokens(recipe, secrets, out): of what is sealed, the tokens and what is kept with them, as they came,
 * whatever fields have their names. */
enum rc credential_tokens(const struct oauth_recipe *recipe, const struct fieldset *secrets,
	struct fieldset *out) RC_MUST_CHECK;

/** credential_put_limits(recipe, answer, consent, profile): until when it can be renewed, as far as that is known; consent:
 * a person has just agreed. */
enum rc credential_put_limits(const struct oauth_recipe *recipe, const struct token_answer *answer,
	bool consent, struct fieldset *profile) RC_MUST_CHECK;

/** credential_validate(core, provider, fields, change, row, secrets): asks the provider about a key; then secrets
 * are what is to be sealed, and row knows how long it lives. Errors: RC_INVALID with change->reason; RC_UPSTREAM:
 * see change->probe. */
enum rc credential_validate(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct credential_change *change, struct credential_row *row,
	struct fieldset *secrets) RC_MUST_CHECK;

/** credential_profile(identity, granted, requested, out): what pages show, as it is sealed. */
enum rc credential_profile(const struct identity *identity, const char *granted,
	const char *requested, struct fieldset *out) RC_MUST_CHECK;

/** credential_may_change(actor, row): the rule that credential.h states. */
bool credential_may_change(const struct actor *actor, const struct credential_row *row);

/** credential_load_for_change(core, actor, provider, id, row): RC_NOT_FOUND; RC_DENIED: not this person's. row is to
 * be released in every case. */
enum rc credential_load_for_change(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_row *row) RC_MUST_CHECK;

#define CREDENTIAL_NAME_TRIES 5 /* a chosen name may be taken between the look and the insert */
/** credential_free_name(core, tenant, provider, wish, prefix, out): wish when it is not "" and free, else
 * "wish 2", …; without a wish "PREFIX n", n one more than the highest in use, or where there is no higher one
 * the lowest that is free. */
enum rc credential_free_name(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const char *wish, const char *prefix,
	char out[CREDENTIAL_NAME_BYTES]) RC_MUST_CHECK;

/** credential_object(provider, id, out): "credential:0c1d… org/plugin/name", for the event that brings it into
 * being; later ones name the id alone. */
#define CREDENTIAL_OBJECT_SIZE 512
void credential_object(const struct provider *provider, const struct credential_id *id,
	char out[CREDENTIAL_OBJECT_SIZE]);

/** credential_insert_first(db, tenant, row): inserts, and makes it Default when it is the first; inside a
 * transaction. RC_CONFLICT: the name is taken. */
enum rc credential_insert_first(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row) RC_MUST_CHECK;

#endif
