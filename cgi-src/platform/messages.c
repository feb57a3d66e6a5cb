/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/messages.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/accept_language.h"
#include "platform/buf.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/yamlr.h"

#define LANGUAGES_MAX 64
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

struct messages {
	const char **keys; /* of en_US, sorted; they lie in its document */
	size_t n_keys;
	struct language languages[LANGUAGES_MAX];
	struct yamlr *docs[LANGUAGES_MAX]; /* hold the texts */
	char names[LANGUAGES_MAX][32];
	size_t n;
};

/* The file that is being read. */
struct reading {
	struct messages *m;
	const char *path;
	struct language *language;
};

/* ---- one text ---- */

static bool is_mark(const char *text, size_t len)
{
	return text_has_word("strong code q a", text, len);
}

static struct piece piece_of(enum piece_kind kind, const char *text, size_t len)
{
	return (struct piece){kind, text, len};
}

/* What stands between the brackets that begin and end it. */
static struct piece bracketed(const char **at, enum piece_kind kind, const char *end)
{
	const char *text = *at + 1 + (kind == PIECE_CLOSE);
	size_t len = strspn(text, NAME_CHARS);

	if (len == 0 || text[len] != *end || (kind != PIECE_VALUE && !is_mark(text, len)))
		return piece_of(PIECE_BAD, (*at)++, 1);
	*at = text + len + 1;
	return piece_of(kind, text, len);
}

struct piece message_piece(const char **at)
{
	const char *p = *at;

	if (*p == '\0')
		return piece_of(PIECE_END, p, 0);
	if (*p == '{')
		return bracketed(at, PIECE_VALUE, "}");
	if (*p == '<')
		return bracketed(at, p[1] == '/' ? PIECE_CLOSE : PIECE_OPEN, ">");
	*at += strcspn(p, "{<");
	return piece_of(PIECE_TEXT, p, (size_t)(*at - p));
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f || strchr("\">}\\", text[i]))
			return false;
	return true;
}

/* Marks do not lie in each other. NULL: it is well-formed. */
static const char *text_fault(const char *text)
{
	struct piece open = {0}, piece;

	while ((piece = message_piece(&text)).kind != PIECE_END) {
		if (piece.kind == PIECE_BAD)
			return "a '{' or '<' begins neither a value nor a mark";
		if (piece.kind == PIECE_TEXT && !is_plain(piece.text, piece.len))
			return "a '\"', '>', '}', backslash or control character is in the text";
		if (piece.kind == PIECE_OPEN && open.text)
			return "a mark is opened in another";
		if (piece.kind == PIECE_CLOSE && (!open.text || open.len != piece.len ||
							 memcmp(open.text, piece.text, open.len)))
			return "a mark is closed that is not open";
		if (piece.kind == PIECE_OPEN || piece.kind == PIECE_CLOSE)
			open = piece.kind == PIECE_OPEN ? piece : (struct piece){0};
	}
	return open.text ? "a mark is not closed" : NULL;
}

/* Is this value or link in the English text too? Nobody would fill it in otherwise. */
static bool holds_piece(const char *text, const struct piece *wanted)
{
	struct piece piece;

	while (text && (piece = message_piece(&text)).kind != PIECE_END)
		if (piece.kind == wanted->kind && piece.len == wanted->len &&
			memcmp(piece.text, wanted->text, piece.len) == 0)
			return true;
	return false;
}

static bool is_filled(const char *text, const struct message *english)
{
	struct piece piece;

	while ((piece = message_piece(&text)).kind != PIECE_END) {
		if (piece.kind != PIECE_VALUE &&
			(piece.kind != PIECE_OPEN || piece.len != 1 || *piece.text != 'a'))
			continue;
		if (!holds_piece(english->other, &piece) && !holds_piece(english->one, &piece))
			return false;
	}
	return true;
}

/* ---- one file ---- */

static enum rc refuse(const struct reading *r, unsigned line, const char *key, const char *why)
{
	char at[24];

	(void)snprintf(at, sizeof(at), "%u", line);
	log_error("messages.refused", "file", r->path, "line", at, "key", key, "why", why);
	return RC_INVALID;
}

static enum rc read_text(const struct reading *r, const char *key, const struct yamlr_node *node,
	const struct message *english, const char **out)
{
	const char *fault;

	if (node->kind != YAMLR_SCALAR)
		return refuse(r, node->line, key, "is not a text");
	*out = node->text;
	fault = text_fault(node->text);
	if (fault)
		return refuse(r, node->line, key, fault);
	if (node->text[0] == '\0' && (!english || english->other[0]))
		return refuse(r, node->line, key, "is empty");
	if (english && !is_filled(node->text, english))
		return refuse(
			r, node->line, key, "has a value or link that the English text has not");
	return RC_OK;
}

