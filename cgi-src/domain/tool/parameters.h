/* SPDX-License-Identifier: Apache-2.0
 *
 * The arguments of an operation as one JSON Schema, as models that call functions want them.
 */
#ifndef GRANTRY_DOMAIN_TOOL_PARAMETERS_H
#define GRANTRY_DOMAIN_TOOL_PARAMETERS_H

#include "domain/tool/plan.h"
#include "platform/secret.h"

/** parameters_write(plan, out): appends {"type": "object", "properties": {…}, "required": […], "additionalProperties":
 * false, "$defs": {…}}, of draft 2020-12. A file is its text, or an object with "base64". RC_LIMIT, RC_NOMEM. */
enum rc parameters_write(const struct plan *plan, struct secret *out) RC_MUST_CHECK;

#endif
