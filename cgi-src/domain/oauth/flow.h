/* SPDX-License-Identifier: Apache-2.0
 *
 * One authorization: the request that sends the browser to the provider, the callback, the outcome
 * (RFC 6749 §4.1, RFC 7636, RFC 9207; security R1-R24, §5.4). The state is 256 random bits of which only
 * the hash is stored; a flow is bound to browser session, person, workspace, provider, client and client
 * revision, and is consumed by one conditional statement before any outgoing call.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_FLOW_H
#define GRANTRY_DOMAIN_OAUTH_FLOW_H

#include "domain/credential.h"

#define FLOW_LIFETIME_S 600
#define FLOW_OPEN_MAX 20  /* open flows of one person (A36) */
#define FLOW_KEPT_MAX 200 /* all flows of one person: the oldest outcomes go first */
#define FLOW_STATE_SIZE 44

/* What an authorization is for; NULL: not so. */
struct flow_wish {
	const struct credential_id *again; /* the credential to authorize again */
	const struct connect_id *request;  /* the request to connect that is to learn the outcome */
	const struct texts *optional_scopes; /* of those that may be left out, these; NULL: all */
};

/** flow_start(core, actor, provider, wish, url_out):
 * url_out: the complete authorization request. Errors: RC_NOT_FOUND no client is set up; RC_LIMIT too many
 * open flows; RC_DENIED again is another person's; RC_INVALID the client's fields do not make a valid
 * request; RC_EXPIRED again is gone. */
enum rc flow_start(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct flow_wish *wish,
	struct secret *url_out) RC_MUST_CHECK;

/* Parameters of the callback as they came, each at most once; NULL: absent. Borrowed. */
struct flow_param {
	const char *name, *value;
};
struct flow_response {
	const char *code, *state, *iss, *error, *error_description;
	const struct flow_param *params; /* all there are, for what a provider's file names */
	size_t n_params;
};

/** flow_callback(core, actor, provider, context, response, id_out): consumes the flow and sees it through.
 * RC_OK: there is an outcome to show under *id_out, good or bad. RC_INVALID: rejected, with one and the
 * same answer for every reason (the audit log knows which). RC_DENIED: the person or the workspace was
 * removed or disabled meanwhile. A token that cannot be kept is revoked. */
enum rc flow_callback(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *context, const struct flow_response *response,
	struct flow_id *id_out) RC_MUST_CHECK;

/** flow_refused(core, actor, state, why): notes a callback that is rejected before its flow is looked for. Of
 * a visitor without a session only what names a real flow is noted, with that flow's workspace, so that
 * strangers cannot fill the log. */
void flow_refused(
	const struct core *core, const struct actor *actor, const char *state, const char *why);

enum flow_verdict {
	FLOW_PENDING, /* not back yet, or still at work */
	FLOW_CONNECTED,
	FLOW_DECLINED,        /* access_denied */
	FLOW_PROVIDER_ERROR,  /* error in the authorization response */
	FLOW_CODE_REFUSED,    /* invalid_grant at the token endpoint */
	FLOW_CLIENT_REFUSED,  /* invalid_client */
	FLOW_BAD_ANSWER,      /* token endpoint answered badly */
	FLOW_NO_ANSWER,       /* did not answer, or could not be reached */
	FLOW_CLIENT_CHANGED,  /* OAuth client settings changed meanwhile (A33) */
	FLOW_CREDENTIAL_GONE, /* the one to authorize again was deleted meanwhile */
	FLOW_NOT_ALLOWED,     /* the role to authorize that one again was lost meanwhile (A32) */
	FLOW_FAULT,           /* ours; also when whoever consumed it never came to an end */
	FLOW_WRONG_ISSUER,    /* iss is not the issuer's, or missing where it must be (A13) */
	FLOW_MALFORMED,       /* neither code nor error, or a code that cannot be one */
	FLOW_VERDICT__MAX
};

struct flow_result {
	enum flow_verdict verdict;
	char error[TOKEN_ERROR_CODE_SIZE]; /* the provider's code, sanitised; "" none */
	char words[PROBE_WORDS_SIZE];      /* the provider's words, harmless; "" none */
	bool unsaid;                       /* words and error are ours, not the provider's */
	char account[256], name[CREDENTIAL_NAME_BYTES];
	char twin[CREDENTIAL_NAME_BYTES]; /* the same account is connected as this too; "" no */
	char granted[TOKEN_SCOPE_SIZE], requested[TOKEN_SCOPE_SIZE];
	char redirect_uri[1025]; /* as it was sent */
	bool other_account, again;
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE], kind[17];
	struct credential_id credential; /* that came of it; zero: none */
	struct credential_id renews;     /* that was to be authorized again; zero: none */
	struct connect_id request;       /* to connect, that has learnt it; zero: none */
};

/** flow_show(core, actor, id, out): RC_NOT_FOUND: none of this person in this workspace. */
enum rc flow_show(const struct core *core, const struct actor *actor, const struct flow_id *id,
	struct flow_result *out) RC_MUST_CHECK;

/** flow_sweep(core): flows that ended a day ago go, some at a time. */
enum rc flow_sweep(const struct core *core) RC_MUST_CHECK;

#endif
