/* SPDX-License-Identifier: Apache-2.0
 *
 * Baseline of ./bench openapi: the libraries alone read the document on standard input, json-c into its tree, libyaml
 * into events. Nothing is made of it.
 */
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define SIZE_MAX_BYTES ((size_t)64 << 20)

static int read_json(const char *p, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(128);
	struct json_object *root = json_tokener_parse_ex(tokener, p, (int)len);
	int ok = root != NULL;

	json_object_put(root);
	json_tokener_free(tokener);
	return ok;
}

static int read_yaml(const char *p, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int over = 0, ok = 1;

	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_string(&parser, (const unsigned char *)p, len);
	while (ok && !over) {
		ok = yaml_parser_parse(&parser, &event);
		over = ok && event.type == YAML_STREAM_END_EVENT;
		if (ok)
			yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ok;
}

int main(int argc, char **argv)
{
	char *p = malloc(SIZE_MAX_BYTES);
	size_t len = p ? fread(p, 1, SIZE_MAX_BYTES, stdin) : 0;
	int ok;

	if (argc != 2 || !p)
		return 2;
	ok = strcmp(argv[1], "yaml") == 0 ? read_yaml(p, len) : read_json(p, len);
	free(p);
	return ok ? 0 : 1;
}
