/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a plugin folder of any bytes: the first line says which file it is to be ("manifest", or the kind of a
 * provider document), the rest is its text. A manifest is refused with a reason or names paths that stay inside; a
 * document is refused or becomes a provider with forms that can be filled in.
 */
#include <string.h>

#include "domain/catalogue_int.h"
#include "domain/plugin.h"
#include "must.h"

static const struct yamlr_node *no_recipe(void *arg, const char *id, const struct provider **ours)
{
	MUST(id && strlen(id) <= 3 * 65 && !arg);
	*ours = NULL;
	return NULL;
}

static void path_holds(const char *path)
{
	MUST(path && *path && *path != '/' && strlen(path) < 256);
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		MUST(*part != '\0' && *part != '.' && *part != '/');
	}
}

static void manifest_holds(struct catalogue *catalogue, const struct document *file)
{
	struct yamlr *doc = NULL;
	struct plugin plugin;

	MUST(plugin_manifest(catalogue, file, &doc, &plugin) == RC_OK);
	MUST((plugin.org != NULL) == (catalogue_error_count(catalogue) == 0));
	if (plugin.org)
		MUST(provider_id_is_valid(plugin.org) && provider_id_is_valid(plugin.name) &&
			plugin.n + plugin.n_strategies);
	for (size_t i = 0; i < plugin.n; i++)
		path_holds(plugin.documents[i].path);
	yamlr_free(doc);
}

static void schema_holds(const struct schema *schema)
{
	MUST(schema->n <= 66);
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *f = &schema->fields[i];
		const struct conditions *when = &f->rule.when;

		MUST(schema_find(schema, f->name) == f);
		MUST((f->kind == FIELD_SELECT || f->kind == FIELD_RADIO) == (f->n_options > 0));
		MUST(!f->default_value || !f->n_options || field_has_option(f, f->default_value));
		for (size_t k = 0; k < when->n; k++)
			MUST(when->items[k].values.n && schema_find(schema, when->items[k].field));
	}
}

static void document_holds(struct catalogue *catalogue, struct document *file)
{
	struct provider *p;

	MUST(catalogue_document(catalogue, file, NULL, &p) == RC_OK);
	MUST((p != NULL) == (catalogue_error_count(catalogue) == 0));
	if (!p)
		return;
	MUST(p->imported && !p->recipe_file && strcmp(p->plugin_id, "acme/fuzz") == 0);
	MUST(provider_id_is_valid(p->name) && p->kind == file->plugin->kind && p->icon_letter);
	MUST(!p->has_oauth || p->missing);
	MUST(!p->model_schema.n || strcmp(p->model_schema.fields[1].name, MODEL_NAME_FIELD) == 0);
	schema_holds(&p->api_key_schema);
	schema_holds(&p->model_schema);
	schema_holds(&p->subscription_schema);
	schema_holds(&p->client_schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	struct plugin_entry entry = {.org = "acme", .name = "fuzz", .recipe_of = no_recipe};
	struct document file = {.file = "fuzz.yaml"};
	struct catalogue *catalogue;
	char word[16];

	if (!end || (size_t)(end - data) >= sizeof(word))
		return 0;
	memcpy(word, data, (size_t)(end - data));
	word[end - data] = '\0';
	file.text = (const char *)end + 1;
	file.len = size - (size_t)(end - data) - 1;
	MUST(catalogue_new(NULL, &catalogue) == RC_OK);
	if (provider_kind_parse(word, &entry.kind) == RC_OK) {
		file.plugin = &entry;
		document_holds(catalogue, &file);
	} else {
		manifest_holds(catalogue, &file);
	}
	for (size_t i = 0; i < catalogue_note_count(catalogue); i++)
		MUST(*catalogue_note_at(catalogue, i)->reason);
	catalogue_free(catalogue);
	return 0;
}
