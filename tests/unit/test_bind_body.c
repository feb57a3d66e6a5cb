/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "check.h"
#include "domain/tool/bind.h"
#include "platform/codec.h"

#define BODY(more) "{\"method\":\"POST\",\"path\":\"/x\",\"body\":{" more "}}"
#define MEMBERS(type, members)                                                                     \
	BODY("\"mode\":\"members\",\"content_type\":\"" type "\",\"members\":[" members "]")
#define WHOLE(type, more)                                                                          \
	BODY("\"mode\":\"whole\",\"as\":\"body\",\"content_type\":\"" type "\"" more)
#define MEMBER(name, more) "{\"name\":\"" name "\",\"as\":\"" name "\"" more "}"
#define ANY ",\"schema\":true"
#define FORM "application/x-www-form-urlencoded"
#define HEAD(type) "POST https://api.example.test/v1/x\nAccept: */*\nContent-Type: " type "\n\n"
#define NO_BODY "POST https://api.example.test/v1/x\nAccept: */*"

struct row {
	const char *plan, *arguments, *text;
};

static void rows_hold(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum rc rc = bound(rows[i].plan, rows[i].arguments);

		if (rc != RC_OK || strcmp(bound_text, rows[i].text) != 0)
			printf("# row %zu: %s %s\n", i, rows[i].arguments, bound_fault.text);
		CHECK_INT(rc, RC_OK);
		CHECK_STR(bound_text, rows[i].text);
	}
}

#define ROWS_HOLD(rows) rows_hold(rows, sizeof(rows) / sizeof(*(rows)))

static void body_json(void)
{
	static const char some[] = MEMBERS("application/json",
		MEMBER("name", ",\"required\":true,\"schema\":{\"type\":\"string\"}") "," MEMBER(
			"age",
			",\"schema\":{\"type\":\"integer\"}") ","
							      "{\"name\":\"a "
							      "b\",\"as\":\"a_b\",\"schema\":{"
							      "\"type\":[\"string\",\"null\"]}}");
	static const char open[] =
		BODY("\"mode\":\"members\",\"required\":true,\"additional\":true,"
		     "\"members\":[" MEMBER(
			     "a", ANY) ",{\"name\":\"x\",\"as\":\"body_x\",\"schema\":true}]");
	static const struct row rows[] = {
		{some, "{\"age\":\"5\",\"name\":\"\xc3\xa9\\n\"}",
			HEAD("application/json") "{\"name\":\"\xc3\xa9\\u000a\",\"age\":5}"},
		{some, "{\"name\":\"\",\"a_b\":null,\"age\":null}",
			HEAD("application/json") "{\"name\":\"\",\"a b\":null}"},
		{some, "{}", NO_BODY},
		{some, "{\"name\":null}", NO_BODY},
		{open, "{}", HEAD("application/json") "{}"},
		{open, "{\"more\":[1.10,{\"k\":null}],\"a\":null}",
			HEAD("application/json") "{\"a\":null,\"more\":[1.10,{\"k\":null}]}"},
		{WHOLE("application/merge-patch+json", ",\"schema\":{\"type\":\"array\"}"),
			"{\"body\":[1,null]}", HEAD("application/merge-patch+json") "[1,null]"},
		{WHOLE("application/*", ANY), "{\"body\":\"x\"}", HEAD("application/json") "\"x\""},
		{WHOLE("", ANY), "{\"body\":null}", HEAD("application/json") "null"},
		{WHOLE("application/json; charset=utf-8", ANY), "{\"body\":\"\\u0000\"}",
			HEAD("application/json; charset=utf-8") "\"\\u0000\""},
		{WHOLE("application/json", ",\"schema\":{\"type\":\"object\"}"), "{\"body\":null}",
			NO_BODY},
	};

	ROWS_HOLD(rows);
	CHECK_INT(bound(some, "{\"age\":1}"), RC_INVALID);
	CHECK_STR(bound_fault.text, "name is required");
	CHECK_INT(bound(some, "{\"name\":1,\"more\":1}"), RC_INVALID);
	CHECK_STR(bound_fault.code, "unknown_argument");
	CHECK_INT(bound(open, "{\"x\":1}"), RC_INVALID);
	CHECK_STR(bound_fault.text, "there is no argument \"x\"; is \"body_x\" meant?");
	CHECK_INT(bound(open, "{\"more\":99999999999999999999}"), RC_INVALID);
	CHECK_STR(bound_fault.text, "more holds a number of more than 64 bits");
}

