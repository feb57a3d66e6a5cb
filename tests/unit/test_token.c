/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows B of the attack list on the parser alone, and the requests to the token endpoint byte by byte.
 */
#include <stdlib.h>

#include "check.h"
#include "domain/oauth/token.h"
#include "platform/codec.h"

#define NOW_S 1700000000
#define GOOD "\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"Bearer\""

/* --- recipes --- */

static const char *at_access[] = {"/access_token"}, *at_refresh[] = {"/refresh_token"},
		  *at_expires_in[] = {"/expires_in"}, *at_scope[] = {"/scope"},
		  *at_type[] = {"/token_type"}, *at_error[] = {"/error"},
		  *at_description[] = {"/error_description"}, *at_expires_at[] = {"/expires_at"};

static struct oauth_recipe recipe;

static void plain_recipe(void)
{
	recipe = (struct oauth_recipe){
		.token_url = "https://drive.example/token",
		.token_format = BODY_FORM,
		.scope_separator = " ",
		.access_token = {at_access, 1},
		.refresh_token = {at_refresh, 1},
		.expires_in = {at_expires_in, 1},
		.scope = {at_scope, 1},
		.token_type = {at_type, 1},
		.error = {at_error, 1},
		.error_description = {at_description, 1},
		.default_token_type = "Bearer",
		.default_expires_in_s = 3600,
	};
}

static struct token_answer answer;

static enum token_failure parse_as(int status, const char *type, const char *body, size_t len)
{
	token_answer_release(&answer);
	memset(&answer, 0, sizeof(answer));
	token_parse(&recipe, status, type, body, len, NOW_S, NULL, &answer);
	return answer.failure;
}

static enum token_failure parse(const char *body)
{
	return parse_as(200, "application/json", body, strlen(body));
}

static enum token_failure parse_form(const char *body)
{
	return parse_as(
		200, "application/x-www-form-urlencoded; charset=utf-8", body, strlen(body));
}

/* A good answer with one more member, given as JSON text. */
static enum token_failure parse_with(const char *name, const char *value)
{
	char body[8192];

	(void)snprintf(body, sizeof(body), "{" GOOD ",\"%s\":%s}", name, value);
	return parse(body);
}

static int64_t lifetime(const char *value)
{
	CHECK_INT(parse_with("expires_in", value), TOKEN_OK);
	CHECK(answer.expires);
	return answer.expires_at_s - NOW_S;
}

/* --- answers --- */

/* RFC 6749 §5.1 */
static void the_rfcs_example(void)
{
	plain_recipe();
	CHECK_INT(parse("{\n  \"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\n"
			"  \"token_type\":\"example\",\n  \"expires_in\":3600,\n"
			"  \"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\",\n"
			"  \"example_parameter\":\"example_value\"\n}"),
		TOKEN_MALFORMED); /* a type that nobody here understands (§7.1) */
	recipe.default_token_type = "example";
	CHECK_INT(parse("{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"example\","
			"\"expires_in\":3600,\"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\","
			"\"example_parameter\":\"example_value\"}"),
		TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "2YotnFZFEjr1zCsicMWpAA");
	CHECK_STR(fieldset_text(&answer.tokens, "refresh_token"), "tGzv3JOkF0XG5Qx2TlKWIA");
	CHECK_INT(answer.expires_at_s, NOW_S + 3600);
	CHECK(!answer.has_scope);
}

