/* SPDX-License-Identifier: Apache-2.0
 *
 * Token endpoints that differ: from lines of a provider file to the bytes of a request, and from the bytes of an answer
 * to what is kept.
 */
#include <stdio.h>

#include "check.h"
#include "domain/oauth/flow_redirect.h"
#include "domain/oauth/flow_scopes.h"
#include "domain/oauth/refresh.h"
#include "domain/oauth/token.h"
#include "platform/codec.h"

#define NOW_S 1700000000
#define HEAD                                                                                       \
	"identity: {author: acme, name: drive, label: {en_US: Acme Drive}}\n"                      \
	"oauth_schema: {client_schema: [{name: client_id, type: text-input},"                      \
	" {name: client_secret, type: secret-input}, {name: team, type: text-input}]}\n"           \
	"grantry:\n  org: acme\n  plugin: drive\n  oauth:\n"                                       \
	"    authorization_url: https://acme.example/authorize\n"                                  \
	"    token_url: https://acme.example/token\n"

/* --- the recipe of some lines --- */

static struct catalogue *catalogue;
static struct fieldset client, kept;

static const struct oauth_recipe *recipe(const char *lines)
{
	static const struct oauth_recipe none;
	struct provider_error error = {0};
	char text[4096];

	catalogue_free(catalogue);
	(void)snprintf(text, sizeof(text), HEAD "%s", lines);
	CHECK_INT(provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_OK);
	CHECK_STR(error.reason, "");
	fieldset_release(&client);
	fieldset_release(&kept);
	CHECK_INT(fieldset_put_text(&client, "client_id", "id"), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "client_secret", "key"), RC_OK);
	return catalogue_count(catalogue) ? &catalogue_at(catalogue, 0)->oauth : &none;
}

static void keep(const char *name, const char *text)
{
	CHECK_INT(fieldset_put_text(&kept, name, text), RC_OK);
}

/* --- requests --- */

static struct httpc_request request;

static enum rc exchange_as(const struct oauth_recipe *r, const struct token_step *step)
{
	static const char *const names[] = {"grant_type", "code", "redirect_uri", "code_verifier"};
	static const char *const texts[] = {"authorization_code", "c", "https://g.example/cb", "v"};
	struct placeholder_values values = {.client = &client, .token = &kept};
	struct secret secrets[4] = {{0}};
	struct token_param grant[4];
	enum rc rc;

	for (size_t i = 0; i < 4; i++) {
		CHECK_INT(secret_set(&secrets[i], texts[i], strlen(texts[i])), RC_OK);
		grant[i] = (struct token_param){names[i], &secrets[i]};
	}
	httpc_request_release(&request);
	rc = token_step_request(r, step, &values, grant, 4, &request);
	for (size_t i = 0; i < 4; i++)
		secret_release(&secrets[i]);
	return rc;
}

static enum rc renew(const struct oauth_recipe *r)
{
	const struct token_part *part;
	struct token_renewal renewal = {
		&client, &kept, token_to_renew(r, &kept, &part), "a b", "https://g.example/cb"};

	httpc_request_release(&request);
	return token_refresh_request(r, &renewal, &request);
}

static bool has_header(const char *name)
{
	for (size_t i = 0; i < request.n_headers; i++)
		if (strcmp(request.headers[i].name, name) == 0)
			return true;
	return false;
}

static void parameters_have_the_names_of_the_provider(void)
{
	const struct oauth_recipe *r =
		recipe("    exchange: {names: {code: auth_code, client_id: app_id,"
		       " client_secret: secret, redirect_uri: none, code_verifier: none},"
		       " grant_type: none, params: {shop: '{{token.shop}}'}}\n"
		       "    token_request: {params: {team: '{{client.team|}}', v: '2'}}\n"
		       "    redirect: {values: {shop: {param: shop}}}\n");

	keep("shop", "a&b");
	CHECK_INT(exchange_as(r, &r->exchange), RC_OK);
	CHECK_STR(request.method, "POST");
	CHECK_STR(secret_text(&request.url), "https://acme.example/token");
	CHECK_STR(secret_text(&request.body), "auth_code=c&app_id=id&secret=key&v=2&shop=a%26b");
	fieldset_release(&kept);
	CHECK_INT(exchange_as(r, &r->exchange), RC_INVALID); /* no shop came */
	CHECK(request.url.len == 0);
}