static void body_form(void)
{
	static const char plain[] =
		MEMBERS(FORM, MEMBER("a", ANY) "," MEMBER("b", ANY) "," MEMBER(
				      "json", ",\"content_type\":\"application/json\"" ANY));
	static const char styled[] = MEMBERS(
		FORM, MEMBER("csv", ",\"style\":\"form\",\"explode\":false" ANY) "," MEMBER("deep",
			      ",\"style\":\"deepObject\",\"explode\":true" ANY) "," MEMBER("flat",
			      ",\"style\":\"form\",\"explode\":true" ANY) "," MEMBER("pipe",
			      ",\"style\":\"pipeDelimited\"" ANY));
	static const struct row rows[] = {
		{plain, "{\"a\":\"x y&z=\xc3\xa9\",\"b\":[1,true,\"c\"]}",
			HEAD(FORM) "a=x+y%26z%3D%C3%A9&b=1&b=true&b=c"},
		{plain, "{\"a\":{\"k\":[1]},\"json\":[1,2]}",
			HEAD(FORM) "a=%7B%22k%22%3A%5B1%5D%7D&json=%5B1%2C2%5D"},
		{plain, "{\"a\":\"\",\"b\":[]}", HEAD(FORM) "a="},
		{plain, "{\"b\":[{\"k\":1}]}", HEAD(FORM) "b=%7B%22k%22%3A1%7D"},
		{styled,
			"{\"csv\":[\"a,b\",2],\"deep\":{\"x\":{\"y\":[1]}},\"flat\":{\"f\":1},"
			"\"pipe\":[1,2]}",
			HEAD(FORM) "csv=a%2Cb,2&deep%5Bx%5D%5By%5D%5B0%5D=1&f=1&pipe=1%7C2"},
		{WHOLE(FORM, ANY), "{\"body\":{\"a\":1,\"b\":{\"c\":2}}}",
			HEAD(FORM) "a=1&b=%7B%22c%22%3A2%7D"},
		{BODY("\"mode\":\"members\",\"content_type\":\"" FORM "\",\"additional\":true"),
			"{\"k\":[1,2]}", HEAD(FORM) "k=1&k=2"},
	};

	ROWS_HOLD(rows);
	CHECK_INT(bound(plain, "{\"a\":\"\\u0000\"}"), RC_INVALID);
	CHECK_STR(bound_fault.code, "bad_argument");
}

static void body_form_without_members_is_refused(void)
{
	static const char *const bad[] = {"\"a=1&b=2\"", "[\"a\"]", "1", "true"};
	char arguments[64];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(arguments, sizeof arguments, "{\"body\":%s}", bad[i]);
		CHECK_INT(bound(WHOLE(FORM, ANY), arguments), RC_INVALID);
		CHECK_STR(bound_fault.text, "body must be an object");
		CHECK_INT(bound(WHOLE("multipart/form-data", ANY), arguments), RC_INVALID);
		CHECK_STR(bound_fault.argument, "body");
	}
}

#define PART(disposition, more)                                                                    \
	"--BOUNDARY\r\nContent-Disposition: form-data; " disposition "\r\n" more
#define MULTIPART "multipart/form-data"
#define MULTIPART_HEAD HEAD(MULTIPART "; boundary=BOUNDARY")

