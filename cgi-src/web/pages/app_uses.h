/* SPDX-License-Identifier: Apache-2.0
 *
 * Who uses what is about to be deleted: UsedBy.N.Text, the names of apps.
 */
#ifndef GRANTRY_WEB_PAGES_APP_USES_H
#define GRANTRY_WEB_PAGES_APP_USES_H

#include "domain/tool/app_tools.h"
#include "web/ctx.h"

enum rc app_uses_of_credential(struct ctx *c, const struct credential_id *id) RC_MUST_CHECK;
enum rc app_uses_of_api_tool(struct ctx *c, const struct uuid *id) RC_MUST_CHECK;

#endif
