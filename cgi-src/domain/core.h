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

struct keyring;

struct core {
	const struct cfg *cfg;
	struct db *db;
	struct keyring *keyring;
	struct httpc *http; /* NULL in a program that makes no calls */
	const struct catalogue *catalogue; /* NULL in a program that needs none */
};

struct actor {
	struct tenant_id tenant; /* the workspace of the session; never from a URL */
	struct user_id user;
	enum role role;
	unsigned char session_hash[HASH_SIZE];
	const char *request_id, *peer; /* for the audit log; borrowed */
};

#endif
