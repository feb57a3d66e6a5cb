/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/settings.h"

#include "unit/check.h"

static const char whole[] =
	"{\"server\":\"https://{region}.acme.test/v1\",\"variables\":{\"region\":\"eu\"},"
	"\"auth\":[{\"id\":\"a1\",\"scheme\":\"key\",\"type\":\"api_key\",\"in\":\"header\","
	"\"prefix\":\"Token \",\"name\":\"X-Key\"},"
	"{\"id\":\"a2\",\"scheme\":\"\",\"type\":\"basic\"},"
	"{\"id\":\"a3\",\"scheme\":\"b\",\"type\":\"bearer\"},"
	"{\"id\":\"a4\",\"scheme\":\"\",\"type\":\"header\",\"name\":\"X-Tenant\"}],"
	"\"oauth2\":{\"scheme\":\"login\",\"grant\":\"authorization_code\","
	"\"authorization_url\":\"https://login.acme.test/a\","
	"\"token_url\":\"https://login.acme.test/t\",\"refresh_url\":\"\","
	"\"scopes\":[\"read\",\"write\"],\"scope_separator\":\" \",\"client_auth\":\"basic\","
	"\"pkce\":true,\"params\":[[\"audience\",\"x\"]],"
	"\"send\":{\"in\":\"header\",\"name\":\"Authorization\",\"prefix\":\"Bearer \"}}}";

static enum rc parse(const char *text, struct tool_settings *out)
{
	return tool_settings_parse(text, strlen(text), out);
}

static void what_is_written_is_read(void)
{
	struct tool_settings s;
	struct buf out;

	buf_init(&out, 10000);
	CHECK_INT(parse(whole, &s), RC_OK);
	CHECK_STR(s.server, "https://{region}.acme.test/v1");
	CHECK_INT(s.n_auth, 4);
	CHECK_STR(s.auth[0].prefix, "Token ");
	CHECK_INT(s.auth[3].type, TOOL_AUTH_HEADER);
	CHECK(s.has_oauth2 && s.oauth2.pkce);
	CHECK_STR(s.oauth2.scopes[1], "write");
	CHECK_INT(tool_settings_render(&s, &out), RC_OK);
	CHECK_STR(buf_text(&out), whole);
	tool_settings_release(&s);
	buf_release(&out);
}

static void empty_settings_are_settings(void)
{
	struct tool_settings s;

	CHECK_INT(parse("", &s), RC_OK);
	CHECK_STR(s.server, "");
	CHECK_INT(parse("{}", &s), RC_OK);
	CHECK_STR(s.server, "");
	CHECK(!s.has_oauth2);
	tool_settings_release(&s);
	CHECK_INT(parse("{\"oauth2\":null}", &s), RC_OK);
	CHECK(!s.has_oauth2);
	tool_settings_release(&s);
}

static void other_json_is_refused(void)
{
#define AUTH(a) "{\"auth\":[" a "]}"
	static const char *const bad[] = {
		"[]",
		"null",
		"{",
		"{\"more\":1}",
		"{\"server\":1}",
		"{\"server\":null}",
		"{\"server\":\"a\\nb\"}",
		"{\"server\":\"a\\u0000b\"}",
		"{\"variables\":[]}",
		"{\"variables\":{\"a\":1}}",
		"{\"variables\":{\"\":\"a\"}}",
		"{\"variables\":{\"a\":\"b\",\"a\":\"c\"}}",
		"{\"auth\":{}}",
		AUTH("1"),
		AUTH("{\"id\":\"a1\",\"type\":\"none\"}"),
		AUTH("{\"id\":\"a1\",\"type\":\"bearer\",\"in\":\"header\"}"),
		AUTH("{\"id\":\"\",\"type\":\"bearer\"}"),
		AUTH("{\"id\":\"1\",\"type\":\"bearer\"}"),
		AUTH("{\"id\":\"a.b\",\"type\":\"bearer\"}"),
		AUTH("{\"id\":\"a234567890123456789\",\"type\":\"bearer\"}"),
		AUTH("{\"id\":\"a1\",\"type\":\"bearer\"},{\"id\":\"a1\",\"type\":\"basic\"}"),
		AUTH("{\"id\":\"a1\",\"type\":\"api_key\",\"name\":\"k\"}"),
		AUTH("{\"id\":\"a1\",\"type\":\"api_key\",\"in\":\"body\",\"name\":\"k\"}"),
		"{\"oauth2\":{}}",
		"{\"oauth2\":{\"grant\":\"implicit\",\"client_auth\":\"none\","
		"\"send\":{\"in\":\"header\"}}}",
		"{\"oauth2\":{\"grant\":\"client_credentials\",\"client_auth\":\"none\"}}",
		"{\"oauth2\":{\"grant\":\"client_credentials\",\"client_auth\":\"none\","
		"\"pkce\":1,\"send\":{\"in\":\"header\"}}}",
		"{\"oauth2\":{\"grant\":\"client_credentials\",\"client_auth\":\"none\","
		"\"params\":[[\"a\"]],\"send\":{\"in\":\"header\"}}}",
		"{\"oauth2\":{\"grant\":\"client_credentials\",\"client_auth\":\"none\","
		"\"scopes\":\"a\",\"send\":{\"in\":\"header\"}}}",
	};
	struct tool_settings s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum rc rc = parse(bad[i], &s);

		if (rc == RC_OK)
			printf("# taken: %s\n", bad[i]);
		CHECK(rc != RC_OK);
		CHECK(s.doc == NULL);
	}
}

