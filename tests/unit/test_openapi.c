/* SPDX-License-Identifier: Apache-2.0
 *
 * Every need of tests/fixtures/openapi/needs.yaml: a small document, and what its records say. Each line of
 * "says" is
 *   H POINTER VALUE, Z POINTER VALUE       of the head, of the end
 *   O|B|P OPERATION POINTER VALUE          of an operation
 *   W OPERATION|- CODE [DETAIL]            a finding; all of them are listed, and no other is made
 *   E CODE [LINE:COLUMN]                   the document cannot be used
 */
#include "domain/tool/openapi.h"

#include "check.h"
#include "domain/tool/findings.h"
#include "platform/yamlr.h"
#include "unit/records.h"
#include "unit/shipped.h"

/* --- the lines of "says" --- */

struct row {
	const char *need;
	struct records records;
	size_t n_findings; /* lines that begin with W */
};

static void fault(const struct row *row, const char *line, const char *got)
{
	printf("# %s: \"%s\", but it is: %s\n", row->need, line, got);
	check_failed_here = 1;
}

static void say_findings(const struct row *row)
{
	for (size_t i = 0; i < row->records.n; i++)
		if (strchr("WE", row->records.list[i].letter))
			printf("#   %s\n", row->records.list[i].line);
}

/* Cuts the next word off; the last one is all that is left. */
static char *word(char **rest, bool last)
{
	char *at = *rest;

	*rest += last ? strlen(at) : strcspn(at, " ");
	if (**rest)
		*(*rest)++ = '\0';
	return at;
}

static void look_at_value(const struct row *row, char letter, const char *line, char *rest)
{
	const char *operation = strchr("OBP", letter) ? word(&rest, false) : NULL;
	const char *pointer = word(&rest, false);
	const struct record *r = records_find(&row->records, letter, operation);
	char room[64];
	const char *got =
		r ? record_value(r, strcmp(pointer, ".") == 0 ? "" : pointer, room, sizeof(room))
		  : "no such record";

	if (strcmp(got, rest) != 0)
		fault(row, line, got);
}

static void look_at_finding(struct row *row, const char *line, char *rest)
{
	const char *operation = word(&rest, false), *code = word(&rest, false);

	row->n_findings++;
	for (size_t i = 0; i < row->records.n; i++) {
		const struct record *r = &row->records.list[i];

		if (r->letter == 'W' &&
			strcmp(r->operation, strcmp(operation, "-") ? operation : "") == 0 &&
			strcmp(record_text(r, "/code"), code) == 0 &&
			(!*rest || strcmp(record_text(r, "/detail"), rest) == 0))
			return;
	}
	fault(row, line, "not found");
	say_findings(row);
}

static void look_at_error(const struct row *row, const char *line, char *rest)
{
	const struct record *r = records_find(&row->records, 'E', NULL);
	const char *code = word(&rest, false);
	char at[64], room[32];

	if (!r || strcmp(record_text(r, "/code"), code) != 0) {
		fault(row, line, r ? r->line : "no error");
		return;
	}
	snprintf(at, sizeof(at), "%s:", record_value(r, "/line", room, sizeof(room)));
	snprintf(at + strlen(at), sizeof(at) - strlen(at), "%s",
		record_value(r, "/column", room, sizeof(room)));
	if (*rest && strcmp(rest, at) != 0)
		fault(row, line, at);
}

static void look_at_line(struct row *row, const char *line)
{
	char copy[1024], *rest = copy, letter;

	snprintf(copy, sizeof(copy), "%s", line);
	letter = *word(&rest, false);
	if (letter == 'W')
		look_at_finding(row, line, rest);
	else if (letter == 'E')
		look_at_error(row, line, rest);
	else
		look_at_value(row, letter, line, rest);
}

/* --- rows --- */

static void look_at_row(const struct yamlr_node *node)
{
	const char *document = yamlr_text(yamlr_get(node, "document"));
	struct row row = {.need = yamlr_text(yamlr_get(node, "need"))};
	char *says = strdup(yamlr_text(yamlr_get(node, "says")));
	char *rest = says;

	records_read(&row.records, document ? document : "", document ? strlen(document) : 0,
		yamlr_text(yamlr_get(node, "url")));
	while (*rest) {
		char *line = rest;

		rest += strcspn(rest, "\n");
		if (*rest)
			*rest++ = '\0';
		look_at_line(&row, line);
	}
	if (row.n_findings != records_count(&row.records, 'W')) {
		fault(&row, "findings", "others than those");
		say_findings(&row);
	}
	records_release(&row.records);
	free(says);
}

