/* SPDX-License-Identifier: Apache-2.0
 *
 * Test, and Compare scopes.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "platform/text.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

/* ---- Test ---- */

struct test_page {
	const struct provider *p;
	const struct credential_view *view;
	const struct credential_test *test;
	bool too_soon;
};

struct test_words {
	const char *mark, *title, *text, *next; /* all but mark: keys of messages */
};

static const struct test_words too_soon_words = {"pending", MESSAGE("test.too_soon"),
	MESSAGE("test.too_soon_text"), MESSAGE("test.too_soon_next")};
static const struct test_words unreadable_words = {"failed", MESSAGE("test.unreadable"),
	MESSAGE("test.unreadable_text"), MESSAGE("test.unreadable_next")};
static const struct test_words over_words = {
	"pending", MESSAGE("test.over"), MESSAGE("test.over_text"), NULL};
static const struct test_words unasked_words = {
	"pending", MESSAGE("test.unasked"), MESSAGE("test.unasked_text"), NULL};

static const struct test_words verdict_words[] = {
	[PROBE_OK] = {"connected", MESSAGE("test.works"), MESSAGE("test.works_text"), NULL},
	[PROBE_REFUSED] = {"failed", MESSAGE("test.refused"), MESSAGE("test.refused_text"),
		MESSAGE("test.refused_next")},
	[PROBE_PERMISSION] = {"failed", MESSAGE("test.permission"), MESSAGE("test.permission_text"),
		MESSAGE("test.permission_next")},
	[PROBE_NO_ANSWER] = {"failed", MESSAGE("test.not_tested"), MESSAGE("test.no_answer_text"),
		MESSAGE("test.later")},
	[PROBE_TIMEOUT] = {"failed", MESSAGE("test.not_tested"), MESSAGE("test.timeout_text"),
		MESSAGE("test.later")},
	[PROBE_FORBIDDEN] = {"failed", MESSAGE("test.not_tested"), MESSAGE("test.forbidden_text"),
		MESSAGE("test.forbidden_next")},
	[PROBE_RATE_LIMITED] = {"failed", MESSAGE("test.not_tested"), MESSAGE("test.pause_text"),
		MESSAGE("test.pause_next")},
};

static const struct test_words *words_of(const struct test_page *t)
{
	if (t->too_soon)
		return &too_soon_words;
	if (t->test->unreadable)
		return &unreadable_words;
	if (t->test->unasked)
		return &unasked_words;
	return t->test->over ? &over_words : &verdict_words[t->test->probe.verdict];
}

/* It is accepted, but what is wrong with it is wrong all the same. */
static const char *next_of_working(const struct credential_view *v)
{
	switch (v->state) {
	case CREDENTIAL_CLIENT_ERROR:
		return MESSAGE("test.client_wrong");
	case CREDENTIAL_NEEDS_REAUTH:
	case CREDENTIAL_REVOKED:
		return v->is_oauth ? MESSAGE("test.needs_reauth") : NULL;
	default:
		return NULL;
	}
}

/* What the answer changed comes before what one might do. */
static const char *next_of(const struct test_page *t)
{
	if (t->test->renews)
		return MESSAGE("test.renewing");
	if (t->test->refused)
		return t->view->is_oauth ? MESSAGE("test.authorize") : MESSAGE("test.new_key");
	if (t->test->healed)
		return MESSAGE("test.healed");
	if (!t->too_soon && !t->test->over && !t->test->unreadable && !t->test->unasked &&
		t->test->probe.verdict == PROBE_OK)
		return next_of_working(t->view);
	return words_of(t)->next;
}

static bool is_to_mend(const struct credential_view *v)
{
	return v->state == CREDENTIAL_NEEDS_REAUTH || v->state == CREDENTIAL_REVOKED ||
	       v->state == CREDENTIAL_UNREADABLE;
}

static void set_test_links(struct ctx *c, const struct test_page *t, struct view_node *node)
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&t->view->id.u, id);
	page_url(node, "Url", "/%s/%s/credentials/%s/test", page_section(t->p), t->p->id, id);
	page_url(node, "DoneUrl", "/%s/%s", page_section(t->p), t->p->id);
	if (!is_to_mend(t->view))
		return;
	if (t->view->is_oauth && provider_can_connect(t->p))
		page_url(node, "AuthorizeUrl", "/connect/%s/%s?credential=%s", page_section(t->p),
			t->p->id, id);
	else if (!t->view->is_oauth && policy_allows(c->actor.role, ACTION_CREDENTIAL_MANAGE))
		page_url(node, "EditUrl", "/%s/%s/credentials/%s/edit", page_section(t->p),
			t->p->id, id);
}

