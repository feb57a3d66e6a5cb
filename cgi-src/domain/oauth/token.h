/* SPDX-License-Identifier: Apache-2.0
 *
 * The token endpoint: requests as the provider's recipe says, answers read strictly (RFC 6749 §4.1.3, §5;
 * security R25-R34 and attack rows B). Exchange and refresh share both halves.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_TOKEN_H
#define GRANTRY_DOMAIN_OAUTH_TOKEN_H

#include "domain/oauth/client.h"
#include "domain/probe.h"

#define TOKEN_SCOPE_SIZE 4097
#define TOKEN_ERROR_CODE_SIZE 65
#define TOKEN_MAX_LEN ((size_t)32 * 1024)
#define TOKEN_LIFETIME_MAX_S (90 * 86400) /* a longer expires_in is clamped to this */
#define TOKEN_LIFETIME_UNKNOWN_S 3600     /* expires_in that is no number */

enum token_failure {
	TOKEN_OK,
	TOKEN_REFUSED,        /* the provider answered with an OAuth error */
	TOKEN_CLIENT_REFUSED, /* invalid_client, unauthorized_client: id or secret are wrong */
	TOKEN_GRANT_REFUSED,  /* invalid_grant: a person has to authorize again */
	TOKEN_GRANT_REVOKED,  /* the provider says that the access was taken back */
	TOKEN_RATE_LIMITED,   /* 429 */
	TOKEN_MALFORMED,      /* an answer that is no token response */
	TOKEN_NO_ANSWER,      /* refused connection, TLS, 5xx */
	TOKEN_TIMEOUT,
	TOKEN_FORBIDDEN, /* our address policy */
};

struct token_answer {
	enum token_failure failure;
	int status;                        /* HTTP; 0 without an answer */
	int64_t retry_after_s;             /* -1 unknown */
	char error[TOKEN_ERROR_CODE_SIZE]; /* sanitised code; "" none */
	char words[PROBE_WORDS_SIZE];      /* the provider's description, harmless, or our reason */
	bool own_words;                    /* it is ours */
	/* with TOKEN_OK */
	struct fieldset tokens; /* owned: access_token, token_type, refresh_token when issued */
	bool expires;
	int64_t expires_at_s;
	bool has_scope;
	char scope[TOKEN_SCOPE_SIZE]; /* granted, separated by single spaces */
	struct identity identity;     /* when the recipe reads it from this answer */
	int64_t refresh_until_s;      /* the refresh token's own end; 0: not told */
};

/** token_error_class(name): is it a class that a provider file may give an error code? */
bool token_error_class(const char *name);

void token_answer_release(struct token_answer *a);

/* What the redirect brought, and what belongs to it. */
struct token_code {
	const struct secret *code, *verifier;
	const char *redirect_uri;
	const struct fieldset *brought; /* values of the redirect */
};
/** token_exchange(core, provider, client, code, out): redeems an authorization code, with all that follows before the
 * tokens are whole: a second exchange, the end of their life by introspection, look-ups. RC_OK also when the provider
 * refuses: look at out->failure. RC_INVALID: the client lacks a value that the recipe needs. */
enum rc token_exchange(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct token_code *code,
	struct token_answer *out) RC_MUST_CHECK;

/** token_revoke_request(provider, client, secrets, nth, out): the request that takes back the nth (from 0) of the tokens
 * that have to be: the refresh token first where there is one (RFC 7009 §2.1). secrets as they are sealed.
 * RC_NOT_FOUND: the provider has no such endpoint, or there is no nth; RC_INVALID: the client lacks a value. */
enum rc token_revoke_request(const struct provider *provider, const struct oauth_client *client,
	const struct fieldset *secrets, size_t nth, struct httpc_request *out) RC_MUST_CHECK;

/** token_revoke(core, provider, client, secrets): tells the provider that none of them is wanted any more. Once, without
 * another try: RC_NOT_FOUND: the provider has no such endpoint; RC_UPSTREAM: it did not say yes. */
enum rc token_revoke(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct fieldset *secrets) RC_MUST_CHECK;

/* What a renewal sends. */
struct token_renewal {
	const struct fieldset *client, *tokens; /* tokens: what is kept, for templates */
	const struct secret *token;             /* the refresh token, or what takes its place */
	const char *scope, *redirect_uri;       /* sent where the recipe wants them */
};
/** token_refresh_request(recipe, renewal, out): RFC 6749 §6; never asks for more scope (R39). Errors as
 * token_request. */