static void body_multipart(void)
{
	static const char plan[] = MEMBERS(MULTIPART,
		MEMBER("text", ANY) "," MEMBER("file", ",\"file\":true,\"content_type\":\"image/*, "
						       "image/png\"" ANY) "," MEMBER("files",
			",\"file\":true" ANY) "," MEMBER("csv",
			",\"content_type\":\"text/csv\"" ANY) "," MEMBER("deep",
			",\"style\":\"deepObject\"" ANY));
	static const struct row rows[] = {
		{plan, "{\"text\":[\"a\\r\\nb\",{\"k\":1}]}",
			MULTIPART_HEAD PART("name=\"text\"", "\r\na\r\nb\r\n") PART("name=\"text\"",
				"Content-Type: application/json\r\n\r\n{\"k\":1}\r\n") "--BOUNDARY-"
										       "-\r\n"},
		{plan, "{\"file\":{\"filename\":\"a\\\"\\r\\nX: y\",\"base64\":\"Zm9v\"}}",
			MULTIPART_HEAD PART("name=\"file\"; filename=\"a%22%0D%0AX: y\"",
				"Content-Type: image/png\r\n\r\nfoo\r\n") "--BOUNDARY--\r\n"},
		{plan,
			"{\"file\":{\"filename\":\"b.gif\",\"content_type\":\"image/"
			"gif\",\"base64\":\"Zm9v\"},\"csv\":\"1,2\"}",
			MULTIPART_HEAD PART("name=\"file\"; filename=\"b.gif\"",
				"Content-Type: image/gif\r\n\r\nfoo\r\n") PART("name=\"csv\"",
				"Content-Type: text/csv\r\n\r\n1,2\r\n") "--BOUNDARY--\r\n"},
		{plan, "{\"files\":[\"one\",{\"base64\":\"Zm9v\"}]}",
			MULTIPART_HEAD PART("name=\"files\"; filename=\"files\"",
				"Content-Type: text/plain\r\n\r\none\r\n") PART("name=\"files\"; "
										"filename="
										"\"files\"",
				"Content-Type: application/octet-stream\r\n\r\nfoo\r\n") "--"
											 "BOUNDARY-"
											 "-\r\n"},
		{plan,
			"{\"file\":{\"filename\":\"x\",\"content_type\":\"a\\r\\nb\",\"base64\":"
			"\"\"}}",
			MULTIPART_HEAD PART("name=\"file\"; filename=\"x\"",
				"Content-Type: image/png\r\n\r\n\r\n") "--BOUNDARY--\r\n"},
		{plan, "{\"deep\":{\"a\":{\"b\":1}}}",
			MULTIPART_HEAD PART("name=\"deep[a][b]\"", "\r\n1\r\n") "--BOUNDARY--\r\n"},
		{BODY("\"mode\":\"members\",\"required\":true,\"content_type\":\"" MULTIPART "\""),
			"{}", MULTIPART_HEAD "--BOUNDARY--\r\n"},
	};

	ROWS_HOLD(rows);
}

static void body_files_that_are_none_are_refused(void)
{
	static const char multipart[] = MEMBERS(MULTIPART, MEMBER("file", ",\"file\":true" ANY));
	static const char binary[] = WHOLE("application/octet-stream", ANY);
	static const char *const bad[] = {"1", "{}", "true", "{\"filename\":\"a\"}",
		"{\"base64\":\"!\"}", "{\"base64\":1}", "{\"base64\":\"Zm9v \"}"};
	char arguments[128];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(arguments, sizeof arguments, "{\"file\":%s}", bad[i]);
		CHECK_INT(bound(multipart, arguments), RC_INVALID);
		CHECK_STR(bound_fault.argument, "file");
		(void)snprintf(arguments, sizeof arguments, "{\"body\":%s}", bad[i]);
		CHECK_INT(bound(binary, arguments), RC_INVALID);
		CHECK(strstr(bound_fault.text, "body must be a text, or a file as {\"filename\"") !=
			NULL);
	}
}