/* RFC 6749 §5.2 */
static void b8_an_error_is_an_error_whatever_its_status(void)
{
	plain_recipe();
	CHECK_INT(parse_as(400, "application/json", "{\"error\":\"invalid_request\"}", 27),
		TOKEN_REFUSED);
	CHECK_STR(answer.error, "invalid_request");
	CHECK_INT(parse("{" GOOD ",\"error\":\"bad_verification_code\"}"), TOKEN_REFUSED);
	CHECK_STR(answer.error, "bad_verification_code");
	CHECK(!fieldset_get(&answer.tokens, "access_token"));
	CHECK_INT(parse("{\"error\":\"invalid_grant\"}"), TOKEN_GRANT_REFUSED);
	CHECK_INT(parse("{\"error\":\"invalid_client\"}"), TOKEN_CLIENT_REFUSED);
	CHECK_INT(parse("{\"error\":\"unauthorized_client\"}"), TOKEN_CLIENT_REFUSED);
	CHECK_INT(parse("{\"error\":\"temporarily_unavailable\"}"), TOKEN_NO_ANSWER);
	CHECK_INT(parse("{\"error\":7}"), TOKEN_REFUSED);
	CHECK_STR(answer.error, "7");
	CHECK_INT(parse("{\"error\":\"\"}"), TOKEN_REFUSED);
	CHECK_STR(answer.error, "unknown_error");
	CHECK_INT(parse("{\"error\":null}"), TOKEN_MALFORMED);
	CHECK_INT(parse("{\"error\":\"a code\\u0007 of \\\"words\\\"\"}"), TOKEN_REFUSED);
	CHECK_STR(answer.error, "unknown_error");
	CHECK_STR(answer.words, "a code of \"words\"");
}

static void b2_b4_b25_what_is_no_json_object(void)
{
	static const char *const bodies[] = {"", " \r\n", "null", "[]", "\"x\"", "true", "7",
		"{" GOOD "}x", "{" GOOD "} {}", "{" GOOD, "{" GOOD ",}", "{'access_token':'x'}",
		"/**/{" GOOD "}", "{" GOOD ",\"a\":NaN}", "{" GOOD ",\"a\":Infinity}",
		"{" GOOD ",\"a\":\"\n\"}", "{" GOOD ",\"a\":\"\\ud800\"}", "\xef\xbb\xbf{" GOOD "}",
		"{" GOOD ",\"a\":\"\xff\"}", "{" GOOD ",\"a\":\"\xc0\xaf\"}",
		"{\"access_token\":\"a\"," GOOD "}", "{\"access\\u005ftoken\":\"a\"," GOOD "}",
		"<html>"};

	plain_recipe();
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		CHECK_INT(parse(bodies[i]), TOKEN_MALFORMED);
	CHECK_INT(parse_as(200, "application/json", "{" GOOD "}\0", sizeof("{" GOOD "}")),
		TOKEN_MALFORMED);
	CHECK_INT(parse_as(200, "text/html", "{" GOOD "}", strlen("{" GOOD "}")), TOKEN_OK);
}

static void b6_forms_where_the_file_allows_them(void)
{
	static const char *const bad[] = {"access_token", "access_token=", "access_token=%",
		"access_token=a%0", "access_token=a%0g", "access_token=a%00b", "access_token=a%0a",
		"access_token=%c3%a9", "access_token=%ff", "access_token=a&access_token=b",
		"access_token=a&&token_type=bearer", "=a", "&"};

	plain_recipe();
	CHECK_INT(parse_form("access_token=a&token_type=bearer"), TOKEN_MALFORMED);
	recipe.accept_form_response = true;
	CHECK_INT(parse_form("access_token=a%2Bb+c&token_type=bearer&scope=repo+gist&expires_in=60"
			     "&refresh_token="),
		TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "a+b c");
	CHECK(!fieldset_get(&answer.tokens, "refresh_token"));
	CHECK_STR(answer.scope, "repo gist");
	CHECK_INT(answer.expires_at_s, NOW_S + 60);
	CHECK_INT(parse_form("error=bad_verification_code&error_description=The+code"),
		TOKEN_REFUSED);
	CHECK_STR(answer.words, "The code");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(parse_form(bad[i]), TOKEN_MALFORMED);
}

static void b9_pointers_and_members(void)
{
	static const char *deep[] = {"/authed_user/access_token", "/access_token"};
	static struct pair members[] = {{"team", "/team/id"}};

	plain_recipe();
	recipe.access_token = (struct pointers){deep, 2};
	recipe.token_members = (struct pairs){members, 1};
	CHECK_INT(parse("{\"authed_user\":{\"access_token\":\"a\"},\"team\":{\"id\":\"T1\"}}"),
		TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "a");
	CHECK_STR(fieldset_text(&answer.tokens, "team"), "T1");
	CHECK_INT(parse("{\"authed_user\":{\"access_token\":null},\"access_token\":\"b\"}"),
		TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "b");
	CHECK_INT(parse("{\"ok\":false}"), TOKEN_MALFORMED);
}

