/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "domain/fieldset.h"
#include "platform/buf.h"

static const struct pair sandbox_var = {"sandbox_origin", "http://127.0.0.1:9000"};
static const struct pairs sandbox_vars = {(struct pair *)&sandbox_var, 1};

/* --- helpers --- */

#define HEAD "identity: {author: acme, name: drive, label: {en_US: Acme Drive}}\nprovider_type: x\n"
#define CLIENT                                                                                     \
	"oauth_schema:\n  client_schema:\n"                                                        \
	"  - {name: client_id, type: text-input, required: true}\n"                                \
	"  - {name: client_secret, type: secret-input, required: true}\n"                          \
	"  - {name: sub, type: text-input}\n"
#define KEY "credentials_schema:\n- {name: api_key, type: secret-input, required: true}\n"
#define SECTION "grantry:\n  org: acme\n  plugin: drive\n" /* 3 lines */
#define OAUTH                                                                                      \
	HEAD CLIENT SECTION "  oauth:\n"                                                           \
			    "    authorization_url: https://acme.example/authorize\n"              \
			    "    token_url: https://acme.example/token\n"
#define CHECK_KEY                                                                                  \
	HEAD KEY SECTION "  api_key:\n    check:\n      request:\n"                                \
			 "        method: GET\n"

static const struct provider *parse(const char *text, struct catalogue **out)
{
	struct provider_error error;

	CHECK_INT(provider_parse("t.yaml", text, strlen(text), NULL, out, &error), RC_OK);
	if (error.reason[0] != '\0')
		printf("# line %u: %s\n", error.line, error.reason);
	return *out && catalogue_count(*out) ? catalogue_at(*out, 0) : NULL;
}

/* The document is refused at that line, with a reason that holds the words. */
static void refuse_with(
	const char *text, const struct pairs *vars, unsigned line, const char *words)
{
	struct catalogue *catalogue = NULL;
	struct provider_error error = {0};
	enum rc rc = provider_parse("t.yaml", text, strlen(text), vars, &catalogue, &error);

	CHECK_INT(rc, RC_INVALID);
	if (error.line != line || !strstr(error.reason, words)) {
		CHECK_INT(error.line, line);
		CHECK_STR(error.reason, words);
	}
	CHECK_STR(error.file, "t.yaml");
	CHECK(catalogue && catalogue_count(catalogue) == 0);
	catalogue_free(catalogue);
}

static void refuse(const char *text, unsigned line, const char *words)
{
	refuse_with(text, NULL, line, words);
}

static void accept(const char *text)
{
	struct catalogue *catalogue;

	CHECK(parse(text, &catalogue) != NULL);
	catalogue_free(catalogue);
}

/* --- what is accepted --- */

static void a_dify_document_loads_without_our_section(void)
{
	struct catalogue *catalogue;
	const struct provider *p =
		parse("\xef\xbb\xbf"
		      "identity:\n  author: Leo.Wang\n  name: git-lab\n"
		      "  label:\n    en_US: gitlab\n    help: {x: y}\n    url: z\n"
		      "    zh_Hans: null\n"
		      "credentials_for_provider:\n"
		      "  X-RapidAPI-Key:\n    type: secret-input\n"
		      "    required: true\n    label: Key\n    surprise: [1, 2]\n"
		      "    url: https://<your-org>.example/x\n"
		      "  mode:\n    type: select\n    default: b\n    options:\n"
		      "    - value: a\n      label: {en_US: A}\n    - value: b\n"
		      "  tls: {type: boolean, default: false, url: 'http://x.example'}\n"
		      "credentials_schema: null\noauth_schema: {}\n"
		      "tools: [a.yaml]\nextra: {python: {source: x.py}}\n",
			&catalogue);

	CHECK(p != NULL);
	if (!p)
		return;
	CHECK_INT(p->kind, PROVIDER_TOOL);
	CHECK_STR(p->id, "unknown/git-lab/git-lab");
	CHECK_INT(p->label.n, 1);
	CHECK_STR(p->icon_letter, "G");
	CHECK(p->has_api_key && !p->has_oauth && !p->missing);
	CHECK_INT(p->api_key_schema.n, 3);
	CHECK_STR(p->api_key_schema.fields[0].name, "X-RapidAPI-Key");
	CHECK_STR(i18n_text(&p->api_key_schema.fields[0].label, "ja_JP"), "Key");
	CHECK(p->api_key_schema.fields[0].required && !p->api_key_schema.fields[0].url);
	CHECK_INT(schema_find(&p->api_key_schema, "mode")->n_options, 2);
	CHECK_STR(schema_find(&p->api_key_schema, "mode")->default_value, "b");
	CHECK_STR(schema_find(&p->api_key_schema, "tls")->default_value, "false");
	CHECK(!schema_find(&p->api_key_schema, "tls")->url);
	CHECK(!schema_find(&p->api_key_schema, "none"));
	CHECK_INT(p->api_key_checks.n, 0);
	catalogue_free(catalogue);
}

static void oauth_without_a_recipe_says_what_is_missing(void)
{
	struct catalogue *catalogue;
	const struct provider *p = parse(HEAD CLIENT, &catalogue);

	CHECK(p && p->has_oauth && p->missing);
	CHECK_STR(p ? p->missing : NULL, "no grantry.oauth section");
	CHECK_STR(p ? p->id : NULL, "acme/drive/drive");
	CHECK_INT(p ? p->kind : 99, PROVIDER_DATASOURCE);
	catalogue_free(catalogue);
}

static void every_field_type_is_known(void)
{
	struct catalogue *catalogue;
	const struct provider *p =
		parse(HEAD "credentials_schema:\n- {name: a, type: secret-input}\n"
			   "- {name: b, type: text-input}\n- {name: d, type: boolean}\n"
			   "- {name: c, type: select, options: [{value: 'true'}]}\n"
			   "- {name: e, type: model-selector}\n- {name: f, type: app-selector}\n"
			   "- {name: g, type: 'array[tools]'}\n",
			&catalogue);

	CHECK_INT(p ? p->api_key_schema.n : 0, 7);
	if (p) {
		CHECK_INT(schema_find(&p->api_key_schema, "g")->kind, FIELD_TOOLS);
		CHECK_INT(schema_find(&p->api_key_schema, "c")->kind, FIELD_SELECT);
	}
	catalogue_free(catalogue);
}

/* --- kinds beyond tools and data sources --- */

#define MODEL                                                                                      \
	"provider: acme_lm\nlabel: {en_US: Acme LM}\nhelp: {url: {en_US: "                         \
	"'https://acme.example'}}\n"                                                               \
	"supported_model_types: [llm, rerank]\n"

