/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials in requests, which of them go, and that no preview shows one.
 */
#include "domain/tool/authorize.h"

#include <string.h>

#include "bound.h"
#include "check.h"
#include "platform/codec.h"

static const struct secret key = {(unsigned char *)"k3y-s3cret", 10, 0};
static const struct secret user = {(unsigned char *)"Jos\xc3\xa9", 5, 0};
static const struct secret token = {(unsigned char *)"t0k3n", 5, 0};

static const char plan[] = "{\"method\":\"GET\",\"path\":\"/x\",\"parameters\":["
			   "{\"name\":\"api "
			   "key\",\"as\":\"api_key\",\"in\":\"query\"},{\"name\":\"X-Key\",\"as\":"
			   "\"X-Key\",\"in\":\"header\"},"
			   "{\"name\":\"sid\",\"as\":\"sid\",\"in\":\"cookie\"},{\"name\":\"q\","
			   "\"as\":\"q\",\"in\":\"query\"}]}";

static enum rc authorized(
	const char *arguments, const struct authorize_item *items, size_t n, struct buf *preview)
{
	struct tool_request request;
	enum rc rc = bound_make(plan, "https://h.test", arguments, &request);

	CHECK_INT(rc, RC_OK);
	bound_text[0] = '\0';
	bound_fault = (struct bind_fault){.code = ""};
	rc = tool_authorize(&request, items, n, &bound_fault);
	if (rc == RC_OK)
		bound_write(&request);
	if (preview)
		tool_request_preview(&request, preview);
	tool_request_release(&request);
	return rc;
}

#define VALUE(place, header, pre, v)                                                               \
	{                                                                                          \
		.kind = AUTHORIZE_VALUE, .scheme = "", .in = place, .name = header, .prefix = pre, \
		.value = v                                                                         \
	}

static void authorize_puts_each_in_its_place(void)
{
	static const struct {
		struct authorize_item item;
		const char *text;
	} rows[] = {
		{VALUE(TOOL_IN_HEADER, "X-Key", "", &key),
			"GET https://h.test/x\nAccept: */*\nX-Key: k3y-s3cret"},
		{VALUE(TOOL_IN_HEADER, "Authorization", "Token ", &key),
			"GET https://h.test/x\nAccept: */*\nAuthorization: Token k3y-s3cret"},
		{VALUE(TOOL_IN_QUERY, "api key", "", &key),
			"GET https://h.test/x?api%20key=k3y-s3cret\nAccept: */*"},
		{VALUE(TOOL_IN_QUERY, "a", "p ", &user),
			"GET https://h.test/x?a=p%20Jos%C3%A9\nAccept: */*"},
		{VALUE(TOOL_IN_COOKIE, "sid", "", &key),
			"GET https://h.test/x\nAccept: */*\nCookie: sid=k3y-s3cret"},
		{{.kind = AUTHORIZE_BEARER, .scheme = "", .value = &key},
			"GET https://h.test/x\nAccept: */*\nAuthorization: Bearer k3y-s3cret"},
		{{.kind = AUTHORIZE_BASIC, .scheme = "", .value = &key, .user = &user},
			"GET https://h.test/x\nAccept: */*\nAuthorization: Basic "
			"Sm9zw6k6azN5LXMzY3JldA=="},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_INT(authorized("{}", &rows[i].item, 1, NULL), RC_OK);
		CHECK_STR(bound_text, rows[i].text);
	}
}

static void authorize_several_at_once_and_arguments_lose(void)
{
	static const struct authorize_item items[] = {VALUE(TOOL_IN_HEADER, "x-key", "", &key),
		VALUE(TOOL_IN_QUERY, "api key", "", &key), VALUE(TOOL_IN_COOKIE, "sid", "", &key),
		{.kind = AUTHORIZE_BEARER, .scheme = "", .value = &token}};

	CHECK_INT(
		authorized("{\"X-Key\":\"mine\",\"api_key\":\"mine\",\"sid\":\"mine\",\"q\":\"1\"}",
			items, 4, NULL),
		RC_OK);
	CHECK_STR(bound_text,
		"GET https://h.test/x?q=1&api%20key=k3y-s3cret\nAccept: */*\nx-key: k3y-s3cret\n"
		"Authorization: Bearer t0k3n\nCookie: sid=k3y-s3cret");
}

