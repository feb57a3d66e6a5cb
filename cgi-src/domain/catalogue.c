/* SPDX-License-Identifier: Apache-2.0
 *
 * The set of provider definitions of an installation: memory, documents, look-up.
 */
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/catalogue_int.h"
#include "platform/url.h"

#define BLOCK_SIZE 16384 /* a definition takes about 10 KB */

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

struct problems {
	struct provider_error *items;
	size_t n, room;
};

struct catalogue {
	struct block *blocks;
	struct provider **providers; /* in the order of their files */
	size_t n, room;
	/* by id: places of providers, from 1; 0: free. As many as a power of two, never more than half full */
	uint32_t *index;
	size_t n_index;
	struct problems errors, notes;
	struct diagnosis diagnosis; /* for all of them */
	struct shared *shared;      /* borrowed, while files are read */
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
	free(catalogue->providers);
	free(catalogue->index);
	free(catalogue->errors.items);
	free(catalogue->notes.items);
	free(catalogue);
}

const char *catalogue_text(struct catalogue *catalogue, const char *text)
{
	char *copy = catalogue_alloc(catalogue, strlen(text) + 1);

	if (copy)
		memcpy(copy, text, strlen(text) + 1);
	return copy;
}

/* Room for one more, at least doubled when there is none. RC_NOMEM. */
static enum rc grow(void **items, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *grown;

	if (n < *room)
		return RC_OK;
	grown = realloc(*items, more * size);
	if (!grown)
		return RC_NOMEM;
	*items = grown;
	*room = more;
	return RC_OK;
}

/* --- what is wrong --- */

static enum rc add_problem(
	struct catalogue *catalogue, struct problems *list, const struct provider_error *problem)
{
	struct provider_error copy = {
		.file = catalogue_text(catalogue, problem->file),
		.line = problem->line,
		.column = problem->column,
		.reason = catalogue_text(catalogue, problem->reason),
	};
	void *items = list->items;

	if (!copy.file || !copy.reason ||
		grow(&items, list->n, &list->room, sizeof(*list->items)) != RC_OK)
		return RC_NOMEM;
	list->items = items;
	list->items[list->n++] = copy;
	return RC_OK;
}

enum rc catalogue_error(struct catalogue *catalogue, const char *file, unsigned line,
	unsigned column, const char *reason)
{
	return add_problem(catalogue, &catalogue->errors,
		&(struct provider_error){file, line, column, reason});
}

enum rc catalogue_note(
	struct catalogue *catalogue, const char *file, unsigned line, const char *reason)
{
	return add_problem(
		catalogue, &catalogue->notes, &(struct provider_error){file, line, 0, reason});
}

/* --- look-up --- */

#define FNV_BASIS 2166136261u

