/* SPDX-License-Identifier: Apache-2.0
 *
 * The oauth section of provider files: what its members become, what is refused, and parts that several share.
 */
#include "domain/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "domain/allowed.h"

/* --- helpers --- */

#define HEAD                                                                                       \
	"identity: {author: acme, name: drive, label: {en_US: Acme Drive}}\n"                      \
	"oauth_schema: {client_schema: [{name: client_id, type: text-input},"                      \
	" {name: client_secret, type: secret-input}, {name: scopes, type: text-input},"            \
	" {name: sub, type: text-input}]}\n"                                                       \
	"grantry:\n  org: acme\n  plugin: drive\n  oauth:\n" /* 6 lines */
#define URLS                                                                                       \
	"    authorization_url: https://acme.example/authorize\n"                                  \
	"    token_url: https://acme.example/token\n"
#define OAUTH HEAD URLS /* 8 lines */

static struct catalogue *catalogue;

static const struct oauth_recipe *parse(const char *text)
{
	struct provider_error error;

	catalogue_free(catalogue);
	CHECK_INT(provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_OK);
	if (error.reason[0] != '\0')
		printf("# line %u: %s\n", error.line, error.reason);
	return catalogue_count(catalogue) ? &catalogue_at(catalogue, 0)->oauth : NULL;
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

static const char *value_of(const struct pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;
	return NULL;
}

/* --- scopes and the authorization request --- */

static void scopes_of_both_kinds_are_read(void)
{
	const struct oauth_recipe *o = parse(
		OAUTH "    pkce: required\n    scope_separator: '|'\n    scope_param: scopes\n"
		      "    scope_override: scopes\n    optional_scope_param: optional_scope\n"
		      "    user_scope_param: user_scope\n"
		      "    scopes: [a, {name: b, optional: true}]\n"
		      "    user_scopes: [{name: u, label: {en_US: U}}]\n");

	CHECK(o != NULL);
	if (!o)
		return;
	CHECK_INT(o->pkce, PKCE_REQUIRED);
	CHECK_STR(o->scope_separator, "|");
	CHECK_STR(o->scope_param, "scopes");
	CHECK_STR(o->scope_override, "scopes");
	CHECK_STR(o->optional_scope_param, "optional_scope");
	CHECK_STR(o->user_scope_param, "user_scope");
	CHECK_INT(o->scopes.n, 2);
	CHECK(!o->scopes.items[0].optional && o->scopes.items[1].optional);
	CHECK_INT(o->user_scopes.n, 1);
	CHECK_STR(i18n_text(&o->user_scopes.items[0].label, "en_US"), "U");
}

static void wrong_scope_members_are_refused(void)
{
	refuse(OAUTH "    user_scopes: [u]\n", 6, "user_scopes need \"user_scope_param\"");
	refuse(OAUTH "    user_scope_param: scope\n", 9, "is scope_param already");
	refuse(OAUTH "    scope_param: state\n", 9, "is no name of a parameter for scopes");
	refuse(OAUTH "    scope_param: 'a b'\n", 9, "is no name of a parameter for scopes");
	refuse(OAUTH "    scope_override: secret\n", 9, "client_schema has no field \"secret\"");
	refuse(OAUTH "    scopes: [{name: a, optional: perhaps}]\n", 9, "must be true or false");
	refuse(OAUTH "    scope_separator: ', '\n", 9, "scope_separator: must be one of");
	refuse(OAUTH "    user_scope_param: user\n    authorize_params: {user: x}\n", 10,
		"the parameter \"user\" is reserved");
	refuse(HEAD "    authorization_url: https://acme.example/a?user=1\n"
		    "    token_url: https://acme.example/token\n    user_scope_param: user\n",
		7, "the query has \"user\" already");
}

/* --- the redirect --- */

static void values_of_the_redirect_are_read(void)
{
	const struct oauth_recipe *o = parse(
		HEAD "    authorization_url: https://acme.example/authorize\n"
		     "    token_url: \"{{token.accounts}}/oauth/token\"\n"
		     "    redirect:\n      code: auth_code\n      values:\n"
		     "        realm: {param: realmId, pattern: '[0-9]+', required: true}\n"
		     "        accounts: {param: server, hosts: ['*.acme.example', acme.test]}\n"
		     "      signature: {param: hmac, alg: hmac-sha256-hex}\n");

	CHECK(o != NULL);
	if (!o)
		return;
	CHECK_STR(o->redirect.code, "auth_code");
	CHECK_INT(o->redirect.n_values, 2);
	CHECK_STR(o->redirect.values[0].name, "realm");
	CHECK_STR(o->redirect.values[0].param, "realmId");
	CHECK_STR(o->redirect.values[0].pattern, "[0-9]+");
	CHECK(o->redirect.values[0].required && !o->redirect.values[1].required);
	CHECK_INT(o->redirect.values[1].hosts.n, 2);
	CHECK_STR(o->redirect.signature_param, "hmac");
	CHECK(!o->host_from_client);
}

static void what_a_browser_brings_is_limited(void)
{
	refuse(HEAD "    authorization_url: https://acme.example/authorize\n"
		    "    token_url: \"{{token.server}}/token\"\n"
		    "    redirect: {values: {server: {param: server, pattern: 'https://.*'}}}\n",
		6, "{{token.server}} in a host needs \"hosts\"");
	refuse(HEAD "    authorization_url: https://acme.example/authorize\n"
		    "    token_url: https://{{client.sub|x/y}}.{{token.shop}}.example/token\n"
		    "    redirect: {values: {shop: {param: shop}}}\n",
		6, "{{token.shop}} in a host needs \"hosts\"");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop}}}\n"
		     "    refresh: {url: 'https://{{token.shop}}.acme.example/token'}\n",
		6, "{{token.shop}} in a host needs \"hosts\"");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop}}}\n"
		     "    lookups: [{request: {method: GET, url: 'https://{{token.shop}}/x'},"
		     " keep: {a: /a}}]\n",
		6, "{{token.shop}} in a host needs \"hosts\"");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop, pattern: '(a'}}}\n", 9,
		"pattern: is no extended regular expression");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop, pattern: '(a)\\1'}}}\n", 9,
		"pattern: is no extended regular expression");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop, hosts: [com]}}}\n", 9,
		"must be a host such as");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop, hosts: ['*.*.acme.example']}}}\n",
		9, "must be a host such as");
	refuse(OAUTH "    redirect: {values: {shop: {param: shop, hosts: []}}}\n", 9,
		"names no host");
	refuse(OAUTH "    redirect: {values: {shop: {param: state}}}\n", 9,
		"the parameter \"state\" has a meaning of its own");
	refuse(OAUTH "    redirect: {values: {shop: {hosts: [acme.example]}}}\n", 9,
		"\"param\" is missing");
	refuse(OAUTH "    redirect: {values: {'sh op': {param: shop}}}\n", 9, "a name is made of");
	refuse(OAUTH "    redirect: {code: state}\n", 9, "has a meaning of its own");
	refuse(OAUTH "    redirect: {signature: {param: hmac}}\n", 9, "\"alg\" is missing");
	refuse(OAUTH "    redirect: {signature: {param: hmac, alg: md5}}\n", 9, "must be one of");
}

