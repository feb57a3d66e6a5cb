/* SPDX-License-Identifier: Apache-2.0
 *
 * The set of provider definitions of an installation: memory, files, look-up.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/provider_read.h"
#include "platform/url.h"

#define BLOCK_SIZE 16384 /* a definition takes about 10 KB */

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

struct catalogue {
	struct block *blocks;
	struct provider **providers;
	struct provider_error *errors;
	size_t n, n_errors;
	struct shared *shared; /* while files are read */
};

static struct block *block_new(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (block)
		block->size = size;
	return block;
}

void *catalogue_alloc(struct catalogue *catalogue, size_t size)
{
	struct block *block = catalogue->blocks;
	void *p;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!block || block->size - block->used < size) {
		block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
		if (!block)
			return NULL;
		block->next = catalogue->blocks;
		catalogue->blocks = block;
	}
	p = block->bytes + block->used;
	block->used += size;
	return p;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	for (struct block *block = catalogue->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	shared_close(catalogue->shared);
	free(catalogue->providers);
	free(catalogue->errors);
	free(catalogue);
}

static const char *copy_text(struct catalogue *catalogue, const char *text)
{
	char *copy = catalogue_alloc(catalogue, strlen(text) + 1);

	if (copy)
		memcpy(copy, text, strlen(text) + 1);
	return copy;
}

static enum rc add_error(
	struct catalogue *catalogue, const char *file, unsigned line, const char *reason)
{
	struct provider_error *grown =
		realloc(catalogue->errors, (catalogue->n_errors + 1) * sizeof(*grown));

	if (!grown)
		return RC_NOMEM;
	catalogue->errors = grown;
	grown += catalogue->n_errors;
	grown->file = copy_text(catalogue, file);
	grown->line = line;
	grown->reason = copy_text(catalogue, reason);
	if (!grown->file || !grown->reason)
		return RC_NOMEM;
	catalogue->n_errors++;
	return RC_OK;
}

static enum rc add_provider(struct catalogue *catalogue, struct provider *provider)
{
	const struct provider *same = catalogue_find(catalogue, provider->kind, provider->id);
	struct provider **grown;
	char reason[YAMLR_REASON_SIZE];

	if (same) {
		snprintf(reason, sizeof(reason), "%s %s is defined in %s already",
			provider_kind_word(provider->kind), provider->id, same->file);
		return add_error(catalogue, provider->file, 0, reason);
	}
	grown = realloc(catalogue->providers, (catalogue->n + 1) * sizeof(struct provider *));
	if (!grown)
		return RC_NOMEM;
	catalogue->providers = grown;
	catalogue->providers[catalogue->n++] = provider;
	return RC_OK;
}

/* What is wrong with the document becomes an error of the catalogue; only RC_NOMEM is ours. *verdict:
 * what the document itself deserves. */
static enum rc add_document(struct catalogue *catalogue, const char *file, const char *text,
	size_t len, const struct pairs *vars, enum rc *verdict)
{
	struct parse ps = {
		.catalogue = catalogue, .vars = vars, .spaces = "", .shared = catalogue->shared};
	struct yamlr_error error = {0};
	struct provider *provider = NULL;
	struct yamlr *doc = NULL;

	*verdict = yamlr_parse(text, len, &doc, &error);
	if (*verdict == RC_NOMEM)
		return RC_NOMEM;
	if (*verdict)
		return add_error(catalogue, file, error.line, error.reason);
	provider = document_read(&ps, yamlr_root(doc));
	yamlr_free(doc);
	*verdict = ps.rc;
	if (ps.rc == RC_NOMEM)
		return RC_NOMEM;
	if (ps.rc)
		return add_error(catalogue, file, ps.line, ps.reason);
	provider->file = copy_text(catalogue, file);
	return provider->file ? add_provider(catalogue, provider) : RC_NOMEM;
}

static bool is_origin(const char *text)
{
	struct url url;

	return url_parse(text, URL_HTTP_TOO, &url) == RC_OK && url.rest[0] == '\0';
}

static enum rc new_catalogue(const struct pairs *vars, struct catalogue **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return RC_NOMEM;
	for (size_t i = 0; vars && i < vars->n; i++)
		if (!is_origin(vars->items[i].value))
			return RC_INVALID;
	return RC_OK;
}

static void close_shared(struct catalogue *catalogue)
{
	shared_close(catalogue->shared);
	catalogue->shared = NULL;
}

