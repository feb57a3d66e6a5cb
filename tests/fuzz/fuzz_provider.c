/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider document of any bytes is refused with a reason or becomes a provider that keeps what the
 * loader promises: ids of the pattern, pages that a browser may open, endpoints whose templates expand.
 */
#include <string.h>

#include "domain/allowed.h"
#include "domain/derived.h"
#include "domain/placeholder.h"
#include "domain/probe.h"
#include "domain/provider.h"
#include "must.h"
#include "platform/url.h"

static const struct pair origin = {"sandbox_origin", "http://127.0.0.1:9000"};
static const struct pairs vars = {(struct pair *)&origin, 1};

static void id_holds(const char *id)
{
	MUST(id && *id && strlen(id) <= 64);
	MUST(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(id));
}

static void page_holds(const char *page)
{
	MUST(!page || strncmp(page, "https://", 8) == 0 || strncmp(page, origin.value, 21) == 0);
	MUST(!page || !strpbrk(page, "<>\"' \\"));
}

static void words_hold(const struct i18n *t)
{
	MUST(i18n_text(t, "de_DE") != NULL);
	for (size_t i = 0; i < t->n; i++)
		MUST(t->items[i].language && t->items[i].text);
}

static void schema_holds(const struct schema *schema)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *f = &schema->fields[i];

		MUST(schema_find(schema, f->name) == f);
		MUST(f->kind != FIELD_SELECT || f->n_options);
		page_holds(f->url);
		words_hold(&f->label);
		words_hold(&f->help);
		words_hold(&f->placeholder);
	}
}

/* Every field given, the template becomes a URL, unless a value does not fit where it stands. */
static void url_holds(const char *text, const struct placeholder_values *values)
{
	struct secret out = SECRET_EMPTY;
	struct url url;
	enum rc rc;

	if (!text)
		return;
	MUST(placeholder_check(text, "client,credential,token") == RC_OK);
	MUST(strchr(text, '#') == NULL);
	rc = placeholder_expand(text, values, PLACEHOLDER_URL, &out);
	MUST(rc == RC_OK || rc == RC_INVALID);
	if (rc == RC_OK && !strstr(text, "{{"))
		MUST(url_parse(secret_text(&out), URL_HTTP_TOO, &url) == RC_OK);
	secret_release(&out);
}

static void request_holds(
	const struct http_recipe *request, const struct placeholder_values *values)
{
	MUST(!request->method || request->url);
	MUST(request->format == BODY_FORM || request->body.n == 0);
	MUST(request->format == BODY_JSON || !request->json);
	MUST((request->format == BODY_TEXT) == (request->text && request->content_type));
	url_holds(request->url, values);
	for (size_t i = 0; i < request->headers.n; i++)
		MUST(placeholder_check(
			     request->headers.items[i].value, "client,credential,token") == RC_OK);
}

static void tree_holds(const struct body_node *node, bool member)
{
	MUST(!member || node->name);
	MUST((node->kind == BODY_STRING || node->kind == BODY_LITERAL) == (node->text != NULL));
	for (size_t i = 0; i < node->n; i++)
		tree_holds(&node->items[i], node->kind == BODY_OBJECT);
}

/* Built, a request is well-formed: what is JSON by its type is JSON. */
static void request_builds(
	const struct http_recipe *recipe, const struct placeholder_values *values)
{
	struct httpc_request rq;
	enum rc rc;

	if (!recipe->method)
		return;
	if (recipe->json)
		tree_holds(recipe->json, false);
	rc = probe_request(recipe, values, &rq);
	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	if (rc)
		return;
	if (recipe->format == BODY_JSON)
		MUST(jsonr_check(secret_text(&rq.body), rq.body.len) != RC_INVALID);
	httpc_request_release(&rq);
}

static void derives_hold(const struct provider *p, const struct placeholder_values *values)
{
	for (size_t i = 0; i < p->derives.n; i++) {
		const struct derived *d = &p->derives.items[i];
		struct secret out = SECRET_EMPTY;
		enum rc rc = derived_value(d, values, &out);

		MUST(rc == RC_OK || rc == RC_NOT_FOUND || rc == RC_LIMIT);
		MUST(rc == RC_OK || out.len == 0);
		MUST(placeholder_check(d->from, d->space) == RC_OK);
		secret_release(&out);
	}
}

static void mint_holds(const struct mint_recipe *mint, const struct placeholder_values *values)
{
	if (!mint)
		return;
	MUST(mint->grant != MINT_JWT_BEARER || mint->jwt.key);
	MUST(mint->oauth.credential.n && mint->oauth.access_token.n);
	MUST(!mint->client_secret || mint->client_id);
	MUST(mint->client_id || mint->oauth.client_auth == CLIENT_AUTH_ABSENT);
	url_holds(mint->oauth.token_url, values);
}

static void checks_hold(const struct checks *checks, const struct placeholder_values *values)
{
	for (size_t i = 0; i < checks->n; i++) {
		MUST(checks->items[i].success.n);
		MUST(i + 1 == checks->n || checks->items[i].when.n);
		request_holds(&checks->items[i].request, values);
		request_builds(&checks->items[i].request, values);
	}
}

