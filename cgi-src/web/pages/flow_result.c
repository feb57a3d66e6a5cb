/* SPDX-License-Identifier: Apache-2.0
 *
 * What came of an authorization.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/definition.h"
#include "domain/oauth/flow.h"
#include "platform/text.h"
#include "web/errors.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

/* ---- in words ---- */

struct verdict_text {
	int status;
	const char *kind, *problem, *cause, *next;
	bool may_be_client, may_be_redirect_uri;
};

static const struct verdict_text verdicts[FLOW_VERDICT__MAX] = {
	[FLOW_PENDING] = {200, "pending", NULL, NULL, NULL, false, false},
	[FLOW_CONNECTED] = {200, "connected", NULL, NULL, NULL, false, false},
	[FLOW_DECLINED] = {200, "cancelled", MESSAGE("flow.declined"), NULL, NULL, false, false},
	[FLOW_PROVIDER_ERROR] = {200, "failed", MESSAGE("flow.provider_error"), NULL,
		MESSAGE("flow.provider_error_next"), true, true},
	[FLOW_CODE_REFUSED] = {400, "failed", MESSAGE("flow.code_refused"),
		MESSAGE("flow.code_refused_cause"), MESSAGE("flow.code_refused_next"), false, true},
	[FLOW_CLIENT_REFUSED] = {502, "failed", MESSAGE("flow.client_refused"),
		MESSAGE("flow.client_refused_cause"), MESSAGE("flow.client_refused_next"), true,
		false},
	[FLOW_BAD_ANSWER] = {502, "failed", MESSAGE("flow.bad_answer"),
		MESSAGE("flow.bad_answer_cause"), MESSAGE("flow.later"), false, false},
	[FLOW_NO_ANSWER] = {504, "failed", MESSAGE("reason.timeout"), NULL, MESSAGE("flow.later"),
		false, false},
	[FLOW_CLIENT_CHANGED] = {409, "failed", MESSAGE("flow.client_changed"),
		MESSAGE("flow.client_changed_cause"), MESSAGE("flow.client_changed_next"), false,
		false},
	[FLOW_CREDENTIAL_GONE] = {409, "failed", MESSAGE("flow.gone"), NULL,
		MESSAGE("flow.gone_next"), false, false},
	[FLOW_NOT_ALLOWED] = {403, "failed", MESSAGE("flow.not_allowed"),
		MESSAGE("flow.not_allowed_cause"), MESSAGE("flow.not_allowed_next"), false, false},
	[FLOW_FAULT] = {500, "failed", MESSAGE("flow.fault"), NULL, MESSAGE("flow.start_again"),
		false, false},
	[FLOW_WRONG_ISSUER] = {400, "failed", MESSAGE("flow.wrong_issuer"),
		MESSAGE("flow.wrong_issuer_cause"), MESSAGE("flow.start_again"), false, false},
	[FLOW_MALFORMED] = {400, "failed", MESSAGE("flow.malformed"),
		MESSAGE("flow.malformed_cause"), MESSAGE("flow.start_again"), false, false},
};

/* Where it went wrong; AT_ANY: not in an answer of the provider. */
static enum diagnosis_at place_of(const struct flow_result *r)
{
	switch (r->unsaid ? FLOW_PENDING : r->verdict) {
	case FLOW_DECLINED:
	case FLOW_PROVIDER_ERROR:
		return AT_AUTHORIZE;
	case FLOW_CODE_REFUSED:
	case FLOW_CLIENT_REFUSED:
	case FLOW_BAD_ANSWER:
		return AT_EXCHANGE;
	default:
		return AT_ANY;
	}
}

static const struct diagnosis_rule *rule_for(
	struct ctx *c, const struct provider *p, const struct flow_result *r)
{
	struct diagnosis_event event = {place_of(r), r->error, r->words, 0};

	return event.at == AT_ANY ? NULL : page_diagnose(c, p, true, &event);
}

/* Is it about this, by the provider's words or by what is known of them? */
static bool is_about(const struct flow_result *r, const struct diagnosis_rule *rule,
	const char *code, const char *term)
{
	return strcasestr(r->error, code) || strcasestr(r->words, code) ||
	       (rule && (strcasestr(i18n_text(&rule->cause, "en_US"), term) ||
				strcasestr(i18n_text(&rule->next, "en_US"), term)));
}

/* ---- scopes ---- */

/* Items of list that are in other, or that are not. Answers whether there are any. */
static bool set_scope_list(struct ctx *c, const struct provider *p, const char *name,
	const char *list, bool in, const char *other)
{
	struct view_node *node = view_child(view_child(c->root, "Result"), name);
	bool any = false;

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n && text_has_word(other, list, n) == in) {
			(void)page_scope(c, node, p, list, n);
			any = true;
		}
		list += n;
		list += *list == ' ';
	}
	return any;
}

static bool is_missing(const char *requested, const char *granted)
{
	while (*requested) {
		size_t n = strcspn(requested, " ");

		if (n && !text_has_word(granted, requested, n))
			return true;
		requested += n;
		requested += *requested == ' ';
	}
	return false;
}