/* A text, or a mapping of the forms one and other. english: NULL while that itself is read. */
static enum rc read_message(const struct reading *r, const struct yamlr_node *node,
	const struct message *english, struct message *out)
{
	const struct yamlr_node *one = yamlr_get(node, "one"), *other = yamlr_get(node, "other");
	enum rc rc = RC_OK;

	*out = (struct message){0};
	if (node->kind == YAMLR_SCALAR)
		return read_text(r, node->key, node, english, &out->other);
	if (node->kind != YAMLR_MAPPING || !other || node->n != (one ? 2U : 1U))
		return refuse(
			r, node->line, node->key, "is neither a text nor the forms one and other");
	if (one)
		rc = read_text(r, node->key, one, english, &out->one);
	return rc == RC_OK ? read_text(r, node->key, other, english, &out->other) : rc;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool find_key(const struct messages *m, const char *key, size_t *out)
{
	const char **found =
		m->n_keys ? bsearch(&key, m->keys, m->n_keys, sizeof(*m->keys), compare_keys)
			  : NULL;

	*out = found ? (size_t)(found - m->keys) : 0;
	return found != NULL;
}

/* The keys of the first file are the keys. */
static enum rc collect_keys(struct messages *m, const struct yamlr_node *root)
{
	m->keys = calloc(root->n ? root->n : 1, sizeof(*m->keys));
	if (!m->keys)
		return RC_NOMEM;
	for (const struct yamlr_node *node = root->first; node; node = node->next)
		m->keys[m->n_keys++] = node->key;
	qsort(m->keys, m->n_keys, sizeof(*m->keys), compare_keys);
	return RC_OK;
}

static enum rc read_texts(const struct reading *r, const struct yamlr_node *root)
{
	const struct language *english = r->language->index ? &r->m->languages[0] : NULL;
	enum rc rc = RC_OK;
	size_t i;

	for (const struct yamlr_node *node = root->first; node && rc == RC_OK; node = node->next) {
		if (find_key(r->m, node->key, &i))
			rc = read_message(r, node, english ? &english->texts[i] : NULL,
				&r->language->texts[i]);
		else /* of a newer or older release: no reason not to start */
			log_warn("messages.unknown", "file", r->path, "key", node->key);
	}
	for (i = 0; english && i < r->m->n_keys; i++)
		if (!r->language->texts[i].other)
			r->language->texts[i] = english->texts[i];
	return rc;
}

/* What a file says of its own language; there is no English in its place. */
static enum rc read_head(const struct reading *r, const struct yamlr_node *root)
{
	static const char *const keys[] = {"language.tag", "language.label", "language.accepts"};
	struct language *l = r->language;
	const char **places[] = {&l->tag, &l->label, &l->accepts};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		*places[i] = yamlr_text(yamlr_get(root, keys[i]));
		if (!*places[i])
			return refuse(r, 0, keys[i], "is missing");
	}
	return RC_OK;
}

static enum rc read_language(struct reading *r, const struct yamlr_node *root)
{
	enum rc rc;

	if (!root || root->kind != YAMLR_MAPPING)
		return refuse(r, root ? root->line : 0, "", "is not a mapping of keys to texts");
	rc = read_head(r, root);
	if (rc == RC_OK && r->language->index == 0)
		rc = collect_keys(r->m, root);
	if (rc != RC_OK)
		return rc;
	r->language->texts = calloc(r->m->n_keys ? r->m->n_keys : 1, sizeof(struct message));
	return r->language->texts ? read_texts(r, root) : RC_NOMEM;
}

static enum rc add_language(struct messages *m, const char *dir, const char *name)
{
	struct language *language = &m->languages[m->n];
	struct yamlr_error error = {0};
	struct buf text;
	char path[4096];
	struct reading r = {m, path, language};
	enum rc rc;

	if (m->n == LANGUAGES_MAX)
		return RC_LIMIT;
	text_copy(m->names[m->n], sizeof(m->names[m->n]), name);
	(void)snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
	*language = (struct language){.name = m->names[m->n], .index = m->n, .all = m};
	buf_init(&text, YAMLR_SIZE_MAX);
	rc = buf_load(&text, path);
	if (rc != RC_OK)
		log_error("messages.refused", "file", path, "why", rc_name(rc));
	else
		rc = yamlr_parse(text.data ? text.data : "", text.len, &m->docs[m->n], &error);
	if (rc != RC_OK && error.reason[0])
		(void)refuse(&r, error.line, "", error.reason);
	buf_release(&text);
	if (rc != RC_OK)
		return rc;
	m->n++;
	return read_language(&r, yamlr_root(m->docs[language->index]));
}

