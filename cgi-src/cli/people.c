/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "domain/people/admin.h"

#define ROLE_RULE "no role; roles are owner, admin, editor and member"

int cli_tenant_add(struct cli *cli, int argc, char **argv)
{
	struct tenant_id id;
	enum rc rc;

	if (argc != 1)
		return 2;
	rc = admin_tenant_create(&cli->core, argv[0], &id);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

static int disable_tenant(struct cli *cli, int argc, char **argv, bool disabled)
{
	enum rc rc;

	if (argc != 1)
		return 2;
	rc = admin_tenant_disable(&cli->core, argv[0], disabled);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

int cli_tenant_disable(struct cli *cli, int argc, char **argv)
{
	return disable_tenant(cli, argc, argv, true);
}

int cli_tenant_enable(struct cli *cli, int argc, char **argv)
{
	return disable_tenant(cli, argc, argv, false);
}

static void print_tenant(const char *name, bool disabled, void *arg)
{
	(void)arg;
	(void)printf("%s%s\n", name, disabled ? "\tdisabled" : "");
}

int cli_tenant_list(struct cli *cli, int argc, char **argv)
{
	enum rc rc;

	(void)argv;
	if (argc != 0)
		return 2;
	rc = admin_tenant_each(&cli->core, print_tenant, NULL);
	return rc == RC_OK ? 0 : cli_fail("tenants", rc);
}

int cli_user_add(struct cli *cli, int argc, char **argv)
{
	const char *name = cli_option(&argc, argv, "--name");
	const char *tenant = cli_option(&argc, argv, "--tenant");
	const char *role = cli_option(&argc, argv, "--role");
	enum role parsed;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !name || !tenant || !role)
		return 2;
	if (role_parse(role, &parsed) != RC_OK)
		return cli_wrong(role, ROLE_RULE);
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = admin_member_add(&cli->core, argv[0], name, tenant, parsed);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

int cli_user_role(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	const char *role = cli_option(&argc, argv, "--role");
	enum role parsed;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant || !role)
		return 2;
	if (role_parse(role, &parsed) != RC_OK)
		return cli_wrong(role, ROLE_RULE);
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = admin_member_role(&cli->core, argv[0], tenant, parsed);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

int cli_user_remove(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = admin_member_remove(&cli->core, argv[0], tenant);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

static int set_disabled(struct cli *cli, int argc, char **argv, bool disabled)
{
	enum rc rc;

	if (argc != 1)
		return 2;
	rc = admin_user_disable(&cli->core, argv[0], disabled);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

int cli_user_disable(struct cli *cli, int argc, char **argv)
{
	return set_disabled(cli, argc, argv, true);
}

int cli_user_enable(struct cli *cli, int argc, char **argv)
{
	return set_disabled(cli, argc, argv, false);
}

int cli_user_sign_in(struct cli *cli, int argc, char **argv)
{
	struct secret code = SECRET_EMPTY;
	enum rc rc;

	if (argc != 1)
		return 2;
	rc = admin_sign_in_code(&cli->core, argv[0], &code);
	if (rc == RC_OK)
		(void)printf("%s\n", secret_text(&code));
	secret_release(&code);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}
