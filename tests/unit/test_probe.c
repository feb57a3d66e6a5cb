/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/probe.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"
#include "platform/log.h"

/* --- words --- */

static struct fieldset client, credential, token;
static const struct placeholder_values secrets = {&client, &credential, &token, NULL};

static void fill(void)
{
	CHECK_INT(fieldset_put_text(&client, "client_id", "my-client"), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "client_secret", "p+s/w&rd %41"), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "api_key", "key-0123456789"), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "short", "on"), RC_OK);
	CHECK_INT(fieldset_put_text(&token, "access_token", "token-abcdef"), RC_OK);
}

static void empty(void)
{
	fieldset_release(&client);
	fieldset_release(&credential);
	fieldset_release(&token);
}

static void expect_words(const char *text, const char *want)
{
	char words[PROBE_WORDS_SIZE];

	probe_words(text, strlen(text), &secrets, words);
	CHECK_STR(words, want);
}

static void secrets_are_removed_as_they_are_and_encoded(void)
{
	fill();
	expect_words("Bad key key-0123456789!", "Bad key •••!");
	expect_words("key-0123456789", "•••");
	expect_words("key-0123456789key-0123456789", "•••");
	expect_words("a token-abcdef b my-client c", "a ••• b ••• c");
	expect_words("secret=p%2Bs%2Fw%26rd+%2541&x", "secret=•••&x");
	expect_words("secret=p%2bs%2fw%26rd%20%2541&x", "secret=•••&x");
	expect_words("p+s/w&rd %41", "•••");
	expect_words("no secret on here", "no secret on here"); /* "on" is too short to be one */
	expect_words("key-012345678", "key-012345678");
	empty();
}

static void a_mention_is_noticed(void)
{
	fill();
	CHECK(probe_mentions("x key-0123456789", 16, &secrets));
	CHECK(!probe_mentions("x key-012345678", 15, &secrets));
	CHECK(!probe_mentions("", 0, &secrets));
	CHECK(!probe_mentions("x key-0123456789", 16, NULL));
	empty();
}

/* text: base64 of prefix, secret and suffix; every alignment by the length of the prefix. */
static void expect_hidden_in_base64(const char *prefix, const char *secret, const char *suffix)
{
	struct secret plain = SECRET_EMPTY, text = SECRET_EMPTY;
	char words[PROBE_WORDS_SIZE];

	CHECK_INT(secret_append_text(&plain, prefix), RC_OK);
	CHECK_INT(secret_append_text(&plain, secret), RC_OK);
	CHECK_INT(secret_append_text(&plain, suffix), RC_OK);
	CHECK_INT(codec_base64_secret(&plain, &text), RC_OK);
	probe_words(secret_text(&text), text.len, &secrets, words);
	CHECK(strstr(words, "•••") != NULL);
	/* what is left are the characters shared with the neighbours: two at each end */
	CHECK(strlen(words) <= (strlen(prefix) + strlen(suffix) + 6) * 4 / 3 + strlen("•••"));
	secret_release(&plain);
	secret_release(&text);
}

static void secrets_are_removed_from_base64_at_every_alignment(void)
{
	fill();
	expect_hidden_in_base64("", "key-0123456789", "");
	expect_hidden_in_base64("a", "key-0123456789", "");
	expect_hidden_in_base64("ab", "key-0123456789", "z");
	expect_hidden_in_base64("abc", "key-0123456789", "zz");
	expect_hidden_in_base64("id:", "p+s/w&rd %41", "");
	expect_hidden_in_base64("other:", "p%2Bs%2Fw%26rd+%2541", ""); /* as HTTP Basic does */
	empty();
}

static void base64url_is_recognised_too(void)
{
	struct secret value = SECRET_EMPTY;
	char text[64];

	CHECK_INT(secret_set(&value, "\xfb\xef\xbe\xff\xfe\xfd", 6), RC_OK);
	CHECK_INT(fieldset_put(&token, "access_token", value.bytes, value.len), RC_OK);
	codec_base64url(value.bytes, value.len, text);
	CHECK(strpbrk(text, "-_") != NULL);
	expect_words(text, "•••");
	secret_release(&value);
	empty();
}

static void what_hides_a_secret_does_not_help_it(void)
{
	fill();
	expect_words("key-01\x01"
		     "23456789",
		"•••"); /* becomes whole when made harmless */
	CHECK_INT(fieldset_put_text(&token, "access_token", "two  spaces"), RC_OK);
	expect_words("x two  spaces y", "x ••• y");
	empty();
}

