/* SPDX-License-Identifier: Apache-2.0
 *
 * Values that a provider file computes from the fields of a form ("derive"): the host that belongs to a region,
 * a member of a JSON document, an address without its last part. Computed anew each time a template is
 * expanded and kept nowhere, so that they cannot disagree with their source; as secret as it is.
 */
#ifndef GRANTRY_DOMAIN_DERIVED_H
#define GRANTRY_DOMAIN_DERIVED_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/placeholder.h"
#include "domain/provider.h"
#include "platform/rc.h"
#include "platform/secret.h"

/** derived_find(derives, space, space_len, name, name_len): NULL when there is none. derives may be NULL. */
const struct derived *derived_find(const struct derives *derives, const char *space,
	size_t space_len, const char *name, size_t name_len);

/** derived_is_fixed(derived): all its values are texts of the file. */
bool derived_is_fixed(const struct derived *derived);

/** derived_value(derived, values, out): replaces out. Errors: RC_NOT_FOUND the source has no value, or none
 * of what is looked for in it; RC_LIMIT, RC_NOMEM. */
enum rc derived_value(const struct derived *derived, const struct placeholder_values *values,
	struct secret *out) RC_MUST_CHECK;

#endif
