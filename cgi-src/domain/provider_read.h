/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the provider loader: what its files share, and nobody else includes. A section of a document
 * is described by a table of members; reading it also finds unknown and missing keys. The first thing
 * that is wrong is kept with its line, and reading goes on harmlessly, so that readers need no error paths.
 */
#ifndef GRANTRY_DOMAIN_PROVIDER_READ_H
#define GRANTRY_DOMAIN_PROVIDER_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/derived.h"
#include "domain/placeholder.h"
#include "domain/provider.h"
#include "platform/yamlr.h"

#define PROVIDER_TEXT_MAX 2048  /* templates, names, words */
#define PROVIDER_WORDS_MAX 4096 /* texts for people */
#define PROVIDER_ITEMS_MAX 64   /* of any list; a form has no more fields than a fieldset holds */

/* What the manifest of a plugin says about a document that it names. */
struct plugin_entry {
	const char *org, *name;
	enum provider_kind kind;
	const struct yamlr_node *manifest;
	/** recipe_of(arg, id, ours): section grantry of our own definition of that provider, which stays until the
	 * document is read. NULL: we have none. */
	const struct yamlr_node *(*recipe_of)(
		void *arg, const char *id, const struct provider **ours);
	void *arg;
};

struct parse {
	struct catalogue *catalogue;       /* owns all that is read */
	const char *file;                  /* for notes */
	const struct plugin_entry *plugin; /* NULL: a document without a manifest */
	const struct pairs *vars;          /* the operator's; may be NULL */
	bool ours;                         /* has a grantry section: then nothing is forgiven */
	bool own;                          /* of an API tool */
	const char *recipe_file; /* of a plugin's document: being read; NULL: not, or not yet */
	enum rc rc;              /* first failure */
	unsigned line;
	const char *reason;
	/* what templates may name at this point of the document */
	const char *spaces;
	const struct schema *client, *credential, *model;
	const struct derives *derives; /* NULL: none yet */
	const struct yamlr_node *credential_map;
	bool in_oauth;
	const struct yamlr_node *oauth; /* the section, with its base */
	bool before_tokens;             /* of token.* only what the redirect brought is known */
	struct shared *shared;          /* NULL: there is no folder of shared parts */
	const char *base;               /* shared part of this oauth section, for messages */
	unsigned base_line;             /* where it is named */
};

/* Reads one value into *at; the type of at is the reader's. */
typedef void parse_reader(struct parse *ps, const struct yamlr_node *node, void *at);