static void authorize_knows_a_name_however_it_is_written(void)
{
	static const char odd[] =
		"{\"method\":\"GET\",\"path\":\"/"
		"x\",\"query\":[[\"k[]\",\"theirs\"]],\"parameters\":["
		"{\"name\":\"s!d\",\"as\":\"s\",\"in\":\"cookie\"},"
		"{\"name\":\"o\",\"as\":\"o\",\"in\":\"query\",\"explode\":true}]}";
	static const struct authorize_item items[] = {
		VALUE(TOOL_IN_COOKIE, "s!d", "", &key), VALUE(TOOL_IN_QUERY, "k[]", "", &token)};
	struct tool_request request;

	CHECK_INT(bound_make(odd, "https://h.test",
			  "{\"s\":\"mine\",\"o\":{\"k[]\":\"mine\",\"a\":1}}", &request),
		RC_OK);
	CHECK_INT(tool_authorize(&request, items, 2, &bound_fault), RC_OK);
	bound_write(&request);
	CHECK_STR(bound_text,
		"GET https://h.test/x?a=1&k%5B%5D=t0k3n\nAccept: */*\nCookie: s!d=k3y-s3cret");
	tool_request_release(&request);
}

static void authorize_anew_replaces(void)
{
	struct authorize_item item = {.kind = AUTHORIZE_BEARER, .scheme = "", .value = &key};
	struct tool_request request;

	CHECK_INT(bound_make(plan, "https://h.test", "{}", &request), RC_OK);
	CHECK_INT(tool_authorize(&request, &item, 1, &bound_fault), RC_OK);
	item.value = &token;
	CHECK_INT(tool_authorize(&request, &item, 1, &bound_fault), RC_OK);
	bound_write(&request);
	CHECK_STR(bound_text, "GET https://h.test/x\nAccept: */*\nAuthorization: Bearer t0k3n");
	tool_request_release(&request);
}

static void authorize_refuses_what_cannot_be_sent(void)
{
	static const struct secret lines = {(unsigned char *)"a\r\nX: y", 7, 0},
				   empty = {(unsigned char *)"", 0, 0},
				   colon = {(unsigned char *)"a:b", 3, 0},
				   nul = {(unsigned char *)"a\0b", 3, 0},
				   cookie = {(unsigned char *)"a;b=c", 5, 0},
				   del = {(unsigned char *)"\x7f", 1, 0};
	static const struct authorize_item bad[] = {VALUE(TOOL_IN_HEADER, "X-Key", "", &lines),
		VALUE(TOOL_IN_QUERY, "k", "", &lines), VALUE(TOOL_IN_COOKIE, "k", "", &cookie),
		VALUE(TOOL_IN_HEADER, "X-Key", "", &empty),
		VALUE(TOOL_IN_HEADER, "X-Key", "", &nul),
		VALUE(TOOL_IN_HEADER, "X-Key", "a\n", &key),
		VALUE(TOOL_IN_HEADER, "Host", "", &key),
		VALUE(TOOL_IN_HEADER, "content-length", "", &key),
		VALUE(TOOL_IN_HEADER, "Cookie", "", &key),
		VALUE(TOOL_IN_HEADER, "Proxy-Authorization", "", &key),
		VALUE(TOOL_IN_QUERY, "k", "", &del),
		{.kind = AUTHORIZE_BEARER, .scheme = "", .value = &lines},
		{.kind = AUTHORIZE_BASIC, .scheme = "", .value = &key, .user = &colon}};
	static const struct authorize_item twice[] = {
		{.kind = AUTHORIZE_BEARER, .scheme = "", .value = &key},
		VALUE(TOOL_IN_HEADER, "authorization", "", &key)};
	struct buf preview;

	buf_init(&preview, 1 << 16);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(authorized("{}", &bad[i], 1, &preview), RC_INVALID);
		CHECK_STR(bound_fault.code, "bad_credential");
		CHECK(strstr(bound_fault.text, "k3y") == NULL);
	}
	CHECK_INT(authorized("{}", twice, 2, &preview), RC_INVALID);
	CHECK_STR(bound_fault.code, "bad_credential");
	buf_release(&preview);
}

static void preview_shows_everything_but_credentials(void)
{
	static const struct authorize_item items[] = {VALUE(TOOL_IN_HEADER, "X-Key", "", &key),
		VALUE(TOOL_IN_QUERY, "api_key", "p-", &key), VALUE(TOOL_IN_COOKIE, "sid", "", &key),
		{.kind = AUTHORIZE_BASIC, .scheme = "", .value = &key, .user = &user}};
	struct buf preview;

	buf_init(&preview, 1 << 16);
	CHECK_INT(authorized("{\"q\":\"a\xe2\x80\xae\"}", items, 4, &preview), RC_OK);
	CHECK_STR(buf_text(&preview),
		"GET https://h.test/x?q=a%E2%80%AE&api_key=" TOOL_HIDDEN
		"\nAccept: */*\nX-Key: " TOOL_HIDDEN "\nAuthorization: Basic " TOOL_HIDDEN
		"\nCookie: sid=" TOOL_HIDDEN "\n");
	buf_release(&preview);
}