static void parameters_may_stand_in_the_url(void)
{
	const struct oauth_recipe *r =
		recipe("    token_request: {format: query}\n"
		       "    refresh: {url: 'https://acme.example/renew?v=1',"
		       " method: GET, grant_type: extend,"
		       " names: {refresh_token: token, client_secret: none}}\n");

	CHECK_INT(exchange_as(r, &r->exchange), RC_OK);
	CHECK_STR(secret_text(&request.url),
		"https://acme.example/token?grant_type=authorization_code&code=c"
		"&redirect_uri=https%3A%2F%2Fg.example%2Fcb&code_verifier=v&client_id=id"
		"&client_secret=key");
	CHECK(request.has_body && request.body.len == 0 && !has_header("Content-Type"));
	keep("refresh_token", "r");
	CHECK_INT(renew(r), RC_OK);
	CHECK_STR(request.method, "GET");
	CHECK(!request.has_body);
	CHECK_STR(secret_text(&request.url),
		"https://acme.example/renew?v=1&grant_type=extend&token=r&client_id=id");
}

static void a_json_request_with_other_names(void)
{
	const struct oauth_recipe *r =
		recipe("    token_request: {format: json, client_auth: basic}\n"
		       "    exchange: {names: {redirect_uri: none,"
		       " code_verifier: none, code: none_of_it}}\n");

	CHECK_INT(exchange_as(r, &r->exchange), RC_OK);
	CHECK_STR(secret_text(&request.body),
		"{\"grant_type\":\"authorization_code\",\"none_of_it\":\"c\"}");
	CHECK(has_header("Authorization") && has_header("Content-Type"));
}

static void a_renewal_sends_what_the_file_says(void)
{
	const struct oauth_recipe *r =
		recipe("    scope_separator: ','\n"
		       "    refresh: {url: 'https://{{token.host}}/renew', scope: true, "
		       "redirect_uri: true,"
		       " params: {realm: '{{token.realm}}'}}\n"
		       "    token_response: {members: {host: /host, realm: /realm}}\n");

	keep("refresh_token", "r");
	keep("realm", "7");
	CHECK_INT(renew(r), RC_INVALID); /* no host */
	keep("host", "eu.acme.example");
	CHECK_INT(renew(r), RC_OK);
	CHECK_STR(secret_text(&request.url), "https://eu.acme.example/renew");
	CHECK_STR(secret_text(&request.body), "grant_type=refresh_token&refresh_token=r&scope=a%2Cb"
					      "&redirect_uri=https%3A%2F%2Fg.example%2Fcb&client_"
					      "id=id&client_secret=key&realm=7");
}

static void the_access_token_itself_may_be_renewed(void)
{
	const struct oauth_recipe *r =
		recipe("    refresh: {token: access_token, method: GET, grant_type: ig,"
		       " names: {refresh_token: access_token, client_id: none,"
		       " client_secret: none}}\n");

	CHECK(!token_to_renew(r, &kept, &(const struct token_part *){NULL}));
	keep("access_token", "a");
	CHECK(token_can_renew(r, &kept));
	CHECK_INT(renew(r), RC_OK);
	CHECK_STR(secret_text(&request.url),
		"https://acme.example/token?grant_type=ig&access_token=a");
	r = recipe("");
	keep("access_token", "a");
	CHECK(!token_can_renew(r, &kept));
	r = recipe("    refresh: {supported: false, token: access_token}\n");
	CHECK(!token_can_renew(r, &kept));
}

/* --- answers --- */

static struct token_answer answer;

static enum token_failure parse(const struct oauth_recipe *r, const char *body)
{
	token_answer_release(&answer);
	memset(&answer, 0, sizeof(answer));
	token_parse(r, 200, "application/json", body, strlen(body), NOW_S, NULL, &answer);
	return answer.failure;
}

