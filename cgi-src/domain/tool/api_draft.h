/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts: what was imported and not saved yet, a new API tool or the next description of one. They belong to the
 * person who made them and are gone after a day.
 */
#ifndef GRANTRY_DOMAIN_TOOL_API_DRAFT_H
#define GRANTRY_DOMAIN_TOOL_API_DRAFT_H

#include "domain/tool/api_tool.h"

#define API_DRAFTS_KEPT 5 /* of one person: the oldest go first */
#define API_DRAFTS_MAX 40 /* of one workspace */
#define API_DRAFT_LIFETIME_S 86400

struct api_draft {
	struct api_draft_id id;
	bool is_new; /* else it is for: */
	struct api_tool_id tool;
	char source_url[URL_MAX + 1];
	struct jsonr *head, *report; /* owned: record H; an array of records W */
	int64_t created_at_s, n_operations, n_enabled;
};

void api_draft_release(struct api_draft *d);

/** api_draft_create(core, actor, tool, p, len, source_url, result, out): keeps what import_run made of the document p.
 * tool: the one that it is for; NULL: a new one. The operations that tool does not offer are switched off in it.
 * Errors: RC_INVALID: result is refused; RC_LIMIT: API_DRAFTS_MAX, or the database takes no document of this size;
 * RC_NOT_FOUND: there is no such tool. */
enum rc api_draft_create(const struct core *core, const struct actor *actor,
	const struct api_tool_id *tool, const char *p, size_t len, const char *source_url,
	const struct import_result *result, struct api_draft_id *out) RC_MUST_CHECK;

/** api_draft_load(core, actor, id, out): RC_NOT_FOUND: gone, or another person's. Release out in any case. */
enum rc api_draft_load(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id, struct api_draft *out) RC_MUST_CHECK;
/** api_draft_document(core, actor, id, out): RC_NOT_FOUND. */
enum rc api_draft_document(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id, struct buf *out) RC_MUST_CHECK;
enum rc api_draft_discard(const struct core *core, const struct actor *actor,
	const struct api_draft_id *id) RC_MUST_CHECK;

/* What a draft changes in its tool. */
enum api_change { API_ADDED, API_CHANGED, API_REMOVED };

struct api_diff {
	int64_t n_added, n_changed, n_removed, n_unchanged;
	/* what becomes of the server; equal: nothing */
	char server[URL_MAX + 1], new_server[URL_MAX + 1];
};

/** api_draft_diff(core, actor, draft, visit, arg, out): visits what is not the same: added and changed in the order of
 * the new document, then the removed. enabled: of a changed or removed one, whether the tool offers it. Draft is one
 * for a tool. RC_NOT_FOUND. */
enum rc api_draft_diff(const struct core *core, const struct actor *actor,
	const struct api_draft *draft,
	void (*visit)(enum api_change change, const char *name, const char *method,
		const char *path, bool enabled, void *arg),
	void *arg, struct api_diff *out) RC_MUST_CHECK;

/** api_draft_sweep(core): what is older than API_DRAFT_LIFETIME_S goes, some at a time. */
enum rc api_draft_sweep(const struct core *core) RC_MUST_CHECK;

#endif
