/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/placeholder.h"

#include <string.h>

#include "check.h"

static struct fieldset client, credential, token;
static const struct placeholder_values values = {&client, &credential, &token, NULL};

static void fill(void)
{
	CHECK_INT(fieldset_put_text(&client, "subdomain", "acme"), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "tenant", "a b/c?d#e"), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "empty", ""), RC_OK);
	CHECK_INT(fieldset_put_text(&client, "base_url", "https://git.example:8443/sub//"), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "X-Key", "k+y"), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "lines", "a\r\nHost: evil"), RC_OK);
	CHECK_INT(fieldset_put_text(&credential, "braces", "{{client.subdomain}}"), RC_OK);
	CHECK_INT(fieldset_put_text(&token, "access_token", "at"), RC_OK);
}

static void empty(void)
{
	fieldset_release(&client);
	fieldset_release(&credential);
	fieldset_release(&token);
}

/* want NULL: RC_INVALID is expected. */
static void expect(const char *text, enum placeholder_mode mode, const char *want)
{
	struct secret out = SECRET_EMPTY;
	enum rc rc;

	CHECK_INT(secret_set(&out, "before", 6), RC_OK);
	rc = placeholder_expand(text, &values, mode, &out);
	CHECK_INT(rc, want ? RC_OK : RC_INVALID);
	CHECK_STR(secret_text(&out), want ? want : "before");
	secret_release(&out);
}

static void expands_every_namespace(void)
{
	fill();
	expect("https://{{client.subdomain}}.example/x", PLACEHOLDER_URL, "https://acme.example/x");
	expect("Bearer {{token.access_token}}", PLACEHOLDER_RAW, "Bearer at");
	expect("{{credential.X-Key}}", PLACEHOLDER_FORM, "k+y");
	expect("", PLACEHOLDER_RAW, "");
	expect("no placeholder { } }", PLACEHOLDER_RAW, "no placeholder { } }");
	empty();
}

static void a_default_stands_in_for_absent_and_empty(void)
{
	fill();
	expect("{{client.none|x}}", PLACEHOLDER_FORM, "x");
	expect("{{client.empty|x}}", PLACEHOLDER_FORM, "x");
	expect("{{client.empty|}}", PLACEHOLDER_FORM, "");
	expect("{{client.subdomain|x}}", PLACEHOLDER_FORM, "acme");
	expect("{{client.none}}", PLACEHOLDER_FORM, NULL);
	expect("{{client.empty}}", PLACEHOLDER_FORM, NULL);
	expect("{{client.none|https://a.example}}/x", PLACEHOLDER_URL, "https://a.example/x");
	empty();
}

static void url_values_are_percent_encoded(void)
{
	fill();
	expect("https://a.example/{{client.tenant}}/t", PLACEHOLDER_URL,
		"https://a.example/a%20b%2Fc%3Fd%23e/t");
	expect("https://a.example/?k={{credential.X-Key}}", PLACEHOLDER_URL,
		"https://a.example/?k=k%2By");
	empty();
}

static void a_value_that_begins_the_url_is_its_base(void)
{
	fill();
	expect("{{client.base_url}}/oauth", PLACEHOLDER_URL, "https://git.example:8443/sub/oauth");
	expect("{{client.tenant}}/oauth", PLACEHOLDER_URL, NULL);
	CHECK_INT(fieldset_put_text(&client, "base_url", "https://x.example/?q="), RC_OK);
	expect("{{client.base_url}}/oauth", PLACEHOLDER_URL, NULL);
	CHECK_INT(fieldset_put_text(&client, "base_url", "https://x.example/#"), RC_OK);
	expect("{{client.base_url}}/oauth", PLACEHOLDER_URL, NULL);
	CHECK_INT(fieldset_put_text(&client, "base_url", "https://x.example\\@y"), RC_OK);
	expect("{{client.base_url}}/oauth", PLACEHOLDER_URL, NULL);
	empty();
}

static void control_characters_never_reach_a_header(void)
{
	fill();
	expect("{{credential.lines}}", PLACEHOLDER_RAW, NULL);
	expect("{{credential.lines}}", PLACEHOLDER_FORM, "a\r\nHost: evil");
	empty();
}

static void values_are_not_templates(void)
{
	fill();
	expect("{{credential.braces}}", PLACEHOLDER_FORM, "{{client.subdomain}}");
	empty();
}

static void a_namespace_that_is_not_available_has_no_values(void)
{
	static const struct placeholder_values none;
	struct secret out = SECRET_EMPTY;

	CHECK_INT(placeholder_expand("{{client.x}}", &none, PLACEHOLDER_RAW, &out), RC_INVALID);
	CHECK_INT(placeholder_expand("{{client.x|y}}", &none, PLACEHOLDER_RAW, &out), RC_OK);
	CHECK_STR(secret_text(&out), "y");
	secret_release(&out);
}

static void check_refuses_wrong_syntax(void)
{
	static const char *const wrong[] = {"{{", "}}", "{{client}}", "{{client.}}", "{{.x}}",
		"{{client.x", "{{client.x}", "{{ client.x }}", "{{client.x|a{b}}",
		"{{client.x|a}b}}", "a}}b", "{{client.a.b}}", "{{{client.x}}}", "{{client.x\n}}"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (placeholder_check(wrong[i], "client") != RC_INVALID)
			CHECK_STR("accepted", wrong[i]);
	}
	CHECK_INT(placeholder_check("{{client.x}}{{client.y|}}", "client"), RC_OK);
	CHECK_INT(placeholder_check("", ""), RC_OK);
}