/* Of a text and a secret that were made for it: each place would be looked at as often as the secret is long. */
static void a_long_search_is_short(void)
{
	const size_t text_len = (size_t)256 * 1024, secret_len = (size_t)16 * 1024;
	char words[PROBE_WORDS_SIZE], *text = malloc(text_len), *secret = malloc(secret_len);
	struct fieldset fields = FIELDSET_EMPTY;
	struct placeholder_values of_fields = {.credential = &fields};

	CHECK(text && secret);
	if (text && secret) {
		memset(text, 'a', text_len);
		memset(secret, 'a', secret_len);
		CHECK_INT(fieldset_put(&fields, "key", secret, secret_len), RC_OK);
		probe_words(text, text_len, &of_fields, words); /* it is everywhere */
		CHECK_STR(words, "•••");
		secret[secret_len - 1] = 'b';
		CHECK_INT(fieldset_put(&fields, "key", secret, secret_len), RC_OK);
		probe_words(text, text_len, &of_fields, words); /* it almost is */
		CHECK(words[0] == 'a');
		memcpy(text + text_len - secret_len, secret, secret_len);
		CHECK(probe_mentions(text, text_len, &of_fields));
	}
	fieldset_release(&fields);
	free(text);
	free(secret);
}

static void overlapping_secrets_are_removed_whole(void)
{
	struct fieldset fields = FIELDSET_EMPTY;
	struct placeholder_values of_fields = {.credential = &fields};
	char words[PROBE_WORDS_SIZE];

	CHECK_INT(fieldset_put_text(&fields, "key", "ababa"), RC_OK);
	probe_words("xabababay ababx abaababay", 25, &of_fields, words);
	CHECK_STR(words, "x•••y ababx aba•••y");
	fieldset_release(&fields);
}

static void words_are_harmless_and_short(void)
{
	char text[2000], words[PROBE_WORDS_SIZE];
	size_t chars;

	expect_words("a\r\nb\x1b[31m \xe2\x80\xae"
		     "c",
		"a b[31m c");
	expect_words("<b>&amp;</b>", "<b>&amp;</b>"); /* escaping is the page's work */
	expect_words("", "");
	probe_words("bad \xff byte", 10, NULL, words);
	CHECK_STR(words, "bad \xef\xbf\xbd byte");
	for (size_t i = 0; i + 4 <= sizeof(text); i += 4)
		memcpy(text + i, "\xf0\x9f\x94\x91", 4);
	probe_words(text, sizeof(text), NULL, words);
	CHECK(strlen(words) < PROBE_WORDS_SIZE);
	CHECK_STR(words + strlen(words) - 3, "…");
	chars = (strlen(words) - 3) / 4 + 1;
	CHECK_INT(chars, 256);
}

static void a_secret_is_never_cut_in_half(void)
{
	char text[400], words[PROBE_WORDS_SIZE];

	fill();
	for (size_t at = 230; at < 262; at++) {
		memset(text, '.', sizeof(text));
		memcpy(text + at, "key-0123456789", 14);
		probe_words(text, sizeof(text), &secrets, words);
		CHECK(strstr(words, "key-") == NULL);
	}
	empty();
}

/* --- building requests --- */

static const char *header(const struct httpc_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		if (strcasecmp(rq->headers[i].name, name) == 0)
			return secret_text(&rq->headers[i].value);
	return NULL;
}

static void a_request_is_built_from_a_recipe(void)
{
	struct pair headers[] = {{"Authorization", "Bearer {{credential.api_key}}"},
		{"X-Client", "{{client.client_id}}"}};
	struct pair body[] = {{"q u", "a {{credential.api_key}}&b"},
		{"none", "{{credential.none|}}"}, {"e", "{{credential.none|x y}}"}};
	struct http_recipe recipe = {.method = "POST",
		.url = "https://a.example/{{client.client_secret}}?k={{token.access_token}}",
		.headers = {headers, 2},
		.body = {body, 3},
		.format = BODY_FORM};
	struct httpc_request rq;

	fill();
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK_STR(rq.method, "POST");
	CHECK_STR(secret_text(&rq.url), "https://a.example/p%2Bs%2Fw%26rd%20%2541?k=token-abcdef");
	CHECK_STR(header(&rq, "authorization"), "Bearer key-0123456789");
	CHECK_STR(header(&rq, "X-Client"), "my-client");
	CHECK_STR(header(&rq, "Accept"), "application/json");
	CHECK_STR(header(&rq, "Content-Type"), "application/x-www-form-urlencoded");
	CHECK(rq.has_body);
	CHECK_STR(secret_text(&rq.body), "q+u=a+key-0123456789%26b&e=x+y");
	httpc_request_release(&rq);
	empty();
}