static void b10_access_tokens(void)
{
	static const char *const bad[] = {"\"\"", "7", "{}", "[]", "null", "true", "\"a\\u0000b\"",
		"\"a\\r\\nb\"", "\"a\\u007f\"", "\"\xc3\xa9\"", "\"\\u00e9\"",
		"\"\\ud83d\\udd11\""};
	char *body = malloc(TOKEN_MAX_LEN + 100);
	char one[200];
	int head;

	plain_recipe();
	CHECK_INT(parse("{\"token_type\":\"Bearer\"}"), TOKEN_MALFORMED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(one, sizeof(one), "{\"access_token\":%s}", bad[i]);
		CHECK_INT(parse(one), TOKEN_MALFORMED);
	}
	CHECK_INT(parse("{\"access_token\":\" !~\"}"), TOKEN_OK);
	CHECK(body != NULL);
	for (size_t len = TOKEN_MAX_LEN; body && len <= TOKEN_MAX_LEN + 1; len++) {
		head = snprintf(body, 100, "{\"access_token\":\"");
		memset(body + head, 'x', len);
		memcpy(body + head + len, "\"}", 3);
		CHECK_INT(parse(body), len > TOKEN_MAX_LEN ? TOKEN_MALFORMED : TOKEN_OK);
	}
	free(body);
}

static void b11_token_types(void)
{
	static const char *const good[] = {"null", "\"bearer\"", "\"BEARER\"", "\"Bearer\""};
	static const char *const bad[] = {
		"\"mac\"", "\"DPoP\"", "\"\"", "\"bearer \"", "7", "{}", "\"bearer\\u0000x\""};
	char body[100];

	plain_recipe();
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(
			body, sizeof(body), "{\"access_token\":\"a\",\"token_type\":%s}", good[i]);
		CHECK_INT(parse(body), TOKEN_OK);
		CHECK_STR(fieldset_text(&answer.tokens, "token_type"), "Bearer");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(
			body, sizeof(body), "{\"access_token\":\"a\",\"token_type\":%s}", bad[i]);
		CHECK_INT(parse(body), TOKEN_MALFORMED);
	}
}

