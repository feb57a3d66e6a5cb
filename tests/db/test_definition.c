/* SPDX-License-Identifier: Apache-2.0
 *
 * Definitions of API tools, against the real tables: whose they are, how long one lives that somebody holds, and what
 * becomes of a client and of credentials when the definition under them changes.
 */
#include "domain/definition.h"
#include "domain/tool/oauth_definition.h"
#include "platform/text.h"
#include "store/client_store.h"
#include "store/credential_store.h"

#include "store_test.h"

static const struct api_tool_id tool = {{{7}}}, second = {{{8}}};
static struct core core;
static const struct actor actor = {
	.tenant = {{{1}}}, .user = {{{3}}}, .request_id = "r", .peer = "p"};

/* --- definitions --- */

static struct tool_oauth2 code(void)
{
	return (struct tool_oauth2){
		.scheme = "",
		.grant = TOOL_GRANT_CODE,
		.authorization_url = "https://pets.example/authorize",
		.token_url = "https://api.pets.example/token",
		.refresh_url = "",
		.scope_separator = " ",
		.client_auth = TOOL_CLIENT_BASIC,
		.pkce = true,
		.send_name = "Authorization",
		.send_prefix = "Bearer ",
	};
}

static struct tool_oauth2 client_grant(void)
{
	struct tool_oauth2 o = code();

	o.grant = TOOL_GRANT_CLIENT;
	return o;
}

/* NULL: none. To be freed. */
static char *text_of(const struct tool_oauth2 *o)
{
	struct tool_problem problem;
	struct buf text;

	buf_init(&text, 65536);
	if (o)
		CHECK_RC(oauth_definition_write(&tool, "Pets", o, &text, &problem), RC_OK);
	return o ? buf_take(&text) : strdup("");
}

static void add_tool(
	const struct tenant_id *tenant, const struct api_tool_id *id, const char *definition)
{
	CHECK_RC(db_exec(db,
			 "INSERT INTO tool_api_providers (tenant_id, id, name, user_id, icon,"
			 " `schema`, schema_type_str, tools_str, credentials_str, description,"
			 " auth_definition, secret_rev, version, created_at, updated_at) VALUES"
			 " (?, ?, 'Pets', ?, '{}', '', 'openapi', '[]', '', '', ?, 1, 1, 1, 1)",
			 DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(&ada.u),
				 db_text(definition)),
			 NULL),
		RC_OK);
}

static void define(const char *definition)
{
	CHECK_RC(
		db_exec(db, "UPDATE tool_api_providers SET auth_definition = ? WHERE tenant_id = ?",
			DB_ARGS(db_text(definition), db_id(&acme.u)), NULL),
		RC_OK);
}

static enum rc find(
	const struct tenant_id *tenant, const struct api_tool_id *id, const struct provider **out)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(id, plugin_id);

	return definition_find(&core, tenant, &ref, out);
}

static void a_definition_is_of_its_workspace(void)
{
	struct tool_oauth2 o = code();
	char *text = text_of(&o);
	const struct provider *p, *again;

	add_tool(&acme, &tool, text);
	add_tool(&globex, &second, text); /* it says that it is of the other tool */
	CHECK_RC(find(&acme, &tool, &p), RC_OK);
	CHECK_STR(i18n_text(&p->label, "en_US"), "Pets");
	CHECK_RC(find(&acme, &tool, &again), RC_OK);
	CHECK(p == again); /* one request, one reading */
	CHECK_RC(find(&globex, &tool, &p), RC_NOT_FOUND);
	CHECK(!p);
	CHECK_RC(find(&globex, &second, &p), RC_NOT_FOUND);
	CHECK_RC(find(&acme, &second, &p), RC_NOT_FOUND);
	CHECK_RC(definition_find_id(&core, &acme, "api-tools/x/oauth2", &p), RC_NOT_FOUND);
	CHECK_RC(definition_find_id(&core, &acme, "oauth2", &p), RC_NOT_FOUND);
	definitions_clear(core.definitions);
	free(text);
}

