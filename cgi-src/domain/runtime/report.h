/* SPDX-License-Identifier: Apache-2.0
 *
 * A runtime tells that a provider refused what it was handed: one forced renewal, and when what came of it is
 * refused too, a person has to act. A report names the revision that it is about; one about an older revision
 * changes nothing, so that a hundred runtimes may report the same.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REPORT_H
#define GRANTRY_DOMAIN_RUNTIME_REPORT_H

#include "domain/runtime/access.h"
#include "domain/runtime/revision.h"

struct report {
	struct revision revision;
	int64_t status; /* 401 or 403 */
};

/** report_parse(p, len, out): {"etag": "…", "status": 401}, and nothing else. RC_INVALID. */
enum rc report_parse(const char *p, size_t len, struct report *out) RC_MUST_CHECK;

enum report_action {
	REPORT_NONE,       /* nothing that could be done here would help */
	REPORT_SUPERSEDED, /* there is a newer one: ask again */
	REPORT_RENEWING,   /* it is being renewed */
	REPORT_REAUTH,     /* a person has to authorize it, or enter the key, again */
};

struct report_answer {
	enum report_action action;
	char state[25]; /* as runtime_state() tells it now */
	struct refusal why;
};

/** report_take(core, caller, id, report, out): RC_INVALID: the report is about another credential than id.
 * RC_DENIED: out->why. */
enum rc report_take(const struct core *core, const struct runtime_caller *caller,
	const struct credential_id *id, const struct report *report,
	struct report_answer *out) RC_MUST_CHECK;

/** report_within(core, actor, id, rev, out): a call that Grantry itself made for actor's workspace was answered by 401,
 * with the token of revision rev. As report_take; RC_NOT_FOUND: it is gone. */
enum rc report_within(const struct core *core, const struct actor *actor,
	const struct credential_id *id, uint64_t rev, struct report_answer *out) RC_MUST_CHECK;

#endif
