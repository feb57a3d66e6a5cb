/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to a response: preconditions once (see route.h), then the handler, then whatever error
 * it returned becomes a page or a JSON document.
 */
#ifndef GRANTRY_WEB_DISPATCH_H
#define GRANTRY_WEB_DISPATCH_H

#include "web/ctx.h"

void dispatch(struct fcgi_exchange *x, struct app *app);

/** dispatch_resume(x, c): one more try of a request whose handler waits for something; or the end of one that was
 * held. */
void dispatch_resume(struct fcgi_exchange *x, struct ctx *c);

/** dispatch_settle(app): writes the audit batch; the held ones are answered then. */
void dispatch_settle(struct app *app);

/** dispatch_sign_in(c, token): sets the session cookie. dispatch_sign_out(c): ends it in the browser. */
void dispatch_sign_in(struct ctx *c, const struct secret *token);
void dispatch_sign_out(struct ctx *c);

#endif