static void a_model_provider_has_two_forms(void)
{
	struct fieldset fields = FIELDSET_EMPTY;
	struct catalogue *catalogue;
	const struct provider *p = parse(MODEL
		"provider_credential_schema:\n  credential_form_schemas:\n"
		"  - {variable: key, type: secret-input, required: true, label: {en_US: Key}}\n"
		"model_credential_schema:\n  model: {label: {en_US: Which}}\n"
		"  credential_form_schemas:\n"
		"  - variable: mode\n    type: radio\n    options: [{value: a}, {value: b}]\n"
		"  - variable: size\n    type: number\n    default: 4096\n"
		"    show_on: [{variable: __model_type, value: llm}]\n"
		"  - {variable: extra, type: json, show_on: []}\n"
		"  - variable: size\n    type: number\n"
		"    show_on: [{variable: __model_type, value: rerank}, {variable: __model_type, "
		"value: llm}]\n",
		&catalogue);
	const struct field *size = p ? schema_find(&p->model_schema, "size") : NULL;

	CHECK(size != NULL);
	if (!size)
		return;
	CHECK_INT(p->kind, PROVIDER_MODEL);
	CHECK_STR(p->name, "acme_lm");
	CHECK_STR(i18n_text(&p->label, "en_US"), "Acme LM");
	CHECK(p->has_api_key && !p->has_oauth && p->api_key_schema.n == 1);
	CHECK_INT(p->model_schema.n, 5);
	CHECK_STR(p->model_schema.fields[0].name, MODEL_TYPE_FIELD);
	CHECK(field_has_option(&p->model_schema.fields[0], "rerank"));
	CHECK_STR(i18n_text(&p->model_schema.fields[1].label, "en_US"), "Which");
	CHECK_INT(schema_find(&p->model_schema, "mode")->kind, FIELD_RADIO);
	CHECK_INT(schema_find(&p->model_schema, "extra")->rule.format, FORMAT_JSON);
	CHECK_INT(schema_find(&p->model_schema, "extra")->rule.when.n, 0);
	CHECK_INT(size->rule.format, FORMAT_NUMBER);
	CHECK_STR(size->default_value, "4096");
	CHECK_INT(size->rule.when.n, 1);
	CHECK_INT(size->rule.when.items[0].values.n, 2);
	CHECK_STR(size->rule.when.items[0].values.items[1], "rerank");
	CHECK(provider_key_schema(p, NULL) == &p->api_key_schema);
	CHECK_INT(fieldset_put_text(&fields, "key", "k"), RC_OK);
	CHECK(provider_key_schema(p, &fields) == &p->api_key_schema);
	CHECK_INT(fieldset_put_text(&fields, MODEL_NAME_FIELD, "m"), RC_OK);
	CHECK(provider_key_schema(p, &fields) == &p->model_schema);
	fieldset_release(&fields);
	catalogue_free(catalogue);
}

static void a_model_provider_may_have_either_form(void)
{
	struct catalogue *catalogue;
	const struct provider *p =
		parse(MODEL "model_credential_schema: {credential_form_schemas: []}\n", &catalogue);

	CHECK(p && p->has_api_key && p->model_schema.n == 2 && p->api_key_schema.n == 0);
	CHECK(p && provider_key_schema(p, NULL) == &p->model_schema);
	catalogue_free(catalogue);
	p = parse(MODEL, &catalogue);
	CHECK(p && !p->has_api_key && provider_key_schema(p, NULL)->n == 0);
	catalogue_free(catalogue);
}

static void wrong_forms_of_models_are_refused(void)
{
#define ONE MODEL "model_credential_schema:\n  credential_form_schemas:\n"
	refuse(ONE "  - {type: radio, options: [{value: a}]}\n", 7, "needs a name");
	refuse(ONE "  - {variable: a, type: radio}\n", 7, "radio \"a\" has no options");
	refuse(ONE "  - {variable: __model_name, type: text-input}\n", 7, "is there twice");
	refuse(ONE "  - {variable: a, type: number}\n  - {variable: a, type: number}\n", 8,
		"is there twice");
	refuse(ONE "  - {variable: a, type: number, show_on: [{variable: b, value: c}]}\n"
		   "  - {variable: a, type: json, show_on: [{variable: b, value: d}]}\n",
		8, "is there twice");
	refuse(ONE "  - {variable: a, type: number, show_on: [b]}\n", 7, "a condition needs");
	refuse(ONE "  - {variable: a, type: number, show_on: {b: c}}\n", 7, "must be a list");
	refuse(ONE "  - {variable: a, type: number, show_on: [{variable: b}]}\n", 7,
		"a condition needs");
	refuse("provider: Acme\nsupported_model_types: [llm]\n", 1, "must be 1 to 64 of");
	refuse("supported_model_types: [llm]\n", 1, "\"name\" is missing");
	refuse(MODEL "model_credential_schema: {credential_form_schemas: text}\n", 5,
		"must be a list of fields");
#undef ONE
}

static void a_trigger_is_made_or_filled_in(void)
{
	struct catalogue *catalogue;
	const struct provider *p =
		parse("identity: {author: acme, name: hook}\n"
		      "subscription_schema:\n- {name: secret, type: secret-input}\n"
		      "subscription_constructor:\n  parameters: [{name: repo, type: string}]\n"
		      "  credentials_schema: {token: {type: secret-input}}\n  oauth_schema: {}\n",
			&catalogue);

	CHECK(p && p->kind == PROVIDER_TRIGGER && p->has_api_key && !p->has_oauth);
	CHECK(p && schema_find(&p->api_key_schema, "token") && p->subscription_schema.n == 1);
	catalogue_free(catalogue);
	p = parse("identity: {name: hook}\nsubscription_constructor: null\n"
		  "subscription_schema:\n- {name: secret, type: secret-input}\n",
		&catalogue);
	CHECK(p && p->has_api_key && schema_find(&p->api_key_schema, "secret"));
	catalogue_free(catalogue);
}

static void an_extension_has_settings(void)
{
	struct catalogue *catalogue;
	const struct provider *p =
		parse("identity: {author: acme, name: bot}\nsettings:\n"
		      "- {name: app, type: app-selector, scope: chat, multiple: true}\n"
		      "- {name: llm, type: model-selector, default: {provider: x, model: y}}\n"
		      "endpoints: [a.yaml]\n",
			&catalogue);
	const struct field *app = p ? schema_find(&p->api_key_schema, "app") : NULL;

	CHECK(app && p->kind == PROVIDER_EXTENSION && p->has_api_key);
	CHECK_STR(app ? app->scope : NULL, "chat");
	CHECK(app && app->multiple && !app[1].default_value);
	catalogue_free(catalogue);
}