static void preview_of_bodies(void)
{
	static const char json[] =
		"{\"method\":\"POST\",\"path\":\"/"
		"\",\"body\":{\"mode\":\"whole\",\"content_type\":\"text/plain\"}}";
	static const char files[] =
		"{\"method\":\"POST\",\"path\":\"/"
		"\",\"body\":{\"mode\":\"members\",\"content_type\":\"multipart/form-data\","
		"\"members\":[{\"name\":\"f\",\"as\":\"f\",\"file\":true},{\"name\":\"t\",\"as\":"
		"\"t\"}]}}";
	struct tool_request request;
	static char arguments[6000];
	struct buf preview;

	buf_init(&preview, 1 << 16);
	CHECK_INT(bound_make(json, "https://h.test", "{\"body\":\"a\\nb\\u001b[1m\\u202e\\u0085\"}",
			  &request),
		RC_OK);
	tool_request_preview(&request, &preview);
	CHECK_STR(buf_text(&preview),
		"POST https://h.test/\nAccept: */*\nContent-Type: text/plain\n\n"
		"a\nb\xef\xbf\xbd[1m\xef\xbf\xbd\xef\xbf\xbd\n");
	tool_request_release(&request);
	buf_clear(&preview);
	CHECK_INT(bound_make(files, "https://h.test",
			  "{\"f\":{\"base64\":\"AAECAw==\"},\"t\":\"text\"}", &request),
		RC_OK);
	tool_request_preview(&request, &preview);
	CHECK(strstr(buf_text(&preview),
		      "Content-Type: application/octet-stream\n\n(4 bytes)\n--") != NULL);
	CHECK(strstr(buf_text(&preview), "name=\"t\"\n\ntext\n--") != NULL);
	tool_request_release(&request);
	buf_clear(&preview);
	memset(arguments, 'x', sizeof arguments);
	memcpy(arguments, "{\"body\":\"", 9);
	memcpy(arguments + 5009, "\"}", 3);
	CHECK_INT(bound_make(json, "https://h.test", arguments, &request), RC_OK);
	tool_request_preview(&request, &preview);
	CHECK(strstr(buf_text(&preview), "\n… (5000 bytes in all)\n") != NULL);
	CHECK(preview.len < TOOL_PREVIEW_BODY + 200);
	tool_request_release(&request);
	buf_release(&preview);
}

