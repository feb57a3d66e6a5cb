/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks of the API keys of the definitions that we ship: each is asked about five answers (good, refused,
 * forbidden, too many, nonsense) that tests/fixtures/api_keys*.yaml write down from the services'
 * documentation, and each form about values that are right and wrong. No network: httpc_perform is ours.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check.h"
#include "domain/form.h"
#include "domain/oauth/mint.h"
#include "domain/probe.h"
#include "domain/runtime/registry.h"
#include "platform/buf.h"
#include "platform/log.h"
#include "platform/yamlr.h"
#include "unit/shipped.h"

static const char *const fixture_files[] = {
	"tests/fixtures/api_keys.yaml", "tests/fixtures/api_keys_g_to_z.yaml"};
#define FIXTURES (sizeof(fixture_files) / sizeof(*fixture_files))
static struct yamlr *fixtures[FIXTURES];
/* --- the network --- */

static struct {
	int status;
	const char *type, *body, *me; /* me: to all requests after the first */
} next_answer;

static char asked[2048]; /* "METHOD URL" of the first request */
static struct httpc_request sent;

enum rc httpc_perform(
	struct httpc *http, const struct httpc_request *rq, struct httpc_response *out)
{
	bool first = asked[0] == '\0';
	const char *body = first ? next_answer.body : next_answer.me;

	(void)http;
	*out = (struct httpc_response){.status = next_answer.status, .retry_after_s = -1};
	snprintf(out->content_type, sizeof(out->content_type), "%s", next_answer.type);
	if (!first)
		return secret_set(&out->body, body, strlen(body));
	snprintf(asked, sizeof(asked), "%s %s", rq->method, secret_text(&rq->url));
	httpc_request_release(&sent);
	sent = (struct httpc_request){.method = rq->method, .has_body = rq->has_body};
	CHECK_INT(secret_set(&sent.body, rq->body.bytes, rq->body.len), RC_OK);
	for (size_t i = 0; i < rq->n_headers; i++)
		CHECK_INT(httpc_request_header(&sent, rq->headers[i].name,
				  rq->headers[i].value.bytes, rq->headers[i].value.len),
			RC_OK);
	return secret_set(&out->body, body, strlen(body));
}

static const char *sent_header(const char *name)
{
	for (size_t i = 0; i < sent.n_headers; i++)
		if (strcasecmp(sent.headers[i].name, name) == 0)
			return secret_text(&sent.headers[i].value);
	return NULL;
}
/* --- files --- */

static void open_fixture(size_t i)
{
	struct yamlr_error error = {0};
	char path[4096];
	struct buf text;

	buf_init(&text, YAMLR_SIZE_MAX);
	CHECK_INT(buf_load(&text, source_path(path, sizeof(path), fixture_files[i])), RC_OK);
	CHECK_INT(yamlr_parse(buf_text(&text), text.len, &fixtures[i], &error), RC_OK);
	buf_release(&text);
}

static void open_files(void)
{
	open_shipped();
	for (size_t i = 0; i < FIXTURES; i++)
		open_fixture(i);
}

static const struct provider *find(const char *id)
{
	for (size_t i = 0; shipped && i < catalogue_count(shipped); i++)
		if (strcmp(catalogue_at(shipped, i)->id, id) == 0)
			return catalogue_at(shipped, i);
	return NULL;
}

/* --- what every check asks, and what it makes of the answers --- */

struct row {
	const struct yamlr_node *node;
	const struct provider *provider;
	const struct check_recipe *check;
	struct fieldset fields, token;
};

static const char *row_text(const struct row *row, const char *key)
{
	const char *text = yamlr_text(yamlr_get(row->node, key));

	return text ? text : "";
}

static void fill(struct fieldset *fields, const struct yamlr_node *map)
{
	for (const struct yamlr_node *n = map ? map->first : NULL; n; n = n->next)
		CHECK_INT(fieldset_put_text(fields, n->key, yamlr_text(n)), RC_OK);
}

