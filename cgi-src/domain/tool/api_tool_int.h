/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of API tools only.
 */
#ifndef GRANTRY_DOMAIN_TOOL_API_TOOL_INT_H
#define GRANTRY_DOMAIN_TOOL_API_TOOL_INT_H

#include "domain/keyring.h"
#include "domain/tool/api_draft.h"
#include "store/api_tool_store.h"

#define API_TOOL_HEAD_MAX ((size_t)1 << 20) /* record H, and what we add */

/** api_tool_place(id, rev): where the sealed secrets lie. */
struct seal_place api_tool_place(const struct api_tool_id *id, const uint64_t rev);
/** api_tool_secrets(core, tenant, row, out): opens them; none are none. RC_CRYPTO. */
enum rc api_tool_secrets(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_row *row, struct fieldset *out) RC_MUST_CHECK;

/** api_icon_render(icon, out): {"content", "background"} as the column icon holds it. */
enum rc api_icon_render(const struct api_icon *icon, struct buf *out) RC_MUST_CHECK;
/** api_icon_parse(text): what cannot be read is empty. */
struct api_icon api_icon_parse(const char *text);

/** api_tool_unconfirmed(origins, secrets, out): those of origins that secrets may not go to. */
void api_tool_unconfirmed(const struct tool_origins *origins, const struct fieldset *secrets,
	struct tool_origins *out);

/* What an API tool has before it is changed. */
struct api_tool_before {
	const struct tool_settings *settings;
	const struct fieldset *secrets;
	bool authorized; /* there are credentials of its OAuth 2.0, and they stay */
};

/** api_tool_wish_secrets(wish, head, before, out): the secrets to keep, with the origins that they, and the tokens of
 * its OAuth 2.0, may go to. before NULL: a new tool. RC_INVALID: wish->problem. */
enum rc api_tool_wish_secrets(struct api_tool_wish *wish, jsonv *head,
	const struct api_tool_before *before, struct fieldset *out) RC_MUST_CHECK;
/** api_tool_wish_check(core, wish, head): everything but the secrets. RC_INVALID: wish->problem. */
enum rc api_tool_wish_check(
	const struct core *core, struct api_tool_wish *wish, jsonv *head) RC_MUST_CHECK;

/** api_operations_rebuild(core, tenant, id, server): tools_str anew, in a transaction. server: the base URL for the
 * bundles. RC_LIMIT: too large for one column. */
enum rc api_operations_rebuild(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *server) RC_MUST_CHECK;
/** api_operations_choose(db, tenant, owner, choice). RC_LIMIT: more names than API_OPERATIONS_PAGE_MAX. */
enum rc api_operations_choose(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct api_choice *choice) RC_MUST_CHECK;

/** api_tool_settings_after(before, old_head, new_head, out): before, but for a server that only the old description
 * knew: then the first one of the new. Borrows from all three. */
void api_tool_settings_after(const struct tool_settings *before, jsonv *old_head, jsonv *new_head,
	struct tool_settings *out);

#endif