static void openapi_meets_every_need(void)
{
	struct yamlr_error error;
	struct yamlr *rows;
	struct buf text;
	char path[4096];

	buf_init(&text, YAMLR_SIZE_MAX);
	CHECK_INT(buf_load(&text,
			  source_path(path, sizeof(path), "tests/fixtures/openapi/needs.yaml")),
		RC_OK);
	if (yamlr_parse(buf_text(&text), text.len, &rows, &error)) {
		printf("# needs.yaml:%u: %s\n", error.line, error.reason);
		check_failed_here = 1;
		return;
	}
	for (const struct yamlr_node *row = yamlr_root(rows)->first; row; row = row->next)
		look_at_row(row);
	CHECK(yamlr_root(rows)->n > 50);
	yamlr_free(rows);
	buf_release(&text);
}

/* --- one API in two languages --- */

static const char twin_of_swagger[] =
	"swagger: '2.0'\n"
	"info: {title: Pets, version: '1'}\n"
	"host: pets.test\n"
	"basePath: /v1\n"
	"schemes: [https]\n"
	"consumes: [application/json]\n"
	"produces: [application/json]\n"
	"securityDefinitions:\n"
	"  key: {type: apiKey, in: header, name: X-Key}\n"
	"  oauth: {type: oauth2, flow: accessCode, authorizationUrl: 'https://id.test/a',\n"
	"    tokenUrl: 'https://id.test/t', scopes: {read: To read}}\n"
	"  basic: {type: basic}\n"
	"security: [{key: []}]\n"
	"parameters:\n"
	"  id: {name: id, in: path, required: true, description: Which, type: integer, format: "
	"int64}\n"
	"definitions:\n"
	"  Pet:\n"
	"    type: object\n"
	"    required: [name]\n"
	"    properties:\n"
	"      name: {type: string, maxLength: 20}\n"
	"      parent: {$ref: '#/definitions/Pet'}\n"
	"      created: {type: string, readOnly: true}\n"
	"paths:\n"
	"  /pets:\n"
	"    get:\n"
	"      operationId: listPets\n"
	"      summary: All\n"
	"      parameters:\n"
	"        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: "
	"multi}\n"
	"        - {name: ids, in: query, type: array, items: {type: integer}}\n"
	"        - {name: piped, in: query, type: array, items: {type: string}, collectionFormat: "
	"pipes}\n"
	"        - {name: limit, in: query, type: integer, minimum: 1, maximum: 9, default: 3}\n"
	"        - {name: X-Trace, in: header, type: string, enum: [a, b]}\n"
	"      security: []\n"
	"      responses: {200: {description: Fine, schema: {$ref: '#/definitions/Pet'}}}\n"
	"    post:\n"
	"      parameters: [{name: pet, in: body, required: true, description: It, schema: {$ref: "
	"'#/definitions/Pet'}}]\n"
	"      responses: {default: {description: Bad}}\n"
	"  /pets/{id}/photo:\n"
	"    parameters: [{$ref: '#/parameters/id'}]\n"
	"    put:\n"
	"      operationId: 'photo/put'\n"
	"      consumes: [multipart/form-data]\n"
	"      parameters:\n"
	"        - {name: photo, in: formData, required: true, type: file}\n"
	"        - {name: title, in: formData, type: string, description: Words}\n"
	"      security: [{oauth: [read]}, {key: [], basic: []}]\n"
	"      responses: {200: {description: Fine}}\n"
	"    delete:\n"
	"      operationId: removePhoto\n"
	"      deprecated: true\n"
	"      responses: {204: {description: Gone}}\n"
	"    patch:\n"
	"      operationId: crop\n"
	"      consumes: [application/x-www-form-urlencoded]\n"
	"      parameters: [{name: edges, in: formData, type: array, items: {type: integer}}]\n"
	"      responses: {204: {description: Gone}}\n";