static void one_that_is_held_outlives_its_change(void)
{
	struct tool_oauth2 o = code();
	const struct provider *old, *new, *after;
	char *text;

	CHECK_RC(find(&acme, &tool, &old), RC_OK);
	definition_hold(core.definitions, old);
	definition_hold(core.definitions, old);
	o.token_url = "https://new.example/token";
	text = text_of(&o);
	define(text);
	definitions_clear(core.definitions);
	CHECK_RC(find(&acme, &tool, &new), RC_OK);
	CHECK(new != old);
	CHECK_STR(old->oauth.token_url, "https://api.pets.example/token");
	CHECK_STR(new->oauth.token_url, "https://new.example/token");
	definition_let_go(core.definitions, old);
	definitions_clear(core.definitions);
	CHECK_STR(old->oauth.token_url, "https://api.pets.example/token");
	definition_let_go(core.definitions, old);
	definitions_clear(core.definitions); /* the sanitizer would see what is used or lost */
	define("");
	CHECK_RC(find(&acme, &tool, &after), RC_NOT_FOUND);
	definition_hold(core.definitions, after);
	definition_let_go(core.definitions, after);
	free(text);
}

/* --- what is settled --- */

static void add_credential(
	const struct tenant_id *tenant, const struct provider_ref *ref, const char *type)
{
	struct credential_row row = {.client_source = "tenant",
		.client_revision = 1,
		.secret_rev = 1,
		.version = 1,
		.added_by = ada,
		.changed_by = ada};

	row.id.u = uuid_random();
	row.client_id = uuid_random();
	TEXT_COPY(row.auth_type, type);
	TEXT_COPY(row.plugin_id, ref->plugin_id);
	TEXT_COPY(row.provider, ref->provider);
	(void)snprintf(row.name, sizeof(row.name), "%02x", row.id.u.b[0]);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "sealed");
	buf_puts(&row.profile, "sealed");
	CHECK_RC(credential_insert(db, tenant, &row, 1), RC_OK);
	CHECK_RC(default_lock(db, tenant, ref, &row.id), RC_OK);
	credential_row_release(&row);
}

static void add_client(const struct tenant_id *tenant, const struct provider_ref *ref)
{
	struct client_row row = {.enabled = true, .revision = 1, .changed_by = ada};

	row.id = uuid_random();
	buf_init(&row.sealed, 64);
	buf_puts(&row.sealed, "sealed");
	CHECK_RC(client_insert(db, CLIENT_TABLE_TOOL_TENANT, tenant, ref, &row, 1), RC_OK);
	client_row_release(&row);
}

/* Two credentials and a client of the tool; and of another tool, and of the same id in another workspace. */
static void begin(void)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE], plugin_id_too[DEFINITION_PLUGIN_SIZE];
	struct provider_ref mine = definition_ref_of(&tool, plugin_id),
			    too = definition_ref_of(&second, plugin_id_too);

	CHECK_RC(db_exec(db, "DELETE FROM provider_credential_defaults", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_exec(db, "DELETE FROM provider_credentials", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_exec(db, "DELETE FROM tool_oauth_tenant_clients", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_exec(db, "DELETE FROM audit_events", DB_NO_ARGS, NULL), RC_OK);
	add_client(&acme, &mine);
	add_client(&acme, &too);
	add_client(&globex, &mine);
	add_credential(&acme, &mine, "oauth2");
	add_credential(&acme, &mine, "api-key");
	add_credential(&acme, &too, "oauth2");
	add_credential(&globex, &mine, "oauth2");
}

struct settled {
	const char *before, *after;
};

static enum rc settle(struct db *own, void *arg)
{
	const struct settled *s = arg;

	(void)own;
	return oauth_definition_settle(&core, &actor, &tool, s->before, s->after);
}

/* What is left of the two and the one; what belongs to others is always left. */
static void check_settled(const struct tool_oauth2 *before, const struct tool_oauth2 *after,
	int clients, int credentials)
{
	char *old = text_of(before), *new = text_of(after);
	struct settled s = {old, new};

	begin();
	CHECK_RC(db_transact(db, settle, &s), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_oauth_tenant_clients"), 2 + clients);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credentials"), 2 + credentials);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credential_defaults"),
		2 + (credentials > 0));
	CHECK_INT(number(db, "SELECT COUNT(*) FROM audit_events WHERE action = 'client.remove'"),
		1 - clients);
	CHECK_INT(
		number(db, "SELECT COUNT(*) FROM audit_events WHERE action = 'credential.delete'"),
		2 - credentials);
	free(old);
	free(new);
}

