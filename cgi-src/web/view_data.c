/* SPDX-License-Identifier: Apache-2.0
 *
 * The data set of one page, built by node handles so that no path is walked twice.
 */
#include "web/view_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_SIZE 2048
#define NODES_MAX 100000 /* HDF is freed node by node; a page has a few thousand */

static void data_fail(struct view_data *data, enum rc rc)
{
	if (!data->rc)
		data->rc = rc;
}

/* Takes the error. The text of it names values: not for the log. */
static bool data_failed(struct view_data *data, NEOERR *err)
{
	if (!err)
		return false;
	data_fail(data, nerr_match(err, NERR_NOMEM) ? RC_NOMEM : RC_INTERNAL);
	nerr_ignore(&err);
	return true;
}

/* ClearSilver cuts names at '.' and more besides, and prints some unescaped: letters of ours only. */
static bool is_node_name(const char *name)
{
	const char *p = name;

	if (!name || !*name)
		return false;
	for (; *p;
		p++) { /* not strspn, which makes a table each time; there are a thousand names a page */
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
			!(*p >= '0' && *p <= '9') && *p != '.')
			return false;
	}
	return true;
}

static bool count_node(struct view_data *data)
{
	if (data->n_nodes++ < NODES_MAX)
		return true;
	data_fail(data, RC_LIMIT);
	return false;
}

enum rc view_data_new(struct view_data **out)
{
	struct view_data *data = calloc(1, sizeof(*data));
	NEOERR *err;

	*out = NULL;
	if (!data)
		return RC_NOMEM;
	err = hdf_init(&data->hdf);
	if (err) {
		nerr_ignore(&err);
		free(data);
		return RC_NOMEM;
	}
	data->root.data = data;
	data->root.hdf = data->hdf;
	*out = data;
	return RC_OK;
}

void view_data_free(struct view_data *data)
{
	struct view_node *node;

	if (!data)
		return;
	while (data->last_made) {
		node = data->last_made;
		data->last_made = node->before;
		free(node);
	}
	hdf_destroy(&data->hdf);
	free(data);
}

struct view_node *view_root(struct view_data *data)
{
	return data ? &data->root : NULL;
}

void view_text(struct view_node *node, const char *name, const char *text)
{
	if (!node || !text)
		return;
	if (!is_node_name(name))
		data_fail(node->data, RC_INTERNAL);
	else if (count_node(node->data))
		(void)data_failed(node->data, hdf_set_value(node->hdf, name, text));
}

void view_base(struct view_data *data, const char *base)
{
	data->base = base;
}

void view_url(struct view_node *node, const char *name, const char *url)
{
	const char *base = node ? node->data->base : NULL;
	char whole[URL_SIZE];

	if (!base || !base[0] || !url || url[0] != '/') {
		view_text(node, name, url);
		return;
	}
	(void)snprintf(whole, sizeof(whole), "%s%s", base, url);
	view_text(node, name, whole);
}

void view_int(struct view_node *node, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	view_text(node, name, text);
}

void view_flag(struct view_node *node, const char *name, bool value)
{
	if (value)
		view_text(node, name, "1");
}

static struct view_node *node_make(struct view_node *parent, const char *hdf_name)
{
	struct view_data *data = parent->data;
	struct view_node *node;

	if (!count_node(data))
		return NULL;
	node = calloc(1, sizeof(*node));
	if (!node) {
		data_fail(data, RC_NOMEM);
		return NULL;
	}
	node->data = data;
	node->before = data->last_made;
	data->last_made = node;
	return data_failed(data, hdf_get_node(parent->hdf, hdf_name, &node->hdf)) ? NULL : node;
}

/* One step down. There is one handle a place, because it counts what was appended there. */
static struct view_node *step(struct view_node *parent, const char *name, size_t len)
{
	char hdf_name[64];
	struct view_node *node;

	for (node = parent->named; node; node = node->next) {
		if (node->name_len == len && memcmp(node->name, name, len) == 0)
			return node;
	}
	if (len == 0 || len >= sizeof(hdf_name)) {
		data_fail(parent->data, RC_INTERNAL);
		return NULL;
	}
	memcpy(hdf_name, name, len);
	hdf_name[len] = 0;
	node = node_make(parent, hdf_name);
	if (!node)
		return NULL;
	node->name = name;
	node->name_len = len;
	node->next = parent->named;
	parent->named = node;
	return node;
}

struct view_node *view_child(struct view_node *node, const char *name)
{
	if (node && !is_node_name(name)) {
		data_fail(node->data, RC_INTERNAL);
		return NULL;
	}
	while (node && *name) {
		size_t len = strcspn(name, ".");

		node = step(node, name, len);
		name += len;
		name += *name == '.';
	}
	return node;
}

struct view_node *view_append(struct view_node *list)
{
	char name[24];

	if (!list)
		return NULL;
	(void)snprintf(name, sizeof(name), "%zu", list->n_items++);
	return node_make(list, name);
}
