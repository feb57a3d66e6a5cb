/* SPDX-License-Identifier: Apache-2.0 */
#include "web/route.h"

#include "unit/check.h"
#include "unit/fake_exchange.h"

#define ORIGIN "https://grantry.example"
#define TABLE(routes) (&(const struct route_table){routes, sizeof(routes) / sizeof((routes)[0])})

static const struct route routes[] = {
	{.method = REQ_GET, .path = "/"},
	{.method = REQ_GET, .path = "/data-sources"},
	{.method = REQ_GET, .path = "/data-sources/:org/:plugin/:provider"},
	{.method = REQ_GET, .path = "/data-sources/:org/:plugin/:provider/rename"},
	{.method = REQ_POST, .path = "/data-sources/:org/:plugin/:provider/rename"},
	{.method = REQ_POST, .path = "/sign-out"},
	{.method = REQ_GET, .path = "/cb/:org/callback", .gate = GATE_CALLBACK},
	{.method = REQ_GET, .path = "/:part=one|two-three/:org"},
	{.method = REQ_GET, .path = "/thing/:thing=UUID"},
	{.method = REQ_GET, .path = "/thing/new"},
};

static struct route_match match;
static struct req rq;

static int go(enum req_method method, const char *uri)
{
	static struct fcgi_exchange x;

	req_release(&rq);
	memset(&x, 0, sizeof(x));
	fake_set(&x, "REQUEST_METHOD", "GET");
	fake_set(&x, "REQUEST_URI", uri);
	CHECK_INT(req_parse(&x, &rq), RC_OK);
	CHECK_INT(rq.bad_status, 0);
	rq.method = method;
	route_match(TABLE(routes), &rq, &match);
	CHECK(!match.route == !!match.status);
	return match.route ? (int)(match.route - routes) : -match.status;
}

static void paths_find_their_route(void)
{
	CHECK_INT(go(REQ_GET, "/"), 0);
	CHECK_INT(go(REQ_GET, "/data-sources"), 1);
	CHECK_INT(go(REQ_GET, "/data-sources?q=1"), 1);
	CHECK_INT(go(REQ_GET, "/data-sources/a/b/c"), 2);
	CHECK_INT(go(REQ_GET, "/data-sources/a/b/c/rename"), 3);
	CHECK_INT(go(REQ_POST, "/data-sources/a/b/c/rename"), 4);
	CHECK_INT(go(REQ_POST, "/sign-out"), 5);
	CHECK_INT(go(REQ_GET, "/data%2dsources"), 1);
}

static void arguments_are_read_by_name(void)
{
	CHECK_INT(go(REQ_GET, "/data-sources/a%20b/:org/%3aprovider/rename"), 3);
	CHECK_STR(route_arg(&match, "org"), "a b");
	CHECK_STR(route_arg(&match, "plugin"), ":org");
	CHECK_STR(route_arg(&match, "provider"), ":provider");
	CHECK(route_arg(&match, "provide") == NULL);
	CHECK(route_arg(&match, "providers") == NULL);
	CHECK(route_arg(&match, "") == NULL);
	CHECK_INT(match.n, 3);
}

static void an_argument_may_be_one_of_some_words(void)
{
	static const char *const other[] = {"/on/x", "/onetwo-three/x", "/one%7Ctwo-three/x",
		"/two/x", "/three/x", "/oneo/x", "/part/x", "/one/"};

	CHECK_INT(go(REQ_GET, "/one/x"), 7);
	CHECK_STR(route_arg(&match, "part"), "one");
	CHECK_STR(route_arg(&match, "org"), "x");
	CHECK_INT(go(REQ_GET, "/two-three/y"), 7);
	CHECK_STR(route_arg(&match, "part"), "two-three");
	CHECK(route_arg(&match, "part=one|two-three") == NULL);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CHECK_INT(go(REQ_GET, other[i]), -404);
}

