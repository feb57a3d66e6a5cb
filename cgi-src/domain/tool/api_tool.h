/* SPDX-License-Identifier: Apache-2.0
 *
 * API tools of a workspace: an imported description, the operations of it that are offered, and how requests are
 * authorized. Who may change them: ACTION_API_TOOL_MANAGE. Nothing that a struct here holds is secret, except where it
 * says so.
 */
#ifndef GRANTRY_DOMAIN_TOOL_API_TOOL_H
#define GRANTRY_DOMAIN_TOOL_API_TOOL_H

#include "domain/core.h"
#include "domain/tool/import.h"
#include "domain/tool/settings.h"

#define API_TOOLS_MAX 200 /* of one workspace */
#define API_TOOL_NAME_CHARS 100
#define API_TOOL_NAME_SIZE 1021 /* as the column holds */
#define API_TOOL_LABELS_CHARS 1000
#define API_TOOL_LABEL_CHARS 40
#define API_TOOL_TEXT_BYTES (64 * 1024) /* of a description, of a disclaimer */
#define API_TOOL_PRIVACY_CHARS 255
#define API_OPERATIONS_PAGE_MAX 100

/* One or two characters on a ground, as on the tiles of providers. */
struct api_icon {
	char content[33],
		background[17]; /* background: "#e6f6ee" or a word; "" as the page likes */
};

struct api_tool {
	struct api_tool_id id;
	char name[API_TOOL_NAME_SIZE];
	struct api_icon icon;
	char *description, *disclaimer; /* owned; never NULL once loaded */
	char privacy_policy[API_TOOL_PRIVACY_CHARS * 4 + 1];
	char labels[API_TOOL_LABELS_CHARS * 4 + 1]; /* separated by spaces */
	char source_url[URL_MAX + 1];               /* "": it came by hand */
	char schema_type[41];                       /* "openapi", "swagger" */
	struct jsonr *head;                         /* owned: record H */
	struct tool_settings settings;              /* owned */
	struct buf auth_definition;                 /* owned: of its OAuth 2.0; "" none */
	struct fieldset
		stored; /* owned: the names of the secrets that are stored, without values */
	struct tool_origins origins; /* where its requests go … */
	/* … and of those, where its secrets and tokens may not go before they were entered again */
	struct tool_origins unconfirmed;
	bool unreadable; /* its secrets do not open here: they have to be entered anew */
	char added_by[NAME_SIZE], changed_by[NAME_SIZE]; /* "" when the person is gone */
	uint64_t version;                                /* goes into forms */
	int64_t created_at_s, updated_at_s, n_operations, n_enabled;
};

void api_tool_release(struct api_tool *t);

/** api_tool_load(core, tenant, id, out): RC_NOT_FOUND: not here. Release out in any case. */
enum rc api_tool_load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct api_tool *out) RC_MUST_CHECK;
/** api_tool_brief(core, tenant, id, out): likewise, without the names of people, for programs that know none. */
enum rc api_tool_brief(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct api_tool *out) RC_MUST_CHECK;
/** api_tool_find(core, tenant, text, out): by the text of its id, or by its name. RC_NOT_FOUND. */
enum rc api_tool_find(const struct core *core, const struct tenant_id *tenant, const char *text,
	struct api_tool_id *out) RC_MUST_CHECK;

/** api_tool_document(core, tenant, id, out): the description as it was imported. RC_NOT_FOUND. */
enum rc api_tool_document(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct buf *out) RC_MUST_CHECK;

/* For lists; borrowed. */
struct api_tool_item {
	struct api_tool_id id;
	const char *name, *description, *labels, *schema_type;
	struct api_icon icon;
	bool has_oauth2, has_auth; /* has_auth: any method that is not OAuth 2.0 */
	int64_t n_operations, n_enabled, updated_at_s;
};

/** api_tool_each(core, tenant, visit, arg): in the order of their names. */
enum rc api_tool_each(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_item *item, void *arg), void *arg) RC_MUST_CHECK;

/* ---- changes: an event of the audit log each ---- */

/* A form as filled in, and what is wrong with it. */
struct api_tool_wish {
	const char *name, *description, *privacy_policy, *disclaimer, *labels;
	struct api_icon icon;
	const struct tool_settings *settings;
	/* as entered, "a1.value"; what is empty or absent keeps what is stored, unless requests would go to an
	 * origin that it was not entered for: then it has to be entered again (security R45, G17) */
	const struct fieldset *secrets;
	uint64_t expected_version; /* as the form was shown; not for a new one */
	/* out */
	struct tool_problem
		problem; /* with RC_INVALID: "name", …, or a field of settings or secrets */
	bool name_taken; /* with RC_CONFLICT: else somebody else's change came first */
};