/* --- the token endpoint --- */

static void steps_that_differ_are_read(void)
{
	const struct oauth_recipe *o = parse(OAUTH
		"    token_request: {format: query, params: {app: '{{client.sub}}'}}\n"
		"    exchange:\n      method: GET\n      grant_type: none\n"
		"      names: {code: auth_code, client_id: app_id, client_secret: secret,"
		" redirect_uri: none}\n      params: {shop: '{{token.shop}}'}\n"
		"      then: {url: 'https://acme.example/long', method: GET,"
		" grant_type: long_lived, token_param: short_token, names: {client_id: none}}\n"
		"    redirect: {values: {shop: {param: shop}}}\n"
		"    refresh: {url: 'https://{{token.host}}/renew', method: GET,"
		" grant_type: extend, names: {refresh_token: access_token}, token: access_token,"
		" params: {realm: '{{token.shop}}'}, scope: true, redirect_uri: true,"
		" rotation: always, margin_s: 60, window_s: 600, absolute_limit_s: 86400}\n"
		"    token_response: {members: {host: /host}}\n");

	CHECK(o != NULL);
	if (!o)
		return;
	CHECK_INT(o->token_format, BODY_QUERY);
	CHECK_STR(o->exchange.method, "GET");
	CHECK_STR(o->exchange.grant_type, "");
	CHECK_STR(value_of(&o->exchange.names, "code"), "auth_code");
	CHECK_STR(value_of(&o->exchange.names, "redirect_uri"), "");
	CHECK_STR(value_of(&o->exchange.params, "shop"), "{{token.shop}}");
	CHECK_STR(o->then.url, "https://acme.example/long");
	CHECK_STR(o->then.grant_type, "long_lived");
	CHECK_STR(o->then_token_param, "short_token");
	CHECK_STR(o->refresh.url, "https://{{token.host}}/renew");
	CHECK_STR(o->refresh.grant_type, "extend");
	CHECK_INT(o->refresh_with, REFRESH_WITH_ACCESS_TOKEN);
	CHECK_INT(o->rotation, ROTATION_ALWAYS);
	CHECK(o->refresh_scope && o->refresh_redirect_uri);
	CHECK_INT(o->refresh_window_s, 600);
	CHECK_INT(o->refresh_absolute_limit_s, 86400);
}

