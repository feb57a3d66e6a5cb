/* SPDX-License-Identifier: Apache-2.0
 *
 * Add API Key, and editing one: a form made from the provider's schema.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/runtime/registry.h"
#include "web/errors.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

/* What a provider calls a key, in its form: extensions have settings, models can have keys of their own. */
enum what { WHAT_KEY, WHAT_SETTINGS, WHAT_MODEL };

/* One showing of the form. */
struct key_form {
	const struct provider *p;
	const struct schema *schema;
	const struct credential_view *view;     /* NULL: a new one */
	const struct credential_change *change; /* NULL: fresh */
	const struct fieldset *typed;
	enum rc rc; /* of the change */
};

static enum what what_of(const struct key_form *f)
{
	if (f->p->model_schema.n && f->schema == &f->p->model_schema)
		return WHAT_MODEL;
	return f->p->kind == PROVIDER_EXTENSION ? WHAT_SETTINGS : WHAT_KEY;
}

static void set_frame(struct ctx *c, const struct key_form *f)
{
	static const char *const words[] = {
		[WHAT_KEY] = "key", [WHAT_SETTINGS] = "settings", [WHAT_MODEL] = "model"};
	const struct provider *p = f->p;
	struct page_request request = page_request(c, p);
	char id[UUID_TEXT_SIZE], of_model[PAGE_REQUEST_SIZE + sizeof("?of=model")];

	(void)snprintf(of_model, sizeof(of_model), "?of=model%s", request.and_query);
	page_set_provider(c, p);
	view_text(c->root, "Form.What", words[what_of(f)]);
	view_flag(c->root, "Form.Checked", p->api_key_checks.n || p->mint);
	if (p->api_key_unchecked.n)
		view_text(c->root, "Form.Unchecked", i18n_text(&p->api_key_unchecked, c->language));
	page_url(c->root, "Form.CancelUrl", "/%s/%s%s", page_section(p), p->id, request.query);
	view_text(c->root, "Form.Name",
		f->change ? f->change->name : (f->view ? f->view->name : NULL));
	if (!f->view) {
		page_url(c->root, "Form.Url", "/%s/%s/api-key%s", page_section(p), p->id,
			f->schema == provider_key_schema(p, NULL) ? request.query : of_model);
		return;
	}
	uuid_text(&f->view->id.u, id);
	view_flag(c->root, "Form.Edit", true);
	page_url(c->root, "Form.Url", "/%s/%s/credentials/%s/edit", page_section(p), p->id, id);
	view_int(c->root, "Form.Version", (int64_t)f->view->version);
}

static void set_conflict(struct ctx *c, const struct key_form *f)
{
	struct view_node *conflict = view_child(c->root, "Conflict");
	struct view_node *change = view_append(view_child(conflict, "Changes"));
	char id[UUID_TEXT_SIZE];

	uuid_text(&f->view->id.u, id);
	view_text(conflict, "Who",
		f->view->changed_by[0] ? f->view->changed_by : say(c, "who.somebody", NULL));
	page_date(c, conflict, "When", f->view->updated_at_s);
	page_url(conflict, "ReloadUrl", "/%s/%s/credentials/%s/edit", page_section(f->p), f->p->id,
		id);
	view_text(change, "Label", say(c, "label.authorization_name", NULL));
	view_text(change, "Theirs", f->view->name);
	if (strcmp(f->view->name, f->change->name) != 0)
		view_text(change, "Yours", f->change->name);
}

