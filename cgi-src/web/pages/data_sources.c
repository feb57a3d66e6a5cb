/* SPDX-License-Identifier: Apache-2.0
 *
 * Every data source as a card.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/oauth/client.h"
#include "platform/text.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/pages/state_words.h"
#include "web/say.h"

#define QUERY_MAX_CHARS 100

/* What the cards need to know about each provider; in the order of the catalogue. */
struct card {
	const struct provider *provider;
	struct credential_tally tally;
	bool has_client;
};

struct cards {
	struct card *items;
	size_t n;
};

static struct card *find_card(struct cards *cards, const char *plugin_id, const char *provider)
{
	for (size_t i = 0; i < cards->n; i++) {
		const struct provider *p = cards->items[i].provider;

		if (strcmp(p->name, provider) == 0 && strcmp(p->plugin_id, plugin_id) == 0)
			return &cards->items[i];
	}
	return NULL; /* its provider file is gone */
}

static void see_tally(
	const char *plugin_id, const char *provider, struct credential_tally tally, void *arg)
{
	struct card *card = find_card(arg, plugin_id, provider);

	if (card)
		card->tally = tally;
}

static void see_client(const char *plugin_id, const char *provider, void *arg)
{
	struct card *card = find_card(arg, plugin_id, provider);

	if (card)
		card->has_client = true;
}

static enum rc load_cards(struct ctx *c, struct cards *out)
{
	const struct catalogue *catalogue = c->app->catalogue;
	size_t n = catalogue_count(catalogue);
	enum rc rc;

	out->n = 0;
	out->items = calloc(n ? n : 1, sizeof(*out->items));
	if (!out->items)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++)
		if (catalogue_at(catalogue, i)->kind == PROVIDER_DATASOURCE)
			out->items[out->n++].provider = catalogue_at(catalogue, i);
	rc = credential_tallies(c->core, &c->actor, see_tally, out);
	if (rc == RC_OK)
		rc = client_list_status(c->core, &c->actor.tenant, see_client, out);
	return rc;
}

/* The state that most needs attention, and how many are in it. */
static void set_tally(struct ctx *c, struct view_node *item, const struct credential_tally *tally)
{
	int state = CREDENTIAL_STATE__MAX - 1;
	const struct state_words *words;
	const char *text;

	while (state > CREDENTIAL_ACTIVE && !tally->of[state])
		state--;
	/* what is switched off on purpose needs no attention beside what works */
	if (state == CREDENTIAL_DISABLED && tally->of[CREDENTIAL_ACTIVE])
		state = CREDENTIAL_ACTIVE;
	words = state_words((enum credential_state)state);
	if (state == CREDENTIAL_ACTIVE && tally->all == 1)
		text = say(c, "tally.connected", NULL);
	else
		text = say_count(c, words->tally, tally->of[state], NULL);
	view_text(item, "State.Kind", words->stops ? "warn" : words->kind);
	view_text(item, "State.Text", text);
}

static void set_state(struct ctx *c, struct view_node *item, const struct card *card)
{
	const struct provider *p = card->provider;
	bool stuck = provider_can_connect(p) && !p->has_api_key && !card->has_client;

	if (card->tally.all) {
		set_tally(c, item, &card->tally);
		return;
	}
	view_text(item, "State.Kind", stuck ? "bad" : "none");
	view_text(item, "State.Text",
		stuck ? say(c, "tally.no_client", NULL) : say(c, "tally.none", NULL));
}

static void set_card(struct ctx *c, struct view_node *list, const struct card *card)
{
	const struct provider *p = card->provider;
	struct view_node *item = view_append(list);

	view_text(item, "Label", i18n_text(&p->label, c->language));
	view_text(item, "Description", i18n_text(&p->description, c->language));
	page_url(item, "Url", "/%s/%s", page_section(p), p->id);
	page_tile(item, p);
	set_state(c, item, card);
	view_flag(item, "ApiKey", p->has_api_key);
	view_flag(item, "Oauth", provider_can_connect(p));
}

static bool contains(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static bool is_wanted(struct ctx *c, const struct provider *p, const char *query)
{
	return !query || contains(i18n_text(&p->label, c->language), query) ||
	       contains(i18n_text(&p->description, c->language), query) || contains(p->id, query);
}

static void set_cards(struct ctx *c, const struct cards *cards, const char *query)
{
	struct view_node *list = view_child(c->root, "Providers");
	size_t refused = catalogue_error_count(c->app->catalogue);

	view_text(c->root, "Search.Url", "/data-sources");
	view_text(c->root, "Search.Query", query);
	for (size_t i = 0; i < cards->n; i++)
		if (is_wanted(c, cards->items[i].provider, query))
			set_card(c, list, &cards->items[i]);
	if (refused)
		view_int(c->root, "Refused.Count", (int64_t)refused);
}

/* Query: q. */
enum rc page_data_sources(struct ctx *c)
{
	const char *query = req_query(&c->req, "q");
	struct cards cards = {0};
	enum rc rc;

	if (query && !text_is_line(query, strlen(query), QUERY_MAX_CHARS))
		query = NULL;
	rc = load_cards(c, &cards);
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		page_notice(c);
		set_cards(c, &cards, query);
		rc = page_send(c, "data_sources", 200);
	}
	free(cards.items);
	return rc;
}