static void an_argument_may_be_an_identifier(void)
{
	static const char *const other[] = {"/thing/x", "/thing/UUID",
		"/thing/00000000-0000-4000-8000-00000000000",
		"/thing/00000000-0000-4000-8000-00000000000A",
		"/thing/00000000-0000-4000-8000-0000000000011"};

	CHECK_INT(go(REQ_GET, "/thing/00000000-0000-4000-8000-000000000001"), 8);
	CHECK_STR(route_arg(&match, "thing"), "00000000-0000-4000-8000-000000000001");
	CHECK_INT(go(REQ_GET, "/thing/new"), 9);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CHECK_INT(go(REQ_GET, other[i]), -404);
}

static void patterns_overlap_where_a_word_is_shared(void)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} rows[] = {
		{"/:s=a|b/:x", "/a/:x", true},
		{"/:s=a|b/:x", "/:x/c", true},
		{"/:s=a|b/:x", "/b/c", true},
		{"/:s=a|b/:x", "/c/:x", false},
		{"/:s=a|b/:x", "/ab/:x", false},
		{"/:s=a|b/:x", "/:s=a|b/:x/c", false},
		{"/:s=UUID", "/new", false},
		{"/:s=UUID", "/:x", true},
		{"/:s=UUID", "/00000000-0000-4000-8000-000000000001", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct route pair[] = {{.path = rows[i].a}, {.path = rows[i].b}};

		CHECK(!!route_tables_overlap(TABLE(pair)) == rows[i].overlap);
	}
}

static void other_spellings_are_other_paths_d15(void)
{
	static const char *const other[] = {"/data-sources/", "/Data-Sources", "/DATA-SOURCES",
		"/data-sources;a", "/data-sources.json", "/data-sources%20", "/data-source",
		"/data-sourcess", "/data-sources/a", "/data-sources/a/b", "/data-sources/a/b/",
		"/data-sources/a/b/c/", "/data-sources/a/b/c/rename/",
		"/data-sources/a/b/c/rename/x.css", "/data-sources/a/b/c/d", "/sign-out/",
		"/index.html", "/a"};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		CHECK_INT(go(REQ_GET, other[i]), -404);
		CHECK_INT(go(REQ_POST, other[i]), -404);
		CHECK_INT(go(REQ_HEAD, other[i]), -404);
	}
}

static void other_method_names_the_right_ones_r75(void)
{
	CHECK_INT(go(REQ_POST, "/data-sources"), -405);
	CHECK_STR(match.allow, "GET, HEAD");
	CHECK_INT(go(REQ_GET, "/sign-out"), -405);
	CHECK_STR(match.allow, "POST");
	CHECK_INT(go(REQ_HEAD, "/sign-out"), -405);
	CHECK_INT(go(REQ_OTHER, "/data-sources/a/b/c/rename"), -405);
	CHECK_STR(match.allow, "GET, HEAD, POST");
	CHECK(match.route == NULL);
}

static void method_never_served_is_405_everywhere_d23(void)
{
	CHECK_INT(go(REQ_OTHER, "/nope"), -405);
	CHECK_STR(match.allow, "GET, HEAD, POST");
	CHECK_INT(go(REQ_OTHER, "/"), -405);
	CHECK_INT(go(REQ_OTHER, "/data-sources"), -405);
	CHECK_STR(match.allow, "GET, HEAD");
}

static void head_is_a_get_without_a_body(void)
{
	CHECK_INT(go(REQ_HEAD, "/data-sources"), 1);
	CHECK_INT(go(REQ_HEAD, "/"), 0);
}

static void callback_is_for_get_alone_r23_a29(void)
{
	CHECK_INT(go(REQ_GET, "/cb/x/callback"), 6);
	CHECK_INT(go(REQ_HEAD, "/cb/x/callback"), -405);
	CHECK_STR(match.allow, "GET");
	CHECK_INT(go(REQ_POST, "/cb/x/callback"), -405);
	CHECK_STR(match.allow, "GET");
	CHECK_INT(go(REQ_OTHER, "/cb/x/callback"), -405);
}

