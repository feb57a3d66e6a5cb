/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "platform/buf.h"
#include "platform/yamlr.h"

int cli_provider_list(struct cli *cli, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return 2;
	for (size_t i = 0; i < catalogue_count(cli->catalogue); i++) {
		const struct provider *p = catalogue_at(cli->catalogue, i);

		(void)printf("%s\t%s\t%s\t%s%s%s%s\n", provider_kind_word(p->kind), p->id,
			i18n_text(&p->label, "en_US"), p->has_api_key ? "api-key" : "",
			p->has_api_key && p->has_oauth ? "," : "", p->has_oauth ? "oauth2" : "",
			p->missing ? " (no recipe)" : "");
	}
	return 0;
}

static int print_errors(const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue_error_count(catalogue); i++) {
		const struct provider_error *e = catalogue_error_at(catalogue, i);

		(void)printf("%s:%u: %s\n", e->file, e->line, e->reason);
	}
	return catalogue_error_count(catalogue) ? 1 : 0;
}

static int lint_folder(struct cli *cli)
{
	enum rc rc = core_catalogue(cli->cfg, &cli->catalogue);

	return rc == RC_OK ? print_errors(cli->catalogue) : cli_fail(cli->cfg->provider_dir, rc);
}

static int lint_file(struct cli *cli, const char *file)
{
	struct pair items[CFG_VARS_MAX];
	struct pairs vars = {items, cli->cfg->n_vars};
	struct catalogue *one = NULL;
	struct provider_error error = {0};
	char dir[PATH_MAX] = ".";
	struct buf text;
	enum rc rc;

	if (strrchr(file, '/'))
		(void)snprintf(
			dir, sizeof(dir), "%.*s", (int)(strrchr(file, '/') - file + 1), file);
	for (size_t i = 0; i < cli->cfg->n_vars; i++)
		items[i] = (struct pair){cli->cfg->vars[i].name, cli->cfg->vars[i].value};
	buf_init(&text, YAMLR_SIZE_MAX);
	rc = buf_load(&text, file);
	if (rc == RC_OK) {
		rc = provider_parse_in(dir, file, buf_text(&text), text.len, &vars, &one, &error);
		if (rc == RC_INVALID || rc == RC_LIMIT)
			(void)printf("%s:%u: %s\n", file, error.line, error.reason);
	}
	catalogue_free(one);
	buf_release(&text);
	if (rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT)
		return rc == RC_OK ? 0 : 1;
	return cli_fail(file, rc);
}

int cli_provider_lint(struct cli *cli, int argc, char **argv)
{
	int status = 0;

	if (argc == 0)
		return lint_folder(cli);
	for (int i = 0; i < argc; i++)
		status |= lint_file(cli, argv[i]);
	return status;
}
