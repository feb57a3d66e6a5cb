/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/oauth_definition.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/definition.h"
#include "domain/provider.h"

static const struct api_tool_id tool = {{{0x5f, 0x0c, [15] = 0x07}}};

static struct tool_oauth2 code(void)
{
	return (struct tool_oauth2){
		.scheme = "",
		.grant = TOOL_GRANT_CODE,
		.authorization_url = "https://pets.example/authorize?tenant=a",
		.token_url = "https://pets.example/token",
		.refresh_url = "",
		.scopes = {"pets.read", "pets:write", "https://pets.example/all"},
		.n_scopes = 3,
		.scope_separator = " ",
		.client_auth = TOOL_CLIENT_BASIC,
		.pkce = true,
		.params = {{"audience", "https://pets.example/\"x\"\\"}, {"prompt", "consent"}},
		.n_params = 2,
		.send_in = TOOL_IN_HEADER,
		.send_name = "Authorization",
		.send_prefix = "Bearer ",
	};
}

static struct tool_oauth2 client(void)
{
	struct tool_oauth2 o = code();

	o.grant = TOOL_GRANT_CLIENT;
	o.authorization_url = "";
	return o;
}

/* --- written and read --- */

struct reading {
	struct catalogue *catalogue;
	const struct provider *p;
};

static struct reading read_back(const struct tool_oauth2 *o, const char *label)
{
	struct reading r = {NULL, NULL};
	struct provider_error error;
	struct tool_problem problem;
	struct buf text;

	buf_init(&text, 65536);
	CHECK_INT(oauth_definition_write(&tool, label, o, &text, &problem), RC_OK);
	CHECK_INT(provider_parse_own(buf_text(&text), text.len, &r.catalogue, &error), RC_OK);
	r.p = catalogue_at(r.catalogue, 0);
	buf_release(&text);
	return r;
}

static void an_authorization_code_is_asked_for_as_set(void)
{
	struct tool_oauth2 o = code();
	struct reading r = read_back(&o, "Pets");
	const struct oauth_recipe *recipe = &r.p->oauth;

	CHECK_STR(r.p->id, "api-tools/5f0c0000-0000-0000-0000-000000000007/oauth2");
	CHECK(r.p->kind == PROVIDER_TOOL && provider_can_connect(r.p) && !r.p->mint);
	CHECK(!r.p->has_api_key);
	CHECK_STR(i18n_text(&r.p->label, "zh_Hans"), "Pets");
	CHECK_STR(recipe->authorization_url, o.authorization_url);
	CHECK_STR(recipe->token_url, o.token_url);
	CHECK(!recipe->refresh.url);
	CHECK(recipe->pkce == PKCE_ON && recipe->client_auth == CLIENT_AUTH_BASIC);
	CHECK_INT(recipe->scopes.n, 3);
	CHECK_STR(recipe->scopes.items[2].name, "https://pets.example/all");
	CHECK_INT(recipe->authorize_params.n, 2);
	CHECK_STR(recipe->authorize_params.items[0].value, "https://pets.example/\"x\"\\");
	CHECK(recipe->revocation == REVOCATION_NONE && !recipe->host_from_client);
	CHECK_INT(r.p->client_schema.n, 2);
	CHECK(schema_find(&r.p->client_schema, "client_secret")->kind == FIELD_SECRET);
	catalogue_free(r.catalogue);
}

static void what_is_set_otherwise_is_otherwise(void)
{
	struct tool_oauth2 o = code();
	struct reading r;

	o.pkce = false;
	o.client_auth = TOOL_CLIENT_NONE;
	o.scope_separator = ",";
	o.refresh_url = "https://renew.example/token";
	o.n_scopes = o.n_params = 0;
	r = read_back(&o, "宠物 \"quoted\"\\, {{client.id}}: #x");
	CHECK_STR(i18n_text(&r.p->label, "en_US"), "宠物 \"quoted\"\\, {{client.id}}: #x");
	CHECK(r.p->oauth.pkce == PKCE_OFF && r.p->oauth.client_auth == CLIENT_AUTH_NONE);
	CHECK_STR(r.p->oauth.scope_separator, ",");
	CHECK_STR(r.p->oauth.refresh.url, "https://renew.example/token");
	CHECK_INT(r.p->client_schema.n, 1);
	catalogue_free(r.catalogue);
	o = code();
	o.client_auth = TOOL_CLIENT_POST;
	r = read_back(&o, "Pets");
	CHECK(r.p->oauth.client_auth == CLIENT_AUTH_POST);
	catalogue_free(r.catalogue);
}

