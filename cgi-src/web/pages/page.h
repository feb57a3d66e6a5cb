/* SPDX-License-Identifier: Apache-2.0
 *
 * What pages share: the frame, the provider of the URL, schema-driven fields, scopes, dates. The data set of
 * each page is described in the head of its template.
 */
#ifndef GRANTRY_WEB_PAGES_PAGE_H
#define GRANTRY_WEB_PAGES_PAGE_H

#include "domain/connect.h"
#include "domain/credential.h"
#include "domain/diagnosis.h"
#include "domain/fieldset.h"
#include "domain/probe.h"
#include "web/ctx.h"

/** page_begin(c): makes c->root and fills in the frame (layout.cs). May be called again: starts afresh. */
enum rc page_begin(struct ctx *c) RC_MUST_CHECK;

/** page_send(c, template, status): renders into the response. RC_INTERNAL, RC_NOMEM. */
enum rc page_send(struct ctx *c, const char *template, int status) RC_MUST_CHECK;

/** page_send_once(c, template, secret): with 200, and secret in the place of Secret.Text, which the template prints as
 * it stands; no character of it may need escaping in HTML. */
enum rc page_send_once(
	struct ctx *c, const char *template, const struct secret *secret) RC_MUST_CHECK;

/** page_notice(c): shows the message that a redirect named in ?done=…; unknown words show nothing. */
void page_notice(struct ctx *c);

/** page_redirect(c, fmt, …): 303 to a path of ours. */
enum rc page_redirect(struct ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))) RC_MUST_CHECK;

/** page_url(node, name, fmt, …): a URL variable. */
void page_url(struct view_node *node, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** page_date(c, node, name, at_s): Text and Iso. */
void page_date(struct ctx *c, struct view_node *node, const char *name, int64_t at_s);

/** page_role(c, role): "Owner", … */
const char *page_role(struct ctx *c, enum role role);

/* ---- of the URL ---- */

/** page_section(p): the first segment of its pages' addresses: "data-sources", or "tools" for every other kind. */
const char *page_section(const struct provider *p);
/** page_provider(c, out): the one that :org/:plugin/:provider name, in its :section where the route has one.
 * RC_NOT_FOUND, RC_UNAVAILABLE. */
enum rc page_provider(struct ctx *c, const struct provider **out) RC_MUST_CHECK;
/** page_provider_of(c, tenant, out): likewise, in another workspace of this person. */
enum rc page_provider_of(
	struct ctx *c, const struct tenant_id *tenant, const struct provider **out) RC_MUST_CHECK;
/** page_credential_id(c, out): ":credential". RC_NOT_FOUND, as for one that does not exist. */
enum rc page_credential_id(struct ctx *c, struct credential_id *out) RC_MUST_CHECK;
/** page_credential(c, p, out): the authorization that the URL names, if this person may change it. RC_NOT_FOUND,
 * RC_DENIED. *out is to be released in every case. */
enum rc page_credential(
	struct ctx *c, const struct provider **p, struct credential_view *out) RC_MUST_CHECK;
/** page_credential_form(c, p, v, verb): page_begin, with Provider, Credential.Name and a form that posts to verb. */
enum rc page_credential_form(struct ctx *c, const struct provider *p,
	const struct credential_view *v, const char *verb) RC_MUST_CHECK;
/** page_version(c, name, out): that form field. RC_INVALID. */
enum rc page_version(struct ctx *c, const char *name, uint64_t *out) RC_MUST_CHECK;

/** page_not_yours(c, id): RC_DENIED, and the event that somebody reached for another person's authorization. */
enum rc page_not_yours(struct ctx *c, const struct credential_id *id) RC_MUST_CHECK;

/* The request to connect that brought the person here, for a provider (domain/connect.h). It is handed on from page to
 * page in the query. */
#define PAGE_REQUEST_SIZE (UUID_TEXT_SIZE + sizeof("?request="))
struct page_request {
	struct connect_row row; /* return_to "": there is none */
	char query[PAGE_REQUEST_SIZE],
		and_query[PAGE_REQUEST_SIZE]; /* "?request=ID", "&request=ID"; or "" */
};
/** page_request(c, p): the one that the query names, of this person, for p; none if anything is wrong with it. */
struct page_request page_request(struct ctx *c, const struct provider *p);
/** page_set_request(c, request): Request.*: whoever sent the person, and the way back. */
void page_set_request(struct ctx *c, const struct page_request *request);

/* ---- parts of a data set ---- */

/** page_set_provider(c, p): Provider.*. page_tile(node, p): Icon.*. page_vendor(c, p): for sentences. */
void page_set_provider(struct ctx *c, const struct provider *p);
void page_tile(struct view_node *node, const struct provider *p);
const char *page_vendor(const struct ctx *c, const struct provider *p);

/** page_scope(list, p, name, name_len): one item of a scope list, in words where the provider file has some; borrowed. */
struct view_node *page_scope(struct ctx *c, struct view_node *list, const struct provider *p,
	const char *name, size_t name_len);

/* How a form is shown. */
struct page_fields {
	const struct schema *schema;
	const struct registry *registry; /* what can be chosen; NULL: nothing */
	const struct fieldset
		*typed; /* what was just sent; secrets in it are never shown. NULL: fresh */
	const struct fieldset *stored;  /* values to begin with; NULL: defaults */
	const struct fieldset *secrets; /* names of the secrets that have a stored value … */
	const char **kept;              /* … or these have */
	size_t n_kept;
	const char *bad_field, *reason; /* NULL: none wrong */
	const struct i18n *words;       /* of the provider file, instead of reason; NULL: none */
};

/** page_set_fields(c, f): Fields.*. */
enum rc page_set_fields(struct ctx *c, const struct page_fields *f) RC_MUST_CHECK;

/** page_read_fields(c, schema, out): "field.NAME" of the form into a fieldset, secrets and all, and "" for what
 * "shown.NAME" alone names. Only names of the schema are read; another gives RC_INVALID (R73). */
enum rc page_read_fields(
	struct ctx *c, const struct schema *schema, struct fieldset *out) RC_MUST_CHECK;

/** page_form_error(c, title, text, next): FormError.*. page_form_said: what a provider answered to a key. */
void page_form_error(struct ctx *c, const char *title, const char *text, const char *next);
void page_form_said(struct ctx *c, const struct provider *p, const struct probe_result *probe);
/** page_diagnose(c, p, is_oauth, event): what an answer means, by the rules of provider files; those of p are about its
 * authorizations, and not asked for keys. NULL: nobody knows. Borrowed. */
const struct diagnosis_rule *page_diagnose(const struct ctx *c, const struct provider *p,
	bool is_oauth, const struct diagnosis_event *event);
/** page_diagnose_probe(c, p, is_oauth, probe): the same for an answer to a check. */
const struct diagnosis_rule *page_diagnose_probe(const struct ctx *c, const struct provider *p,
	bool is_oauth, const struct probe_result *probe);
/** page_retry_after(c, s): a header, within reason. */
void page_retry_after(struct ctx *c, int64_t retry_after_s);

/** page_set_helpers(c): Help.People.*: owners and admins of the workspace. */
enum rc page_set_helpers(struct ctx *c) RC_MUST_CHECK;

/** page_sign_in_first(c, next): 401 with the sign-in form. */
enum rc page_sign_in_first(struct ctx *c, const char *next) RC_MUST_CHECK;

#endif