static void nothing_is_sent_twice(void)
{
	refuse(OAUTH "    exchange: {names: {code: client_id}}\n", 9,
		"is the name of two parameters");
	refuse(OAUTH "    exchange: {names: {code: none}}\n", 9, "code: cannot be left out");
	refuse(OAUTH "    refresh: {names: {refresh_token: none}}\n", 9, "cannot be left out");
	refuse(OAUTH "    exchange: {names: {state: x}}\n", 9,
		"is no parameter of a token request");
	refuse(OAUTH "    exchange: {names: {code: 'a b'}}\n", 9, "is no name of a parameter");
	refuse(OAUTH "    exchange: {names: {code: c}, params: {c: x}}\n", 9,
		"\"c\" is sent by Grantry already");
	refuse(OAUTH "    token_request: {params: {a: x}}\n    refresh: {params: {a: y}}\n", 10,
		"\"a\" is in token_request.params too");
	refuse(OAUTH "    refresh: {params: {scope: y}, scope: true}\n", 9,
		"\"scope\" is sent by Grantry already");
	refuse(OAUTH "    refresh: {params: {refresh_token: y}}\n", 9, "is reserved");
	refuse(OAUTH "    refresh: {url: 'https://acme.example/t?refresh_token=1'}\n", 9,
		"the query has \"refresh_token\" already");
	refuse(OAUTH "    refresh: {url: 'https://acme.example/t?grant_type=1'}\n", 9,
		"the query has \"grant_type\" already");
	refuse(OAUTH "    exchange: {params: {a: '{{token.access_token}}'}}\n", 9,
		"there is no token field");
	refuse(OAUTH "    token_request: {format: json}\n    refresh: {method: GET}\n", 10,
		"a GET request has no JSON body");
	refuse(OAUTH "    exchange: {method: PUT}\n", 9, "must be one of: POST, GET");
	refuse(OAUTH "    exchange: {then: {url: 'https://acme.example'}}\n", 9,
		"\"grant_type\" is missing");
	refuse(OAUTH "    refresh: {margin_s: 900, window_s: 600}\n", 9, "is greater than");
	refuse(OAUTH "    refresh: {rotation: sometimes}\n", 9, "must be one of");
}

