/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/v1/credentials/:org/:plugin/:provider — a runtime fetches a credential that works now.
 */
#ifndef GRANTRY_WEB_API_HANDOUT_H
#define GRANTRY_WEB_API_HANDOUT_H

#include "web/ctx.h"

enum rc api_handout(struct ctx *c);

#endif
