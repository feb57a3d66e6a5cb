/* SPDX-License-Identifier: Apache-2.0
 *
 * API tools against the real tables: drafts become tools, tools are changed, imported again and deleted; what is
 * secret stays with the servers it was entered for; nobody sees or changes another workspace's.
 */
#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/keyring.h"
#include "domain/tool/api_draft.h"
#include "platform/text.h"
#include "store/credential_store.h"

#include "store_test.h"

static struct core core;
static const struct actor ada_at = {.tenant = {{{1}}}, .user = {{{3}}}, .role = ROLE_OWNER};
static const struct actor eve_at = {.tenant = {{{2}}}, .user = {{{4}}}, .role = ROLE_OWNER};

static const char document[] = "openapi: 3.0.0";

#define SERVER "https://api.acme.test/v1"

/* ---- what the child would have written ---- */

#define HEAD(server) "H{\"format\":\"openapi\",\"servers\":[{\"url\":\"" server "\"}]}\n"
#define OPERATION(name, plan)                                                                      \
	"O{\"name\":\"" name "\",\"method\":\"GET\",\"path\":\"/" name                             \
	"\",\"summary\":\"Lists " name "\",\"description\":\"\",\"deprecated\":false,"             \
	"\"pointer\":\"/paths/~1x\",\"line\":1,\"n_parameters\":0,\"warnings\":0}\n"               \
	"B{\"operation_id\":\"" name "\",\"author\":\"\",\"server_url\":\"\"}\n"                   \
	"P" plan "\n"
#define END(n) "Z{\"operations\":" n ",\"warnings\":0,\"left_out\":0}\n"
#define PLAN "{\"method\":\"GET\",\"path\":\"/x\"}"
#define PLAN_ELSEWHERE                                                                             \
	"{\"method\":\"GET\",\"path\":\"/x\",\"servers\":[{\"url\":\"https://files.acme.test\"}]}"

static const char two[] = HEAD(SERVER) OPERATION("pets", PLAN) OPERATION("owners", PLAN) END("2");
static const char moved[] = HEAD("https://api.evil.test/v1") OPERATION("pets", PLAN)
	OPERATION("toys", PLAN_ELSEWHERE) END("2");
static const char changed[] = HEAD(SERVER) OPERATION("pets", "{\"method\":\"GET\",\"path\":\"/y\"}")
	OPERATION("owners", PLAN) OPERATION("toys", PLAN) END("3");

static struct import_result *result_of(const char *records)
{
	struct import_result *result = NULL;
	struct buf output;

	buf_init(&output, 1 << 20);
	buf_puts(&output, records);
	CHECK_RC(import_read(&output, &result), RC_OK);
	return result;
}

static enum rc import(const struct actor *actor, const struct api_tool_id *tool,
	const char *records, struct api_draft_id *out)
{
	struct import_result *result = result_of(records);
	enum rc rc = api_draft_create(&core, actor, tool, document, strlen(document),
		"https://acme.test/openapi.yaml", result, out);

	import_result_free(result);
	return rc;
}

static struct api_draft_id draft_of(const char *records)
{
	struct api_draft_id id = {{{0}}};

	CHECK_RC(import(&ada_at, NULL, records, &id), RC_OK);
	return id;
}

/* ---- wishes ---- */

static struct tool_settings with_key(void)
{
	struct tool_settings s = {.server = SERVER, .n_auth = 1};

	s.auth[0] = (struct tool_auth){
		.id = "a1", .scheme = "key", .in = TOOL_IN_HEADER, .name = "X-Key", .prefix = ""};
	return s;
}

static struct api_tool_wish wish_of(
	const char *name, const struct tool_settings *s, const struct fieldset *secrets)
{
	return (struct api_tool_wish){
		.name = name,
		.description = "Pets\nand owners",
		.privacy_policy = "https://acme.test/privacy",
		.disclaimer = "",
		.labels = "pets test",
		.icon = {"P", "#e6f6ee"},
		.settings = s,
		.secrets = secrets,
	};
}

static void put(struct fieldset *secrets, const char *name, const char *value)
{
	CHECK_RC(fieldset_put_text(secrets, name, value), RC_OK);
}

/* A tool with the key "open sesame". */
static struct api_tool_id a_tool(const char *name)
{
	struct api_draft_id draft = draft_of(two);
	struct tool_settings s = with_key();
	struct fieldset secrets = FIELDSET_EMPTY;
	struct api_tool_wish wish = wish_of(name, &s, &secrets);
	struct api_tool_id id = {{{0}}};

