/* SPDX-License-Identifier: Apache-2.0
 *
 * Provider definitions: what a provider file says, as data. A file is a Dify provider document
 * (identity, credentials_schema, credentials_for_provider, oauth_schema) plus a section "grantry" that
 * says as data what Dify leaves to plugin code: see docs/providers.md for the whole vocabulary. A
 * document without that section loads too; what it cannot do without a recipe is then said.
 * All strings live as long as the catalogue. Nothing here is secret and nothing here is per tenant.
 */
#ifndef GRANTRY_DOMAIN_PROVIDER_H
#define GRANTRY_DOMAIN_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"
#include "store/ids.h"

struct fieldset;

enum provider_kind {
	PROVIDER_DATASOURCE,
	PROVIDER_TOOL,
	PROVIDER_TRIGGER,
	PROVIDER_MODEL,
	PROVIDER_EXTENSION,
	PROVIDER_KIND__MAX
};

/* Text in several languages; keys as Dify writes them ("en_US"). */
struct i18n {
	struct i18n_item {
		const char *language, *text;
	} * items;
	size_t n;
};

/** i18n_text(t, language): exact, else same language, else en_US, else the first, else "". */
const char *i18n_text(const struct i18n *t, const char *language);

enum field_kind {
	FIELD_SECRET,         /* secret-input */
	FIELD_TEXT,           /* text-input */
	FIELD_SELECT,         /* select */
	FIELD_BOOLEAN,        /* boolean */
	FIELD_MODEL_SELECTOR, /* model-selector */
	FIELD_APP_SELECTOR,   /* app-selector */
	FIELD_TOOLS,          /* array[tools] */
	FIELD_RADIO,          /* radio: one of its options */
};

struct field_option {
	const char *value;
	struct i18n label;
};

struct texts {
	const char **items;
	size_t n;
};

/* "when": a field or a check counts only while every condition holds. */
struct condition {
	const char *field;
	struct texts values; /* one of them */
};

struct conditions {
	struct condition *items;
	size_t n;
};

enum field_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_URL, FORMAT_NUMBER };

/* What grantry.fields asks of a value beyond its type. */
struct field_rule {
	const char *pattern; /* POSIX extended, for the whole value; NULL: any */
	struct i18n message; /* what is wrong when the pattern is not met */
	struct texts hosts;  /* "example.com", "*.example.com"; none: any */
	bool operator_hosts; /* or an origin that the operator allows */
	enum field_format format;
	int64_t min, max; /* of a number */
	struct conditions when;
};

struct field {
	const char *name;
	enum field_kind kind;
	bool required;
	struct field_rule rule;
	bool multiple; /* of a selector: several may be chosen */
	const char
		*scope; /* of a selector: what may be chosen ("chat", "llm", …); NULL: anything */
	const char *default_value; /* NULL: none */
	const char *url;           /* help page, absolute https; NULL: none */
	struct i18n label, help, placeholder;
	struct field_option *options;
	size_t n_options;
};

struct schema {
	struct field *fields;
	size_t n;
};

struct pair {
	const char *name, *value; /* value: a template, see domain/placeholder.h */
};

struct pairs {
	struct pair *items;
	size_t n;
};

enum body_format {
	BODY_NONE,
	BODY_FORM,
	BODY_JSON,
	BODY_TEXT,
	BODY_QUERY, /* of token requests: the parameters stand in the URL */
};

/* A JSON body: templates and literals in a tree. */
enum body_kind { BODY_STRING, BODY_LITERAL, BODY_ARRAY, BODY_OBJECT };
struct body_node {
	enum body_kind kind;
	const char *name; /* of a member of an object */
	const char *text; /* string: a template; literal: number, true, false or null */
	struct body_node *items;
	size_t n;
};

/* A request to a provider as data; url, header, query and body values are templates. */
struct http_recipe {
	const char *method; /* NULL: no such request is defined */
	const char *url;
	struct pairs headers, query;
	const char *basic_user, *basic_password; /* HTTP Basic; NULL: none */
	enum body_format format;
	struct pairs body;            /* form */
	const struct body_node *json; /* json; NULL: no body */
	const char *text;             /* text */
	const char *content_type;     /* of a text */
};

/* JSON pointers (RFC 6901), tried in order. */
struct pointers {
	const char **items;
	size_t n;
};

struct status_range {
	int first, last;
};

struct statuses {
	struct status_range *items;
	size_t n;
};