static void b12_to_b16_lifetimes(void)
{
	plain_recipe();
	CHECK_INT(lifetime("\"1800\""), 1800);
	CHECK_INT(lifetime("1799.9"), 1799);
	CHECK_INT(lifetime("1e3"), 1000);
	CHECK_INT(lifetime("0"), 0);
	CHECK_INT(lifetime("-5"), 0);
	CHECK_INT(lifetime("-1e400"), 0);
	CHECK_INT(lifetime("-9223372036854775808"), 0);
	CHECK_INT(lifetime("9223372036854775807"), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(lifetime("99999999999999999999"), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(lifetime("1e400"), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(lifetime("\"99999999999999999999\""), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(lifetime("7776001"), TOKEN_LIFETIME_MAX_S);
	CHECK_INT(lifetime("true"), TOKEN_LIFETIME_UNKNOWN_S);
	CHECK_INT(lifetime("\"abc\""), TOKEN_LIFETIME_UNKNOWN_S);
	CHECK_INT(lifetime("{}"), TOKEN_LIFETIME_UNKNOWN_S);
	CHECK_INT(lifetime("null"), 3600);
	recipe.default_expires_in_s = 7200;
	CHECK_INT(lifetime("null"), 7200);
	recipe.default_expires_in_s = EXPIRES_NEVER;
	CHECK_INT(parse("{" GOOD "}"), TOKEN_OK);
	CHECK(!answer.expires);
	CHECK_INT(lifetime("60"), 60);
}

static void b17_a_moment_in_place_of_a_time(void)
{
	plain_recipe();
	recipe.expires_at = (struct pointers){at_expires_at, 1};
	CHECK_INT(parse_with("expires_at", "1700000060"), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S + 60);
	CHECK_INT(parse_with("expires_at", "\"1700000060\""), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S + 60);
	CHECK_INT(parse_with("expires_at", "1"), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S);
	CHECK_INT(parse_with("expires_at", "-9223372036854775808"), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S);
	CHECK_INT(parse_with("expires_at", "1e400"), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S + TOKEN_LIFETIME_MAX_S);
	CHECK_INT(parse_with("expires_at", "\"tomorrow\""), TOKEN_OK);
	CHECK_INT(answer.expires_at_s, NOW_S + TOKEN_LIFETIME_UNKNOWN_S);
}

static void b18_refresh_tokens(void)
{
	plain_recipe();
	CHECK_INT(parse_with("refresh_token", "\"r\""), TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "refresh_token"), "r");
	CHECK_INT(parse_with("refresh_token", "\"\""), TOKEN_OK);
	CHECK(!fieldset_get(&answer.tokens, "refresh_token"));
	CHECK_INT(parse_with("refresh_token", "null"), TOKEN_OK);
	CHECK(!fieldset_get(&answer.tokens, "refresh_token"));
	CHECK_INT(parse_with("refresh_token", "7"), TOKEN_MALFORMED);
	CHECK_INT(parse_with("refresh_token", "\"a\\nb\""), TOKEN_MALFORMED);
}

static void b19_scopes(void)
{
	char list[TOKEN_SCOPE_SIZE + 10];

	plain_recipe();
	CHECK_INT(parse_with("scope", "\" a  b a \""), TOKEN_OK);
	CHECK(answer.has_scope);
	CHECK_STR(answer.scope, "a b");
	CHECK_INT(parse_with("scope", "[\"a\",\"b c\",\"a\"]"), TOKEN_OK);
	CHECK_STR(answer.scope, "a b c");
	CHECK_INT(parse_with("scope", "\"\""), TOKEN_OK);
	CHECK(answer.has_scope);
	CHECK_STR(answer.scope, "");
	CHECK_INT(parse_with("scope", "[\"a\",7]"), TOKEN_OK);
	CHECK(!answer.has_scope);
	CHECK_STR(answer.scope, "");
	CHECK_INT(parse_with("scope", "\"a \xc3\xa9\""), TOKEN_OK);
	CHECK(!answer.has_scope);
	CHECK_STR(answer.scope, "");
	CHECK_INT(parse_with("scope", "\"a,b\""), TOKEN_OK);
	CHECK_STR(answer.scope, "a,b");
	recipe.scope_separator = ",";
	CHECK_INT(parse_with("scope", "\"a,b, c\""), TOKEN_OK);
	CHECK_STR(answer.scope, "a b c");

	list[0] = '\0';
	CHECK(token_scope_normalise("", 0, " ", list));
	memset(list, 'x', sizeof(list));
	answer.scope[0] = '\0';
	CHECK(token_scope_normalise(list, TOKEN_SCOPE_SIZE - 2, " ", answer.scope));
	answer.scope[0] = '\0';
	CHECK(!token_scope_normalise(list, TOKEN_SCOPE_SIZE - 1, " ", answer.scope));
}

static void b26_statuses(void)
{
	static const char good[] = "{" GOOD "}";
	static const struct {
		int status;
		enum token_failure failure;
	} rows[] = {{200, TOKEN_OK}, {201, TOKEN_MALFORMED}, {202, TOKEN_MALFORMED},
		{204, TOKEN_MALFORMED}, {206, TOKEN_MALFORMED}, {302, TOKEN_MALFORMED},
		{400, TOKEN_MALFORMED}, {401, TOKEN_CLIENT_REFUSED}, {403, TOKEN_MALFORMED},
		{404, TOKEN_MALFORMED}, {418, TOKEN_MALFORMED}, {429, TOKEN_RATE_LIMITED},
		{500, TOKEN_NO_ANSWER}, {503, TOKEN_NO_ANSWER}, {599, TOKEN_NO_ANSWER}};

	plain_recipe();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(parse_as(rows[i].status, "", good, strlen(good)), rows[i].failure);
		CHECK_INT(answer.status, rows[i].status);
		CHECK(rows[i].failure == TOKEN_OK || answer.tokens.n == 0);
		CHECK_INT(parse_as(rows[i].status, "", "<html>", 6),
			rows[i].status == 200 ? TOKEN_MALFORMED : rows[i].failure);
	}
	recipe.accept_201 = true;
	CHECK_INT(parse_as(201, "", good, strlen(good)), TOKEN_OK);
}

static void b35_nothing_of_the_client_secret_is_shown(void)
{
	static const char *const bodies[] = {
		"{\"error\":\"s3cr3t-of-ours\"}",
		"{\"error\":\"x-s3cr3t-of-ours-x\"}",
		"{\"error\":\"s3cr3t\\u0007-of-ours\"}",
		"{\"error\":\"bad\",\"error_description\":\"it was s3cr3t-of-ours\"}",
		"{" GOOD ",\"scope\":\"a s3cr3t-of-ours\"}",
		"{" GOOD ",\"scope\":[\"a\",\"s3cr3t-of-ours\"]}",
	};
	struct fieldset client = FIELDSET_EMPTY;
	struct placeholder_values secrets = {.client = &client};

	plain_recipe();
	CHECK_INT(fieldset_put_text(&client, "client_id", "app-0123"), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "client_secret", "s3cr3t-of-ours"), RC_OK);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		token_answer_release(&answer);
		memset(&answer, 0, sizeof(answer));
		token_parse(
			&recipe, 200, "", bodies[i], strlen(bodies[i]), NOW_S, &secrets, &answer);
		CHECK(!strstr(answer.error, "s3cr3t"));
		CHECK(!strstr(answer.words, "s3cr3t"));
		CHECK(!strstr(answer.scope, "s3cr3t"));
	}
	/* some providers name scopes after the client */
	token_answer_release(&answer);
	memset(&answer, 0, sizeof(answer));
	token_parse(&recipe, 200, "", "{" GOOD ",\"scope\":\"api://app-0123/read\"}",
		strlen("{" GOOD ",\"scope\":\"api://app-0123/read\"}"), NOW_S, &secrets, &answer);
	CHECK_STR(answer.scope, "api://app-0123/read");
	fieldset_release(&client);
}