	put(&secrets, "a1.value", "open sesame");
	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &id), RC_OK);
	fieldset_release(&secrets);
	return id;
}

static void clean(void)
{
	CHECK_RC(db_script(db, "DELETE FROM tool_api_operations;\n"
			       "DELETE FROM tool_api_drafts;\n"
			       "DELETE FROM tool_api_providers;\n"),
		RC_OK);
}

static uint64_t version_of(const struct api_tool_id *id)
{
	struct api_tool t;
	uint64_t version = 0;

	CHECK_RC(api_tool_load(&core, &acme, id, &t), RC_OK);
	version = t.version;
	api_tool_release(&t);
	return version;
}

/* "open sesame", if a call of pets would get it; "" none. */
static void check_secret(const struct api_tool_id *id, const char *want)
{
	const struct secret *value;
	struct api_call call;

	CHECK_RC(api_call_load(&core, &acme, id, "pets", &call), RC_OK);
	value = call.tool.settings.n_auth
			? tool_secret(&call.secrets, &call.tool.settings.auth[0], "value")
			: NULL;
	CHECK_STR(value ? secret_text(value) : "", want);
	api_call_release(&call);
}

static bool may_go(const struct api_tool_id *id, const char *origin)
{
	struct api_call call;
	bool may;

	CHECK_RC(api_call_load(&core, &acme, id, "pets", &call), RC_OK);
	may = tool_secrets_may_go(&call.secrets, origin);
	api_call_release(&call);
	return may;
}

/* ---- making ---- */

static void a_draft_becomes_a_tool(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct api_tool t;

	CHECK_RC(api_tool_load(&core, &acme, &id, &t), RC_OK);
	CHECK_STR(t.name, "Pets");
	CHECK_STR(t.description, "Pets\nand owners");
	CHECK_STR(t.icon.content, "P");
	CHECK_STR(t.icon.background, "#e6f6ee");
	CHECK_STR(t.labels, "pets test");
	CHECK_STR(t.privacy_policy, "https://acme.test/privacy");
	CHECK_STR(t.schema_type, "openapi");
	CHECK_STR(t.source_url, "https://acme.test/openapi.yaml");
	CHECK_STR(t.added_by, "ada@acme.test");
	CHECK_STR(t.settings.server, SERVER);
	CHECK_INT(t.n_operations, 2);
	CHECK_INT(t.n_enabled, 2);
	CHECK_INT(t.version, 1);
	CHECK_INT(t.stored.n, 1);
	CHECK_STR(t.stored.items[0].name, "a1.value");
	CHECK_STR(fieldset_text(&t.stored, "a1.value"), "");
	CHECK_INT(t.origins.n, 1);
	CHECK_INT(t.unconfirmed.n, 0);
	api_tool_release(&t);
	check_secret(&id, "open sesame");
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_drafts"), 0);
	CHECK_INT(number(db, "SELECT tools_str = '[{\"operation_id\":\"pets\",\"author\":\"\","
			     "\"server_url\":\"" SERVER "\"},{\"operation_id\":\"owners\","
			     "\"author\":\"\",\"server_url\":\"" SERVER "\"}]'"
			     " FROM tool_api_providers"),
		1);
	CHECK_INT(number(db, "SELECT JSON_VALID(tools_str) AND JSON_VALID(head) AND"
			     " JSON_VALID(settings) FROM tool_api_providers"),
		1);
	clean();
}

static void what_is_secret_is_not_there_in_the_clear(void)
{
	a_tool("Pets");
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_providers WHERE INSTR("
			     "CONCAT_WS(' ', HEX(credentials_str), settings, head, tools_str),"
			     " HEX('sesame')) > 0 OR INSTR(settings, 'sesame') > 0"),
		0);
	clean();
}

static void check_refused(struct api_tool_wish *wish, const char *field)
{
	struct api_draft_id draft = draft_of(two);
	struct api_tool_id id;

	CHECK_RC(api_tool_create(&core, &ada_at, &draft, wish, &id), RC_INVALID);
	CHECK_STR(wish->problem.field, field);
	CHECK(wish->problem.reason != NULL);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_providers"), 0);
}