static bool may_bind_hosts(const struct provider *p)
{
	for (size_t i = 0; i < p->client_schema.n; i++)
		if (p->client_schema.fields[i].kind == FIELD_SELECT ||
			p->client_schema.fields[i].rule.hosts.n)
			return true;
	return p->derives.n > 0;
}

/* Nothing is sent under no name, and a step leads somewhere. */
static void step_holds(const struct token_step *step, const struct placeholder_values *values)
{
	url_holds(step->url, values);
	MUST(!step->method || strcmp(step->method, "GET") == 0 ||
		strcmp(step->method, "POST") == 0);
	for (size_t i = 0; i < step->names.n; i++)
		MUST(*step->names.items[i].value || strcmp(step->names.items[i].name, "code") != 0);
	for (size_t i = 0; i < step->params.n; i++)
		MUST(placeholder_check(step->params.items[i].value, "client,token") == RC_OK);
}

static void kept_holds(const struct oauth_recipe *o, const struct placeholder_values *values)
{
	MUST(o->redirect.code && *o->redirect.code);
	for (size_t i = 0; i < o->redirect.n_values; i++) {
		const struct redirect_value *v = &o->redirect.values[i];

		MUST(v->name && v->param && strcmp(v->param, "state") != 0);
		MUST(!v->pattern || allowed_pattern_is_valid(v->pattern));
		for (size_t k = 0; k < v->hosts.n; k++)
			MUST(allowed_host_is_valid(v->hosts.items[k]));
	}
	for (size_t i = 0; i < o->n_parts; i++)
		MUST(o->parts[i].name && o->parts[i].access_token.n);
	for (size_t i = 0; i < o->n_lookups; i++) {
		MUST(o->lookups[i].n_keep);
		request_holds(&o->lookups[i].request, values);
	}
}

static void oauth_holds(const struct provider *p, const struct placeholder_values *values)
{
	const struct oauth_recipe *o = &p->oauth;

	if (!p->has_oauth || p->missing)
		return;
	MUST(o->authorization_url && o->token_url && schema_find(&p->client_schema, "client_id"));
	MUST(o->access_token.n && o->credential.n && o->scope_separator && o->default_token_type);
	MUST(!url_query_has(o->authorization_url, "state"));
	MUST(!o->iss_required || o->issuer);
	MUST(o->host_from_client || !placeholder_in_authority(o->token_url) || may_bind_hosts(p) ||
		strstr(o->token_url, "{{token."));
	url_holds(o->authorization_url, values);
	url_holds(o->token_url, values);
	url_holds(o->issuer, values);
	url_holds(o->introspection_url, values);
	step_holds(&o->exchange, values);
	step_holds(&o->then, values);
	step_holds(&o->refresh, values);
	kept_holds(o, values);
	MUST(o->expires_from != EXPIRES_FROM_INTROSPECTION || o->introspection_url);
	request_holds(&o->revocation_request, values);
	request_holds(&o->identity.request, values);
	page_holds(o->setup_url);
	for (size_t i = 0; i < o->scopes.n; i++)
		MUST(o->scopes.items[i].name && !strchr(o->scopes.items[i].name, ' '));
	for (size_t i = 0; i < o->n_setup_steps; i++)
		words_hold(&o->setup_steps[i]);
}

/* Together they may be more than a fieldset holds. */
static void fill(struct fieldset *out, const struct schema *schema)
{
	for (size_t i = 0; i < schema->n; i++) {
		enum rc rc = fieldset_put_text(out, schema->fields[i].name, "a.example");

		MUST(rc == RC_OK || rc == RC_LIMIT);
	}
}

static void provider_holds(const struct provider *p)
{
	struct fieldset client = FIELDSET_EMPTY;
	struct placeholder_values values = {&client, &client, &client, &p->derives};

	id_holds(p->org);
	id_holds(p->plugin);
	id_holds(p->name);
	MUST(strncmp(p->id, p->plugin_id, strlen(p->plugin_id)) == 0 && p->file && p->icon_letter);
	words_hold(&p->label);
	words_hold(&p->description);
	fill(&client, &p->client_schema);
	fill(&client, &p->api_key_schema);
	schema_holds(&p->api_key_schema);
	schema_holds(&p->client_schema);
	schema_holds(&p->oauth_credentials_schema);
	derives_hold(p, &values);
	checks_hold(&p->api_key_checks, &values);
	mint_holds(p->mint, &values);
	request_holds(&p->api_key_identity.request, &values);
	oauth_holds(p, &values);
	fieldset_release(&client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct catalogue *catalogue;
	struct provider_error error;
	enum rc rc =
		provider_parse("fuzz.yaml", (const char *)data, size, &vars, &catalogue, &error);

	MUST(catalogue != NULL);
	MUST((rc == RC_OK) == (catalogue_count(catalogue) == 1));
	MUST((rc == RC_OK) == (error.reason[0] == '\0'));
	MUST(catalogue_error_count(catalogue) == (rc != RC_OK));
	if (rc == RC_OK)
		provider_holds(catalogue_at(catalogue, 0));
	catalogue_free(catalogue);
	return 0;
}
