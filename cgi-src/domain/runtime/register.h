/* SPDX-License-Identifier: Apache-2.0
 *
 * A runtime says what it has, and reads back what is known of it.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REGISTER_H
#define GRANTRY_DOMAIN_RUNTIME_REGISTER_H

#include "domain/runtime/access.h"
#include "domain/runtime/registry.h"

/** register_put(core, caller, p, len, out, why): this is all that the workspace has from now on. *out is to be
 * released in every case. RC_INVALID: the document is none, or larger than it may be. RC_DENIED: *why. */
enum rc register_put(const struct core *core, const struct runtime_caller *caller, const char *p,
	size_t len, struct registry *out, struct refusal *why) RC_MUST_CHECK;
/** register_get(core, caller, out, why). */
enum rc register_get(const struct core *core, const struct runtime_caller *caller,
	struct registry *out, struct refusal *why) RC_MUST_CHECK;

#endif
