/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of an OpenAPI or Swagger document to what is kept of it. The document is read by grantry-import, a
 * child without rights that may die of it; what it says is taken for hostile and checked here.
 */
#ifndef GRANTRY_DOMAIN_TOOL_IMPORT_H
#define GRANTRY_DOMAIN_TOOL_IMPORT_H

#include "domain/core.h"
#include "platform/buf.h"
#include "platform/url.h"

#define IMPORT_DOCUMENT_MAX ((size_t)15 << 20)
#define IMPORT_OPERATIONS_MAX 20000
#define IMPORT_OPERATION_NAME_MAX 64 /* [A-Za-z0-9_-] */
#define IMPORT_PLAN_MAX ((size_t)256 * 1024)

/* A tool. All texts are borrowed from the result and NUL-terminated UTF-8. */
struct import_operation {
	const char *name, *method, *path, *summary, *description, *pointer;
	bool deprecated;
	int64_t n_parameters, n_warnings, line;
	const char *plan, *bundle; /* JSON */
	size_t plan_len, bundle_len;
	char *texts; /* owned: what the others lie in */
};

struct import_result {
	struct buf head; /* JSON: record H, and "operation_servers"; "" when refused */
	struct buf
		report; /* JSON: an array of the records W, or of the one record E when refused */
	bool refused;   /* the document cannot be used; report says why and where */
	struct import_operation *operations;
	size_t n_operations;
	int64_t n_warnings, n_left_out;
	struct buf output; /* what plans and bundles lie in */
};

void import_result_free(struct import_result *r); /* NULL-safe */

#define IMPORT_LOOKS 2 /* of a workspace at once, in this program */

/* Of one import, from before it is fetched until it is stored. */
struct import_place {
	bool taken;
	size_t slot;
};

/** import_enter(core, tenant, look, place): whoever reads a document keeps a worker busy for up to forty seconds and
 * a child of up to 640 MiB, so few may at once, together with test calls. look: while somebody types; an import may be
 * one more than those, so that they never hold it up. RC_LIMIT: not now. A program without slots has no limits. */
enum rc import_enter(const struct core *core, const struct tenant_id *tenant, bool look,
	struct import_place *place) RC_MUST_CHECK;
void import_leave(const struct core *core, struct import_place *place);

/** import_run(core, p, len, url, out): url: where the document came from, for servers that are relative; NULL: by
 * hand. *out is there with RC_OK alone, and then may be refused: also when the child died of it. RC_LIMIT: longer than
 * IMPORT_DOCUMENT_MAX. RC_UNAVAILABLE: the program did not start, or it says what it must not. */
enum rc import_run(const struct core *core, const char *p, size_t len, const char *url,
	struct import_result **out) RC_MUST_CHECK;

/** import_read(output, out): what the child wrote; output is taken, and empty afterwards. For import_run, and tests.
 * RC_INVALID: not what it may write. */
enum rc import_read(struct buf *output, struct import_result **out) RC_MUST_CHECK;

/* What came of a fetch, for people: one word for all that could tell what is there (security H17). */
enum import_fetch_problem {
	IMPORT_FETCH_OK,
	IMPORT_FETCH_URL, /* no https URL that may be asked */
	IMPORT_FETCH_UNREACHABLE, /* refused address, no answer, no TLS, an error, not a document, too slow */
	IMPORT_FETCH_TOO_LARGE,
	IMPORT_FETCH_TOO_MANY, /* of this workspace at the moment */
};

/** import_fetch(core, actor, url, out, final_url, problem): through the guard of httpc.h: https, or an origin of the
 * operator's allow-list; at most three redirects, each looked at like the first; no credentials; 15 MiB; 20 s.
 * RC_INVALID: *problem; every other error is ours. */
enum rc import_fetch(const struct core *core, const struct actor *actor, const char *url,
	struct buf *out, char final_url[URL_MAX + 1],
	enum import_fetch_problem *problem) RC_MUST_CHECK;

/** import_download(http, url, out, final_url, problem): the asking alone, without limit and record. */
enum rc import_download(struct httpc *http, const char *url, struct buf *out,
	char final_url[URL_MAX + 1], enum import_fetch_problem *problem) RC_MUST_CHECK;

#endif