/* The status has a line of its own. */
static void set_said(struct ctx *c, struct view_node *node, const struct test_page *t)
{
	const struct probe_result *probe = &t->test->probe;

	if (!probe->status || !probe->words[0] || probe->own_words)
		return;
	view_text(node, "SaidBy", page_vendor(c, t->p));
	view_text(node, "Said.Text", probe->words);
}

/* What is known of answers like this, unless the page has something truer to say of what to do. */
static void set_diagnosis(struct ctx *c, struct view_node *node, const struct test_page *t)
{
	const struct diagnosis_rule *rule =
		page_diagnose_probe(c, t->p, t->view->is_oauth, &t->test->probe);

	if (!rule)
		return;
	view_text(node, "Cause", i18n_text(&rule->cause, c->language));
	if (rule->next.n && !t->test->renews && !t->test->refused)
		view_text(node, "Next", i18n_text(&rule->next, c->language));
}

static enum rc show_test(struct ctx *c, const struct test_page *t)
{
	const struct test_words *words = words_of(t);
	bool asked = !t->too_soon && !t->test->unreadable && !t->test->over && !t->test->unasked;
	struct view_node *node;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	node = view_child(c->root, "Test");
	page_set_provider(c, t->p);
	view_text(c->root, "Credential.Name", t->view->name);
	view_text(node, "Mark", words->mark);
	view_text(node, "Title", say(c, words->title, "name", t->view->name, NULL));
	view_text(node, "Text", say(c, words->text, NULL));
	view_text(node, "Next", say(c, next_of(t), NULL));
	if (asked) {
		view_int(node, "Elapsed", t->test->probe.elapsed_ms);
		if (t->test->probe.status)
			view_int(node, "Status", t->test->probe.status);
		set_said(c, node, t);
		set_diagnosis(c, node, t);
	}
	set_test_links(c, t, node);
	if (t->too_soon)
		page_retry_after(c, CREDENTIAL_TEST_PAUSE_S);
	return page_send(c, "credential_test", t->too_soon ? 429 : 200);
}

enum rc page_test_post(struct ctx *c)
{
	struct credential_test test = {0};
	struct credential_view view;
	struct test_page t = {.view = &view, .test = &test};
	struct credential_id id;
	enum rc rc = page_credential(c, &t.p, &view), tested;

	if (rc == RC_OK) {
		id = view.id;
		tested = credential_test(c->core, &c->actor, t.p, &id, &test);
		t.too_soon = tested == RC_LIMIT;
		rc = t.too_soon ? RC_OK : tested;
	}
	if (rc == RC_OK) { /* as it is now */
		credential_view_release(&view);
		rc = credential_show(c->core, &c->actor, t.p, &id, &view);
	}
	if (rc == RC_OK)
		rc = show_test(c, &t);
	credential_view_release(&view);
	return rc;
}

/* ---- Compare scopes ---- */

/* How many scopes are of each kind. */
struct comparison {
	struct ctx *c;
	const struct provider *p;
	const struct credential_scopes *scopes;
	int allowed, missing, fresh, extra;
};

static bool asks_now(const struct provider *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->oauth.scopes.n; i++)
		if (strlen(p->oauth.scopes.items[i].name) == len &&
			memcmp(p->oauth.scopes.items[i].name, name, len) == 0)
			return true;
	return false;
}

static void set_scope_state(
	struct comparison *cmp, struct view_node *item, bool asked, bool now, bool allowed)
{
	const char *kind = "ok", *text = MESSAGE("result.allowed");

	if (asked && allowed) {
		cmp->allowed++;
	} else if (asked) {
		cmp->missing++;
		kind = "warn";
		text = MESSAGE("scopes.missing");
	} else if (now && !allowed) {
		cmp->fresh++;
		kind = "warn";
		text = MESSAGE("scopes.new");
	} else {
		cmp->extra++;
		kind = "none";
		text = MESSAGE("scopes.extra");
	}
	view_text(item, "State.Kind", kind);
	view_text(item, "State.Text", say(cmp->c, text, NULL));
	view_text(item, "Asked", asked ? "yes" : now ? "new" : "no");
	view_flag(item, "Allowed", allowed);
}