static uint32_t hash_more(uint32_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static void index_put(struct catalogue *catalogue, size_t at)
{
	size_t mask = catalogue->n_index - 1;
	size_t slot = hash_more(FNV_BASIS, catalogue->providers[at]->id) & mask;

	while (catalogue->index[slot])
		slot = (slot + 1) & mask;
	catalogue->index[slot] = (uint32_t)at + 1;
}

/* Room for one more than there are. */
static enum rc index_grow(struct catalogue *catalogue)
{
	size_t n = catalogue->n_index ? catalogue->n_index * 2 : 64;
	uint32_t *index;

	if ((catalogue->n + 1) * 2 <= catalogue->n_index)
		return RC_OK;
	index = calloc(n, sizeof(*index));
	if (!index)
		return RC_NOMEM;
	free(catalogue->index);
	catalogue->index = index;
	catalogue->n_index = n;
	for (size_t i = 0; i < catalogue->n; i++)
		index_put(catalogue, i);
	return RC_OK;
}

static bool is_named(const struct provider *p, const char *plugin_id, const char *name)
{
	return strcmp(p->name, name) == 0 && strcmp(p->plugin_id, plugin_id) == 0;
}

/* name NULL: id is the whole; else a plugin's. The place, from 1; 0: there is none. */
static size_t index_find(const struct catalogue *catalogue, const char *id, const char *name)
{
	uint32_t hash = hash_more(FNV_BASIS, id);
	size_t mask = catalogue->n_index - 1;

	if (!catalogue->n_index)
		return 0;
	if (name)
		hash = hash_more(hash_more(hash, "/"), name);
	for (size_t slot = hash & mask; catalogue->index[slot]; slot = (slot + 1) & mask) {
		const struct provider *p = catalogue->providers[catalogue->index[slot] - 1];

		if (name ? is_named(p, id, name) : strcmp(p->id, id) == 0)
			return catalogue->index[slot];
	}
	return 0;
}

/* --- documents --- */

enum rc catalogue_put(struct catalogue *catalogue, struct provider *provider)
{
	size_t same = index_find(catalogue, provider->id, NULL);
	void *providers = catalogue->providers;
	char reason[YAMLR_REASON_SIZE];

	if (same && provider->imported && !catalogue->providers[same - 1]->imported) {
		catalogue->providers[same - 1] = provider;
		return RC_OK;
	}
	if (same) {
		snprintf(reason, sizeof(reason), "%s is defined in %s already", provider->id,
			catalogue->providers[same - 1]->file);
		return catalogue_error(catalogue, provider->file, 0, 0, reason);
	}
	if (grow(&providers, catalogue->n, &catalogue->room, sizeof(struct provider *)) != RC_OK)
		return RC_NOMEM;
	catalogue->providers = providers;
	if (index_grow(catalogue) != RC_OK)
		return RC_NOMEM;
	catalogue->providers[catalogue->n] = provider;
	index_put(catalogue, catalogue->n++);
	return RC_OK;
}

void catalogue_share(struct catalogue *catalogue, struct shared *shared)
{
	catalogue->shared = shared;
}

/* FNV-1a. Told apart are an operator's files of yesterday and today, not those of an attacker. */
static uint64_t fingerprint(const struct document *document)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < document->len; i++)
		hash = (hash ^ (unsigned char)document->text[i]) * 1099511628211u;
	return hash;
}

enum rc catalogue_document(struct catalogue *catalogue, const struct document *document,
	const struct pairs *vars, struct provider **out)
{
	struct parse ps = {
		.catalogue = catalogue,
		.file = document->file,
		.plugin = document->plugin,
		.own = document->own,
		.vars = vars,
		.spaces = "",
		.shared = catalogue->shared,
	};
	char reason[2 * YAMLR_REASON_SIZE];
	struct yamlr_error error = {0};
	struct yamlr *doc = NULL;
	enum rc rc = yamlr_parse(document->text, document->len, &doc, &error);

	*out = NULL;
	if (rc)
		return rc == RC_NOMEM ? rc
				      : catalogue_error(catalogue, document->file, error.line,
						error.column, error.reason);
	*out = document_read(&ps, yamlr_root(doc));
	yamlr_free(doc);
	if (ps.rc == RC_NOMEM)
		return RC_NOMEM;
	if (ps.rc && ps.recipe_file) {
		snprintf(reason, sizeof(reason), "the recipe of %s does not fit, line %u: %s",
			ps.recipe_file, ps.line, ps.reason);
		return catalogue_error(catalogue, document->file, 0, 0, reason);
	}
	if (ps.rc)
		return catalogue_error(catalogue, document->file, ps.line, 0, ps.reason);
	if (provider_is_own(*out) != document->own) {
		*out = NULL;
		return catalogue_error(catalogue, document->file, 0, 0,
			"the organisation \"" PROVIDER_TOOLS_ORG "\" is that of API tools");
	}
	(*out)->file = catalogue_text(catalogue, document->file);
	(*out)->fingerprint = (*out)->fingerprint * 31 + fingerprint(document);
	return (*out)->file ? RC_OK : RC_NOMEM;
}

enum rc catalogue_read_diagnosis(struct catalogue *catalogue, const struct document *document)
{
	static const struct member members[] = {{"diagnosis", read_diagnosis, 0, true}};
	struct parse ps = {.catalogue = catalogue, .file = document->file, .ours = true};
	struct yamlr_error error = {0};
	struct yamlr *doc = NULL;
	enum rc rc = yamlr_parse(document->text, document->len, &doc, &error);