static void answers_that_differ_are_read(void)
{
	const struct oauth_recipe *o = parse(OAUTH
		"    token_response:\n      require: {/ok: 'true'}\n      expires_in_unit: ms\n"
		"      expires_from: introspection\n      issued_at: /created_at\n"
		"      refresh_expires_in: /r\n      refresh_expires_at: [/a, /b]\n"
		"      members: {team: /team/id}\n"
		"      parts:\n        user: {access_token: /authed_user/access_token,"
		" refresh_token: /authed_user/refresh_token, expires_in: /authed_user/expires_in,"
		" scope: /authed_user/scope}\n"
		"    introspection: {url: 'https://acme.example/introspect'}\n"
		"    lookups:\n    - request: {method: GET, url: 'https://acme.example/sites'}\n"
		"      keep: {cloud: [/0/id, /id]}\n      required: false\n"
		"    credential: {user: '{{token.user_access_token}}', cloud: '{{token.cloud}}',"
		" team: '{{token.team}}'}\n");

	CHECK(o != NULL);
	if (!o)
		return;
	CHECK_STR(value_of(&o->token_require, "/ok"), "true");
	CHECK_INT(o->expires_ms_per_unit, 1);
	CHECK_INT(o->expires_from, EXPIRES_FROM_INTROSPECTION);
	CHECK_STR(o->issued_at.items[0], "/created_at");
	CHECK_INT(o->refresh_expires_at.n, 2);
	CHECK_INT(o->n_parts, 1);
	CHECK_STR(o->parts[0].name, "user");
	CHECK_STR(o->parts[0].scope.items[0], "/authed_user/scope");
	CHECK_STR(o->introspection_url, "https://acme.example/introspect");
	CHECK_INT(o->n_lookups, 1);
	CHECK_STR(o->lookups[0].keep[0].name, "cloud");
	CHECK_INT(o->lookups[0].keep[0].at.n, 2);
	CHECK(!o->lookups[0].required);
}

static void a_name_is_kept_once(void)
{
	refuse(OAUTH "    token_response: {members: {scope: /s}}\n", 9,
		"{{token.scope}} is what RFC 6749 means by it");
	refuse(OAUTH "    token_response: {members: {a: /s}}\n"
		     "    redirect: {values: {a: {param: a}}}\n",
		10, "{{token.a}} is there twice");
	refuse(OAUTH "    token_response: {members: {user_scope: /s},"
		     " parts: {user: {access_token: /u}}}\n",
		9, "{{token.user_scope}} is there twice");
	refuse(OAUTH "    lookups: [{request: {method: GET, url: 'https://a.example'},"
		     " keep: {a: /a}}, {request: {method: GET, url: 'https://a.example'},"
		     " keep: {a: /a}}]\n",
		9, "{{token.a}} is there twice");
	refuse(OAUTH "    token_response: {parts: {user: {refresh_token: /u}}}\n", 9,
		"\"access_token\" is missing");
	refuse(OAUTH "    token_response: {expires_in_unit: h}\n", 9, "must be one of: s, ms, min");
	refuse(OAUTH "    token_response: {expires_from: introspection}\n", 6,
		"needs \"introspection\"");
	refuse(OAUTH "    token_response: {require: {ok: 'true'}}\n", 9, "must be JSON pointers");
	refuse(OAUTH "    lookups: [{request: {method: GET, url: 'https://a.example'}}]\n", 9,
		"\"keep\" is missing");
	refuse(OAUTH
		"    lookups: [{request: {method: GET, url: 'https://a.example'}, keep: {}}]\n",
		9, "keeps nothing");
	refuse(OAUTH "    lookups: {a: b}\n", 9, "must be a list");
	refuse(OAUTH "    credential: {a: '{{token.nothing}}'}\n", 9, "there is no token field");
}