static void what_cannot_be_kept_is_refused(void)
{
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("", &s, &secrets);

	check_refused(&wish, "name");
	wish = wish_of("two\nlines", &s, &secrets);
	check_refused(&wish, "name");
	wish = wish_of("0b7f6cf2-6c1d-4c8e-9d55-0f3f5f1d2a3b", &s, &secrets);
	check_refused(&wish, "name");
	wish = wish_of("Pets", &s, &secrets);
	wish.privacy_policy = "javascript:alert(1)";
	check_refused(&wish, "privacy_policy");
	wish = wish_of("Pets", &s, &secrets);
	wish.labels = "two  spaces";
	check_refused(&wish, "labels");
	wish = wish_of("Pets", &s, &secrets);
	wish.icon = (struct api_icon){"P", "red;url(x)"};
	check_refused(&wish, "icon");
	wish = wish_of("Pets", &s, &secrets);
	put(&secrets, "a1.value", "two\r\nlines");
	check_refused(&wish, "a1.value");
	put(&secrets, "a1.value", "");
	put(&secrets, "a2.value", "of nothing");
	check_refused(&wish, "a2.value");
	fieldset_release(&secrets);
	s.server = "http://127.0.0.1/";
	check_refused(&wish, "server");
	s.server = "";
	check_refused(&wish, "server");
	clean();
}

static void a_name_is_once_in_a_workspace(void)
{
	struct api_tool_id id = a_tool("Pets"), second;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Pets", &s, NULL);
	struct api_draft_id draft = draft_of(two);

	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &second), RC_CONFLICT);
	CHECK(wish.name_taken);
	wish = wish_of("Others", &s, NULL);
	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &second), RC_OK);
	wish = wish_of("Pets", &s, NULL);
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &second, &wish), RC_CONFLICT);
	CHECK(wish.name_taken);
	/* another workspace's are none of ours */
	CHECK_RC(import(&eve_at, NULL, two, &draft), RC_OK);
	CHECK_RC(api_tool_create(&core, &eve_at, &draft, &wish, &second), RC_OK);
	CHECK(!uuid_equal(&id.u, &second.u));
	clean();
}

/* ---- changing ---- */

static void an_empty_secret_keeps_the_stored_one(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Pets again", &s, &secrets);

	put(&secrets, "a1.value", "");
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	check_secret(&id, "open sesame");
	CHECK_INT(version_of(&id), 2);
	put(&secrets, "a1.value", "another");
	wish.expected_version = 2;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	check_secret(&id, "another");
	s.n_auth = 0;
	wish.secrets = NULL;
	wish.expected_version = 3;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	s = with_key();
	wish.expected_version = 4;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	check_secret(&id, "");
	fieldset_release(&secrets);
	clean();
}

static void a_stored_secret_never_goes_to_another_server(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Pets", &s, &secrets);

	s.server = "https://api.evil.test/v1";
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_INVALID);
	CHECK_STR(wish.problem.field, "a1.value");
	CHECK_INT(version_of(&id), 1);
	s.server = "https://api.acme.test/v2"; /* another path is the same server */
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(may_go(&id, "https://api.acme.test"));
	s.server = "https://api.evil.test/v1";
	put(&secrets, "a1.value", "made for evil");
	wish.expected_version = 2;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(may_go(&id, "https://api.evil.test"));
	CHECK(!may_go(&id, "https://api.acme.test"));
	CHECK(!may_go(&id, "https://api.evil.test "));
	CHECK(!may_go(&id, "https://api"));
	fieldset_release(&secrets);
	clean();
}

static void an_old_form_does_not_overwrite(void)
{
	struct api_tool_id id = a_tool("Pets"), none = {{{77}}};
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Mine", &s, NULL);

	wish.expected_version = 2;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_CONFLICT);
	CHECK(!wish.name_taken);
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &none, &wish), RC_NOT_FOUND);
	CHECK_RC(api_tool_delete(&core, &ada_at, &id, 7), RC_CONFLICT);
	CHECK_RC(api_tool_delete(&core, &ada_at, &none, 1), RC_NOT_FOUND);
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	clean();
}