	if (rc)
		return rc == RC_NOMEM ? rc
				      : catalogue_error(catalogue, document->file, error.line,
						error.column, error.reason);
	PARSE_MEMBERS(&ps, yamlr_root(doc), members, &catalogue->diagnosis);
	yamlr_free(doc);
	if (ps.rc)
		catalogue->diagnosis = (struct diagnosis){0};
	if (ps.rc == RC_NOMEM)
		return RC_NOMEM;
	return ps.rc ? catalogue_error(catalogue, document->file, ps.line, 0, ps.reason) : RC_OK;
}

const struct diagnosis *catalogue_diagnosis(const struct catalogue *catalogue)
{
	return &catalogue->diagnosis;
}

enum rc catalogue_add(
	struct catalogue *catalogue, const struct document *document, const struct pairs *vars)
{
	struct provider *provider;
	enum rc rc = catalogue_document(catalogue, document, vars, &provider);

	return rc == RC_OK && provider ? catalogue_put(catalogue, provider) : rc;
}

static bool is_origin(const char *text)
{
	struct url url;

	return url_parse(text, URL_HTTP_TOO, &url) == RC_OK && url.rest[0] == '\0';
}

enum rc catalogue_new(const struct pairs *vars, struct catalogue **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return RC_NOMEM;
	for (size_t i = 0; vars && i < vars->n; i++)
		if (!is_origin(vars->items[i].value))
			return RC_INVALID;
	return RC_OK;
}

/* dir NULL: there are no shared parts. */
static enum rc parse_one(const char *dir, const struct document *document, const struct pairs *vars,
	struct catalogue **out, struct provider_error *error)
{
	enum rc rc = catalogue_new(vars, out);
	struct shared *shared = NULL;

	*error = (struct provider_error){document->file, 0, 0, ""};
	if (rc == RC_INVALID)
		error->reason = "a variable is not an origin";
	if (rc == RC_OK && dir)
		rc = shared_open(dir, &shared);
	if (rc == RC_OK) {
		catalogue_share(*out, shared);
		rc = catalogue_add(*out, document, vars);
		catalogue_share(*out, NULL);
	}
	shared_close(shared);
	if (rc == RC_NOMEM) {
		catalogue_free(*out);
		*out = NULL;
		error->reason = "no memory";
	}
	if (rc != RC_OK || (*out)->errors.n == 0)
		return rc;
	*error = (*out)->errors.items[0];
	return RC_INVALID;
}

enum rc provider_parse(const char *file, const char *text, size_t len, const struct pairs *vars,
	struct catalogue **out, struct provider_error *error)
{
	return provider_parse_in(NULL, file, text, len, vars, out, error);
}

enum rc provider_parse_in(const char *dir, const char *file, const char *text, size_t len,
	const struct pairs *vars, struct catalogue **out, struct provider_error *error)
{
	struct document document = {.file = file, .text = text, .len = len};

	return parse_one(dir, &document, vars, out, error);
}

enum rc provider_parse_own(
	const char *text, size_t len, struct catalogue **out, struct provider_error *error)
{
	struct document document = {.file = "", .text = text, .len = len, .own = true};

	return parse_one(NULL, &document, NULL, out, error);
}

size_t catalogue_count(const struct catalogue *catalogue)
{
	return catalogue->n;
}

const struct provider *catalogue_at(const struct catalogue *catalogue, size_t i)
{
	return i < catalogue->n ? catalogue->providers[i] : NULL;
}

const struct provider *catalogue_find(const struct catalogue *catalogue, const char *id)
{
	size_t at = index_find(catalogue, id, NULL);

	return at ? catalogue->providers[at - 1] : NULL;
}

const struct provider *catalogue_find_ref(
	const struct catalogue *catalogue, const struct provider_ref *ref)
{
	size_t at = index_find(catalogue, ref->plugin_id, ref->provider);

	return at ? catalogue->providers[at - 1] : NULL;
}

size_t catalogue_error_count(const struct catalogue *catalogue)
{
	return catalogue->errors.n;
}

const struct provider_error *catalogue_error_at(const struct catalogue *catalogue, size_t i)
{
	return i < catalogue->errors.n ? &catalogue->errors.items[i] : NULL;
}

size_t catalogue_note_count(const struct catalogue *catalogue)
{
	return catalogue->notes.n;
}

const struct provider_error *catalogue_note_at(const struct catalogue *catalogue, size_t i)
{
	return i < catalogue->notes.n ? &catalogue->notes.items[i] : NULL;
}