/* An answer that has one of the statuses (none given: any) and all that is required. */
struct answer_rule {
	struct statuses status;
	struct pairs require;
};

struct answer_rules {
	struct answer_rule *items;
	size_t n;
};

/* What an answer of the provider's API looks like that means: the access token is over. */
struct expired_sign {
	int status;                   /* 0: any */
	struct pairs require;         /* JSON pointer → text */
	const char *www_authenticate; /* stands in that header; NULL: any */
	const char *text;             /* stands in a body that is plain text; NULL: any */
};

/* One call that tells whether a credential works. */
struct check_recipe {
	struct conditions when; /* of the credential's fields */
	struct http_recipe request;
	struct statuses success, forbidden;
	struct pairs require; /* JSON pointer → text that must stand there ("true", "200", …) */
	struct pointers present, absent; /* each holds something; each holds nothing */
	struct pointers one_of;          /* one of these holds something */
	struct answer_rules refused, limited;
	struct pointers message;            /* where the provider's own words are when it refuses */
	const struct expired_sign *expired; /* of the oauth section */
	size_t n_expired;
};

/* The first whose "when" holds is asked. */
struct checks {
	struct check_recipe *items;
	size_t n;
};

/* A value computed from others: {{client.name}} or {{credential.name}}. */
enum derive_how { DERIVE_MAP, DERIVE_ENDS, DERIVE_POINTER, DERIVE_STRIP };
struct derived {
	const char *space, *name; /* "client" or "credential" */
	const char *from;         /* template over fields of that space */
	enum derive_how how;
	struct pairs texts;       /* map: value → text; ends: suffix → text */
	const char *fallback;     /* when none fits; NULL: then it has no value */
	struct pointers pointers; /* into the value, a JSON document */
	struct texts suffixes;    /* strip: the first that fits is taken away */
};

struct derives {
	struct derived *items;
	size_t n;
};

/* Where a connected account's label comes from. */
struct identity_recipe {
	bool from_token_response; /* else from request's answer */
	struct http_recipe request;
	struct pointers subject, name, account, avatar;
	struct pointers
		message; /* of oauth: the provider's words, where this request is the check too */
	/* of oauth: names of what is kept of the grant ({{token.NAME}}), for what no answer says; NULL: none */
	const char *kept_subject, *kept_name, *kept_account;
};

struct scope {
	const char *name;
	struct i18n label, why;
	bool optional; /* the person may leave it out */
};

struct scope_list {
	struct scope *items;
	size_t n;
};

enum pkce_use {
	PKCE_OFF,
	PKCE_ON,
	PKCE_REQUIRED
}; /* required: sent as with on; the provider insists */
enum client_auth {
	CLIENT_AUTH_POST,
	CLIENT_AUTH_BASIC,
	CLIENT_AUTH_NONE,   /* a public client: its id alone */
	CLIENT_AUTH_ABSENT, /* of what is minted: no client at all */
};
enum revocation_style { REVOCATION_NONE, REVOCATION_RFC7009, REVOCATION_REQUEST };

#define EXPIRES_NEVER (-1)

/* A value that comes with the redirect and is kept as {{token.NAME}}. What a browser brings is anybody's word: it is
 * taken only as pattern and hosts say. */
struct redirect_value {
	const char *name, *param;
	const char *pattern; /* POSIX extended, anchored; NULL: any line of text */
	struct texts
		hosts; /* a host name, or an https origin, of one of these: domain/allowed.h; n 0: any */
	bool required;
};

struct redirect_recipe {
	const char *code; /* name of the code's parameter */
	struct redirect_value *values;
	size_t n_values;
	const char *
		signature_param; /* NULL: not signed; hex HMAC-SHA256 of the others with the client secret */
};

/* One of the calls to a token endpoint, where it differs from the others. */
struct token_step {
	const char *url;    /* template; NULL: token_url, of exchange.then: there is no such step */
	const char *method; /* NULL: POST */
	const char *grant_type; /* NULL: as in RFC 6749; "": none is sent */
	struct pairs params;    /* further ones of this step */
	struct pairs names;     /* the standard's name → the name here; "": left out */
};

/* A further token of the same grant: kept as NAME_access_token, NAME_refresh_token, NAME_scope, NAME_expires_at. */
struct token_part {
	const char *name;
	struct pointers access_token, refresh_token, expires_in, scope;
};

