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
};

struct field_option {
	const char *value;
	struct i18n label;
};

/* "when": a field or a check counts only while every condition holds. */
struct condition {
	const char *field;
	const char **values; /* one of them */
	size_t n;
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
	const char **hosts;  /* "example.com", "*.example.com"; none: any */
	size_t n_hosts;
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

enum body_format { BODY_NONE, BODY_FORM, BODY_JSON, BODY_TEXT };

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

/* One call that tells whether a credential works. */
struct check_recipe {
	struct conditions when; /* of the credential's fields */
	struct http_recipe request;
	struct statuses success, forbidden;
	struct pairs require; /* JSON pointer → text that must stand there ("true", "200", …) */
	struct pointers present, absent; /* each holds something; each holds nothing */
	struct answer_rules refused, limited;
	struct pointers message; /* where the provider's own words are when it refuses */
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
	const char **suffixes;    /* strip: the first that fits is taken away */
	size_t n_suffixes;
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
};

struct scope {
	const char *name;
	struct i18n label, why;
};

enum client_auth { CLIENT_AUTH_POST, CLIENT_AUTH_BASIC, CLIENT_AUTH_NONE };
enum revocation_style { REVOCATION_NONE, REVOCATION_RFC7009, REVOCATION_REQUEST };

#define EXPIRES_NEVER (-1)

struct oauth_recipe {
	const struct derives *derives; /* of the provider */
	const char *issuer; /* RFC 9207: what "iss" must equal; template; NULL: unknown */
	bool iss_required; /* the server announces authorization_response_iss_parameter_supported */
	const char *authorization_url, *token_url; /* templates over client fields */
	bool pkce;                   /* S256; false only where a provider refuses the parameter */
	const char *scope_separator; /* " " */
	struct scope *scopes;
	size_t n_scopes;
	struct pairs authorize_params;
	enum client_auth client_auth;
	enum body_format token_format;            /* BODY_FORM or BODY_JSON */
	struct pairs token_headers, token_params; /* added to every token request */
	bool accept_form_response;                /* GitHub style access_token=…&… */
	bool accept_201;
	/* where things stand in the token answer */
	struct pointers access_token, refresh_token, expires_in, expires_at, scope, token_type,
		error, error_description;
	struct pairs
		token_members; /* further members worth keeping: name → JSON pointer; {{token.NAME}} */
	const char *default_token_type; /* when the answer names none; "Bearer" */
	int64_t default_expires_in_s; /* when the answer names none; EXPIRES_NEVER; default 3600 */
	/* credential field → template over token.*, client.*; what a runtime will be handed */
	struct pairs credential;
	struct pairs errors; /* the provider's own error code → class, see token_error_class */
	bool refresh_supported;
	struct pairs refresh_params;
	int64_t refresh_margin_s;     /* 0: the default */
	int64_t refresh_idle_limit_s; /* a refresh token unused for so long dies; 0: unknown */
	int64_t refresh_at_once;      /* calls at the same time that it bears; 0: the default */
	enum revocation_style revocation;
	struct http_recipe revocation_request; /* RFC7009: url only */
	struct checks checks;                  /* does an access token work? */
	struct identity_recipe identity;
	struct i18n *setup_steps; /* numbered steps for the person who makes the OAuth app */
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
	const char *file;                /* base name, for messages */
	struct i18n label, description;
	const char *vendor;   /* who runs it, for sentences: "Acme"; NULL: as the label */
	struct i18n note;     /* for people, on the provider's page */
	const char **sources; /* where the facts come from */
	size_t n_sources;
	struct verification verified;
	const char *icon_letter, *icon_tone; /* tile: 1-2 letters; "blue", …, NULL: "ink" */
	bool has_api_key, has_oauth;
	struct schema api_key_schema;
	struct checks api_key_checks;   /* none: cannot be validated, */
	struct i18n api_key_unchecked;  /* and why */
	const struct mint_recipe *mint; /* NULL: the fields are what a runtime is handed */
	struct identity_recipe
		api_key_identity; /* from the validation answer unless a request is given */
	struct schema client_schema, oauth_credentials_schema;
	struct derives derives;
	struct oauth_recipe oauth;
	const char *missing; /* NULL, or why OAuth cannot be used ("no grantry.oauth section") */
};

struct provider_error {
	const char *file;
	unsigned line; /* 0: the whole file */
	const char *reason;
};

struct catalogue;

/** catalogue_load(dir, vars, out): reads *.yaml in name order. A wrong file is left out and becomes a
 * provider_error (the caller logs or prints them); two files with one kind and id: the second is refused.
 * vars (NULL: none) are the operator's own: each value is an origin, http allowed, and stands in for
 * {{operator.NAME}} at the beginning of the URLs of the grantry section. A file that needs a variable
 * which is not there is left out with that reason.
 * Errors: RC_NOT_FOUND no such folder, RC_INVALID a variable is not an origin, RC_NOMEM. */
enum rc catalogue_load(
	const char *dir, const struct pairs *vars, struct catalogue **out) RC_MUST_CHECK;
void catalogue_free(struct catalogue *catalogue);

size_t catalogue_count(const struct catalogue *catalogue);
const struct provider *catalogue_at(const struct catalogue *catalogue, size_t i);
/** catalogue_find(catalogue, kind, id): NULL when there is none. id: "org/plugin/name". */
const struct provider *catalogue_find(
	const struct catalogue *catalogue, enum provider_kind kind, const char *id);
/** catalogue_find_ref(catalogue, kind, ref): likewise, as rows name it. */
const struct provider *catalogue_find_ref(
	const struct catalogue *catalogue, enum provider_kind kind, const struct provider_ref *ref);
size_t catalogue_error_count(const struct catalogue *catalogue);
const struct provider_error *catalogue_error_at(const struct catalogue *catalogue, size_t i);

/** provider_parse(file, text, len, vars, out, error): one document, for lint and fuzzing. *out holds that
 * one provider, or none when the document is wrong; it owns error->file and error->reason and is the
 * caller's to free in both cases (NULL only for RC_NOMEM). vars as for catalogue_load.
 * Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc provider_parse(const char *file, const char *text, size_t len, const struct pairs *vars,
	struct catalogue **out, struct provider_error *error) RC_MUST_CHECK;

/** provider_ref_of(p): as rows name it; borrowed. */
struct provider_ref provider_ref_of(const struct provider *p);

/** provider_kind_word(kind): "datasource", "tool", … as in redirect URIs. */
const char *provider_kind_word(enum provider_kind kind);
enum rc provider_kind_parse(const char *word, enum provider_kind *out) RC_MUST_CHECK;

/** provider_can_connect(p): it has OAuth, and its file says how to ask. Else p->oauth is empty. */
bool provider_can_connect(const struct provider *p);

/** conditions_hold(conditions, fields): an absent field is an empty one; no conditions hold. */
bool conditions_hold(const struct conditions *conditions, const struct fieldset *fields);
/** checks_find(checks, fields): the check for a credential with these fields; NULL: it is not checked. */
const struct check_recipe *checks_find(const struct checks *checks, const struct fieldset *fields);

/** schema_find(schema, name): NULL when absent. */
const struct field *schema_find(const struct schema *schema, const char *name);
/** field_has_option(field, value): is it one of those of a select? */
bool field_has_option(const struct field *field, const char *value);

#endif
