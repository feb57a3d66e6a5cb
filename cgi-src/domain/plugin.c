/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/plugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/catalogue_int.h"

#define FILE_NAME_MAX 1024 /* of messages */

/* One reading of one plugin. */
struct reading {
	struct folder folder; /* of our definitions */
	int fd;               /* the plugin's folder */
	const char *at;
	struct plugin *out;
	struct yamlr *manifest, *recipe; /* recipe: of the document at hand */
};

/* --- files --- */

int plugin_open_beneath(int dir_fd, const char *path)
{
	int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	char part[NAME_MAX + 1];

	while (fd >= 0 && *path != '\0') {
		size_t len = strcspn(path, "/");
		bool last = path[len] == '\0';
		int next;

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		next = openat(fd, part,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY));
		close(fd);
		fd = next;
		path += len + !last;
	}
	return fd;
}

/* "provider/acme.yaml": parts of a name each, none of them "." or "..". */
static bool is_path(const char *path)
{
	size_t len;

	if (strlen(path) > NAME_MAX)
		return false;
	for (;; path += len + 1) {
		len = strcspn(path, "/");
		if (len == 0 || *path == '.')
			return false;
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)path[i] <= 0x20 || path[i] == 0x7f || path[i] == '\\')
				return false;
		if (path[len] == '\0')
			return true;
	}
}

/* Reads a file into the folder's text; what is wrong becomes an error. *len 0: it did. */
static enum rc read_file(struct reading *r, const char *path, const char *name, size_t *len)
{
	const char *wrong = folder_read(&r->folder, plugin_open_beneath(r->fd, path), len);

	if (!wrong && *len == 0)
		wrong = "is empty";
	if (!wrong)
		return RC_OK;
	*len = 0;
	return catalogue_error(r->folder.catalogue, name, 0, 0, wrong);
}

/* --- the manifest --- */

static const struct {
	const char *key;
	enum provider_kind kind;
} lists[] = {
	{"tools", PROVIDER_TOOL},
	{"models", PROVIDER_MODEL},
	{"datasources", PROVIDER_DATASOURCE},
	{"triggers", PROVIDER_TRIGGER},
	{"endpoints", PROVIDER_EXTENSION},
};

#define N_LISTS (sizeof(lists) / sizeof(*lists))

static void read_path(struct parse *ps, const struct yamlr_node *node, enum provider_kind kind,
	struct plugin *out)
{
	struct plugin_document *document = &out->documents[out->n];
	const char *path = NULL;

	read_text(ps, node, &path);
	if (!path)
		return;
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	if (!is_path(path))
		parse_fail(ps, node, "\"%.80s\" is no path inside the plugin", path);
	*document = (struct plugin_document){.path = path, .kind = kind};
	out->n++;
}

static void read_list(struct parse *ps, const struct yamlr_node *node, enum provider_kind kind,
	struct plugin *out)
{
	if (yamlr_is_null(node))
		return;
	if (node->kind != YAMLR_SEQUENCE)
		parse_fail(ps, node, "must be a list of files");
	else if (out->n + node->n > PROVIDER_ITEMS_MAX)
		parse_fail(ps, node, "has more than %d items", PROVIDER_ITEMS_MAX);
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next)
		read_path(ps, child, kind, out);
}

static void read_plugins(struct parse *ps, const struct yamlr_node *node, struct plugin *out)
{
	static const char *const known[] = {"tools", "models", "datasources", "triggers",
		"endpoints", "agent_strategies", NULL};
	const struct yamlr_node *strategies = yamlr_get(node, "agent_strategies");

	note_unknown(ps, node, known);
	out->documents = parse_alloc(ps, PROVIDER_ITEMS_MAX * sizeof(*out->documents));
	for (size_t i = 0; i < N_LISTS && !ps->rc; i++)
		read_list(ps, yamlr_get(node, lists[i].key), lists[i].kind, out);
	out->n_strategies = strategies ? strategies->n : 0;
	if (!ps->rc && out->n + out->n_strategies == 0)
		parse_fail(ps, node, "names no provider");
}

static void read_manifest(struct parse *ps, const struct yamlr_node *root, struct plugin *out)
{
	static const char *const known[] = {"version", "type", "author", "name", "label",
		"description", "icon", "icon_dark", "resource", "plugins", "meta", "created_at",
		"verified", "tags", "privacy", "repo", NULL};
	const char *type = yamlr_text(yamlr_get(root, "type"));

	if (!root || root->kind != YAMLR_MAPPING || !yamlr_get(root, "plugins"))
		parse_fail(ps, root, "is no manifest of a plugin");
	else if (type && strcmp(type, "plugin") != 0)
		parse_fail(ps, yamlr_get(root, "type"), "is no plugin, but a %.40s", type);
	else if (!yamlr_text(yamlr_get(root, "author")) || !yamlr_text(yamlr_get(root, "name")))
		parse_fail(ps, root, "\"author\" or \"name\" is missing");
	if (ps->rc)
		return;
	note_unknown(ps, root, known);
	read_key(ps, root, "author", read_id, &out->org);
	read_key(ps, root, "name", read_id, &out->name);
	read_key(ps, root, "version", read_text, &out->version);
	read_plugins(ps, yamlr_get(root, "plugins"), out);
}

/* --- its documents --- */