static void set_problem(struct ctx *c, const struct key_form *f)
{
	const struct credential_change *change = f->change;

	if (f->rc == RC_UPSTREAM)
		page_form_said(c, f->p, &change->probe);
	else if (f->rc == RC_CONFLICT && !change->name_taken && f->view)
		set_conflict(c, f);
	else if (f->rc == RC_CONFLICT)
		page_form_error(c, say(c, "form.name_taken", NULL),
			say(c, "form.name_taken_text", NULL), say(c, "form.name_other", NULL));
	else
		page_form_error(c, say(c, "form.not_right", NULL),
			change->bad_field ? NULL : say_words(c, change->reason), NULL);
	if (f->rc == RC_CONFLICT && change->name_taken)
		view_text(c->root, "Form.NameError", say(c, "form.name_other", NULL));
	if (change->bad_field && strcmp(change->bad_field, "name") == 0)
		view_text(c->root, "Form.NameError", say_words(c, change->reason));
}

static int problem_status(const struct key_form *f)
{
	static const int statuses[] = {
		[PROBE_OK] = 200,
		[PROBE_REFUSED] = 422,
		[PROBE_PERMISSION] = 422,
		[PROBE_NO_ANSWER] = 502,
		[PROBE_TIMEOUT] = 504,
		[PROBE_FORBIDDEN] = 422,
		[PROBE_RATE_LIMITED] = 429,
	};

	if (f->rc == RC_UPSTREAM)
		return statuses[f->change->probe.verdict];
	return f->rc == RC_INVALID ? 422 : error_status(f->rc);
}

static enum rc show_form(struct ctx *c, const struct key_form *f)
{
	struct page_fields fields = {
		.schema = f->schema,
		.typed = f->typed,
		.stored = f->view ? &f->view->shown : NULL,
		.secrets = f->view ? &f->view->secrets : NULL,
		.bad_field = f->change ? f->change->bad_field : NULL,
		.reason = f->change ? f->change->reason : NULL,
		.words = f->change ? f->change->words : NULL,
	};
	struct registry registry = {0};
	int status = f->change ? problem_status(f) : 200;
	enum rc rc = page_begin(c);

	if (rc == RC_OK && registry_is_needed(f->schema))
		rc = registry_load(c->core, &c->actor.tenant, &registry);
	fields.registry = &registry;
	if (rc == RC_OK)
		rc = page_set_fields(c, &fields);
	registry_release(&registry);
	if (rc != RC_OK)
		return rc;
	set_frame(c, f);
	if (f->change)
		set_problem(c, f);
	if (status == 429)
		page_retry_after(c, f->change->probe.retry_after_s);
	return page_send(c, "api_key", status);
}

static bool is_shown_again(enum rc rc)
{
	return rc == RC_INVALID || rc == RC_UPSTREAM || rc == RC_CONFLICT;
}

static enum rc provider_with_keys(struct ctx *c, const struct provider **out)
{
	enum rc rc = page_provider(c, out);

	return rc == RC_OK && !(*out)->has_api_key ? RC_NOT_FOUND : rc;
}

/* "/api-key?of=model": the form of a single model, where there is one besides the provider's. */
static const struct schema *schema_asked(const struct ctx *c, const struct provider *p)
{
	const char *of = req_query(&c->req, "of");

	if (of && strcmp(of, "model") == 0 && p->model_schema.n)
		return &p->model_schema;
	return provider_key_schema(p, NULL);
}

/* Query: of. */
enum rc page_api_key(struct ctx *c)
{
	struct key_form f = {0};
	enum rc rc = provider_with_keys(c, &f.p);

	if (rc != RC_OK)
		return rc;
	f.schema = schema_asked(c, f.p);
	return show_form(c, &f);
}

static enum rc leave(struct ctx *c, const struct key_form *f, const char *done,
	const struct credential_change *change)
{
	static const char *const prefixes[] = {
		[WHAT_KEY] = "", [WHAT_SETTINGS] = "settings-", [WHAT_MODEL] = "model-"};

	return page_redirect(c, "/%s/%s?done=%s%s%s", page_section(f->p), f->p->id,
		prefixes[what_of(f)], done, change->checked ? "" : "-unchecked");
}