/* Values are texts wherever they stand; what has no value is left out of objects and lists alike. */
static void a_json_body_is_a_tree(void)
{
	struct body_node list[] = {{BODY_STRING, NULL, "{{credential.none|}}", NULL, 0},
		{BODY_STRING, NULL, "b", NULL, 0}, {BODY_OBJECT, NULL, NULL, NULL, 0}};
	struct body_node members[] = {
		{BODY_STRING, "q \"u", "a \"{{credential.api_key}}\"", NULL, 0},
		{BODY_STRING, "none", "{{credential.none|}}", NULL, 0},
		{BODY_LITERAL, "n", "-1.5", NULL, 0}, {BODY_LITERAL, "null", "null", NULL, 0},
		{BODY_ARRAY, "list", NULL, list, 3}, {BODY_STRING, "empty", "", NULL, 0}};
	struct body_node root = {BODY_OBJECT, NULL, NULL, members, 6};
	struct http_recipe recipe = {
		.method = "POST", .url = "https://a.example/", .format = BODY_JSON, .json = &root};
	struct httpc_request rq;

	fill();
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK_STR(header(&rq, "Content-Type"), "application/json");
	CHECK_STR(secret_text(&rq.body),
		"{\"q \\\"u\":\"a \\\"key-0123456789\\\"\",\"n\":-1.5,\"null\":null,"
		"\"list\":[\"b\",{}],\"empty\":\"\"}");
	httpc_request_release(&rq);
	empty();
}

static void a_blank_header_is_left_out(void)
{
	struct pair headers[] = {
		{"Authorization", "Bearer {{credential.api_key|}}"}, {"Accept", "text/plain"}};
	struct http_recipe recipe = {
		.method = "GET", .url = "https://a.example/", .headers = {headers, 2}};
	struct httpc_request rq;

	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK(header(&rq, "Authorization") == NULL);
	CHECK_STR(header(&rq, "Accept"), "text/plain");
	CHECK_INT(rq.n_headers, 1);
	CHECK(!rq.has_body && header(&rq, "Content-Type") == NULL);
	httpc_request_release(&rq);
}

static void a_json_body_may_be_empty(void)
{
	struct http_recipe recipe = {
		.method = "POST", .url = "https://a.example/", .format = BODY_JSON};
	struct httpc_request rq;

	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK_STR(secret_text(&rq.body), "{}");
	httpc_request_release(&rq);
}

static void values_that_cannot_stand_in_a_request_are_refused(void)
{
	struct pair headers[] = {{"X-Key", "{{credential.api_key}}"}};
	struct body_node body = {BODY_STRING, NULL, "{{credential.api_key}}", NULL, 0};
	struct http_recipe recipe = {
		.method = "GET", .url = "https://a.example/", .headers = {headers, 1}};
	struct httpc_request rq;

	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID); /* no value */
	CHECK_INT(fieldset_put_text(&credential, "api_key", "a\r\nb: c"), RC_OK);
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	CHECK_INT(fieldset_put(&credential, "api_key", "a\0b", 3), RC_OK);
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	CHECK_INT(fieldset_put_text(&credential, "api_key", "\xff"), RC_OK);
	recipe = (struct http_recipe){
		.method = "POST", .url = "https://a.example/", .format = BODY_JSON, .json = &body};
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	CHECK(rq.url.bytes == NULL && rq.n_headers == 0);
	empty();
}

static void a_request_with_parameters_and_basic(void)
{
	struct pair query[] = {
		{"k 1", "{{credential.api_key}}&"}, {"none", "{{credential.none|}}"}, {"e", ""}};
	struct http_recipe recipe = {.method = "POST",
		.url = "https://a.example/x",
		.query = {query, 3},
		.basic_user = "{{credential.api_key}}",
		.basic_password = "",
		.format = BODY_TEXT,
		.content_type = "text/xml",
		.text = "<a>\n{{credential.api_key}}</a>"};
	struct httpc_request rq;

	fill();
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK_STR(secret_text(&rq.url), "https://a.example/x?k%201=key-0123456789%26&e=");
	CHECK_STR(header(&rq, "Authorization"), "Basic a2V5LTAxMjM0NTY3ODk6");
	CHECK_STR(header(&rq, "Content-Type"), "text/xml");
	CHECK_STR(secret_text(&rq.body), "<a>\nkey-0123456789</a>");
	httpc_request_release(&rq);
	recipe.url = "https://a.example/x?a=b";
	recipe.basic_user = "{{credential.none|}}"; /* optional, and not there: no header */
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_OK);
	CHECK_STR(secret_text(&rq.url), "https://a.example/x?a=b&k%201=key-0123456789%26&e=");
	CHECK(header(&rq, "Authorization") == NULL);
	httpc_request_release(&rq);
	empty();
}

