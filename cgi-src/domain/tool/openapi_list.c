/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations of a description, in its order. A path item may be elsewhere in the document, and have
 * members besides: both count, its own first. So may an operation.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/openapi_int.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The other members that a path item may have. */
static const char *const no_methods[] = {
	"$ref", "parameters", "summary", "description", "servers", "additionalOperations"};

static bool is_method(const struct importer *im, const char *key)
{
	static const char *const methods[] = {
		"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"};
	size_t n = COUNT(methods);

	if (im->dialect == SCHEMA_SWAGGER_2_0)
		n -= 2;
	else if (im->minor < 2)
		n -= 1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, methods[i]) == 0)
			return true;
	return false;
}

/* Methods have a case, and nearly all that are registered are in this one. */
static bool is_other_method(const char *key)
{
	size_t len = strlen(key);

	return len > 0 && len < METHOD_SIZE && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

const struct tree_node *item_get(const struct operation *op, const char *key)
{
	const struct tree_node *own = tree_get(op->item, key);

	return own ? own : tree_get(op->target, key);
}

static struct operation *new_operation(struct importer *im)
{
	if (im->n_operations == im->operations_cap) {
		size_t cap = im->operations_cap ? im->operations_cap * 2 : 64;
		struct operation *list = realloc(im->operations, cap * sizeof(*list));

		if (!list) {
			im->rc = RC_NOMEM;
			return NULL;
		}
		im->operations = list;
		im->operations_cap = cap;
	}
	return &im->operations[im->n_operations++];
}

static void set_method(struct operation *op, const char *key)
{
	for (size_t i = 0; i < sizeof(op->method) - 1 && key[i]; i++)
		op->method[i] = (char)toupper((unsigned char)key[i]);
}

static void add_operation(
	struct importer *im, const struct operation *like, const struct tree_node *place)
{
	const struct tree_node *node = schema_copy_resolve(&im->schemas, place);
	struct operation *op;

	if (tree_kind(node) != TREE_OBJECT) {
		if (node)
			findings_warn(&im->findings, place, FINDING_OPERATION_INVALID,
				tree_key(place, NULL));
		im->n_left_out++;
		return;
	}
	if (im->n_operations == OPENAPI_OPERATIONS_MAX) {
		if (im->n_left_out++ == 0)
			findings_warn(&im->findings, place, FINDING_OPERATIONS_MANY, NULL);
		return;
	}
	op = new_operation(im);
	if (!op)
		return;
	*op = *like;
	op->place = place;
	op->node = node;
	set_method(op, tree_key(place, NULL));
}

static void add_additional(struct importer *im, const struct operation *like)
{
	const struct tree_node *n = NULL;

	if (im->dialect != SCHEMA_SWAGGER_2_0 && im->minor >= 2)
		n = tree_first(item_get(like, "additionalOperations"));
	for (; n; n = tree_next(n)) {
		const char *key = tree_key(n, NULL);

		if (key && is_other_method(key))
			add_operation(im, like, n);
		else
			findings_warn(&im->findings, n, FINDING_METHOD_UNKNOWN, key);
	}
}

static bool is_expected(const char *key)
{
	for (size_t i = 0; i < COUNT(no_methods); i++)
		if (strcmp(key, no_methods[i]) == 0)
			return true;
	return strncmp(key, "x-", 2) == 0;
}

static void add_members(struct importer *im, const struct operation *like,
	const struct tree_node *item, const struct tree_node *own)
{
	for (const struct tree_node *n = tree_first(item); n && !im->rc; n = tree_next(n)) {
		const char *key = tree_key(n, NULL);

		if (own && tree_get(own, key))
			continue;
		if (is_method(im, key))
			add_operation(im, like, n);
		else if (!is_expected(key) && tree_kind(n) == TREE_OBJECT)
			findings_warn(&im->findings, n, FINDING_METHOD_UNKNOWN, key);
	}
}

static void add_item(struct importer *im, const struct tree_node *member)
{
	struct operation like = {.member = member, .item = member};

	if (strncmp(tree_key(member, NULL), "x-", 2) == 0)
		return;
	if (tree_kind(member) != TREE_OBJECT) {
		findings_warn(&im->findings, member, FINDING_PATHS_INVALID, tree_key(member, NULL));
		return;
	}
	if (tree_get(member, "$ref"))
		like.target = schema_copy_resolve(&im->schemas, member);
	add_members(im, &like, like.item, NULL);
	if (like.target)
		add_members(im, &like, like.target, like.item);
	add_additional(im, &like);
}

bool operations_list(struct importer *im)
{
	const struct tree_node *paths = tree_get(im->root, "paths");

	for (const struct tree_node *n = tree_first(paths); n && !im->rc; n = tree_next(n))
		if (tree_key(n, NULL))
			add_item(im, n);
	if (im->n_operations > 0 || im->rc)
		return !im->rc;
	findings_refuse(&im->findings, paths ? paths : im->root,
		tree_length(tree_get(im->root, "webhooks")) && !tree_length(paths)
			? FINDING_WEBHOOKS_ONLY
			: FINDING_NO_OPERATION,
		NULL);
	return false;
}
