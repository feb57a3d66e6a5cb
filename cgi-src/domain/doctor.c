/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/doctor.h"

#include "domain/keyring.h"
#include "store/schema_store.h"

void doctor_readiness(const struct core *core, struct readiness *out)
{
	int64_t version;

	*out = (struct readiness){0};
	out->database = db_ping(core->db) == RC_OK;
	if (!out->database)
		return;
	out->schema = schema_version(core->db, &version) == RC_OK && version >= SCHEMA_VERSION;
	out->key = out->schema && keyring_check(core->keyring, core->db) == RC_OK;
}
