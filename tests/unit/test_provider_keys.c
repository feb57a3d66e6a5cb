/* SPDX-License-Identifier: Apache-2.0
 *
 * What provider files say about keys: where the facts come from, rules of fields, derived values, requests, checks and
 * minted tokens: what becomes of each member, and what is refused.
 */
#include "domain/provider.h"

#include "check.h"
#include "domain/derived.h"

/* --- helpers --- */

#define FORM                                                                                       \
	"identity: {author: acme, name: drive, label: {en_US: Acme Drive}}\n"                      \
	"credentials_schema:\n"                                                                    \
	"  - {name: region, type: select, options: [{value: eu}, {value: us}]}\n"                  \
	"  - {name: base, type: text-input}\n"                                                     \
	"  - {name: key, type: secret-input}\n"                                                    \
	"  - {name: strict, type: boolean}\n"                                                      \
	"oauth_schema: {client_schema: [{name: client_id, type: text-input},"                      \
	" {name: client_secret, type: secret-input}, {name: site, type: text-input},"              \
	" {name: area, type: select, options: [{value: eu}]}]}\n"
#define HEAD FORM "grantry:\n  org: acme\n  plugin: drive\n" /* 10 lines */
#define KEY HEAD "  api_key:\n"                              /* 11 lines */
#define REQUEST "{method: GET, url: 'https://a.example/'}"
#define CHECK_OF KEY "    check:\n      request: " REQUEST "\n"                  /* 13 lines */
#define ASK KEY "    check:\n      request:\n        url: https://a.example/p\n" /* 14 lines */
#define MINT KEY "    mint:\n      token_url: https://a.example/token\n"         /* 13 lines */
#define PLAIN MINT "      grant: plain\n"                                        /* 14 lines */

static struct catalogue *catalogue;

static const struct provider *parse(const char *text)
{
	struct provider_error error;

	catalogue_free(catalogue);
	CHECK_INT(provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_OK);
	if (error.reason[0] != '\0')
		printf("# line %u: %s\n", error.line, error.reason);
	return catalogue_count(catalogue) ? catalogue_at(catalogue, 0) : NULL;
}

static void refuse(const char *text, unsigned line, const char *words)
{
	struct provider_error error;

	catalogue_free(catalogue);
	CHECK_INT(
		provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_INVALID);
	if (error.line != line || !strstr(error.reason, words)) {
		CHECK_INT(error.line, line);
		CHECK_STR(error.reason, words);
	}
}

/* --- where the facts come from --- */

static void sources_are_kept(void)
{
	const struct provider *p = parse(HEAD "  sources: [RFC 7523, 'https://a.example']\n"
					      "  verified: {on: 2026-01-31, how: By hand}\n"
					      "  note: {en_US: Note, zh_Hans: 说明}\n");

	CHECK(p && p->sources.n == 2 && p->verified.said && p->verified.done);
	if (!p)
		return;
	CHECK_STR(p->sources.items[1], "https://a.example");
	CHECK_STR(p->verified.on, "2026-01-31");
	CHECK_STR(i18n_text(&p->note, "zh_Hans"), "说明");
	p = parse(HEAD "  verified: false\n");
	CHECK(p && p->verified.said && !p->verified.done);
	p = parse(HEAD);
	CHECK(p && !p->verified.said);
}

static void a_claim_needs_its_evidence(void)
{
	refuse(HEAD "  sources: RFC 7523\n", 11, "must be a list");
	refuse(HEAD "  sources: []\n", 11, "list of texts");
	refuse(HEAD "  sources: [{a: b}]\n", 11, "must be a text");
	refuse(HEAD "  verified: true\n", 11, "must be false");
	refuse(HEAD "  verified: 'false'\n", 11, "must be false");
	refuse(HEAD "  verified: {on: 2026-01-31}\n", 11, "\"how\" is missing");
	refuse(HEAD "  verified: {how: by hand}\n", 11, "\"on\" is missing");
	refuse(HEAD "  verified: {on: yesterday, how: x}\n", 11, "must be a day");
	refuse(HEAD "  verified: {on: 2026-1-31, how: x}\n", 11, "must be a day");
	refuse(HEAD "  verified: {on: 2026-01-31x, how: x}\n", 11, "must be a day");
	refuse(HEAD "  note: [a]\n", 11, "must be a text");
}