enum rc token_refresh_request(const struct oauth_recipe *recipe,
	const struct token_renewal *renewal, struct httpc_request *out) RC_MUST_CHECK;

/** token_read(recipe, rc, rs, sent_at_s, secrets, out): what became of a transfer that ended with rc and rs.
 * RC_OK also when the provider refused: look at out->failure. out must be zeroed. */
enum rc token_read(const struct oauth_recipe *recipe, enum rc rc, const struct httpc_response *rs,
	int64_t sent_at_s, const struct placeholder_values *secrets,
	struct token_answer *out) RC_MUST_CHECK;

/** token_request(recipe, client, grant, n, out): the request for any grant; grant holds its parameters.
 * Pure. Errors as above. */
struct token_param {
	const char *name;
	const struct secret *value;
};
enum rc token_request(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct token_param *grant, size_t n, struct httpc_request *out) RC_MUST_CHECK;

/** token_step_request(recipe, step, values, grant, n, out): the same for a step that may differ: url, method, names,
 * further parameters, and its grant_type instead of that of grant. */
enum rc token_step_request(const struct oauth_recipe *recipe, const struct token_step *step,
	const struct placeholder_values *values, const struct token_param *grant, size_t n,
	struct httpc_request *out) RC_MUST_CHECK;

/** token_form_request(recipe, url, values, params, n, out): to another endpoint of the same server, with the client as at
 * the token endpoint; always a form (RFC 7009, RFC 7662). */
enum rc token_form_request(const struct oauth_recipe *recipe, const char *url,
	const struct placeholder_values *values, const struct token_param *params, size_t n,
	struct httpc_request *out) RC_MUST_CHECK;

/** token_parse(recipe, status, content_type, body, len, now_s, secrets, out): reads an answer. Pure; for
 * fuzzing too. now_s: when the request was sent; secrets (NULL: none) are removed from what is shown. out
 * must be zeroed. */
void token_parse(const struct oauth_recipe *recipe, int status, const char *content_type,
	const char *body, size_t len, int64_t now_s, const struct placeholder_values *secrets,
	struct token_answer *out);

/** token_introspected(rs, now_s, out): the end of the access token from an introspection answer (RFC 7662); false: it
 * does not tell, and nothing is changed. */
bool token_introspected(const struct httpc_response *rs, int64_t now_s, struct token_answer *out);

/** token_keep_lookup(lookup, rs, out): what the answer of a look-up holds into out; false: something is missing. */
bool token_keep_lookup(
	const struct lookup *lookup, const struct httpc_response *rs, struct fieldset *out);

/** token_is_kept(recipe, name): is {{token.name}} kept with the credential? */
bool token_is_kept(const struct oauth_recipe *recipe, const char *name);

/** token_can_renew(recipe, tokens): is there something that a renewal could send? */
bool token_can_renew(const struct oauth_recipe *recipe, const struct fieldset *tokens);
/** token_to_renew(recipe, tokens, part): what is to be sent: of several tokens in a grant the refresh token of the one
 * that ends first. *part: which; NULL: the main one. Borrowed; NULL: there is none. */
const struct secret *token_to_renew(const struct oauth_recipe *recipe,
	const struct fieldset *tokens, const struct token_part **part);
/** token_join(recipe, part, kept, answer): the answer renewed part: answer->tokens become all of kept with what is new
 * in its place, and its end that of the whole grant. */
enum rc token_join(const struct oauth_recipe *recipe, const struct token_part *part,
	const struct fieldset *kept, struct token_answer *answer) RC_MUST_CHECK;
/** token_renewal_end(recipe, answer, at_s): when the first of what can be renewed ends; false: never. */
bool token_renewal_end(
	const struct oauth_recipe *recipe, const struct token_answer *answer, int64_t *at_s);

/** token_scope_normalise(text, len, separator, out): adds the words of text to out, which holds a list or "": with
 * single spaces, without those that are there. false: a word has other characters than visible ASCII, or they
 * are too many; out then holds what came before. */
bool token_scope_normalise(
	const char *text, size_t len, const char *separator, char out[TOKEN_SCOPE_SIZE]);

#endif
