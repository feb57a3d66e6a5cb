/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/report.h"
#include "web/api/api.h"

static void answer(struct ctx *c, const struct report_answer *a)
{
	static const char *const actions[] = {
		[REPORT_NONE] = "none",
		[REPORT_SUPERSEDED] = "superseded",
		[REPORT_RENEWING] = "renewing",
		[REPORT_REAUTH] = "needs_reauth",
	};

	c->resp.status = a->action == REPORT_RENEWING ? 202 : 200;
	c->resp.content_type = "application/json";
	buf_printf(&c->resp.body, "{\"action\":\"%s\",\"state\":\"%s\"}\n", actions[a->action],
		a->state);
}

/* Whoever has no key learns nothing about the body: a report that is none is judged after the key. */
enum rc api_rejected(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct credential_id id = api_credential_id(c);
	struct report report;
	struct report_answer a;
	enum rc parsed = report_parse(secret_text(&c->req.body), c->req.body.len, &report);
	enum rc rc;

	if (parsed != RC_OK)
		report.revision = (struct revision){0};
	rc = report_take(c->core, &caller, &id, &report, &a);
	if (rc == RC_DENIED) {
		api_refuse(c, &a.why);
		return RC_OK;
	}
	if (rc == RC_OK)
		answer(c, &a);
	return rc;
}