static void no_more_than_there_is_room_for(void)
{
	struct tool_settings s;
	struct buf text;

	buf_init(&text, 100000);
	buf_puts(&text, "{\"auth\":[");
	for (int i = 0; i <= TOOL_AUTH_MAX; i++)
		buf_printf(&text, "%s{\"id\":\"a%d\",\"type\":\"basic\"}", i ? "," : "", i);
	buf_puts(&text, "]}");
	CHECK_INT(parse(buf_text(&text), &s), RC_INVALID);
	buf_clear(&text);
	buf_puts(&text, "{\"variables\":{");
	for (int i = 0; i <= TOOL_VARIABLES_MAX; i++)
		buf_printf(&text, "%s\"v%d\":\"\"", i ? "," : "", i);
	buf_puts(&text, "}}");
	CHECK_INT(parse(buf_text(&text), &s), RC_INVALID);
	buf_release(&text);
}

/* ---- what a person may enter ---- */

static struct netpol policy;

static void check(const struct tool_settings *s, const char *field)
{
	struct tool_problem problem = {.field = ""};
	enum rc rc = tool_settings_check(s, NULL, &policy, &problem);

	CHECK_INT(rc, field ? RC_INVALID : RC_OK);
	CHECK_STR(problem.field, field ? field : "");
	CHECK((problem.reason != NULL) == (field != NULL));
}

static void servers_that_httpc_would_not_ask_are_refused(void)
{
	static const char *const bad[] = {"javascript:alert(1)", "http://api.acme.test",
		"https://api.acme.test:8443", "https://127.0.0.1", "https://10.1.2.3/v1",
		"https://169.254.169.254/latest", "https://[::1]/", "https://[fd00::1]/",
		"https://127.1/", "https://2130706433/", "https://user@api.acme.test/",
		"https://api.acme.test/?a=b", "https://api.acme.test/../b", "https://",
		"//api.acme.test", "/v1", "file:///etc/passwd", "https://api.acme.test/{none}",
		"https://api.acme.test/{", "https://api.acme.test/}"};
	static const char *const good[] = {"https://api.acme.test", "https://api.acme.test/",
		"https://api.acme.test/v1/", "https://93.184.216.34/v1",
		"https://api.acme.test:443", "http://127.0.0.1:9000/v1"};
	struct tool_settings s = TOOL_SETTINGS_EMPTY;

	check(&s, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.server = bad[i];
		check(&s, "server");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		s.server = good[i];
		check(&s, NULL);
	}
}

static void names_of_headers_do_not_frame_the_message(void)
{
	static const char *const bad[] = {"", "X Key", "X-Key:", "X-K\xc3\xa9y", "Host", "host",
		"Content-Length", "transfer-encoding", "Connection", "Cookie",
		"Proxy-Authorization", "Upgrade", "TE", "Content-Type"};
	struct tool_settings s = {.server = "", .n_auth = 1};

	s.auth[0] = (struct tool_auth){.id = "a1", .scheme = "", .name = "X-Key", .prefix = ""};
	check(&s, NULL);
	s.auth[0].name = "Authorization";
	check(&s, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.auth[0].name = bad[i];
		check(&s, "auth.a1.name");
		s.auth[0].type = TOOL_AUTH_HEADER;
		check(&s, "auth.a1.name");
		s.auth[0].type = TOOL_AUTH_API_KEY;
	}
	s.auth[0].in = TOOL_IN_QUERY;
	s.auth[0].name = "api key";
	check(&s, NULL);
	s.auth[0].in = TOOL_IN_COOKIE;
	check(&s, "auth.a1.name");
	s.auth[0].name = "host";
	check(&s, NULL);
	s.auth[0].prefix = " x";
	check(&s, "auth.a1.prefix");
	s.auth[0].prefix = "\xc3\xa9";
	check(&s, "auth.a1.prefix");
	s.auth[0].prefix = "";
	s.auth[0].scheme = "two\nlines";
	check(&s, "auth.a1.scheme");
}

static void addresses_of_oauth_are_public(void)
{
	struct tool_settings s;

	CHECK_INT(parse(whole, &s), RC_OK);
	check(&s, NULL);
	s.oauth2.token_url = "http://login.acme.test/t";
	check(&s, "oauth2.token_url");
	s.oauth2.token_url = "https://10.0.0.1/t";
	check(&s, "oauth2.token_url");
	s.oauth2.token_url = "";
	check(&s, "oauth2.token_url");
	s.oauth2.token_url = "https://login.acme.test/t";
	s.oauth2.authorization_url = "";
	check(&s, "oauth2.authorization_url");
	s.oauth2.grant = TOOL_GRANT_CLIENT;
	check(&s, NULL);
	s.oauth2.refresh_url = "https://login.acme.test:22/";
	check(&s, "oauth2.refresh_url");
	s.oauth2.refresh_url = "";
	s.oauth2.send_in = TOOL_IN_COOKIE;
	check(&s, "oauth2.send_name");
	s.oauth2.send_in = TOOL_IN_HEADER;
	s.oauth2.send_name = "Host";
	check(&s, "oauth2.send_name");
	tool_settings_release(&s);
}