/* --- requests --- */

static struct fieldset client;
static struct httpc_request request;
static struct secret values[3];

static void use_client(const char *id, const char *key)
{
	fieldset_release(&client);
	if (id)
		CHECK_INT(fieldset_put_text(&client, "client_id", id), RC_OK);
	if (key)
		CHECK_INT(fieldset_put_text(&client, "client_secret", key), RC_OK);
}

static enum rc build(void)
{
	static const char *const names[] = {"grant_type", "code", "redirect_uri"};
	static const char *const texts[] = {
		"authorization_code", "SplxlOBeZQQYbYS6WxSbIA", "https://client.example/cb?a=1&b"};
	struct token_param grant[3];

	httpc_request_release(&request);
	for (size_t i = 0; i < 3; i++) {
		CHECK_INT(secret_set(&values[i], texts[i], strlen(texts[i])), RC_OK);
		grant[i] = (struct token_param){names[i], &values[i]};
	}
	return token_request(&recipe, &client, grant, 3, &request);
}

static const char *header(const char *name)
{
	for (size_t i = 0; i < request.n_headers; i++)
		if (strcmp(request.headers[i].name, name) == 0)
			return secret_text(&request.headers[i].value);
	return "";
}

static void the_client_in_the_body(void)
{
	plain_recipe();
	use_client("a&b", "=+%\xc3\xa9");
	CHECK_INT(build(), RC_OK);
	CHECK_STR(request.method, "POST");
	CHECK_STR(secret_text(&request.url), "https://drive.example/token");
	CHECK_STR(header("Content-Type"), "application/x-www-form-urlencoded");
	CHECK_STR(header("Accept"), "application/json");
	CHECK_STR(header("Authorization"), "");
	CHECK_STR(secret_text(&request.body),
		"grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA"
		"&redirect_uri=https%3A%2F%2Fclient.example%2Fcb%3Fa%3D1%26b"
		"&client_id=a%26b&client_secret=%3D%2B%25%C3%A9");
}