/* What is passed over in documents of others is told to whoever looks at them. */
static void what_is_passed_over_is_noted(void)
{
	static const struct {
		unsigned line;
		const char *reason;
	} notes[] = {
		{3, "ja_Jp: unknown language"},
		{4, "help: is no text in a language such as en_US"},
		{2, "colour: unknown key"},
		{9, "url: is no page that a browser may be sent to"},
		{10, "surprise: unknown key"},
		{12, "scopes: unknown key"},
		{13, "channel: unknown key"},
	};
	struct catalogue *catalogue;
	const struct provider *p =
		parse("identity:\n  {author: acme, name: odd, colour: red, label: {en_US: Odd,\n"
		      "  ja_Jp: 変,\n  help: {en_US: x}}}\n"
		      "credentials_for_provider:\n  key:\n    type: secret-input\n    label: "
		      "{en_US: Key}\n"
		      "    url: http://plain.example\n    surprise: 1\n"
		      "oauth_schema:\n  scopes: [a]\nchannel: x\n",
			&catalogue);

	CHECK(p && p->label.n == 2);
	CHECK_INT(catalogue_note_count(catalogue), sizeof(notes) / sizeof(*notes));
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
		const struct provider_error *note = NULL;

		for (size_t k = 0; k < catalogue_note_count(catalogue); k++)
			if (strcmp(catalogue_note_at(catalogue, k)->reason, notes[i].reason) == 0)
				note = catalogue_note_at(catalogue, k);
		CHECK_STR(note ? note->reason : NULL, notes[i].reason);
		CHECK_INT(note ? note->line : 0, notes[i].line);
	}
	CHECK_INT(catalogue_error_count(catalogue), 0);
	catalogue_free(catalogue);
}

static void the_place_of_bad_yaml_is_told(void)
{
	static const char text[] = "identity:\n  name: a\n  label: \"x\" y\n";
	struct catalogue *catalogue;
	struct provider_error error;

	CHECK_INT(
		provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_INVALID);
	CHECK_INT(error.line, 3);
	CHECK_INT(error.column, 14);
	catalogue_free(catalogue);
}

static void the_defaults_of_oauth_are_those_of_rfc_6749(void)
{
	struct catalogue *catalogue;
	const struct provider *p = parse(OAUTH, &catalogue);
	const struct oauth_recipe *o = p ? &p->oauth : NULL;

	CHECK(p && !p->missing);
	if (!p)
		return;
	CHECK(o->pkce && o->refresh_supported && !o->host_from_client && !o->iss_required);
	CHECK(!o->issuer && o->scopes.n == 0 && o->revocation == REVOCATION_NONE);
	CHECK_INT(o->client_auth, CLIENT_AUTH_POST);
	CHECK_INT(o->token_format, BODY_FORM);
	CHECK_STR(o->scope_separator, " ");
	CHECK_STR(o->access_token.items[0], "/access_token");
	CHECK_STR(o->refresh_token.items[0], "/refresh_token");
	CHECK_STR(o->expires_in.items[0], "/expires_in");
	CHECK_INT(o->expires_at.n, 0);
	CHECK_STR(o->error.items[0], "/error");
	CHECK_STR(o->default_token_type, "Bearer");
	CHECK_INT(o->default_expires_in_s, 3600);
	CHECK_INT(o->credential.n, 1);
	CHECK_STR(o->credential.items[0].value, "{{token.access_token}}");
	catalogue_free(catalogue);
}

static void every_key_of_the_recipe_arrives(void)
{
	struct catalogue *catalogue;
	const struct provider *p = parse(HEAD CLIENT KEY
		"grantry:\n  org: acme\n  plugin: plug\n  kind: tool\n"
		"  vendor: {en_US: Acme Inc., zh_Hans: 极致}\n  icon: {letter: É, tone: teal}\n"
		"  api_key:\n    check:\n      request: {method: POST, url: "
		"'https://a.example/{{credential.api_key}}', headers: {X-A: b}, format: json, "
		"body: {k: '{{credential.api_key|}}'}}\n"
		"      success_status: [200, 204]\n      require: {/ok: 'true'}\n"
		"      message: [/a, /b]\n    identity: {subject: /id}\n"
		"  oauth:\n    issuer: https://a.example\n    iss_required: true\n"
		"    authorization_url: https://a.example/a?x=1\n"
		"    token_url: https://{{client.sub|b}}.example/t\n    pkce: false\n"
		"    scope_separator: ','\n    scopes: [one, {name: two, label: L, why: W}]\n"
		"    authorize_params: {owner: user}\n"
		"    token_request: {client_auth: basic, format: json, headers: {Accept: x}, "
		"params: {p: '{{client.sub}}'}, accept_form_response: true, accept_201: true}\n"
		"    token_response: {access_token: [/a/b, /c], expires_at: /e, members: {ws: /w}, "
		"default_token_type: token, default_expires_in_s: never}\n"
		"    credential: {secret: '{{token.ws}}-{{client.sub}}'}\n"
		"    refresh: {supported: false, params: {q: r}, margin_s: 60, idle_limit_s: 90}\n"
		"    revocation: {style: request, request: {method: DELETE, url: "
		"'https://a.example/{{token.refresh_token}}'}}\n"
		"    check: {request: {method: GET, url: "
		"'https://a.example/{{token.access_token}}'}, "
		"message: /m}\n"
		"    identity: {from: token_response, name: /n}\n"
		"    setup: {url: 'https://c.example/#x', steps: [{en_US: One}, Two]}\n",
		&catalogue);
	const struct oauth_recipe *o = p ? &p->oauth : NULL;
	const struct check_recipe *check;

	CHECK(p != NULL);
	if (!p)
		return;
	CHECK_STR(p->id, "acme/plug/drive");
	CHECK_STR(p->plugin_id, "acme/plug");
	CHECK_STR(p->icon_letter, "É");
	CHECK_STR(p->icon_tone, "teal");
	CHECK_STR(i18n_text(&p->vendor, "en_US"), "Acme Inc.");
	CHECK_STR(i18n_text(&p->vendor, "zh_Hans"), "极致");
	CHECK_INT(p->kind, PROVIDER_TOOL);
	CHECK_INT(p->api_key_checks.n, 1);
	check = &p->api_key_checks.items[0];
	CHECK_STR(check->request.method, "POST");
	CHECK_INT(check->success.n, 2);
	CHECK_INT(check->success.items[1].last, 204);
	CHECK_STR(check->require.items[0].name, "/ok");
	CHECK_INT(check->message.n, 2);
	CHECK_STR(p->api_key_identity.subject.items[0], "/id");
	CHECK(o->iss_required && !o->pkce && o->accept_201 && o->accept_form_response);
	CHECK(!o->refresh_supported && o->host_from_client);
	CHECK_STR(o->scope_separator, ",");
	CHECK_STR(o->scopes.items[1].name, "two");
	CHECK_STR(i18n_text(&o->scopes.items[1].why, "en_US"), "W");
	CHECK_INT(o->client_auth, CLIENT_AUTH_BASIC);
	CHECK_INT(o->token_format, BODY_JSON);
	CHECK_STR(o->access_token.items[1], "/c");
	CHECK_STR(o->token_members.items[0].name, "ws");
	CHECK_INT(o->default_expires_in_s, EXPIRES_NEVER);
	CHECK_STR(o->default_token_type, "token");
	CHECK_INT(o->refresh_margin_s, 60);
	CHECK_INT(o->refresh_idle_limit_s, 90);
	CHECK_STR(o->revocation_request.method, "DELETE");
	check = &o->checks.items[0];
	CHECK_STR(check->request.method, "GET");
	CHECK_INT(check->success.n, 1);
	CHECK_STR(check->message.items[0], "/m");
	CHECK(o->identity.from_token_response);
	CHECK_STR(o->setup_url, "https://c.example/#x");
	CHECK_STR(i18n_text(&o->setup_steps[1], "de_DE"), "Two");
	catalogue_free(catalogue);
}