static void an_error_in_a_good_answer(void)
{
	const struct oauth_recipe *r =
		recipe("    token_response: {require: {/code: '0'}, error: /code,"
		       " error_description: /msg, access_token: /data/token}\n"
		       "    errors: {'1107': reauthorize}\n");

	CHECK_INT(parse(r, "{\"code\":0,\"data\":{\"token\":\"a\"}}"), TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "a");
	CHECK_INT(parse(r, "{\"code\":\"0\",\"data\":{\"token\":\"a\"}}"), TOKEN_OK);
	CHECK_INT(parse(r, "{\"code\":1107,\"msg\":\"gone\",\"data\":{\"token\":\"a\"}}"),
		TOKEN_GRANT_REFUSED);
	CHECK_STR(answer.error, "1107");
	CHECK_STR(answer.words, "gone");
	CHECK(!fieldset_get(&answer.tokens, "access_token"));
	CHECK_INT(parse(r, "{\"code\":9,\"data\":{\"token\":\"a\"}}"), TOKEN_REFUSED);
	CHECK_INT(parse(r, "{\"data\":{\"token\":\"a\"}}"), TOKEN_REFUSED);
	CHECK_STR(answer.error, "unknown_error");
	CHECK_INT(parse(r, "{\"code\":null,\"data\":{\"token\":\"a\"}}"), TOKEN_REFUSED);
	CHECK_INT(parse(r, "{\"code\":0.5,\"data\":{\"token\":\"a\"}}"), TOKEN_REFUSED);
	CHECK_INT(parse(r, "{\"code\":0}"), TOKEN_MALFORMED);
}

static int64_t life(const struct oauth_recipe *r, const char *members)
{
	char body[4096];

	(void)snprintf(body, sizeof(body), "{\"access_token\":\"a\"%s}", members);
	CHECK_INT(parse(r, body), TOKEN_OK);
	CHECK(answer.expires);
	return answer.expires_at_s - NOW_S;
}

static void lives_in_other_units(void)
{
	const struct oauth_recipe *r = recipe("    token_response: {expires_in_unit: ms}\n");

	CHECK_INT(life(r, ",\"expires_in\":7200000"), 7200);
	CHECK_INT(life(r, ",\"expires_in\":\"1500\""), 1);
	CHECK_INT(life(r, ",\"expires_in\":-5"), 0);
	CHECK_INT(life(r, ",\"expires_in\":\"soon\""), TOKEN_LIFETIME_UNKNOWN_S);
	r = recipe("    token_response: {expires_in_unit: min}\n");
	CHECK_INT(life(r, ",\"expires_in\":30"), 1800);
	CHECK_INT(life(r, ",\"expires_in\":9223372036854775807"), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(life(r, ",\"expires_in\":1e300"), TOKEN_LIFETIME_MAX_S);
}

static void a_life_counted_from_another_moment(void)
{
	const struct oauth_recipe *r = recipe("    token_response: {issued_at: /created_at}\n");

	CHECK_INT(life(r, ",\"expires_in\":7200,\"created_at\":1699999000"), 6200);
	CHECK_INT(life(r, ",\"expires_in\":7200,\"created_at\":1600000000"), 0);
	CHECK_INT(life(r, ",\"expires_in\":7200,\"created_at\":1800000000"), 7200);
	CHECK_INT(life(r, ",\"expires_in\":7200,\"created_at\":-1"), 7200);
	CHECK_INT(life(r, ",\"expires_in\":7200,\"created_at\":\"x\""), 7200);
	CHECK_INT(life(r, ",\"expires_in\":7200"), 7200);
}

/* The claims in base64url: {"exp":1700000500}, {"exp":"x"}, {}. */
static void the_end_stands_in_the_token(void)
{
	const struct oauth_recipe *r =
		recipe("    token_response: {expires_from: jwt, default_expires_in_s: 60}\n");
	static const struct {
		const char *token;
		int64_t want;
	} rows[] = {
		{"e30.eyJleHAiOjE3MDAwMDA1MDB9.x", 500},
		{"e30.eyJleHAiOjE3MDAwMDA1MDB9.", 500},
		{"e30.eyJleHAiOjE3MDAwMDA1MDB9", 60},    /* two parts are no JWT */
		{"e30.eyJleHAiOjE3MDAwMDA1MDB9=.x", 60}, /* padding */
		{"e30.eyJleHAiOiJ4In0.x", 60},
		{"e30.e30.x", 60},
		{"e30..x", 60},
		{"..", 60},
		{"opaque", 60},
	};
	char body[200];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(body, sizeof(body), "{\"access_token\":\"%s\"}", rows[i].token);
		CHECK_INT(parse(r, body), TOKEN_OK);
		CHECK_INT(answer.expires_at_s - NOW_S, rows[i].want);
	}
}

