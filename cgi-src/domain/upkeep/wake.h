/* SPDX-License-Identifier: Apache-2.0
 *
 * How a program tells grantry-refreshd on the same machine that something is due now. Best effort: what is due is
 * looked at once a second anyhow.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_WAKE_H
#define GRANTRY_DOMAIN_UPKEEP_WAKE_H

#include "platform/cfg.h"

/** upkeep_wake(cfg): from any process. */
void upkeep_wake(const struct cfg *cfg);

/** wake_open(cfg): the descriptor that becomes readable; -1: none, and logged. wake_drain(fd): empties it. */
int wake_open(const struct cfg *cfg);
void wake_drain(int fd);

#endif