static void whose_host_the_client_chooses_is_known(void)
{
	static const struct {
		const char *text;
		bool chosen;
	} cases[] = {
		{OAUTH, false},
		{OAUTH "    issuer: https://{{client.sub}}.example\n", false},
		{OAUTH "    revocation: {style: rfc7009, url: 'https://{{client.sub}}.x'}\n", true},
		{OAUTH "    check: {request: {method: GET, url: '{{client.sub}}/me'}}\n", true},
		{OAUTH "    identity: {request: {method: GET, url: '{{client.sub}}/me'}}\n", true},
		{OAUTH "    identity: {request: {method: GET, url: 'https://x/{{client.sub}}'}}\n",
			false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct catalogue *catalogue;
		const struct provider *p = parse(cases[i].text, &catalogue);

		CHECK(p && p->oauth.host_from_client == cases[i].chosen);
		catalogue_free(catalogue);
	}
}

/* --- what is refused --- */

static void wrong_documents_are_refused(void)
{
	refuse("", 0, "no provider document");
	refuse("[a, b]\n", 1, "no provider document");
	refuse("a: b\n", 1, "\"identity\"");
	refuse("a: b\nidentity: {author: x}\n", 2, "\"name\" is missing");
	refuse("identity: {name: Big}\n", 1, "name: must be 1 to 64 of a-z 0-9 _ -");
	refuse("identity: {name: a/b}\n", 1, "name: must be");
	refuse("identity: {name: a}\na: 'unfinished\n", 3, "quoted scalar");
	refuse("identity: {name: a}\nidentity: {name: b}\n", 2, "");
	refuse(HEAD "oauth_schema: []\n", 3, "must be a mapping");
	refuse("identity: {name: a, label: [x]}\n", 1,
		"label: must be a text, or texts by language");
}

static void wrong_fields_are_refused(void)
{
	refuse(HEAD "credentials_schema:\n- {name: a}\n", 4, "\"a\" has no type");
	refuse(HEAD "credentials_schema:\n- {name: a, type: file}\n", 4,
		"type: must be one of: secret-input, text-input");
	refuse(HEAD "credentials_schema:\n- {type: select}\n", 4, "needs a name");
	refuse(HEAD "credentials_schema:\n- {name: a b, type: select}\n", 4, "needs a name");
	refuse(HEAD "credentials_schema:\n- {name: a, type: select}\n", 4, "has no options");
	refuse(HEAD "credentials_schema:\n- {name: a, type: select, options: [{label: x}]}\n", 4,
		"no \"value\"");
	refuse(HEAD "credentials_schema:\n- name: a\n  type: select\n  default: c\n"
		    "  options: [{value: b}]\n",
		6, "default: is none of the options");
	refuse(HEAD "credentials_schema:\n- {name: a, type: boolean, default: maybe}\n", 4,
		"default: must be true or false");
	refuse(HEAD "credentials_schema:\n- {name: a, type: text-input, required: often}\n", 4,
		"required: must be true or false");
	refuse(HEAD KEY "- {name: api_key, type: text-input}\n", 5, "is there twice");
	refuse(HEAD "credentials_schema: text\n", 3, "must be a list of fields");
	refuse(HEAD "credentials_schema: [text]\n", 3, "a field must be a mapping");
}

/* R67: no address reaches a browser that is not a page */
static void urls_for_browsers_are_pages(void)
{
	static const char *const wrong[] = {"javascript:alert(1)", "data:text/html,x", "/relative",
		"//host.example/x", "ftp://host.example/", "JavaScript:alert(1)", "vbscript:x",
		" https://host.example"};
	char text[1024];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(text, sizeof(text),
			HEAD "credentials_schema:\n- {name: a, type: text-input, url: '%s'}\n",
			wrong[i]);
		refuse(text, 4, "url: must be an absolute https URL");
		snprintf(text, sizeof(text), HEAD "help: {url: {en_US: '%s'}}\n", wrong[i]);
		refuse(text, 3, "must be an absolute https URL");
		snprintf(text, sizeof(text), OAUTH "    setup: {url: '%s'}\n", wrong[i]);
		refuse(text, 14, "must be an absolute https URL");
		snprintf(text, sizeof(text),
			HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
					    "    authorization_url: '%s'\n",
			wrong[i]);
		refuse(text, 13, "authorization_url: must be an absolute https URL");
	}
	/* in a document with our section a plain http page is refused, too */
	refuse(HEAD "credentials_schema:\n- {name: a, type: text-input, url: "
		    "'http://x.example'}\n" SECTION,
		4, "url: must be an absolute https URL");
	accept(HEAD
		"credentials_schema:\n- {name: a, type: text-input, url: 'http://x.example'}\n");
	refuse(OAUTH "    setup: {url: 'https://x.example/#a\"b'}\n", 14, "must be an absolute");
}

static void the_section_is_strict(void)
{
	refuse(HEAD "grantry: yes\n", 3, "must be a mapping");
	refuse(HEAD "grantry: {plugin: a}\n", 3, "\"org\" is missing");
	refuse(HEAD "grantry: {org: a}\n", 3, "\"plugin\" is missing");
	refuse(HEAD "grantry:\n  org: A\n  plugin: a\n", 4, "org: must be");
	refuse(HEAD SECTION "  vendor: [a]\n", 6, "vendor: must be a text, or texts by language");
	refuse(HEAD SECTION "  colour: red\n", 6, "colour: unknown key");
	refuse(HEAD SECTION "  kind: drive\n", 6, "kind: must be datasource");
	refuse(HEAD SECTION "  icon: {letter: ABC}\n", 6, "letter: must be one or two");
	refuse(HEAD SECTION "  icon: {tone: pink}\n", 6, "tone: must be one of: ink, blue");
	refuse(HEAD SECTION "  api_key: {}\n", 6, "no credentials_schema");
	refuse(HEAD SECTION "  oauth: {}\n", 6, "\"authorization_url\" is missing");
	refuse(HEAD CLIENT SECTION "  oauth:\n    authorization_url: https://a.example\n", 11,
		"\"token_url\" is missing");
	refuse(HEAD SECTION "  oauth:\n    authorization_url: https://a.example\n"
			    "    token_url: https://a.example\n",
		6, "no oauth_schema.client_schema");
	refuse(HEAD "oauth_schema: {client_schema: [{name: x, type: text-input}]}\n" SECTION
		    "  oauth:\n    authorization_url: https://a.example\n"
		    "    token_url: https://a.example\n",
		7, "no field \"client_id\"");
	refuse("identity: {name: a, label: {english: x}}\ngrantry: {org: a, plugin: b}\n", 1,
		"english: is no text in a language");
}