static enum probe_verdict ask(
	const struct row *row, int status, const char *body, struct probe_result *out)
{
	struct placeholder_values values = {.credential = &row->fields,
		.token = &row->token,
		.derives = &row->provider->derives};

	next_answer.status = status;
	next_answer.type = body[0] == '<' ? "text/html" : "application/json";
	next_answer.body = body;
	next_answer.me = row_text(row, "me");
	asked[0] = '\0';
	CHECK_INT(probe_check(NULL, row->check, &row->provider->api_key_identity, &values, out),
		RC_OK);
	return out->verdict;
}

/* A key in the address ends in logs: only the field that the row names, as the service wants it so ("true": any). */
static void look_at_address(const struct row *row)
{
	const char *allowed = row_text(row, "in_address");

	for (size_t i = 0; i < row->provider->api_key_schema.n; i++) {
		const struct field *field = &row->provider->api_key_schema.fields[i];
		const char *value = fieldset_text(&row->fields, field->name);

		if (field->kind == FIELD_SECRET && value[0] && strcmp(allowed, "true") != 0 &&
			strcmp(allowed, field->name) != 0)
			CHECK(strstr(asked, value) == NULL);
	}
}

static void look_at_request(const struct row *row)
{
	const struct yamlr_node *sends = yamlr_get(row->node, "sends");

	CHECK_STR(asked, row_text(row, "asks"));
	CHECK(sends && sends->n > 0);
	for (const struct yamlr_node *n = sends ? sends->first : NULL; n; n = n->next) {
		if (yamlr_is_null(n))
			CHECK(sent_header(n->key) == NULL);
		else
			CHECK_STR(sent_header(n->key), yamlr_text(n));
	}
	if (yamlr_get(row->node, "body"))
		CHECK_STR(secret_text(&sent.body), row_text(row, "body"));
	look_at_address(row);
}

static const char *nth_text(const struct yamlr_node *list, size_t i)
{
	const struct yamlr_node *n = list ? list->first : NULL;

	while (n && i-- > 0)
		n = n->next;
	return n && n->text ? n->text : "";
}

static void look_at_good(const struct row *row)
{
	const struct yamlr_node *who = yamlr_get(row->node, "who");
	struct probe_result r;

	CHECK_INT(ask(row, 200, row_text(row, "good"), &r), PROBE_OK);
	look_at_request(row);
	CHECK_STR(r.identity.subject, nth_text(who, 0));
	CHECK_STR(r.identity.name, nth_text(who, 1));
	CHECK_STR(r.identity.account, nth_text(who, 2));
}

static void look_at_bad(const struct row *row)
{
	int64_t status = 401;
	struct probe_result r;
	enum probe_verdict forbidden = strcmp(row_text(row, "forbidden"), "refused") == 0
					       ? PROBE_REFUSED
					       : PROBE_PERMISSION;

	if (yamlr_get(row->node, "bad_status"))
		CHECK_INT(yamlr_int(yamlr_get(row->node, "bad_status"), &status), RC_OK);
	CHECK_INT(ask(row, (int)status, row_text(row, "bad"), &r), PROBE_REFUSED);
	CHECK_STR(r.words, row_text(row, "words"));
	CHECK_INT(ask(row, 401, "{}", &r), PROBE_REFUSED);
	CHECK_INT(ask(row, 403, "{}", &r), forbidden);
	CHECK_INT(ask(row, 429, "{}", &r), PROBE_RATE_LIMITED);
}

/* Too many questions, told otherwise than by status 429. */
static void look_at_limited(const struct row *row)
{
	int64_t status = 200;
	struct probe_result r;

	if (!yamlr_get(row->node, "limited"))
		return;
	if (yamlr_get(row->node, "limited_status"))
		CHECK_INT(yamlr_int(yamlr_get(row->node, "limited_status"), &status), RC_OK);
	CHECK_INT(ask(row, (int)status, row_text(row, "limited"), &r), PROBE_RATE_LIMITED);
}

