/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "domain/plugin.h"
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

/* --- lint --- */

struct lint {
	struct cli *cli;
	struct pairs vars;
	struct catalogue *ours; /* what plugins are joined with; NULL: not read yet */
	size_t kinds[PROVIDER_KIND__MAX];
	size_t oauth2, api_key, both, none;
	size_t n, errors, notes;
};

void cli_print_problem(const char *what, const struct provider_error *problem)
{
	(void)printf("%s:%u:", problem->file, problem->line);
	if (problem->column)
		(void)printf("%u:", problem->column);
	(void)printf(" %s%s\n", what, problem->reason);
}

static void count(struct lint *lint, const struct provider *p)
{
	lint->n++;
	lint->kinds[p->kind]++;
	lint->both += p->has_api_key && p->has_oauth;
	lint->oauth2 += p->has_oauth && !p->has_api_key;
	lint->api_key += p->has_api_key && !p->has_oauth;
	lint->none += !p->has_api_key && !p->has_oauth;
}

/* What came into the catalogue since there were so many errors and notes. */
static void print_problems(
	struct lint *lint, const struct catalogue *catalogue, size_t errors, size_t notes)
{
	for (size_t i = notes; i < catalogue_note_count(catalogue); i++, lint->notes++)
		cli_print_problem("note: ", catalogue_note_at(catalogue, i));
	for (size_t i = errors; i < catalogue_error_count(catalogue); i++, lint->errors++)
		cli_print_problem("", catalogue_error_at(catalogue, i));
}

static void take_all(struct lint *lint, const struct catalogue *catalogue)
{
	print_problems(lint, catalogue, 0, 0);
	for (size_t i = 0; i < catalogue_count(catalogue); i++)
		count(lint, catalogue_at(catalogue, i));
}

static int lint_installed(struct lint *lint)
{
	const struct cfg *cfg = lint->cli->cfg;
	struct catalogue *all = NULL;
	char import_dir[PATH_MAX];
	enum rc rc = core_import_dir(cfg, import_dir, sizeof(import_dir));

	if (rc == RC_OK)
		rc = catalogue_load(cfg->provider_dir, &lint->vars, &all);
	if (rc == RC_OK)
		rc = catalogue_import(all, cfg->provider_dir, &lint->vars, import_dir);
	if (rc == RC_OK)
		take_all(lint, all);
	catalogue_free(all);
	return rc == RC_OK ? 0 : cli_fail(cfg->provider_dir, rc);
}

static int lint_folder(struct lint *lint, const char *dir)
{
	struct catalogue *all = NULL;
	enum rc rc = catalogue_load(dir, &lint->vars, &all);

	if (rc == RC_OK)
		take_all(lint, all);
	catalogue_free(all);
	return rc == RC_OK ? 0 : cli_fail(dir, rc);
}

static int lint_plugin(struct lint *lint, const char *dir)
{
	struct plugin_place place = {lint->cli->cfg->provider_dir, &lint->vars};
	struct plugin plugin;
	size_t errors, notes;
	enum rc rc = RC_OK;

	if (!lint->ours)
		rc = catalogue_load(place.provider_dir, place.vars, &lint->ours);
	if (rc != RC_OK)
		return cli_fail(place.provider_dir, rc);
	errors = catalogue_error_count(lint->ours);
	notes = catalogue_note_count(lint->ours);
	rc = plugin_read(lint->ours, &place, dir, dir, &plugin);
	if (rc != RC_OK)
		return cli_fail(dir, rc);
	print_problems(lint, lint->ours, errors, notes);
	for (size_t i = 0; i < plugin.n; i++)
		if (plugin.documents[i].provider)
			count(lint, plugin.documents[i].provider);
	return 0;
}

static int lint_file(struct lint *lint, const char *file)
{
	struct catalogue *one = NULL;
	struct provider_error error;
	char dir[PATH_MAX] = ".";
	struct buf text;
	enum rc rc;

	if (strrchr(file, '/'))
		(void)snprintf(
			dir, sizeof(dir), "%.*s", (int)(strrchr(file, '/') - file + 1), file);
	buf_init(&text, YAMLR_SIZE_MAX + 1); /* one more: the reader says that it is too large */
	rc = buf_load(&text, file);
	if (rc == RC_OK || rc == RC_LIMIT)
		rc = provider_parse_in(
			dir, file, buf_text(&text), text.len, &lint->vars, &one, &error);
	if (one)
		take_all(lint, one);
	catalogue_free(one);
	buf_release(&text);
	return rc == RC_OK || rc == RC_INVALID ? 0 : cli_fail(file, rc);
}

static int lint_path(struct lint *lint, const char *path)
{
	char manifest[PATH_MAX];
	struct stat st;

	(void)snprintf(manifest, sizeof(manifest), "%s/manifest.yaml", path);
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return lint_file(lint, path);
	return access(manifest, F_OK) == 0 ? lint_plugin(lint, path) : lint_folder(lint, path);
}

static void print_counts(const struct lint *lint)
{
	for (int i = 0; i < PROVIDER_KIND__MAX; i++)
		(void)printf("%s%s %zu", i ? ", " : "", provider_kind_word((enum provider_kind)i),
			lint->kinds[i]);
	(void)printf("\noauth2 %zu, api-key %zu, both %zu, none %zu\n", lint->oauth2, lint->api_key,
		lint->both, lint->none);
	(void)printf("%zu providers, %zu errors, %zu notes\n", lint->n, lint->errors, lint->notes);
}

int cli_provider_lint(struct cli *cli, int argc, char **argv)
{
	struct pair items[CFG_VARS_MAX];
	struct lint lint = {.cli = cli, .vars = core_vars(cli->cfg, items)};
	int status = argc ? 0 : lint_installed(&lint);

	for (int i = 0; i < argc; i++)
		status |= lint_path(&lint, argv[i]);
	catalogue_free(lint.ours);
	print_counts(&lint);
	return status || lint.errors ? 1 : 0;
}