static void the_end_of_the_refresh_token_is_noted(void)
{
	const struct oauth_recipe *r = recipe(
		"    token_response: {refresh_expires_in: /r_in, refresh_expires_at: /r_at}\n");

	(void)life(r, ",\"r_in\":100");
	CHECK_INT(answer.refresh_until_s, NOW_S + 100);
	(void)life(r, ",\"r_at\":1800000000");
	CHECK_INT(answer.refresh_until_s, 1800000000);
	(void)life(r, ",\"r_in\":0");
	CHECK_INT(answer.refresh_until_s, 0);
	(void)life(r, ",\"r_in\":\"never\"");
	CHECK_INT(answer.refresh_until_s, 0);
	(void)life(r, ",\"r_in\":9223372036854775807");
	CHECK(answer.refresh_until_s > NOW_S);
}

static bool introspected(int status, const char *body)
{
	struct httpc_response rs = {.status = status};
	bool told;

	token_answer_release(&answer);
	answer = (struct token_answer){.expires = true, .expires_at_s = 1};
	CHECK_INT(secret_set(&rs.body, body, strlen(body)), RC_OK);
	told = token_introspected(&rs, NOW_S, &answer);
	secret_release(&rs.body);
	return told;
}

static void introspection_tells_the_end_or_nothing(void)
{
	CHECK(introspected(200, "{\"active\":true,\"exp\":1700000100}"));
	CHECK_INT(answer.expires_at_s, NOW_S + 100);
	CHECK(!introspected(200, "{\"active\":true}") && answer.expires_at_s == 1);
	CHECK(!introspected(200, "{\"exp\":null}") && !introspected(200, "{\"exp\":[]}"));
	CHECK(!introspected(401, "{\"exp\":1700000100}") && !introspected(200, "no JSON"));
	CHECK_INT(answer.expires_at_s, 1);
}

/* --- several tokens --- */

#define TWO                                                                                        \
	"    token_response: {default_expires_in_s: never, parts: {user: {access_token: /u/a,"     \
	" refresh_token: /u/r, expires_in: /u/e, scope: /u/s}}}\n"

static int64_t renewal_end(const struct oauth_recipe *r)
{
	int64_t at_s;

	return token_renewal_end(r, &answer, &at_s) ? at_s - NOW_S : -1;
}

static void each_token_of_a_grant_has_its_end(void)
{
	const struct oauth_recipe *r = recipe(TWO);
	const struct token_part *part;

	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"refresh_token\":\"br\",\"expires_in\":1000,"
			   "\"u\":{\"a\":\"u\",\"r\":\"ur\",\"e\":400,\"s\":\"x,y\"}}"),
		TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "user_access_token"), "u");
	CHECK_STR(fieldset_text(&answer.tokens, "user_scope"), "x,y");
	CHECK_INT(answer.expires_at_s - NOW_S, 400);
	CHECK_INT(renewal_end(r), 400);
	CHECK_STR(secret_text(token_to_renew(r, &answer.tokens, &part)), "ur");
	CHECK(part && strcmp(part->name, "user") == 0);
	/* the other way round */
	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"refresh_token\":\"br\",\"expires_in\":100,"
			   "\"u\":{\"a\":\"u\",\"r\":\"ur\",\"e\":400}}"),
		TOKEN_OK);
	CHECK_STR(secret_text(token_to_renew(r, &answer.tokens, &part)), "br");
	CHECK(!part);
	/* what cannot be renewed ends, and is not waited for */
	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"refresh_token\":\"br\",\"expires_in\":1000,"
			   "\"u\":{\"a\":\"u\",\"e\":400}}"),
		TOKEN_OK);
	CHECK_INT(answer.expires_at_s - NOW_S, 400);
	CHECK_INT(renewal_end(r), 1000);
	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"u\":{\"a\":\"u\"}}"), TOKEN_OK);
	CHECK(!answer.expires && renewal_end(r) == -1);
	CHECK(!token_can_renew(r, &answer.tokens));
	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"u\":{\"a\":7}}"), TOKEN_MALFORMED);
	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"u\":{\"a\":\"u\\u0001\"}}"), TOKEN_MALFORMED);
	CHECK_INT(parse(r, "{\"u\":{\"a\":\"u\"}}"), TOKEN_MALFORMED);
}