static void a_put_is_told_from_a_post(void)
{
	static const struct route two[] = {
		{.method = REQ_GET, .path = "/x"}, {.method = REQ_PUT, .path = "/x"}};

	go(REQ_PUT, "/x");
	route_match(TABLE(two), &rq, &match);
	CHECK(match.route == &two[1]);
	go(REQ_POST, "/x");
	route_match(TABLE(two), &rq, &match);
	CHECK_INT(match.status, 405);
	CHECK_STR(match.allow, "GET, HEAD, PUT");
	CHECK_INT(go(REQ_PUT, "/data-sources"), -405);
	CHECK_STR(match.allow, "GET, HEAD");
	CHECK_INT(go(REQ_PUT, "/nope"), -405);
}

static void route_with_method_other_is_never_found(void)
{
	static const struct route odd[] = {{.method = REQ_OTHER, .path = "/x"}};

	CHECK_INT(go(REQ_OTHER, "/x"), -405);
	route_match(TABLE(odd), &rq, &match);
	CHECK(match.route == NULL);
}

static void empty_table_knows_no_path(void)
{
	CHECK_INT(go(REQ_GET, "/"), 0);
	route_match(&(const struct route_table){NULL, 0}, &rq, &match);
	CHECK(match.route == NULL);
	CHECK_INT(match.status, 404);
}

static bool two_overlap(enum req_method m1, const char *p1, enum req_method m2, const char *p2)
{
	const struct route two[] = {{.method = m1, .path = p1}, {.method = m2, .path = p2}};
	const struct route turned[] = {two[1], two[0]};
	bool overlap = route_tables_overlap(TABLE(two)) != NULL;

	CHECK_INT(route_tables_overlap(TABLE(turned)) != NULL, overlap);
	return overlap;
}

static void overlap_is_found(void)
{
	CHECK(two_overlap(REQ_GET, "/a/:x", REQ_GET, "/a/b"));
	CHECK(two_overlap(REQ_GET, "/a/:x", REQ_POST, "/a/b"));
	CHECK(two_overlap(REQ_GET, "/:x", REQ_GET, "/:y"));
	CHECK(two_overlap(REQ_GET, "/:x/b", REQ_GET, "/a/:y"));
	CHECK(two_overlap(REQ_GET, "/a", REQ_GET, "/a"));
	CHECK(two_overlap(REQ_GET, "/a/:x", REQ_POST, "/a/:y"));
	CHECK(two_overlap(REQ_GET, "/", REQ_GET, "/"));
}

static void overlap_is_not_seen_where_none_is(void)
{
	CHECK(!two_overlap(REQ_GET, "/a/:x", REQ_POST, "/a/:x"));
	CHECK(!two_overlap(REQ_GET, "/a/:x", REQ_GET, "/a"));
	CHECK(!two_overlap(REQ_GET, "/a/:x", REQ_GET, "/b/:x"));
	CHECK(!two_overlap(REQ_GET, "/a/:x/c", REQ_GET, "/a/:x/d"));
	CHECK(!two_overlap(REQ_GET, "/", REQ_GET, "/:x"));
	CHECK(!two_overlap(REQ_GET, "/ab", REQ_GET, "/a"));
	CHECK(route_tables_overlap(TABLE(routes)) == NULL);
}

/* ---- Fetch Metadata ---- */

struct fetch {
	enum req_method method;
	enum route_gate gate;
	const char *site, *mode, *dest, *origin, *purpose;
};

static bool allowed(struct fetch f)
{
	struct req r = {.method = f.method,
		.sec_fetch_site = f.site,
		.sec_fetch_mode = f.mode,
		.sec_fetch_dest = f.dest,
		.origin = f.origin,
		.sec_purpose = f.purpose};

	return route_fetch_allowed(&r, f.gate, ORIGIN);
}

#define ALLOWED(...) allowed((struct fetch){__VA_ARGS__})

static void post_of_our_own_page_is_allowed(void)
{
	CHECK(ALLOWED(REQ_POST, GATE_SESSION, .site = "same-origin", .origin = ORIGIN));
	CHECK(ALLOWED(REQ_POST, GATE_SESSION, .site = "same-origin"));
	CHECK(ALLOWED(REQ_POST, GATE_SESSION, .site = "same-origin", .origin = "null"));
	CHECK(ALLOWED(REQ_POST, GATE_SESSION, .origin = ORIGIN));
	CHECK(ALLOWED(REQ_POST, GATE_PUBLIC, .origin = ORIGIN));
}