enum expires_from { EXPIRES_FROM_RESPONSE, EXPIRES_FROM_JWT, EXPIRES_FROM_INTROSPECTION };

struct named_pointers {
	const char *name;
	struct pointers at;
};

/* A request that follows the exchange, for values worth keeping as {{token.NAME}}. */
struct lookup {
	struct http_recipe request;
	struct named_pointers *keep;
	size_t n_keep;
	bool required; /* without them the authorization fails */
};

enum refresh_with { REFRESH_WITH_REFRESH_TOKEN, REFRESH_WITH_ACCESS_TOKEN };
enum rotation { ROTATION_OPTIONAL, ROTATION_ALWAYS, ROTATION_NEVER };
enum revoked_token { REVOKE_DEFAULT, REVOKE_REFRESH_TOKEN, REVOKE_ACCESS_TOKEN, REVOKE_BOTH };

enum diagnosis_at { AT_ANY, AT_AUTHORIZE, AT_EXCHANGE, AT_REFRESH, AT_CHECK };

struct diagnosis_rule {
	enum diagnosis_at at;
	const char *error, *contains; /* the provider's code; a part of its words; NULL: any */
	int status;                   /* 0: any */
	struct i18n cause, next;
};

struct diagnosis {
	struct diagnosis_rule *items;
	size_t n;
};

struct oauth_recipe {
	const struct derives *derives; /* of the provider */
	const char *issuer; /* RFC 9207: what "iss" must equal; template; NULL: unknown */
	bool iss_required; /* the server announces authorization_response_iss_parameter_supported */
	const char *authorization_url, *token_url; /* templates over client fields */
	enum pkce_use pkce;          /* S256; off only where a provider refuses the parameter */
	const char *scope_separator; /* " " */
	struct scope_list scopes, user_scopes;
	const char *scope_param, *user_scope_param;
	const char *optional_scope_param; /* NULL: with the others */
	const char *
		scope_override; /* client field whose value, where there is one, is sent instead; NULL */
	struct pairs authorize_params;
	struct redirect_recipe redirect;
	enum client_auth client_auth;
	enum body_format token_format;            /* BODY_FORM, BODY_JSON or BODY_QUERY */
	struct pairs token_headers, token_params; /* added to every token request */
	bool accept_form_response;                /* the answer may be access_token=…&… */
	bool accept_201;
	struct token_step exchange, then, refresh;
	const char *then_token_param; /* in which the first token is sent */
	/* where things stand in the token answer */
	struct pointers access_token, refresh_token, expires_in, expires_at, scope, token_type,
		error, error_description, issued_at, refresh_expires_in, refresh_expires_at;
	struct pairs
		token_members; /* further members worth keeping: name → JSON pointer; {{token.NAME}} */
	struct pairs token_require; /* JSON pointer → text without which an answer is an error */
	struct token_part *parts;
	size_t n_parts;
	enum expires_from expires_from;
	int expires_ms_per_unit;        /* of expires_in: 1000, 1, 60000 */
	const char *default_token_type; /* when the answer names none; "Bearer" */
	int64_t default_expires_in_s;  /* when the answer names none; EXPIRES_NEVER; default 3600 */
	const char *introspection_url; /* RFC 7662; NULL: none */
	struct lookup *lookups;
	size_t n_lookups;
	/* credential field → template over token.*, client.*; what a runtime will be handed */
	struct pairs credential;
	struct pairs errors; /* the provider's own error code → class, see token_error_class */
	bool refresh_supported;
	enum refresh_with refresh_with;
	enum rotation rotation;
	bool refresh_scope, refresh_redirect_uri; /* are sent again */
	int64_t refresh_margin_s;                 /* 0: the default */
	int64_t refresh_window_s; /* it refuses to renew earlier before the end; 0: it does not */
	int64_t refresh_idle_limit_s;     /* a refresh token unused for so long dies; 0: unknown */
	int64_t refresh_absolute_limit_s; /* so long after consent it dies in any case; 0: unknown */
	int64_t refresh_at_once;          /* calls at the same time that it bears; 0: the default */
	struct expired_sign *token_expired;
	size_t n_token_expired;
	enum revocation_style revocation;
	enum revoked_token revoked_token;
	struct http_recipe revocation_request; /* RFC7009: url only */
	struct checks
		checks; /* does an access token work? Else whose it is, where a request tells */
	struct identity_recipe identity;
	struct diagnosis diagnosis; /* its own rules; asked before the common ones */
	struct i18n *setup_steps;   /* numbered steps for the person who makes the OAuth app */
	size_t n_setup_steps;
	const char *setup_url; /* where the keys are made */
	/* derived: a client field stands in the authority part of an endpoint, so whoever edits the client
	 * chooses the host: such a client gets a redirect URI of its own (security R7, R8, A15) */
	bool host_from_client;
};