/** parse_fail(ps, node, fmt, ...): keeps the first reason; node gives line and key, may be NULL. */
void parse_fail(struct parse *ps, const struct yamlr_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** parse_note(ps, node, fmt, ...): something was passed over. */
void parse_note(struct parse *ps, const struct yamlr_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** parse_forgive(ps, node, reason): a failure in files of ours; a note in those of others. */
void parse_forgive(struct parse *ps, const struct yamlr_node *node, const char *reason);
/** note_unknown(ps, map, known): a note for each key that is not in the NULL-terminated list. map may be NULL. */
void note_unknown(struct parse *ps, const struct yamlr_node *map, const char *const *known);

/** parse_alloc(ps, size): zeroed, lives as long as the catalogue; NULL: ps->rc is RC_NOMEM. */
void *parse_alloc(struct parse *ps, size_t size);
/** parse_list(ps, node, size): room for as many items as node has; NULL also when they are too many. */
void *parse_list(struct parse *ps, const struct yamlr_node *node, size_t size);
/** parse_items(ps, node, kind, size, read, n): a list (YAMLR_SEQUENCE) or a mapping by name (YAMLR_MAPPING), each item
 * read by read into size bytes of what is returned. */
void *parse_items(struct parse *ps, const struct yamlr_node *node, enum yamlr_kind kind,
	size_t size, parse_reader *read, size_t *n);
/** parse_copy(ps, p, len): NUL-terminated. */
const char *parse_copy(struct parse *ps, const char *p, size_t len);

struct member {
	const char *key;
	parse_reader *read;
	size_t offset;
	bool required;
};

#define MEMBER(key, read, type, field)                                                             \
	{                                                                                          \
		key, read, offsetof(type, field), false                                            \
	}
#define MEMBER_REQUIRED(key, read, type, field)                                                    \
	{                                                                                          \
		key, read, offsetof(type, field), true                                             \
	}
/* A section whose members lie in the same struct as the section itself. */
#define SECTION(key, read)                                                                         \
	{                                                                                          \
		key, read, 0, false                                                                \
	}

/** parse_members(ps, map, table, n, base): each member into base + offset. */
void parse_members(struct parse *ps, const struct yamlr_node *map, const struct member *table,
	size_t n, void *base);
#define PARSE_MEMBERS(ps, map, table, base)                                                        \
	parse_members(ps, map, table, sizeof(table) / sizeof(*(table)), base)

/** parse_word(ps, node, words, n): index of the word, 0 and a failure for any other. */
size_t parse_word(
	struct parse *ps, const struct yamlr_node *node, const char *const *words, size_t n);

bool token_name_is_standard(const char *name); /* of an answer of RFC 6749 */
bool provider_id_is_valid(const char *text);   /* ^[a-z0-9_-]+$, at most 64 */

/** read_key(ps, map, key, read, at): map[key], when it is there and not null. */
void read_key(struct parse *ps, const struct yamlr_node *map, const char *key, parse_reader *read,
	void *at);

parse_reader read_text;     /* const char *: one line */
parse_reader read_lines;    /* const char *: line ends allowed */
parse_reader read_id;       /* const char *: ^[a-z0-9_-]+$ */
parse_reader read_bool;     /* bool */
parse_reader read_seconds;  /* int64_t: 0..10 years */
parse_reader read_words;    /* struct i18n */
parse_reader read_pointer;  /* const char *: RFC 6901 */
parse_reader read_pointers; /* struct pointers: one or a list */
/** read_pairs(ps, node, value, out): a mapping; every value is read by value into a const char *. */
void read_pairs(
	struct parse *ps, const struct yamlr_node *node, parse_reader *value, struct pairs *out);

/* provider_template.c */
parse_reader read_template; /* const char *: checked against ps->spaces and the schemas */
parse_reader
	read_url; /* const char *: template of an absolute https URL; operator origins put in */
/** read_template_lines: likewise, and line ends are allowed (a body, a document). */
parse_reader read_template_lines;
parse_reader read_help_url; /* const char *: https page for people, fragment allowed */
/** template_host_chosen(ps, url): may whoever fills in the OAuth client choose where this URL leads? Not when all
 * that stands in scheme, host and port are texts of the file: its own, those of "derive", options of a select, or a
 * field that is bound to certain hosts. url may be NULL. */
bool template_host_chosen(const struct parse *ps, const char *url);
/** template_query_has(ps, url, name): does the URL's own query name this parameter? */
bool template_query_has(struct parse *ps, const char *url, const char *name);

/* provider_recipe.c */
/** recipe_read(ps, grantry, provider): the grantry section; the schemas have been read. */
void recipe_read(struct parse *ps, const struct yamlr_node *grantry, struct provider *provider);

parse_reader read_nothing; /* a key that is read out of turn */

/* provider_request.c */
parse_reader read_headers; /* struct pairs */
parse_reader read_request; /* struct http_recipe */

/* provider_check.c */
parse_reader read_conditions; /* struct conditions */
/** check_conditions(ps, node, conditions, schema, other): they name fields of it, or of other (may be NULL), and
 * values these can have. */
void check_conditions(struct parse *ps, const struct yamlr_node *node,
	const struct conditions *conditions, const struct schema *schema,
	const struct schema *other);
parse_reader read_require;         /* struct pairs: JSON pointer → text */
parse_reader read_checks;          /* struct checks: one or a list */
parse_reader read_identity_recipe; /* struct identity_recipe */
/** check_of_identity(ps, identity, out): without a check of its own, whoever can be asked whose a token is is asked that. */
void check_of_identity(
	struct parse *ps, const struct identity_recipe *identity, struct checks *out);

/* provider_fields.c */
parse_reader read_field_rules; /* struct provider: rules of the fields of its schemas */
parse_reader read_derives;     /* struct provider: its derives */

/* provider_mint.c */
parse_reader read_mint; /* const struct mint_recipe * */

/* provider_oauth.c */
parse_reader recipe_read_oauth;                   /* struct provider: its oauth section */
void oauth_recipe_init(struct oauth_recipe *out); /* before reading; also for what is minted */
void oauth_recipe_defaults(struct parse *ps, struct oauth_recipe *out); /* after */

/* Sections of struct oauth_recipe. */
/* provider_scopes.c */
parse_reader read_scopes;    /* struct scope_list */
parse_reader read_separator; /* const char * */
/* provider_token.c */
parse_reader read_token_request, read_token_response, read_exchange, read_refresh, read_revocation,
	read_introspection;
parse_reader read_credential, read_errors; /* struct pairs */
/** token_steps_check(ps, node, oauth): nothing is sent twice. */
void token_steps_check(
	struct parse *ps, const struct yamlr_node *node, const struct oauth_recipe *oauth);
/* provider_kept.c */
parse_reader read_redirect, read_lookups, read_parts;
/** kept_has(ps, name): will there be a {{token.name}} besides those of RFC 6749? */
bool kept_has(const struct parse *ps, const char *name);
/** kept_check(ps): no name is kept twice, and none that a token answer has anyway. */
void kept_check(struct parse *ps);
/** kept_check_url(ps, node, oauth, url): what the redirect brings into its host is limited. */
void kept_check_url(struct parse *ps, const struct yamlr_node *node,
	const struct oauth_recipe *oauth, const char *url);
/* provider_signs.c */
parse_reader read_token_expired, read_diagnosis;

/** read_in(ps, spaces, before_tokens, read, node, at): with these namespaces, then back to those before. */
void read_in(struct parse *ps, const char *spaces, bool before_tokens, parse_reader *read,
	const struct yamlr_node *node, void *at);

/* provider_shared.c */
/** shared_open(dir, out): the shared parts of a provider folder, dir/shared or dir/../shared; read when first named.
 * *out is NULL when there is none. */
enum rc shared_open(const char *dir, struct shared **out) RC_MUST_CHECK;
void shared_close(struct shared *shared);
/** shared_merge(ps, oauth): the section with its base, where it names one; lives as long as the catalogue and the
 * document. NULL: a failure. */
const struct yamlr_node *shared_merge(struct parse *ps, const struct yamlr_node *oauth);
/** shared_line(line): a line of a shared part, 0 for one of the document itself. */
unsigned shared_line(unsigned line);

/* provider_schema.c */
parse_reader read_schema; /* struct schema */
/** read_model_schemas(ps, root, out): both forms of a model provider. */
void read_model_schemas(struct parse *ps, const struct yamlr_node *root, struct provider *out);

/* provider_parse.c */
/** document_read(ps, root): NULL when something is wrong. */
struct provider *document_read(struct parse *ps, const struct yamlr_node *root);

/* catalogue.c */
/** catalogue_note(catalogue, file, line, reason): RC_NOMEM. */
enum rc catalogue_note(struct catalogue *catalogue, const char *file, unsigned line,
	const char *reason) RC_MUST_CHECK;
void *catalogue_alloc(struct catalogue *catalogue, size_t size);

#endif
