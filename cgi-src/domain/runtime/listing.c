/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/listing.h"

#include <string.h>

#include "domain/definition.h"
#include "domain/runtime/reference.h"
#include "platform/buf.h"
#include "platform/clock.h"

#define SCOPE_BYTES_MAX ((size_t)1 << 20)

static enum rc key_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

static bool is_state(const char *text)
{
	static const char *const words[] = {"active", "delayed", "needs_reauth", "client_error",
		"revoked", "unreadable", "disabled"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], text) == 0)
			return true;
	return false;
}

static enum rc check(
	const struct listing_request *request, struct reference *provider, struct reference *after)
{
	memset(provider, 0, sizeof(*provider));
	memset(after, 0, sizeof(*after));
	if (request->provider &&
		(reference_parse(request->provider, provider) != RC_OK || provider->name[0]))
		return RC_INVALID;
	if (request->after && (reference_parse(request->after, after) != RC_OK || !after->name[0]))
		return RC_INVALID;
	if (request->state && !is_state(request->state))
		return RC_INVALID;
	return RC_OK;
}

struct reach {
	const struct runtime_key_row *key;
	struct buf *out;
};

static void add_provider(const struct reach *reach, const struct provider_ref *ref)
{
	if (access_reaches(reach->key, ref))
		buf_printf(reach->out, "%s%s/%s", reach->out->len ? " " : "", ref->plugin_id,
			ref->provider);
}

static void add_own(const struct provider_ref *ref, const char *label, void *arg)
{
	(void)label;
	add_provider(arg, ref);
}

/* The providers of that kind that the key reaches, as the scope of a key is written. Nothing: none. */
static enum rc providers_of(const struct core *core, enum provider_kind kind,
	const struct runtime_key_row *key, struct buf *out)
{
	struct reach reach = {key, out};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < catalogue_count(core->catalogue); i++) {
		const struct provider *p = catalogue_at(core->catalogue, i);
		struct provider_ref ref = provider_ref_of(p);

		if (p->kind == kind)
			add_provider(&reach, &ref);
	}
	if (kind == PROVIDER_TOOL)
		rc = definition_each_own(core, &key->tenant, add_own, &reach);
	return rc == RC_OK ? buf_done(out) : rc;
}

struct visits {
	void (*visit)(const struct runtime_credential *c, void *arg);
	void *arg;
	int64_t left;
	bool more;
};

/* One more than was asked for is fetched, to know whether there is one. */
static void count_visit(const struct runtime_credential *c, void *arg)
{
	struct visits *v = arg;

	v->more = v->left == 0;
	if (v->left-- > 0)
		v->visit(c, v->arg);
}

enum rc listing_each(const struct core *core, const struct listing_request *request,
	void (*visit)(const struct runtime_credential *c, void *arg), void *arg, bool *more,
	struct refusal *why)
{
	struct visits v = {visit, arg, request->limit, false};
	struct reference provider, after;
	struct runtime_key_row key;
	enum provider_kind kind;
	struct buf scope;
	enum rc rc = access_open(core, &request->caller, ACCESS_LIST, key_load, NULL, &key, why);

	*more = false;
	buf_init(&scope, SCOPE_BYTES_MAX);
	if (rc == RC_OK)
		rc = check(request, &provider, &after);
	if (rc == RC_OK && request->kind)
		rc = provider_kind_parse(request->kind, &kind);
	if (rc == RC_OK && request->kind)
		rc = providers_of(core, kind, &key, &scope);
	if (rc == RC_OK && (!request->kind || scope.len)) {
		struct runtime_list_query query = {
			.providers = request->kind ? buf_text(&scope) : key.providers,
			.ref = {provider.plugin_id, provider.provider},
			.state = request->state ? request->state : "",
			.after_ref = {after.plugin_id, after.provider},
			.after_name = after.name,
			.now_s = clock_now_s(),
			.limit = request->limit + 1,
		};

		rc = runtime_list(core->db, &key.tenant, &query, count_visit, &v);
	}
	buf_release(&scope);
	*more = v.more;
	return rc;
}