static void what_does_not_fit_into_basic_or_a_query_is_refused(void)
{
	struct pair query[] = {{"k", "{{credential.none}}"}};
	struct http_recipe recipe = {.method = "GET",
		.url = "https://a.example/x",
		.basic_user = "{{credential.api_key}}",
		.basic_password = "{{credential.api_key}}"};
	struct httpc_request rq;

	CHECK_INT(fieldset_put_text(&credential, "api_key", "user:word"), RC_OK);
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID); /* a colon */
	CHECK_INT(fieldset_put_text(&credential, "api_key", "a\nb"), RC_OK);
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	recipe.basic_user = "u";
	recipe.basic_password = "{{credential.none}}";
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	recipe.basic_user = NULL;
	recipe.query = (struct pairs){query, 1};
	CHECK_INT(probe_request(&recipe, &secrets, &rq), RC_INVALID);
	empty();
}

/* --- derived values --- */

static struct pair hosts[] = {{"eu", "eu.a.example"}, {"us", "a.example"}};
static struct pair ends[] = {{":fx", "free.a.example"}, {"x", "x.a.example"}};
static const char *members[] = {"/none", "/a/mail"}, *versions[] = {"/v1-beta", "/v1"};
static struct derived derivations[] = {
	{"credential", "host", "{{credential.region}}", DERIVE_MAP, {hosts, 2}, NULL, {0}, {0}},
	{"credential", "plan", "{{credential.api_key}}", DERIVE_ENDS, {ends, 2}, "a.example", {0},
		{0}},
	{"credential", "mail", "{{credential.account}}", DERIVE_POINTER, {0}, NULL, {members, 2},
		{0}},
	{"credential", "root", "{{credential.base}}", DERIVE_STRIP, {0}, NULL, {0}, {versions, 2}},
};
static const struct derives derives = {derivations, 4};
static const struct placeholder_values with_derived = {&client, &credential, &token, &derives};

static void expect_derived(
	const char *field, const char *value, const char *text, const char *expected)
{
	struct secret out = SECRET_EMPTY;
	enum rc rc;

	CHECK_INT(fieldset_put_text(&credential, field, value), RC_OK);
	rc = placeholder_expand(text, &with_derived, PLACEHOLDER_RAW, &out);
	CHECK_INT(rc, expected ? RC_OK : RC_INVALID);
	if (expected)
		CHECK_STR(secret_text(&out), expected);
	secret_release(&out);
	fieldset_remove(&credential, field);
}

static void values_are_derived_when_they_are_needed(void)
{
	expect_derived("region", "eu", "https://{{credential.host}}/", "https://eu.a.example/");
	expect_derived("region", "EU", "{{credential.host}}", NULL);
	expect_derived("region", "", "{{credential.host}}", NULL);
	expect_derived("region", "asia", "{{credential.host|b.example}}", "b.example");
	expect_derived("api_key", "k:fx", "{{credential.plan}}",
		"free.a.example"); /* the first that fits */
	expect_derived("api_key", "kx", "{{credential.plan}}", "x.a.example");
	expect_derived("api_key", "k", "{{credential.plan}}", "a.example");
	expect_derived("account", "{\"a\":{\"mail\":\"m@a.example\"}}", "{{credential.mail}}",
		"m@a.example");
	expect_derived("account", "{\"a\":{\"mail\":7}}", "{{credential.mail}}", NULL);
	expect_derived("account", "{\"a\":{\"mail\":\"\"}}", "{{credential.mail}}", NULL);
	expect_derived("account", "{\"a\":{\"mail\":\"a\\nb\"}}", "{{credential.mail}}", NULL);
	expect_derived("account", "not JSON", "{{credential.mail}}", NULL);
	expect_derived("account", "{}", "{{credential.mail|}}", "");
	expect_derived(
		"base", "https://a.example/v1/", "{{credential.root}}/x", "https://a.example/x");
	expect_derived(
		"base", "https://a.example/v1-beta", "{{credential.root}}", "https://a.example");
	expect_derived(
		"base", "https://a.example/v12", "{{credential.root}}", "https://a.example/v12");
	expect_derived("base", "/v1", "{{credential.root}}", NULL);
	expect_derived("region", "eu", "{{client.host}}", NULL);
	empty();
}

static void a_part_of_a_secret_is_hidden_like_the_whole(void)
{
	static const char account[] = "{\"a\":{\"mail\":\"robot-0123456789\"}}";
	static const char said[] = "robot-0123456789 of eu.a.example";
	char words[PROBE_WORDS_SIZE];

	CHECK_INT(fieldset_put_text(&credential, "account", account), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "region", "eu"), RC_OK);
	probe_words(said, strlen(said), &with_derived, words);
	CHECK_STR(words, "••• of eu.a.example"); /* a text of the file is no secret */
	CHECK(probe_mentions(said, strlen(said), &with_derived));
	CHECK(!probe_mentions(said, strlen(said), &secrets));
	empty();
}

