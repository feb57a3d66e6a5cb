/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the document, each of its members taken as a schema becomes JSON that a reader of plans takes, within the
 * room and the depth that are promised; every name it uses is defined; and it is the same the next time.
 */
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_copy.h"
#include "must.h"
#include "platform/jsonr.h"
#include "platform/tree.h"

#define MEMBERS_MAX 200 /* of the document that are tried, to keep the runs fast */

void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail)
{
	MUST(!f && finding < FINDING__MAX);
	(void)node;
	(void)detail;
}

struct walk {
	jsonv *defs;
	size_t depth;
};

static void value_holds(const char *key, jsonv *v, void *arg)
{
	static const char prefix[] = "#/defs/";
	const struct walk *walk = arg;
	struct walk below = {walk->defs, walk->depth + 1};
	const char *ref;
	size_t len;
	jsonv *target;

	if (key && strcmp(key, "$ref") == 0 && jsonr_text(v, &ref, &len) &&
		strncmp(ref, prefix, sizeof(prefix) - 1) == 0)
		MUST(jsonr_get(walk->defs, ref + sizeof(prefix) - 1, &target));
	if (jsonr_kind(v) == JSONR_OBJECT || jsonr_kind(v) == JSONR_ARRAY)
		MUST(walk->depth <
			SCHEMA_DEPTH_MAX + 4); /* the plan's own two, and a member's allOf */
	for (size_t i = 0; jsonr_kind(v) == JSONR_ARRAY && i < jsonr_length(v); i++)
		value_holds(NULL, jsonr_at(v, i), &below);
	jsonr_each(v, value_holds, &below);
}

static void plan_holds(const struct buf *plan)
{
	struct walk walk = {NULL, 0};
	struct jsonr *doc;

	MUST(jsonr_parse(plan->data, plan->len, &doc) == RC_OK);
	MUST(jsonr_get(jsonr_root(doc), "defs", &walk.defs));
	value_holds(NULL, jsonr_root(doc), &walk);
	jsonr_free(doc);
}

static void write_members(struct schema_copy *sc, const struct tree_node *schema, struct buf *out)
{
	struct schema_members members;
	enum rc rc = schema_copy_members(sc, schema, &members);

	MUST(rc == RC_OK || rc == RC_NOT_FOUND || rc == RC_LIMIT);
	for (size_t i = 0; rc == RC_OK && i < members.n && i < MEMBERS_MAX; i++) {
		MUST(members.list[i].n_parts <= SCHEMA_MEMBER_PARTS);
		buf_putc(out, ',');
		schema_copy_write_member(sc, &members.list[i], out);
	}
	schema_members_release(&members);
}

/* An operation: all members of the document, and the members of each. */
static void write_plan(struct schema_copy *sc, const struct tree_node *root, struct buf *out)
{
	const struct tree_node *n = tree_first(root);

	schema_copy_begin(sc, SCHEMA_BYTES_MAX);
	buf_puts(out, "{\"list\":[");
	schema_copy_write(sc, root, out);
	for (size_t i = 0; n && i < MEMBERS_MAX; i++, n = tree_next(n)) {
		buf_putc(out, ',');
		schema_copy_write(sc, n, out);
		write_members(sc, n, out);
		schema_copy_is_file(sc, n);
	}
	buf_puts(out, "],\"defs\":");
	schema_copy_defs(sc, out);
	buf_putc(out, '}');
	MUST(buf_done(out) == RC_OK && schema_copy_done(sc) == RC_OK);
}

static void dialect_holds(const struct tree *tree, enum schema_dialect dialect)
{
	struct schema_copy sc;
	struct buf once, again;

	schema_copy_init(&sc, tree, dialect, NULL);
	buf_init(&once, 2 * SCHEMA_BYTES_MAX);
	buf_init(&again, 2 * SCHEMA_BYTES_MAX);
	write_plan(&sc, tree_root(tree), &once);
	write_plan(&sc, tree_root(tree), &again);
	MUST(once.len == again.len && memcmp(once.data, again.data, once.len) == 0);
	plan_holds(&once);
	buf_release(&once);
	buf_release(&again);
	schema_copy_release(&sc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree_error error;
	struct tree *tree;

	if (tree_parse((const char *)data, size, NULL, &tree, &error))
		return 0;
	dialect_holds(tree, SCHEMA_SWAGGER_2_0);
	dialect_holds(tree, SCHEMA_OPENAPI_3_0);
	dialect_holds(tree, SCHEMA_OPENAPI_3_1);
	tree_free(tree);
	return 0;
}
