/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints every route of every program, one JSON object a line, for tests that walk them all: what they
 * try is then never a hand-written list that a new route is missing from.
 */
#include <stdio.h>

#include "web/routes.h"

static const char *const methods[] = {[REQ_GET] = "GET",
	[REQ_HEAD] = "HEAD",
	[REQ_POST] = "POST",
	[REQ_PUT] = "PUT",
	[REQ_OTHER] = "other"};
static const char *const gates[] = {
	[GATE_SESSION] = "session",
	[GATE_PUBLIC] = "public",
	[GATE_CALLBACK] = "callback",
	[GATE_REPORT] = "report",
	[GATE_KEY] = "key",
	[GATE_PROBE] = "probe",
};
static const char *const bodies[] = {
	[REQ_BODY_NONE] = "none",
	[REQ_BODY_FORM] = "form",
	[REQ_BODY_JSON] = "json",
	[REQ_BODY_CSP_REPORT] = "csp-report",
	[REQ_BODY_UPLOAD] = "upload",
	[REQ_BODY_LARGE] = "json",
	[REQ_BODY_OTHER] = "other",
};

/* The roles that the policy lets through, as a JSON array. */
static void print_roles(enum action action)
{
	const char *separator = "";

	printf("[");
	for (int role = ROLE_NONE + 1; role < ROLE__MAX; role++) {
		if (!policy_allows((enum role)role, action))
			continue;
		printf("%s\"%s\"", separator, role_word((enum role)role));
		separator = ",";
	}
	printf("]");
}

static void print_table(const char *program, const struct route_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct route *r = &table->routes[i];

		printf("{\"program\":\"%s\",\"method\":\"%s\",\"path\":\"%s\",\"gate\":\"%s\","
		       "\"action\":%d,\"body\":\"%s\",\"roles\":",
			program, methods[r->method], r->path, gates[r->gate], (int)r->action,
			bodies[r->body]);
		print_roles(r->action);
		printf("}\n");
	}
}

int main(void)
{
	print_table("settings", &routes_settings);
	print_table("connect", &routes_connect);
	print_table("api", &routes_api);
	return 0;
}
