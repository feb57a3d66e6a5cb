/* SPDX-License-Identifier: Apache-2.0
 *
 * What an authorization was to be allowed, and what it is.
 */
#include <string.h>

#include "domain/credential_seal.h"
#include "platform/text.h"

enum rc credential_scopes(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_scopes *out)
{
	struct fieldset profile = FIELDSET_EMPTY;
	struct credential_row row;
	enum rc rc = credential_load_for_change(core, actor, provider, id, &row);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && strcmp(row.auth_type, "oauth2") != 0)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = credential_unseal(core, &actor->tenant, &row, NULL, &profile);
	if (rc == RC_OK) {
		TEXT_COPY(out->requested, fieldset_text(&profile, "requested"));
		TEXT_COPY(out->granted, fieldset_text(&profile, "granted"));
	}
	out->unreadable = rc == RC_CRYPTO;
	credential_row_release(&row);
	fieldset_release(&profile);
	return rc == RC_CRYPTO ? RC_OK : rc;
}
