/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/audit.h"
#include "domain/people/admin.h"
#include "domain/runtime/access_key.h"

#define DAYS_MAX 3650

int cli_key_add(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	const char *providers = cli_option(&argc, argv, "--providers");
	const char *verbs = cli_option(&argc, argv, "--verbs");
	const char *days = cli_option(&argc, argv, "--days");
	long lifetime_days = days ? strtol(days, NULL, 10) : 0;
	struct secret key = SECRET_EMPTY;
	struct access_key_wish wish = {argv[0], providers ? providers : "", verbs, 0};
	struct tenant_id id;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant || lifetime_days < 0 || lifetime_days > DAYS_MAX)
		return 2;
	wish.lifetime_s = (int64_t)lifetime_days * 86400;
	rc = admin_tenant_find(&cli->core, tenant, &id);
	by = audit_operator(rc == RC_OK ? &id : NULL);
	if (rc == RC_OK)
		rc = access_key_create(&cli->core, &by, &wish, &key);
	if (rc == RC_OK)
		(void)printf("%s\n", secret_text(&key));
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
	struct tenant_id id;
	enum rc rc;

	if (argc != 0 || !tenant)
		return 2;
	rc = admin_tenant_find(&cli->core, tenant, &id);
	if (rc == RC_OK)
		rc = access_key_each(&cli->core, &id, print_key, NULL);
	return rc == RC_OK ? 0 : cli_fail(tenant, rc);
}

int cli_key_revoke(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct tenant_id id;
	struct uuid key;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	rc = admin_tenant_find(&cli->core, tenant, &id);
	if (rc == RC_OK)
		rc = access_key_named(&cli->core, &id, argv[0], &key);
	by = audit_operator(rc == RC_OK ? &id : NULL);
	if (rc == RC_OK)
		rc = access_key_revoke(&cli->core, &by, &key);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}