static void body_text_and_binary(void)
{
	static const struct row rows[] = {
		{WHOLE("text/plain", ",\"schema\":{\"type\":\"integer\"}"), "{\"body\":\"5\"}",
			HEAD("text/plain") "5"},
		{WHOLE("application/xml", ",\"schema\":{\"type\":\"object\"}"),
			"{\"body\":\"<a/>\"}", HEAD("application/xml") "<a/>"},
		{WHOLE("text/csv", ANY), "{\"body\":1.50}", HEAD("text/csv") "1.50"},
		{WHOLE("text/*", ANY), "{\"body\":\"x\"}", HEAD("text/plain") "x"},
		{WHOLE("image/*", ANY),
			"{\"body\":{\"content_type\":\"image/png\",\"base64\":\"Zm9v\"}}",
			HEAD("image/png") "foo"},
		{WHOLE("image/*", ANY), "{\"body\":{\"base64\":\"Zm9v\"}}",
			HEAD("application/octet-stream") "foo"},
		{WHOLE("application/pdf", ANY),
			"{\"body\":{\"content_type\":\"text/html\",\"base64\":\"Zm9v\"}}",
			HEAD("application/pdf") "foo"},
		{WHOLE("application/octet-stream", ANY), "{\"body\":\"as it is\"}",
			HEAD("application/octet-stream") "as it is"},
		{WHOLE("application/octet-stream", ANY), "{}", NO_BODY},
	};

	ROWS_HOLD(rows);
	CHECK_INT(bound(WHOLE("text/xml", ANY), "{\"body\":{\"a\":1}}"), RC_INVALID);
	CHECK_STR(bound_fault.text, "body must be a text");
	CHECK_INT(bound(WHOLE("text/plain", ANY), "{\"body\":\"\\u0000\"}"), RC_INVALID);
	CHECK_INT(bound(BODY("\"mode\":\"whole\",\"required\":true"), "{}"), RC_INVALID);
	CHECK_STR(bound_fault.text, "body is required");
}

static void body_of_a_head_is_none(void)
{
	CHECK_INT(bound("{\"method\":\"HEAD\",\"path\":\"/"
			"x\",\"body\":{\"mode\":\"whole\",\"required\":true}}",
			  "{}"),
		RC_OK);
	CHECK_STR(bound_text, "HEAD https://api.example.test/v1/x\nAccept: */*");
}

/* base64 grows by a third: n bytes of argument. */
static enum rc bound_with(const char *plan, size_t n)
{
	char *arguments = malloc(n + 64);
	struct tool_request request;
	size_t at;
	enum rc rc;

	at = (size_t)snprintf(arguments, 64, "{\"body\":\"");
	memset(arguments + at, 'a', n);
	(void)snprintf(arguments + at + n, 3, "\"}");
	rc = bound_make(plan, "https://h.test", arguments, &request);
	tool_request_release(&request);
	free(arguments);
	return rc;
}

static void body_size_is_limited(void)
{
	CHECK_INT(bound_with(WHOLE("text/plain", ANY), TOOL_BODY_MAX), RC_OK);
	CHECK_INT(bound_with(WHOLE("text/plain", ANY), TOOL_BODY_MAX + 1), RC_INVALID);
	CHECK_STR(bound_fault.code, "too_large");
	CHECK_STR(bound_fault.text, "the body is larger than 8 MiB");
	CHECK_INT(bound_with(WHOLE("application/json", ANY), TOOL_BODY_MAX - 1), RC_INVALID);
	CHECK_STR(bound_fault.code, "too_large");
}

static void body_media_types(void)
{
	static const struct {
		const char *type;
		enum plan_media media;
	} rows[] = {{NULL, PLAN_JSON}, {"", PLAN_JSON}, {"*/*", PLAN_JSON},
		{"APPLICATION/JSON ; charset=x", PLAN_JSON},
		{"application/problem+json", PLAN_JSON}, {"text/json", PLAN_JSON},
		{"text/html", PLAN_TEXT}, {"application/soap+xml", PLAN_TEXT},
		{"application/xml", PLAN_TEXT}, {"application/x-yaml", PLAN_TEXT},
		{"application/x-www-form-urlencoded;charset=UTF-8", PLAN_FORM},
		{"multipart/form-data", PLAN_MULTIPART}, {"multipart/mixed", PLAN_BINARY},
		{"application/zip", PLAN_BINARY}, {"image/svg+xml", PLAN_TEXT},
		{"application/jsonx", PLAN_BINARY}, {"+json", PLAN_BINARY},
		{"application/json-seq", PLAN_BINARY}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(plan_media_of(rows[i].type), rows[i].media);
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(body_json);
	RUN(body_form);
	RUN(body_form_without_members_is_refused);
	RUN(body_multipart);
	RUN(body_files_that_are_none_are_refused);
	RUN(body_text_and_binary);
	RUN(body_of_a_head_is_none);
	RUN(body_size_is_limited);
	RUN(body_media_types);
	return CHECK_DONE;
}