/* ---- servers ---- */

static const char head_text[] =
	"{\"servers\":[{\"url\":\"https://{region}.acme.test/{base}\",\"variables\":["
	"{\"name\":\"region\",\"default\":\"eu\",\"enum\":[\"eu\",\"us\"]},"
	"{\"name\":\"base\",\"default\":\"v1\"}]}],"
	"\"operation_servers\":[{\"url\":\"https://files.acme.test\"},{\"url\":\"https://"
	"eu.acme.test/x\"},"
	"{\"url\":\"/relative\"},{\"url\":1},7]}";

static void check_server(const char *name, const char *value, const char *want)
{
	struct tool_settings s = {.server = "https://{region}.acme.test/{base}"};
	struct jsonr *head;
	char out[URL_MAX + 1];
	jsonv *servers;
	enum rc rc;

	if (name) {
		s.variables[0] = (struct tool_pair){name, value};
		s.n_variables = 1;
	}
	CHECK_INT(jsonr_parse(head_text, strlen(head_text), &head), RC_OK);
	CHECK(jsonr_pointer(jsonr_root(head), "/servers", &servers));
	rc = tool_server_resolve(s.server, tool_server_declared(servers, s.server), &s, out);
	CHECK_INT(rc, want ? RC_OK : RC_INVALID);
	CHECK_STR(out, want ? want : "");
	jsonr_free(head);
}

static void variables_have_values_that_they_may_have(void)
{
	check_server(NULL, NULL, "https://eu.acme.test/v1");
	check_server("region", "us", "https://us.acme.test/v1");
	check_server("base", "v2/pets", "https://eu.acme.test/v2/pets");
	check_server("base", "", "https://eu.acme.test");
	check_server("other", "x", "https://eu.acme.test/v1");
	check_server("region", "cn", NULL);
	check_server("region", "", NULL);
	check_server("region", "evil.test/?", NULL);
	check_server("region", "evil.test#", NULL);
	check_server("region", "eu@evil.test", NULL);
	check_server("base", "..", NULL);
	check_server("base", "%2e%2e", NULL);
	check_server("base", "a?b", NULL);
	check_server("base", "a b", NULL);
	check_server("base", "{region}", NULL);
}

static void origins_are_all_that_requests_go_to(void)
{
	struct tool_settings s = {.server = "https://{region}.acme.test/{base}"};
	struct tool_origins origins;
	struct jsonr *head;

	CHECK_INT(jsonr_parse(head_text, strlen(head_text), &head), RC_OK);
	tool_origins(jsonr_root(head), &s, &origins);
	CHECK_INT(origins.n, 2);
	CHECK_STR(origins.items[0], "https://eu.acme.test");
	CHECK_STR(origins.items[1], "https://files.acme.test");
	s.server = "";
	tool_origins(jsonr_root(head), &s, &origins);
	CHECK_INT(origins.n, 2);
	tool_origins(NULL, &s, &origins);
	CHECK_INT(origins.n, 0);
	jsonr_free(head);
}

static void secrets_go_where_they_were_entered_for(void)
{
	struct fieldset secrets = FIELDSET_EMPTY;

	CHECK(!tool_secrets_may_go(&secrets, "https://a.test"));
	CHECK_INT(
		fieldset_put_text(&secrets, TOOL_SECRETS_ORIGINS, "https://a.test https://b.test"),
		RC_OK);
	CHECK(tool_secrets_may_go(&secrets, "https://a.test"));
	CHECK(tool_secrets_may_go(&secrets, "https://b.test"));
	CHECK(!tool_secrets_may_go(&secrets, "https://b.test:444"));
	CHECK(!tool_secrets_may_go(&secrets, "https://a.test https://b.test"));
	CHECK(!tool_secrets_may_go(&secrets, "https://a"));
	CHECK(!tool_secrets_may_go(&secrets, ""));
	CHECK(!tool_secrets_may_go(NULL, "https://a.test"));
	fieldset_release(&secrets);
}

int main(void)
{
	CHECK_INT(netpol_allow_origin(&policy, "http://127.0.0.1:9000"), RC_OK);
	RUN(what_is_written_is_read);
	RUN(empty_settings_are_settings);
	RUN(other_json_is_refused);
	RUN(no_more_than_there_is_room_for);
	RUN(servers_that_httpc_would_not_ask_are_refused);
	RUN(names_of_headers_do_not_frame_the_message);
	RUN(addresses_of_oauth_are_public);
	RUN(variables_have_values_that_they_may_have);
	RUN(origins_are_all_that_requests_go_to);
	RUN(secrets_go_where_they_were_entered_for);
	return CHECK_DONE;
}
