/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/definition.h"
#include "domain/runtime/access_key.h"

#define DAYS_MAX 3650

/* Nothing else than a number makes one: a key that never ends is not made by a slip. */
static bool read_days(const char *text, int64_t *lifetime_s)
{
	char *end;
	long days = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || days < 1 || days > DAYS_MAX)
		return false;
	*lifetime_s = (int64_t)days * 86400;
	return true;
}

/* One may be installed later, but most likely it is a slip. Which API tools a workspace has is not known here. */
static void warn_of_strangers(const struct cli *cli, const char *providers)
{
	while (*providers) {
		int n = (int)strcspn(providers, " ");
		char id[512];

		(void)snprintf(id, sizeof(id), "%.*s", n, providers);
		if (n && !definition_is_own(&(struct provider_ref){id, ""}) &&
			!catalogue_find(cli->catalogue, id))
			(void)fprintf(stderr,
				"grantry: there is no provider %s; grantry provider list names "
				"them\n",
				id);
		providers += n;
		providers += *providers == ' ';
	}
}

int cli_key_add(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	const char *providers = cli_option(&argc, argv, "--providers");
	const char *verbs = cli_option(&argc, argv, "--verbs");
	const char *days = cli_option(&argc, argv, "--days");
	struct secret key = SECRET_EMPTY;
	struct access_key_wish wish = {argv[0], providers ? providers : "", verbs, 0};
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	if (days && !read_days(days, &wish.lifetime_s))
		return cli_wrong("--days", "a whole number from 1 to 3650, or none at all");
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = access_key_create(&cli->core, &by, &wish, &key);
	if (rc == RC_OK) {
		warn_of_strangers(cli, wish.providers);
		(void)printf("%s\n", secret_text(&key));
	}
	secret_release(&key);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

static void print_key(const struct access_key *key, void *arg)
{
	(void)arg;
	(void)printf("%s\t%s\t%s\n", key->name,
		key->providers[0] ? key->providers : "all providers", key->verbs);
}

int cli_key_list(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct actor by;
	enum rc rc;

	if (argc != 0 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = access_key_each(&cli->core, &by.tenant, print_key, NULL);
	return rc == RC_OK ? 0 : cli_fail(tenant, rc);
}

int cli_key_revoke(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct uuid key;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = access_key_named(&cli->core, &by.tenant, argv[0], &key);
	if (rc == RC_OK)
		rc = access_key_revoke(&cli->core, &by, &key);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}
