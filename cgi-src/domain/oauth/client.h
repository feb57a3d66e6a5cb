/* SPDX-License-Identifier: Apache-2.0
 *
 * OAuth clients. A workspace uses its own (custom) client when it has one that is enabled, else the system
 * client that the operator set, else none. A client's fields come whole from one of the two: a tenant's
 * endpoint can never meet the system's secret (security R8). An API tool's endpoints are made in the workspace: for
 * those there is no system client, whatever a table says.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_CLIENT_H
#define GRANTRY_DOMAIN_OAUTH_CLIENT_H

#include "domain/core.h"
#include "domain/fieldset.h"
#include "platform/buf.h"

enum client_source { CLIENT_SOURCE_NONE, CLIENT_SOURCE_TENANT, CLIENT_SOURCE_SYSTEM };

struct oauth_client {
	enum client_source source;
	struct uuid id;
	uint64_t revision;
	struct fieldset fields; /* owned; defaults of the schema filled in */
};

void oauth_client_release(struct oauth_client *client);

/** client_source_word(source): "tenant", "system", "" as stored. */
const char *client_source_word(enum client_source source);

/** client_effective(core, tenant, provider, out): RC_NOT_FOUND: none is set up; RC_CRYPTO: it is there but
 * does not open. */
enum rc client_effective(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, struct oauth_client *out) RC_MUST_CHECK;

/** client_issued(core, tenant, provider, source_word, id, out): the client that a credential came from, as it
 * is now, switched on or off. RC_NOT_FOUND: there is no such client any more; RC_CRYPTO as above. */
enum rc client_issued(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const char *source_word, const struct uuid *id,
	struct oauth_client *out) RC_MUST_CHECK;

/* What the settings page tells. Values of secret fields are not in it. */
struct client_settings {
	bool has_system, has_custom, custom_enabled, custom_unreadable;
	uint64_t revision; /* of the custom client; 0: none */
	char changed_by[NAME_SIZE];
	int64_t updated_at_s;
	struct fieldset stored; /* fields that the schema does not call secret, in clear */
	const char **kept; /* names of secret fields that have a stored value; borrowed names */
	size_t n_kept;
};

void client_settings_release(struct client_settings *s);
enum rc client_settings_load(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, struct client_settings *out) RC_MUST_CHECK;

/* A form as filled in. */
struct client_change {
	bool custom;                   /* false: use the default, keep what is stored */
	const struct fieldset *fields; /* an empty secret field keeps the stored value */
	uint64_t expected_revision;    /* as the form was shown; 0: there was none */
	bool elsewhere;                /* out: requests go to another host: it is another client */
	const char *bad_field;    /* out, with RC_INVALID: schema name of the first wrong field */
	const char *reason;       /* out, with RC_INVALID: the key of a message; static */
	const struct i18n *words; /* out: what the provider file says instead; NULL: nothing */
};

/** client_save(core, actor, provider, change): one whose fields lead to another host takes the place of the one before,
 * and what that one obtained is sent nowhere any more until somebody authorizes again (security R43). RC_INVALID a field is missing or wrong, or would keep a secret
 * for another address; RC_CONFLICT somebody else saved meanwhile; RC_CRYPTO the default was chosen, but the
 * custom client that is to be kept does not open: nothing is changed. */
enum rc client_save(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct client_change *change) RC_MUST_CHECK;

/** client_remove(core, actor, provider, expected_revision): RC_CONFLICT, RC_NOT_FOUND. */
enum rc client_remove(const struct core *core, const struct actor *actor,
	const struct provider *provider, uint64_t expected_revision) RC_MUST_CHECK;

/** client_list_status(core, tenant, datasources, visit, arg): for cards: which data sources, or which others, have an
 * effective client. visit is called for the workspace's own and for the operator's, so twice where there are both. */
enum rc client_list_status(const struct core *core, const struct tenant_id *tenant,
	bool datasources, void (*visit)(const char *plugin_id, const char *provider, void *arg),
	void *arg) RC_MUST_CHECK;

/** client_system_set(core, provider, fields), client_system_remove(core, provider): the operator's. */
enum rc client_system_set(const struct core *core, const struct provider *provider,
	struct client_change *change) RC_MUST_CHECK;
enum rc client_system_remove(
	const struct core *core, const struct provider *provider) RC_MUST_CHECK;

/** client_context(provider, source, tenant, out): last path segment of the redirect URI: "" for most; 32
 * hex digits, the same for one workspace and provider, when the client chooses the host (R7). */
#define CLIENT_CONTEXT_SIZE 33
void client_context(const struct provider *provider, enum client_source source,
	const struct tenant_id *tenant, char out[CLIENT_CONTEXT_SIZE]);

/** client_redirect_uri(core, provider, context, out): from the configured public origin only (R6). */
enum rc client_redirect_uri(const struct core *core, const struct provider *provider,
	const char *context, struct buf *out) RC_MUST_CHECK;

#endif
