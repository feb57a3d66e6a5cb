/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/offer.h"

#include <stdio.h>
#include <string.h>

#include "domain/definition.h"
#include "domain/tool/api_tool_int.h"
#include "domain/tool/parameters.h"
#include "platform/log.h"

static enum rc key_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

void offer_provider(const struct api_tool_id *id, char out[OFFER_PROVIDER_SIZE])
{
	char plugin[DEFINITION_PLUGIN_SIZE];
	const struct provider_ref ref = definition_ref_of(id, plugin);

	(void)snprintf(out, OFFER_PROVIDER_SIZE, "%s/%s", ref.plugin_id, ref.provider);
}

bool offer_reaches(const struct runtime_key_row *key, const struct api_tool_id *id)
{
	char plugin[DEFINITION_PLUGIN_SIZE];
	const struct provider_ref ref = definition_ref_of(id, plugin);

	return access_reaches(key, &ref);
}

/* ---- all ---- */

struct listing {
	const struct runtime_key_row *key;
	void (*visit)(const struct api_tool_item *item, void *arg);
	void *arg;
};

static void visit_reached(const struct api_tool_item *item, void *arg)
{
	const struct listing *l = arg;

	if (offer_reaches(l->key, &item->id))
		l->visit(item, l->arg);
}

enum rc offer_each(const struct core *core, const struct runtime_caller *caller,
	void (*visit)(const struct api_tool_item *item, void *arg), void *arg, struct refusal *why)
{
	struct runtime_key_row key;
	struct listing l = {&key, visit, arg};
	enum rc rc = access_open(core, caller, ACCESS_LIST, key_load, NULL, &key, why);

	return rc == RC_OK ? api_tool_each(core, &key.tenant, visit_reached, &l) : rc;
}

/* ---- one ---- */

struct paging {
	struct offer_page *page;
	int64_t n;
	void (*visit)(const struct api_operation *o, const struct secret *parameters, void *arg);
	void *arg;
	enum rc rc;
};

static bool visit_plan(const struct api_operation *o, const char *text, size_t len, void *arg)
{
	struct paging *p = arg;
	struct secret parameters = SECRET_EMPTY;
	struct plan plan;
	enum rc rc;

	if (p->n == p->page->limit) {
		p->page->more = true;
		return false;
	}
	p->n++;
	p->page->next = o->position;
	rc = plan_parse(text, len, &plan);
	if (rc == RC_OK)
		rc = parameters_write(&plan, &parameters);
	if (rc == RC_OK)
		p->visit(o, &parameters, p->arg);
	else
		log_warn("api_tool_plan", "operation", o->name, "result", rc_name(rc));
	plan_release(&plan);
	secret_release(&parameters);
	p->rc = rc == RC_NOMEM ? rc : RC_OK;
	return p->rc == RC_OK;
}

enum rc offer_load(const struct core *core, const struct runtime_caller *caller, const char *text,
	struct offer_page *page, struct api_tool *out,
	void (*visit)(const struct api_operation *o, const struct secret *parameters, void *arg),
	void *arg, struct refusal *why)
{
	struct paging p = {page, 0, visit, arg, RC_OK};
	struct runtime_key_row key;
	struct api_tool_id id;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	page->more = false;
	rc = access_open(core, caller, ACCESS_LIST, key_load, NULL, &key, why);
	if (rc == RC_OK)
		rc = api_tool_find(core, &key.tenant, text, &id);
	if (rc == RC_OK && !offer_reaches(&key, &id))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = api_tool_brief(core, &key.tenant, &id, out);
	if (rc == RC_OK)
		rc = api_operations_each_plan(
			core, &key.tenant, &id.u, page->after, visit_plan, &p);
	return rc == RC_OK ? p.rc : rc;
}