static void client_credentials_become_a_minted_token(void)
{
	struct tool_oauth2 o = client();
	struct reading r = read_back(&o, "Pets");
	const struct oauth_recipe *recipe;

	CHECK(r.p->has_api_key && !r.p->has_oauth && r.p->mint);
	CHECK(r.p->mint->grant == MINT_CLIENT_CREDENTIALS);
	recipe = &r.p->mint->oauth;
	CHECK_STR(recipe->token_url, o.token_url);
	CHECK(recipe->client_auth == CLIENT_AUTH_BASIC);
	CHECK_INT(recipe->token_params.n, 3);
	CHECK_STR(recipe->token_params.items[0].name, "scope");
	CHECK_STR(recipe->token_params.items[0].value,
		"pets.read pets:write https://pets.example/all");
	CHECK_INT(r.p->api_key_schema.n, 2);
	catalogue_free(r.catalogue);
	o.n_scopes = o.n_params = 0;
	r = read_back(&o, "Pets");
	CHECK_INT(r.p->mint->oauth.token_params.n, 0);
	catalogue_free(r.catalogue);
}

/* --- what cannot stand in one --- */

static void refuse(const struct tool_oauth2 *o, const char *field, const char *reason)
{
	struct tool_problem problem = {.field = ""};
	struct buf text;

	buf_init(&text, 65536);
	CHECK_INT(oauth_definition_write(&tool, "Pets", o, &text, &problem), RC_INVALID);
	CHECK_STR(problem.field, field);
	CHECK_STR(problem.reason, reason);
	buf_release(&text);
}

static void no_placeholder_comes_from_people(void)
{
	struct tool_oauth2 o = code();

	o.authorization_url = "https://pets.example/{{client.client_secret}}";
	refuse(&o, "oauth2.authorization_url", "oauth2.placeholder");
	o = code();
	o.token_url = "{{operator.sandbox_origin}}/token";
	refuse(&o, "oauth2.token_url", "oauth2.placeholder");
	o = code();
	o.refresh_url = "https://{{client.client_id}}.example/token";
	refuse(&o, "oauth2.refresh_url", "oauth2.placeholder");
	o = code();
	o.params[1].value = "{{client.client_secret}}";
	refuse(&o, "oauth2.params", "oauth2.placeholder");
	o = client();
	o.params[0].value = "x{{credential.client_secret|}}";
	refuse(&o, "oauth2.params", "oauth2.placeholder");
}

static void what_the_reader_refuses_is_not_written(void)
{
	const char *urls[] = {"", "pets.example/token", "ftp://pets.example/token",
		"https://user:secret@pets.example/token", "https://pets.example/token#x",
		"https://pets.example/to ken", "https://pets.example/\n", "javascript:alert(1)"};
	const char *scopes[] = {"", "a b", "a\"b", "a\\b", "pets.read", "é"};
	const char *params[] = {"state", "redirect_uri", "client_id", "response_type", "scope",
		"code_challenge", "prompt"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct tool_oauth2 o = code(), c = client();

		o.token_url = c.token_url = urls[i];
		refuse(&o, "oauth2.token_url", "oauth2.unusable");
		refuse(&c, "oauth2.token_url", "oauth2.unusable");
	}
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		struct tool_oauth2 o = code();

		o.scopes[2] = scopes[i];
		refuse(&o, "oauth2.token_url", "oauth2.unusable");
	}
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		struct tool_oauth2 o = code();

		o.params[0].name = params[i];
		refuse(&o, "oauth2.token_url", "oauth2.unusable");
	}
}

static void what_a_client_asks_for_itself_takes_its_secret(void)
{
	struct tool_oauth2 o = client();

	o.client_auth = TOOL_CLIENT_NONE;
	refuse(&o, "oauth2.client_auth", "oauth2.client_auth_none");
	o = client();
	o.params[0].name = "scope";
	refuse(&o, "oauth2.token_url", "oauth2.unusable");
	o.params[0].name = "grant_type";
	refuse(&o, "oauth2.token_url", "oauth2.unusable");
}

/* --- names --- */

static void tools_are_told_from_files_by_their_organisation(void)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(&tool, plugin_id);

	CHECK_STR(ref.plugin_id, "api-tools/5f0c0000-0000-0000-0000-000000000007");
	CHECK_STR(ref.provider, "oauth2");
	CHECK(definition_is_own(&ref));
	CHECK(!definition_is_own(&(struct provider_ref){"api-tools", "oauth2"}));
	CHECK(!definition_is_own(&(struct provider_ref){"api-tools2/x", "oauth2"}));
	CHECK(!definition_is_own(&(struct provider_ref){"acme/api-tools", "oauth2"}));
}

int main(void)
{
	RUN(an_authorization_code_is_asked_for_as_set);
	RUN(what_is_set_otherwise_is_otherwise);
	RUN(client_credentials_become_a_minted_token);
	RUN(no_placeholder_comes_from_people);
	RUN(what_the_reader_refuses_is_not_written);
	RUN(what_a_client_asks_for_itself_takes_its_secret);
	RUN(tools_are_told_from_files_by_their_organisation);
	return CHECK_DONE;
}