static void secrets_that_do_not_open_are_entered_anew(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Pets", &s, &secrets);
	struct api_call call;
	struct api_tool t;

	CHECK_RC(db_exec(db, "UPDATE tool_api_providers SET secret_rev = 9", DB_NO_ARGS, NULL),
		RC_OK);
	CHECK_RC(api_tool_load(&core, &acme, &id, &t), RC_OK);
	CHECK(t.unreadable);
	CHECK_INT(t.stored.n, 0);
	api_tool_release(&t);
	CHECK_RC(api_call_load(&core, &acme, &id, "pets", &call), RC_CRYPTO);
	api_call_release(&call);
	put(&secrets, "a1.value", "anew");
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	check_secret(&id, "anew");
	fieldset_release(&secrets);
	clean();
}

/* ---- importing again ---- */

struct seen {
	char text[512];
};

static void see(enum api_change change, const char *name, const char *method, const char *path,
	bool enabled, void *arg)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	(void)snprintf(s->text + n, sizeof(s->text) - n, "%c%s %s%s ", "+~-"[change], name, path,
		enabled ? "" : " off");
	CHECK_STR(method, "GET");
}

static void a_new_description_tells_what_it_changes(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct seen seen = {""};
	struct api_draft_id draft;
	struct api_draft d;
	struct api_diff diff;

	CHECK_RC(import(&ada_at, &id, changed, &draft), RC_OK);
	CHECK_RC(api_draft_load(&core, &ada_at, &draft, &d), RC_OK);
	CHECK_RC(api_draft_diff(&core, &ada_at, &d, see, &seen, &diff), RC_OK);
	CHECK_STR(seen.text, "~pets /pets +toys /toys ");
	CHECK_INT(diff.n_unchanged, 1);
	CHECK_STR(diff.server, diff.new_server);
	CHECK_INT(version_of(&id), 1);
	api_draft_release(&d);

	CHECK_RC(import(&ada_at, &id, moved, &draft), RC_OK);
	CHECK_RC(api_draft_load(&core, &ada_at, &draft, &d), RC_OK);
	seen.text[0] = '\0';
	CHECK_RC(api_draft_diff(&core, &ada_at, &d, see, &seen, &diff), RC_OK);
	CHECK_STR(seen.text, "+toys /toys -owners /owners ");
	CHECK_STR(diff.server, SERVER);
	CHECK_STR(diff.new_server, "https://api.evil.test/v1");
	api_draft_release(&d);
	clean();
}

static void what_is_switched_off_stays_off(void)
{
	struct api_tool_id id = a_tool("Pets");
	const char *off[] = {"owners"};
	const struct api_choice choice = {.off = off, .n_off = 1};
	struct api_operation_plan o;
	struct api_draft_id draft;

	CHECK_RC(api_tool_choose(&core, &ada_at, &id, &choice), RC_OK);
	CHECK_INT(version_of(&id), 2);
	CHECK_INT(number(db, "SELECT JSON_LENGTH(tools_str) FROM tool_api_providers"), 1);
	CHECK_RC(import(&ada_at, &id, changed, &draft), RC_OK);
	CHECK_RC(api_tool_replace(&core, &ada_at, &id, &draft, 2), RC_OK);
	CHECK_RC(api_operation_load(&core, &acme, &id.u, "owners", &o), RC_OK);
	CHECK(!o.operation->enabled);
	api_operation_release(&o);
	/* where somebody chooses, what is new is not chosen yet */
	CHECK_RC(api_operation_load(&core, &acme, &id.u, "toys", &o), RC_OK);
	CHECK(!o.operation->enabled);
	api_operation_release(&o);
	CHECK_RC(api_operation_load(&core, &acme, &id.u, "pets", &o), RC_OK);
	CHECK(o.operation->enabled);
	CHECK_STR(o.plan, "{\"method\":\"GET\",\"path\":\"/y\"}");
	api_operation_release(&o);
	check_secret(&id, "open sesame");
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_drafts"), 0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_operations"), 3);
	clean();
}

static void where_a_new_description_leads_secrets_do_not_follow(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Pets", &s, &secrets);
	struct api_draft_id draft;
	struct api_tool t;

	CHECK_RC(import(&ada_at, &id, moved, &draft), RC_OK);
	CHECK_RC(api_tool_replace(&core, &ada_at, &id, &draft, 1), RC_OK);
	CHECK_RC(api_tool_load(&core, &acme, &id, &t), RC_OK);
	CHECK_STR(t.settings.server, "https://api.evil.test/v1");
	CHECK_INT(t.origins.n, 2);
	CHECK_INT(t.unconfirmed.n, 2);
	CHECK_STR(t.unconfirmed.items[1], "https://files.acme.test");
	api_tool_release(&t);
	check_secret(&id, "open sesame");
	CHECK(!may_go(&id, "https://api.evil.test"));
	CHECK(!may_go(&id, "https://files.acme.test"));
	/* what else somebody saves does not confirm it */
	s.server = "https://api.evil.test/v1";
	wish.expected_version = 2;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(!may_go(&id, "https://api.evil.test"));
	put(&secrets, "a1.value", "entered again");
	wish.expected_version = 3;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(may_go(&id, "https://api.evil.test"));
	CHECK(may_go(&id, "https://files.acme.test"));
	fieldset_release(&secrets);
	clean();
}

