/* SPDX-License-Identifier: Apache-2.0
 *
 * Shipped definitions whose key is an app's ID and secret: what the service answers when it is asked for the app's
 * token, as its documentation has it. It answers with status 200 whatever happens; a number tells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "domain/oauth/token.h"
#include "platform/log.h"

#define NOW 1700000000

static struct catalogue *catalogue;

static void open_catalogue(void)
{
	const char *dir = getenv("GRANTRY_TEST_SRCDIR");
	char path[4096];

	if (!dir)
		dir = getenv("srcdir"); /* of automake */
	snprintf(path, sizeof(path), "%s/providers", dir ? dir : ".");
	CHECK_INT(catalogue_load(path, NULL, &catalogue), RC_OK);
}

static bool is_of_an_app(const struct provider *p)
{
	return p->mint && strstr(p->mint->oauth.token_url, "/tenant_access_token/internal");
}

static void ask(const struct provider *p, int status, const char *body, struct token_answer *out)
{
	*out = (struct token_answer){0};
	token_parse(&p->mint->oauth, status, body[0] == '<' ? "text/html" : "application/json",
		body, strlen(body), NOW, NULL, out);
}

static void every_app(void (*look)(const struct provider *p))
{
	size_t n = 0;

	for (size_t i = 0; catalogue && i < catalogue_count(catalogue); i++) {
		const struct provider *p = catalogue_at(catalogue, i);

		if (!is_of_an_app(p))
			continue;
		look(p);
		n++;
	}
	CHECK(n >= 14); /* seven tools, each in two worlds */
}

static void look_at_token(const struct provider *p)
{
	struct token_answer answer;

	ask(p, 200,
		"{\"code\":0,\"msg\":\"ok\",\"tenant_access_token\":\"t-0123456789\",\"expire\":"
		"7140}",
		&answer);
	CHECK_INT(answer.failure, TOKEN_OK);
	CHECK_STR(fieldset_text(&answer.tokens, "access_token"), "t-0123456789");
	CHECK(answer.expires && answer.expires_at_s == NOW + 7140);
	token_answer_release(&answer);
}

static void a_token_is_taken_with_its_life(void)
{
	every_app(look_at_token);
}

static void look_at_refusals(const struct provider *p)
{
	static const struct {
		int status;
		const char *body;
		enum token_failure failure;
	} rows[] = {
		{200, "{\"code\":10003,\"msg\":\"invalid param\"}", TOKEN_CLIENT_REFUSED},
		{400, "{\"code\":10003,\"msg\":\"invalid param\"}", TOKEN_CLIENT_REFUSED},
		{200, "{\"code\":10014,\"msg\":\"app secret invalid\"}", TOKEN_CLIENT_REFUSED},
		{200, "{\"code\":10014,\"tenant_access_token\":\"t-0123456789\",\"expire\":7140}",
			TOKEN_CLIENT_REFUSED},
		{400, "{\"code\":99991400,\"msg\":\"request trigger frequency limit\"}",
			TOKEN_RATE_LIMITED},
		{200, "{\"code\":0,\"msg\":\"ok\"}", TOKEN_MALFORMED},
		{200, "<html>Welcome</html>", TOKEN_MALFORMED},
		{502, "<html>Bad gateway</html>", TOKEN_NO_ANSWER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct token_answer answer;

		ask(p, rows[i].status, rows[i].body, &answer);
		CHECK_INT(answer.failure, rows[i].failure);
		CHECK(fieldset_text(&answer.tokens, "access_token")[0] == '\0');
		token_answer_release(&answer);
	}
}

static void a_number_tells_what_is_wrong(void)
{
	every_app(look_at_refusals);
}

static void look_at_words(const struct provider *p)
{
	struct token_answer answer;

	ask(p, 200, "{\"code\":10014,\"msg\":\"app secret invalid\"}", &answer);
	CHECK_STR(answer.error, "10014");
	CHECK_STR(answer.words, "app secret invalid");
	token_answer_release(&answer);
}

static void the_words_are_those_of_the_service(void)
{
	every_app(look_at_words);
}

int main(void)
{
	log_open("test_app_tokens", LOG_ERROR);
	RUN(open_catalogue);
	RUN(a_token_is_taken_with_its_life);
	RUN(a_number_tells_what_is_wrong);
	RUN(the_words_are_those_of_the_service);
	catalogue_free(catalogue);
	return CHECK_DONE;
}
