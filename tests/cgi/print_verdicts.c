/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file of pairs of lines: a document {"schema":…,"$defs":{…}} and a list of values. Prints one line a pair:
 * {"schema":COPY,"defs":{…},"verdicts":[true,…]}: the schema as a plan has it, and which values fit that. For a test
 * that asks another validator about both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_copy.h"
#include "domain/tool/value_check.h"
#include "platform/jsonr.h"
#include "platform/tree.h"

#define PAIR_MAX ((size_t)4 << 20)

/* What is found is not asked for here. */
void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail)
{
	(void)f;
	(void)node;
	(void)finding;
	(void)detail;
}

static void stop(const char *why, const char *line)
{
	fprintf(stderr, "%s: %.200s\n", why, line);
	exit(1);
}

/* {"schema":COPY,"defs":{…} without the closing brace */
static void copy(const char *document, struct buf *out)
{
	struct schema_copy sc;
	struct tree_error error;
	struct tree *tree;

	if (tree_parse(document, strlen(document), NULL, &tree, &error))
		stop(error.reason, document);
	schema_copy_init(&sc, tree, SCHEMA_OPENAPI_3_1, NULL);
	buf_puts(out, "{\"schema\":");
	schema_copy_write(&sc, tree_get(tree_root(tree), "schema"), out);
	buf_puts(out, ",\"defs\":");
	schema_copy_defs(&sc, out);
	if (schema_copy_done(&sc))
		stop("no memory", document);
	schema_copy_release(&sc);
	tree_free(tree);
}

static void judge(const struct buf *copied, const char *values)
{
	struct jsonr *plan, *list;
	jsonv *schema, *defs;
	struct value_fault fault;

	if (jsonr_parse(copied->data, copied->len, &plan))
		stop("not JSON", copied->data);
	if (jsonr_parse(values, strlen(values), &list))
		stop("not JSON", values);
	if (!jsonr_get(jsonr_root(plan), "schema", &schema) ||
		!jsonr_get(jsonr_root(plan), "defs", &defs))
		stop("no schema", copied->data);
	for (size_t i = 0; i < jsonr_length(jsonr_root(list)); i++) {
		enum rc rc = value_check(schema, defs, jsonr_at(jsonr_root(list), i), "", &fault);

		printf("%s%s", i ? "," : "", rc == RC_OK ? "true" : "false");
	}
	jsonr_free(plan);
	jsonr_free(list);
}

int main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	char *document = NULL, *values = NULL;
	size_t document_cap = 0, values_cap = 0;
	struct buf text;

	if (!f)
		stop("usage", "print_verdicts FILE");
	buf_init(&text, PAIR_MAX);
	while (getline(&document, &document_cap, f) > 0 && getline(&values, &values_cap, f) > 0) {
		buf_clear(&text);
		copy(document, &text);
		printf("%s,\"verdicts\":[", buf_text(&text));
		buf_putc(&text, '}');
		judge(&text, values);
		printf("]}\n");
	}
	free(document);
	free(values);
	buf_release(&text);
	fclose(f);
	return 0;
}