/* --- signs --- */

static void signs_are_read(void)
{
	const struct oauth_recipe *o = parse(OAUTH
		"    token_expired:\n    - {status: 400, require: {/code: '99991677'}}\n"
		"    - {header: {WWW-Authenticate: expired}}\n"
		"    - {status: 403, text: Bad_Token}\n"
		"    revocation: {style: rfc7009, url: 'https://acme.example/revoke', token: "
		"both}\n"
		"    diagnosis:\n    - {at: exchange, error: bad_code, contains: used, status: 400,"
		" cause: {en_US: C}, next: {en_US: N}}\n");

	CHECK(o != NULL);
	if (!o)
		return;
	CHECK_INT(o->n_token_expired, 3);
	CHECK_STR(o->token_expired[2].text, "Bad_Token");
	CHECK_INT(o->token_expired[0].status, 400);
	CHECK_STR(value_of(&o->token_expired[0].require, "/code"), "99991677");
	CHECK_STR(o->token_expired[1].www_authenticate, "expired");
	CHECK_INT(o->revoked_token, REVOKE_BOTH);
	CHECK_INT(o->diagnosis.n, 1);
	CHECK_INT(o->diagnosis.items[0].at, AT_EXCHANGE);
	CHECK_STR(o->diagnosis.items[0].error, "bad_code");
	CHECK_STR(i18n_text(&o->diagnosis.items[0].next, "en_US"), "N");
}

#define IDENTITY                                                                                   \
	"    redirect: {values: {realm: {param: realmId}}}\n"                                      \
	"    identity:\n      from: token_response\n"

static void what_is_kept_can_be_the_account(void)
{
	const struct oauth_recipe *o = parse(OAUTH IDENTITY "      kept: {subject: realm}\n");

	if (!o)
		return;
	CHECK_STR(o->identity.kept_subject, "realm");
	CHECK(!o->identity.kept_name && !o->identity.kept_account);
}

static void what_is_not_kept_is_no_account(void)
{
	refuse(OAUTH IDENTITY "      kept: {subject: realmId}\n", 12,
		"subject: there is no token field \"realmId\"");
	refuse(OAUTH IDENTITY "      kept: {subject: access_token}\n", 12,
		"subject: there is no token field \"access_token\"");
	refuse(OAUTH IDENTITY "      kept: {avatar: realm}\n", 12, "avatar: unknown key");
	refuse(OAUTH IDENTITY "      kept: realm\n", 12, "kept: ");
}

static void wrong_signs_are_refused(void)
{
	refuse(OAUTH "    token_expired: [{}]\n", 9, "says nothing of the answer");
	refuse(OAUTH "    token_expired: [{status: 200}]\n", 9, "every good answer would mean it");
	refuse(OAUTH "    token_expired: [{text: [a]}]\n", 9, "must be a text");
	refuse(OAUTH "    token_expired: [{status: 99}]\n", 9, "must be an HTTP status");
	refuse(OAUTH "    token_expired: [{header: {'a b': x}}]\n", 9, "unknown key");
	refuse(OAUTH "    revocation: {style: none, token: both}\n", 9, "is for style rfc7009");
	refuse(OAUTH "    diagnosis: [{at: exchange, cause: {en_US: C}}]\n", 9, "needs one of");
	refuse(OAUTH "    diagnosis: [{error: x}]\n", 9, "\"cause\" is missing");
	refuse(OAUTH "    diagnosis: [{at: lunch, error: x, cause: {en_US: C}}]\n", 9,
		"must be one of");
}

/* --- shared parts --- */

static char folder[64];