static void a_renewal_leaves_the_other_token_alone(void)
{
	const struct oauth_recipe *r = recipe(TWO);
	const struct token_part *part;

	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"refresh_token\":\"br\",\"expires_in\":1000,"
			   "\"u\":{\"a\":\"u\",\"r\":\"ur\",\"e\":400}}"),
		TOKEN_OK);
	CHECK_INT(fieldset_copy(&kept, &answer.tokens), RC_OK);
	CHECK(token_to_renew(r, &kept, &part) && part);
	CHECK_INT(
		parse(r, "{\"access_token\":\"u2\",\"refresh_token\":\"ur2\",\"expires_in\":5000}"),
		TOKEN_OK);
	CHECK_INT(token_join(r, part, &kept, &answer), RC_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "b");
	CHECK_STR(fieldset_text(&answer.tokens, "refresh_token"), "br");
	CHECK_STR(fieldset_text(&answer.tokens, "user_access_token"), "u2");
	CHECK_STR(fieldset_text(&answer.tokens, "user_refresh_token"), "ur2");
	CHECK_INT(answer.expires_at_s - NOW_S, 1000);
	CHECK(token_to_renew(r, &answer.tokens, &part) && !part);
}

/* Or it would seem to be over for ever, and be renewed all the time. */
static void a_new_token_does_not_have_the_end_of_the_old_one(void)
{
	const struct oauth_recipe *r = recipe(
		"    token_response:\n      default_expires_in_s: never\n"
		"      parts: {user: {access_token: /u, refresh_token: /r, expires_in: /e}}\n");
	const struct token_part *part;

	CHECK_INT(
		parse(r, "{\"access_token\":\"b\",\"u\":\"u\",\"r\":\"ur\",\"e\":400}"), TOKEN_OK);
	CHECK_INT(fieldset_copy(&kept, &answer.tokens), RC_OK);
	CHECK(token_to_renew(r, &kept, &part) && part);
	CHECK_INT(parse(r, "{\"access_token\":\"u2\",\"refresh_token\":\"ur2\"}"), TOKEN_OK);
	CHECK_INT(token_join(r, part, &kept, &answer), RC_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "user_access_token"), "u2");
	CHECK(!answer.expires);
}

/* It is the whole grant's, whatever ends first. */
static void an_access_token_that_is_renewed_is_the_main_one(void)
{
	const struct oauth_recipe *r = recipe(TWO "    refresh: {token: access_token}\n");
	const struct token_part *part;

	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"expires_in\":1000,"
			   "\"u\":{\"a\":\"u\",\"r\":\"ur\",\"e\":400}}"),
		TOKEN_OK);
	CHECK_STR(secret_text(token_to_renew(r, &answer.tokens, &part)), "b");
	CHECK(!part);
}

static void what_was_kept_survives_a_renewal(void)
{
	const struct oauth_recipe *r =
		recipe("    token_response: {members: {host: /host, team: /team}}\n");

	keep("host", "old");
	keep("team", "t");
	keep("refresh_token", "r");
	CHECK_INT(parse(r, "{\"access_token\":\"a\",\"host\":\"new\"}"), TOKEN_OK);
	CHECK_INT(token_join(r, NULL, &kept, &answer), RC_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "host"), "new");
	CHECK_STR(fieldset_text(&answer.tokens, "team"), "t");
	CHECK_STR(fieldset_text(&answer.tokens, "refresh_token"), "r");
}

/* A field may have the name of a token that it is not. */
static void a_field_does_not_hide_a_token(void)
{
	const struct oauth_recipe *r = recipe(
		TWO "    credential: {access_token: '{{token.user_access_token}}', bot: x,"
		    " scope: '{{token.scope|}}', expires_in: '{{token.expires_in|never}}'}\n");
	struct oauth_client oauth_client = {0};
	struct credential_grant grant = {
		.client = &oauth_client, .answer = &answer, .requested = "as asked"};
	struct fieldset sealed = FIELDSET_EMPTY, tokens = FIELDSET_EMPTY;

	CHECK_INT(parse(r, "{\"access_token\":\"b\",\"u\":{\"a\":\"u\"}}"), TOKEN_OK);
	CHECK_INT(credential_grant_secrets(catalogue_at(catalogue, 0), &grant, &sealed), RC_OK);
	CHECK_STR(fieldset_text(&sealed, "access_token"), "u");
	CHECK_STR(fieldset_text(&sealed, "bot"), "x");
	CHECK_INT(credential_tokens(r, &sealed, &tokens), RC_OK);
	CHECK_STR(fieldset_text(&tokens, "access_token"), "b");
	CHECK_STR(fieldset_text(&tokens, "user_access_token"), "u");
	CHECK(!fieldset_get(&tokens, "token.access_token") && !fieldset_get(&tokens, "bot"));
	CHECK_STR(fieldset_text(&sealed, "scope"), "as asked");
	CHECK_STR(fieldset_text(&sealed, "expires_in"), "never");
	CHECK(!fieldset_get(&tokens, "scope"));
	fieldset_release(&sealed);
	fieldset_release(&tokens);
}

