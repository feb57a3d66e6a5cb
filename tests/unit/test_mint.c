/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests for tokens that are made from the fields of a key, and what becomes of their answers.
 */
#include "domain/oauth/mint.h"

#include "check.h"
#include "platform/codec.h"
#include "platform/jsonr.h"
#include "platform/text.h"

#define HEAD                                                                                       \
	"identity: {author: acme, name: drive}\n"                                                  \
	"credentials_schema:\n"                                                                    \
	"  - {name: app, type: text-input}\n"                                                      \
	"  - {name: key, type: secret-input}\n"                                                    \
	"  - {name: site, type: text-input}\n"                                                     \
	"grantry:\n  org: acme\n  plugin: drive\n"                                                 \
	"  api_key:\n    mint:\n      token_url: 'https://{{credential.site|a.example}}/token'\n"

static struct catalogue *catalogue;
static struct fieldset fields;
static struct httpc_request rq;

/* The provider, with the fields app=app&1 and key=k y. */
static const struct provider *begin(const char *mint)
{
	char text[4096];
	struct provider_error error;

	catalogue_free(catalogue);
	fieldset_release(&fields);
	snprintf(text, sizeof(text), HEAD "%s", mint);
	CHECK_INT(provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error), RC_OK);
	if (error.reason[0])
		printf("# line %u: %s\n", error.line, error.reason);
	CHECK_INT(fieldset_put_text(&fields, "app", "app&1"), RC_OK);
	CHECK_INT(fieldset_put_text(&fields, "key", "k y"), RC_OK);
	return catalogue_at(catalogue, 0);
}

static const char *header(const char *name)
{
	for (size_t i = 0; i < rq.n_headers; i++)
		if (strcmp(rq.headers[i].name, name) == 0)
			return secret_text(&rq.headers[i].value);
	return NULL;
}

static void expect_body(const char *mint, const char *body, const char *authorization)
{
	const struct provider *p = begin(mint);

	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_OK);
	CHECK_STR(rq.method, "POST");
	CHECK_STR(secret_text(&rq.url), "https://a.example/token");
	CHECK_STR(secret_text(&rq.body), body);
	if (authorization)
		CHECK_STR(header("Authorization"), authorization);
	else
		CHECK(header("Authorization") == NULL);
	httpc_request_release(&rq);
}

#define IDS "      client_id: '{{credential.app}}'\n      client_secret: '{{credential.key}}'\n"

static void client_credentials_are_sent_as_the_file_says(void)
{
	expect_body("      grant: client_credentials\n" IDS,
		"grant_type=client_credentials&client_id=app%261&client_secret=k+y", NULL);
	expect_body("      grant: client_credentials\n" IDS
		    "      token_request: {client_auth: basic, params: {scope: a b}}\n",
		"grant_type=client_credentials&scope=a+b", "Basic YXBwJTI2MTprK3k=");
	expect_body("      grant: client_credentials\n      client_id: '{{credential.app}}'\n",
		"grant_type=client_credentials&client_id=app%261", NULL);
	expect_body("      grant: plain\n      token_request: {format: json, params:"
		    " {app_id: '{{credential.app}}', app_secret: '{{credential.key}}'}}\n",
		"{\"app_id\":\"app&1\",\"app_secret\":\"k y\"}", NULL);
	expect_body("      grant: plain\n      token_request: {params: {a: '{{credential.site|}}', "
		    "b: c}}\n",
		"b=c", NULL);
}

/* The text of a part of a compact token, as JSON. */
static struct jsonr *part(const char *text, size_t len)
{
	unsigned char bytes[512];
	struct jsonr *document = NULL;
	size_t n = len * 3 / 4;

	CHECK(n < sizeof(bytes));
	CHECK_INT(codec_unbase64url(text, len, bytes, n), RC_OK);
	CHECK_INT(jsonr_parse((const char *)bytes, n, &document), RC_OK);
	return document;
}