/* --- fields --- */

static void rules_reach_their_fields(void)
{
	const struct provider *p =
		parse(HEAD "  fields:\n"
			   "    base: {format: url, hosts: [operator, '*.a.example', b.example],"
			   " when: {region: [eu, us]}}\n"
			   "    key: {pattern: 'k-[0-9]+', message: {en_US: Begins with k-}}\n"
			   "    strict: {when: {region: eu}}\n"
			   "    site: {format: number, min: -1, max: 9}\n");
	const struct field *base = p ? schema_find(&p->api_key_schema, "base") : NULL;

	CHECK(base != NULL);
	if (!base)
		return;
	CHECK_INT(base->rule.format, FORMAT_URL);
	CHECK_INT(base->rule.hosts.n, 2);
	CHECK(base->rule.operator_hosts);
	CHECK_STR(base->rule.when.items[0].field, "region");
	CHECK_INT(base->rule.when.items[0].values.n, 2);
	CHECK_STR(schema_find(&p->api_key_schema, "key")->rule.pattern, "k-[0-9]+");
	CHECK_INT(schema_find(&p->client_schema, "site")->rule.min, -1);
	CHECK_INT(schema_find(&p->client_schema, "site")->rule.max, 9);
}

static void wrong_rules_are_refused(void)
{
	refuse(HEAD "  fields: [base]\n", 11, "must be a mapping");
	refuse(HEAD "  fields: {other: {}}\n", 11, "there is no such field");
	refuse(HEAD "  fields: {base: {shape: x}}\n", 11, "unknown key");
	refuse(HEAD "  fields: {base: {pattern: '('}}\n", 11, "no extended regular expression");
	refuse(HEAD "  fields: {base: {pattern: '(a)\\1'}}\n", 11, "no extended regular");
	refuse(HEAD "  fields: {base: {message: x}}\n", 11, "is what \"pattern\" says");
	refuse(HEAD "  fields: {base: {hosts: a.example}}\n", 11, "list of hosts");
	refuse(HEAD "  fields: {base: {hosts: []}}\n", 11, "list of hosts");
	refuse(HEAD "  fields: {base: {hosts: ['https://a.example']}}\n", 11, "must be hosts");
	refuse(HEAD "  fields: {base: {hosts: ['*']}}\n", 11, "must be hosts");
	refuse(HEAD "  fields: {base: {hosts: ['a*.example']}}\n", 11, "must be hosts");
	refuse(HEAD "  fields: {base: {hosts: [localhost]}}\n", 11, "must be hosts");
	refuse(HEAD "  fields: {base: {format: xml}}\n", 11, "must be one of");
	refuse(HEAD "  fields: {base: {min: 1}}\n", 11, "need \"format: number\"");
	refuse(HEAD "  fields: {base: {format: number, min: 2, max: 1}}\n", 11, "more than");
	refuse(HEAD "  fields: {base: {format: number, min: one}}\n", 11, "whole number");
	refuse(HEAD "  fields: {key: {format: json, pattern: x}}\n", 11, "has no pattern");
	refuse(HEAD "  fields: {key: {format: number, hosts: [a.example]}}\n", 11, "no hosts");
	refuse(HEAD "  fields: {base: {when: [region]}}\n", 11, "must be a mapping");
	refuse(HEAD "  fields: {base: {when: {}}}\n", 11, "from fields to values");
	refuse(HEAD "  fields: {base: {when: {nope: eu}}}\n", 11, "no field \"nope\"");
	refuse(HEAD "  fields: {base: {when: {region: asia}}}\n", 11, "no value of \"region\"");
	refuse(HEAD "  fields: {base: {when: {region: []}}}\n", 11, "list of values");
	refuse(HEAD "  fields: {key: {when: {strict: true}}}\n", 11, "must come before");
	refuse(HEAD "  fields: {base: {when: {base: x}}}\n", 11, "must come before");
}