/* --- look-ups --- */

static bool looked_up(const struct oauth_recipe *r, int status, const char *body)
{
	struct httpc_response rs = {.status = status};
	bool found;

	fieldset_release(&kept);
	CHECK_INT(secret_set(&rs.body, body, strlen(body)), RC_OK);
	found = token_keep_lookup(&r->lookups[0], &rs, &kept);
	secret_release(&rs.body);
	return found;
}

static void a_look_up_keeps_all_or_fails(void)
{
	const struct oauth_recipe *r =
		recipe("    lookups: [{request: {method: GET, url: 'https://acme.example/sites'},"
		       " keep: {site: [/0/id, /id], n: /n}}]\n");

	CHECK(looked_up(r, 200, "{\"id\":\"s\",\"n\":42}"));
	CHECK_STR(fieldset_text(&kept, "site"), "s");
	CHECK_STR(fieldset_text(&kept, "n"), "42");
	CHECK(!looked_up(r, 200, "{\"id\":\"s\"}") && !looked_up(r, 200, "[]"));
	CHECK(!looked_up(r, 200, "{\"id\":\"\",\"n\":1}"));
	CHECK(!looked_up(r, 200, "{\"id\":{},\"n\":1}") && !looked_up(r, 200, "no JSON"));
	CHECK(!looked_up(r, 403, "{\"id\":\"s\",\"n\":42}"));
	CHECK(!looked_up(r, 302, "{\"id\":\"s\",\"n\":42}"));
}

/* --- when --- */

static void no_renewal_before_the_window(void)
{
	const struct oauth_recipe *r = recipe("    refresh: {window_s: 600}\n");

	for (int i = 0; i < 200; i++) {
		int64_t due_s = refresh_due_at(r, NOW_S, true, NOW_S + 7200) - NOW_S;

		CHECK(due_s >= 6600 && due_s < 7200);
	}
	CHECK_INT(refresh_too_early(r, NOW_S, true, NOW_S + 7200), 6600);
	CHECK_INT(refresh_too_early(r, NOW_S + 6600, true, NOW_S + 7200), 0);
	CHECK_INT(refresh_too_early(r, NOW_S + 9000, true, NOW_S + 7200), 0);
	CHECK_INT(refresh_too_early(r, NOW_S, false, 0), 0);
	r = recipe("    refresh: {window_s: 600, idle_limit_s: 1000}\n");
	CHECK(refresh_due_at(r, NOW_S, true, NOW_S + 7200) - NOW_S >= 6600);
	r = recipe("");
	CHECK_INT(refresh_too_early(r, NOW_S, true, NOW_S + 7200), 0);
}

/* --- the redirect --- */

#define REDIRECT                                                                                   \
	"    redirect: {values: {realm: {param: realmId, pattern: '[0-9]+', required: true},"      \
	" server: {param: server, hosts: ['*.acme.example']}},"                                    \
	" signature: {param: hmac, alg: hmac-sha256-hex}}\n"

static enum rc brought(const struct oauth_recipe *r, const struct flow_param *params, size_t n)
{
	struct flow_response response = {.params = params, .n_params = n};

	fieldset_release(&kept);
	return flow_brought(&r->redirect, &response, &kept);
}

static void only_what_the_file_describes_is_taken(void)
{
	const struct oauth_recipe *r = recipe(REDIRECT);
	struct flow_param params[] = {
		{"realmId", "42"}, {"server", "https://eu.acme.example"}, {"more", "x"}};
	static const char *const bad[] = {"https://evil.example", "", "https://eu.acme.example/x",
		"https://eu.acme.example:8443", "http://eu.acme.example", "eu.acme.example\n",
		"https://acme.example.evil.example", "https://eu.acme.example@evil.example"};

	CHECK_INT(brought(r, params, 3), RC_OK);
	CHECK_STR(fieldset_text(&kept, "realm"), "42");
	CHECK_STR(fieldset_text(&kept, "server"), "https://eu.acme.example");
	CHECK_INT(kept.n, 2);
	CHECK_INT(brought(r, params, 1), RC_OK); /* server is not required */
	CHECK_INT(brought(r, params + 1, 2), RC_INVALID);
	params[0].value = "42x";
	CHECK_INT(brought(r, params, 3), RC_INVALID);
	params[0].value = "42";
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		params[1].value = bad[i];
		CHECK_INT(brought(r, params, 3), RC_INVALID);
	}
}