static void wrong_types_are_refused_with_their_key(void)
{
	refuse(OAUTH "    pkce: sometimes\n", 14, "pkce: must be true, false or required");
	refuse(OAUTH "    scopes: a b\n", 14, "scopes: must be a list");
	refuse(OAUTH "    scopes: ['a b']\n", 14, "is no scope");
	refuse(OAUTH "    scopes: [a, a]\n", 14, "scope \"a\" is there twice");
	refuse(OAUTH "    scopes: [{label: x}]\n", 14, "\"name\" is missing");
	refuse(OAUTH "    scope_separator: '+'\n", 14, "scope_separator: must be one of");
	refuse(OAUTH "    token_request: {client_auth: jwt}\n", 14,
		"client_auth: must be one of: post, basic, none");
	refuse(OAUTH "    token_request: {format: xml}\n", 14, "format: must be one of");
	refuse(OAUTH "    token_request: [a]\n", 14, "token_request: must be a mapping");
	refuse(OAUTH "    token_response: {access_token: access_token}\n", 14,
		"must be a JSON pointer");
	refuse(OAUTH "    token_response: {access_token: [/a, '/~2']}\n", 14,
		"must be a JSON pointer");
	refuse(OAUTH "    token_response: {default_expires_in_s: soon}\n", 14,
		"must be a number of seconds");
	refuse(OAUTH "    refresh: {margin_s: -1}\n", 14, "must be a number of seconds");
	refuse(OAUTH "    refresh: {margin_s: 99999999999}\n", 14, "must be a number of seconds");
	refuse(OAUTH "    revocation: {style: odd}\n", 14, "style: must be one of");
	refuse(OAUTH "    check: {message: /m}\n", 14, "request");
	refuse(OAUTH "    revocation: {url: 'https://x.example'}\n", 14, "\"style\" is missing");
	refuse(OAUTH "    revocation: {style: rfc7009}\n", 14, "has \"url\"");
	refuse(OAUTH "    revocation: {style: none, url: 'https://x.example'}\n", 14,
		"has \"url\"");
	refuse(OAUTH "    revocation: {style: request}\n", 14, "has \"request\"");
	refuse(OAUTH "    iss_required: true\n", 11, "needs \"issuer\"");
	refuse(OAUTH "    identity: {name: /n}\n", 14, "needs \"request\"");
	refuse(OAUTH "    identity: {from: thin_air}\n", 14, "from: must be one of");
	refuse(OAUTH "    setup: {steps: text}\n", 14, "steps: must be a list");
	refuse(OAUTH "    setup: {steps: [[a]]}\n", 14, "must be a text");
	refuse(OAUTH "    setup: {steps: [{}]}\n", 14, "no text in any language");
}

/* R11 */
static void reserved_parameters_are_refused(void)
{
	static const char *const authorize[] = {"client_id", "redirect_uri", "response_type",
		"scope", "state", "code_challenge", "code_challenge_method", "resource", "nonce"};
	static const char *const token[] = {"grant_type", "code", "redirect_uri", "client_id",
		"client_secret", "code_verifier", "refresh_token"};
	char text[1024];

	for (size_t i = 0; i < sizeof(authorize) / sizeof(*authorize); i++) {
		snprintf(text, sizeof(text), OAUTH "    authorize_params: {%s: x}\n", authorize[i]);
		refuse(text, 14, "is reserved");
		snprintf(text, sizeof(text),
			HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
					    "    authorization_url: 'https://a.example?b=c&%s=x'\n",
			authorize[i]);
		refuse(text, 13, "which Grantry sends");
	}
	for (size_t i = 0; i < sizeof(token) / sizeof(*token); i++) {
		snprintf(text, sizeof(text), OAUTH "    token_request: {params: {%s: x}}\n",
			token[i]);
		refuse(text, 14, "is reserved");
		snprintf(text, sizeof(text), OAUTH "    refresh: {params: {%s: x}}\n", token[i]);
		refuse(text, 14, "is reserved");
	}
	refuse(OAUTH "    token_request: {headers: {authorization: x}}\n", 14,
		"client_auth is for");
	refuse(OAUTH "    token_request: {headers: {Host: x}}\n", 14, "set by Grantry");
	refuse(OAUTH "    token_request: {headers: {'a b': x}}\n", 14, "no header name");
}

/* A37 */
static void authorization_urls_are_merged_without_repeats(void)
{
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
				   "    authorization_url: 'https://a.example/x#top'\n",
		13, "fragment");
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: 'https://a.example/#'\n"
				   "    authorization_url: https://a.example/x\n",
		12, "fragment");
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
				   "    authorization_url: 'https://a.example?prompt=login'\n"
				   "    authorize_params: {prompt: consent}\n",
		13, "\"prompt\" already");
	/* percent-encoding hides nothing */
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
				   "    authorization_url: 'https://a.example?st%61te=x'\n",
		13, "\"state\" already");
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
				   "    authorization_url: 'https://a.example/a b'\n",
		13, "must be an absolute https URL");
	accept(HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example\n"
				   "    authorization_url: 'https://a.example/x?prompt=login'\n");
}

static void urls_are_https(void)
{
	static const char *const wrong[] = {"https://a.example:99999", "https://u@a.example",
		"https://a.example/../x", "https://", "https://a_b.example", "a.example",
		"https://a.example\\x", "https://h\xc3\xa9.example"};
	char text[1024];

	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: http://a.example\n", 12,
		"token_url: must begin with https://");
	refuse(HEAD CLIENT SECTION "  oauth:\n    token_url: '{{client.sub|http://a.example}}/t'\n",
		12, "token_url: must begin with https://");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(text, sizeof(text), HEAD CLIENT SECTION "  oauth:\n    token_url: '%s'\n",
			wrong[i]);
		refuse(text, 12, "token_url: must be an absolute https URL");
	}
}

static void unknown_placeholders_are_refused(void)
{
	refuse(OAUTH "    issuer: https://{{client.nope}}.example\n", 14,
		"there is no client field \"nope\"");
	refuse(OAUTH "    issuer: https://{{token.access_token}}.example\n", 14,
		"namespace \"token\" is not known here");
	refuse(OAUTH "    issuer: https://{{env.HOME}}.example\n", 14, "namespace \"env\"");
	refuse(OAUTH "    issuer: https://{{client}}.example\n", 14, "wrong placeholder");
	refuse(OAUTH "    authorize_params: {a: '{{client.sub'}\n", 14, "wrong placeholder");
	refuse(OAUTH "    credential: {a: '{{token.nope}}'}\n", 14, "no token field \"nope\"");
	refuse(OAUTH "    credential: {a: '{{credential.a}}'}\n", 14, "namespace \"credential\"");
	refuse(OAUTH "    credential: {a: 'x'}\n    identity: {request: {method: GET, url: "
		     "'https://a.example/{{credential.b}}'}}\n",
		15, "no credential field \"b\"");
	accept(OAUTH "    credential: {b: 'x'}\n    identity: {request: {method: GET, url: "
		     "'https://a.example/{{credential.b}}'}}\n");
	refuse(CHECK_KEY "        url: https://a.example/{{credential.other}}\n", 12,
		"no credential field \"other\"");
	refuse(CHECK_KEY "        url: https://a.example/{{client.api_key}}\n", 12,
		"namespace \"client\"");
	refuse(CHECK_KEY "        url: https://a.example/{{operator.x}}\n", 12, "may only begin");
}

