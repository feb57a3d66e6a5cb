/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the process there (health), and can it do its work (ready)?
 */
#ifndef GRANTRY_WEB_API_HEALTH_H
#define GRANTRY_WEB_API_HEALTH_H

#include "web/ctx.h"

enum rc api_health(struct ctx *c);
enum rc api_ready(struct ctx *c);

#endif
