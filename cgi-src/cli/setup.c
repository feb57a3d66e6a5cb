/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "domain/doctor.h"
#include "domain/migrate.h"
#include "domain/selftest.h"
#include "platform/messages.h"
#include "platform/vault.h"

int cli_key_create(struct cli *cli, int argc, char **argv)
{
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return 2;
	if (mkdir(cli->cfg->key_dir, 0700) && errno != EEXIST)
		return cli_fail(cli->cfg->key_dir, RC_DENIED);
	rc = vault_kek_create(cli->cfg->key_dir);
	return rc == RC_OK ? 0 : cli_fail(cli->cfg->key_dir, rc);
}

int cli_migrate(struct cli *cli, int argc, char **argv)
{
	int64_t applied;
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return 2;
	rc = migrate_run(&cli->core, &applied);
	if (rc != RC_OK)
		return cli_fail("migrate", rc);
	(void)printf("%lld applied\n", (long long)applied);
	return 0;
}

static int report(const char *what, bool good, const char *advice)
{
	(void)printf(
		"%-4s %s%s%s\n", good ? "ok" : "BAD", what, good ? "" : ": ", good ? "" : advice);
	return good ? 0 : 1;
}

/* In English, as all that is said here. */
static const char *english(const struct messages *messages, const char *key)
{
	const struct message *m = messages ? messages_get(messages_at(messages, 0), key) : NULL;

	return m ? m->other : key;
}

static int report_origin(struct cli *cli)
{
	static const char *const marks[] = {"-", "ok", "BAD"};
	struct messages *messages;
	struct selftest test;
	enum rc rc = messages_open(cli->cfg->message_dir, &messages);

	if (rc == RC_OK)
		rc = selftest_run(&cli->core, &test);
	for (int i = 0; rc == RC_OK && i < SELFTEST__MAX; i++) {
		bool bad = test.steps[i].state == SELFTEST_BAD;

		(void)printf("%-4s %s%s%s%s%s\n", marks[test.steps[i].state],
			english(messages, selftest_label((enum selftest_step)i)),
			test.steps[i].seen[0] ? " " : "", test.steps[i].seen, bad ? ": " : "",
			bad ? english(messages, test.steps[i].fix) : "");
	}
	messages_free(messages);
	if (rc != RC_OK)
		return cli_fail(cli->cfg->public_origin, rc);
	return test.good ? 0 : 1;
}

int cli_doctor(struct cli *cli, int argc, char **argv)
{
	struct readiness r;
	bool origin = argc == 1 && strcmp(argv[0], "--origin") == 0;
	int bad = 0;

	if (argc != 0 && !origin)
		return 2;
	doctor_readiness(&cli->core, &r);
	bad |= report("database", r.database, "is it running, and is db_socket right?");
	bad |= report("schema", r.schema, "run grantry migrate");
	bad |= report(
		"key", r.key, "key_dir does not hold the key that this database was made with");
	bad |= report("providers", catalogue_error_count(cli->catalogue) == 0,
		"run grantry provider lint");
	bad |= report("public origin is https", cli->cfg->origin_is_https,
		"fine for a trial on this machine, not for anything else");
	return origin ? bad | report_origin(cli) : bad;
}
