/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api/health.h"

#include "domain/doctor.h"

enum rc api_health(struct ctx *c)
{
	c->resp.content_type = "application/json";
	buf_puts(&c->resp.body, "{\"status\":\"ok\"}\n");
	return RC_OK;
}

/* Says which of database, schema and key is not there; nothing about where they are. */
enum rc api_ready(struct ctx *c)
{
	struct readiness r;

	doctor_readiness(c->core, &r);
	c->resp.content_type = "application/json";
	if (!r.database || !r.schema || !r.key) {
		c->resp.status = 503;
		resp_header(&c->resp, "Retry-After", "5");
	}
	buf_printf(&c->resp.body, "{\"status\":\"%s\",\"database\":%s,\"schema\":%s,\"key\":%s}\n",
		c->resp.status == 503 ? "unavailable" : "ready", r.database ? "true" : "false",
		r.schema ? "true" : "false", r.key ? "true" : "false");
	return RC_OK;
}
