/* SPDX-License-Identifier: Apache-2.0
 *
 * What the definitions that we ship ask with an access token: whether it works, and whose account it is. Each is asked
 * about answers (good, refused, forbidden, too many, nonsense, over) that tests/fixtures/oauth_checks.yaml
 * writes down from the services' documentation. No network: httpc_perform is ours.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/oauth/flow_identity.h"
#include "domain/probe.h"
#include "platform/log.h"
#include "unit/answers.h"

#define FIXTURE "tests/fixtures/oauth_checks.yaml"
#define ACCESS_TOKEN "at-0123456789"

static struct yamlr *rows;

struct row {
	const struct yamlr_node *node;
	const struct provider *provider;
	const struct check_recipe *check;
	struct fieldset token; /* what is kept of the grant */
	struct oauth_client client;
};

static const char *row_text(const struct row *row, const char *key)
{
	return text_of(row->node, key);
}

static void answer_with(int status, const char *body)
{
	next_answer.status = status;
	next_answer.type = body[0] == '<' ? "text/html" : "application/json";
	next_answer.body = next_answer.me = body;
	next_answer.www_authenticate = NULL;
	asked[0] = '\0';
}

/* --- does the token work? --- */

static void ask_again(const struct row *row, struct probe_result *out)
{
	struct placeholder_values values = {.client = &row->client.fields,
		.token = &row->token,
		.credential = &row->token,
		.derives = &row->provider->derives};

	CHECK_INT(probe_check(NULL, row->check, NULL, &values, NULL, out), RC_OK);
}

static enum probe_verdict ask(
	const struct row *row, int status, const char *body, struct probe_result *out)
{
	answer_with(status, body);
	ask_again(row, out);
	return out->verdict;
}

/* A token in the address ends in logs: only where the row says that the service wants it so. */
static void look_at_address(const struct row *row)
{
	if (strcmp(row_text(row, "in_address"), "true") != 0)
		CHECK(strstr(asked, ACCESS_TOKEN) == NULL);
	CHECK(strstr(asked, "cs-0123456789") == NULL);
}

/* Without another word in the row it goes as RFC 6750 says. */
static void look_at_request(
	const struct row *row, const char *asks, const char *sends, const char *body)
{
	CHECK_STR(asked, row_text(row, asks));
	if (yamlr_get(row->node, sends))
		look_at_headers(yamlr_get(row->node, sends));
	else
		CHECK_STR(sent_header("Authorization"), "Bearer " ACCESS_TOKEN);
	CHECK_STR(sent_header("Accept") ? "JSON" : "", "JSON");
	CHECK_STR(secret_text(&sent.body), row_text(row, body));
}

static void look_at_good(const struct row *row)
{
	struct probe_result r;

	if (!row->check)
		return;
	CHECK_INT(ask(row, 200, row_text(row, "good"), &r), PROBE_OK);
	CHECK(!r.expired);
	look_at_request(row, "asks", "sends", "body");
	CHECK(strstr(asked, ACCESS_TOKEN) == NULL);
}

static void look_at_bad(const struct row *row)
{
	int status = status_of(row->node, "bad_status", 401);
	const char *type = row_text(row, "bad_type");
	struct probe_result r;

	if (!row->check)
		return;
	answer_with(status, row_text(row, "bad"));
	if (type[0])
		next_answer.type = type;
	ask_again(row, &r);
	CHECK_INT(r.verdict, PROBE_REFUSED);
	CHECK(r.expired); /* so that it is renewed, or a person is asked */
	CHECK_STR(r.words, row_text(row, "words"));
	CHECK_INT(ask(row, 401, "{}", &r), PROBE_REFUSED);
	CHECK(r.expired);
}

static void look_at_forbidden(const struct row *row)
{
	struct probe_result r;

	if (!row->check)
		return;
	CHECK_INT(ask(row, 403, "{}", &r), PROBE_PERMISSION);
	CHECK(!r.expired);
}

static void look_at_limited(const struct row *row)
{
	int status = status_of(row->node, "limited_status", 200);
	struct probe_result r;

	if (!row->check)
		return;
	CHECK_INT(ask(row, 429, "{}", &r), PROBE_RATE_LIMITED);
	CHECK(!r.expired);
	CHECK((row->check->limited.n > 0) == (yamlr_get(row->node, "limited") != NULL));
	if (row->check->limited.n)
		CHECK_INT(ask(row, status, row_text(row, "limited"), &r), PROBE_RATE_LIMITED);
}