static int64_t number(const struct jsonr *document, const char *pointer)
{
	int64_t out = -1;
	jsonv *v;

	CHECK(jsonr_pointer(jsonr_root(document), pointer, &v) && jsonr_int(v, &out));
	return out;
}

static const char *text_at(const struct jsonr *document, const char *pointer)
{
	const char *p = "";
	size_t len;
	jsonv *v;

	return jsonr_pointer(jsonr_root(document), pointer, &v) && jsonr_text(v, &p, &len) ? p : "";
}

#define JWT                                                                                        \
	"      jwt: {alg: HS256, key: '{{credential.key}}', kid: '{{credential.site|}}',"          \
	" lifetime_s: 90, claims: {iss: '{{credential.app}}', sub: '{{credential.site|}}'}"

static void an_assertion_says_who_and_how_long(void)
{
	const struct provider *p = begin("      grant: jwt_bearer\n" JWT "}\n");
	const char *jwt, *dot;
	struct jsonr *head, *claims;
	int64_t now_s = 1000;

	CHECK_INT(mint_request(p, &fields, now_s, &rq), RC_OK);
	jwt = strstr(secret_text(&rq.body), "&assertion=");
	CHECK(strncmp(secret_text(&rq.body),
		      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=",
		      75) == 0);
	CHECK(jwt != NULL);
	if (!jwt)
		return;
	jwt += strlen("&assertion=");
	dot = strchr(jwt, '.');
	head = part(jwt, (size_t)(dot - jwt));
	claims = part(dot + 1, strcspn(dot + 1, "."));
	CHECK_STR(text_at(head, "/alg"), "HS256");
	CHECK_STR(text_at(head, "/typ"), "JWT");
	CHECK_STR(text_at(head, "/kid"), ""); /* optional, and not there */
	CHECK_STR(text_at(claims, "/iss"), "app&1");
	CHECK_STR(text_at(claims, "/sub"), "");
	CHECK_INT(number(claims, "/iat"), 1000);
	CHECK_INT(number(claims, "/exp"), 1090);
	CHECK_INT(strlen(text_at(claims, "/jti")), 36);
	jsonr_free(head);
	jsonr_free(claims);
	httpc_request_release(&rq);
	p = begin("      grant: plain\n" JWT ", as: bearer}\n");
	CHECK_INT(mint_request(p, &fields, now_s, &rq), RC_OK);
	CHECK_STR(secret_text(&rq.body), "");
	CHECK(header("Authorization") && strncmp(header("Authorization"), "Bearer eyJ", 10) == 0);
	httpc_request_release(&rq);
}

static void what_cannot_be_sent_is_refused_before(void)
{
	const struct provider *p = begin("      grant: client_credentials\n" IDS);

	fieldset_remove(&fields, "key");
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID);
	CHECK_INT(fieldset_put_text(&fields, "key", "a\nb"), RC_OK);
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID);
	p = begin("      grant: jwt_bearer\n      jwt: {alg: RS256, key: '{{credential.key}}'}\n");
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID); /* no PEM */
	fieldset_remove(&fields, "key");
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID);
	p = begin("      grant: jwt_bearer\n" JWT "}\n");
	CHECK_INT(fieldset_put_text(&fields, "app", "\xff"), RC_OK); /* no UTF-8: no JSON */
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID);
	p = begin("      grant: jwt_bearer\n" JWT "}\n");
	CHECK_INT(fieldset_put_text(&fields, "key", ""), RC_OK);
	CHECK_INT(mint_request(p, &fields, 1000, &rq), RC_INVALID);
	CHECK(rq.url.bytes == NULL && rq.body.bytes == NULL);
}

static void answer_of(
	const struct provider *p, int status, const char *body, struct token_answer *out)
{
	*out = (struct token_answer){.retry_after_s = -1};
	token_parse(
		&p->mint->oauth, status, "application/json", body, strlen(body), 1000, NULL, out);
}

