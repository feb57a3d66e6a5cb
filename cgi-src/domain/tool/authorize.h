/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials enter a request. They are put where the settings say and nowhere else, marked so that a preview
 * hides them, and take the place of whatever an argument put there.
 */
#ifndef GRANTRY_DOMAIN_TOOL_AUTHORIZE_H
#define GRANTRY_DOMAIN_TOOL_AUTHORIZE_H

#include "domain/tool/bind.h"
#include "domain/tool/request.h"
#include "domain/tool/settings.h"
#include "platform/jsonr.h"
#include "platform/rc.h"
#include "platform/secret.h"

enum authorize_kind {
	AUTHORIZE_VALUE, /* an API key, a custom header, an OAuth token: prefix and value at a place */
	AUTHORIZE_BASIC,
	AUTHORIZE_BEARER
};

/* One credential; all borrowed. */
struct authorize_item {
	enum authorize_kind kind;
	const char *scheme;         /* of the document; "": goes with every request */
	enum tool_place in;         /* of a value */
	const char *name, *prefix;  /* of a value: "X-Key", "" */
	const struct secret *value; /* of Basic: the password */
	const struct secret *user;  /* of Basic */
};

#define AUTHORIZE_ITEMS_MAX (TOOL_AUTH_MAX + 1)

/** authorize_items(settings, secrets, token, items, n, fault): those that the settings name and that are there: token
 *  is that of its OAuth 2.0, NULL: none. One of a scheme whose secret is not stored is left out: another may do. Errors:
 *  RC_INVALID: the secret of one that goes with every request is not stored (code "no_secret"). */
enum rc authorize_items(const struct tool_settings *settings, const struct fieldset *secrets,
	const struct secret *token, struct authorize_item items[AUTHORIZE_ITEMS_MAX], size_t *n,
	struct bind_fault *fault) RC_MUST_CHECK;

/** tool_authorize(request, items, n, fault): all of them go in. A request may be authorized anew, with other
 *  values. Errors: RC_INVALID: fault says why (code "bad_credential": a line break in a value, a colon in a user,
 *  two credentials for one place, a header that is not one's to set); RC_NOMEM. */
enum rc tool_authorize(struct tool_request *request, const struct authorize_item *items, size_t n,
	struct bind_fault *fault) RC_MUST_CHECK;

/** authorize_choose(security, items, n, chosen, fault): security is an operation's, an array of alternatives; NULL: the
 *  description asks for nothing anywhere, so that all items go. chosen[i] becomes true for each item that goes with a
 *  request: those without a scheme always, of the others those of the first alternative all of whose schemes are among
 *  the items. If there is none, none goes, which is right where an alternative is empty, there is no alternative at
 *  all, or an item without a scheme was set up, which may be the very thing under another name. Else
 *  RC_DENIED: fault (code "needs_credential") names what the first alternative needs. */
enum rc authorize_choose(jsonv *security, const struct authorize_item *items, size_t n,
	bool *chosen, struct bind_fault *fault) RC_MUST_CHECK;

#endif