/* ---- what people authorized ---- */

static struct tool_settings with_oauth2(void)
{
	struct tool_settings s = {.server = SERVER, .has_oauth2 = true};

	s.oauth2 = (struct tool_oauth2){.scheme = "",
		.authorization_url = "https://id.acme.test/authorize",
		.token_url = "https://id.acme.test/token",
		.refresh_url = "",
		.scope_separator = " ",
		.send_name = "Authorization",
		.send_prefix = "Bearer "};
	return s;
}

static void authorize(const struct api_tool_id *id)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(id, plugin_id);
	struct credential_row row = {.auth_type = "oauth2",
		.name = "Ada",
		.client_source = "tenant",
		.client_revision = 1,
		.secret_rev = 1,
		.version = 1,
		.added_by = ada_at.user,
		.changed_by = ada_at.user};

	row.id.u = uuid_random();
	row.client_id = uuid_random();
	TEXT_COPY(row.plugin_id, ref.plugin_id);
	TEXT_COPY(row.provider, ref.provider);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "sealed");
	buf_puts(&row.profile, "sealed");
	CHECK_RC(credential_insert(db, &acme, &row, 1), RC_OK);
	credential_row_release(&row);
}

static void what_people_authorized_is_for_its_server_alone(void)
{
	struct api_draft_id draft = draft_of(two);
	struct tool_settings s = with_oauth2();
	struct api_tool_wish wish = wish_of("Pets", &s, NULL);
	struct api_tool_id id;

	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &id), RC_OK);
	CHECK(may_go(&id, "https://api.acme.test"));
	authorize(&id);
	s.server = "https://api.evil.test/v1";
	wish.expected_version = 1;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_INVALID);
	CHECK_STR(wish.problem.field, "server");
	CHECK(!may_go(&id, "https://api.evil.test"));
	CHECK_INT(version_of(&id), 1);
	/* a new description that leads elsewhere does not take them along, nor does what is saved behind it */
	s.server = SERVER;
	CHECK_RC(import(&ada_at, &id, moved, &draft), RC_OK);
	CHECK_RC(api_tool_replace(&core, &ada_at, &id, &draft, 1), RC_OK);
	s.server = "https://api.evil.test/v1";
	wish.expected_version = 2;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(!may_go(&id, "https://api.evil.test"));
	/* when there are none any more, new ones are for where it leads now */
	CHECK_RC(db_exec(db, "DELETE FROM provider_credentials", DB_NO_ARGS, NULL), RC_OK);
	wish.expected_version = 3;
	CHECK_RC(api_tool_update(&core, &ada_at, &id, &wish), RC_OK);
	CHECK(may_go(&id, "https://api.evil.test"));
	clean();
}

static void a_draft_is_for_one_tool(void)
{
	struct api_tool_id one = a_tool("One"), other_id = a_tool("Two"), made;
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Three", &s, NULL);
	struct api_draft_id draft, fresh = draft_of(two);

	CHECK_RC(import(&ada_at, &one, changed, &draft), RC_OK);
	CHECK_RC(api_tool_replace(&core, &ada_at, &other_id, &draft, 1), RC_NOT_FOUND);
	CHECK_RC(api_tool_create(&core, &ada_at, &draft, &wish, &made), RC_NOT_FOUND);
	CHECK_RC(api_tool_replace(&core, &ada_at, &one, &fresh, 1), RC_NOT_FOUND);
	CHECK_RC(api_tool_replace(&core, &ada_at, &one, &draft, 2), RC_CONFLICT);
	CHECK_RC(api_tool_replace(&core, &ada_at, &one, &draft, 1), RC_OK);
	CHECK_RC(api_tool_replace(&core, &ada_at, &one, &draft, 2), RC_NOT_FOUND);
	clean();
}