/* --- derived values --- */

#define DERIVE HEAD "  derive:\n    credential:\n      x: " /* line 13 */

static void derived_values_may_be_named(void)
{
	const struct provider *p = parse(
		HEAD "  derive:\n"
		     "    client: {login: {from: '{{client.area}}', map: {eu: eu.a.example}, "
		     "default: a.example}}\n"
		     "    credential:\n"
		     "      host: {from: '{{credential.region}}', map: {eu: eu.a.example, us: "
		     "a.example}}\n"
		     "      free: {from: '{{credential.key}}', ends: {':fx': free.a.example}, "
		     "default: a.example}\n"
		     "      mail: {from: '{{credential.key}}', pointer: [/a, /b]}\n"
		     "      root: {from: '{{credential.base}}', strip_suffix: [/v1, /v2]}\n"
		     "  api_key:\n    check:\n      request: {method: GET,"
		     " url: 'https://{{credential.host}}/', headers: {X: '{{credential.mail}}'}}\n"
		     "  oauth: {authorization_url: 'https://{{client.login}}/a', token_url: "
		     "'https://{{client.area}}.a.example/t'}\n");

	CHECK(p && p->derives.n == 5);
	if (!p || p->derives.n != 5)
		return;
	CHECK_INT(derived_find(&p->derives, "credential", 10, "free", 4)->how, DERIVE_ENDS);
	CHECK_INT(derived_find(&p->derives, "credential", 10, "mail", 4)->pointers.n, 2);
	CHECK(derived_find(&p->derives, "client", 6, "mail", 4) == NULL);
	CHECK(derived_find(NULL, "client", 6, "login", 5) == NULL);
	CHECK(!p->oauth.host_from_client); /* texts of the file, options of a select */
}

static void what_a_form_chooses_is_told_from_what_the_file_says(void)
{
	static const struct {
		const char *more, *url;
		bool chosen;
	} cases[] = {
		{"", "https://{{client.site}}/", true},
		{"", "https://{{client.site}}.a.example/", true},
		{"", "https://a.example/{{client.site}}", false},
		{"", "https://{{client.area}}.a.example/", false},
		{"", "{{client.site|https://a.example}}/x", true},
		{"  fields: {site: {hosts: [a.example]}}\n", "https://{{client.site}}/", false},
		{"  fields: {site: {hosts: ['*.a.example']}}\n", "https://{{client.site}}/", true},
		{"  fields: {site: {hosts: [operator]}}\n", "{{client.site}}/x", true},
		{"  derive: {client: {d: {from: '{{client.site}}', ends: {x: y.example}}}}\n",
			"https://{{client.d}}/", false},
		{"  derive: {client: {d: {from: '{{client.site}}', strip_suffix: [/v1]}}}\n",
			"{{client.d}}/x", true},
		{"  derive: {client: {d: {from: '{{client.site}}', pointer: /a}}}\n",
			"https://{{client.d}}/", true},
	};
	char text[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct provider *p;

		snprintf(text, sizeof(text),
			HEAD
			"%s  oauth: {authorization_url: 'https://a.example/', token_url: '%s'}\n",
			cases[i].more, cases[i].url);
		p = parse(text);
		CHECK(p && p->oauth.host_from_client == cases[i].chosen);
		if (p && p->oauth.host_from_client != cases[i].chosen)
			printf("# %s\n", cases[i].url);
	}
}

