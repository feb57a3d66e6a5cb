/* SPDX-License-Identifier: Apache-2.0
 *
 * What is over goes, some of each at a time: flows, sessions, failures of sign-in, imports that nobody saved, revocations and messages that were
 * settled long ago. What a wrong clock has scheduled for years to come is called back.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_CLEARING_H
#define GRANTRY_DOMAIN_UPKEEP_CLEARING_H

#include "domain/core.h"

#define CLEARING_KEPT_S (30 * 86400) /* finished revocations */
#define CLEARING_BATCH 1000

enum rc clearing_turn(const struct core *core) RC_MUST_CHECK;

#endif
