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
	struct buf *body = &c->resp.body;
	struct readiness r;
	bool ready;

	doctor_readiness(c->core, &r);
	ready = r.database && r.schema && r.key;
	c->resp.content_type = "application/json";
	if (ready) {
		buf_puts(body, "{\"status\":\"ready\"");
	} else {
		c->resp.status = 503;
		resp_header(&c->resp, "Retry-After", "5");
		buf_printf(body,
			"{\"code\":\"not_ready\",\"message\":\"Something that is needed is not "
			"there.\",\"reason\":\"%s\",\"status\":503",
			!r.database ? "database"
			: !r.schema ? "schema"
				    : "key");
	}
	buf_printf(body, ",\"database\":%s,\"schema\":%s,\"key\":%s}\n",
		r.database ? "true" : "false", r.schema ? "true" : "false",
		r.key ? "true" : "false");
	return RC_OK;
}