static void wrong_derivations_are_refused(void)
{
	refuse(HEAD "  derive: [x]\n", 11, "must be a mapping");
	refuse(HEAD "  derive: {token: {}}\n", 11, "client or credential");
	refuse(HEAD "  derive: {client: x}\n", 11, "must be a mapping");
	refuse(DERIVE "{map: {a: b}}\n", 13, "\"from\" is missing");
	refuse(DERIVE "{from: '{{credential.key}}'}\n", 13, "needs one of");
	refuse(DERIVE "{from: '{{credential.key}}', map: {a: b}, pointer: /a}\n", 13,
		"needs one of");
	refuse(DERIVE "{from: '{{credential.nope}}', map: {a: b}}\n", 13, "no credential field");
	refuse(DERIVE "{from: '{{client.site}}', map: {a: b}}\n", 13, "not known here");
	refuse(DERIVE "{from: '{{credential.key}}', map: [a]}\n", 13, "must be a mapping");
	refuse(DERIVE "{from: '{{credential.key}}', map: {a: '{{credential.key}}'}}\n", 13,
		"plain text");
	refuse(DERIVE "{from: '{{credential.key}}', pointer: a}\n", 13, "JSON pointer");
	refuse(DERIVE "{from: '{{credential.key}}', pointer: /a, default: b}\n", 13,
		"have a \"default\"");
	refuse(DERIVE "{from: '{{credential.key}}', strip_suffix: /v1}\n", 13, "must be a list");
	refuse(DERIVE "{from: '{{credential.key}}', strip_suffix: []}\n", 13, "list of texts");
	refuse(DERIVE "{from: '{{credential.key}}', way: x}\n", 13, "unknown key");
	refuse(HEAD "  derive: {credential: {key: {from: '{{credential.key}}', map: {a: b}}}}\n",
		11, "a field of this name");
	refuse(HEAD "  derive: {credential: {'a b': {from: '{{credential.key}}', map: {a: b}}}}\n",
		11, "a name consists of");
	/* a derived value is made of fields, never of another */
	refuse(DERIVE "{from: '{{credential.key}}', map: {a: b}}\n"
		      "      y: {from: '{{credential.x}}', map: {a: b}}\n",
		14, "no credential field");
	/* each of its texts has to make a URL */
	refuse(DERIVE
		"{from: '{{credential.key}}', map: {a: a.example, b: 'a b'}}\n"
		"  api_key: {check: {request: {method: GET, url: 'https://{{credential.x}}/'}}}\n",
		14, "absolute https URL");
	refuse(DERIVE
		"{from: '{{credential.key}}', map: {a: a.example}, default: 'a.example/x'}\n"
		"  api_key: {check: {request: {method: GET, url: 'https://{{credential.x}}/'}}}\n",
		14, "absolute https URL");
}

/* --- requests --- */

static void a_request_has_all_its_parts(void)
{
	const struct provider *p =
		parse(ASK "        method: POST\n        query: {a: '{{credential.key}}', b: c}\n"
			  "        basic: ['{{credential.key}}', '']\n        format: json\n"
			  "        body: {n: 1, s: '1', t: true, z: null, e: '', f: -1.5e3, o: 012,"
			  " l: [a, {m: '{{credential.base}}'}]}\n");
	const struct http_recipe *r = p ? &p->api_key_checks.items[0].request : NULL;
	static const enum body_kind kinds[] = {BODY_LITERAL, BODY_STRING, BODY_LITERAL,
		BODY_LITERAL, BODY_STRING, BODY_LITERAL, BODY_STRING, BODY_ARRAY};

	CHECK(r && r->json && r->json->n == 8);
	if (!r || !r->json || r->json->n != 8)
		return;
	for (size_t i = 0; i < 8; i++)
		CHECK_INT(r->json->items[i].kind, kinds[i]);
	CHECK_STR(r->json->items[5].text, "-1.5e3");
	CHECK_STR(r->json->items[7].items[1].items[0].name, "m");
	CHECK_STR(r->query.items[1].value, "c");
	CHECK_STR(r->basic_user, "{{credential.key}}");
	CHECK_STR(r->basic_password, "");
	p = parse(ASK
		"        method: POST\n        format: text\n"
		"        content_type: text/xml\n        body: |\n          <a>\n          </a>\n");
	CHECK(p && strchr(p->api_key_checks.items[0].request.text, '\n') != NULL);
	p = parse(ASK "        method: POST\n        format: json\n        body: "
		      "['{{credential.key}}']\n");
	CHECK(p && p->api_key_checks.items[0].request.json->kind == BODY_ARRAY);
}

