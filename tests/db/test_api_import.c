/* SPDX-License-Identifier: Apache-2.0
 *
 * From the bytes of a document to a tool that can be called: the real reader as a child, the real tables. And what is
 * large.
 */
#include <time.h>

#include "domain/keyring.h"
#include "domain/tool/api_draft.h"
#include "domain/tool/parameters.h"

#include "store_test.h"

static struct core core;
static const struct actor ada_at = {.tenant = {{{1}}}, .user = {{{3}}}, .role = ROLE_OWNER};
static char program[PATH_MAX];

static const char pets[] =
	"openapi: 3.0.3\n"
	"info: {title: Pets, version: '1'}\n"
	"servers: [{url: 'https://{region}.acme.test/v1', variables: {region: {default: eu}}}]\n"
	"security: [{key: []}]\n"
	"components:\n"
	"  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}\n"
	"  schemas:\n"
	"    Pet: {type: object, required: [name], properties: {name: {type: string},"
	" mother: {$ref: '#/components/schemas/Pet'}}}\n"
	"paths:\n"
	"  /pets/{id}:\n"
	"    servers: [{url: 'https://files.acme.test'}]\n"
	"    get:\n"
	"      operationId: getPet\n"
	"      summary: One pet\n"
	"      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"      responses: {'200': {description: it}}\n"
	"  /pets:\n"
	"    post:\n"
	"      operationId: addPet\n"
	"      requestBody: {required: true, content: {application/json:"
	" {schema: {$ref: '#/components/schemas/Pet'}}}}\n"
	"      responses: {'201': {description: added}}\n";

static enum rc import(const char *text, size_t len, struct api_draft_id *out)
{
	struct import_result *result = NULL;
	enum rc rc = import_run(&core, text, len, NULL, &result);

	if (rc == RC_OK)
		rc = api_draft_create(&core, &ada_at, NULL, text, len, NULL, result, out);
	import_result_free(result);
	return rc;
}

static struct api_tool_wish wish_of(const struct tool_settings *s, const struct fieldset *secrets)
{
	return (struct api_tool_wish){.name = "Pets",
		.description = "",
		.privacy_policy = "",
		.disclaimer = "",
		.labels = "",
		.settings = s,
		.secrets = secrets};
}

static void clean(void)
{
	CHECK_RC(db_script(db, "DELETE FROM tool_api_operations;\n"
			       "DELETE FROM tool_api_drafts;\n"
			       "DELETE FROM tool_api_providers;\n"),
		RC_OK);
}

static void check_schema(const struct api_tool_id *id, const char *operation, const char *want)
{
	struct secret text = SECRET_EMPTY;
	struct api_operation_plan o;
	struct plan plan;

	CHECK_RC(api_operation_load(&core, &acme, &id->u, operation, &o), RC_OK);
	CHECK_RC(plan_parse(o.plan ? o.plan : "", o.plan_len, &plan), RC_OK);
	CHECK_RC(parameters_write(&plan, &text), RC_OK);
	CHECK_RC(jsonr_check(secret_text(&text), text.len), RC_OK);
	CHECK_STR(secret_text(&text), want);
	plan_release(&plan);
	api_operation_release(&o);
	secret_release(&text);
}

static void a_document_becomes_a_tool(void)
{
	struct tool_settings s = {.server = "https://{region}.acme.test/v1", .n_auth = 1};
	struct fieldset secrets = FIELDSET_EMPTY;
	struct api_tool_wish wish = wish_of(&s, &secrets);
	struct api_draft_id draft;
	struct api_tool_id id = {{{0}}};
	struct api_tool t;

	s.auth[0] = (struct tool_auth){.id = "a1", .scheme = "key", .name = "X-Key", .prefix = ""};
	CHECK_RC(fieldset_put_text(&secrets, "a1.value", "open sesame"), RC_OK);
	CHECK_RC(import(pets, strlen(pets), &draft), RC_OK);
	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &id), RC_OK);
	CHECK_RC(api_tool_load(&core, &acme, &id, &t), RC_OK);
	CHECK_INT(t.n_operations, 2);
	CHECK_STR(t.schema_type, "openapi");
	CHECK_INT(t.origins.n, 2);
	CHECK_STR(t.origins.items[0], "https://eu.acme.test");
	CHECK_STR(t.origins.items[1], "https://files.acme.test");
	CHECK_INT(t.unconfirmed.n, 0);
	api_tool_release(&t);
	check_schema(&id, "getPet",
		"{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"}},"
		"\"required\":[\"id\"],\"additionalProperties\":false}");
	CHECK_INT(number(db, "SELECT JSON_LENGTH(tools_str) = 2 AND JSON_VALUE(tools_str,"
			     " '$[0].operation_id') = 'getPet' AND JSON_VALUE(tools_str,"
			     " '$[0].server_url') = 'https://eu.acme.test/v1'"
			     " FROM tool_api_providers"),
		1);
	fieldset_release(&secrets);
	clean();
}