/* --- identities --- */

static void read_identity(const char *json, struct identity *out)
{
	static const char *subject[] = {"/id", "/uid"}, *name[] = {"/name", "/email"},
			  *account[] = {"/email"}, *avatar[] = {"/picture"};
	static const struct identity_recipe recipe = {.subject = {subject, 2},
		.name = {name, 2},
		.account = {account, 1},
		.avatar = {avatar, 1}};
	struct jsonr *document;

	memset(out, 'x', sizeof(*out));
	CHECK_INT(jsonr_parse(json, strlen(json), &document), RC_OK);
	probe_identity_read(&recipe, jsonr_root(document), &secrets, out);
	jsonr_free(document);
}

/* What somebody typed may be the very account; secrets, documents that hold some, and tokens may not. */
static void only_secrets_are_hidden(void)
{
	static struct field fields[] = {{.name = "email", .kind = FIELD_TEXT},
		{.name = "api_key", .kind = FIELD_SECRET},
		{.name = "document", .kind = FIELD_TEXT, .rule = {.format = FORMAT_JSON}},
		{.name = "absent", .kind = FIELD_SECRET}};
	static const struct schema schema = {fields, 4};
	struct fieldset given = FIELDSET_EMPTY, hidden = FIELDSET_EMPTY;

	fill();
	CHECK_INT(fieldset_put_text(&given, "email", "ada@example.org"), RC_OK);
	CHECK_INT(fieldset_put_text(&given, "api_key", "key-0123456789"), RC_OK);
	CHECK_INT(fieldset_put_text(&given, "document", "{\"key\":1}"), RC_OK);
	CHECK_INT(fieldset_put_text(&token, "user_refresh_token", "token-ghi"), RC_OK);
	CHECK_INT(fieldset_put_text(&token, "team_id", "T12345"), RC_OK);
	CHECK_INT(probe_secrets(&schema, &given, &token, &hidden), RC_OK);
	CHECK_INT(hidden.n, 4);
	CHECK_STR(fieldset_text(&hidden, "api_key"), "key-0123456789");
	CHECK_STR(fieldset_text(&hidden, "document"), "{\"key\":1}");
	CHECK_STR(fieldset_text(&hidden, "access_token"), "token-abcdef");
	CHECK_STR(fieldset_text(&hidden, "user_refresh_token"), "token-ghi");
	fieldset_release(&hidden);
	CHECK_INT(probe_secrets(&schema, &given, NULL, &hidden), RC_OK);
	CHECK_INT(hidden.n, 2);
	fieldset_release(&hidden);
	fieldset_release(&given);
	empty();
}

static void an_identity_is_read_by_pointers(void)
{
	struct identity who;

	read_identity("{\"id\":\"u1\",\"name\":\"Ada\\nL\",\"email\":\"a@x\","
		      "\"picture\":\"https://p.example/1.png?x=y\"}",
		&who);
	CHECK_STR(who.subject, "u1");
	CHECK_STR(who.name, "Ada L");
	CHECK_STR(who.account, "a@x");
	CHECK_STR(who.avatar_url, "https://p.example/1.png?x=y");
	read_identity("{\"uid\":42,\"name\":\"\",\"email\":\"b@x\",\"picture\":null}", &who);
	CHECK_STR(who.subject, "42");
	CHECK_STR(who.name, "b@x");
	CHECK_STR(who.avatar_url, "");
	read_identity("[]", &who);
	CHECK(!who.subject[0] && !who.name[0] && !who.account[0] && !who.avatar_url[0]);
	read_identity("{\"id\":{},\"name\":7,\"picture\":[]}", &who);
	CHECK(!who.subject[0] && !who.name[0]);
}

static void hostile_identities_are_tamed(void)
{
	struct identity who;
	char json[2000], long_text[401];

	fill();
	memset(long_text, 'n', sizeof(long_text) - 1);
	long_text[400] = '\0';
	snprintf(json, sizeof(json), "{\"id\":\"%s\",\"name\":\"%s\",\"picture\":\"javascript:x\"}",
		long_text, long_text);
	read_identity(json, &who);
	CHECK_STR(who.subject, ""); /* cut, it might be somebody else's */
	CHECK(strlen(who.name) < sizeof(who.name) && strlen(who.name) > 250);
	CHECK_STR(who.avatar_url, "");
	read_identity("{\"id\":\"token-abcdef\",\"name\":\"I am token-abcdef\",\"picture\":"
		      "\"https://p.example/?t=token-abcdef\"}",
		&who);
	CHECK_STR(who.subject, "");
	CHECK_STR(who.name, "I am •••");
	CHECK_STR(who.avatar_url, "");
	read_identity("{\"id\":\"a\\u202eb\",\"picture\":\"http://p.example/1.png\"}", &who);
	CHECK_STR(who.subject, "");
	CHECK_STR(who.avatar_url, "");
	/* characters of several bytes are not cut in the middle */
	for (size_t i = 0; i + 3 <= 400; i += 3)
		memcpy(long_text + i, "\xe2\x82\xac", 3);
	long_text[399] = '\0';
	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", long_text);
	read_identity(json, &who);
	CHECK_INT(strlen(who.name) % 3, 0);
	CHECK(strlen(who.name) > 240);
	empty();
}