static void wrong_requests_are_refused(void)
{
	refuse(ASK "        method: GET\n        basic: x\n", 16, "list of two");
	refuse(ASK "        method: GET\n        basic: [a]\n", 16, "list of two");
	refuse(ASK "        method: GET\n        basic: [a, b, c]\n", 16, "list of two");
	refuse(ASK "        method: GET\n        basic: ['{{credential.x}}', '']\n", 16,
		"no credential field");
	refuse(ASK
		"        method: GET\n        basic: [a, b]\n        headers: {authorization: x}\n",
		13, "exclude each other");
	refuse(ASK "        method: GET\n        query: [a]\n", 16, "must be a mapping");
	refuse(ASK "        method: GET\n        query: {a: '{{token.access_token}}'}\n", 16,
		"not known here");
	refuse(KEY "    check: {request: {method: GET, url: 'https://a.example/?a=b', query: {a: "
		   "c}}}\n",
		12, "in its query already");
	refuse(ASK "        method: POST\n        body: {a: b}\n", 16, "needs \"format\"");
	refuse(ASK "        method: GET\n        format: json\n", 13, "has no body");
	refuse(ASK "        method: POST\n        format: text\n        body: x\n", 13,
		"has \"content_type\"");
	refuse(ASK "        method: POST\n        format: json\n        content_type: text/xml\n",
		13, "has \"content_type\"");
	refuse(ASK "        method: POST\n        format: text\n        content_type: xml\n", 17,
		"media type");
	refuse(ASK "        method: POST\n        format: text\n        content_type: a/b\n", 13,
		"needs \"body\"");
	refuse(ASK "        method: POST\n        format: text\n        content_type: a/b\n"
		   "        body: {a: b}\n",
		18, "must be a text");
	refuse(ASK "        method: POST\n        format: form\n        body: {a: {b: c}}\n", 17,
		"must be a text");
	refuse(ASK "        method: POST\n        format: json\n        body: {a: [{b: '{{x'}]}\n",
		17, "wrong placeholder");
	refuse(ASK "        method: POST\n        format: query\n", 16, "must be one of");
}

/* --- checks --- */

static void checks_are_chosen_by_the_fields(void)
{
	const struct provider *p =
		parse(KEY "    check:\n"
			  "      - {when: {region: eu, strict: true}, request: " REQUEST
			  ", success_status: 2xx}\n"
			  "      - {when: {region: [eu, us]}, request: " REQUEST
			  ", success_status: [204, <400]}\n");
	struct fieldset fields = FIELDSET_EMPTY;

	CHECK(p && p->api_key_checks.n == 2);
	if (!p)
		return;
	CHECK(checks_find(&p->api_key_checks, &fields) == NULL);
	CHECK_INT(fieldset_put_text(&fields, "region", "eu"), RC_OK);
	CHECK(checks_find(&p->api_key_checks, &fields) == &p->api_key_checks.items[1]);
	CHECK_INT(fieldset_put_text(&fields, "strict", "true"), RC_OK);
	CHECK(checks_find(&p->api_key_checks, &fields) == &p->api_key_checks.items[0]);
	CHECK_INT(fieldset_put_text(&fields, "region", "asia"), RC_OK);
	CHECK(checks_find(&p->api_key_checks, &fields) == NULL);
	CHECK_INT(p->api_key_checks.items[0].success.items[0].first, 200);
	CHECK_INT(p->api_key_checks.items[0].success.items[0].last, 299);
	CHECK_INT(p->api_key_checks.items[1].success.items[1].last, 399);
	CHECK_INT(p->api_key_checks.items[1].forbidden.items[0].first, 403);
	fieldset_release(&fields);
	p = parse(CHECK_OF "      forbidden_status: []\n      present: [/a, /b]\n      absent: /c\n"
			   "      refused: [{status: 200, require: {/code: '7'}}]\n"
			   "      limited: [{require: {/code: '9'}}, {status: [503, 5xx]}]\n");
	CHECK(p && p->api_key_checks.items[0].forbidden.n == 0);
	CHECK(p && p->api_key_checks.items[0].present.n == 2);
	CHECK(p && p->api_key_checks.items[0].limited.n == 2);
}