static void post_from_elsewhere_is_refused_d2(void)
{
	static const char *const sites[] = {"cross-site", "same-site", "none", "", "Same-Origin",
		"same-origin, same-origin", "same-origin ", "bogus"};
	static const enum route_gate gates[] = {
		GATE_SESSION, GATE_PUBLIC, GATE_CALLBACK, GATE_REPORT};

	for (size_t g = 0; g < sizeof(gates) / sizeof(gates[0]); g++) {
		for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
			CHECK(!ALLOWED(REQ_POST, gates[g], .site = sites[i]));
			CHECK(!ALLOWED(REQ_POST, gates[g], .site = sites[i], .origin = ORIGIN,
				.mode = "navigate", .dest = "document"));
			CHECK(!ALLOWED(REQ_OTHER, gates[g], .site = sites[i], .origin = ORIGIN));
		}
	}
}

static void post_without_site_needs_our_origin_d2(void)
{
	static const char *const origins[] = {NULL, "null", "", "https://evil.example",
		"http://grantry.example", "https://grantry.example:444", "https://grantry.example/",
		"https://GRANTRY.example", "https://grantry.example.evil",
		"https://xgrantry.example", "grantry.example",
		"https://grantry.example, https://evil.example"};
	static const enum route_gate gates[] = {GATE_SESSION, GATE_PUBLIC, GATE_CALLBACK};

	for (size_t g = 0; g < sizeof(gates) / sizeof(gates[0]); g++) {
		for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
			CHECK(!ALLOWED(REQ_POST, gates[g], .origin = origins[i]));
	}
}

static void post_with_a_foreign_origin_is_refused_whatever_site_says_d13(void)
{
	CHECK(!ALLOWED(
		REQ_POST, GATE_SESSION, .site = "same-origin", .origin = "https://evil.example"));
	CHECK(!ALLOWED(
		REQ_POST, GATE_REPORT, .site = "same-origin", .origin = "https://evil.example"));
	CHECK(!ALLOWED(REQ_POST, GATE_REPORT, .origin = "https://evil.example"));
	CHECK(!ALLOWED(REQ_POST, GATE_SESSION, .site = "same-origin", .origin = ""));
}

static void report_needs_no_field(void)
{
	CHECK(ALLOWED(REQ_POST, GATE_REPORT, .site = NULL));
	CHECK(ALLOWED(REQ_POST, GATE_REPORT, .origin = "null"));
	CHECK(ALLOWED(REQ_POST, GATE_REPORT, .site = "same-origin", .dest = "report"));
}

static void get_of_a_person_is_allowed(void)
{
	CHECK(ALLOWED(REQ_GET, GATE_SESSION, .site = NULL));
	CHECK(ALLOWED(REQ_HEAD, GATE_SESSION, .site = NULL));
	CHECK(ALLOWED(
		REQ_GET, GATE_SESSION, .site = "none", .mode = "navigate", .dest = "document"));
	CHECK(ALLOWED(REQ_GET, GATE_SESSION, .site = "same-origin", .mode = "navigate",
		.dest = "document"));
	CHECK(ALLOWED(
		REQ_GET, GATE_SESSION, .site = "same-origin", .mode = "cors", .dest = "empty"));
	CHECK(ALLOWED(REQ_GET, GATE_SESSION, .origin = "https://evil.example"));
}

static void get_by_a_link_from_elsewhere_is_allowed(void)
{
	static const enum route_gate gates[] = {GATE_SESSION, GATE_PUBLIC, GATE_CALLBACK};

	for (size_t g = 0; g < sizeof(gates) / sizeof(gates[0]); g++) {
		CHECK(ALLOWED(REQ_GET, gates[g], .site = "cross-site", .mode = "navigate",
			.dest = "document"));
		CHECK(ALLOWED(REQ_GET, gates[g], .site = "same-site", .mode = "navigate",
			.dest = "document"));
	}
}

