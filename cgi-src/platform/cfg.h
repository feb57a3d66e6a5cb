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

#define CFG_VARS_MAX 16
#define CFG_PREFIX_MAX 64

struct cfg_var {
	char *name, *value; /* value: an origin, checked where provider files are read */
};

/* Keys are named like the members (egress: egress_allow; it and connect_return may be repeated). Required:
 * public_origin, the six folders, and db_socket or db_host (with db_ca_file), not both. */
struct cfg {
	char *public_origin; /* "https://grantry.example"; http only for a loopback host */
	bool origin_is_https;
	char *public_prefix; /* "/grantry": before every path of ours, as people see them; "": none */
	char *db_socket, *db_host, *db_name, *db_ca_file; /* name: "grantry" */
	long db_port;                                     /* 3306 */
	char *db_password_dir; /* holds one 0400 file per database user, named like the user */
	char *key_dir;         /* key-encryption keys, see platform/vault.h */
	char *provider_dir, *template_dir, *message_dir, *sql_dir;
	char *import_dir;     /* of imported plugins; NULL: provider_dir/imported */
	char *import_program; /* reads descriptions of APIs; NULL: beside the program that runs */
	char *refresh_dir;    /* of grantry-refreshd: its journal, and the socket that wakes it */
	char *ca_file;        /* for outgoing TLS; NULL: the system's */
	struct netpol egress; /* egress_allow lines: origins that only an operator may open */
	struct netpol connect_return; /* connect_return lines: where people may be sent back to */
	struct cfg_var vars[CFG_VARS_MAX]; /* "operator.NAME = origin": for provider files */
	size_t n_vars;
	long session_idle_s;      /* 8 h */
	long session_absolute_s;  /* 24 h */
	long provider_timeout_ms; /* 15000 */
	long tool_timeout_ms;     /* 30000: of a call of an API tool, with all that it takes */
	long tool_tenant_calls,
		tool_host_calls; /* of API tools at once: of a workspace, to an origin */
	/* requests a second to the runtime API, of one key and of one workspace; 0: no limit */
	long runtime_key_rate, runtime_tenant_rate;
	long refresh_takeover_ms; /* 45000: > 15 s of a call + > 10 s of failover + margin */
};

/** cfg_load(path, out): path NULL: $GRANTRY_CONFIG. The reason of a refusal goes to the log.
 * Errors: RC_NOT_FOUND no such file, or not readable; RC_INVALID. */
enum rc cfg_load(const char *path, struct cfg **out) RC_MUST_CHECK;
/** cfg_parse(name, p, len, out): the same from memory; name stands for the file in the log. */
enum rc cfg_parse(const char *name, const char *p, size_t len, struct cfg **out) RC_MUST_CHECK;
void cfg_free(struct cfg *cfg);

#endif
