/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts that several providers share, because one authorization server stands behind them: oauth.base names
 * shared/NAME.yaml, whose only key is oauth. The two sections are merged as trees, before any reader sees them, so that
 * every rule holds for the whole. What comes from the shared part is known by a bit in its line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/provider_read.h"
#include "platform/buf.h"

#define LINE_IS_SHARED 0x80000000u

struct part {
	struct part *next;
	char name[65];
	struct yamlr *doc; /* NULL: it cannot be read, see error */
	struct yamlr_error error;
};

struct shared {
	char *dir;
	struct part *parts;
};

unsigned shared_line(unsigned line)
{
	return line & LINE_IS_SHARED ? line & ~LINE_IS_SHARED : 0;
}

static bool is_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

enum rc shared_open(const char *dir, struct shared **out)
{
	static const char *const places[] = {"shared", "../shared"};

	*out = calloc(1, sizeof(**out));
	for (size_t i = 0; *out && i < 2; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/%s", dir, places[i]) < 0)
			break;
		if (is_folder(path)) {
			(*out)->dir = path;
			return RC_OK;
		}
		free(path);
	}
	shared_close(*out);
	*out = NULL;
	return RC_OK;
}

void shared_close(struct shared *shared)
{
	if (!shared)
		return;
	for (struct part *part = shared->parts, *next; part; part = next) {
		next = part->next;
		yamlr_free(part->doc);
		free(part);
	}
	free(shared->dir);
	free(shared);
}

static enum rc load(const struct shared *shared, struct part *part)
{
	char *path = NULL;
	struct buf text;
	enum rc rc;

	if (asprintf(&path, "%s/%s.yaml", shared->dir, part->name) < 0)
		return RC_NOMEM;
	buf_init(&text, YAMLR_SIZE_MAX);
	rc = buf_load(&text, path);
	free(path);
	if (rc == RC_OK)
		rc = yamlr_parse(buf_text(&text), text.len, &part->doc, &part->error);
	else
		(void)snprintf(part->error.reason, sizeof(part->error.reason), "cannot be read");
	buf_release(&text);
	return rc == RC_NOMEM ? rc : RC_OK;
}

static struct part *find(struct parse *ps, const char *name)
{
	struct shared *shared = ps->shared;
	struct part *part;

	for (part = shared->parts; part; part = part->next)
		if (strcmp(part->name, name) == 0)
			return part;
	part = calloc(1, sizeof(*part));
	if (!part) {
		ps->rc = RC_NOMEM;
		return NULL;
	}
	(void)snprintf(part->name, sizeof(part->name), "%s", name);
	part->next = shared->parts;
	shared->parts = part;
	if (load(shared, part) != RC_OK)
		ps->rc = RC_NOMEM;
	return ps->rc ? NULL : part;
}

/* --- merging --- */

/* Sections take single members from either side; all else is replaced whole. */
static bool is_section(const char *key)
{
	static const char *const keys[] = {"token_request", "token_response", "exchange", "refresh",
		"redirect", "revocation", "identity", "check", "setup"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static struct yamlr_node *copy_node(struct parse *ps, const struct yamlr_node *node)
{
	struct yamlr_node *copy = parse_alloc(ps, sizeof(*copy));

	if (copy) {
		*copy = *node;
		copy->next = NULL;
	}
	return copy;
}

static struct yamlr_node *copy_shared(struct parse *ps, const struct yamlr_node *node)
{
	struct yamlr_node *copy = copy_node(ps, node);
	struct yamlr_node **end;

	if (!copy)
		return NULL;
	copy->line |= LINE_IS_SHARED;
	copy->first = NULL;
	end = &copy->first;
	for (const struct yamlr_node *child = node->first; child; child = child->next) {
		*end = copy_shared(ps, child);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return copy;
}

static struct yamlr_node *merge(
	struct parse *ps, const struct yamlr_node *base, const struct yamlr_node *own, bool top);

/* What the result has for a member of the base. */
static struct yamlr_node *merge_member(
	struct parse *ps, const struct yamlr_node *base, const struct yamlr_node *own, bool top)
{
	if (!own)
		return copy_shared(ps, base);
	if (top && is_section(base->key) && base->kind == YAMLR_MAPPING &&
		own->kind == YAMLR_MAPPING)
		return merge(ps, base, own, false);
	return copy_node(ps, own);
}

static struct yamlr_node *merge(
	struct parse *ps, const struct yamlr_node *base, const struct yamlr_node *own, bool top)
{
	struct yamlr_node *out = copy_node(ps, own);
	struct yamlr_node **end;

	if (!out)
		return NULL;
	end = &out->first;
	out->first = NULL;
	out->n = 0;
	for (const struct yamlr_node *node = base->first; node; node = node->next, out->n++) {
		*end = merge_member(ps, node, yamlr_get(own, node->key), top);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	for (const struct yamlr_node *node = own->first; node; node = node->next) {
		if (yamlr_get(base, node->key))
			continue;
		*end = copy_node(ps, node);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		out->n++;
	}
	return out;
}

static const struct yamlr_node *oauth_of(
	struct parse *ps, const struct yamlr_node *node, const struct part *part)
{
	const struct yamlr_node *root = part->doc ? yamlr_root(part->doc) : NULL;
	const struct yamlr_node *oauth = yamlr_get(root, "oauth");

	if (!part->doc)
		parse_fail(ps, node, "shared/%s.yaml:%u: %s", part->name, part->error.line,
			part->error.reason);
	else if (!oauth || oauth->kind != YAMLR_MAPPING || root->n != 1)
		parse_fail(ps, node, "shared/%s.yaml must have the one key \"oauth\", a mapping",
			part->name);
	else if (yamlr_get(oauth, "base"))
		parse_fail(ps, node, "shared/%s.yaml has a base itself", part->name);
	return ps->rc ? NULL : oauth;
}

const struct yamlr_node *shared_merge(struct parse *ps, const struct yamlr_node *oauth)
{
	const struct yamlr_node *node = yamlr_get(oauth, "base"), *base = NULL;
	const struct part *part = NULL;

	if (yamlr_is_null(node) || oauth->kind != YAMLR_MAPPING)
		return oauth;
	read_id(ps, node, &ps->base);
	ps->base_line = node->line;
	if (!ps->rc && !ps->shared)
		parse_fail(ps, node, "there is no folder \"shared\" beside this file");
	if (!ps->rc)
		part = find(ps, ps->base);
	if (part)
		base = oauth_of(ps, node, part);
	return base ? merge(ps, base, oauth, true) : NULL;
}