static void wrong_requests_are_refused(void)
{
	refuse(CHECK_KEY, 10, "\"url\" is missing");
	refuse(HEAD KEY SECTION "  api_key: {check: {request: {method: TRACE}}}\n", 8,
		"method: must be one of");
	refuse(HEAD KEY SECTION "  api_key: {check: {}}\n", 8, "\"request\" is missing");
	refuse(CHECK_KEY "        url: https://a.example\n        format: json\n", 10,
		"GET request has no body");
	refuse(HEAD KEY SECTION "  api_key: {check: {request: {method: POST, url: "
				"'https://a.example', body: {a: b}}}}\n",
		8, "needs \"format\"");
	refuse(CHECK_KEY "        url: https://a.example\n      success_status: [ok]\n", 13,
		"must be HTTP statuses");
	refuse(CHECK_KEY "        url: https://a.example\n      success_status: [500]\n", 13,
		"is no success");
	refuse(CHECK_KEY "        url: https://a.example\n      require: {ok: 'true'}\n", 13,
		"must be JSON pointers");
	refuse(CHECK_KEY "        url: https://a.example\n      retries: 3\n", 13,
		"retries: unknown key");
}

static void what_is_too_long_or_too_many_is_refused(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, HEAD CLIENT SECTION "  oauth:\n    token_url: https://a.example/");
	for (int i = 0; i < 2048; i++)
		buf_putc(&text, 'x');
	buf_putc(&text, '\n');
	refuse(buf_text(&text), 12, "longer than 2048 bytes");
	buf_clear(&text);
	buf_puts(&text, OAUTH "    scopes:\n");
	for (int i = 0; i < 65; i++)
		buf_printf(&text, "    - s%d\n", i);
	refuse(buf_text(&text), 14, "scopes: has more than 64 items");
	buf_clear(&text);
	buf_puts(&text, "identity: {name: a, label: ");
	for (int i = 0; i < 4097; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "}\n");
	refuse(buf_text(&text), 1, "longer than 4096 bytes");
	buf_clear(&text);
	buf_puts(&text, "identity: {name: ");
	for (int i = 0; i < 65; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "}\n");
	refuse(buf_text(&text), 1, "name: must be 1 to 64");
	buf_release(&text);
	refuse("identity: {name: a, label: \"a\\u0007b\"}\n", 1, "holds control characters");
	refuse(OAUTH "    authorize_params: {a: \"b\\nc\"}\n", 14, "holds control characters");
}

/* --- the operator's variables --- */

#define OPERATOR                                                                                   \
	HEAD CLIENT SECTION "  oauth:\n"                                                           \
			    "    authorization_url: '{{operator.sandbox_origin}}/authorize'\n"     \
			    "    token_url: '{{operator.sandbox_origin}}/token'\n"

static void operator_variables_stand_for_origins(void)
{
	struct provider_error error;
	struct catalogue *catalogue;
	const struct provider *p;

	CHECK_INT(provider_parse(
			  "t.yaml", OPERATOR, strlen(OPERATOR), &sandbox_vars, &catalogue, &error),
		RC_OK);
	p = catalogue_at(catalogue, 0);
	CHECK_STR(p ? p->oauth.authorization_url : NULL, "http://127.0.0.1:9000/authorize");
	CHECK(p && !p->oauth.host_from_client);
	catalogue_free(catalogue);
	refuse(OPERATOR, 12, "needs the operator variable \"sandbox_origin\", which is not set");
	refuse_with(OAUTH "    issuer: https://{{operator.sandbox_origin}}/x\n", &sandbox_vars, 14,
		"may only begin a URL");
	refuse_with(OAUTH "    authorize_params: {a: '{{operator.sandbox_origin}}'}\n",
		&sandbox_vars, 14, "may only begin a URL");
	/* what follows the origin cannot move the host */
	refuse_with(OAUTH "    issuer: '{{operator.sandbox_origin}}.evil.example'\n", &sandbox_vars,
		14, "must be an absolute https URL");
	refuse_with(OAUTH "    issuer: '{{operator.sandbox_origin}}@evil.example'\n", &sandbox_vars,
		14, "must be an absolute https URL");
}

static void operator_variables_that_are_no_origins_are_refused(void)
{
	static const char *const wrong[] = {"", "localhost", "http://a.example/", "https://a/b",
		"ftp://a.example", "https://a.example?x", "https://a.example#x"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct pair var = {"sandbox_origin", wrong[i]};
		struct pairs vars = {&var, 1};
		struct catalogue *catalogue;
		struct provider_error error;

		CHECK_INT(catalogue_load(".", &vars, &catalogue), RC_INVALID);
		CHECK(!catalogue);
		CHECK_INT(provider_parse("t.yaml", OAUTH, strlen(OAUTH), &vars, &catalogue, &error),
			RC_INVALID);
		CHECK(error.reason[0] != '\0');
		catalogue_free(catalogue);
	}
}

/* --- folders --- */

static const char *source_path(char *out, size_t size, const char *name)
{
	const char *dir = getenv("GRANTRY_TEST_SRCDIR");

	if (!dir)
		dir = getenv("srcdir"); /* of automake */
	snprintf(out, size, "%s/%s", dir ? dir : ".", name);
	return out;
}

static const struct provider *find_one(const struct catalogue *catalogue, const char *id)
{
	const struct provider *p = catalogue_find(catalogue, id);

	if (!p)
		printf("# %s is not there\n", id);
	CHECK(p != NULL);
	return p;
}

static void the_shipped_providers_load(void)
{
	static const struct {
		const char *id;
		bool api_key, oauth;
	} shipped[] = {
		{"langgenius/notion_datasource/notion_datasource", true, true},
		{"langgenius/jina_datasource/jinareader", true, false},
		{"langgenius/firecrawl_datasource/firecrawl", true, false},
		{"langgenius/google_drive/google_drive", false, true},
		{"langgenius/dropbox_datasource/dropbox", true, true},
		{"langgenius/onedrive_datasource/onedrive_datasource", false, true},
		{"grantry/sandbox/sandbox_drive", true, true},
	};
	struct catalogue *catalogue = NULL;
	char path[4096];

	CHECK_INT(catalogue_load(
			  source_path(path, sizeof(path), "providers"), &sandbox_vars, &catalogue),
		RC_OK);
	if (!catalogue)
		return;
	CHECK(catalogue_count(catalogue) >= sizeof(shipped) / sizeof(*shipped));
	for (size_t i = 0; i < catalogue_error_count(catalogue); i++) {
		const struct provider_error *e = catalogue_error_at(catalogue, i);

		printf("# %s:%u: %s\n", e->file, e->line, e->reason);
		CHECK_STR(e->reason, "");
	}
	for (size_t i = 0; i < sizeof(shipped) / sizeof(*shipped); i++) {
		const struct provider *p = find_one(catalogue, shipped[i].id);

		if (!p)
			continue;
		CHECK(p->has_api_key == shipped[i].api_key && p->has_oauth == shipped[i].oauth);
		CHECK(!p->missing && !p->oauth.host_from_client);
		CHECK(!shipped[i].api_key || p->api_key_checks.n);
		CHECK(!shipped[i].oauth || p->oauth.n_setup_steps >= 3);
	}
	catalogue_free(catalogue);
}