static void check_knows_only_the_namespaces_given(void)
{
	CHECK_INT(placeholder_check("{{token.x}}", "client,credential"), RC_INVALID);
	CHECK_INT(placeholder_check("{{credential.x}}", "client,credential"), RC_OK);
	CHECK_INT(placeholder_check("{{cred.x}}", "client,credential"), RC_INVALID);
	CHECK_INT(placeholder_check("{{client.x}}", ""), RC_INVALID);
}

static void names_are_limited(void)
{
	char text[FIELDSET_NAME_MAX + 32] = "{{client.";
	size_t at = strlen(text);

	memset(text + at, 'n', FIELDSET_NAME_MAX);
	memcpy(text + at + FIELDSET_NAME_MAX, "}}", 3);
	CHECK_INT(placeholder_check(text, "client"), RC_INVALID);
	memcpy(text + at + FIELDSET_NAME_MAX - 1, "}}", 3);
	CHECK_INT(placeholder_check(text, "client"), RC_OK);
}

static void blank_is_an_empty_default_without_a_value(void)
{
	fill();
	CHECK(placeholder_blank("Bearer {{credential.none|}}", &values));
	CHECK(placeholder_blank("Bearer {{client.empty|}}", &values));
	CHECK(!placeholder_blank("Bearer {{credential.X-Key|}}", &values));
	CHECK(!placeholder_blank("Bearer {{credential.none|x}}", &values));
	CHECK(!placeholder_blank("Bearer {{credential.none}}", &values));
	CHECK(!placeholder_blank("Bearer", &values));
	empty();
}

static void authority_is_scheme_host_and_port(void)
{
	CHECK(placeholder_in_authority("https://{{client.s}}.example/x"));
	CHECK(placeholder_in_authority("https://a.example:{{client.port}}/x"));
	CHECK(placeholder_in_authority("{{client.base_url}}/x"));
	CHECK(placeholder_in_authority("{{client.base_url|https://a.example}}/x"));
	CHECK(placeholder_in_authority("https://a.example{{client.s}}"));
	CHECK(!placeholder_in_authority("https://a.example/{{client.tenant}}/x"));
	CHECK(!placeholder_in_authority("https://a.example?x={{client.tenant}}"));
	CHECK(!placeholder_in_authority("https://a.example/x"));
}

static bool same_origin(const char *url, const char *host_a, const char *host_b)
{
	struct fieldset a = FIELDSET_EMPTY, b = FIELDSET_EMPTY;
	struct placeholder_values values_a = {.client = &a}, values_b = {.client = &b};
	bool same;

	if (host_a)
		CHECK_INT(fieldset_put_text(&a, "host", host_a), RC_OK);
	if (host_b)
		CHECK_INT(fieldset_put_text(&b, "host", host_b), RC_OK);
	same = placeholder_same_origin(url, &values_a, &values_b);
	fieldset_release(&a);
	fieldset_release(&b);
	return same;
}

static void origins_are_compared_as_urls(void)
{
	CHECK(same_origin(NULL, "a", "b"));
	CHECK(same_origin("https://a.example/{{client.host}}", "a", "b"));
	CHECK(same_origin("{{client.host}}/x", "https://a.example", "https://A.example:443/sub/"));
	CHECK(!same_origin("{{client.host}}/x", "https://a.example", "https://b.example"));
	CHECK(!same_origin("{{client.host}}/x", "https://a.example", "https://a.example:8443"));
	CHECK(!same_origin("{{client.host}}/x", "https://a.example", "http://a.example"));
	CHECK(!same_origin("{{client.host}}/x", "https://a.example", "https://a.example.evil"));
	CHECK(!same_origin("https://{{client.host}}.example/x", "a", "b"));
	CHECK(!same_origin("https://a.example:{{client.host}}/x", "443", "444"));
}

static void values_that_make_no_url_lead_nowhere(void)
{
	CHECK(!same_origin("{{client.host}}/x", NULL, "https://b.example"));
	CHECK(!same_origin("{{client.host}}/x", "https://a.example", "https://u@b.example"));
	CHECK(same_origin("{{client.host}}/x", NULL, NULL));
	CHECK(same_origin("{{client.host}}/x", "nonsense", NULL));
	CHECK(same_origin("{{client.host|https://a.example}}/x", NULL, "https://a.example"));
	CHECK(!same_origin("{{client.host|https://a.example}}/x", NULL, "https://b.example"));
}

int main(void)
{
	RUN(expands_every_namespace);
	RUN(a_default_stands_in_for_absent_and_empty);
	RUN(url_values_are_percent_encoded);
	RUN(a_value_that_begins_the_url_is_its_base);
	RUN(control_characters_never_reach_a_header);
	RUN(values_are_not_templates);
	RUN(a_namespace_that_is_not_available_has_no_values);
	RUN(check_refuses_wrong_syntax);
	RUN(check_knows_only_the_namespaces_given);
	RUN(names_are_limited);
	RUN(blank_is_an_empty_default_without_a_value);
	RUN(authority_is_scheme_host_and_port);
	RUN(origins_are_compared_as_urls);
	RUN(values_that_make_no_url_lead_nowhere);
	return CHECK_DONE;
}