static void wrong_checks_are_refused(void)
{
	refuse(KEY "    check: x\n", 12, "must be a list");
	refuse(KEY "    check: []\n", 12, "a check or a list");
	refuse(KEY "    check: [x]\n", 12, "must be a mapping");
	refuse(KEY "    check:\n      - {request: " REQUEST "}\n      - {request: " REQUEST "}\n",
		12, "only the last");
	refuse(KEY "    check: {when: {nope: x}, request: " REQUEST "}\n", 12, "no field \"nope\"");
	refuse(KEY "    check: {when: {region: asia}, request: " REQUEST "}\n", 12, "no value of");
	refuse(KEY "    check: {when: {strict: 'yes'}, request: " REQUEST "}\n", 12, "no value of");
	refuse(CHECK_OF "      success_status: []\n", 14, "at least one");
	refuse(CHECK_OF "      success_status: 6xx\n", 14, "must be HTTP statuses");
	refuse(CHECK_OF "      success_status: '<500'\n", 14, "must be HTTP statuses");
	refuse(CHECK_OF "      success_status: 5xx\n", 14, "is no success");
	refuse(CHECK_OF "      success_status: {a: b}\n", 14, "must be a list");
	refuse(CHECK_OF "      forbidden_status: 99\n", 14, "must be HTTP statuses");
	refuse(CHECK_OF "      present: {a: b}\n", 14, "JSON pointer");
	refuse(CHECK_OF "      absent: errors\n", 14, "JSON pointer");
	refuse(CHECK_OF "      refused: {status: 200}\n", 14, "must be a list");
	refuse(CHECK_OF "      refused: [{}]\n", 14, "needs \"status\" or \"require\"");
	refuse(CHECK_OF "      refused: [{require: {code: x}}]\n", 14, "JSON pointers");
	refuse(CHECK_OF "      limited: [{status: 200, retry: 3}]\n", 14, "unknown key");
	refuse(CHECK_OF "    unchecked: {en_US: Costs money}\n", 11, "exclude each other");
	refuse(KEY "    unchecked: []\n", 12, "must be a text");
	refuse(KEY "    unchecked: {en_US: Costs money}\n    identity: {subject: /id}\n", 11,
		"\"identity\" needs a check");
}

/* --- minted tokens --- */

static void a_minted_token_is_described(void)
{
	const struct provider *p = parse(
		MINT "      grant: jwt_bearer\n      client_id: '{{credential.base}}'\n"
		     "      jwt: {alg: ES256, key: '{{credential.key}}', kid: k, lifetime_s: 60,"
		     " claims: {iss: '{{credential.base}}'}}\n"
		     "      token_request: {params: {scope: '{{credential.region}}'}}\n"
		     "      token_response: {access_token: /data/token, members: {space: /space}}\n"
		     "      credential: {token: '{{token.access_token}}', space: '{{token.space}}',"
		     " base: '{{credential.base}}', region: '{{credential.region|}}'}\n"
		     "      errors: {'99': reauthorize}\n"
		     "    check: {request: {method: GET, url: 'https://a.example/',"
		     " headers: {A: '{{token.access_token}} {{token.space}}'}}}\n");
	const struct mint_recipe *m = p ? p->mint : NULL;

	CHECK(m != NULL);
	if (!m)
		return;
	CHECK_INT(m->grant, MINT_JWT_BEARER);
	CHECK_INT(m->jwt.alg, JWT_ES256);
	CHECK_INT(m->jwt.lifetime_s, 60);
	CHECK_INT(m->oauth.client_auth, CLIENT_AUTH_NONE); /* an id without a secret */
	CHECK_STR(m->oauth.access_token.items[0], "/data/token");
	CHECK_INT(m->oauth.credential.n, 4);
	p = parse(PLAIN);
	CHECK(p && p->mint->oauth.client_auth == CLIENT_AUTH_ABSENT);
	CHECK(p && strcmp(p->mint->oauth.credential.items[0].name, "access_token") == 0);
	p = parse(
		MINT "      grant: client_credentials\n      client_id: a\n      client_secret: b\n"
		     "      token_request: {client_auth: basic}\n");
	CHECK(p && p->mint->oauth.client_auth == CLIENT_AUTH_BASIC);
}

