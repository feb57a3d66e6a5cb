/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/definition.h"

#include <stdlib.h>
#include <string.h>

#include "platform/log.h"
#include "store/definition_store.h"

#define TEXT_MAX ((size_t)64 * 1024) /* of a definition */

struct definition {
	struct definition *next;
	struct tenant_id tenant;
	struct api_tool_id tool;
	bool found; /* by those who ask now; else it is there for its holders alone */
	size_t held;
	struct catalogue *catalogue; /* owned: it and nothing else */
	const struct provider *provider;
};

struct definitions {
	struct definition *first;
};

struct definitions *definitions_new(void)
{
	return calloc(1, sizeof(struct definitions));
}

static void definition_free(struct definition *d)
{
	catalogue_free(d->catalogue);
	free(d);
}

/* all: also those that are held. */
static void drop(struct definitions *definitions, bool all)
{
	struct definition **at = &definitions->first;

	while (*at) {
		struct definition *d = *at;

		d->found = false;
		if (d->held && !all) {
			at = &d->next;
			continue;
		}
		*at = d->next;
		definition_free(d);
	}
}

void definitions_clear(struct definitions *definitions)
{
	if (definitions)
		drop(definitions, false);
}

void definitions_free(struct definitions *definitions)
{
	if (!definitions)
		return;
	drop(definitions, true);
	free(definitions);
}

/* ---- names ---- */

#define PREFIX PROVIDER_TOOLS_ORG "/"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

bool definition_is_own(const struct provider_ref *ref)
{
	return strncmp(ref->plugin_id, PREFIX, PREFIX_LEN) == 0;
}

struct provider_ref definition_ref_of(
	const struct api_tool_id *tool, char plugin_id[DEFINITION_PLUGIN_SIZE])
{
	memcpy(plugin_id, PREFIX, PREFIX_LEN);
	uuid_text(&tool->u, plugin_id + PREFIX_LEN);
	return (struct provider_ref){plugin_id, DEFINITION_TOOL_NAME};
}

/* ---- reading ---- */

/* One that does not call itself by its own name would have the credentials of another. */
static bool is_named_right(const struct definition *d)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(&d->tool, plugin_id);

	return d->provider && d->provider->kind == PROVIDER_TOOL &&
	       strcmp(d->provider->plugin_id, ref.plugin_id) == 0 &&
	       strcmp(d->provider->name, ref.provider) == 0;
}

/* What does not read was not written by us. */
static enum rc parse(struct definition *d, const struct buf *text)
{
	struct provider_error error;
	char id[UUID_TEXT_SIZE];
	enum rc rc = provider_parse_own(buf_text(text), text->len, &d->catalogue, &error);

	if (rc == RC_NOMEM)
		return rc;
	d->provider = rc == RC_OK ? catalogue_at(d->catalogue, 0) : NULL;
	if (is_named_right(d))
		return RC_OK;
	uuid_text(&d->tool.u, id);
	log_error("definition.refused", "tool", id, "reason", error.reason);
	return RC_NOT_FOUND;
}

static enum rc load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *tool, struct definition **out)
{
	struct definition *d = calloc(1, sizeof(*d));
	struct buf text;
	enum rc rc;

	*out = NULL;
	if (!d)
		return RC_NOMEM;
	d->tenant = *tenant;
	d->tool = *tool;
	d->found = true;
	buf_init(&text, TEXT_MAX);
	rc = definition_load(core->db, tenant, tool, &text);
	if (rc == RC_OK)
		rc = parse(d, &text);
	buf_release(&text);
	if (rc == RC_OK)
		*out = d;
	else
		definition_free(d);
	return rc;
}

static struct definition *loaded(const struct definitions *definitions,
	const struct tenant_id *tenant, const struct api_tool_id *tool)
{
	for (struct definition *d = definitions->first; d; d = d->next)
		if (d->found && uuid_equal(&d->tenant.u, &tenant->u) &&
			uuid_equal(&d->tool.u, &tool->u))
			return d;
	return NULL;
}

static enum rc find_own(const struct core *core, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct provider **out)
{
	struct definition *d;
	struct api_tool_id tool;
	enum rc rc;

	if (!core->definitions || strcmp(ref->provider, DEFINITION_TOOL_NAME) != 0 ||
		uuid_parse(ref->plugin_id + PREFIX_LEN, &tool.u) != RC_OK)
		return RC_NOT_FOUND;
	d = loaded(core->definitions, tenant, &tool);
	if (!d) {
		rc = load(core, tenant, &tool, &d);
		if (rc != RC_OK)
			return rc;
		d->next = core->definitions->first;
		core->definitions->first = d;
	}
	*out = d->provider;
	return RC_OK;
}

enum rc definition_find(const struct core *core, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct provider **out)
{
	*out = NULL;
	if (definition_is_own(ref))
		return find_own(core, tenant, ref, out);
	*out = catalogue_find_ref(core->catalogue, ref);
	return *out ? RC_OK : RC_NOT_FOUND;
}

enum rc definition_find_id(const struct core *core, const struct tenant_id *tenant, const char *id,
	const struct provider **out)
{
	char plugin_id[PLUGIN_ID_SIZE];
	const char *slash = strrchr(id, '/');
	size_t n = slash ? (size_t)(slash - id) : 0;

	*out = NULL;
	if (n == 0 || n >= sizeof(plugin_id))
		return RC_NOT_FOUND;
	memcpy(plugin_id, id, n);
	plugin_id[n] = '\0';
	return definition_find(core, tenant, &(struct provider_ref){plugin_id, slash + 1}, out);
}

/* ---- holding ---- */

static struct definition *of(const struct definitions *definitions, const struct provider *p)
{
	struct definition *d = definitions && p ? definitions->first : NULL;

	while (d && d->provider != p)
		d = d->next;
	return d;
}

void definition_hold(struct definitions *definitions, const struct provider *p)
{
	struct definition *d = of(definitions, p);

	if (d)
		d->held++;
}

void definition_let_go(struct definitions *definitions, const struct provider *p)
{
	struct definition *d = of(definitions, p);

	if (d && d->held)
		d->held--;
}

/* ---- all ---- */

struct each {
	void (*visit)(const struct provider_ref *ref, const char *label, void *arg);
	void *arg;
};

static void see(const struct api_tool_id *tool, const char *name, void *arg)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(tool, plugin_id);
	const struct each *each = arg;

	each->visit(&ref, name, each->arg);
}

enum rc definition_each_own(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct provider_ref *ref, const char *label, void *arg), void *arg)
{
	struct each each = {visit, arg};

	return core->definitions ? definition_list(core->db, tenant, see, &each) : RC_OK;
}
