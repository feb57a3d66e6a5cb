/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks of the API keys of the definitions that we ship: each is asked about five answers (good, refused,
 * forbidden, too many, nonsense) that tests/fixtures/api_keys*.yaml write down from the services'
 * documentation, and each form about values that are right and wrong. No network: httpc_perform is ours.
 */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/form.h"
#include "domain/oauth/mint.h"
#include "domain/probe.h"
#include "domain/runtime/registry.h"
#include "platform/codec.h"
#include "platform/log.h"
#include "unit/answers.h"

static const char *const fixture_files[] = {
	"tests/fixtures/api_keys.yaml", "tests/fixtures/api_keys_g_to_z.yaml"};
#define FIXTURES (sizeof(fixture_files) / sizeof(*fixture_files))
static struct yamlr *fixtures[FIXTURES];
static void open_files(void)
{
	open_shipped();
	for (size_t i = 0; i < FIXTURES; i++)
		fixtures[i] = open_rows(fixture_files[i]);
}

/* --- a private key, made for this run --- */

static char rsa_key[8192]; /* as in a JSON document */

static void make_rsa_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long len;
	size_t n = 0;

	CHECK(key && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	len = BIO_get_mem_data(bio, &pem);
	for (long i = 0; i < len && n + 3 < sizeof(rsa_key); i++) {
		if (pem[i] == '\n')
			rsa_key[n++] = '\\';
		rsa_key[n++] = pem[i] == '\n' ? 'n' : pem[i];
	}
	BIO_free(bio);
	EVP_PKEY_free(key);
}

/* text with the key in the place of $RSA_KEY; until the next call. */
static const char *with_key(const char *text)
{
	static char out[2 * sizeof(rsa_key)];
	const char *at = text ? strstr(text, "$RSA_KEY") : NULL;

	if (!at)
		return text;
	snprintf(out, sizeof(out), "%.*s%s%s", (int)(at - text), text, rsa_key, at + 8);
	return out;
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
	return text_of(row->node, key);
}

static enum probe_verdict ask(
	const struct row *row, int status, const char *body, struct probe_result *out)
{
	struct placeholder_values values = {.credential = &row->fields,
		.token = &row->token,
		.derives = &row->provider->derives};

	struct fieldset hidden = FIELDSET_EMPTY;
	struct placeholder_values secrets = {
		.credential = &hidden, .derives = &row->provider->derives};

	CHECK_INT(probe_secrets(provider_key_schema(row->provider, &row->fields), &row->fields,
			  &row->token, &hidden),
		RC_OK);
	next_answer.status = status;
	next_answer.type = body[0] == '<' ? "text/html" : "application/json";
	next_answer.body = body;
	next_answer.me = row_text(row, "me");
	asked[0] = '\0';
	CHECK_INT(probe_check(NULL, row->check, &row->provider->api_key_identity, &values, &secrets,
			  out),
		RC_OK);
	fieldset_release(&hidden);
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
	look_at_headers(sends);
	if (yamlr_get(row->node, "body"))
		CHECK_STR(secret_text(&sent.body), row_text(row, "body"));
	look_at_address(row);
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
	int status = status_of(row->node, "bad_status", 401);
	struct probe_result r;
	enum probe_verdict forbidden = strcmp(row_text(row, "forbidden"), "refused") == 0
					       ? PROBE_REFUSED
					       : PROBE_PERMISSION;

	CHECK_INT(ask(row, status, row_text(row, "bad"), &r), PROBE_REFUSED);
	CHECK_STR(r.words, row_text(row, "words"));
	CHECK_INT(ask(row, 401, "{}", &r), PROBE_REFUSED);
	CHECK_INT(ask(row, 403, "{}", &r), forbidden);
	CHECK_INT(ask(row, 429, "{}", &r), PROBE_RATE_LIMITED);
}

/* Too many questions, told otherwise than by status 429. */
static void look_at_limited(const struct row *row)
{
	int status = status_of(row->node, "limited_status", 200);
	struct probe_result r;

	if (!yamlr_get(row->node, "limited"))
		return;
	CHECK_INT(ask(row, status, row_text(row, "limited"), &r), PROBE_RATE_LIMITED);
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
		CHECK_STR(fieldset_text(&kept, n->key), with_key(n->text));
	fieldset_release(&kept);
}

/* Adds what stands in a part of the assertion, which *cursor then has behind it. */
static void read_part(const char **cursor, struct buf *out)
{
	unsigned char bytes[2048];
	size_t len = strcspn(*cursor, "."), n = len * 3 / 4;

	CHECK(n < sizeof(bytes) && codec_unbase64url(*cursor, len, bytes, n) == RC_OK);
	buf_add(out, (const char *)bytes, n);
	*cursor += len + ((*cursor)[len] == '.');
}

/* A request with a signed assertion: different each time. */
static void look_at_assertion(const struct yamlr_node *asserts)
{
	static const char begin[] = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"
				    "jwt-bearer&assertion=";
	const char *body = secret_text(&sent.body), *cursor;
	struct buf said;
	char member[256];

	CHECK(strncmp(body, begin, strlen(begin)) == 0);
	cursor = body + strlen(begin);
	buf_init(&said, 8192);
	read_part(&cursor, &said);
	read_part(&cursor, &said);
	CHECK_INT(strlen(cursor), 342); /* 256 bytes of signature */
	for (const struct yamlr_node *n = asserts->first; n; n = n->next) {
		snprintf(member, sizeof(member), "\"%s\":\"%s\"", n->key, n->text);
		CHECK(strstr(buf_text(&said), member) != NULL);
	}
	buf_release(&said);
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
	if (yamlr_get(row->node, "asserts"))
		look_at_assertion(yamlr_get(row->node, "asserts"));
	else
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

static const void *seen[1024]; /* checks and mints that have a row */
static size_t n_seen;

static void remember(const struct row *row)
{
	CHECK(n_seen < sizeof(seen) / sizeof(*seen));
	if (n_seen < sizeof(seen) / sizeof(*seen))
		seen[n_seen++] = yamlr_get(row->node, "mints") ? (const void *)row->provider->mint
							       : (const void *)row->check;
}

static bool is_seen(const void *recipe)
{
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i] == recipe)
			return true;
	return false;
}

static void one_row(const struct yamlr_node *n, void (*look)(const struct row *row))
{
	struct row row = {.node = n, .provider = find(yamlr_text(yamlr_get(n, "provider")))};
	int before = check_failed_here;

	check_failed_here = 0;
	fill(&row.fields, yamlr_get(n, "fields"));
	if (strstr(fieldset_text(&row.fields, "credentials"), "$RSA_KEY"))
		CHECK_INT(fieldset_put_text(&row.fields, "credentials",
				  with_key(fieldset_text(&row.fields, "credentials"))),
			RC_OK);
	fill(&row.token, yamlr_get(n, "token"));
	if (row.provider)
		row.check = checks_find(&row.provider->api_key_checks, &row.fields);
	CHECK(row.provider != NULL);
	CHECK((row.check != NULL) == (yamlr_get(n, "asks") != NULL));
	if (row.check || (row.provider && (look == look_at_form || look == look_at_mint ||
						  look == remember)))
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

static void look_for_rows(const struct provider *p)
{
	for (size_t i = 0; i < p->api_key_checks.n; i++)
		CHECK(is_seen(&p->api_key_checks.items[i]));
	CHECK(!p->mint || is_seen(p->mint));
}

static void every_check_has_documented_answers(void)
{
	every_row(remember);
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
	RUN(make_rsa_key);
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
