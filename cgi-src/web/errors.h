/* SPDX-License-Identifier: Apache-2.0
 *
 * Error answers: what happened, why, what to do; never an internal id, a statement or a path of ours.
 */
#ifndef GRANTRY_WEB_ERRORS_H
#define GRANTRY_WEB_ERRORS_H

#include "web/ctx.h"

/** error_status(rc): what a handler's code means in HTTP. */
int error_status(enum rc rc);

/** error_answer(c, status): replaces the response. Callback pages all get one text for 400. */
void error_answer(struct ctx *c, int status);

#endif
