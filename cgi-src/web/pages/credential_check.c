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

/* ---- Test ---- */

struct test_page {
	const struct provider *p;
	const struct credential_view *view;
	const struct credential_test *test;
	bool too_soon;
};

struct test_words {
	const char *mark, *title, *text, *next; /* title: after the name */
};

static const struct test_words too_soon_words = {"pending", "was tested a moment ago",
	"It was tested within the last seconds. The provider was not asked again.",
	"Wait a few seconds, then test it again."};
static const struct test_words unreadable_words = {"failed", "cannot be decrypted",
	"It was encrypted with a key that this installation does not have, or it was altered. "
	"The provider was not asked.",
	"Your operator can check the encryption keys."};
static const struct test_words unasked_words = {"pending", "cannot be tested",
	"There is no request that would show whether one like this works. The provider was not "
	"asked.",
	NULL};
static const struct test_words over_words = {"pending", "has an access token that is over",
	"The provider was not asked: it would refuse that token.", NULL};

static const struct test_words verdict_words[] = {
	[PROBE_OK] = {"connected", "works", "The provider accepted it.", NULL},
	[PROBE_REFUSED] = {"failed", "was refused", "The provider did not accept it.",
		"If it stays like this, look at its rights in the provider's console."},
	[PROBE_PERMISSION] = {"failed", "lacks a permission",
		"The provider knows it, but does not allow what was asked with it.",
		"Give it that permission in the provider's console, then test it again."},
	[PROBE_NO_ANSWER] = {"failed", "could not be tested",
		"There was no answer that could be used, so nobody knows whether it works.",
		"Try again in a while."},
	[PROBE_TIMEOUT] = {"failed", "could not be tested",
		"The provider did not answer in time, so nobody knows whether it works.",
		"Try again in a while."},
	[PROBE_FORBIDDEN] = {"failed", "could not be tested",
		"The provider's address may not be called from here.",
		"Only your operator can allow it."},
	[PROBE_RATE_LIMITED] = {"failed", "could not be tested",
		"The provider asks for a pause, so nobody knows whether it works.",
		"Wait a few minutes, then try again."},
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
		return "It cannot be renewed, though: something is wrong with its OAuth client.";
	case CREDENTIAL_NEEDS_REAUTH:
	case CREDENTIAL_REVOKED:
		return v->is_oauth ? "It cannot be renewed, though: it needs to be authorized "
				     "again."
				   : NULL;
	default:
		return NULL;
	}
}

/* What the answer changed comes before what one might do. */
static const char *next_of(const struct test_page *t)
{
	if (t->test->renews)
		return "Its access token is being renewed now. Test it again in a moment.";
	if (t->test->refused)
		return t->view->is_oauth ? "It needs to be authorized again."
					 : "It needs a new key: enter it again.";
	if (t->test->healed)
		return "It was marked as refused; it is active again.";
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
static void set_said(struct view_node *node, const struct test_page *t)
{
	const struct probe_result *probe = &t->test->probe;

	if (!probe->status || !probe->words[0] || probe->own_words)
		return;
	view_text(node, "SaidBy", page_vendor(t->p));
	view_text(node, "Said.Text", probe->words);
}

static enum rc show_test(struct ctx *c, const struct test_page *t)
{
	const struct test_words *words = words_of(t);
	bool asked = !t->too_soon && !t->test->unreadable && !t->test->over && !t->test->unasked;
	char title[CREDENTIAL_NAME_BYTES + 64];
	struct view_node *node;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	node = view_child(c->root, "Test");
	page_set_provider(c, t->p);
	view_text(c->root, "Credential.Name", t->view->name);
	(void)snprintf(title, sizeof(title), "%s %s", t->view->name, words->title);
	view_text(node, "Mark", words->mark);
	view_text(node, "Title", title);
	view_text(node, "Text", words->text);
	if (next_of(t))
		view_text(node, "Next", next_of(t));
	if (asked) {
		view_int(node, "Elapsed", t->test->probe.elapsed_ms);
		if (t->test->probe.status)
			view_int(node, "Status", t->test->probe.status);
		set_said(node, t);
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
	const char *kind = "ok", *text = "Allowed";

	if (asked && allowed) {
		cmp->allowed++;
	} else if (asked) {
		cmp->missing++;
		kind = "warn";
		text = "Missing";
	} else if (now && !allowed) {
		cmp->fresh++;
		kind = "warn";
		text = "New";
	} else {
		cmp->extra++;
		kind = "none";
		text = "Not asked for";
	}
	view_text(item, "State.Kind", kind);
	view_text(item, "State.Text", text);
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
	const char *title = "Everything that was asked for is allowed.", *text = NULL;
	char id[UUID_TEXT_SIZE];

	if (cmp->scopes->unreadable) {
		title = "What was allowed cannot be decrypted.";
		text = "Authorize it again, and it is known again.";
	} else if (cmp->missing) {
		title = "Not everything that was asked for is allowed.";
		text = "What needs the missing ones fails. Authorize again and allow them.";
	} else if (cmp->fresh) {
		title = "More is asked for now than then.";
		text = "What needs the new ones fails. Authorize again to allow them.";
	} else if (!cmp->allowed && !cmp->extra) {
		title = "The provider names no scopes.";
		text = "What this access may do was decided on the provider's own page.";
	} else if (cmp->extra) {
		text = "The provider allowed more than that.";
	}
	uuid_text(&v->id.u, id);
	view_text(node, "Kind", first || cmp->scopes->unreadable ? "warn" : "info");
	view_text(node, "Title", title);
	if (text)
		view_text(node, "Text", text);
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