/* RFC 6749 §2.3.1, and R26: form-encoded before it is base64-encoded. */
static void the_client_by_basic(void)
{
	plain_recipe();
	recipe.client_auth = CLIENT_AUTH_BASIC;
	use_client("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
	CHECK_INT(build(), RC_OK);
	CHECK_STR(header("Authorization"), "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
	CHECK(!strstr(secret_text(&request.body), "client_"));
	use_client("a:b%c \xc3\xa9", "d:e+f");
	CHECK_INT(build(), RC_OK); /* a%3Ab%25c+%C3%A9:d%3Ae%2Bf */
	CHECK_STR(header("Authorization"), "Basic YSUzQWIlMjVjKyVDMyVBOTpkJTNBZSUyQmY=");
	use_client("a", NULL);
	CHECK_INT(build(), RC_INVALID);
}

static void a_client_without_secret(void)
{
	plain_recipe();
	use_client("a", NULL);
	CHECK_INT(build(), RC_INVALID);
	recipe.client_auth = CLIENT_AUTH_NONE;
	CHECK_INT(build(), RC_OK);
	CHECK(strstr(secret_text(&request.body), "&client_id=a") != NULL);
	use_client("a", "never sent");
	CHECK_INT(build(), RC_OK);
	CHECK(!strstr(secret_text(&request.body), "never"));
	use_client(NULL, NULL);
	CHECK_INT(build(), RC_INVALID);
}

static void an_accept_of_the_file_is_the_only_one(void)
{
	static struct pair headers[] = {{"accept", "application/vnd.acme+json"}};

	plain_recipe();
	recipe.token_headers = (struct pairs){headers, 1};
	use_client("a", "b");
	CHECK_INT(build(), RC_OK);
	CHECK_STR(header("accept"), "application/vnd.acme+json");
	CHECK_STR(header("Accept"), "");
}

static void a_body_of_json_with_what_the_file_adds(void)
{
	static struct pair headers[] = {
		{"X-Version", "2026"}, {"X-Client", "{{client.client_id}}"}};
	static struct pair params[] = {{"audience", "drive \"{{client.team|none}}\""}};

	plain_recipe();
	recipe.token_format = BODY_JSON;
	recipe.token_headers = (struct pairs){headers, 2};
	recipe.token_params = (struct pairs){params, 1};
	use_client("a", "s\"\\\n\xc3\xa9");
	CHECK_INT(build(), RC_OK);
	CHECK_STR(header("Content-Type"), "application/json");
	CHECK_STR(header("X-Version"), "2026");
	CHECK_STR(header("X-Client"), "a");
	CHECK_STR(secret_text(&request.body),
		"{\"grant_type\":\"authorization_code\",\"code\":\"SplxlOBeZQQYbYS6WxSbIA\","
		"\"redirect_uri\":\"https://client.example/cb?a=1&b\",\"client_id\":\"a\","
		"\"client_secret\":\"s\\\"\\\\\\u000a\xc3\xa9\",\"audience\":\"drive "
		"\\\"none\\\"\"}");
	use_client("a\r\nX-Evil: 1", "s");
	CHECK_INT(build(), RC_INVALID);
}

static void a_host_that_a_client_field_names(void)
{
	plain_recipe();
	recipe.token_url = "https://{{client.team}}.drive.example/token";
	use_client("a", "s");
	CHECK_INT(build(), RC_INVALID);
	CHECK_INT(fieldset_put_text(&client, "team", "evil.example/#"), RC_OK);
	CHECK_INT(build(), RC_OK);
	CHECK_STR(secret_text(&request.url), "https://evil.example%2F%23.drive.example/token");
}

int main(void)
{
	RUN(the_rfcs_example);
	RUN(b8_an_error_is_an_error_whatever_its_status);
	RUN(b2_b4_b25_what_is_no_json_object);
	RUN(b6_forms_where_the_file_allows_them);
	RUN(b9_pointers_and_members);
	RUN(b10_access_tokens);
	RUN(b11_token_types);
	RUN(b12_to_b16_lifetimes);
	RUN(b17_a_moment_in_place_of_a_time);
	RUN(b18_refresh_tokens);
	RUN(b19_scopes);
	RUN(b26_statuses);
	RUN(b35_nothing_of_the_client_secret_is_shown);
	RUN(the_client_in_the_body);
	RUN(the_client_by_basic);
	RUN(a_client_without_secret);
	RUN(an_accept_of_the_file_is_the_only_one);
	RUN(a_body_of_json_with_what_the_file_adds);
	RUN(a_host_that_a_client_field_names);
	token_answer_release(&answer);
	httpc_request_release(&request);
	fieldset_release(&client);
	for (size_t i = 0; i < 3; i++)
		secret_release(&values[i]);
	return CHECK_DONE;
}
