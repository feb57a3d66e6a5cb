/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the requests of provider files: validation of a credential, and the account's label.
 * What the provider says is kept as harmless text; known secrets of the request are removed from it
 * (security §5.6, B35), raw, form-encoded and base64.
 */
#ifndef GRANTRY_DOMAIN_PROBE_H
#define GRANTRY_DOMAIN_PROBE_H

#include "domain/placeholder.h"
#include "domain/provider.h"
#include "platform/httpc.h"
#include "platform/jsonr.h"
#include "platform/rc.h"

#define PROBE_WORDS_SIZE 1025 /* 256 characters of up to 4 bytes */

enum probe_verdict {
	PROBE_OK,
	PROBE_REFUSED,    /* the provider says no: its words are in words */
	PROBE_PERMISSION, /* the key is genuine, and lacks the permission for what was asked */
	PROBE_NO_ANSWER,  /* refused connection, TLS, malformed answer */
	PROBE_TIMEOUT,
	PROBE_FORBIDDEN,   /* our address policy forbids the host */
	PROBE_RATE_LIMITED /* 429 */
};

/** probe_verdict_word(verdict): "ok", "refused", "no_permission", "no_answer", "timeout", "egress_denied",
 * "rate_limited". */
const char *probe_verdict_word(enum probe_verdict verdict);

struct identity {
	char subject[256]; /* the provider's stable account id; "" unknown */
	char name[256], account[256], avatar_url[512]; /* harmless UTF-8; "" unknown */
};

struct probe_result {
	enum probe_verdict verdict;
	int status; /* HTTP status, 0 without an answer */
	int64_t elapsed_ms;
	int64_t retry_after_s; /* as the provider asks for; -1 it does not */
	char words
		[PROBE_WORDS_SIZE]; /* the provider's words, or ours (say_words) when it said nothing */
	bool own_words;             /* they are ours */
	bool expired;               /* the token is over, or was taken back: a renewal may help */
	struct identity identity; /* filled when identity pointers are given and found */
};

/** probe_has_header(headers, name): is there one of that name, capital or not? Then none is added by itself. */
bool probe_has_header(const struct pairs *headers, const char *name);
/** probe_request(recipe, values, out): expands templates into a request. Errors: RC_INVALID (also a colon in
 * the user of HTTP Basic), RC_LIMIT, RC_NOMEM. */
enum rc probe_request(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out) RC_MUST_CHECK;

/** probe_check(http, check, identity, values, secrets, out): identity may be NULL; secrets as for probe_identity, and
 * NULL: all of values. The words never show any of values. RC_OK also when the provider refuses: look at
 * out->verdict. Errors: RC_NOMEM, RC_INVALID (a value cannot stand in the request). */
enum rc probe_check(struct httpc *http, const struct check_recipe *check,
	const struct identity_recipe *identity, const struct placeholder_values *values,
	const struct placeholder_values *secrets, struct probe_result *out) RC_MUST_CHECK;

/** probe_identity(http, recipe, values, secrets, out): asks with recipe->request; failure leaves out empty and is
 * logged, because a label is never worth losing a credential for. secrets as for probe_identity_read: those of
 * values, of which some may be the label itself. */
void probe_identity(struct httpc *http, const struct identity_recipe *recipe,
	const struct placeholder_values *values, const struct placeholder_values *secrets,
	struct identity *out);

/** probe_identity_read(recipe, document, secrets, out): from a parsed answer (token response). secrets (may be
 * NULL) as for probe_words. A subject that would have to be altered or cut is left unknown. */
void probe_identity_read(const struct identity_recipe *recipe, jsonv *document,
	const struct placeholder_values *secrets, struct identity *out);

/** probe_token_expired(signs, n, answer, document): does the provider's API say that the access token is over? Status
 * 401, or what its file names. document: the answer as JSON; NULL: it is none. */
bool probe_token_expired(const struct expired_sign *signs, size_t n,
	const struct httpc_response *answer, jsonv *document);

/** probe_holds(require, document): does every text stand at its JSON pointer (true, false and whole numbers as texts)? */
bool probe_holds(const struct pairs *require, jsonv *document);

/** probe_words(text, len, secrets, out): harmless, at most 256 characters, with every value of secrets (raw,
 * form-encoded, base64 also inside a longer base64 text) replaced by "•••". Values of fewer than
 * PROBE_SECRET_MIN bytes are left, or every word would be full of holes. secrets may be NULL. */
#define PROBE_SECRET_MIN 4
void probe_words(const char *text, size_t len, const struct placeholder_values *secrets,
	char out[PROBE_WORDS_SIZE]);

/** probe_secrets(schema, fields, tokens, out): what no label may show: fields that are secret by their type, JSON
 * documents, and tokens (NULL: none). All else that somebody typed or a file keeps (an e-mail address, a workspace's
 * id, a shop's name) may be the very label. Errors: RC_NOMEM, RC_LIMIT. */
enum rc probe_secrets(const struct schema *schema, const struct fieldset *fields,
	const struct fieldset *tokens, struct fieldset *out) RC_MUST_CHECK;

/** probe_mentions(text, len, secrets): does the text hold a secret that probe_words would remove from it as it
 * stands? True also when memory is short: then nobody knows. */
bool probe_mentions(const char *text, size_t len, const struct placeholder_values *secrets);

#endif