static void choose_takes_the_first_alternative_that_is_set_up(void)
{
#define NEED(s) "{\"scheme\":\"" s "\",\"scopes\":[]}"
	static const struct authorize_item items[] = {
		{.scheme = "a"}, {.scheme = "b"}, {.scheme = "c"}};
	static const struct {
		const char *security;
		size_t n; /* of the items above that are set up */
		const char *chosen, *needs;
	} rows[] = {
		{"null", 3, "abc", NULL}, /* the description asks for nothing anywhere */
		{"[]", 3, "", NULL},
		{"[[]]", 3, "", NULL},
		{"[[" NEED("a") "]]", 3, "a", NULL},
		{"[[" NEED("b") "," NEED("a") "]]", 3, "ab", NULL},
		{"[[" NEED("c") "],[" NEED("b") "]]", 2, "b", NULL},
		{"[[" NEED("a") "," NEED("c") "],[" NEED("b") "]]", 2, "b", NULL},
		{"[[],[" NEED("a") "]]", 1, "a", NULL},
		{"[[" NEED("x") "],[]]", 3, "", NULL},
		{"[[" NEED("x") "]]", 3, NULL, "this operation needs x"},
		{"[[" NEED("a") "," NEED("x") "]]", 3, NULL, "this operation needs a and x"},
		{"[[" NEED("a") "]]", 0, NULL, "this operation needs a"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool chosen[3] = {false};
		struct jsonr *doc;
		char text[4];
		size_t at = 0;

		CHECK_INT(jsonr_parse(rows[i].security, strlen(rows[i].security), &doc), RC_OK);
		CHECK_INT(authorize_choose(jsonr_root(doc), items, rows[i].n, chosen, &bound_fault),
			rows[i].needs ? RC_DENIED : RC_OK);
		for (size_t k = 0; k < rows[i].n; k++)
			if (chosen[k])
				text[at++] = items[k].scheme[0];
		text[at] = '\0';
		CHECK_STR(text, rows[i].chosen ? rows[i].chosen : "");
		if (rows[i].needs)
			CHECK_STR(bound_fault.text, rows[i].needs);
		jsonr_free(doc);
	}
}

static void choose_takes_those_without_a_scheme_always(void)
{
	static const struct authorize_item items[] = {{.scheme = ""}, {.scheme = "a"}};
	static const char needs[] = "[[" NEED("x") "]]";
	bool chosen[2];
	struct jsonr *doc;

	CHECK_INT(authorize_choose(NULL, items, 2, chosen, &bound_fault), RC_OK);
	CHECK(chosen[0] && chosen[1]);
	CHECK_INT(jsonr_parse(needs, strlen(needs), &doc), RC_OK);
	CHECK_INT(authorize_choose(jsonr_root(doc), items, 2, chosen, &bound_fault), RC_OK);
	CHECK(chosen[0] && !chosen[1]);
	jsonr_free(doc);
}

static void items_are_those_of_the_settings(void)
{
	struct tool_settings settings = TOOL_SETTINGS_EMPTY;
	struct fieldset secrets = FIELDSET_EMPTY;
	struct authorize_item items[AUTHORIZE_ITEMS_MAX];
	size_t n;

	settings.auth[0] = (struct tool_auth){.id = "a1",
		.scheme = "s",
		.type = TOOL_AUTH_API_KEY,
		.in = TOOL_IN_QUERY,
		.name = "k",
		.prefix = ""};
	settings.auth[1] = (struct tool_auth){
		.id = "a2", .scheme = "", .type = TOOL_AUTH_BASIC, .name = "", .prefix = ""};
	settings.auth[2] = (struct tool_auth){.id = "a3",
		.scheme = "",
		.type = TOOL_AUTH_HEADER,
		.in = TOOL_IN_QUERY,
		.name = "X-T",
		.prefix = "no"};
	settings.n_auth = 3;
	settings.has_oauth2 = true;
	settings.oauth2 = (struct tool_oauth2){.scheme = "o",
		.send_in = TOOL_IN_HEADER,
		.send_name = "Authorization",
		.send_prefix = "Bearer "};
	CHECK_INT(authorize_items(&settings, &secrets, NULL, items, &n, &bound_fault), RC_INVALID);
	CHECK_STR(bound_fault.code, "no_secret");
	CHECK_INT(fieldset_put_text(&secrets, "a2.username", "u"), RC_OK);
	CHECK_INT(fieldset_put_text(&secrets, "a3.value", "v3"), RC_OK);
	CHECK_INT(authorize_items(&settings, &secrets, NULL, items, &n, &bound_fault), RC_INVALID);
	CHECK_STR(bound_fault.code, "no_secret");
	CHECK_INT(fieldset_put_text(&secrets, "a2.password", "p"), RC_OK);
	CHECK_INT(authorize_items(&settings, &secrets, NULL, items, &n, &bound_fault), RC_OK);
	CHECK_INT(n, 2); /* that of the scheme is not there, and may not be needed */
	CHECK_INT(fieldset_put_text(&secrets, "a1.value", "v1"), RC_OK);
	CHECK_INT(authorize_items(&settings, &secrets, NULL, items, &n, &bound_fault), RC_OK);
	CHECK_INT(n, 3);
	CHECK_INT(authorize_items(&settings, &secrets, &token, items, &n, &bound_fault), RC_OK);
	CHECK_INT(n, 4);
	CHECK_INT(authorized("{}", items, 4, NULL), RC_INVALID); /* Basic and OAuth: one header */
	CHECK_INT(authorized("{}", items, 3, NULL), RC_OK);
	CHECK_STR(bound_text,
		"GET https://h.test/x?k=v1\nAccept: */*\nAuthorization: Basic dTpw\nX-T: v3");
	CHECK_INT(authorized("{}", items + 3, 1, NULL), RC_OK);
	CHECK_STR(bound_text, "GET https://h.test/x\nAccept: */*\nAuthorization: Bearer t0k3n");
	fieldset_release(&secrets);
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(authorize_puts_each_in_its_place);
	RUN(authorize_several_at_once_and_arguments_lose);
	RUN(authorize_knows_a_name_however_it_is_written);
	RUN(authorize_anew_replaces);
	RUN(authorize_refuses_what_cannot_be_sent);
	RUN(preview_shows_everything_but_credentials);
	RUN(preview_of_bodies);
	RUN(choose_takes_the_first_alternative_that_is_set_up);
	RUN(choose_takes_those_without_a_scheme_always);
	RUN(items_are_those_of_the_settings);
	return CHECK_DONE;
}