static void set_scope(struct comparison *cmp, const char *name, size_t len)
{
	struct view_node *list = view_child(cmp->c->root, "Scopes");
	/* where nothing is asked for, the provider decides, and nothing is too much */
	const char *asked =
		cmp->scopes->requested[0] ? cmp->scopes->requested : cmp->scopes->granted;
	struct view_node *item = page_scope(cmp->c, list, cmp->p, name, len);

	set_scope_state(cmp, item, text_has_word(asked, name, len), asks_now(cmp->p, name, len),
		text_has_word(cmp->scopes->granted, name, len));
}

/* Each word of list that does not stand in before. */
static void set_scopes_of(struct comparison *cmp, const char *list, const char *before)
{
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n && !text_has_word(before, list, n))
			set_scope(cmp, list, n);
		list += n;
		list += *list == ' ';
	}
}

static void set_scopes_now(struct comparison *cmp)
{
	for (size_t i = 0; i < cmp->p->oauth.scopes.n; i++) {
		const char *name = cmp->p->oauth.scopes.items[i].name;
		size_t len = strlen(name);

		if (!text_has_word(cmp->scopes->requested, name, len) &&
			!text_has_word(cmp->scopes->granted, name, len))
			set_scope(cmp, name, len);
	}
}

static void set_conclusion(struct comparison *cmp, const struct credential_view *v)
{
	struct view_node *node = view_child(cmp->c->root, "Compare");
	bool first = cmp->missing || cmp->fresh, off = v->state == CREDENTIAL_DISABLED;
	const char *title = MESSAGE("scopes.all_allowed"), *text = NULL;
	char id[UUID_TEXT_SIZE];

	if (cmp->scopes->unreadable) {
		title = MESSAGE("scopes.unreadable");
		text = MESSAGE("scopes.unreadable_text");
	} else if (cmp->missing) {
		title = MESSAGE("scopes.not_all");
		text = MESSAGE("scopes.not_all_text");
	} else if (cmp->fresh) {
		title = MESSAGE("scopes.more_now");
		text = MESSAGE("scopes.more_now_text");
	} else if (!cmp->allowed && !cmp->extra) {
		title = MESSAGE("scopes.unnamed");
		text = MESSAGE("scopes.unnamed_text");
	} else if (cmp->extra) {
		text = MESSAGE("scopes.allowed_more");
	}
	uuid_text(&v->id.u, id);
	view_text(node, "Kind", first || cmp->scopes->unreadable ? "warn" : "info");
	view_text(node, "Title", say(cmp->c, title, NULL));
	view_text(node, "Text", say(cmp->c, text, NULL));
	view_flag(node, "First", first || cmp->scopes->unreadable);
	page_url(node, "DoneUrl", "/%s/%s", page_section(cmp->p), cmp->p->id);
	if (!off && provider_can_connect(cmp->p))
		page_url(node, "AuthorizeUrl", "/connect/%s/%s?credential=%s", page_section(cmp->p),
			cmp->p->id, id);
}

static enum rc show_scopes(struct ctx *c, const struct provider *p, const struct credential_view *v,
	const struct credential_scopes *scopes)
{
	struct comparison cmp = {.c = c, .p = p, .scopes = scopes};
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_text(c->root, "Credential.Name", v->name);
	if (v->account[0])
		view_text(c->root, "Credential.Account", v->account);
	if (!scopes->unreadable) {
		set_scopes_of(&cmp, scopes->requested, "");
		set_scopes_of(&cmp, scopes->granted, scopes->requested);
		set_scopes_now(&cmp);
	}
	set_conclusion(&cmp, v);
	return page_send(c, "scopes", 200);
}

enum rc page_scopes(struct ctx *c)
{
	struct credential_scopes scopes;
	struct credential_view view;
	const struct provider *p;
	enum rc rc = page_credential(c, &p, &view);

	if (rc == RC_OK)
		rc = credential_scopes(c->core, &c->actor, p, &view.id, &scopes);
	if (rc == RC_OK)
		rc = show_scopes(c, p, &view, &scopes);
	credential_view_release(&view);
	return rc;
}
