/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of an API tool: which server, and by which authorization methods. Kept as JSON in the column
 * settings of tool_api_providers; nothing in it is secret. The secrets of its authorization methods are a fieldset
 * of their own: "a1.value", or "a1.username" and "a1.password", of the item "a1"; and with them, sealed together,
 * the origins that they may go to (security R45).
 */
#ifndef GRANTRY_DOMAIN_TOOL_SETTINGS_H
#define GRANTRY_DOMAIN_TOOL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/fieldset.h"
#include "platform/buf.h"
#include "platform/jsonr.h"
#include "platform/netpol.h"
#include "platform/url.h"

#define TOOL_VARIABLES_MAX 16
#define TOOL_AUTH_MAX 8
#define TOOL_SCOPES_MAX 64
#define TOOL_PARAMS_MAX 16
#define TOOL_AUTH_ID_MAX 16
#define TOOL_TEXT_MAX 255 /* characters of any other text in here, but for URLs */

enum tool_auth_type {
	TOOL_AUTH_API_KEY, /* value, sent as prefix + value in `in`, called `name` */
	TOOL_AUTH_BASIC,   /* username, password */
	TOOL_AUTH_BEARER,  /* value */
	TOOL_AUTH_HEADER,  /* value, in a header called `name`, with every request */
	TOOL_AUTH__MAX
};

enum tool_place { TOOL_IN_HEADER, TOOL_IN_QUERY, TOOL_IN_COOKIE, TOOL_IN__MAX };

struct tool_pair {
	const char *name, *value;
};

/* All texts of these are borrowed, and never NULL once read: "" where there is none. */
struct tool_auth {
	const char *id; /* [a-z][a-z0-9]*, at most TOOL_AUTH_ID_MAX; one of its kind in the tool */
	const char *scheme; /* of the document; "": goes with every request */
	enum tool_auth_type type;
	enum tool_place in; /* of an API key */
	const char *name;   /* of an API key and a header */
	const char *prefix; /* of an API key */
};

enum tool_grant { TOOL_GRANT_CODE, TOOL_GRANT_CLIENT, TOOL_GRANT__MAX };
enum tool_client_auth { TOOL_CLIENT_BASIC, TOOL_CLIENT_POST, TOOL_CLIENT_NONE, TOOL_CLIENT__MAX };

struct tool_oauth2 {
	const char *scheme; /* as above */
	enum tool_grant grant;
	const char *authorization_url;       /* "" with TOOL_GRANT_CLIENT */
	const char *token_url, *refresh_url; /* refresh_url "": the token URL */
	const char *scopes[TOOL_SCOPES_MAX];
	size_t n_scopes;
	const char *scope_separator; /* " " or "," */
	enum tool_client_auth client_auth;
	bool pkce;
	struct tool_pair
		params[TOOL_PARAMS_MAX]; /* of the authorization request, or of the token request */
	size_t n_params;
	enum tool_place send_in; /* where the token goes: a header or the query */
	const char *send_name, *send_prefix;
};

struct tool_settings {
	const char *server; /* with {variables}; "": not chosen yet */
	struct tool_pair variables[TOOL_VARIABLES_MAX];
	size_t n_variables;
	struct tool_auth auth[TOOL_AUTH_MAX];
	size_t n_auth;
	bool has_oauth2;
	struct tool_oauth2 oauth2;
	struct jsonr *doc; /* owns the texts after a parse; NULL: somebody else does */
};

#define TOOL_SETTINGS_EMPTY ((struct tool_settings){.server = ""})

void tool_settings_release(struct tool_settings *s);

/** tool_settings_parse(p, len, out): strict: no other members, each of its form; "" gives empty settings. Not
 * checked any further. RC_INVALID, RC_LIMIT. */
enum rc tool_settings_parse(const char *p, size_t len, struct tool_settings *out) RC_MUST_CHECK;

/** tool_settings_render(s, out): appends what tool_settings_parse reads. */
enum rc tool_settings_render(const struct tool_settings *s, struct buf *out) RC_MUST_CHECK;

/* What is wrong, for a form: "server", "variables.region", "auth.a1.name", "oauth2.token_url". */
struct tool_problem {
	char field[64];
	const char *reason; /* the key of a message; static */
};

/** tool_settings_check(s, policy, problem): may a person's settings be kept? Names of headers that frame or route a
 * message are refused, so are URLs that httpc would never dial, whatever they resolve to. servers: the document's
 * (SERVER of the import records, an array; NULL: none), for the server's variables. RC_INVALID: *problem. */
enum rc tool_settings_check(const struct tool_settings *s, jsonv *servers,
	const struct netpol *policy, struct tool_problem *problem) RC_MUST_CHECK;

/* ---- the words of JSON and forms ---- */

const char *tool_auth_type_word(
	enum tool_auth_type type);                  /* "api_key", "basic", "bearer", "header" */
const char *tool_place_word(enum tool_place in);    /* "header", "query", "cookie" */
const char *tool_grant_word(enum tool_grant grant); /* "authorization_code", "client_credentials" */
const char *tool_client_auth_word(enum tool_client_auth auth); /* "basic", "post", "none" */
bool tool_auth_type_of(const char *word, enum tool_auth_type *out);
bool tool_place_of(const char *word, enum tool_place *out);
bool tool_grant_of(const char *word, enum tool_grant *out);
bool tool_client_auth_of(const char *word, enum tool_client_auth *out);

/* ---- secrets ---- */

/** tool_secret(secrets, auth, part): "value", "username", "password"; NULL: none is stored. */
const struct secret *tool_secret(
	const struct fieldset *secrets, const struct tool_auth *auth, const char *part);
/** tool_secret_parts(type, n): the parts that an item of this type has. */
const char *const *tool_secret_parts(enum tool_auth_type type, size_t *n);
/** tool_secret_name(auth, part, out): "a1.value". */
#define TOOL_SECRET_NAME_SIZE (TOOL_AUTH_ID_MAX + 16)
void tool_secret_name(
	const struct tool_auth *auth, const char *part, char out[TOOL_SECRET_NAME_SIZE]);

/* Where tool_secrets_may_go finds the origins: separated by spaces. No item has such a name. */
#define TOOL_SECRETS_ORIGINS "origins"

/** tool_secrets_may_go(secrets, origin): were they entered for requests to this origin (url_origin)? The same holds
 * for the tokens of the tool's OAuth 2.0. */
bool tool_secrets_may_go(const struct fieldset *secrets, const char *origin);

/* ---- servers ---- */

/** tool_server_resolve(url, declared, s, out): url, a server of the document or s->server, with the values of its
 * variables: as chosen in s, else as the document says (declared: "variables" of a SERVER, an array; NULL: none).
 * Without a final slash. RC_INVALID: a variable has no value or none of its enum, or what comes of it is no URL of
 * url.h, or has a query. */
enum rc tool_server_resolve(const char *url, jsonv *declared, const struct tool_settings *s,
	char out[URL_MAX + 1]) RC_MUST_CHECK;
/** tool_server_declared(servers, url): the "variables" of the server of that URL; NULL: none. */
jsonv *tool_server_declared(jsonv *servers, const char *url);

#define TOOL_ORIGINS_MAX 32
struct tool_origins {
	char items[TOOL_ORIGINS_MAX][URL_ORIGIN_SIZE];
	size_t n;
};

/** tool_origins(head, s, out): where requests of the tool go: its server, and those that operations have of their
 * own ("operation_servers" of the head). What does not resolve, or is too many, is not among them. */
void tool_origins(jsonv *head, const struct tool_settings *s, struct tool_origins *out);

#endif
