/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhooks: the list with what became of the last messages, Add, Remove, a test message, dead letters.
 */
#include <stdio.h>
#include <string.h>

#include "domain/webhook.h"
#include "platform/clock.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/pages/state_words.h"
#include "web/say.h"

#define SHOWN_OF_EACH 5

/* ---- words ---- */

static const char *state_text(struct ctx *c, const char *word)
{
	for (int s = 0; s < CREDENTIAL_STATE__MAX; s++)
		if (strcmp(word, credential_state_word((enum credential_state)s)) == 0)
			return say(c, state_words((enum credential_state)s)->text, NULL);
	return word;
}

static void set_what(struct ctx *c, struct view_node *item, const struct delivery_view *d)
{
	view_text(item, "What",
		d->is_test ? say(c, "webhooks.test_message", NULL)
			   : say(c, "webhooks.incident", "name", d->credential, "state",
				     state_text(c, d->state), NULL));
}

static const char *error_key(const char *word)
{
	static const struct {
		const char *word, *key;
	} texts[] = {
		{"gone", MESSAGE("webhooks.gone")},
		{"timeout", MESSAGE("webhooks.timeout")},
		{"forbidden_address", MESSAGE("webhooks.forbidden_address")},
		{"answer_too_large", MESSAGE("webhooks.answer_too_large")},
		{"no_connection", MESSAGE("webhooks.no_connection")},
		{"unreadable_secret", MESSAGE("webhooks.unreadable_secret")},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(word, texts[i].word) == 0)
			return texts[i].key;
	return NULL;
}

static void set_answer(struct ctx *c, struct view_node *item, const struct delivery_view *d)
{
	bool redirect = d->status >= 300 && d->status < 400;
	const char *error = error_key(d->error);
	char status[24];

	(void)snprintf(status, sizeof(status), "%lld", (long long)d->status);
	if (error)
		view_text(item, "Answer", say(c, error, NULL));
	else if (redirect)
		view_text(item, "Answer", say(c, "webhooks.redirected", "status", status, NULL));
	else if (d->status)
		view_text(item, "Answer", say(c, "webhooks.answered", "status", status, NULL));
}

static void set_next(struct ctx *c, struct view_node *item, int64_t due_at_s)
{
	int64_t left_s = due_at_s - clock_now_s();
	const char *text;

	if (left_s < 60)
		text = say(c, "webhooks.soon", NULL);
	else if (left_s < 2 * 3600)
		text = say_count(c, "webhooks.in_minutes", left_s / 60, NULL);
	else
		text = say_count(c, "webhooks.in_hours", left_s / 3600, NULL);
	page_date(c, item, "Next", due_at_s);
	view_text(item, "Next.Text", text);
}

static void set_delivery(struct ctx *c, struct view_node *item, const struct delivery_view *d)
{
	const char *waiting =
		d->attempts ? MESSAGE("webhooks.later") : MESSAGE("webhooks.on_its_way");
	const char *over =
		d->delivered ? MESSAGE("webhooks.delivered") : MESSAGE("webhooks.given_up");

	set_what(c, item, d);
	set_answer(c, item, d);
	page_date(c, item, "When", d->created_at_s);
	view_text(item, "State.Kind", d->delivered ? "ok" : d->dead ? "bad" : "warn");
	view_text(item, "State.Text", say(c, d->delivered || d->dead ? over : waiting, NULL));
	if (d->attempts > 1)
		view_int(item, "Attempts", d->attempts);
	if (!d->delivered && !d->dead && d->attempts)
		set_next(c, item, d->due_at_s);
}

/* ---- the list ---- */

/* What the newest message that was tried says of its receiver. */
static void set_health(struct ctx *c, struct view_node *item, const struct webhook_list *list,
	const struct webhook_view *w)
{
	const char *kind = "none", *key = MESSAGE("webhooks.nothing_sent");

	for (size_t i = 0; i < list->n_recent; i++) {
		const struct delivery_view *d = &list->recent[i];

		if (!uuid_equal(&d->webhook.u, &w->id.u) || (!d->attempts && !d->dead))
			continue;
		kind = d->delivered ? "ok" : "bad";
		key = d->delivered ? MESSAGE("webhooks.delivering") : MESSAGE("webhooks.failing");
		break;
	}
	view_text(item, "State.Kind", kind);
	view_text(item, "State.Text", say(c, key, NULL));
}

static void set_added_by(struct ctx *c, struct view_node *item, const struct webhook_view *w)
{
	if (w->by_operator)
		view_text(item, "AddedBy", say(c, "who.operator", NULL));
	else if (w->added_by[0])
		view_text(item, "AddedBy", w->added_by);
	page_date(c, item, "Added", w->added_at_s);
}

static void set_webhook(
	struct ctx *c, const struct webhook_list *list, const struct webhook_view *w)
{
	struct view_node *item = view_append(view_child(c->root, "Webhooks"));
	struct view_node *last = view_child(item, "Last");
	char id[UUID_TEXT_SIZE];
	int shown = 0;

	uuid_text(&w->id.u, id);
	view_text(item, "Url", w->url);
	set_added_by(c, item, w);
	set_health(c, item, list, w);
	page_url(item, "TestUrl", "/webhooks/%s/test", id);
	page_url(item, "RemoveUrl", "/webhooks/%s/remove", id);
	for (size_t i = 0; i < list->n_recent && shown < SHOWN_OF_EACH; i++) {
		if (!uuid_equal(&list->recent[i].webhook.u, &w->id.u))
			continue;
		set_delivery(c, view_append(last), &list->recent[i]);
		shown++;
	}
}

