/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints each YAML file as our reader sees it, one JSON document a line: for tests that hold definitions against
 * docs/provider.schema.json.
 */
#include <stdio.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/yamlr.h"

static void print_text(const char *text)
{
	printf("\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\' || c < 0x20)
			printf("\\u%04x", c);
		else
			printf("%c", c);
	}
	printf("\"");
}

static void print_scalar(const struct yamlr_node *node)
{
	int64_t number;
	bool on;

	if (yamlr_is_null(node))
		printf("null");
	else if (yamlr_bool(node, &on) == RC_OK)
		printf(on ? "true" : "false");
	else if (yamlr_int(node, &number) == RC_OK)
		printf("%lld", (long long)number);
	else
		print_text(node->text);
}

static void print_node(const struct yamlr_node *node)
{
	bool map = node->kind == YAMLR_MAPPING;

	if (node->kind == YAMLR_SCALAR) {
		print_scalar(node);
		return;
	}
	printf(map ? "{" : "[");
	for (const struct yamlr_node *child = node->first; child; child = child->next) {
		if (map) {
			print_text(child->key);
			printf(":");
		}
		print_node(child);
		printf(child->next ? "," : "");
	}
	printf(map ? "}" : "]");
}

static enum rc print_file(const char *path)
{
	struct yamlr_error error = {0};
	struct yamlr *doc = NULL;
	struct buf text;
	enum rc rc;

	buf_init(&text, YAMLR_SIZE_MAX);
	rc = buf_load(&text, path);
	if (rc == RC_OK)
		rc = yamlr_parse(buf_text(&text), text.len, &doc, &error);
	if (rc == RC_OK && yamlr_root(doc))
		print_node(yamlr_root(doc));
	printf("\n");
	if (rc != RC_OK)
		fprintf(stderr, "%s:%u: %s\n", path, error.line, error.reason);
	yamlr_free(doc);
	buf_release(&text);
	return rc;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= print_file(argv[i]) != RC_OK;
	return status;
}