/** api_tool_create(core, actor, draft, wish, out): the draft becomes a tool. Errors: RC_NOT_FOUND: there is no such
 * draft of this person; RC_INVALID, RC_CONFLICT: see wish; RC_LIMIT: API_TOOLS_MAX. */
enum rc api_tool_create(const struct core *core, const struct actor *actor,
	const struct api_draft_id *draft, struct api_tool_wish *wish,
	struct api_tool_id *out) RC_MUST_CHECK;

/** api_tool_update(core, actor, id, wish): all that is in wish. Errors: as above; RC_NOT_FOUND: gone. */
enum rc api_tool_update(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, struct api_tool_wish *wish) RC_MUST_CHECK;

/** api_tool_replace(core, actor, id, draft, expected_version): the description of the draft, which was made for this
 * tool, and its operations take the place of the tool's. Id, settings, secrets and authorizations stay; the server is
 * changed when the description does not know it any more. RC_CONFLICT: changed since shown; RC_NOT_FOUND. */
enum rc api_tool_replace(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, const struct api_draft_id *draft,
	uint64_t expected_version) RC_MUST_CHECK;

/** api_tool_delete(core, actor, id, expected_version): with its operations, secrets, OAuth client and authorizations.
 * RC_CONFLICT, RC_NOT_FOUND. */
enum rc api_tool_delete(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, uint64_t expected_version) RC_MUST_CHECK;

/* ---- operations, of a tool or of a draft (owner) ---- */

struct api_operation {
	char name[IMPORT_OPERATION_NAME_MAX + 1], method[17];
	const char *path, *summary, *description, *pointer; /* borrowed from the list */
	bool deprecated, enabled;
	int64_t position, n_parameters, n_warnings;
};

struct api_operations {
	struct api_operation *items;
	size_t n;
	int64_t total; /* that the filter lets pass, on all pages */
	struct db_rows *rows;
};

void api_operations_release(struct api_operations *o);
/** api_operations_load(core, tenant, owner, filter, offset, limit, out): in the order of the document. filter: a text
 * that method, path, name or summary contain; NULL: all. limit: at most API_OPERATIONS_PAGE_MAX. */
enum rc api_operations_load(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, const char *filter, int64_t offset, int64_t limit,
	struct api_operations *out) RC_MUST_CHECK;

/** api_operations_each_plan(core, tenant, owner, after, visit, arg): all that are enabled, with their plans, from
 * behind the position after (-1: from the first); a page of them in memory at a time. visit returns false to end it. */
enum rc api_operations_each_plan(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, int64_t after,
	bool (*visit)(const struct api_operation *o, const char *plan, size_t len, void *arg),
	void *arg) RC_MUST_CHECK;

/* One of them, whole. */
struct api_operation_plan {
	struct api_operations list;            /* of one */
	const struct api_operation *operation; /* it */
	const char *plan, *bundle;             /* JSON; borrowed from list */
	size_t plan_len, bundle_len;
};

void api_operation_release(struct api_operation_plan *o);
/** api_operation_load(core, tenant, owner, name, out): RC_NOT_FOUND. Release out in any case. */
enum rc api_operation_load(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *owner, const char *name, struct api_operation_plan *out) RC_MUST_CHECK;

/* Which operations are offered: those that are named become so; the others stay as they are, or, with all, too. */
struct api_choice {
	const char *const *on, *const *off; /* names */
	size_t n_on, n_off;                 /* API_OPERATIONS_PAGE_MAX at most, each */
	bool all_on, all_off;               /* first, before the named ones */
};

/** api_draft_choose, api_tool_choose(…, choice): names that are unknown change nothing. RC_NOT_FOUND; RC_LIMIT: more
 * than fit (tools_str). */
enum rc api_draft_choose(const struct core *core, const struct actor *actor,
	const struct api_draft_id *draft, const struct api_choice *choice) RC_MUST_CHECK;
enum rc api_tool_choose(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, const struct api_choice *choice) RC_MUST_CHECK;

/* ---- for a call ---- */

/* Everything that a request of one operation takes. */
struct api_call {
	struct api_tool tool;
	struct api_operation_plan operation;
	struct fieldset secrets; /* secret: tool_secret(), tool_secrets_may_go() */
};

void api_call_release(struct api_call *call);
/** api_call_load(core, tenant, id, operation, out): two SELECTs. RC_NOT_FOUND: no such tool, or no such operation
 * (then out->tool is there). Whether it is enabled is for the caller. RC_CRYPTO: the secrets do not open. Release out
 * in any case. */
enum rc api_call_load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *operation, struct api_call *out) RC_MUST_CHECK;

#endif
