/* SPDX-License-Identifier: Apache-2.0
 *
 * What the handlers of the runtime API share: who asks, how errors look, and the handlers themselves. All of it
 * is described in docs/openapi.json, and the tests compare.
 */
#ifndef GRANTRY_WEB_API_API_H
#define GRANTRY_WEB_API_API_H

#include "domain/runtime/access.h"
#include "web/ctx.h"

/** api_caller(c): the bearer of the key (RFC 6750 §2.1); without one a key that is none. Borrows from c. */
struct runtime_caller api_caller(const struct ctx *c);

/** api_error(c, status, code, message, reason): replaces the body by the one form of all errors. code is a literal
 * without anything to escape; message is a sentence; reason is a code, or "". */
void api_error(
	struct ctx *c, int status, const char *code, const char *message, const char *reason);

/** api_fault(c, status, code, message, argument): likewise, of an argument of the caller's; "" none of its own. */
void api_fault(
	struct ctx *c, int status, const char *code, const char *message, const char *argument);

/** api_refuse(c, why): the answer to a runtime that does not get what it asked for. */
void api_refuse(struct ctx *c, const struct refusal *why);

/** api_credential_id(c): of the path; what is no id is the id of nothing. */
struct credential_id api_credential_id(const struct ctx *c);

/* GET: a credential that works now; query: min_ttl, and with the provider in the path name or credential. */
enum rc api_handout(struct ctx *c);
enum rc api_handout_id(struct ctx *c);
enum rc api_handout_reference(struct ctx *c);
/* GET: which there are, and their states; query: provider, state, after, limit. */
enum rc api_list(struct ctx *c);
/* PUT, GET: which models, apps and tools there are. */
enum rc api_registry_put(struct ctx *c);
enum rc api_registry(struct ctx *c);
/* PUT, GET: the tools that an app uses, and what of them still works. */
enum rc api_app_tools_put(struct ctx *c);
enum rc api_app_tools(struct ctx *c);
/* GET: the API tools there are; one of them, and its operations; query: after, limit. */
enum rc api_api_tools(struct ctx *c);
enum rc api_api_tool(struct ctx *c);
/* GET: the workspace of the key. */
enum rc api_workspace(struct ctx *c);
/* GET: what came of somebody who was sent here to connect. */
enum rc api_connect_request(struct ctx *c);
/* POST: an operation of an API tool is called. */
enum rc api_invoke(struct ctx *c);
/* POST: what was handed out was refused. */
enum rc api_rejected(struct ctx *c);

#endif