enum rc provider_parse(const char *file, const char *text, size_t len, const struct pairs *vars,
	struct catalogue **out, struct provider_error *error)
{
	return provider_parse_in(NULL, file, text, len, vars, out, error);
}

enum rc provider_parse_in(const char *dir, const char *file, const char *text, size_t len,
	const struct pairs *vars, struct catalogue **out, struct provider_error *error)
{
	enum rc verdict = RC_OK, rc = new_catalogue(vars, out);

	*error = (struct provider_error){file, 0, "a variable is not an origin"};
	if (!rc && dir)
		rc = shared_open(dir, &(*out)->shared);
	if (!rc)
		rc = add_document(*out, file, text, len, vars, &verdict);
	if (rc == RC_NOMEM) {
		catalogue_free(*out);
		*out = NULL;
		error->reason = "no memory";
		return rc;
	}
	if (!rc)
		*error = (struct provider_error){file, 0, ""};
	close_shared(*out);
	if ((*out)->n_errors)
		*error = (*out)->errors[0];
	return rc ? rc : verdict;
}

/* --- folders --- */

static int is_definition(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* alphasort would compare by locale, and the second of two equal ids is the one refused. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads at most max bytes; *len is max + 1 when there are more. */
static bool read_all(int fd, char *p, size_t max, size_t *len)
{
	*len = 0;
	while (*len <= max) {
		ssize_t n = read(fd, p + *len, max + 1 - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		*len += (size_t)n;
	}
	return true;
}

static enum rc add_file(struct catalogue *catalogue, int dir_fd, const char *name,
	const struct pairs *vars, char *text)
{
	enum rc verdict, rc;
	struct stat st;
	size_t len = 0;
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return add_error(catalogue, name, 0, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = add_error(catalogue, name, 0, "is not a file");
	else if (!read_all(fd, text, YAMLR_SIZE_MAX, &len))
		rc = add_error(catalogue, name, 0, "cannot be read");
	else
		rc = add_document(catalogue, name, text, len, vars, &verdict);
	close(fd);
	return rc;
}

static enum rc add_folder(struct catalogue *catalogue, const char *dir, const struct pairs *vars)
{
	struct dirent **entries = NULL;
	char *text = malloc(YAMLR_SIZE_MAX + 1);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = fd < 0 ? -1 : scandirat(fd, ".", &entries, is_definition, by_name);
	enum rc rc = n < 0 ? RC_NOT_FOUND : text ? RC_OK : RC_NOMEM;

	for (int i = 0; i < n; i++) {
		if (!rc)
			rc = add_file(catalogue, fd, entries[i]->d_name, vars, text);
		free(entries[i]);
	}
	free(entries);
	free(text);
	if (fd >= 0)
		close(fd);
	return rc;
}

enum rc catalogue_load(const char *dir, const struct pairs *vars, struct catalogue **out)
{
	enum rc rc = new_catalogue(vars, out);

	if (!rc)
		rc = shared_open(dir, &(*out)->shared);
	if (!rc)
		rc = add_folder(*out, dir, vars);
	if (*out)
		close_shared(*out);
	if (rc) {
		catalogue_free(*out);
		*out = NULL;
	}
	return rc;
}

size_t catalogue_count(const struct catalogue *catalogue)
{
	return catalogue->n;
}

const struct provider *catalogue_at(const struct catalogue *catalogue, size_t i)
{
	return i < catalogue->n ? catalogue->providers[i] : NULL;
}

const struct provider *catalogue_find(
	const struct catalogue *catalogue, enum provider_kind kind, const char *id)
{
	for (size_t i = 0; i < catalogue->n; i++) {
		const struct provider *provider = catalogue->providers[i];

		if (provider->kind == kind && strcmp(provider->id, id) == 0)
			return provider;
	}
	return NULL;
}

const struct provider *catalogue_find_ref(
	const struct catalogue *catalogue, enum provider_kind kind, const struct provider_ref *ref)
{
	for (size_t i = 0; i < catalogue->n; i++) {
		const struct provider *provider = catalogue->providers[i];

		if (provider->kind == kind && strcmp(provider->name, ref->provider) == 0 &&
			strcmp(provider->plugin_id, ref->plugin_id) == 0)
			return provider;
	}
	return NULL;
}

size_t catalogue_error_count(const struct catalogue *catalogue)
{
	return catalogue->n_errors;
}

const struct provider_error *catalogue_error_at(const struct catalogue *catalogue, size_t i)
{
	return i < catalogue->n_errors ? &catalogue->errors[i] : NULL;
}