/* ---- whose it is ---- */

static void nobody_sees_or_changes_what_belongs_to_others(void)
{
	struct api_tool_id id = a_tool("Pets"), found, made;
	struct api_draft_id draft = draft_of(two);
	struct tool_settings s = with_key();
	struct api_tool_wish wish = wish_of("Eve's", &s, NULL);
	const struct api_choice none = {.all_off = true};
	struct api_operation_plan o;
	struct api_operations list;
	struct api_draft d;
	struct api_tool t;
	struct buf text;

	wish.expected_version = 1;
	buf_init(&text, 1000);
	CHECK_RC(api_tool_load(&core, &globex, &id, &t), RC_NOT_FOUND);
	api_tool_release(&t);
	CHECK_RC(api_tool_find(&core, &globex, "Pets", &found), RC_NOT_FOUND);
	CHECK_RC(api_tool_document(&core, &globex, &id, &text), RC_NOT_FOUND);
	CHECK_RC(api_operation_load(&core, &globex, &id.u, "pets", &o), RC_NOT_FOUND);
	api_operation_release(&o);
	CHECK_RC(api_operations_load(&core, &globex, &id.u, NULL, 0, 100, &list), RC_OK);
	CHECK_INT(list.total, 0);
	api_operations_release(&list);
	CHECK_RC(api_tool_update(&core, &eve_at, &id, &wish), RC_NOT_FOUND);
	CHECK_RC(api_tool_delete(&core, &eve_at, &id, 1), RC_NOT_FOUND);
	CHECK_RC(api_tool_choose(&core, &eve_at, &id, &none), RC_NOT_FOUND);
	CHECK_RC(import(&eve_at, &id, two, &draft), RC_NOT_FOUND);
	draft = draft_of(two);
	CHECK_RC(api_draft_load(&core, &eve_at, &draft, &d), RC_NOT_FOUND);
	api_draft_release(&d);
	CHECK_RC(api_draft_document(&core, &eve_at, &draft, &text), RC_NOT_FOUND);
	CHECK_RC(api_draft_choose(&core, &eve_at, &draft, &none), RC_NOT_FOUND);
	CHECK_RC(api_draft_discard(&core, &eve_at, &draft), RC_NOT_FOUND);
	CHECK_RC(api_tool_create(&core, &eve_at, &draft, &wish, &made), RC_NOT_FOUND);
	CHECK_INT(version_of(&id), 1);
	CHECK_RC(api_draft_load(&core, &ada_at, &draft, &d), RC_OK);
	CHECK_INT(d.n_enabled, 2);
	api_draft_release(&d);
	clean();
}

/* ---- deleting ---- */

static void nothing_is_left_of_a_tool(void)
{
	struct api_tool_id id = a_tool("Pets");

	CHECK_RC(api_tool_delete(&core, &ada_at, &id, 1), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_providers"), 0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_operations"), 0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM audit_events WHERE action LIKE 'api_tool.%'"
			     " AND action = 'api_tool.delete' AND result = 'ok'"),
		1);
}

static void old_drafts_go(void)
{
	struct api_draft_id draft = draft_of(two), old = draft_of(two);
	struct api_draft d;

	CHECK_RC(db_exec(db,
			 "UPDATE tool_api_drafts SET created_at = created_at - 90000"
			 " WHERE tenant_id = ? AND id = ?",
			 DB_ARGS(db_id(&acme.u), db_id(&old.u)), NULL),
		RC_OK);
	CHECK_RC(api_draft_sweep(&core), RC_OK);
	CHECK_RC(api_draft_load(&core, &ada_at, &old, &d), RC_NOT_FOUND);
	api_draft_release(&d);
	CHECK_RC(api_draft_load(&core, &ada_at, &draft, &d), RC_OK);
	api_draft_release(&d);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_operations"), 2);
	clean();
}

static void what_lies_about_makes_room(void)
{
	struct api_draft_id first = draft_of(two);
	struct api_draft d;

	CHECK_RC(db_exec(db, "UPDATE tool_api_drafts SET created_at = created_at - 10", DB_NO_ARGS,
			 NULL),
		RC_OK);
	for (int i = 0; i < API_DRAFTS_KEPT; i++)
		draft_of(two);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_drafts"), API_DRAFTS_KEPT);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_api_operations"), 2 * API_DRAFTS_KEPT);
	CHECK_RC(api_draft_load(&core, &ada_at, &first, &d), RC_NOT_FOUND);
	api_draft_release(&d);
	clean();
}

