/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider file asks of a field beyond its type: when it counts, and which values it takes.
 */
#ifndef GRANTRY_DOMAIN_FORM_RULES_H
#define GRANTRY_DOMAIN_FORM_RULES_H

#include "domain/fieldset.h"
#include "domain/form.h"
#include "domain/provider.h"
#include "platform/netpol.h"

/** form_counts(schema, field, given, stored): do its conditions hold, and those of the fields that they name? What is
 * not given is as it is stored. A field that does not count is neither required nor kept. */
bool form_counts(const struct schema *schema, const struct field *field,
	const struct fieldset *given, const struct fieldset *stored);

/** form_rule_check(field, value, policy, error): value is not empty. policy: origins that the operator allows; may be
 * NULL. Errors: RC_INVALID with *error; RC_NOMEM. */
enum rc form_rule_check(const struct field *field, const struct secret *value,
	const struct netpol *policy, struct form_error *error) RC_MUST_CHECK;

#endif