static void wrong_mints_are_refused(void)
{
	refuse(MINT, 12, "\"grant\" is missing");
	refuse(MINT "      grant: password\n", 14, "must be one of");
	refuse(KEY "    mint: {grant: plain}\n", 12, "\"token_url\" is missing");
	refuse(KEY "    mint: {grant: plain, token_url: 'http://a.example/'}\n", 12, "https");
	refuse(MINT "      grant: client_credentials\n", 12, "needs \"client_id\"");
	refuse(MINT "      grant: jwt_bearer\n", 12, "needs \"jwt\"");
	refuse(PLAIN "      client_secret: '{{credential.key}}'\n", 12, "needs \"client_id\"");
	refuse(PLAIN "      client_id: '{{client.site}}'\n", 15, "not known here");
	refuse(PLAIN "      client_id: a\n      token_request: {client_auth: basic}\n", 12,
		"basic needs \"client_secret\"");
	refuse(PLAIN "      client_id: a\n      client_secret: b\n"
		     "      token_request: {client_auth: none}\n",
		12, "sends no \"client_secret\"");
	refuse(PLAIN "      jwt: {key: a}\n", 15, "\"alg\" is missing");
	refuse(PLAIN "      jwt: {alg: RS512, key: a}\n", 15, "must be one of");
	refuse(PLAIN "      jwt: {alg: none, key: a}\n", 15, "must be one of");
	refuse(PLAIN "      jwt: {alg: RS256}\n", 15, "\"key\" is missing");
	refuse(PLAIN "      jwt: {alg: RS256, key: a}\n", 12, "only \"as: bearer\"");
	refuse(PLAIN "      jwt: {alg: RS256, key: a, as: cookie}\n", 15, "must be one of");
	refuse(PLAIN "      jwt: {alg: RS256, key: a, as: bearer, lifetime_s: 59}\n", 15,
		"from 60 to 86400");
	refuse(PLAIN "      jwt: {alg: RS256, key: a, as: bearer, claims: {exp: x}}\n", 15,
		"is set by Grantry");
	refuse(PLAIN "      token_request: {params: {assertion: x}}\n", 12, "is reserved");
	refuse(PLAIN "      token_request: {params: {client_id: x}}\n", 15, "is reserved");
	refuse(PLAIN "      token_response: {expires_from: introspection}\n", 12, "introspection");
	refuse(PLAIN "      token_response: {parts: {user: {access_token: /a}}}\n", 12, "parts");
	refuse(PLAIN "      token_response: {members: {key: /k}}\n", 12, "of a field of the form");
	refuse(PLAIN "      credential: {key: '{{token.access_token}}'}\n", 12,
		"of a field of the form");
	refuse(PLAIN "      credential: {a: '{{client.client_id}}'}\n", 15, "not known here");
	refuse(PLAIN "      errors: {x: fatal}\n", 15, "must be reauthorize");
	refuse(PLAIN "      refresh: {margin_s: 3}\n", 15, "unknown key");
	refuse(PLAIN "    unchecked: {en_US: No}\n", 11, "exclude each other");
	refuse(PLAIN "    identity: {subject: /id}\n", 11, "\"identity\" needs a check");
	/* without mint nothing is known of a token */
	refuse(KEY "    check: {request: {method: GET, url: 'https://a.example/',"
		   " headers: {A: '{{token.access_token}}'}}}\n",
		12, "not known here");
}

int main(void)
{
	RUN(sources_are_kept);
	RUN(a_claim_needs_its_evidence);
	RUN(rules_reach_their_fields);
	RUN(wrong_rules_are_refused);
	RUN(derived_values_may_be_named);
	RUN(what_a_form_chooses_is_told_from_what_the_file_says);
	RUN(wrong_derivations_are_refused);
	RUN(a_request_has_all_its_parts);
	RUN(wrong_requests_are_refused);
	RUN(checks_are_chosen_by_the_fields);
	RUN(wrong_checks_are_refused);
	RUN(a_minted_token_is_described);
	RUN(wrong_mints_are_refused);
	catalogue_free(catalogue);
	return CHECK_DONE;
}