static void set_dead(struct ctx *c, const struct webhook_list *list, const struct delivery_view *d)
{
	struct view_node *item = view_append(view_child(c->root, "Dead"));
	const struct webhook_view *w = webhook_find(list, &d->webhook);
	char id[UUID_TEXT_SIZE];

	uuid_text(&d->id.u, id);
	set_delivery(c, item, d);
	view_text(item, "To", w ? w->url : "");
	page_url(item, "AgainUrl", "/webhooks/deliveries/%s/send-again", id);
}

enum rc page_webhooks(struct ctx *c)
{
	struct webhook_list list = {0};
	enum rc rc = page_begin(c);

	if (rc == RC_OK)
		rc = webhook_list_load(c->core, &c->actor.tenant, &list);
	if (rc == RC_OK) {
		page_notice(c);
		if (list.n < WEBHOOKS_MAX)
			view_url(c->root, "AddUrl", "/webhooks/add");
		for (size_t i = 0; i < list.n; i++)
			set_webhook(c, &list, &list.items[i]);
		for (size_t i = 0; i < list.n_dead; i++)
			set_dead(c, &list, &list.dead[i]);
		rc = page_send(c, "webhooks", 200);
	}
	webhook_list_release(&list);
	return rc;
}

/* ---- add ---- */

static enum rc show_form(struct ctx *c, const char *url, const char *error, int status)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	view_url(c->root, "Form.Url", "/webhooks/add");
	view_url(c->root, "Form.CancelUrl", "/webhooks");
	if (url[0])
		view_text(c->root, "Form.Address", url);
	view_text(c->root, "Form.AddressError", error);
	if (error)
		page_form_error(c, say(c, "webhooks.not_added", NULL), NULL, NULL);
	return page_send(c, "webhook_add", status);
}

enum rc page_webhook_add(struct ctx *c)
{
	return show_form(c, "", NULL, 200);
}

static enum rc show_secret(struct ctx *c, const char *url, const struct secret *secret)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	view_text(c->root, "Webhook.Url", url);
	view_url(c->root, "DoneUrl", "/webhooks");
	return page_send_once(c, "webhook_shown", secret);
}

/* Form: url. */
enum rc page_webhook_add_post(struct ctx *c)
{
	const char *url = req_form(&c->req, "url"), *reason = NULL;
	struct secret secret = SECRET_EMPTY;
	enum rc rc;

	url = url ? url : "";
	rc = webhook_add(c->core, &c->actor, url, &reason, &secret);
	if (rc == RC_OK)
		rc = show_secret(c, url, &secret);
	else if (rc == RC_INVALID && reason)
		rc = show_form(c, url, say(c, reason, NULL), 422);
	else if (rc == RC_CONFLICT)
		rc = show_form(c, url, say(c, "webhooks.there_already", NULL), 409);
	else if (rc == RC_LIMIT)
		rc = show_form(c, url, say(c, "webhooks.too_many", NULL), 409);
	secret_release(&secret);
	return rc;
}

/* ---- one of them ---- */

static enum rc webhook_id(struct ctx *c, struct webhook_id *out)
{
	return uuid_parse(route_arg(&c->match, "webhook"), &out->u) == RC_OK ? RC_OK : RC_NOT_FOUND;
}

static void set_removal(
	struct ctx *c, const struct webhook_list *list, const struct webhook_view *w)
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&w->id.u, id);
	view_text(c->root, "Webhook.Url", w->url);
	set_added_by(c, view_child(c->root, "Webhook"), w);
	set_health(c, view_child(c->root, "Webhook"), list, w);
	page_url(c->root, "Form.Url", "/webhooks/%s/remove", id);
	view_url(c->root, "Form.CancelUrl", "/webhooks");
}

enum rc page_webhook_remove(struct ctx *c)
{
	struct webhook_list list = {0};
	const struct webhook_view *w;
	struct webhook_id id;
	enum rc rc = webhook_id(c, &id);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK)
		rc = webhook_list_load(c->core, &c->actor.tenant, &list);
	w = rc == RC_OK ? webhook_find(&list, &id) : NULL;
	if (rc == RC_OK && !w)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		set_removal(c, &list, w);
		rc = page_send(c, "webhook_remove", 200);
	}
	webhook_list_release(&list);
	return rc;
}

enum rc page_webhook_remove_post(struct ctx *c)
{
	struct webhook_id id;
	enum rc rc = webhook_id(c, &id);

	if (rc == RC_OK)
		rc = webhook_remove(c->core, &c->actor, &id);
	return rc == RC_OK ? page_redirect(c, "/webhooks?done=webhook-removed") : rc;
}

enum rc page_webhook_test_post(struct ctx *c)
{
	struct webhook_id id;
	enum rc rc = webhook_id(c, &id);

	if (rc == RC_OK)
		rc = webhook_test(c->core, &c->actor, &id);
	return rc == RC_OK ? page_redirect(c, "/webhooks?done=test-queued") : rc;
}

enum rc page_delivery_again_post(struct ctx *c)
{
	struct delivery_id id;
	enum rc rc = uuid_parse(route_arg(&c->match, "delivery"), &id.u);

	if (rc == RC_OK)
		rc = webhook_send_again(c->core, &c->actor, &id);
	else
		rc = RC_NOT_FOUND;
	return rc == RC_OK ? page_redirect(c, "/webhooks?done=sent-again") : rc;
}
