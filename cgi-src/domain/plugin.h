/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugin folders as Dify's marketplace has them, unmodified: manifest.yaml, and the provider documents that it names.
 * Only these are read; a plugin's code is not wanted. Where we have a definition of the same provider, the plugin's
 * document is joined with its section grantry: the forms are the plugin's, the recipe is ours. Without one the
 * schemas alone say what is possible.
 */
#ifndef GRANTRY_DOMAIN_PLUGIN_H
#define GRANTRY_DOMAIN_PLUGIN_H

#include "domain/provider.h"

struct plugin_document {
	const char *path; /* below the plugin's folder */
	enum provider_kind kind;
	/* NULL: nothing in it can be connected, or it is wrong and the catalogue has an error */
	const struct provider *provider;
};

/* Lives as long as the catalogue that it was read into. */
struct plugin {
	const char *org, *name, *version; /* NULL: the manifest is wrong; version may be NULL */
	struct plugin_document *documents;
	size_t n;
	size_t n_strategies; /* documents of agent strategies, which are not read */
};

/* What plugin_read joins with: the provider folder, and the operator's variables. */
struct plugin_place {
	const char *provider_dir;
	const struct pairs *vars;
};

/** plugin_read(catalogue, place, dir, at, out): the plugin in the folder dir, into a catalogue of our own definitions.
 * What is wrong becomes errors of the catalogue that name files as at/PATH.
 * Errors: RC_NOT_FOUND dir, or the provider folder, is no folder; RC_NOMEM. */
enum rc plugin_read(struct catalogue *catalogue, const struct plugin_place *place, const char *dir,
	const char *at, struct plugin *out) RC_MUST_CHECK;

/** plugin_open_beneath(dir_fd, path): a descriptor to read from, or -1 with errno. No link is followed, for whoever made
 * the plugin could have what only we may read shown to all. */
int plugin_open_beneath(int dir_fd, const char *path);

enum plugin_kept { PLUGIN_NEW, PLUGIN_REPLACED, PLUGIN_UNCHANGED };

/** plugin_keep(plugin, dir, import_dir, out): copies manifest and documents to import_dir/ORG/NAME, whole or not at all;
 * what was there before is gone. Errors: RC_UNAVAILABLE with the reason in the log. */
enum rc plugin_keep(const struct plugin *plugin, const char *dir, const char *import_dir,
	enum plugin_kept *out) RC_MUST_CHECK;
/** plugin_drop(plugin, import_dir, out): removes what was kept. *out: was there anything? Errors: RC_UNAVAILABLE. */
enum rc plugin_drop(const struct plugin *plugin, const char *import_dir, bool *out) RC_MUST_CHECK;

#endif