static void what_is_sealed_is_the_key_and_what_was_made(void)
{
	const struct provider *p = begin(
		"      grant: plain\n      token_response: {members: {space: /space}}\n"
		"      credential: {token: '{{token.access_token}}', space: '{{token.space}}',"
		" app: '{{credential.app}}'}\n");
	struct credential_row row = {.auth_type = "api-key"};
	struct fieldset sealed = FIELDSET_EMPTY, again = FIELDSET_EMPTY;
	struct token_answer answer;

	CHECK(!mint_is(p, &row)); /* kept before its definition said so */
	answer_of(
		p, 200, "{\"access_token\":\"t1\",\"expires_in\":600,\"space\":\"blue\"}", &answer);
	CHECK_INT(answer.failure, TOKEN_OK);
	CHECK_INT(mint_secrets(p, &fields, &answer, &sealed), RC_OK);
	CHECK_STR(fieldset_text(&sealed, "key"), "k y");
	CHECK_STR(fieldset_text(&sealed, "token"), "t1");
	CHECK_STR(fieldset_text(&sealed, "space"), "blue");
	mint_into_row(&answer, &row);
	CHECK(row.expires && row.refreshable && mint_is(p, &row));
	token_answer_release(&answer);
	/* the next one is made of what was sealed, and what does not come again stays */
	answer_of(p, 200, "{\"access_token\":\"t2\"}", &answer);
	CHECK_INT(mint_secrets(p, &sealed, &answer, &again), RC_OK);
	CHECK_STR(fieldset_text(&again, "token"), "t2");
	CHECK_STR(fieldset_text(&again, "space"), "blue");
	CHECK_STR(fieldset_text(&again, "app"), "app&1");
	token_answer_release(&answer);
	fieldset_release(&sealed);
	fieldset_release(&again);
	CHECK(!mint_is(NULL, &row));
	TEXT_COPY(row.auth_type, "oauth2");
	CHECK(!mint_is(p, &row));
}

static void a_failure_is_told_like_that_of_a_check(void)
{
	static const struct {
		int status;
		const char *body;
		enum probe_verdict verdict;
		const char *words;
	} cases[] = {
		{200, "{\"access_token\":\"t\"}", PROBE_OK, ""},
		{401, "{\"error\":\"invalid_client\",\"error_description\":\"No\"}", PROBE_REFUSED,
			"No"},
		{400, "{\"error\":\"invalid_grant\"}", PROBE_REFUSED, NULL},
		{400, "{\"error\":\"unheard_of\"}", PROBE_REFUSED, NULL},
		{429, "{}", PROBE_RATE_LIMITED, NULL},
		{500, "{}", PROBE_NO_ANSWER, NULL},
		{200, "{}", PROBE_NO_ANSWER, NULL},
		{200, "<html>", PROBE_NO_ANSWER, NULL},
	};
	const struct provider *p = begin("      grant: plain\n");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct token_answer answer;
		struct probe_result r;

		answer_of(p, cases[i].status, cases[i].body, &answer);
		mint_probe(&answer, &r);
		CHECK_INT(r.verdict, cases[i].verdict);
		CHECK_INT(r.status, cases[i].status);
		if (cases[i].words)
			CHECK_STR(r.words, cases[i].words);
		else
			CHECK(r.words[0] != '\0');
		token_answer_release(&answer);
	}
}

int main(void)
{
	CHECK_INT(codec_init(), RC_OK);
	RUN(client_credentials_are_sent_as_the_file_says);
	RUN(an_assertion_says_who_and_how_long);
	RUN(what_cannot_be_sent_is_refused_before);
	RUN(what_is_sealed_is_the_key_and_what_was_made);
	RUN(a_failure_is_told_like_that_of_a_check);
	catalogue_free(catalogue);
	fieldset_release(&fields);
	return CHECK_DONE;
}