enum mint_grant { MINT_CLIENT_CREDENTIALS, MINT_JWT_BEARER, MINT_PLAIN };
enum jwt_alg { JWT_RS256, JWT_ES256, JWT_HS256 };

struct jwt_recipe {
	enum jwt_alg alg;
	const char *key, *kid; /* templates; kid may be NULL; key NULL: no assertion is made */
	struct pairs claims;   /* beside iat, exp and jti */
	int64_t lifetime_s;
	bool as_bearer; /* sent as Authorization: Bearer instead of as a parameter */
};

/* An access token made from the fields of an API key (two-legged). All templates over credential. */
struct mint_recipe {
	enum mint_grant grant;
	const char *client_id, *client_secret; /* NULL: not sent */
	struct jwt_recipe jwt;
	struct oauth_recipe
		oauth; /* its token_url, token_request, token_response, credential, errors */
};

/* Whether somebody tried the definition against the live service. */
struct verification {
	bool said, done;
	const char *on, *how;
};

struct provider {
	enum provider_kind kind;
	const char *org, *plugin, *name; /* each ^[a-z0-9_-]+$ */
	const char *plugin_id;           /* "org/plugin" */
	const char *id;                  /* "org/plugin/name" */
	const char *file;        /* below the provider folder ("tools/acme.yaml"), for messages */
	uint64_t fingerprint;    /* of the files that it was read from, shared parts left out */
	bool imported;           /* its document is that of a plugin folder … */
	const char *recipe_file; /* … with the recipe of this file of ours; NULL: with none */
	struct i18n label, description;
	struct i18n vendor;   /* who runs it, for sentences: "Acme"; nothing: as the label */
	struct i18n note;     /* for people, on the provider's page */
	struct texts sources; /* where the facts come from */
	struct verification verified;
	const char *icon_letter, *icon_tone; /* tile: 1-2 letters; "blue", …, NULL: "ink" */
	bool has_api_key, has_oauth;
	struct schema api_key_schema;
	struct checks api_key_checks;   /* none: cannot be validated, */
	struct i18n api_key_unchecked;  /* and why */
	const struct mint_recipe *mint; /* NULL: the fields are what a runtime is handed */
	/* of a model provider: the form of a single model. Its first fields are MODEL_TYPE_FIELD and
	 * MODEL_NAME_FIELD; a credential that holds them is of that model */
	struct schema model_schema;
	struct schema subscription_schema; /* of a trigger: what a subscription holds */
	struct identity_recipe
		api_key_identity; /* from the validation answer unless a request is given */
	struct schema client_schema, oauth_credentials_schema;
	struct derives derives;
	struct oauth_recipe oauth;
	const char *missing; /* NULL, or why OAuth cannot be used ("no grantry.oauth section") */
};

struct provider_error {
	const char *file;
	unsigned line, column; /* 0: the whole file, the whole line */
	const char *reason;
};

struct catalogue;

/** catalogue_load(dir, vars, out): reads *.yaml of the folder and of its subfolders datasources, tools, triggers,
 * models and extensions, each in name order; dir/shared holds parts that they name. A wrong file is left out and becomes a
 * provider_error (the caller logs or prints them); two files with one id: the second is refused.
 * vars (NULL: none) are the operator's own: each value is an origin, http allowed, and stands in for
 * {{operator.NAME}} at the beginning of the URLs of the grantry section. A file that needs a variable
 * which is not there is left out with that reason.
 * Errors: RC_NOT_FOUND no such folder, RC_INVALID a variable is not an origin, RC_NOMEM. */
enum rc catalogue_load(
	const char *dir, const struct pairs *vars, struct catalogue **out) RC_MUST_CHECK;
/** catalogue_diagnosis(catalogue): the rules of the folder's file diagnosis.yaml, which are for all providers; borrowed. */
const struct diagnosis *catalogue_diagnosis(const struct catalogue *catalogue);
/** catalogue_import(catalogue, dir, vars, import_dir): adds the plugins of the folders import_dir/ORG/PLUGIN, see
 * domain/plugin.h. dir and vars as for catalogue_load. No such folder: nothing to add. RC_NOMEM. */