static enum rc signed_as(const struct oauth_recipe *r, const char *hmac, const char *shop)
{
	struct flow_param params[] = {
		{"shop", shop}, {"hmac", hmac}, {"code", "c"}, {"state", "s"}};
	struct flow_response response = {.params = params, .n_params = hmac ? 4 : 1};

	return flow_check_signature(&r->redirect, &client, &response);
}

static void the_signature_covers_all_other_parameters(void)
{
	const struct oauth_recipe *r = recipe(REDIRECT);
	/* printf 'code=c&shop=a.example&state=s' | openssl dgst -sha256 -hmac key */
	static const char good[] =
		"81df66abfb6f6ef2bd9f1a55b5e4d3c768b5eefc2bd1aa91c96a9bf202d0bd6a";

	CHECK_INT(signed_as(r, good, "a.example"), RC_OK);
	CHECK_INT(signed_as(r, good, "b.example"), RC_INVALID);
	CHECK_INT(signed_as(r, "", "a.example"), RC_INVALID);
	CHECK_INT(signed_as(r, "zz", "a.example"), RC_INVALID);
	CHECK_INT(signed_as(r, NULL, "a.example"), RC_INVALID);
	fieldset_release(&client);
	CHECK_INT(signed_as(r, good, "a.example"), RC_INVALID);
	r = recipe("");
	CHECK_INT(signed_as(r, NULL, "a.example"), RC_OK);
}

/* --- scopes --- */

static struct secret url;

static const char *asks(const struct oauth_recipe *r, const struct texts *chosen)
{
	char scopes[FLOW_SCOPES_SIZE];
	bool first = true;

	secret_release(&url);
	CHECK_INT(flow_scopes(r, &client, chosen, scopes), RC_OK);
	CHECK_INT(flow_add_scopes(r, scopes, chosen, &url, &first), RC_OK);
	return url.len ? secret_text(&url) : "";
}

static void scopes_stand_in_their_parameters(void)
{
	const char *names[] = {"b", "admin"};
	struct texts none = {names, 0}, both = {names, 2};
	const struct oauth_recipe *r =
		recipe("    scopes: [a, {name: b, optional: true}, c]\n    scope_separator: ','\n");

	CHECK_STR(asks(r, NULL), "scope=a%2Cb%2Cc");
	CHECK_STR(asks(r, &both), "scope=a%2Cb%2Cc");
	CHECK_STR(asks(r, &none), "scope=a%2Cc");
	r = recipe("    scopes: [a, {name: b, optional: true}]\n    scope_param: s\n"
		   "    optional_scope_param: o\n    user_scope_param: u\n"
		   "    user_scopes: [x, {name: b, optional: true}]\n");
	CHECK_STR(asks(r, &both), "s=a&o=b&u=x+b");
	CHECK_STR(asks(r, &none), "s=a&u=x");
	r = recipe("");
	CHECK_STR(asks(r, &none), "");
}

static void scopes_of_the_client_stand_instead(void)
{
	const struct oauth_recipe *r =
		recipe("    scopes: [a, {name: b, optional: true}]\n    scope_override: team\n");
	struct texts none = {NULL, 0};
	char scopes[FLOW_SCOPES_SIZE];

	CHECK_STR(asks(r, &none), "scope=a");
	CHECK_INT(fieldset_put_text(&client, "team", " x  y x "), RC_OK);
	CHECK_STR(asks(r, &none), "scope=x+y");
	CHECK_INT(fieldset_put_text(&client, "team", "x\ny"), RC_OK);
	CHECK_INT(flow_scopes(r, &client, &none, scopes), RC_INVALID);
}

/* --- signs that an access token is over --- */

static bool over(const struct oauth_recipe *r, int status, const char *header, const char *body)
{
	struct httpc_response rs = {.status = status};
	struct jsonr *doc = NULL;
	bool expired;

	(void)snprintf(rs.www_authenticate, sizeof(rs.www_authenticate), "%s", header);
	(void)!jsonr_parse(body, strlen(body), &doc);
	expired = probe_token_expired(
		r->token_expired, r->n_token_expired, &rs, doc ? jsonr_root(doc) : NULL);
	jsonr_free(doc);
	return expired;
}