static void write_part(const char *name, const char *text)
{
	char path[160];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_folder(void)
{
	char path[80];

	(void)snprintf(folder, sizeof(folder), "/tmp/grantry-shared-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/shared", folder);
	CHECK_INT(mkdir(path, 0700), 0);
	write_part("shared/acme.yaml",
		"oauth:\n" URLS
		"    scopes: [base]\n    authorize_params: {prompt: consent, hint: x}\n"
		"    refresh: {idle_limit_s: 60, margin_s: 5}\n"
		"    revocation: {style: rfc7009, url: 'https://acme.example/revoke'}\n");
	write_part("shared/wrong.yaml", "oauth:\n" URLS "    scopes: base\n");
	write_part("shared/broken.yaml", "oauth:\n  {\n");
	write_part("shared/more.yaml", "oauth: {}\nscopes: []\n");
	write_part("shared/again.yaml", "oauth: {base: acme}\n");
}

static void remove_folder(void)
{
	static const char *const names[] = {"shared/acme.yaml", "shared/wrong.yaml",
		"shared/broken.yaml", "shared/more.yaml", "shared/again.yaml", "shared"};
	char path[160];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		CHECK_INT(remove(path), 0);
	}
	CHECK_INT(rmdir(folder), 0);
}

static enum rc parse_in_folder(const char *text, struct provider_error *error)
{
	catalogue_free(catalogue);
	return provider_parse_in(folder, "t.yaml", text, strlen(text), NULL, &catalogue, error);
}

static void a_definition_stands_on_its_base(void)
{
	struct provider_error error;
	const struct oauth_recipe *o;

	make_folder();
	CHECK_INT(parse_in_folder(HEAD "    base: acme\n    scopes: [own]\n"
				       "    authorize_params: {prompt: none}\n"
				       "    refresh: {margin_s: 7}\n",
			  &error),
		RC_OK);
	CHECK_STR(error.reason, "");
	remove_folder();
	if (!catalogue_count(catalogue))
		return;
	o = &catalogue_at(catalogue, 0)->oauth;
	CHECK_STR(o->token_url, "https://acme.example/token");
	CHECK_INT(o->scopes.n, 1);
	CHECK_STR(o->scopes.items[0].name, "own");
	CHECK_INT(o->authorize_params.n, 1);
	CHECK_STR(value_of(&o->authorize_params, "prompt"), "none");
	CHECK_INT(o->refresh_margin_s, 7);
	CHECK_INT(o->refresh_idle_limit_s, 60);
	CHECK_INT(o->revocation, REVOCATION_RFC7009);
}

static void null_takes_a_member_of_the_base_away(void)
{
	struct provider_error error;

	make_folder();
	CHECK_INT(parse_in_folder(HEAD "    base: acme\n    scopes: null\n    revocation: {style: "
				       "none, url: null}\n",
			  &error),
		RC_OK);
	CHECK_STR(error.reason, "");
	remove_folder();
	if (!catalogue_count(catalogue))
		return;
	CHECK_INT(catalogue_at(catalogue, 0)->oauth.scopes.n, 0);
	CHECK_INT(catalogue_at(catalogue, 0)->oauth.revocation, REVOCATION_NONE);
}

static void refuse_base(const char *text, unsigned line, const char *words)
{
	struct provider_error error;

	CHECK_INT(parse_in_folder(text, &error), RC_INVALID);
	if (error.line != line || !strstr(error.reason, words)) {
		CHECK_INT(error.line, line);
		CHECK_STR(error.reason, words);
	}
}

static void a_wrong_base_is_named_with_its_line(void)
{
	make_folder();
	refuse_base(HEAD "    base: none\n", 7, "shared/none.yaml:0: cannot be read");
	refuse_base(HEAD "    base: broken\n", 7, "shared/broken.yaml:3:");
	refuse_base(HEAD "    base: more\n", 7, "must have the one key \"oauth\"");
	refuse_base(HEAD "    base: again\n", 7, "has a base itself");
	refuse_base(HEAD "    base: ../acme\n", 7, "base: must be 1 to 64 of");
	refuse_base(HEAD "    base: wrong\n", 7, "scopes: must be a list (shared/wrong.yaml:4)");
	refuse_base(HEAD "    base: acme\n    revocation: {style: none}\n", 8,
		"style rfc7009, and only that");
	refuse_base(HEAD "    base: acme\n    pkce: maybe\n", 8, "pkce: must be true");
	remove_folder();
	refuse(HEAD "    base: acme\n", 7, "there is no folder \"shared\"");
}