/* To whoever sent the person here, else to the provider's page. */
static enum rc leave_new(struct ctx *c, const struct key_form *f,
	const struct credential_change *change, const struct credential_id *id)
{
	struct page_request request = page_request(c, f->p);
	char text[UUID_TEXT_SIZE];
	enum rc rc;

	if (!request.row.return_to[0])
		return leave(c, f, "added", change);
	rc = connect_end(c->core, &c->actor, &request.row.id, "connected", "", id);
	uuid_text(&request.row.id.u, text);
	return rc == RC_OK ? page_redirect(c, "/connect/returns/%s", text) : rc;
}

/* Query: of, request. Form: name, field.… */
enum rc page_api_key_post(struct ctx *c)
{
	struct fieldset typed = FIELDSET_EMPTY;
	struct credential_change change = {.fields = &typed};
	struct key_form f = {.change = &change, .typed = &typed};
	struct credential_id id;
	enum rc rc = provider_with_keys(c, &f.p);

	change.name = req_form(&c->req, "name") ? req_form(&c->req, "name") : "";
	if (rc == RC_OK) {
		f.schema = schema_asked(c, f.p);
		rc = page_read_fields(c, f.schema, &typed);
	}
	if (rc == RC_OK) {
		f.schema = provider_key_schema(f.p, &typed);
		f.rc = credential_add_api_key(c->core, &c->actor, f.p, &change, &id);
		rc = is_shown_again(f.rc) ? show_form(c, &f) : f.rc;
	}
	if (rc == RC_OK && f.rc == RC_OK)
		rc = leave_new(c, &f, &change, &id);
	fieldset_release(&typed);
	return rc;
}

/* The API key that the URL names; the route asks for a role that may change any. */
static enum rc load_key(struct ctx *c, struct key_form *f, struct credential_view *out)
{
	struct credential_id id;
	enum rc rc = provider_with_keys(c, &f->p);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = page_credential_id(c, &id);
	if (rc == RC_OK)
		rc = credential_show(c->core, &c->actor, f->p, &id, out);
	if (rc == RC_OK)
		f->schema = provider_key_schema(f->p, &out->shown);
	return rc == RC_OK && out->is_oauth ? RC_NOT_FOUND : rc;
}

enum rc page_edit(struct ctx *c)
{
	struct credential_view view;
	struct key_form f = {.view = &view};
	enum rc rc = load_key(c, &f, &view);

	if (rc == RC_OK)
		rc = show_form(c, &f);
	credential_view_release(&view);
	return rc;
}

static enum rc apply_edit(struct ctx *c, struct key_form *f, struct credential_change *change,
	struct credential_view *view)
{
	struct credential_id id = view->id;

	f->rc = credential_edit(c->core, &c->actor, f->p, &id, change);
	if (f->rc == RC_OK)
		return leave(c, f, "saved", change);
	if (!is_shown_again(f->rc))
		return f->rc;
	if (f->rc == RC_CONFLICT) { /* show the other's change, not what was there before it */
		enum rc rc;

		credential_view_release(view);
		rc = credential_show(c->core, &c->actor, f->p, &id, view);
		if (rc != RC_OK)
			return rc;
	}
	return show_form(c, f);
}

/* Form: version, name, field.… */
enum rc page_edit_post(struct ctx *c)
{
	struct fieldset typed = FIELDSET_EMPTY;
	struct credential_change change = {.fields = &typed};
	struct credential_view view;
	struct key_form f = {.view = &view, .change = &change, .typed = &typed};
	enum rc rc = load_key(c, &f, &view);

	change.name = req_form(&c->req, "name") ? req_form(&c->req, "name") : "";
	if (rc == RC_OK)
		rc = page_version(c, "version", &change.expected_version);
	if (rc == RC_OK)
		rc = page_read_fields(c, f.schema, &typed);
	if (rc == RC_OK)
		rc = apply_edit(c, &f, &change, &view);
	credential_view_release(&view);
	fieldset_release(&typed);
	return rc;
}
