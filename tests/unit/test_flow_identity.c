/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a grant is the account's name and what is a secret. No network: httpc_perform is ours.
 */
#include "domain/oauth/flow_identity.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "platform/log.h"

static const char *answer_body;
static int answer_status;

enum rc httpc_perform(
	struct httpc *http, const struct httpc_request *rq, struct httpc_response *out)
{
	(void)http, (void)rq;
	*out = (struct httpc_response){.status = answer_status, .retry_after_s = -1};
	snprintf(out->content_type, sizeof(out->content_type), "application/json");
	return secret_set(&out->body, answer_body, strlen(answer_body));
}

static struct field fields[] = {
	{.name = "shop", .kind = FIELD_TEXT}, {.name = "client_secret", .kind = FIELD_SECRET}};
static const char *subject[] = {"/id"}, *name[] = {"/name"}, *account[] = {"/login"};

static struct provider provider = {
	.client_schema = {fields, 2},
	.oauth.identity = {.request = {.method = "GET", .url = "https://acme.example/me"},
		.subject = {subject, 1},
		.name = {name, 1},
		.account = {account, 1}},
};

/* A client of the shop "acme-shoes", and a grant whose file keeps the account's id and the shop. */
static struct identity ask(int status, const char *body)
{
	struct oauth_client client = {0};
	struct token_answer answer = {0};
	struct core core = {0};

	answer_status = status;
	answer_body = body;
	CHECK_INT(fieldset_put_text(&client.fields, "shop", "acme-shoes"), RC_OK);
	CHECK_INT(fieldset_put_text(&client.fields, "client_secret", "hush-hush"), RC_OK);
	CHECK_INT(fieldset_put_text(&answer.tokens, "access_token", "token-1234"), RC_OK);
	CHECK_INT(fieldset_put_text(&answer.tokens, "user_refresh_token", "token-5678"), RC_OK);
	CHECK_INT(fieldset_put_text(&answer.tokens, "owner", "users/4711"), RC_OK);
	flow_identity(&core, &provider, &client, &answer);
	fieldset_release(&client.fields);
	fieldset_release(&answer.tokens);
	return answer.identity;
}

static void what_a_file_keeps_may_be_the_account(void)
{
	struct identity who = ask(
		200, "{\"id\":\"users/4711\",\"name\":\"Shoes\",\"login\":\"acme-shoes.example\"}");

	CHECK_STR(who.subject, "users/4711");
	CHECK_STR(who.name, "Shoes");
	CHECK_STR(who.account, "acme-shoes.example");
}

static void a_secret_is_no_account(void)
{
	struct identity who = ask(200,
		"{\"id\":\"token-1234\",\"name\":\"I am token-5678\",\"login\":\"hush-hush\"}");

	CHECK_STR(who.subject, "");
	CHECK(strstr(who.name, "token-5678") == NULL);
	CHECK(strstr(who.account, "hush-hush") == NULL);
}

static void what_cannot_be_asked_is_unknown(void)
{
	struct identity who = ask(403, "{\"id\":\"users/4711\"}");

	CHECK_STR(who.subject, "");
	who = ask(200, "<html>");
	CHECK_STR(who.subject, "");
	provider.oauth.identity.from_token_response = true;
	who = ask(200, "{\"id\":\"users/4711\"}");
	CHECK_STR(who.subject, "");
	provider.oauth.identity.from_token_response = false;
}

static void what_is_kept_goes_before_what_was_answered(void)
{
	struct identity_recipe *recipe = &provider.oauth.identity;
	struct identity who;

	recipe->kept_subject = recipe->kept_account = "owner";
	recipe->kept_name = "brand";
	who = ask(200, "{\"id\":\"1\",\"name\":\"Shoes\",\"login\":\"ada\"}");
	CHECK_STR(who.subject, "users/4711");
	CHECK_STR(who.account, "users/4711");
	CHECK_STR(who.name, "Shoes"); /* nothing is kept as "brand" */
	who = ask(500, "{}");
	CHECK_STR(who.subject, "users/4711");
	recipe->from_token_response = true;
	who = ask(500, "{}");
	CHECK_STR(who.subject, "users/4711");
	recipe->from_token_response = false;
	recipe->kept_subject = recipe->kept_account = recipe->kept_name = NULL;
}

int main(void)
{
	log_open("test_flow_identity", LOG_ERROR);
	RUN(what_a_file_keeps_may_be_the_account);
	RUN(a_secret_is_no_account);
	RUN(what_cannot_be_asked_is_unknown);
	RUN(what_is_kept_goes_before_what_was_answered);
	return CHECK_DONE;
}