enum rc catalogue_import(struct catalogue *catalogue, const char *dir, const struct pairs *vars,
	const char *import_dir) RC_MUST_CHECK;
void catalogue_free(struct catalogue *catalogue);

size_t catalogue_count(const struct catalogue *catalogue);
const struct provider *catalogue_at(const struct catalogue *catalogue, size_t i);
/** catalogue_find(catalogue, id): NULL when there is none. id: "org/plugin/name", which names one provider
 * whatever its kind. */
const struct provider *catalogue_find(const struct catalogue *catalogue, const char *id);
/** catalogue_find_ref(catalogue, ref): likewise, as rows name it. */
const struct provider *catalogue_find_ref(
	const struct catalogue *catalogue, const struct provider_ref *ref);
size_t catalogue_error_count(const struct catalogue *catalogue);
const struct provider_error *catalogue_error_at(const struct catalogue *catalogue, size_t i);
/** catalogue_note_count(catalogue), catalogue_note_at(catalogue, i): what was passed over in documents that are not
 * ours: unknown keys and languages, unusable help pages. */
size_t catalogue_note_count(const struct catalogue *catalogue);
const struct provider_error *catalogue_note_at(const struct catalogue *catalogue, size_t i);

/** provider_parse(file, text, len, vars, out, error): one document, for lint and fuzzing. *out holds that
 * one provider, or none when the document is wrong; it owns error->file and error->reason and is the
 * caller's to free in both cases (NULL only for RC_NOMEM). vars as for catalogue_load.
 * Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc provider_parse(const char *file, const char *text, size_t len, const struct pairs *vars,
	struct catalogue **out, struct provider_error *error) RC_MUST_CHECK;

/** provider_parse_in(dir, file, ...): likewise, of a file in the folder dir: the shared parts that it names are in
 * dir/shared or dir/../shared. */
enum rc provider_parse_in(const char *dir, const char *file, const char *text, size_t len,
	const struct pairs *vars, struct catalogue **out,
	struct provider_error *error) RC_MUST_CHECK;

/* The organisation of API tools: their definitions belong to a workspace each (domain/definition.h), and no file may use
 * its name. */
#define PROVIDER_TOOLS_ORG "api-tools"

/** provider_parse_own(text, len, out, error): the definition of an API tool, which has that organisation; nothing of the
 * operator's stands in it: no variables, no shared parts. Otherwise as provider_parse. */
enum rc provider_parse_own(const char *text, size_t len, struct catalogue **out,
	struct provider_error *error) RC_MUST_CHECK;

/** provider_is_own(p): is it of an API tool, made by people of a workspace? Then nothing of the operator's is for it. */
bool provider_is_own(const struct provider *p);

/** provider_ref_of(p): as rows name it; borrowed. */
struct provider_ref provider_ref_of(const struct provider *p);

/** provider_kind_word(kind): "datasource", "tool", … as in redirect URIs. */
const char *provider_kind_word(enum provider_kind kind);
enum rc provider_kind_parse(const char *word, enum provider_kind *out) RC_MUST_CHECK;

/** provider_can_connect(p): it has OAuth, and its file says how to ask. Else p->oauth is empty. */
bool provider_can_connect(const struct provider *p);

/** oauth_url_at(recipe, i): the addresses that its requests go to, from i = 0; "" for one that it does not have, NULL
 * behind the last. */
const char *oauth_url_at(const struct oauth_recipe *recipe, size_t i);

/** conditions_hold(conditions, fields): an absent field is an empty one; no conditions hold. */
bool conditions_hold(const struct conditions *conditions, const struct fieldset *fields);
/** checks_find(checks, fields): the check for a credential with these fields; NULL: it is not checked. */
const struct check_recipe *checks_find(const struct checks *checks, const struct fieldset *fields);

#define MODEL_TYPE_FIELD "__model_type"
#define MODEL_NAME_FIELD "__model_name"

/** provider_key_schema(p, fields): the form that these fields fill in: that of a model when they name one, or when
 * there is no other; else api_key_schema. fields may be NULL. */
const struct schema *provider_key_schema(const struct provider *p, const struct fieldset *fields);

/** schema_find(schema, name): NULL when absent. */
const struct field *schema_find(const struct schema *schema, const char *name);
/** field_has_option(field, value): is it one of those of a select? */
bool field_has_option(const struct field *field, const char *value);

#endif