static void what_is_no_description_is_refused(void)
{
	static const char *const bad[] = {"", "{", "<html></html>", "asyncapi: 2.0.0",
		"openapi: 3.0.0\npaths: {}\n", "hello: world"};
	struct import_result *r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct api_draft_id draft;

		CHECK_RC(import_run(&core, bad[i], strlen(bad[i]), NULL, &r), RC_OK);
		CHECK(r && r->refused);
		CHECK_RC(api_draft_create(
				 &core, &ada_at, NULL, bad[i], strlen(bad[i]), NULL, r, &draft),
			RC_INVALID);
		import_result_free(r);
	}
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_drafts"), 0);
}

/* Thirteen megabytes, and operations of 20 MiB in all. */
static void what_is_large_fits(void)
{
	enum { OPERATIONS = 400, PLAN = 50000 };
	const size_t size = (size_t)13 << 20;
	struct tool_settings s = {.server = "https://api.acme.test"};
	struct api_tool_wish wish = wish_of(&s, NULL);
	struct import_result *result = NULL;
	struct api_draft_id draft;
	struct api_tool_id id = {{{0}}};
	char *document = malloc(size), *filler = calloc(1, PLAN + 1);
	struct buf output, back;

	CHECK(document && filler);
	if (!document || !filler)
		return;
	memset(document, 'x', size);
	memset(filler, 'y', PLAN);
	buf_init(&output, (size_t)64 << 20);
	buf_init(&back, (size_t)16 << 20);
	buf_puts(&output, "H{\"format\":\"swagger\"}\n");
	for (int i = 0; i < OPERATIONS; i++)
		buf_printf(&output,
			"O{\"name\":\"o%d\",\"method\":\"GET\",\"path\":\"/\",\"summary\":\"\","
			"\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":1,"
			"\"n_parameters\":0,\"warnings\":0}\nB{}\nP{\"x\":\"%s\"}\n",
			i, filler);
	buf_printf(&output, "Z{\"operations\":%d,\"warnings\":0,\"left_out\":0}\n", OPERATIONS);
	CHECK_RC(import_read(&output, &result), RC_OK);
	CHECK_RC(api_draft_create(&core, &ada_at, NULL, document, size, NULL, result, &draft),
		RC_OK);
	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &id), RC_OK);
	CHECK_RC(api_tool_document(&core, &acme, &id, &back), RC_OK);
	CHECK(back.len == size && memcmp(back.data, document, size) == 0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_operations"), OPERATIONS);
	CHECK_RC(api_tool_delete(&core, &ada_at, &id, 1), RC_OK);
	import_result_free(result);
	buf_release(&back);
	free(document);
	free(filler);
	clean();
}

/* The reader lies two folders above the tests. */
static bool find_program(void)
{
	char own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (n <= 0)
		return false;
	own[n] = '\0';
	for (int i = 0; i < 3; i++) {
		char *slash = strrchr(own, '/');

		if (!slash)
			return false;
		*slash = '\0';
	}
	return snprintf(program, sizeof(program), "%s/grantry-import", own) <
		       (int)sizeof(program) &&
	       access(program, X_OK) == 0;
}

int main(void)
{
	struct cfg cfg = {.import_program = program};
	char keys[PATH_MAX];
	int status = store_test_begin("test_api_import");

	if (status)
		return status;
	CHECK_RC(codec_init(), RC_OK);
	CHECK(find_program());
	make_keys(keys, "keys");
	core.cfg = &cfg;
	core.db = db;
	CHECK_RC(keyring_open(keys, &core.keyring), RC_OK);
	CHECK_RC(keyring_establish(core.keyring, db), RC_OK);
	CHECK_RC(keyring_create(core.keyring, db, &acme), RC_OK);
	RUN(a_document_becomes_a_tool);
	RUN(what_is_no_description_is_refused);
	RUN(what_is_large_fits);
	keyring_free(core.keyring);
	remove_keys(keys);
	store_test_end();
	return CHECK_DONE;
}