/* --- values from outside --- */

static void a_pattern_matches_the_whole_text(void)
{
	static char long_text[ALLOWED_TEXT_MAX + 2];

	CHECK(allowed_matches("[0-9]+", "42") && allowed_matches("^[0-9]+$", "42"));
	CHECK(allowed_matches("a|ab", "ab") && allowed_matches("", ""));
	CHECK(!allowed_matches("[0-9]+", "42x") && !allowed_matches("[0-9]+", "x42"));
	CHECK(!allowed_matches("[0-9]+", "42\n") && !allowed_matches("[0-9]+", ""));
	CHECK(!allowed_matches("(", "(") && !allowed_matches("a|b", "ab"));
	memset(long_text, 'a', sizeof(long_text) - 1);
	CHECK(!allowed_matches("a*", long_text));
	CHECK(allowed_pattern_is_valid("\\\\1") && !allowed_pattern_is_valid("(a)\\1"));
	CHECK(!allowed_pattern_is_valid("a\\") && !allowed_pattern_is_valid("[a"));
}

static void a_host_is_one_of_the_listed(void)
{
	static const char *const hosts[] = {"acme.example", "*.acme.test"};

	CHECK(allowed_host(hosts, 2, "acme.example") && allowed_host(hosts, 2, "ACME.Example"));
	CHECK(allowed_host(hosts, 2, "https://acme.example"));
	CHECK(allowed_host(hosts, 2, "https://eu.acme.test/"));
	CHECK(!allowed_host(hosts, 2, "acme.test") && !allowed_host(hosts, 2, ".acme.test"));
	CHECK(!allowed_host(hosts, 2, "xacme.test") && !allowed_host(hosts, 2, "eu.acme.example"));
	CHECK(!allowed_host(hosts, 2, "http://acme.example"));
	CHECK(!allowed_host(hosts, 2, "https://acme.example:8443"));
	CHECK(!allowed_host(hosts, 2, "https://acme.example/x"));
	CHECK(!allowed_host(hosts, 2, "https://acme.example@evil.example"));
	CHECK(!allowed_host(hosts, 2, "https://evil.example#.acme.test"));
	CHECK(!allowed_host(hosts, 2, "https://evil.example\\.acme.test"));
	CHECK(!allowed_host(hosts, 2, "evil.example/acme.example"));
	CHECK(!allowed_host(hosts, 2, "https://") && !allowed_host(hosts, 2, ""));
	CHECK(!allowed_host(hosts, 2, "acme.example.") && !allowed_host(hosts, 0, "acme.example"));
}

int main(void)
{
	RUN(scopes_of_both_kinds_are_read);
	RUN(wrong_scope_members_are_refused);
	RUN(values_of_the_redirect_are_read);
	RUN(what_a_browser_brings_is_limited);
	RUN(steps_that_differ_are_read);
	RUN(nothing_is_sent_twice);
	RUN(answers_that_differ_are_read);
	RUN(a_name_is_kept_once);
	RUN(signs_are_read);
	RUN(what_is_kept_can_be_the_account);
	RUN(what_is_not_kept_is_no_account);
	RUN(wrong_signs_are_refused);
	RUN(a_definition_stands_on_its_base);
	RUN(null_takes_a_member_of_the_base_away);
	RUN(a_wrong_base_is_named_with_its_line);
	RUN(a_pattern_matches_the_whole_text);
	RUN(a_host_is_one_of_the_listed);
	catalogue_free(catalogue);
	return CHECK_DONE;
}
