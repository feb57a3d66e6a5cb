/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules need from the process, and who is asking. Both are passed down; nothing is global.
 */
#ifndef GRANTRY_DOMAIN_CORE_H
#define GRANTRY_DOMAIN_CORE_H

#include <stdbool.h>

#include "domain/people/policy.h"
#include "domain/provider.h"
#include "platform/cfg.h"
#include "platform/codec.h"
#include "platform/db.h"
#include "platform/httpc.h"
#include "store/ids.h"

struct audit_batch;
struct breaker;
struct definitions;
struct httpc_multi;
struct keyring;
struct lookup_batch;
struct ratelimit;
struct slots;

struct core {
	const struct cfg *cfg;
	struct db *db;
	struct keyring *keyring;
	struct httpc *http;                /* NULL in a program that makes no calls */
	const struct catalogue *catalogue; /* NULL in a program that needs none */
	struct definitions *definitions; /* those of API tools that are in use; NULL: none can be */
	/* of the runtime API: by key and by workspace; NULL: no limit */
	struct ratelimit *key_rate, *tenant_rate;
	struct ratelimit *import_rate; /* of descriptions by URL, by workspace; NULL: no limit */
	struct lookup_batch *lookups;
	struct audit_batch *audit_batch; /* of hand-outs and renewals */
	/* calls of API tools; NULL: no limits. calls: those that nobody has to wait for; NULL: in http */
	struct slots *slots;
	struct breaker *breaker;
	struct httpc_multi *calls;
	unsigned most_calls; /* of this program at once; 0: no limit of that kind */
};

struct actor {
	struct tenant_id tenant; /* the workspace of the session; never from a URL */
	struct user_id user;
	enum role role;
	unsigned char session_hash[HASH_SIZE];
	const char *request_id, *peer; /* for the audit log; borrowed */
};

/** core_vars(cfg, items): the operator's variables for provider files; items has CFG_VARS_MAX places. */
struct pairs core_vars(const struct cfg *cfg, struct pair *items);
/** core_import_dir(cfg, out, size): where imported plugins are. RC_LIMIT: the path is too long. */
enum rc core_import_dir(const struct cfg *cfg, char *out, size_t size) RC_MUST_CHECK;
/** core_catalogue(cfg, out): provider files and imported plugins; refused ones are logged. */
enum rc core_catalogue(const struct cfg *cfg, struct catalogue **out) RC_MUST_CHECK;

/** core_catalogue_again(cfg, running, out): the same, while running is in use; what changed is logged. A file that has
 * become wrong takes no provider away: then running is to stay, and RC_CONFLICT is returned, the reason logged. */
enum rc core_catalogue_again(const struct cfg *cfg, const struct catalogue *running,
	struct catalogue **out) RC_MUST_CHECK;

/** core_database(cfg, user, out): as that database user; not connected yet. */
enum rc core_database(const struct cfg *cfg, const char *user, struct db **out) RC_MUST_CHECK;

#endif