/* ---- the folder ---- */

/* "zh_Hans.yaml", but not that of English, which is read first. */
static int is_other_language(const struct dirent *entry)
{
	size_t len = strspn(entry->d_name, NAME_CHARS);

	return len > 0 && len < sizeof(((struct messages *)0)->names[0]) &&
	       strcmp(entry->d_name + len, ".yaml") == 0 &&
	       strcmp(entry->d_name, MESSAGES_BASE ".yaml") != 0;
}

static enum rc add_others(struct messages *m, const char *dir)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_other_language, alphasort);
	enum rc rc = n < 0 ? RC_NOT_FOUND : RC_OK;

	for (int i = 0; i < n; i++) {
		entries[i]->d_name[strcspn(entries[i]->d_name, ".")] = '\0';
		if (rc == RC_OK)
			rc = add_language(m, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

enum rc messages_open(const char *dir, struct messages **out)
{
	struct messages *m = calloc(1, sizeof(*m));
	enum rc rc = m ? add_language(m, dir, MESSAGES_BASE) : RC_NOMEM;

	if (rc == RC_OK)
		rc = add_others(m, dir);
	if (rc != RC_OK) {
		messages_free(m);
		m = NULL;
	}
	*out = m;
	return rc;
}

void messages_free(struct messages *messages)
{
	if (!messages)
		return;
	for (size_t i = 0; i < messages->n; i++) {
		free(messages->languages[i].texts);
		yamlr_free(messages->docs[i]);
	}
	free(messages->keys);
	free(messages);
}

size_t messages_count(const struct messages *messages)
{
	return messages->n;
}

const struct language *messages_at(const struct messages *messages, size_t i)
{
	return &messages->languages[i];
}

const struct language *messages_named(const struct messages *messages, const char *name)
{
	for (size_t i = 0; i < messages->n; i++)
		if (strcmp(messages->languages[i].name, name) == 0)
			return &messages->languages[i];
	return NULL;
}

const struct message *messages_get(const struct language *language, const char *key)
{
	size_t i;

	return find_key(language->all, key, &i) ? &language->texts[i] : NULL;
}

/* ---- which one ---- */

/* Is range one of the words of accepts? "en-*" takes all that begin with "en-". */
static bool satisfies(const char *accepts, const struct language_range *range)
{
	size_t n;

	for (; *accepts; accepts += n + strspn(accepts + n, " ")) {
		n = strcspn(accepts, " ");
		if (n > 1 && accepts[n - 1] == '*') {
			if (range->len >= n && strncasecmp(accepts, range->text, n - 1) == 0)
				return true;
		} else if (range->len == n && strncasecmp(accepts, range->text, n) == 0) {
			return true;
		}
	}
	return false;
}

/* The weight of a language, and where its range stands in the list; "*" is for those that no range names. */
static unsigned weigh(
	const struct language *language, const struct language_range *ranges, size_t n, size_t *at)
{
	unsigned best = 0;
	bool named = false;

	*at = n;
	for (size_t i = 0; i < n; i++) {
		if (!satisfies(language->accepts, &ranges[i]))
			continue;
		if (!named || ranges[i].weight > best) {
			best = ranges[i].weight;
			*at = i;
		}
		named = true;
	}
	for (size_t i = 0; i < n && !named; i++) {
		if (ranges[i].text[0] == '*' && ranges[i].weight > best) {
			best = ranges[i].weight;
			*at = i;
		}
	}
	return best;
}

const struct language *messages_choose(const struct messages *messages, const char *accept_language)
{
	struct language_range ranges[ACCEPT_LANGUAGE_RANGES_MAX];
	size_t n = accept_language_parse(accept_language, ranges), best_at = 0, at;
	const struct language *best = &messages->languages[0];
	unsigned best_weight = 0, weight;

	for (size_t i = 0; i < messages->n; i++) {
		weight = weigh(&messages->languages[i], ranges, n, &at);
		if (weight > best_weight || (weight && weight == best_weight && at < best_at)) {
			best = &messages->languages[i];
			best_weight = weight;
			best_at = at;
		}
	}
	return best;
}
