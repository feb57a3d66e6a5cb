/* SPDX-License-Identifier: Apache-2.0
 *
 * The names that plugins know a credential's failure by. Runtimes and logs of plugins speak of these; here they
 * stand beside our own codes.
 */
#ifndef GRANTRY_DOMAIN_FAULT_H
#define GRANTRY_DOMAIN_FAULT_H

#include "domain/provider.h"

/** fault_of_check(kind): a credential was not accepted. fault_of_oauth(kind): an authorization, or the renewal of
 * one, failed. Both never NULL. */
const char *fault_of_check(enum provider_kind kind);
const char *fault_of_oauth(enum provider_kind kind);

#endif