static void every_shipped_scope_has_words_for_people(void)
{
	struct catalogue *catalogue = NULL;
	char path[4096];

	CHECK_INT(catalogue_load(
			  source_path(path, sizeof(path), "providers"), &sandbox_vars, &catalogue),
		RC_OK);
	for (size_t i = 0; catalogue && i < catalogue_count(catalogue); i++) {
		const struct oauth_recipe *o = &catalogue_at(catalogue, i)->oauth;

		for (size_t k = 0; k < o->scopes.n; k++) {
			CHECK(*i18n_text(&o->scopes.items[k].label, "en_US"));
			CHECK(*i18n_text(&o->scopes.items[k].why, "en_US"));
		}
	}
	catalogue_free(catalogue);
}

static void the_fixture_chooses_its_host_by_the_client(void)
{
	struct catalogue *catalogue = NULL;
	const struct provider *p;
	char path[4096];

	source_path(path, sizeof(path), "tests/fixtures/providers");
	CHECK_INT(catalogue_load(path, NULL, &catalogue), RC_OK);
	p = catalogue ? find_one(catalogue, "grantry/fixture/selfhosted") : NULL;
	CHECK(p && p->oauth.host_from_client && p->api_key_schema.n == 5);
	catalogue_free(catalogue);
}

static void without_the_variable_only_that_provider_is_left_out(void)
{
	struct catalogue *catalogue = NULL;
	char path[4096];

	CHECK_INT(catalogue_load(source_path(path, sizeof(path), "providers"), NULL, &catalogue),
		RC_OK);
	if (!catalogue)
		return;
	CHECK(find_one(catalogue, "langgenius/jina_datasource/jinareader") != NULL);
	CHECK_INT(catalogue_error_count(catalogue), 5);
	for (size_t i = 0; i < catalogue_error_count(catalogue); i++)
		CHECK(strstr(catalogue_error_at(catalogue, i)->file, "sandbox_") != NULL);
	catalogue_free(catalogue);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	CHECK(f != NULL);
	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

static void remove_all(const char *dir, const char *const *names, size_t n)
{
	char path[4096];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		CHECK_INT(remove(path), 0);
	}
	CHECK_INT(rmdir(dir), 0);
}

static void wrong_files_are_left_out_and_the_others_work(void)
{
	static const char *const names[] = {"a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml",
		"notes.txt", ".hidden.yaml", "f.yaml"};
	struct catalogue *catalogue = NULL;
	char dir[] = "/tmp/grantry-providers-XXXXXX", path[4096];

	CHECK(mkdtemp(dir) != NULL);
	write_file(dir, "a.yaml", OAUTH);
	write_file(dir, "b.yaml", "identity: {name: b}\n");
	write_file(dir, "c.yaml", "identity: {name: [}\n");
	write_file(dir, "d.yaml", OAUTH "    pkce: maybe\n");
	write_file(dir, "e.yaml", OAUTH); /* the id of a.yaml */
	write_file(dir, "notes.txt", "not read");
	write_file(dir, ".hidden.yaml", "not read");
	snprintf(path, sizeof(path), "%s/f.yaml", dir);
	CHECK_INT(mkdir(path, 0700), 0);
	CHECK_INT(catalogue_load(dir, NULL, &catalogue), RC_OK);
	if (!catalogue)
		return;
	CHECK_INT(catalogue_count(catalogue), 2);
	CHECK_STR(catalogue_at(catalogue, 0)->file, "a.yaml");
	CHECK(catalogue_at(catalogue, 2) == NULL);
	CHECK_INT(catalogue_error_count(catalogue), 4);
	CHECK_STR(catalogue_error_at(catalogue, 0)->file, "c.yaml");
	CHECK_INT(catalogue_error_at(catalogue, 0)->line, 1);
	CHECK_STR(catalogue_error_at(catalogue, 1)->file, "d.yaml");
	CHECK_INT(catalogue_error_at(catalogue, 1)->line, 14);
	CHECK_STR(catalogue_error_at(catalogue, 2)->reason,
		"acme/drive/drive is defined in a.yaml already");
	CHECK_STR(catalogue_error_at(catalogue, 3)->reason, "is not a file");
	CHECK(catalogue_error_at(catalogue, 4) == NULL);
	catalogue_free(catalogue);
	remove_all(dir, names, sizeof(names) / sizeof(*names));
}

static void write_definition(const char *dir, const char *below, int i)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "%s/p%03d.yaml", below, i);
	snprintf(text, sizeof(text),
		"identity: {author: acme, name: p%03d}\n"
		"grantry: {org: acme, plugin: many}\n",
		i);
	write_file(dir, name, text);
}

static void folders_of_kinds_are_read_and_everyone_is_found(void)
{
	static const char *const folders[] = {
		"datasources", "tools", "triggers", "models", "extensions", "shared"};
	enum { EACH = 60, KINDS = 5 };
	struct catalogue *catalogue = NULL;
	char dir[] = "/tmp/grantry-providers-XXXXXX", path[4096];

	CHECK(mkdtemp(dir) != NULL);
	for (int k = 0; k <= KINDS; k++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[k]);
		CHECK_INT(mkdir(path, 0700), 0);
		for (int i = 0; k < KINDS && i < EACH; i++)
			write_definition(dir, folders[k], k * EACH + i);
	}
	write_file(
		dir, "shared/base.yaml", "oauth: {}\n"); /* no definition, and none is made of it */
	write_definition(dir, "models", 0);              /* the id of datasources/p000.yaml */
	CHECK_INT(catalogue_load(dir, NULL, &catalogue), RC_OK);
	if (!catalogue)
		return;
	CHECK_INT(catalogue_count(catalogue), EACH * KINDS);
	CHECK_INT(catalogue_error_count(catalogue), 1);
	CHECK_STR(catalogue_error_at(catalogue, 0)->file, "models/p000.yaml");
	CHECK_STR(catalogue_error_at(catalogue, 0)->reason,
		"acme/many/p000 is defined in datasources/p000.yaml already");
	for (int i = 0; i < EACH * KINDS; i++) {
		char name[16], id[64];
		struct provider_ref ref = {"acme/many", name};

		snprintf(name, sizeof(name), "p%03d", i);
		snprintf(id, sizeof(id), "acme/many/p%03d", i);
		CHECK(catalogue_find(catalogue, id) == catalogue_at(catalogue, (size_t)i));
		CHECK(catalogue_find_ref(catalogue, &ref) == catalogue_at(catalogue, (size_t)i));
	}
	CHECK(catalogue_find(catalogue, "acme/many/p300") == NULL);
	CHECK(catalogue_find(catalogue, "") == NULL);
	CHECK_STR(catalogue_at(catalogue, EACH)->file, "tools/p060.yaml");
	catalogue_free(catalogue);
	for (int k = 0; k <= KINDS; k++) {
		for (int i = 0; i < EACH * KINDS; i++) {
			snprintf(path, sizeof(path), "%s/%s/p%03d.yaml", dir, folders[k], i);
			(void)remove(path);
		}
		snprintf(path, sizeof(path), "%s/%s/base.yaml", dir, folders[k]);
		(void)remove(path);
		snprintf(path, sizeof(path), "%s/%s", dir, folders[k]);
		CHECK_INT(rmdir(path), 0);
	}
	CHECK_INT(rmdir(dir), 0);
}

