/* SPDX-License-Identifier: Apache-2.0
 *
 * Importing plugin folders: each is read, told of in a line, and kept when it can be used.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/plugin.h"

struct import {
	struct plugin_place place;
	const char *import_dir;
	struct catalogue *before; /* our own definitions, and what was imported */
	struct catalogue *fresh;  /* our own definitions, and what is imported now */
	size_t loaded, replaced, unchanged, nothing, refused;
};

/* --- what a plugin offers --- */

static void print_provider(const struct provider *p)
{
	(void)printf("%s %s (%s%s%s", provider_kind_word(p->kind), p->name,
		p->has_api_key ? "api-key" : "", p->has_api_key && p->has_oauth ? ", " : "",
		p->has_oauth ? "oauth2" : "");
	if (p->recipe_file)
		(void)printf("; with the recipe of %s", p->recipe_file);
	else if (p->has_api_key)
		(void)printf("; without a recipe keys are kept unchecked");
	if (p->missing)
		(void)printf("; oauth2 can be set up, not used: %s", p->missing);
	(void)printf(")");
}

static void print_offer(const struct plugin *plugin, const char *word)
{
	const char *before = ": ";

	(void)printf("%s/%s%s%s: %s", plugin->org, plugin->name, plugin->version ? " " : "",
		plugin->version ? plugin->version : "", word);
	for (size_t i = 0; i < plugin->n; i++) {
		if (!plugin->documents[i].provider)
			continue;
		(void)printf("%s", before);
		print_provider(plugin->documents[i].provider);
		before = ", ";
	}
	(void)printf("\n");
}

/* --- what is different from the one before --- */

static bool is_same_field(const struct field *a, const struct field *b)
{
	return a->kind == b->kind && a->required == b->required && a->n_options == b->n_options;
}

static void print_change(const char *name, const char *form, char sign, const char *field)
{
	(void)printf("  %s: %s: %c%s\n", name, form, sign, field);
}

static void print_form_changes(
	const char *name, const char *form, const struct schema *before, const struct schema *now)
{
	for (size_t i = 0; i < before->n; i++)
		if (!schema_find(now, before->fields[i].name))
			print_change(name, form, '-', before->fields[i].name);
	for (size_t i = 0; i < now->n; i++) {
		const struct field *was = schema_find(before, now->fields[i].name);

		if (!was)
			print_change(name, form, '+', now->fields[i].name);
		else if (!is_same_field(was, &now->fields[i]))
			print_change(name, form, '~', now->fields[i].name);
	}
}

static const struct provider *find_before(const struct import *import, const struct provider *now)
{
	for (size_t i = 0; i < catalogue_count(import->before); i++) {
		const struct provider *p = catalogue_at(import->before, i);

		if (p->imported && strcmp(p->id, now->id) == 0)
			return p;
	}
	return NULL;
}

static void print_changes(const struct import *import, const struct plugin *plugin)
{
	for (size_t i = 0; i < plugin->n; i++) {
		const struct provider *now = plugin->documents[i].provider;
		const struct provider *before = now ? find_before(import, now) : NULL;

		if (!before)
			continue;
		print_form_changes(
			now->name, "api-key", &before->api_key_schema, &now->api_key_schema);
		print_form_changes(now->name, "model", &before->model_schema, &now->model_schema);
		print_form_changes(
			now->name, "oauth2 client", &before->client_schema, &now->client_schema);
	}
}

/* --- one plugin --- */

static int refuse(struct import *import, const char *dir, size_t errors)
{
	import->refused++;
	(void)printf("%s: refused\n", dir);
	for (size_t i = errors; i < catalogue_error_count(import->fresh); i++) {
		(void)printf("  ");
		cli_print_problem("", catalogue_error_at(import->fresh, i));
	}
	return 1;
}

static bool has_something(const struct plugin *plugin)
{
	for (size_t i = 0; i < plugin->n; i++)
		if (plugin->documents[i].provider)
			return true;
	return false;
}

