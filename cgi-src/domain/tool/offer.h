/* SPDX-License-Identifier: Apache-2.0
 *
 * What runtimes see of API tools: the tools of their workspace, and of each the operations that are offered. A key
 * that is held to some providers sees those alone whose "api-tools/UUID/oauth2" is among them. Needs the verb "list".
 */
#ifndef GRANTRY_DOMAIN_TOOL_OFFER_H
#define GRANTRY_DOMAIN_TOOL_OFFER_H

#include "domain/runtime/access.h"
#include "domain/tool/api_tool.h"

#define OFFER_LIMIT_MAX 50 /* operations; a plan has up to IMPORT_PLAN_MAX bytes */

/** offer_reaches(key, id): may this key see and call that tool? */
bool offer_reaches(const struct runtime_key_row *key, const struct api_tool_id *id);

/** offer_provider(id, out): "api-tools/UUID/oauth2", the provider of its authorizations. */
#define OFFER_PROVIDER_SIZE 64
void offer_provider(const struct api_tool_id *id, char out[OFFER_PROVIDER_SIZE]);

/** offer_each(core, caller, visit, arg, why): in the order of their names. RC_DENIED: *why. */
enum rc offer_each(const struct core *core, const struct runtime_caller *caller,
	void (*visit)(const struct api_tool_item *item, void *arg), void *arg,
	struct refusal *why) RC_MUST_CHECK;

struct offer_page {
	int64_t after; /* next of the page before; -1: from the beginning */
	int64_t limit; /* 1 … OFFER_LIMIT_MAX */
	bool more;     /* out; then next is the after of the page that follows */
	int64_t next;
};

/** offer_load(core, caller, text, page, out, visit, arg, why): the tool of that id or name, then its operations that
 * are offered, each with the JSON Schema of its arguments (parameters.h); one whose plan cannot be read is left out.
 * RC_NOT_FOUND: there is none for this key; RC_DENIED: *why. Release out in any case. */
enum rc offer_load(const struct core *core, const struct runtime_caller *caller, const char *text,
	struct offer_page *page, struct api_tool *out,
	void (*visit)(const struct api_operation *o, const struct secret *parameters, void *arg),
	void *arg, struct refusal *why) RC_MUST_CHECK;

#endif
