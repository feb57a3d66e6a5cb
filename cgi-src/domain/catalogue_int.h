/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the catalogue: how files come into it.
 */
#ifndef GRANTRY_DOMAIN_CATALOGUE_INT_H
#define GRANTRY_DOMAIN_CATALOGUE_INT_H

#include "domain/provider_read.h"

/* A file that was read. */
struct document {
	const char *file; /* as messages name it */
	const char *text;
	size_t len;
	const struct plugin_entry *plugin; /* NULL: no manifest speaks of it */
	bool own;                          /* of an API tool, and only then of its organisation */
};

/* One reading of a provider folder, or of what is joined with it. */
struct folder {
	struct catalogue *catalogue;
	const struct pairs *vars;
	int fd;
	struct shared *shared; /* of its folder shared; NULL: there is none */
	char *text;            /* of the file at hand: YAMLR_SIZE_MAX + 1 bytes */
};

/** folder_open(dir, vars, catalogue, out): RC_NOT_FOUND, RC_NOMEM. To be closed in any case. */
enum rc folder_open(const char *dir, const struct pairs *vars, struct catalogue *catalogue,
	struct folder *out) RC_MUST_CHECK;
void folder_close(struct folder *folder);
/** folder_read(folder, fd, len): the file into folder->text; at most one byte more than YAMLR_SIZE_MAX. NULL, or what is
 * wrong with it. fd is closed. */
const char *folder_read(const struct folder *folder, int fd, size_t *len);

/** catalogue_new(vars, out): empty; *out is the caller's to free also after RC_INVALID (a variable is no origin). */
enum rc catalogue_new(const struct pairs *vars, struct catalogue **out) RC_MUST_CHECK;

/** catalogue_share(catalogue, shared): what documents may name from now on; borrowed, NULL: nothing. */
void catalogue_share(struct catalogue *catalogue, struct shared *shared);
/** catalogue_document(catalogue, document, vars, out): reads it. What is wrong with it becomes an error of the
 * catalogue, and *out is NULL. Only RC_NOMEM is returned. */
enum rc catalogue_document(struct catalogue *catalogue, const struct document *document,
	const struct pairs *vars, struct provider **out) RC_MUST_CHECK;
/** catalogue_add(catalogue, document, vars): the same, and adds the provider. */
enum rc catalogue_add(struct catalogue *catalogue, const struct document *document,
	const struct pairs *vars) RC_MUST_CHECK;

/** catalogue_read_diagnosis(catalogue, document): the rules for all providers. What is wrong with it becomes an error of
 * the catalogue, and there are none. RC_NOMEM. */
enum rc catalogue_read_diagnosis(
	struct catalogue *catalogue, const struct document *document) RC_MUST_CHECK;

/** catalogue_put(catalogue, provider): an imported one replaces our own of that id; apart from that a second one of an
 * id becomes an error. RC_NOMEM. */
enum rc catalogue_put(struct catalogue *catalogue, struct provider *provider) RC_MUST_CHECK;

struct plugin;
/** plugin_manifest(catalogue, file, doc, out): what is wrong becomes an error, and *out is empty. *doc (NULL: no YAML) is
 * the caller's; what documents are read as needs it. RC_NOMEM. */
enum rc plugin_manifest(struct catalogue *catalogue, const struct document *file,
	struct yamlr **doc, struct plugin *out) RC_MUST_CHECK;

/** catalogue_text(catalogue, text): a copy; NULL: no memory. */
const char *catalogue_text(struct catalogue *catalogue, const char *text);
/** catalogue_error(catalogue, file, line, column, reason): RC_NOMEM. */
enum rc catalogue_error(struct catalogue *catalogue, const char *file, unsigned line,
	unsigned column, const char *reason) RC_MUST_CHECK;

#endif