/* A page that answers everything with 200 is not the service. */
static void look_at_nonsense(const struct row *row)
{
	struct probe_result r;

	if (!row->check)
		return;
	CHECK_INT(ask(row, 200, "<html>Welcome</html>", &r), PROBE_NO_ANSWER);
	CHECK_INT(ask(row, 200, "{}", &r), PROBE_REFUSED);
	CHECK_INT(ask(row, 200, "[]", &r), PROBE_REFUSED);
	CHECK_INT(ask(row, 302, row_text(row, "good"), &r), PROBE_NO_ANSWER);
	CHECK_INT(ask(row, 500, row_text(row, "good"), &r), PROBE_NO_ANSWER);
	CHECK(!r.expired);
}

/* --- whose account is it? --- */

/* status, body: of the request for it; what the token endpoint said is in the row. */
static struct identity identity_of(const struct row *row, int status, const char *body)
{
	const struct yamlr_node *grant = yamlr_get(row->node, "grant");
	const char *text = row_text(row, "grant");
	struct token_answer answer = {0};
	struct identity who;
	static const struct core core; /* its http is not asked */

	if (grant) {
		token_parse(&row->provider->oauth, 200, "application/json", text, strlen(text), 1,
			NULL, &answer);
		CHECK_INT(answer.failure, TOKEN_OK);
	}
	CHECK_INT(fieldset_copy(&answer.tokens, &row->token), RC_OK);
	answer_with(status, body);
	flow_identity(&core, row->provider, &row->client, &answer);
	who = answer.identity;
	token_answer_release(&answer);
	return who;
}

static void look_at_identity(const struct row *row)
{
	const struct identity_recipe *recipe = &row->provider->oauth.identity;
	const struct yamlr_node *who = yamlr_get(row->node, "who");
	bool own = yamlr_get(row->node, "me") != NULL;
	struct identity is = identity_of(row, 200, row_text(row, own ? "me" : "good"));

	CHECK(who && who->n == 3);
	CHECK_STR(is.subject, nth_text(who, 0));
	CHECK_STR(is.name, nth_text(who, 1));
	CHECK_STR(is.account, nth_text(who, 2));
	CHECK(is.subject[0] != '\0');
	CHECK(recipe->from_token_response == (yamlr_get(row->node, "grant") != NULL));
	CHECK((recipe->request.method != NULL) == (asked[0] != '\0'));
	if (!recipe->request.method)
		return;
	look_at_request(row, own ? "me_asks" : "asks",
		yamlr_get(row->node, "me_sends") ? "me_sends" : "sends", own ? "me_body" : "body");
	look_at_address(row);
}

/* Only what is kept of the grant says whose it is then. */
static void look_at_no_identity(const struct row *row)
{
	const struct identity_recipe *recipe = &row->provider->oauth.identity;
	static const struct {
		int status;
		const char *body;
	} answers[] = {{401, "{}"}, {403, "{}"}, {429, "{}"}, {200, "<html>"}, {200, "{}"}};

	if (!recipe->request.method)
		return;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct identity is = identity_of(row, answers[i].status, answers[i].body);
		const char *kept = recipe->kept_subject
					   ? fieldset_text(&row->token, recipe->kept_subject)
					   : "";

		CHECK_STR(is.subject, kept);
		CHECK_STR(is.account, "");
	}
}

/* --- is the token over? --- */

/* status, body, header (WWW-Authenticate) of a row's answer. */
static bool is_over(const struct yamlr_node *node, const struct expired_sign *signs, size_t n)
{
	const char *body = text_of(node, "body"), *header = text_of(node, "header");
	struct httpc_response answer = {.status = status_of(node, "status", 0)};
	struct jsonr *document = NULL;
	bool over;

	snprintf(answer.content_type, sizeof(answer.content_type), "%s",
		yamlr_get(node, "type") ? text_of(node, "type") : "application/json");
	snprintf(answer.www_authenticate, sizeof(answer.www_authenticate), "%s", header);
	CHECK_INT(secret_set(&answer.body, body, strlen(body)), RC_OK);
	if (jsonr_parse(body, strlen(body), &document) != RC_OK)
		document = NULL; /* plain text */
	over = probe_token_expired(signs, n, &answer, document ? jsonr_root(document) : NULL);
	jsonr_free(document);
	httpc_response_release(&answer);
	return over;
}

/* Each rule in turn: an answer that it means, which without it would not be noticed, and one that nearly is so. */
static void look_at_signs(const struct row *row)
{
	const struct oauth_recipe *oauth = &row->provider->oauth;
	const struct yamlr_node *over = yamlr_get(row->node, "over");
	const struct yamlr_node *n = over ? over->first : NULL;

	CHECK_INT(over ? over->n : 0, oauth->n_token_expired);
	for (size_t i = 0; n && i < oauth->n_token_expired; i++, n = n->next) {
		CHECK(is_over(yamlr_get(n, "is"), &oauth->token_expired[i], 1));
		CHECK(!is_over(yamlr_get(n, "is"), NULL, 0));
		CHECK(!is_over(
			yamlr_get(n, "nearly"), oauth->token_expired, oauth->n_token_expired));
	}
}