/* A page that answers everything with 200 is not the service. */
static void look_at_nonsense(const struct row *row)
{
	bool any = strcmp(row_text(row, "any_body"), "true") == 0;
	bool empty_is_good = any || strcmp(row_text(row, "empty"), "ok") == 0;
	struct probe_result r;

	CHECK_INT(ask(row, 200, "<html>Welcome</html>", &r), any ? PROBE_OK : PROBE_NO_ANSWER);
	CHECK_INT(ask(row, 200, "{}", &r), empty_is_good ? PROBE_OK : PROBE_REFUSED);
	CHECK_INT(ask(row, 302, row_text(row, "good"), &r), PROBE_NO_ANSWER);
	CHECK_INT(ask(row, 500, row_text(row, "good"), &r), PROBE_NO_ANSWER);
}

/* What Add API Key makes of these values: NULL: it takes them; else the field that it refuses. */
static const char *refused_field(const struct row *row, const struct fieldset *given)
{
	const struct schema *schema = provider_key_schema(row->provider, given);
	static const char registered[] =
		"{\"apps\": [{\"id\": \"app-1\", \"name\": \"Desk\", \"mode\": \"chat\"}]}";
	struct registry registry;
	struct form_world world = {.registry = &registry};
	struct fieldset kept = FIELDSET_EMPTY;
	struct form_error error = {0};
	enum rc rc;

	CHECK_INT(registry_parse(registered, strlen(registered), &registry), RC_OK);
	rc = form_merge(schema, given, NULL, &world, &kept, &error);
	registry_release(&registry);
	fieldset_release(&kept);
	CHECK(rc == RC_OK || (rc == RC_INVALID && error.field));
	return rc == RC_OK ? NULL : error.field;
}

static void look_at_form(const struct row *row)
{
	const struct yamlr_node *wrong = yamlr_get(row->node, "wrong");
	const char *refused = refused_field(row, &row->fields);

	CHECK_STR(refused ? refused : "nothing", "nothing");
	for (const struct yamlr_node *n = wrong ? wrong->first : NULL; n; n = n->next) {
		struct fieldset given = FIELDSET_EMPTY;

		CHECK_INT(fieldset_copy(&given, &row->fields), RC_OK);
		CHECK_INT(fieldset_put_text(&given, n->key, n->text), RC_OK);
		refused = refused_field(row, &given);
		CHECK_STR(refused ? refused : "nothing", n->key);
		fieldset_release(&given);
	}
}

static void mint(const struct row *row, int status, const char *body, struct token_answer *answer,
	struct probe_result *out)
{
	static const struct core core; /* its http is not asked */

	next_answer.status = status;
	next_answer.type = "application/json";
	next_answer.body = body;
	asked[0] = '\0';
	CHECK_INT(mint_call(&core, row->provider, &row->fields, answer), RC_OK);
	mint_probe(answer, out);
}

static void look_at_minted(const struct row *row, const struct token_answer *answer)
{
	const struct yamlr_node *handed = yamlr_get(row->node, "handed_out");
	struct fieldset kept = FIELDSET_EMPTY;

	CHECK_INT(mint_secrets(row->provider, &row->fields, answer, &kept), RC_OK);
	CHECK_INT(handed ? handed->n : 0, row->provider->mint->oauth.credential.n);
	for (const struct yamlr_node *n = handed ? handed->first : NULL; n; n = n->next)
		CHECK_STR(fieldset_text(&kept, n->key), n->text);
	fieldset_release(&kept);
}