/* No error: who imports a whole folder of plugins expects that some need no credentials. */
static int drop(struct import *import, const struct plugin *plugin)
{
	bool was_there;
	enum rc rc = plugin_drop(plugin, import->import_dir, &was_there);

	import->nothing++;
	(void)printf("%s/%s: nothing to connect: %s%s\n", plugin->org, plugin->name,
		plugin->n ? "it asks for no credentials"
			  : "agent strategies have no credentials of their own",
		was_there ? "; the one imported before is removed" : "");
	return rc == RC_OK ? 0 : cli_fail(import->import_dir, rc);
}

static int keep(struct import *import, const struct plugin *plugin, const char *dir)
{
	enum plugin_kept kept;
	enum rc rc = plugin_keep(plugin, dir, import->import_dir, &kept);

	if (rc != RC_OK) {
		import->refused++;
		return cli_fail(import->import_dir, rc);
	}
	import->loaded += kept == PLUGIN_NEW;
	import->replaced += kept == PLUGIN_REPLACED;
	import->unchanged += kept == PLUGIN_UNCHANGED;
	print_offer(plugin, kept == PLUGIN_NEW        ? "loaded"
			    : kept == PLUGIN_REPLACED ? "replaced"
						      : "unchanged");
	if (kept == PLUGIN_REPLACED)
		print_changes(import, plugin);
	return 0;
}

static int import_one(struct import *import, char *dir)
{
	size_t errors = catalogue_error_count(import->fresh), len = strlen(dir);
	struct plugin plugin;
	enum rc rc;

	while (len > 1 && dir[len - 1] == '/')
		dir[--len] = '\0';
	rc = plugin_read(import->fresh, &import->place, dir, dir, &plugin);
	if (rc == RC_NOT_FOUND) {
		import->refused++;
		(void)printf("%s: refused\n  is no folder\n", dir);
		return 1;
	}
	if (rc != RC_OK)
		return cli_fail(dir, rc);
	if (catalogue_error_count(import->fresh) > errors)
		return refuse(import, dir, errors);
	return has_something(&plugin) ? keep(import, &plugin, dir) : drop(import, &plugin);
}

static void print_sum(const struct import *import)
{
	(void)printf("%zu loaded, %zu replaced, %zu unchanged, %zu with nothing to connect, "
		     "%zu refused\n",
		import->loaded, import->replaced, import->unchanged, import->nothing,
		import->refused);
	if (import->loaded || import->replaced)
		(void)printf("Programs that run read them after SIGHUP (systemctl reload).\n");
}

static enum rc open_catalogues(struct import *import)
{
	const struct plugin_place *place = &import->place;
	enum rc rc = catalogue_load(place->provider_dir, place->vars, &import->fresh);

	if (rc == RC_OK)
		rc = catalogue_load(place->provider_dir, place->vars, &import->before);
	if (rc == RC_OK)
		rc = catalogue_import(
			import->before, place->provider_dir, place->vars, import->import_dir);
	return rc;
}

int cli_provider_import(struct cli *cli, int argc, char **argv)
{
	const char *to = cli_option(&argc, argv, "--to");
	struct pair items[CFG_VARS_MAX];
	struct pairs vars = core_vars(cli->cfg, items);
	char import_dir[PATH_MAX];
	struct import import = {
		.place = {cli->cfg->provider_dir, &vars},
		.import_dir = to ? to : import_dir,
	};
	int status = 0;
	enum rc rc;

	if (argc == 0)
		return 2;
	rc = core_import_dir(cli->cfg, import_dir, sizeof(import_dir));
	if (rc == RC_OK)
		rc = open_catalogues(&import);
	for (int i = 0; i < argc && rc == RC_OK; i++)
		status |= import_one(&import, argv[i]);
	if (rc == RC_OK)
		print_sum(&import);
	catalogue_free(import.before);
	catalogue_free(import.fresh);
	return rc == RC_OK ? status : cli_fail(cli->cfg->provider_dir, rc);
}