/* --- against a server that says what we want --- */

static pid_t server;
static char origin[64];

static void answer_one(int listener, const char *answer)
{
	int fd = accept(listener, NULL, NULL);
	char request[4096];
	ssize_t n = read(fd, request, sizeof(request) - 1);

	if (n > 0 && answer[0] != '\0') {
		n = write(fd, answer, strlen(answer));
		shutdown(fd, SHUT_WR);
		while (n > 0 && read(fd, request, sizeof(request)) > 0)
			;
	}
	close(fd);
}

/* Answers the next requests, one answer each, "" hangs up. Ended by NULL. */
static void serve(const char *const *answers)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	CHECK_INT(bind(listener, (struct sockaddr *)&address, len), 0);
	CHECK_INT(listen(listener, 8), 0);
	CHECK_INT(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", ntohs(address.sin_port));
	fflush(stdout);
	server = fork();
	if (server == 0) {
		alarm(20);
		for (; *answers; answers++)
			answer_one(listener, *answers);
		_exit(0);
	}
	close(listener);
}

static void served(void)
{
	CHECK(waitpid(server, NULL, 0) == server);
}

static struct httpc *open_http(struct netpol *policy)
{
	struct httpc_config config = {.policy = policy, .total_timeout_ms = 3000};
	struct httpc *http = NULL;

	*policy = (struct netpol){0};
	CHECK_INT(netpol_allow_origin(policy, origin), RC_OK);
	CHECK_INT(httpc_new(&config, &http), RC_OK);
	return http;
}

#define ANSWER(status, type, body)                                                                 \
	"HTTP/1.1 " status "\r\nContent-Type: " type "\r\nConnection: close\r\n\r\n" body
#define JSON(status, body) ANSWER(status, "application/json", body)

static enum probe_verdict judged(const char *answer, const struct check_recipe *recipe)
{
	const char *const answers[] = {answer, NULL};
	struct check_recipe check = *recipe;
	struct probe_result r;
	struct netpol policy;
	struct httpc *http;

	serve(answers);
	http = open_http(&policy);
	check.request = (struct http_recipe){.method = "GET", .url = "{{client.base}}/check"};
	CHECK_INT(fieldset_put_text(&client, "base", origin), RC_OK);
	CHECK_INT(probe_check(http, &check, NULL, &secrets, NULL, &r), RC_OK);
	httpc_free(http);
	served();
	empty();
	return r.verdict;
}

static void run_check(const char *answer, const char *second, struct probe_result *out)
{
	static const char *message[] = {"/error/message", "/error"}, *name[] = {"/name"},
			  *subject[] = {"/id"};
	static struct status_range success[] = {{200, 200}}, forbidden[] = {{403, 403}};
	const char *const answers[] = {answer, second, NULL};
	struct pair headers[] = {{"Authorization", "Bearer {{credential.api_key}}"}};
	struct pair require[] = {{"/ok", "true"}, {"/code", "200"}};
	struct check_recipe check = {.request = {.method = "GET",
					     .url = "{{client.base}}/check",
					     .headers = {headers, 1}},
		.success = {success, 1},
		.forbidden = {forbidden, 1},
		.require = {require, 2},
		.message = {message, 2}};
	struct identity_recipe identity = {.name = {name, 1}, .subject = {subject, 1}};
	struct netpol policy;
	struct httpc *http;

	fill();
	serve(answers);
	http = open_http(&policy);
	CHECK_INT(fieldset_put_text(&client, "base", origin), RC_OK);
	if (second) {
		identity.request.method = "GET";
		identity.request.url = "{{client.base}}/me";
	}
	CHECK_INT(probe_check(http, &check, &identity, &secrets, NULL, out), RC_OK);
	httpc_free(http);
	served();
	empty();
}