/* A key from which tokens are made: the request for one, and what a runtime is handed. */
static void look_at_mint(const struct row *row)
{
	struct token_answer answer;
	struct probe_result r;

	if (!yamlr_get(row->node, "mints"))
		return;
	mint(row, 200, row_text(row, "good"), &answer, &r);
	CHECK_INT(r.verdict, PROBE_OK);
	CHECK_STR(asked, row_text(row, "mints"));
	CHECK_STR(secret_text(&sent.body), row_text(row, "body"));
	look_at_minted(row, &answer);
	token_answer_release(&answer);
	mint(row, 200, row_text(row, "bad"), &answer, &r);
	CHECK_INT(r.verdict, PROBE_REFUSED);
	CHECK_STR(r.words, row_text(row, "words"));
	token_answer_release(&answer);
	mint(row, 200, "{}", &answer, &r);
	CHECK(r.verdict != PROBE_OK);
	token_answer_release(&answer);
	mint(row, 429, "{}", &answer, &r);
	CHECK_INT(r.verdict, PROBE_RATE_LIMITED);
	token_answer_release(&answer);
}

static void one_row(const struct yamlr_node *n, void (*look)(const struct row *row))
{
	struct row row = {.node = n, .provider = find(yamlr_text(yamlr_get(n, "provider")))};
	int before = check_failed_here;

	check_failed_here = 0;
	fill(&row.fields, yamlr_get(n, "fields"));
	fill(&row.token, yamlr_get(n, "token"));
	if (row.provider)
		row.check = checks_find(&row.provider->api_key_checks, &row.fields);
	CHECK(row.provider != NULL);
	CHECK((row.check != NULL) == (yamlr_get(n, "asks") != NULL));
	if (row.check || (row.provider && (look == look_at_form || look == look_at_mint)))
		look(&row);
	if (check_failed_here)
		printf("# in line %u, %s\n", n->line, row_text(&row, "provider"));
	check_failed_here |= before;
	fieldset_release(&row.fields);
	fieldset_release(&row.token);
}

static void every_row(void (*look)(const struct row *row))
{
	for (size_t i = 0; i < FIXTURES; i++) {
		const struct yamlr_node *root = fixtures[i] ? yamlr_root(fixtures[i]) : NULL;

		CHECK(root && root->n > 0);
		for (const struct yamlr_node *n = root ? root->first : NULL; n; n = n->next)
			one_row(n, look);
	}
}

static const struct check_recipe *seen[512]; /* checks that have a row */
static size_t n_seen;

static void remember_check(const struct row *row)
{
	CHECK(n_seen < sizeof(seen) / sizeof(*seen));
	if (n_seen < sizeof(seen) / sizeof(*seen))
		seen[n_seen++] = row->check;
}

static bool is_seen(const struct check_recipe *check)
{
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i] == check)
			return true;
	return false;
}

static void look_for_rows(const struct provider *p)
{
	for (size_t i = 0; i < p->api_key_checks.n; i++)
		CHECK(is_seen(&p->api_key_checks.items[i]));
}

static void every_check_has_documented_answers(void)
{
	every_row(remember_check);
	every_definition(look_for_rows);
}

static void forms_take_what_is_right_and_nothing_wrong(void)
{
	every_row(look_at_form);
}

static void tokens_are_made_from_keys(void)
{
	every_row(look_at_mint);
}

static void a_good_key_is_told_by_a_good_answer(void)
{
	every_row(look_at_good);
}

static void a_refused_key_is_told_from_one_that_lacks_permission(void)
{
	every_row(look_at_bad);
}

static void too_many_questions_are_told_from_a_refusal(void)
{
	every_row(look_at_limited);
}

static void nonsense_is_no_answer(void)
{
	every_row(look_at_nonsense);
}
int main(void)
{
	log_open("test_key_checks", LOG_ERROR);
	RUN(open_files);
	RUN(every_check_has_documented_answers);
	RUN(forms_take_what_is_right_and_nothing_wrong);
	RUN(a_good_key_is_told_by_a_good_answer);
	RUN(a_refused_key_is_told_from_one_that_lacks_permission);
	RUN(too_many_questions_are_told_from_a_refusal);
	RUN(nonsense_is_no_answer);
	RUN(tokens_are_made_from_keys);
	httpc_request_release(&sent);
	catalogue_free(shipped);
	for (size_t i = 0; i < FIXTURES; i++)
		yamlr_free(fixtures[i]);
	return CHECK_DONE;
}