static const char twin_of_openapi[] =
	"openapi: 3.0.3\n"
	"info: {title: Pets, version: '1'}\n"
	"servers: [{url: 'https://pets.test/v1'}]\n"
	"security: [{key: []}]\n"
	"components:\n"
	"  securitySchemes:\n"
	"    key: {type: apiKey, in: header, name: X-Key}\n"
	"    oauth: {type: oauth2, flows: {authorizationCode: {authorizationUrl: "
	"'https://id.test/a',\n"
	"      tokenUrl: 'https://id.test/t', scopes: {read: To read}}}}\n"
	"    basic: {type: http, scheme: basic}\n"
	"  parameters:\n"
	"    id: {name: id, in: path, required: true, description: Which, schema: {type: integer, "
	"format: int64}}\n"
	"  schemas:\n"
	"    Pet:\n"
	"      type: object\n"
	"      required: [name]\n"
	"      properties:\n"
	"        name: {type: string, maxLength: 20}\n"
	"        parent: {$ref: '#/components/schemas/Pet'}\n"
	"        created: {type: string, readOnly: true}\n"
	"paths:\n"
	"  /pets:\n"
	"    get:\n"
	"      operationId: listPets\n"
	"      summary: All\n"
	"      parameters:\n"
	"        - {name: tags, in: query, schema: {type: array, items: {type: string}}}\n"
	"        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: "
	"integer}}}\n"
	"        - {name: piped, in: query, style: pipeDelimited, explode: false, schema: {type: "
	"array, items: {type: string}}}\n"
	"        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 9, "
	"default: 3}}\n"
	"        - {name: X-Trace, in: header, schema: {type: string, enum: [a, b]}}\n"
	"      security: []\n"
	"      responses: {200: {description: Fine, content: {application/json: {schema: {$ref: "
	"'#/components/schemas/Pet'}}}}}\n"
	"    post:\n"
	"      requestBody: {required: true, description: It, content: {application/json: {schema: "
	"{$ref: '#/components/schemas/Pet'}}}}\n"
	"      responses: {default: {description: Bad}}\n"
	"  /pets/{id}/photo:\n"
	"    parameters: [{$ref: '#/components/parameters/id'}]\n"
	"    put:\n"
	"      operationId: 'photo/put'\n"
	"      requestBody:\n"
	"        required: true\n"
	"        content:\n"
	"          multipart/form-data:\n"
	"            schema:\n"
	"              type: object\n"
	"              required: [photo]\n"
	"              properties: {photo: {type: string, format: binary}, title: {type: string, "
	"description: Words}}\n"
	"      security: [{oauth: [read]}, {key: [], basic: []}]\n"
	"      responses: {200: {description: Fine}}\n"
	"    delete:\n"
	"      operationId: removePhoto\n"
	"      deprecated: true\n"
	"      responses: {204: {description: Gone}}\n"
	"    patch:\n"
	"      operationId: crop\n"
	"      requestBody:\n"
	"        content:\n"
	"          application/x-www-form-urlencoded:\n"
	"            schema: {type: object, properties: {edges: {type: array, items: {type: "
	"integer}}}}\n"
	"            encoding: {edges: {style: form, explode: false}}\n"
	"      responses: {204: {description: Gone}}\n";

/* Up to the place in the document, which is another one. */
static void check_same(const struct record *a, const struct record *b)
{
	const char *end = a->letter == 'O' ? strstr(a->line, "\"line\":") : NULL;
	size_t len = end ? (size_t)(end - a->line) : strlen(a->line) + 1;

	if (a->letter != b->letter || strncmp(a->line, b->line, len) != 0) {
		printf("# %s\n# %s\n", a->line, b->line);
		check_failed_here = 1;
	}
}

static void twins_give_the_same_tools(void)
{
	struct records a, b;
	size_t n_heads = 0;

	records_read(&a, twin_of_swagger, strlen(twin_of_swagger), NULL);
	records_read(&b, twin_of_openapi, strlen(twin_of_openapi), NULL);
	CHECK_INT(a.n, b.n);
	CHECK_INT(records_count(&a, 'P'), 5);
	CHECK_INT(records_count(&a, 'W'), 0);
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		if (a.list[i].letter != 'H') {
			check_same(&a.list[i], &b.list[i]);
			continue;
		}
		n_heads++;
		CHECK_STR(strstr(a.list[i].line, "\"title\""), strstr(b.list[i].line, "\"title\""));
	}
	CHECK_INT(n_heads, 1);
	records_release(&a);
	records_release(&b);
}

/* --- far too much of one thing (attack rows G4, G9, G10) --- */

static struct buf doc;

static void begin(const char *text)
{
	buf_release(&doc);
	buf_init(&doc, (size_t)15 << 20);
	buf_puts(&doc, text);
}

static void repeat(const char *text, size_t n)
{
	while (n-- > 0)
		buf_puts(&doc, text);
}

