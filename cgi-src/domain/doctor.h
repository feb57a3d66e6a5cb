/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this installation fit to work? For readiness probes and for the operator's command line.
 */
#ifndef GRANTRY_DOMAIN_DOCTOR_H
#define GRANTRY_DOMAIN_DOCTOR_H

#include "domain/core.h"

struct readiness {
	bool database, schema, key;
};

/** doctor_readiness(core, out): asks the database; schema: as new as this build needs; key: the
 * key-encryption keys are those of this database (keyring_check). */
void doctor_readiness(const struct core *core, struct readiness *out);

#endif
