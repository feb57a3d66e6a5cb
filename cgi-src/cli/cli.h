/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's command line. A command is an entry of a table: its words, its usage, what it needs opened.
 * Secrets come from standard input or a file, never from the arguments, and are never printed, but for
 * one-time sign-in codes, runtime keys and secrets of webhooks, which are there to be handed over, once.
 */
#ifndef GRANTRY_CLI_CLI_H
#define GRANTRY_CLI_CLI_H

#include "domain/audit.h"
#include "domain/core.h"

/* What a command wants opened before it runs. */
enum cli_need {
	CLI_NOTHING, /* not even a configuration */
	CLI_CONFIG,
	CLI_CATALOGUE, /* and the provider files */
	CLI_DATABASE,  /* and keys and the database, as grantry_operator */
	CLI_ADMIN, /* the same, as whoever runs it, over --admin-socket or the configured socket */
};

struct cli {
	struct core core;
	struct cfg *cfg;
	struct catalogue *catalogue;
	const char *admin_socket;
};

struct command {
	const char *group, *verb, *usage; /* verb: NULL for a single word */
	enum cli_need need;
	/** run(cli, argc, argv): arguments after the words. Returns the exit status. */
	int (*run)(struct cli *cli, int argc, char **argv);
};

/** cli_main(argc, argv): grantry [-c CONFIG] COMMAND … Exit status 0, 1 failed, 2 usage. */
int cli_main(int argc, char **argv);

/** cli_option(argc, argv, "--name"): the word after it, NULL when absent; both are taken out of argv. */
char *cli_option(int *argc, char **argv, const char *name);

/** cli_tell(cli, what, key): why what is refused, by the key of a message; in English, as all that is said here. */
void cli_tell(const struct cli *cli, const char *what, const char *key);
/** cli_fail(what, rc): prints a sentence for people; returns 1. */
int cli_fail(const char *what, enum rc rc);

/** cli_wrong(what, rule): an argument breaks this rule; returns 2. */
int cli_wrong(const char *what, const char *rule);

/** cli_workspace(cli, name, out): the operator, at work for the workspace of that name. Returns 0, or 1 after a
 * sentence that names the workspace. */
int cli_workspace(struct cli *cli, const char *name, struct actor *out);

/* people.c */
int cli_tenant_add(struct cli *cli, int argc, char **argv);
int cli_tenant_disable(struct cli *cli, int argc, char **argv);
int cli_tenant_enable(struct cli *cli, int argc, char **argv);
int cli_tenant_list(struct cli *cli, int argc, char **argv);
int cli_user_add(struct cli *cli, int argc, char **argv);
int cli_user_role(struct cli *cli, int argc, char **argv);
int cli_user_remove(struct cli *cli, int argc, char **argv);
int cli_user_disable(struct cli *cli, int argc, char **argv);
int cli_user_enable(struct cli *cli, int argc, char **argv);
int cli_user_sign_in(struct cli *cli, int argc, char **argv);
/* key.c */
int cli_key_add(struct cli *cli, int argc, char **argv);
int cli_key_list(struct cli *cli, int argc, char **argv);
int cli_key_revoke(struct cli *cli, int argc, char **argv);
/* webhook.c */
int cli_webhook_add(struct cli *cli, int argc, char **argv);
int cli_webhook_list(struct cli *cli, int argc, char **argv);
int cli_webhook_remove(struct cli *cli, int argc, char **argv);
/* client.c */
int cli_client_set(struct cli *cli, int argc, char **argv);
int cli_client_remove(struct cli *cli, int argc, char **argv);
/* provider.c */
int cli_provider_list(struct cli *cli, int argc, char **argv);
int cli_provider_lint(struct cli *cli, int argc, char **argv);
/** cli_print_problem(what, problem): FILE:LINE:COLUMN: words. */
void cli_print_problem(const char *what, const struct provider_error *problem);
/* plugin.c */
int cli_provider_import(struct cli *cli, int argc, char **argv);
/* setup.c */
int cli_key_create(struct cli *cli, int argc, char **argv);
int cli_migrate(struct cli *cli, int argc, char **argv);
int cli_doctor(struct cli *cli, int argc, char **argv);

#endif