static void a_document_in_latin_1_is_kept_as_text(void)
{
	struct import_result *result = result_of(two);
	struct api_draft_id draft;
	struct buf text;

	buf_init(&text, 1000);
	CHECK_RC(api_draft_create(&core, &ada_at, NULL, "caf\xe9", 4, NULL, result, &draft), RC_OK);
	CHECK_RC(api_draft_document(&core, &ada_at, &draft, &text), RC_OK);
	CHECK_STR(buf_text(&text), "caf\xc3\xa9");
	buf_release(&text);
	import_result_free(result);
	clean();
}

/* ---- lists ---- */

static void operations_are_filtered_and_paged(void)
{
	struct api_tool_id id = a_tool("Pets");
	struct api_operations list;

	CHECK_RC(api_operations_load(&core, &acme, &id.u, NULL, 0, 1, &list), RC_OK);
	CHECK_INT(list.total, 2);
	CHECK_INT(list.n, 1);
	CHECK_STR(list.items[0].name, "pets");
	api_operations_release(&list);
	CHECK_RC(api_operations_load(&core, &acme, &id.u, "LISTS OWN", 0, 100, &list), RC_OK);
	CHECK_INT(list.total, 1);
	CHECK_STR(list.items[0].path, "/owners");
	api_operations_release(&list);
	CHECK_RC(api_operations_load(&core, &acme, &id.u, "%", 0, 100, &list), RC_OK);
	CHECK_INT(list.total, 0);
	api_operations_release(&list);
	clean();
}

static void names_that_are_none_choose_nothing(void)
{
	struct api_tool_id id = a_tool("Pets");
	const char *names[] = {"pets,owners", "", "nobody"};
	const struct api_choice choice = {.off = names, .n_off = 3};
	const struct api_choice none = {.all_off = true};
	struct api_tool t;

	CHECK_RC(api_tool_choose(&core, &ada_at, &id, &choice), RC_OK);
	CHECK_RC(api_tool_load(&core, &acme, &id, &t), RC_OK);
	CHECK_INT(t.n_enabled, 2);
	api_tool_release(&t);
	CHECK_RC(api_tool_choose(&core, &ada_at, &id, &none), RC_OK);
	CHECK_INT(number(db, "SELECT tools_str = '[]' FROM tool_api_providers"), 1);
	clean();
}

int main(void)
{
	struct cfg cfg = {.db_name = NULL};
	char keys[PATH_MAX];
	int status = store_test_begin("test_api_tool");

	if (status)
		return status;
	CHECK_RC(codec_init(), RC_OK);
	make_keys(keys, "keys");
	core.cfg = &cfg;
	core.db = db;
	CHECK_RC(keyring_open(keys, &core.keyring), RC_OK);
	CHECK_RC(keyring_establish(core.keyring, db), RC_OK);
	CHECK_RC(keyring_create(core.keyring, db, &acme), RC_OK);
	CHECK_RC(keyring_create(core.keyring, db, &globex), RC_OK);
	RUN(a_draft_becomes_a_tool);
	RUN(what_is_secret_is_not_there_in_the_clear);
	RUN(what_cannot_be_kept_is_refused);
	RUN(a_name_is_once_in_a_workspace);
	RUN(an_empty_secret_keeps_the_stored_one);
	RUN(a_stored_secret_never_goes_to_another_server);
	RUN(an_old_form_does_not_overwrite);
	RUN(secrets_that_do_not_open_are_entered_anew);
	RUN(a_new_description_tells_what_it_changes);
	RUN(what_is_switched_off_stays_off);
	RUN(where_a_new_description_leads_secrets_do_not_follow);
	RUN(what_people_authorized_is_for_its_server_alone);
	RUN(a_draft_is_for_one_tool);
	RUN(nobody_sees_or_changes_what_belongs_to_others);
	RUN(nothing_is_left_of_a_tool);
	RUN(old_drafts_go);
	RUN(what_lies_about_makes_room);
	RUN(a_document_in_latin_1_is_kept_as_text);
	RUN(operations_are_filtered_and_paged);
	RUN(names_that_are_none_choose_nothing);
	keyring_free(core.keyring);
	remove_keys(keys);
	store_test_end();
	return CHECK_DONE;
}