static const struct yamlr_node *recipe_of(
	void *arg, const char *id, const struct provider **definition)
{
	struct reading *r = arg;
	const struct provider *ours = catalogue_find(r->folder.catalogue, id);
	struct yamlr_error error;
	size_t len;
	int fd;

	if (!ours || ours->imported)
		return NULL;
	*definition = ours;
	fd = openat(r->folder.fd, ours->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (folder_read(&r->folder, fd, &len) ||
		yamlr_parse(r->folder.text, len, &r->recipe, &error) != RC_OK)
		return NULL; /* it was good a moment ago */
	return yamlr_get(yamlr_root(r->recipe), "grantry");
}

static enum rc read_document(struct reading *r, struct plugin_document *document)
{
	struct catalogue *catalogue = r->folder.catalogue;
	struct plugin_entry entry = {
		.org = r->out->org,
		.name = r->out->name,
		.kind = document->kind,
		.manifest = yamlr_root(r->manifest),
		.recipe_of = recipe_of,
		.arg = r,
	};
	struct document file = {.text = r->folder.text, .plugin = &entry};
	struct provider *provider = NULL;
	char name[FILE_NAME_MAX];
	enum rc rc;

	snprintf(name, sizeof(name), "%s/%s", r->at, document->path);
	file.file = name;
	rc = read_file(r, document->path, name, &file.len);
	if (rc == RC_OK && file.len)
		rc = catalogue_document(catalogue, &file, r->folder.vars, &provider);
	yamlr_free(r->recipe);
	r->recipe = NULL;
	if (rc != RC_OK || !provider)
		return rc;
	if (!provider->has_api_key && !provider->has_oauth)
		return RC_OK;
	rc = catalogue_put(catalogue, provider);
	if (rc == RC_OK && catalogue_find(catalogue, provider->id) == provider)
		document->provider = provider;
	return rc;
}

enum rc plugin_manifest(struct catalogue *catalogue, const struct document *file,
	struct yamlr **doc, struct plugin *out)
{
	struct parse ps = {.catalogue = catalogue, .file = file->file, .spaces = ""};
	struct yamlr_error error = {0};
	enum rc rc = yamlr_parse(file->text, file->len, doc, &error);

	*out = (struct plugin){0};
	if (rc == RC_NOMEM)
		return rc;
	if (rc != RC_OK)
		return catalogue_error(
			catalogue, file->file, error.line, error.column, error.reason);
	read_manifest(&ps, yamlr_root(*doc), out);
	if (ps.rc == RC_NOMEM || ps.rc == RC_OK)
		return ps.rc;
	*out = (struct plugin){0};
	return catalogue_error(catalogue, file->file, ps.line, 0, ps.reason);
}

static enum rc read_manifest_file(struct reading *r)
{
	struct document file = {.text = r->folder.text};
	char name[FILE_NAME_MAX];
	enum rc rc;

	snprintf(name, sizeof(name), "%s/manifest.yaml", r->at);
	file.file = name;
	rc = read_file(r, "manifest.yaml", name, &file.len);
	if (rc == RC_OK && file.len)
		rc = plugin_manifest(r->folder.catalogue, &file, &r->manifest, r->out);
	return rc;
}

static enum rc read_plugin(struct reading *r)
{
	enum rc rc = read_manifest_file(r);

	for (size_t i = 0; rc == RC_OK && i < r->out->n; i++)
		rc = read_document(r, &r->out->documents[i]);
	yamlr_free(r->manifest);
	r->manifest = NULL;
	return rc;
}

enum rc plugin_read(struct catalogue *catalogue, const struct plugin_place *place, const char *dir,
	const char *at, struct plugin *out)
{
	struct reading r = {.at = at, .out = out};
	enum rc rc = folder_open(place->provider_dir, place->vars, catalogue, &r.folder);

	*out = (struct plugin){0};
	r.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rc == RC_OK)
		rc = r.fd < 0 ? RC_NOT_FOUND : read_plugin(&r);
	folder_close(&r.folder);
	if (r.fd >= 0)
		close(r.fd);
	return rc;
}

/* --- those that were imported --- */

static int is_kept(const struct dirent *entry)
{
	return provider_id_is_valid(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum rc add_kept(struct reading *r, int org_fd, const char *org, const char *name)
{
	char at[2 * NAME_MAX + 32];
	struct plugin plugin = {0};
	enum rc rc = RC_OK;

	snprintf(at, sizeof(at), "imported/%s/%s", org, name);
	r->at = at;
	r->out = &plugin;
	r->fd = openat(org_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (r->fd >= 0)
		rc = read_plugin(r);
	if (r->fd >= 0)
		close(r->fd);
	return rc;
}

static enum rc add_org(struct reading *r, int import_fd, const char *org)
{
	int fd = openat(import_fd, org, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent **entries = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &entries, is_kept, by_name);
	enum rc rc = RC_OK;

	for (int i = 0; i < n; i++) {
		if (rc == RC_OK)
			rc = add_kept(r, fd, org, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
	return rc;
}

enum rc catalogue_import(struct catalogue *catalogue, const char *dir, const struct pairs *vars,
	const char *import_dir)
{
	int fd = open(import_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &entries, is_kept, by_name);
	struct reading r = {0};
	enum rc rc = folder_open(dir, vars, catalogue, &r.folder);

	for (int i = 0; i < n; i++) {
		if (rc == RC_OK)
			rc = add_org(&r, fd, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	folder_close(&r.folder);
	if (fd >= 0)
		close(fd);
	return rc;
}