static void an_access_token_is_over_in_the_words_of_the_provider(void)
{
	const struct oauth_recipe *r =
		recipe("    token_expired: [{status: 400, require: {/code: '17'}},"
		       " {header: {WWW-Authenticate: 'error=\"invalid_token\"'}}]\n");

	CHECK(over(r, 401, "", "") && over(r, 400, "", "{\"code\":17}"));
	CHECK(over(r, 400, "", "{\"code\":\"17\"}"));
	CHECK(over(r, 403, "Bearer realm=\"x\", error=\"invalid_token\"", "no JSON"));
	CHECK(!over(r, 200, "", "{\"code\":17}") && !over(r, 400, "", "{\"code\":18}"));
	CHECK(!over(r, 400, "", "no JSON") && !over(r, 400, "", "[17]") && !over(r, 403, "", "{}"));
	CHECK(!over(r, 403, "Bearer error=\"insufficient_scope\"", "{}"));
	r = recipe("");
	CHECK(over(r, 401, "", "") && !over(r, 400, "", "{\"code\":17}"));
}

/* --- what is taken back --- */

static const char *revoked(size_t nth)
{
	struct oauth_client oauth_client = {.fields = client}; /* borrowed */
	const char *token;

	httpc_request_release(&request);
	if (token_revoke_request(catalogue_at(catalogue, 0), &oauth_client, &kept, nth, &request) !=
		RC_OK)
		return "";
	token = strstr(secret_text(&request.body), "token=");
	return token == secret_text(&request.body) ? token : "";
}

#define REVOKE(token)                                                                              \
	"    revocation: {style: rfc7009, url: 'https://acme.example/revoke'" token "}\n"
#define BY_ID "&client_id=id&client_secret=key"

static void keep_two_tokens(void)
{
	keep("refresh_token", "r");
	keep("access_token", "field");
	keep("token.access_token", "a"); /* what a field of that name hides */
}

static void the_right_tokens_are_taken_back(void)
{
	(void)recipe(REVOKE(""));
	keep_two_tokens();
	CHECK_STR(revoked(0), "token=r" BY_ID);
	CHECK_STR(revoked(1), "");
	(void)recipe(REVOKE(""));
	keep("access_token", "a");
	CHECK_STR(revoked(0), "token=a" BY_ID);
	(void)recipe(REVOKE(", token: access_token"));
	keep_two_tokens();
	CHECK_STR(revoked(0), "token=a" BY_ID);
	CHECK_STR(revoked(1), "");
	(void)recipe(REVOKE(", token: both"));
	keep_two_tokens();
	CHECK_STR(revoked(0), "token=r" BY_ID);
	CHECK_STR(revoked(1), "token=a" BY_ID);
	CHECK_STR(revoked(2), "");
	(void)recipe("");
	keep_two_tokens();
	CHECK_STR(revoked(0), "");
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 99;
	RUN(parameters_have_the_names_of_the_provider);
	RUN(parameters_may_stand_in_the_url);
	RUN(a_json_request_with_other_names);
	RUN(a_renewal_sends_what_the_file_says);
	RUN(the_access_token_itself_may_be_renewed);
	RUN(an_error_in_a_good_answer);
	RUN(lives_in_other_units);
	RUN(a_life_counted_from_another_moment);
	RUN(the_end_stands_in_the_token);
	RUN(the_end_of_the_refresh_token_is_noted);
	RUN(introspection_tells_the_end_or_nothing);
	RUN(each_token_of_a_grant_has_its_end);
	RUN(a_renewal_leaves_the_other_token_alone);
	RUN(a_new_token_does_not_have_the_end_of_the_old_one);
	RUN(an_access_token_that_is_renewed_is_the_main_one);
	RUN(what_was_kept_survives_a_renewal);
	RUN(a_field_does_not_hide_a_token);
	RUN(a_look_up_keeps_all_or_fails);
	RUN(no_renewal_before_the_window);
	RUN(only_what_the_file_describes_is_taken);
	RUN(the_signature_covers_all_other_parameters);
	RUN(scopes_stand_in_their_parameters);
	RUN(scopes_of_the_client_stand_instead);
	RUN(an_access_token_is_over_in_the_words_of_the_provider);
	RUN(the_right_tokens_are_taken_back);
	secret_release(&url);
	token_answer_release(&answer);
	httpc_request_release(&request);
	fieldset_release(&client);
	fieldset_release(&kept);
	catalogue_free(catalogue);
	return CHECK_DONE;
}