static void read_doc(struct records *out)
{
	CHECK_INT(buf_done(&doc), RC_OK);
	records_read(out, doc.data, doc.len, NULL);
}

static bool has_finding(const struct records *r, const char *code)
{
	for (size_t i = 0; i < r->n; i++)
		if (strchr("WE", r->list[i].letter) &&
			strcmp(record_text(&r->list[i], "/code"), code) == 0)
			return true;
	return false;
}

static void check_end(const struct records *r, int64_t operations, int64_t left_out)
{
	const struct record *end = records_find(r, 'Z', NULL);
	char room[32];

	CHECK(end != NULL);
	if (!end)
		return;
	CHECK_INT(strtoll(record_value(end, "/operations", room, sizeof(room)), NULL, 10),
		operations);
	CHECK_INT(strtoll(record_value(end, "/left_out", room, sizeof(room)), NULL, 10), left_out);
}

static void g10_more_operations_than_are_taken(void)
{
	struct records r;

	begin("openapi: 3.0.0\npaths:\n");
	for (int i = 0; i < OPENAPI_OPERATIONS_MAX + 5; i++)
		buf_printf(&doc, "  /%d: {get: {operationId: same}}\n", i);
	read_doc(&r);
	check_end(&r, OPENAPI_OPERATIONS_MAX, 5);
	CHECK(has_finding(&r, "operations_many"));
	CHECK_INT(records_count(&r, 'W'), FINDINGS_MAX);
	CHECK(records_find(&r, 'O', "same_10000") != NULL);
	records_release(&r);
}

static void g10_more_parameters_than_are_taken(void)
{
	struct records r;
	char room[32];

	begin("openapi: 3.0.0\npaths: {/a: {get: {operationId: a, parameters: [\n");
	for (int i = 0; i < 5000; i++)
		buf_printf(&doc, "{name: p%d, in: query, schema: {type: string}},\n", i);
	buf_puts(&doc, "]}}}\n");
	read_doc(&r);
	check_end(&r, 1, 0);
	CHECK(has_finding(&r, "parameters_many"));
	CHECK_STR(record_value(records_find(&r, 'P', "a"), "/parameters", room, sizeof(room)),
		"[500]");
	records_release(&r);
}

static void g10_more_members_than_are_taken(void)
{
	struct records r;

	begin("openapi: 3.0.0\npaths: {/a: {post: {operationId: a, requestBody: {content: "
	      "{application/json: {schema: {type: object, properties: {\n");
	for (int i = 0; i < 600; i++)
		buf_printf(&doc, "p%d: {type: string},\n", i);
	buf_puts(&doc, "}}}}}}}}\n");
	read_doc(&r);
	CHECK(has_finding(&r, "body_members_many"));
	CHECK_STR(record_text(records_find(&r, 'P', "a"), "/body/mode"), "whole");
	records_release(&r);
}

static void g10_long_texts_are_cut(void)
{
	struct records r;
	const char *text;

	begin("openapi: 3.0.0\ninfo: {title: '");
	repeat("title ", 200000);
	buf_puts(&doc, "'}\npaths: {/a: {get: {operationId: a, summary: '");
	repeat("\xe5\xae\xa0", 100000);
	buf_puts(&doc, "', description: '");
	repeat("long ", 200000);
	buf_puts(&doc, "', parameters: [{name: p, in: query, description: '");
	repeat("long ", 200000);
	buf_puts(&doc, "', schema: {type: string, enum: [");
	for (int i = 0; i < 100000; i++)
		buf_printf(&doc, "v%d, ", i);
	buf_puts(&doc, "]}}]}}}\n");
	read_doc(&r);
	check_end(&r, 1, 0);
	CHECK(has_finding(&r, "text_cut"));
	text = record_text(records_find(&r, 'O', "a"), "/summary");
	CHECK(text && strlen(text) == 499 * 3 + 3);
	text = record_text(records_find(&r, 'O', "a"), "/description");
	CHECK(text && strlen(text) == 8191 + 3);
	CHECK(strlen(records_find(&r, 'B', "a")->line) < 32768);
	records_release(&r);
}