static void a_folder_that_is_not_there_is_said(void)
{
	struct catalogue *catalogue;

	CHECK_INT(catalogue_load("/nonexistent/folder", NULL, &catalogue), RC_NOT_FOUND);
	CHECK(catalogue == NULL);
	catalogue_free(NULL);
}

/* --- small questions --- */

static void languages_fall_back(void)
{
	struct i18n_item items[] = {{"zh_Hans", "简"}, {"en_US", "en"}, {"pt_BR", "pt"}};
	struct i18n t = {items, 3}, none = {NULL, 0}, only = {items, 1};

	CHECK_STR(i18n_text(&t, "zh_Hans"), "简");
	CHECK_STR(i18n_text(&t, "zh-hans"), "简");
	CHECK_STR(i18n_text(&t, "zh_Hant"), "简");
	CHECK_STR(i18n_text(&t, "pt"), "pt");
	CHECK_STR(i18n_text(&t, "de_DE"), "en");
	CHECK_STR(i18n_text(&t, "e"), "en");
	CHECK_STR(i18n_text(&t, ""), "en");
	CHECK_STR(i18n_text(&only, "de_DE"), "简");
	CHECK_STR(i18n_text(&none, "de_DE"), "");
}

static void kinds_have_words(void)
{
	enum provider_kind kind;

	for (int i = 0; i < PROVIDER_KIND__MAX; i++) {
		CHECK_INT(provider_kind_parse(provider_kind_word((enum provider_kind)i), &kind),
			RC_OK);
		CHECK_INT(kind, i);
	}
	CHECK_INT(provider_kind_parse("Tool", &kind), RC_INVALID);
	CHECK_INT(provider_kind_parse("", &kind), RC_INVALID);
}

/* --- of API tools --- */

#define OWN                                                                                        \
	"{\"identity\":{\"author\":\"api-tools\",\"name\":\"oauth2\",\"label\":{\"en_US\":"        \
	"\"Pets\"}},"                                                                              \
	"\"oauth_schema\":{\"client_schema\":[{\"name\":\"client_id\",\"type\":\"text-input\"},"   \
	"{\"name\":\"client_secret\",\"type\":\"secret-input\"}]},"                                \
	"\"grantry\":{\"org\":\"%s\",\"plugin\":\"5f0c\",\"oauth\":{\"authorization_url\":\"%s\"," \
	"\"token_url\":\"https://pets.example/token\"}}}"

static enum rc parse_own(
	const char *org, const char *url, struct catalogue **out, struct provider_error *error)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), OWN, org, url);

	return provider_parse_own(text, (size_t)n, out, error);
}

static void a_tool_has_a_definition_of_its_own(void)
{
	struct provider_error error;
	struct catalogue *catalogue;

	CHECK_INT(
		parse_own(PROVIDER_TOOLS_ORG, "https://pets.example/authorize", &catalogue, &error),
		RC_OK);
	CHECK_INT(catalogue_count(catalogue), 1);
	CHECK(provider_is_own(catalogue_at(catalogue, 0)));
	CHECK(!catalogue_at(catalogue, 0)->oauth.host_from_client);
	catalogue_free(catalogue);
}

static void refuse_own(const char *org, const char *url, const char *words)
{
	struct provider_error error = {0};
	struct catalogue *catalogue;

	CHECK_INT(parse_own(org, url, &catalogue, &error), RC_INVALID);
	CHECK(strstr(error.reason, words) != NULL);
	CHECK_INT(catalogue_count(catalogue), 0);
	catalogue_free(catalogue);
}

static void nothing_of_the_operators_is_for_a_tool(void)
{
	refuse_own("acme", "https://pets.example/authorize", "API tools");
	refuse_own("api-tools2", "https://pets.example/authorize", "API tools");
	refuse_own(PROVIDER_TOOLS_ORG, "{{operator.sandbox_origin}}/authorize", "not set");
	refuse_own(PROVIDER_TOOLS_ORG, "ftp://pets.example/authorize", "absolute");
	refuse_own(PROVIDER_TOOLS_ORG, "https://a@pets.example/authorize", "absolute");
}

/* Else it would answer to the name of somebody's tool. */
static void no_file_takes_the_organisation_of_tools(void)
{
	refuse("identity: {author: api-tools, name: oauth2, label: {en_US: Pets}}\n", 0,
		"API tools");
	refuse("identity: {author: acme, name: oauth2, label: {en_US: Pets}}\n"
	       "grantry: {org: api-tools, plugin: 5f0c}\n",
		0, "API tools");
}

int main(void)
{
	RUN(a_dify_document_loads_without_our_section);
	RUN(oauth_without_a_recipe_says_what_is_missing);
	RUN(every_field_type_is_known);
	RUN(a_model_provider_has_two_forms);
	RUN(a_model_provider_may_have_either_form);
	RUN(wrong_forms_of_models_are_refused);
	RUN(a_trigger_is_made_or_filled_in);
	RUN(an_extension_has_settings);
	RUN(what_is_passed_over_is_noted);
	RUN(the_place_of_bad_yaml_is_told);
	RUN(the_defaults_of_oauth_are_those_of_rfc_6749);
	RUN(every_key_of_the_recipe_arrives);
	RUN(whose_host_the_client_chooses_is_known);
	RUN(wrong_documents_are_refused);
	RUN(wrong_fields_are_refused);
	RUN(urls_for_browsers_are_pages);
	RUN(the_section_is_strict);
	RUN(wrong_types_are_refused_with_their_key);
	RUN(reserved_parameters_are_refused);
	RUN(authorization_urls_are_merged_without_repeats);
	RUN(urls_are_https);
	RUN(unknown_placeholders_are_refused);
	RUN(wrong_requests_are_refused);
	RUN(what_is_too_long_or_too_many_is_refused);
	RUN(operator_variables_stand_for_origins);
	RUN(operator_variables_that_are_no_origins_are_refused);
	RUN(the_shipped_providers_load);
	RUN(every_shipped_scope_has_words_for_people);
	RUN(the_fixture_chooses_its_host_by_the_client);
	RUN(without_the_variable_only_that_provider_is_left_out);
	RUN(wrong_files_are_left_out_and_the_others_work);
	RUN(folders_of_kinds_are_read_and_everyone_is_found);
	RUN(a_folder_that_is_not_there_is_said);
	RUN(a_tool_has_a_definition_of_its_own);
	RUN(nothing_of_the_operators_is_for_a_tool);
	RUN(no_file_takes_the_organisation_of_tools);
	RUN(languages_fall_back);
	RUN(kinds_have_words);
	return CHECK_DONE;
}
