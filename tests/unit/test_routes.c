/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that every route of every program keeps (security R57, R75, R84). What each route does with each
 * id and role is tried from outside by tests/cgi/isolation.test.mjs.
 */
#include "web/routes.h"

#include "unit/check.h"

static const struct route_table *const tables[] = {&routes_settings, &routes_connect, &routes_api};

/* Fails the running test with the route's name when the rule does not hold. */
#define RULE(holds, route)                                                                         \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			printf("# %s: %s\n", (route)->path, #holds);                               \
			check_failed_here = 1;                                                     \
		}                                                                                  \
	} while (0)

#define EACH_ROUTE(r)                                                                              \
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)                            \
		for (const struct route *r = tables[t]->routes;                                    \
			r < tables[t]->routes + tables[t]->n; r++)

static void no_two_patterns_of_a_table_match_one_path(void)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		const struct route *twice = route_tables_overlap(tables[t]);

		CHECK_STR(twice ? twice->path : "none", "none");
	}
}

static void every_route_answers_get_post_or_put(void)
{
	EACH_ROUTE(r)
	{
		RULE(r->handler != NULL, r);
		RULE(r->path[0] == '/', r);
		RULE(r->method == REQ_GET || r->method == REQ_POST || r->method == REQ_PUT, r);
	}
}

/* GATE_SESSION and GATE_PUBLIC ask a POST for its token. A report changes nothing, so it needs none; nor does
 * what a key in a header opens, which no foreign page can send. */
static void every_post_has_a_csrf_token(void)
{
	EACH_ROUTE(r)
	{
		if (r->method == REQ_PUT) /* no form of a page sends one */
			RULE(r->gate == GATE_KEY &&
					(r->body == REQ_BODY_JSON || r->body == REQ_BODY_LARGE),
				r);
		if (r->method != REQ_POST)
			continue;
		if (r->gate == GATE_REPORT) {
			RULE(r->body == REQ_BODY_CSP_REPORT, r);
			continue;
		}
		if (r->gate == GATE_KEY) {
			RULE(r->body == REQ_BODY_JSON || r->body == REQ_BODY_LARGE, r);
			continue;
		}
		RULE(r->gate == GATE_SESSION || r->gate == GATE_PUBLIC, r);
		/* what may be large is not read for strangers */
		RULE(r->body == REQ_BODY_FORM ||
				(r->body == REQ_BODY_UPLOAD && r->gate == GATE_SESSION),
			r);
	}
}

static void every_get_has_no_body(void)
{
	EACH_ROUTE(r)
	{
		if (r->method == REQ_GET)
			RULE(r->body == REQ_BODY_NONE, r);
	}
}

/* A session route without an action would be closed to all; an action elsewhere would be asked of nobody. */
static void an_action_and_a_session_come_together(void)
{
	EACH_ROUTE(r)
	{
		RULE((r->gate == GATE_SESSION) == (r->action != ACTION_NONE), r);
		if (r->gate == GATE_SESSION)
			RULE(policy_allows(ROLE_OWNER, r->action), r);
	}
}

/* Open to anybody: named here, so that opening another one is a decision that somebody reads. */
static void few_routes_need_no_session(void)
{
	static const char *const open[] = {"/sign-in", "/csp-report", "/api/health", "/api/ready",
		/* with a question of our own */
		"/connect/self-test", "/self-test", "/:before/connect/self-test",
		/* by a runtime key */
		"/api/v1/credentials", "/api/v1/credentials/:credential", "/api/v1/credential",
		"/api/v1/credentials/:org/:plugin/:provider",
		"/api/v1/credentials/:credential/rejected", "/api/v1/registry", "/api/v1/workspace",
		"/api/v1/connect-requests/:request", "/api/v1/apps/:app/tools", "/api/v1/api-tools",
		"/api/v1/api-tools/:tool", "/api/v1/api-tools/:tool/operations/:operation",
		"/console/api/oauth/plugin/:org/:plugin/:provider/:kind/callback",
		"/console/api/oauth/plugin/:org/:plugin/:provider/:kind/callback/:context"};

	EACH_ROUTE(r)
	{
		int listed = r->gate == GATE_SESSION;

		for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
			listed = listed || strcmp(r->path, open[i]) == 0;
		RULE(listed, r);
	}
}

int main(void)
{
	RUN(no_two_patterns_of_a_table_match_one_path);
	RUN(every_route_answers_get_post_or_put);
	RUN(every_post_has_a_csrf_token);
	RUN(every_get_has_no_body);
	RUN(an_action_and_a_session_come_together);
	RUN(few_routes_need_no_session);
	return CHECK_DONE;
}