static void get_from_elsewhere_that_is_no_navigation_is_refused_r58(void)
{
	static const char *const sites[] = {"cross-site", "same-site"};

	for (size_t i = 0; i < 2; i++) {
		const char *site = sites[i];

		CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = site));
		CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = site, .mode = "navigate"));
		CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = site, .dest = "document"));
		CHECK(!ALLOWED(
			REQ_GET, GATE_SESSION, .site = site, .mode = "cors", .dest = "empty"));
		CHECK(!ALLOWED(
			REQ_GET, GATE_SESSION, .site = site, .mode = "no-cors", .dest = "empty"));
		CHECK(!ALLOWED(
			REQ_GET, GATE_CALLBACK, .site = site, .mode = "no-cors", .dest = "image"));
		CHECK(!ALLOWED(REQ_HEAD, GATE_CALLBACK, .site = site, .mode = "navigate",
			.dest = "document"));
	}
}

static void get_as_image_script_or_frame_is_refused_d3_d8_d28(void)
{
	static const char *const dests[] = {"image", "script", "iframe", "frame", "object", "embed",
		"style", "font", "audio", "video", "worker", "serviceworker", "manifest",
		"fencedframe", "", "Document"};
	static const char *const sites[] = {NULL, "none", "same-origin", "same-site", "cross-site"};

	for (size_t i = 0; i < sizeof(dests) / sizeof(dests[0]); i++) {
		for (size_t k = 0; k < sizeof(sites) / sizeof(sites[0]); k++) {
			CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = sites[k], .mode = "navigate",
				.dest = dests[i]));
			CHECK(!ALLOWED(REQ_GET, GATE_CALLBACK, .site = sites[k], .mode = "navigate",
				.dest = dests[i]));
		}
	}
}

static void get_with_an_unknown_site_is_refused(void)
{
	CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = "", .mode = "navigate", .dest = "document"));
	CHECK(!ALLOWED(
		REQ_GET, GATE_SESSION, .site = "NONE", .mode = "navigate", .dest = "document"));
	CHECK(!ALLOWED(REQ_GET, GATE_SESSION, .site = "none, none", .mode = "navigate",
		.dest = "document"));
}

static void prefetch_does_not_enter_the_callback_a29(void)
{
	static const char *const purposes[] = {
		"prefetch", "prefetch;prerender", "prefetch; anonymous-client-ip"};

	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		CHECK(!ALLOWED(REQ_GET, GATE_CALLBACK, .purpose = purposes[i]));
		CHECK(!ALLOWED(REQ_GET, GATE_CALLBACK, .site = "cross-site", .mode = "navigate",
			.dest = "document", .purpose = purposes[i]));
		CHECK(ALLOWED(REQ_GET, GATE_SESSION, .site = "same-origin", .mode = "navigate",
			.dest = "document", .purpose = purposes[i]));
	}
}

int main(void)
{
	RUN(paths_find_their_route);
	RUN(arguments_are_read_by_name);
	RUN(an_argument_may_be_one_of_some_words);
	RUN(an_argument_may_be_an_identifier);
	RUN(patterns_overlap_where_a_word_is_shared);
	RUN(other_spellings_are_other_paths_d15);
	RUN(other_method_names_the_right_ones_r75);
	RUN(method_never_served_is_405_everywhere_d23);
	RUN(head_is_a_get_without_a_body);
	RUN(callback_is_for_get_alone_r23_a29);
	RUN(a_put_is_told_from_a_post);
	RUN(route_with_method_other_is_never_found);
	RUN(empty_table_knows_no_path);
	RUN(overlap_is_found);
	RUN(overlap_is_not_seen_where_none_is);
	RUN(post_of_our_own_page_is_allowed);
	RUN(post_from_elsewhere_is_refused_d2);
	RUN(post_without_site_needs_our_origin_d2);
	RUN(post_with_a_foreign_origin_is_refused_whatever_site_says_d13);
	RUN(report_needs_no_field);
	RUN(get_of_a_person_is_allowed);
	RUN(get_by_a_link_from_elsewhere_is_allowed);
	RUN(get_from_elsewhere_that_is_no_navigation_is_refused_r58);
	RUN(get_as_image_script_or_frame_is_refused_d3_d8_d28);
	RUN(get_with_an_unknown_site_is_refused);
	RUN(prefetch_does_not_enter_the_callback_a29);
	req_release(&rq);
	return CHECK_DONE;
}
