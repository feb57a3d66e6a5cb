/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/webhook.h"

int cli_webhook_add(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant"), *reason = NULL;
	struct secret secret = SECRET_EMPTY;
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = webhook_add(&cli->core, &by, argv[0], &reason, &secret);
	if (reason)
		cli_tell(cli, argv[0], reason);
	if (rc == RC_OK)
		(void)printf("%s\n", secret_text(&secret));
	secret_release(&secret);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

static void print_webhook(const struct webhook_list *list, const struct webhook_view *w)
{
	unsigned waiting = 0, dead = 0;

	for (size_t i = 0; i < list->n_recent; i++)
		waiting += uuid_equal(&list->recent[i].webhook.u, &w->id.u) &&
			   !list->recent[i].delivered && !list->recent[i].dead;
	for (size_t i = 0; i < list->n_dead; i++)
		dead += uuid_equal(&list->dead[i].webhook.u, &w->id.u);
	(void)printf("%s\t%u waiting\t%u dead\n", w->url, waiting, dead);
}

int cli_webhook_list(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct webhook_list list = {0};
	struct actor by;
	enum rc rc;

	if (argc != 0 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = webhook_list_load(&cli->core, &by.tenant, &list);
	for (size_t i = 0; rc == RC_OK && i < list.n; i++)
		print_webhook(&list, &list.items[i]);
	webhook_list_release(&list);
	return rc == RC_OK ? 0 : cli_fail(tenant, rc);
}

static enum rc remove_by_url(struct cli *cli, const struct actor *by, const char *url)
{
	struct webhook_list list = {0};
	enum rc rc = webhook_list_load(&cli->core, &by->tenant, &list), removed = RC_NOT_FOUND;

	for (size_t i = 0; rc == RC_OK && i < list.n; i++)
		if (strcmp(list.items[i].url, url) == 0)
			removed = webhook_remove(&cli->core, by, &list.items[i].id);
	webhook_list_release(&list);
	return rc == RC_OK ? removed : rc;
}

int cli_webhook_remove(struct cli *cli, int argc, char **argv)
{
	const char *tenant = cli_option(&argc, argv, "--tenant");
	struct actor by;
	enum rc rc;

	if (argc != 1 || !tenant)
		return 2;
	if (cli_workspace(cli, tenant, &by))
		return 1;
	rc = remove_by_url(cli, &by, argv[0]);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}