/* ---- the page ---- */

/* Allow Access: for one authorization again, or for a new one. Whoever sent the person still waits. */
static void set_try_url(struct ctx *c, const struct provider *p, const struct flow_result *r,
	const struct credential_id *again)
{
	struct view_node *result = view_child(c->root, "Result");
	char id[UUID_TEXT_SIZE], query[2 * PAGE_REQUEST_SIZE] = "";
	size_t n = 0;

	if (!uuid_is_zero(&again->u)) {
		uuid_text(&again->u, id);
		n = (size_t)snprintf(query, sizeof(query), "?credential=%s", id);
	}
	if (!uuid_is_zero(&r->request.u)) {
		uuid_text(&r->request.u, id);
		(void)snprintf(query + n, sizeof(query) - n, "%crequest=%s", n ? '&' : '?', id);
	}
	page_url(result, "TryUrl", "/connect/%s/%s%s", page_section(p), p->id, query);
}

/* Another account answered than the one that was asked for: which one is meant? Without one of the two, or when both
 * may not be changed by this person any more, there is nothing to choose. */
static enum rc set_choice(struct ctx *c, const struct provider *p, const struct flow_result *r,
	const struct credential_view *fresh)
{
	struct view_node *choice;
	struct credential_view old;
	char id[UUID_TEXT_SIZE];
	enum rc rc = credential_show(c->core, &c->actor, p, &r->renews, &old);

	if (rc == RC_OK && old.may_change && fresh->may_change) {
		choice = view_child(c->root, "Choice");
		view_text(choice, "OldName", old.name);
		if (old.account[0])
			view_text(choice, "OldAccount", old.account);
		view_int(choice, "OldVersion", (int64_t)old.version);
		view_int(choice, "Version", (int64_t)fresh->version);
		if (old.state != CREDENTIAL_DISABLED && old.is_oauth)
			page_url(choice, "ReplaceUrl", "/connect/flows/%s",
				route_arg(&c->match, "flow"));
		uuid_text(&fresh->id.u, id);
		page_url(choice, "DiscardUrl", "/%s/%s/credentials/%s/delete", page_section(p),
			p->id, id);
	}
	credential_view_release(&old);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Our request asks this provider for something to renew with, and none came. */
static void set_unrenewable(
	struct ctx *c, const struct provider *p, const struct credential_view *v)
{
	if (!p->oauth.refresh_supported || p->oauth.refresh_with != REFRESH_WITH_REFRESH_TOKEN ||
		!v->expires || v->refreshable)
		return;
	page_date(c, view_child(c->root, "Result"), "Ends", v->expires_at_s);
}

static enum rc set_connected(struct ctx *c, const struct provider *p, const struct flow_result *r)
{
	struct view_node *result = view_child(c->root, "Result");
	/* where nothing is asked for, the provider decides, and nothing is too much */
	const char *asked = r->requested[0] ? r->requested : r->granted;
	struct credential_view view;
	enum rc rc = credential_show(c->core, &c->actor, p, &r->credential, &view);

	view_text(result, "Name", rc == RC_OK ? view.name : r->name);
	view_flag(result, "Default", rc == RC_OK && view.is_default);
	view_flag(result, "Again", r->again && !r->other_account);
	if (r->account[0])
		view_text(result, "Account", r->account);
	(void)set_scope_list(c, p, "Granted", r->granted, true, asked);
	(void)set_scope_list(c, p, "Extra", r->granted, false, asked);
	if (set_scope_list(c, p, "Missing", r->requested, false, r->granted) && rc == RC_OK)
		set_try_url(c, p, r, &r->credential);
	if (r->twin[0] && !r->other_account)
		view_text(result, "Twin", r->twin);
	if (rc == RC_OK)
		set_unrenewable(c, p, &view);
	if (r->other_account && rc == RC_OK)
		rc = set_choice(c, p, r, &view);
	credential_view_release(&view);
	return rc == RC_NOT_FOUND ? RC_OK : rc; /* deleted since: the result is still true */
}

/* Where no answer could be used, our own words say why: nobody need have answered at all. */
static void set_failure(struct ctx *c, const struct flow_result *r, const struct verdict_text *v,
	const struct diagnosis_rule *rule)
{
	bool unusable = r->verdict == FLOW_BAD_ANSWER || r->verdict == FLOW_NO_ANSWER;
	bool forbidden = r->unsaid && strcmp(r->error, "egress_denied") == 0;
	bool may_mend = policy_allows(c->actor.role, ACTION_CLIENT_MANAGE);
	struct view_node *result = view_child(c->root, "Result");
	const char *cause = say(c, v->cause, NULL), *next = say(c, v->next, NULL);

	if (rule) {
		cause = i18n_text(&rule->cause, c->language);
		next = rule->next.n ? i18n_text(&rule->next, c->language) : next;
	}
	if (forbidden) {
		cause = say(c, "flow.egress_cause", NULL);
		next = say(c, "flow.egress_next", NULL);
	} else if (r->verdict == FLOW_CLIENT_REFUSED && !may_mend) {
		next = say(c, "flow.others_correct", NULL);
	}
	view_text(result, "Problem",
		r->unsaid && unusable ? say_words(c, r->words) : say(c, v->problem, NULL));
	view_text(result, "Cause", cause);
	view_text(result, "Next", next);
	if (r->error[0] && !r->unsaid)
		view_text(result, "Said.Code", r->error);
	if (r->words[0] && !(r->unsaid && unusable))
		view_text(result, "Said.Text", r->unsaid ? say_words(c, r->words) : r->words);
}

static void set_failed(struct ctx *c, const struct provider *p, const struct flow_result *r,
	const struct verdict_text *v)
{
	const struct diagnosis_rule *rule = rule_for(c, p, r);
	struct view_node *result = view_child(c->root, "Result");
	bool of_redirect = is_about(r, rule, "redirect", "redirect URI");
	bool of_scopes = is_about(r, rule, "scope", "scopes listed on this page");

	if (r->verdict != FLOW_CREDENTIAL_GONE)
		set_try_url(c, p, r, &r->renews);
	set_failure(c, r, v, rule);
	if ((v->may_be_client || of_redirect || of_scopes) &&
		policy_allows(c->actor.role, ACTION_CLIENT_MANAGE))
		page_url(result, "SettingsUrl", "/%s/%s/client", page_section(p), p->id);
	if (v->may_be_redirect_uri || of_redirect)
		view_text(result, "RedirectUri", r->redirect_uri);
	if (of_scopes)
		(void)set_scope_list(c, p, "Asked", r->requested, true, r->requested);
}

/* The way back to whoever sent the person here. */
static enum rc set_request(struct ctx *c, const struct flow_result *r)
{
	struct page_request request = {0};
	enum rc rc = connect_load(c->core, &c->actor, &r->request, &request.row);

	if (rc == RC_OK)
		page_set_request(c, &request);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Nothing to read or to choose: the person may go on. */
static bool is_plain(const struct flow_result *r)
{
	if (r->verdict == FLOW_DECLINED)
		return true;
	return r->verdict == FLOW_CONNECTED && !r->other_account &&
	       !is_missing(r->requested, r->granted);
}

static enum rc show_result(
	struct ctx *c, const struct provider *p, const struct flow_result *r, const char *id)
{
	const struct verdict_text *v = &verdicts[r->verdict];
	struct view_node *result;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	result = view_child(c->root, "Result");
	page_set_provider(c, p);
	view_text(result, "Kind", v->kind);
	page_url(result, "DoneUrl", "/%s/%s", page_section(p), p->id);
	page_url(result, "ReloadUrl", "/connect/flows/%s", id);
	if (!uuid_is_zero(&r->request.u))
		rc = set_request(c, r);
	if (rc == RC_OK && r->verdict == FLOW_CONNECTED)
		rc = set_connected(c, p, r);
	else if (rc == RC_OK)
		set_failed(c, p, r, v);
	return rc == RC_OK ? page_send(c, "flow_result", v->status) : rc;
}

/* The flow that the URL names, of this person. */
static enum rc load_flow(struct ctx *c, const struct provider **p, struct flow_result *out)
{
	struct flow_id id;
	struct provider_ref ref = {out->plugin_id, out->provider};
	enum rc rc =
		uuid_parse(route_arg(&c->match, "flow"), &id.u) == RC_OK ? RC_OK : RC_NOT_FOUND;

	if (rc == RC_OK)
		rc = flow_show(c->core, &c->actor, &id, out);
	return rc == RC_OK ? definition_find(c->core, &c->actor.tenant, &ref, p) : rc;
}

enum rc page_flow(struct ctx *c)
{
	const struct provider *p;
	struct flow_result result;
	enum rc rc = load_flow(c, &p, &result);
	char id[UUID_TEXT_SIZE];

	if (rc != RC_OK)
		return rc;
	if (uuid_is_zero(&result.request.u) || !is_plain(&result))
		return show_result(c, p, &result, route_arg(&c->match, "flow"));
	uuid_text(&result.request.u, id);
	return page_redirect(c, "/connect/returns/%s", id);
}

/* Form: version (of the fresh one), old_version. */
enum rc page_flow_replace_post(struct ctx *c)
{
	struct credential_replacement replacement;
	const struct provider *p;
	struct flow_result result;
	enum rc rc = load_flow(c, &p, &result);

	if (rc == RC_OK && (result.verdict != FLOW_CONNECTED || !result.other_account))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = page_version(c, "version", &replacement.fresh_version);
	if (rc == RC_OK)
		rc = page_version(c, "old_version", &replacement.old_version);
	if (rc == RC_OK) {
		replacement.fresh = result.credential;
		replacement.old = result.renews;
		rc = credential_replace(c->core, &c->actor, p, &replacement);
	}
	if (rc == RC_EXPIRED)
		rc = RC_CONFLICT;
	return rc == RC_OK ? page_redirect(c, "/%s/%s?done=replaced", page_section(p), p->id) : rc;
}