static void what_stays_on_its_origins_stays(void)
{
	struct tool_oauth2 o = code(), to = code();

	check_settled(&o, &to, 1, 2);
	to.token_url = "https://api.pets.example:443/v2/token?x=1";
	to.authorization_url = "https://PETS.example/oauth/authorize";
	to.refresh_url = "https://api.pets.example/renew";
	to.scopes[0] = "pets";
	to.n_scopes = 1;
	to.client_auth = TOOL_CLIENT_NONE;
	check_settled(&o, &to, 1, 2);
	check_settled(NULL, &to, 1, 2); /* there was nothing to be sent elsewhere */
	check_settled(NULL, NULL, 1, 2);
	o = client_grant();
	to = client_grant();
	to.token_url = "https://api.pets.example/v2/token";
	check_settled(&o, &to, 1, 2);
}

static void a_client_is_not_sent_to_another_origin(void)
{
	static const char *const urls[] = {"https://evil.example/token",
		"https://pets.example/token", "https://api.pets.example:444/token",
		"http://api.pets.example/token", "https://api.pets.example.evil.example/token"};
	struct tool_oauth2 o = code(), to;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		to = code();
		to.token_url = urls[i];
		check_settled(&o, &to, 0, 2);
		to = code();
		to.refresh_url = urls[i];
		check_settled(&o, &to, 0, 2);
		check_settled(&to, &o, 0, 2);
	}
	to = code();
	to.authorization_url = "https://evil.example/authorize";
	check_settled(&o, &to, 0, 2);
}

static void a_key_does_not_outlive_its_origin(void)
{
	struct tool_oauth2 o = client_grant(), to = client_grant();

	to.token_url = "https://evil.example/token";
	check_settled(&o, &to, 0, 0);
}

static void what_has_no_use_any_more_goes(void)
{
	struct tool_oauth2 o = code(), to = client_grant();

	check_settled(&o, &to, 0, 0);
	check_settled(&to, &o, 0, 0);
	check_settled(&o, NULL, 0, 0);
	check_settled(&to, NULL, 0, 0);
}

static void what_cannot_be_read_is_trusted_with_nothing(void)
{
	struct tool_oauth2 o = code();
	char *text = text_of(&o);
	struct settled s = {"{", text};

	begin();
	CHECK_RC(db_transact(db, settle, &s), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tool_oauth_tenant_clients"), 2);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credentials"), 2);
	s = (struct settled){text, "{"};
	begin();
	CHECK_RC(db_transact(db, settle, &s), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credentials"), 2);
	free(text);
}

int main(void)
{
	int status = store_test_begin("test_definition");

	if (status)
		return status;
	core.db = db;
	core.definitions = definitions_new();
	CHECK(core.definitions != NULL);
	RUN(a_definition_is_of_its_workspace);
	RUN(one_that_is_held_outlives_its_change);
	RUN(what_stays_on_its_origins_stays);
	RUN(a_client_is_not_sent_to_another_origin);
	RUN(a_key_does_not_outlive_its_origin);
	RUN(what_has_no_use_any_more_goes);
	RUN(what_cannot_be_read_is_trusted_with_nothing);
	definitions_free(core.definitions);
	store_test_end();
	return CHECK_DONE;
}
