/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/register.h"
#include "web/api/api.h"
#include "web/api/json.h"

static void answer_counts(struct ctx *c, const struct registry *r)
{
	c->resp.content_type = "application/json";
	buf_printf(&c->resp.body, "{\"models\":%zu,\"apps\":%zu,\"tools\":%zu}\n",
		registry_count(r, REGISTRY_MODEL), registry_count(r, REGISTRY_APP),
		registry_count(r, REGISTRY_TOOL));
}

static enum rc answer_document(struct ctx *c, const struct registry *r)
{
	enum rc rc = registry_render(r, &c->resp.secret_body);

	c->resp.content_type = "application/json";
	return rc == RC_OK ? secret_append_text(&c->resp.secret_body, "\n") : rc;
}

enum rc api_registry_put(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct registry registry = {0};
	struct refusal why = {0};
	enum rc rc = register_put(
		c->core, &caller, secret_text(&c->req.body), c->req.body.len, &registry, &why);

	if (rc == RC_OK)
		answer_counts(c, &registry);
	registry_release(&registry);
	if (rc != RC_DENIED)
		return rc;
	api_refuse(c, &why);
	return RC_OK;
}

enum rc api_registry(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct registry registry = {0};
	struct refusal why = {0};
	enum rc rc = register_get(c->core, &caller, &registry, &why);

	if (rc == RC_OK)
		rc = answer_document(c, &registry);
	registry_release(&registry);
	if (rc != RC_DENIED)
		return rc;
	api_refuse(c, &why);
	return RC_OK;
}
