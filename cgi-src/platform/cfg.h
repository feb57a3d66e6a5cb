/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration: one file of "key = value" lines ('#' starts a comment), named by the environment
 * variable GRANTRY_CONFIG or by -c. Read once, immutable afterwards. It names files that hold
 * secrets and holds none. An unknown key, a missing one or a bad value stops the start with the line.
 */
#ifndef GRANTRY_PLATFORM_CFG_H
#define GRANTRY_PLATFORM_CFG_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/netpol.h"
#include "platform/rc.h"

struct cfg {
	char *public_origin;   /* "https://grantry.example"; http only for a loopback host */
	bool origin_is_https;
	char *db_socket, *db_host, *db_name, *db_ca_file;
	long db_port;
	char *db_password_dir; /* holds one 0400 file per database user, named like the user */
	char *key_dir;	       /* key-encryption keys, see platform/vault.h */
	char *provider_dir, *template_dir, *sql_dir;
	char *ca_file;	       /* for outgoing TLS; NULL: the system's */
	struct netpol egress;  /* egress_allow lines: origins that only an operator may open */
	long session_idle_s;   /* 8 h */
	long session_absolute_s; /* 24 h */
	long provider_timeout_ms; /* 15000 */
};

/** cfg_load(path, out): path NULL: $GRANTRY_CONFIG. The reason of a refusal goes to the log.
 * Errors: RC_NOT_FOUND, RC_INVALID. */
enum rc cfg_load(const char *path, struct cfg **out) RC_MUST_CHECK;
void cfg_free(struct cfg *cfg);

#endif