static void success_needs_status_and_words(void)
{
	struct probe_result r;

	run_check(JSON("200 OK", "{\"ok\":true,\"code\":200,\"name\":\"Ada\",\"id\":7}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_OK);
	CHECK_INT(r.status, 200);
	CHECK_STR(r.identity.name, "Ada");
	CHECK_STR(r.identity.subject, "7");
	CHECK_STR(r.words, "");
	run_check(JSON("200 OK", "{\"ok\":\"true\",\"code\":\"200\"}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_OK);
	CHECK_STR(r.identity.name, "");
	run_check(JSON("200 OK", "{\"ok\":false,\"code\":200,\"error\":\"no credit\"}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_REFUSED);
	CHECK_STR(r.words, "no credit");
	run_check(JSON("200 OK", "{\"ok\":true}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_REFUSED);
	CHECK_STR(r.words, "answer.status 200");
	CHECK(r.own_words);
	run_check(JSON("200 OK", "<html>"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_NO_ANSWER);
	CHECK_STR(r.words, "answer.unreadable");
}

static void a_success_must_hold_this_and_must_not_hold_that(void)
{
	static struct status_range success[] = {{200, 299}};
	static const char *present[] = {"/data", "/id"}, *absent[] = {"/errors"};
	const struct check_recipe check = {
		.success = {success, 1}, .present = {present, 2}, .absent = {absent, 1}};
	static const struct {
		const char *answer;
		enum probe_verdict verdict;
	} cases[] = {
		{JSON("200 OK", "{\"data\":{\"a\":1},\"id\":0}"), PROBE_OK},
		{JSON("206 OK", "{\"data\":false,\"id\":\"x\",\"errors\":[]}"), PROBE_OK},
		{JSON("200 OK", "{\"data\":[1],\"id\":1,\"errors\":null}"), PROBE_OK},
		{JSON("200 OK", "{\"data\":{},\"id\":1}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"data\":null,\"id\":1}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"data\":\"\",\"id\":1}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"data\":1}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"data\":1,\"id\":1,\"errors\":[{}]}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"data\":1,\"id\":1,\"errors\":\"x\"}"), PROBE_REFUSED},
		{JSON("200 OK", "null"), PROBE_REFUSED},
		{JSON("200 OK", "<html>"), PROBE_NO_ANSWER},
		{JSON("200 OK", ""), PROBE_NO_ANSWER},
		{JSON("300 No", "{\"data\":1,\"id\":1}"), PROBE_NO_ANSWER},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_INT(judged(cases[i].answer, &check), cases[i].verdict);
}

static void rules_come_before_statuses(void)
{
	static struct status_range success[] = {{200, 200}, {404, 404}}, forbidden[] = {{402, 403}};
	static struct status_range ok[] = {{200, 200}}, busy[] = {{503, 503}};
	static struct pair revoked[] = {{"/code", "1107"}}, pause[] = {{"/code", "9"}};
	static struct answer_rule refused[] = {{{ok, 1}, {revoked, 1}}};
	static struct answer_rule limited[] = {{{busy, 1}, {0}}, {{0}, {pause, 1}}};
	const struct check_recipe check = {.success = {success, 2},
		.forbidden = {forbidden, 1},
		.refused = {refused, 1},
		.limited = {limited, 2}};
	const struct check_recipe strict = {.success = {ok, 1}};
	static const struct {
		const char *answer;
		enum probe_verdict verdict;
	} cases[] = {
		{JSON("200 OK", "{\"code\":\"0\"}"), PROBE_OK},
		{JSON("404 No", "{}"), PROBE_OK}, /* the file says so */
		{JSON("200 OK", "{\"code\":\"1107\"}"), PROBE_REFUSED},
		{JSON("200 OK", "{\"code\":1107}"), PROBE_REFUSED},
		{JSON("403 No", "{\"code\":\"1107\"}"), PROBE_PERMISSION},
		{JSON("402 Pay", "{}"), PROBE_PERMISSION},
		{JSON("401 No", "{}"), PROBE_REFUSED},
		{JSON("410 No", "{}"), PROBE_REFUSED},
		{JSON("429 Slow", "{\"code\":\"1107\"}"), PROBE_RATE_LIMITED},
		{JSON("503 Slow", "<html>"), PROBE_RATE_LIMITED},
		{JSON("200 OK", "{\"code\":\"9\"}"), PROBE_RATE_LIMITED},
		{JSON("500 Oh", "{\"code\":\"1107\"}"), PROBE_NO_ANSWER},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_INT(judged(cases[i].answer, &check), cases[i].verdict);
	CHECK_INT(judged(JSON("403 No", "{}"), &strict), PROBE_REFUSED);
	CHECK_INT(judged("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nx",
			  &strict),
		PROBE_NO_ANSWER);
}

static void an_identity_of_its_own_is_asked_for(void)
{
	static const char good[] = JSON("200 OK", "{\"ok\":true,\"code\":200,\"name\":\"no\"}");
	struct probe_result r;

	run_check(good, JSON("200 OK", "{\"name\":\"Ben\"}"), &r);
	CHECK_INT(r.verdict, PROBE_OK);
	CHECK_STR(r.identity.name, "Ben");
	run_check(good, JSON("403 No", "{\"name\":\"Ben\"}"), &r);
	CHECK_INT(r.verdict, PROBE_OK); /* a label is never worth a credential */
	CHECK_STR(r.identity.name, "");
}

static void refusals_keep_the_providers_words(void)
{
	struct probe_result r;

	run_check(JSON("401 No", "{\"error\":{\"message\":\"Key key-0123456789 is unknown\"}}"),
		NULL, &r);
	CHECK_INT(r.verdict, PROBE_REFUSED);
	CHECK_INT(r.status, 401);
	CHECK_STR(r.words, "Key ••• is unknown");
	run_check(ANSWER("403 No", "text/plain; charset=utf-8", "Not you\n"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_PERMISSION);
	CHECK_STR(r.words, "Not you");
	run_check(ANSWER("404 No", "text/html", "<h1>no</h1>"), NULL, &r);
	CHECK_STR(r.words, "answer.status 404");
	CHECK(r.own_words);
	run_check(JSON("429 Slow", "{\"error\":\"slow down\"}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_RATE_LIMITED);
	CHECK_STR(r.words, "slow down");
}

static void what_is_no_verdict_is_no_answer(void)
{
	struct probe_result r;

	run_check(JSON("500 Oh", "{\"error\":\"down\"}"), NULL, &r);
	CHECK_INT(r.verdict, PROBE_NO_ANSWER);
	CHECK_STR(r.words, "down");
	run_check(
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
		NULL, &r);
	CHECK_INT(r.verdict, PROBE_NO_ANSWER);
	CHECK_INT(r.status, 302);
	run_check("", NULL, &r);
	CHECK_INT(r.verdict, PROBE_NO_ANSWER);
	CHECK_INT(r.status, 0);
	CHECK_STR(r.words, "answer.no_connection");
}

static void a_forbidden_address_is_told_apart(void)
{
	static struct status_range success[] = {{200, 200}}, forbidden[] = {{403, 403}};
	struct check_recipe check = {.request = {.method = "GET", .url = "https://127.0.0.1/"},
		.success = {success, 1},
		.forbidden = {forbidden, 1}};
	struct netpol policy = {0};
	struct httpc_config config = {.policy = &policy};
	struct httpc *http = NULL;
	struct probe_result r;

	CHECK_INT(httpc_new(&config, &http), RC_OK);
	CHECK_INT(probe_check(http, &check, NULL, &secrets, NULL, &r), RC_OK);
	CHECK_INT(r.verdict, PROBE_FORBIDDEN);
	check.request.url = "{{credential.none}}";
	CHECK_INT(probe_check(http, &check, NULL, &secrets, NULL, &r), RC_INVALID);
	check.request.url = "not a url";
	CHECK_INT(probe_check(http, &check, NULL, &secrets, NULL, &r), RC_INVALID);
	httpc_free(http);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_open("test_probe", LOG_ERROR);
	CHECK_INT(codec_init(), RC_OK);
	RUN(secrets_are_removed_as_they_are_and_encoded);
	RUN(a_mention_is_noticed);
	RUN(secrets_are_removed_from_base64_at_every_alignment);
	RUN(base64url_is_recognised_too);
	RUN(what_hides_a_secret_does_not_help_it);
	RUN(a_long_search_is_short);
	RUN(overlapping_secrets_are_removed_whole);
	RUN(words_are_harmless_and_short);
	RUN(a_secret_is_never_cut_in_half);
	RUN(a_request_is_built_from_a_recipe);
	RUN(a_json_body_is_a_tree);
	RUN(a_request_with_parameters_and_basic);
	RUN(what_does_not_fit_into_basic_or_a_query_is_refused);
	RUN(values_are_derived_when_they_are_needed);
	RUN(a_part_of_a_secret_is_hidden_like_the_whole);
	RUN(a_blank_header_is_left_out);
	RUN(a_json_body_may_be_empty);
	RUN(values_that_cannot_stand_in_a_request_are_refused);
	RUN(only_secrets_are_hidden);
	RUN(an_identity_is_read_by_pointers);
	RUN(hostile_identities_are_tamed);
	RUN(success_needs_status_and_words);
	RUN(a_success_must_hold_this_and_must_not_hold_that);
	RUN(rules_come_before_statuses);
	RUN(an_identity_of_its_own_is_asked_for);
	RUN(refusals_keep_the_providers_words);
	RUN(what_is_no_verdict_is_no_answer);
	RUN(a_forbidden_address_is_told_apart);
	return CHECK_DONE;
}
