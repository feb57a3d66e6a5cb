/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the bytes: either a tree that keeps its promises (depth, unique keys, UTF-8 without NUL, counts)
 * or a refusal with a reason.
 */
#include <string.h>

#include "must.h"
#include "platform/text.h"
#include "platform/yamlr.h"

static void text_holds(const char *text)
{
	size_t chars;

	MUST(text != NULL);
	MUST(text_utf8_chars(text, strlen(text), &chars) == RC_OK);
}

static void scalar_holds(const struct yamlr_node *node)
{
	int64_t n;
	bool yes;

	text_holds(node->text);
	MUST(node->n == 0 && node->first == NULL);
	MUST((yamlr_text(node) == NULL) == yamlr_is_null(node));
	if (yamlr_bool(node, &yes) == RC_OK)
		MUST(yamlr_int(node, &n) == RC_INVALID);
	MUST((yamlr_int(node, &n) == RC_NOT_FOUND) == yamlr_is_null(node));
}

static void node_holds(const struct yamlr_node *node, int depth, size_t lines_max)
{
	size_t n = 0;

	MUST(depth <= YAMLR_DEPTH_MAX);
	MUST(node->line >= 1 && node->line <= lines_max);
	if (node->kind == YAMLR_SCALAR) {
		scalar_holds(node);
		return;
	}
	MUST(node->text == NULL && !node->quoted);
	for (const struct yamlr_node *child = node->first; child; child = child->next, n++) {
		MUST((child->key != NULL) == (node->kind == YAMLR_MAPPING));
		if (child->key)
			text_holds(child->key);
		/* The first that a key finds is this one: so no other has the same key. */
		if (child->key && n < 100)
			MUST(yamlr_get(node, child->key) == child);
		node_holds(child, depth + (child->kind != YAMLR_SCALAR), lines_max);
	}
	MUST(n == node->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yamlr_error error;
	struct yamlr *doc;
	enum rc rc = yamlr_parse((const char *)data, size, &doc, &error);

	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	MUST((doc != NULL) == (rc == RC_OK));
	MUST((error.reason[0] != 0) == (rc != RC_OK));
	MUST(error.line <= size + 1);
	if (doc && yamlr_root(doc))
		node_holds(yamlr_root(doc), yamlr_root(doc)->kind != YAMLR_SCALAR, size + 1);
	yamlr_free(doc);
	return 0;
}