/* --- rows --- */

static const struct provider *seen[512];
static const struct check_recipe *checks[512];
static size_t n_seen;

static void remember(const struct row *row)
{
	CHECK(n_seen < sizeof(seen) / sizeof(*seen));
	if (n_seen == sizeof(seen) / sizeof(*seen))
		return;
	checks[n_seen] = row->check;
	seen[n_seen++] = row->provider;
	CHECK((row->check != NULL) == (yamlr_get(row->node, "asks") != NULL));
}

static void begin(struct row *row, const char *id)
{
	row->provider = find(id);
	CHECK(row->provider && row->provider->has_oauth);
	CHECK_INT(fieldset_put_text(&row->client.fields, "client_id", "cid-0123456789"), RC_OK);
	CHECK_INT(fieldset_put_text(&row->client.fields, "client_secret", "cs-0123456789"), RC_OK);
	CHECK_INT(fieldset_put_text(&row->token, "access_token", ACCESS_TOKEN), RC_OK);
	fill(&row->client.fields, yamlr_get(row->node, "client"));
	fill(&row->token, yamlr_get(row->node, "token"));
	if (row->provider)
		row->check = checks_find(&row->provider->oauth.checks, &row->token);
}

static void one_row(
	const struct yamlr_node *node, const char *id, void (*look)(const struct row *row))
{
	struct row row = {.node = node};
	int before = check_failed_here;

	check_failed_here = 0;
	begin(&row, id);
	if (row.provider)
		look(&row);
	if (check_failed_here)
		printf("# in line %u, %s\n", node->line, id);
	check_failed_here |= before;
	fieldset_release(&row.token);
	fieldset_release(&row.client.fields);
}

/* "provider" is one, or a list of those that ask the same. */
static void every_row(void (*look)(const struct row *row))
{
	const struct yamlr_node *root = rows ? yamlr_root(rows) : NULL;

	CHECK(root && root->n > 0);
	for (const struct yamlr_node *n = root ? root->first : NULL; n; n = n->next) {
		const struct yamlr_node *ids = yamlr_get(n, "provider");

		if (ids && ids->kind == YAMLR_SCALAR)
			one_row(n, yamlr_text(ids), look);
		for (const struct yamlr_node *id = ids ? ids->first : NULL; id; id = id->next)
			one_row(n, yamlr_text(id), look);
	}
}

static bool has_row(const struct provider *p, const struct check_recipe *check)
{
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i] == p && (!check || checks[i] == check))
			return true;
	return false;
}

static void look_for_rows(const struct provider *p)
{
	const struct oauth_recipe *o = &p->oauth;
	bool tells = o->identity.request.method || o->identity.from_token_response;

	CHECK(has_row(p, NULL) == (tells || o->checks.n > 0 || o->n_token_expired > 0));
	for (size_t i = 0; i < o->checks.n; i++)
		CHECK(has_row(p, &o->checks.items[i]));
}

static void open_files(void)
{
	open_shipped();
	rows = open_rows(FIXTURE);
}

static void every_definition_has_documented_answers(void)
{
	every_row(remember);
	every_definition(look_for_rows);
}

static void a_good_token_is_told_by_a_good_answer(void)
{
	every_row(look_at_good);
}

static void a_refused_token_is_told_in_the_providers_words(void)
{
	every_row(look_at_bad);
}

static void a_lacking_permission_is_told_from_a_refusal(void)
{
	every_row(look_at_forbidden);
}

static void too_many_questions_are_told_from_a_refusal(void)
{
	every_row(look_at_limited);
}

static void nonsense_is_no_answer(void)
{
	every_row(look_at_nonsense);
}

static void the_account_is_told(void)
{
	every_row(look_at_identity);
}

static void no_account_is_made_up(void)
{
	every_row(look_at_no_identity);
}

static void a_token_that_is_over_is_told_from_one_that_is_not(void)
{
	every_row(look_at_signs);
}

int main(void)
{
	log_open("test_oauth_checks", LOG_ERROR);
	RUN(open_files);
	RUN(every_definition_has_documented_answers);
	RUN(a_good_token_is_told_by_a_good_answer);
	RUN(a_refused_token_is_told_in_the_providers_words);
	RUN(a_lacking_permission_is_told_from_a_refusal);
	RUN(too_many_questions_are_told_from_a_refusal);
	RUN(nonsense_is_no_answer);
	RUN(the_account_is_told);
	RUN(no_account_is_made_up);
	RUN(a_token_that_is_over_is_told_from_one_that_is_not);
	httpc_request_release(&sent);
	catalogue_free(shipped);
	yamlr_free(rows);
	return CHECK_DONE;
}
