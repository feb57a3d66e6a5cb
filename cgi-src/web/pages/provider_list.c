/* SPDX-License-Identifier: Apache-2.0
 *
 * Providers as cards: the data sources, and everything else by kind under Tools.
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

/* What a card says about its provider. */
struct card {
	const struct provider *provider;
	const char *label;
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

/* What is in use comes first, then by label. */
static int compare_cards(const void *va, const void *vb)
{
	const struct card *a = va, *b = vb;
	int first = (b->tally.all > 0) - (a->tally.all > 0);
	int order = first ? first : strcasecmp(a->label, b->label);

	return order ? order : strcmp(a->provider->id, b->provider->id);
}

static enum rc load_cards(struct ctx *c, const char *section, struct cards *out)
{
	const struct catalogue *catalogue = c->app->catalogue;
	size_t n = catalogue_count(catalogue);
	enum rc rc;

	out->n = 0;
	out->items = calloc(n ? n : 1, sizeof(*out->items));
	if (!out->items)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct provider *p = catalogue_at(catalogue, i);

		if (strcmp(page_section(p), section) == 0)
			out->items[out->n++] = (struct card){
				.provider = p, .label = i18n_text(&p->label, c->language)};
	}
	rc = credential_tallies(c->core, &c->actor, see_tally, out);
	if (rc == RC_OK)
		rc = client_list_status(c->core, &c->actor.tenant,
			strcmp(section, "data-sources") == 0, see_client, out);
	if (rc == RC_OK)
		qsort(out->items, out->n, sizeof(*out->items), compare_cards);
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
	if (!p->has_api_key && !p->has_oauth)
		view_text(item, "State.Text", say(c, "tally.not_needed", NULL));
	else
		view_text(item, "State.Text",
			stuck ? say(c, "tally.no_client", NULL) : say(c, "tally.none", NULL));
}

static void set_card(struct ctx *c, struct view_node *list, const struct card *card)
{
	const struct provider *p = card->provider;
	struct view_node *item = view_append(list);

	view_text(item, "Label", card->label);
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

static bool is_wanted(struct ctx *c, const struct card *card, const char *query)
{
	const struct provider *p = card->provider;

	return !query || contains(card->label, query) ||
	       contains(i18n_text(&p->description, c->language), query) || contains(p->id, query);
}

/* Fills list; the number of its cards. */
static int64_t set_cards(struct ctx *c, struct view_node *list, const struct cards *cards,
	enum provider_kind kind, const char *query)
{
	int64_t n = 0;

	for (size_t i = 0; i < cards->n; i++) {
		if (cards->items[i].provider->kind != kind ||
			!is_wanted(c, &cards->items[i], query))
			continue;
		if (list)
			set_card(c, list, &cards->items[i]);
		n++;
	}
	return n;
}

static enum rc begin(struct ctx *c, const char *section, const char *query, struct cards *cards)
{
	size_t refused = catalogue_error_count(c->app->catalogue);
	enum rc rc = load_cards(c, section, cards);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc != RC_OK)
		return rc;
	page_notice(c);
	page_url(c->root, "Search.Url", "/%s", section);
	view_text(c->root, "Search.Query", query);
	if (refused)
		view_int(c->root, "Refused.Count", (int64_t)refused);
	return RC_OK;
}

static const char *read_query(const struct ctx *c)
{
	const char *query = req_query(&c->req, "q");

	return query && text_is_line(query, strlen(query), QUERY_MAX_CHARS) ? query : NULL;
}

/* Query: q. */
enum rc page_data_sources(struct ctx *c)
{
	const char *query = read_query(c);
	struct cards cards = {0};
	enum rc rc = begin(c, "data-sources", query, &cards);

	if (rc == RC_OK) {
		view_int(c->root, "Search.Count",
			set_cards(c, view_child(c->root, "Providers"), &cards, PROVIDER_DATASOURCE,
				query));
		rc = page_send(c, "data_sources", 200);
	}
	free(cards.items);
	return rc;
}

/* ---- tools ---- */

static const struct {
	enum provider_kind kind;
	const char *label;
} kinds[] = {
	{PROVIDER_TOOL, MESSAGE("kind.tools")},
	{PROVIDER_TRIGGER, MESSAGE("kind.triggers")},
	{PROVIDER_MODEL, MESSAGE("kind.models")},
	{PROVIDER_EXTENSION, MESSAGE("kind.extensions")},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* One entry of the filter; kind "" is all of them. */
static void set_filter(
	struct ctx *c, const char *kind, const char *chosen, const char *label, int64_t count)
{
	struct view_node *item = view_append(view_child(c->root, "Kinds"));

	view_text(item, "Label", say(c, label, NULL));
	if (kind[0])
		view_text(item, "Value", kind);
	view_int(item, "Count", count);
	view_flag(item, "Current", strcmp(kind, chosen) == 0);
}

static void set_group(
	struct ctx *c, const struct cards *cards, size_t i, const char *query, int64_t count)
{
	struct view_node *group = view_append(view_child(c->root, "Groups"));

	view_text(group, "Kind", provider_kind_word(kinds[i].kind));
	view_text(group, "Label", say(c, kinds[i].label, NULL));
	view_int(group, "Count", count);
	(void)set_cards(c, view_child(group, "Providers"), cards, kinds[i].kind, query);
}

static void set_groups(
	struct ctx *c, const struct cards *cards, const char *chosen, const char *query)
{
	int64_t counts[N_KINDS], all = 0, shown = 0;

	for (size_t i = 0; i < N_KINDS; i++)
		all += counts[i] = set_cards(c, NULL, cards, kinds[i].kind, query);
	set_filter(c, "", chosen, MESSAGE("kind.all"), all);
	for (size_t i = 0; i < N_KINDS; i++) {
		const char *kind = provider_kind_word(kinds[i].kind);

		set_filter(c, kind, chosen, kinds[i].label, counts[i]);
		if (!counts[i] || (chosen[0] && strcmp(chosen, kind) != 0))
			continue;
		set_group(c, cards, i, query, counts[i]);
		shown += counts[i];
	}
	view_int(c->root, "Search.Count", shown);
}

/* The kind that the query asks for; "" is all of them. */
static const char *read_kind(const struct ctx *c)
{
	const char *kind = req_query(&c->req, "kind");

	for (size_t i = 0; kind && i < N_KINDS; i++)
		if (strcmp(kind, provider_kind_word(kinds[i].kind)) == 0)
			return kind;
	return "";
}

/* Query: q, kind. */
enum rc page_tools(struct ctx *c)
{
	const char *query = read_query(c), *kind = read_kind(c);
	struct cards cards = {0};
	enum rc rc = begin(c, "tools", query, &cards);

	if (rc == RC_OK) {
		view_flag(c->root, "Search.Some", cards.n > 0);
		if (kind[0])
			view_text(c->root, "Search.Kind", kind);
		set_groups(c, &cards, kind, query);
		rc = page_send(c, "tools", 200);
	}
	free(cards.items);
	return rc;
}
