/* SPDX-License-Identifier: Apache-2.0
 *
 * What a runtime says about the tools of an app, read strictly; what the tools of others look like, leniently: there
 * an entry that names no tool is passed over.
 */
#ifndef GRANTRY_DOMAIN_TOOL_APP_TOOLS_PARSE_H
#define GRANTRY_DOMAIN_TOOL_APP_TOOLS_PARSE_H

#include "platform/jsonr.h"
#include "store/app_tool_store.h"

/* Texts are borrowed from the documents; "" where nothing was given. */
struct app_tool_said {
	const char *place, *provider_type, *provider_id, *tool_name;
	const char *credential_id, *credential; /* by its id, by its name */
	const char *provider_name, *sha256;     /* instead of provider_id: portable */
	bool enabled;
};

struct app_tools_said {
	const char *name;
	struct app_tool_said *items;
	size_t n;
	struct jsonr *docs[3]; /* own the texts: the whole, and what came as text inside */
};

void app_tools_said_release(struct app_tools_said *said);

/** app_tools_parse(p, len, out): RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc app_tools_parse(const char *p, size_t len, struct app_tools_said *out) RC_MUST_CHECK;

#endif