/* What does not fit goes without what made it large; if that is not enough, it does not go. */
static void g10_large_operations_become_lean(void)
{
	struct records r;
	char room[32];

	begin("openapi: 3.0.0\npaths: {/a: {get: {operationId: a, parameters: [\n");
	for (int i = 0; i < 480; i++) {
		buf_printf(&doc, "{name: p%d, in: query, description: '", i);
		repeat("long ", 150);
		buf_puts(&doc, "', schema: {type: string}},\n");
	}
	buf_puts(&doc, "]}}, /b: {get: {operationId: b, parameters: [\n");
	for (int i = 0; i < 480; i++) {
		buf_printf(&doc, "{name: '%d", i);
		repeat("\xf0\x9f\x98\x80", 60);
		buf_puts(&doc, "', in: query, schema: {type: string}},\n");
	}
	buf_puts(&doc, "]}}}\n");
	read_doc(&r);
	CHECK(has_finding(&r, "operation_large"));
	CHECK_STR(record_value(records_find(&r, 'P', "a"), "/parameters", room, sizeof(room)),
		"[480]");
	CHECK_STR(record_value(
			  records_find(&r, 'P', "a"), "/parameters/0/schema", room, sizeof(room)),
		"{0}");
	check_end(&r, 2, 0);
	records_release(&r);
}

static void g9_a_long_id_becomes_a_name(void)
{
	struct records r;

	begin("openapi: 3.0.0\npaths: {/a: {get: {operationId: '");
	repeat("../", 3500);
	repeat("x", 10000);
	buf_puts(&doc, "'}}}\n");
	read_doc(&r);
	check_end(&r, 1, 0);
	CHECK(strlen(r.list[1].operation) == 64);
	CHECK(records_count(&r, 'W') == 0);
	records_release(&r);
}

static void g9_a_long_path_is_left_out(void)
{
	struct records r;

	begin("{\"openapi\":\"3.0.0\",\"paths\":{\"/a\":{\"get\":{}},\"/");
	repeat("b/", 1500);
	buf_puts(&doc, "\":{\"get\":{\"operationId\":\"b\"}}}}");
	read_doc(&r);
	check_end(&r, 1, 1);
	CHECK(has_finding(&r, "path_invalid"));
	records_release(&r);
}

static void g4_a_long_chain_of_references(void)
{
	struct records r;

	begin("openapi: 3.0.0\npaths: {/a: {get: {operationId: a, parameters: [{$ref: "
	      "'#/x/p0'}]}}}\nx:\n");
	for (int i = 0; i < 10000; i++)
		buf_printf(&doc, "  p%d: {$ref: '#/x/p%d'}\n", i, i + 1);
	buf_puts(&doc, "  p10000: {name: p, in: query, schema: {type: string}}\n");
	read_doc(&r);
	check_end(&r, 1, 0);
	records_release(&r);
}

static void g4_many_ways_into_one_circle(void)
{
	struct records r;

	begin("openapi: 3.0.0\npaths:\n");
	for (int i = 0; i < 500; i++)
		buf_printf(&doc,
			"  /%d: {post: {operationId: o%d, requestBody: {content: "
			"{application/json: {schema: {$ref: '#/x/s%d'}}}}}}\n",
			i, i, i);
	buf_puts(&doc, "x:\n");
	for (int i = 0; i < 500; i++)
		buf_printf(&doc,
			"  s%d: {allOf: [{$ref: '#/x/s%d'}], properties: {p%d: {$ref: "
			"'#/x/s%d'}}}\n",
			i, (i + 1) % 500, i, (i * 7) % 500);
	read_doc(&r);
	check_end(&r, 500, 0);
	records_release(&r);
}

static enum rc put_refuses(void *arg, const char *p, size_t len)
{
	(void)arg;
	(void)p;
	(void)len;
	return RC_UNAVAILABLE;
}

static void a_reader_that_has_enough_ends_it(void)
{
	static const char text[] = "openapi: 3.0.0\npaths: {/a: {get: {}}}\n";

	CHECK_INT(openapi_read(text, strlen(text), NULL, put_refuses, NULL), RC_UNAVAILABLE);
}

int main(void)
{
	RUN(openapi_meets_every_need);
	RUN(twins_give_the_same_tools);
	RUN(g4_a_long_chain_of_references);
	RUN(g4_many_ways_into_one_circle);
	RUN(g9_a_long_id_becomes_a_name);
	RUN(g9_a_long_path_is_left_out);
	RUN(g10_more_operations_than_are_taken);
	RUN(g10_more_parameters_than_are_taken);
	RUN(g10_more_members_than_are_taken);
	RUN(g10_long_texts_are_cut);
	RUN(g10_large_operations_become_lean);
	RUN(a_reader_that_has_enough_ends_it);
	buf_release(&doc);
	return CHECK_DONE;
}
