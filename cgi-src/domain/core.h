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
struct keyring;
struct lookup_batch;
struct ratelimit;

struct core {
	const struct cfg *cfg;
	struct db *db;
	struct keyring *keyring;
	struct httpc *http;                /* NULL in a program that makes no calls */
	const struct catalogue *catalogue; /* NULL in a program that needs none */
	/* of the runtime API: by key and by workspace; NULL: no limit */
	struct ratelimit *key_rate, *tenant_rate;
	struct lookup_batch *lookups;
	struct audit_batch *audit_batch; /* of hand-outs and renewals */
};

struct actor {
	struct tenant_id tenant; /* the workspace of the session; never from a URL */
	struct user_id user;
	enum role role;
	unsigned char session_hash[HASH_SIZE];
	const char *request_id, *peer; /* for the audit log; borrowed */
};

/** core_catalogue(cfg, out): provider files with the operator's variables; refused ones are logged. */
enum rc core_catalogue(const struct cfg *cfg, struct catalogue **out) RC_MUST_CHECK;

/** core_database(cfg, user, out): as that database user; not connected yet. */
enum rc core_database(const struct cfg *cfg, const char *user, struct db **out) RC_MUST_CHECK;

#endif
