/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers of plain values, and of sections described by tables.
 */
#include "domain/provider_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEN_YEARS_S ((int64_t)10 * 366 * 86400)

/* "key: " and the words, into reason[YAMLR_REASON_SIZE]. Returns the line. */
__attribute__((format(printf, 4, 0))) static unsigned say(const struct parse *ps, char *reason,
	const struct yamlr_node *node, const char *fmt, va_list ap)
{
	size_t at = 0;

	if (node && node->key)
		at = (size_t)snprintf(reason, YAMLR_REASON_SIZE, "%.80s: ", node->key);
	vsnprintf(reason + at, YAMLR_REASON_SIZE - at, fmt, ap);
	if (!node || !shared_line(node->line))
		return node ? node->line : 0;
	at = strlen(reason);
	snprintf(reason + at, YAMLR_REASON_SIZE - at, " (shared/%s.yaml:%u)", ps->base,
		shared_line(node->line));
	return ps->base_line;
}

void parse_fail(struct parse *ps, const struct yamlr_node *node, const char *fmt, ...)
{
	char reason[YAMLR_REASON_SIZE];
	va_list ap;

	if (ps->rc)
		return;
	va_start(ap, fmt);
	ps->line = say(ps, reason, node, fmt, ap);
	va_end(ap);
	ps->reason = parse_copy(ps, reason, strlen(reason));
	if (!ps->rc)
		ps->rc = RC_INVALID;
}

void parse_note(struct parse *ps, const struct yamlr_node *node, const char *fmt, ...)
{
	char reason[YAMLR_REASON_SIZE];
	unsigned line;
	va_list ap;

	if (ps->rc)
		return;
	va_start(ap, fmt);
	line = say(ps, reason, node, fmt, ap);
	va_end(ap);
	ps->rc = catalogue_note(ps->catalogue, ps->file ? ps->file : "", line, reason);
}

void parse_forgive(struct parse *ps, const struct yamlr_node *node, const char *reason)
{
	if (ps->ours)
		parse_fail(ps, node, "%s", reason);
	else
		parse_note(ps, node, "%s", reason);
}

static bool is_known(const char *const *known, const char *key)
{
	for (; *known; known++)
		if (strcmp(*known, key) == 0)
			return true;
	return false;
}

void note_unknown(struct parse *ps, const struct yamlr_node *map, const char *const *known)
{
	if (!map || map->kind != YAMLR_MAPPING)
		return;
	for (const struct yamlr_node *child = map->first; child; child = child->next)
		if (!is_known(known, child->key))
			parse_note(ps, child, "unknown key");
}

void *parse_alloc(struct parse *ps, size_t size)
{
	void *p = catalogue_alloc(ps->catalogue, size);

	if (!p)
		ps->rc = RC_NOMEM;
	return p;
}

void *parse_list(struct parse *ps, const struct yamlr_node *node, size_t size)
{
	if (node->n > PROVIDER_ITEMS_MAX) {
		parse_fail(ps, node, "has more than %d items", PROVIDER_ITEMS_MAX);
		return NULL;
	}
	return parse_alloc(ps, (node->n + 1) * size);
}

void *parse_items(struct parse *ps, const struct yamlr_node *node, enum yamlr_kind kind,
	size_t size, parse_reader *read, size_t *n)
{
	char *items;

	*n = 0;
	if (node->kind != kind) {
		parse_fail(
			ps, node, kind == YAMLR_SEQUENCE ? "must be a list" : "must be a mapping");
		return NULL;
	}
	items = parse_list(ps, node, size);
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next)
		read(ps, child, items + size * (*n)++);
	return items;
}

const char *parse_copy(struct parse *ps, const char *p, size_t len)
{
	char *copy = parse_alloc(ps, len + 1);

	if (copy)
		memcpy(copy, p, len);
	return copy;
}

static const struct member *find_member(const struct member *table, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].key, key) == 0)
			return &table[i];
	return NULL;
}

void parse_members(struct parse *ps, const struct yamlr_node *map, const struct member *table,
	size_t n, void *base)
{
	if (map->kind != YAMLR_MAPPING) {
		parse_fail(ps, map, "must be a mapping");
		return;
	}
	for (const struct yamlr_node *child = map->first; child; child = child->next) {
		const struct member *m = find_member(table, n, child->key);

		if (!m)
			parse_fail(ps, child, "unknown key");
		else if (!yamlr_is_null(child))
			m->read(ps, child, (char *)base + m->offset);
	}
	for (size_t i = 0; i < n; i++)
		if (table[i].required && yamlr_is_null(yamlr_get(map, table[i].key)))
			parse_fail(ps, map, "\"%s\" is missing", table[i].key);
}

size_t parse_word(
	struct parse *ps, const struct yamlr_node *node, const char *const *words, size_t n)
{
	const char *text = yamlr_text(node);
	char list[128] = "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (text && strcmp(text, words[i]) == 0)
			return i;
		at += (size_t)snprintf(
			list + at, sizeof(list) - at, "%s%s", i ? ", " : "", words[i]);
		if (at >= sizeof(list))
			at = sizeof(list) - 1;
	}
	parse_fail(ps, node, "must be one of: %s", list);
	return 0;
}

bool provider_id_is_valid(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len <= 64 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static bool has_control(const char *text, const char *allowed)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < 0x20 || c == 0x7f) && !strchr(allowed, c))
			return true;
	}
	return false;
}

/* The text of a scalar within the limits, or NULL and a failure. */
static const char *take_text(
	struct parse *ps, const struct yamlr_node *node, size_t max, const char *allowed)
{
	const char *text = yamlr_text(node);

	if (!text)
		parse_fail(ps, node, "must be a text");
	else if (strlen(text) > max)
		parse_fail(ps, node, "is longer than %zu bytes", max);
	else if (has_control(text, allowed))
		parse_fail(ps, node, "holds control characters");
	else
		return parse_copy(ps, text, strlen(text));
	return NULL;
}

void read_lines(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = take_text(ps, node, PROVIDER_WORDS_MAX, "\n\t");

	if (text)
		*(const char **)at = text;
}

void read_key(struct parse *ps, const struct yamlr_node *map, const char *key, parse_reader *read,
	void *at)
{
	const struct yamlr_node *node = yamlr_get(map, key);

	if (!yamlr_is_null(node))
		read(ps, node, at);
}

void read_text(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = take_text(ps, node, PROVIDER_TEXT_MAX, "");

	if (text)
		*(const char **)at = text;
}

void read_id(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = take_text(ps, node, PROVIDER_TEXT_MAX, "");

	if (!text)
		return;
	if (!provider_id_is_valid(text))
		parse_fail(ps, node, "must be 1 to 64 of a-z 0-9 _ -");
	*(const char **)at = text;
}

void read_bool(struct parse *ps, const struct yamlr_node *node, void *at)
{
	if (yamlr_bool(node, at) != RC_OK)
		parse_fail(ps, node, "must be true or false");
}

void read_seconds(struct parse *ps, const struct yamlr_node *node, void *at)
{
	int64_t seconds;

	if (yamlr_int(node, &seconds) != RC_OK || seconds < 0 || seconds > TEN_YEARS_S)
		parse_fail(ps, node, "must be a number of seconds");
	else
		*(int64_t *)at = seconds;
}

/* "en_US", "zh_Hans", "ja": two letters, then perhaps a tail. */
static bool is_language(const char *key)
{
	size_t tail;

	if (strspn(key, "abcdefghijklmnopqrstuvwxyz") != 2)
		return false;
	if (key[2] == '\0')
		return true;
	tail = strlen(key + 2);
	return (key[2] == '_' || key[2] == '-') && tail >= 3 && tail <= 5;
}

/* In the wild one file has placeholder, help and url indented into its label: such things are skipped
 * there, and refused in files of our own. */
static void read_language(struct parse *ps, const struct yamlr_node *node, struct i18n *out)
{
	/* those that documents are written in; others work all the same */
	static const char *const languages[] = {"en_US", "zh_Hans", "zh_Hant", "ja_JP", "pt_BR",
		"ko_KR", "de_DE", "fr_FR", "es_ES", "it_IT", "ru_RU", "uk_UA", "vi_VN", "pl_PL",
		"ro_RO", "tr_TR", "fa_IR", "hi_IN", "th_TH", "id_ID", "sl_SI", "ar_TN", "nl_NL",
		NULL};
	const char *text;

	if (!is_language(node->key) || node->kind != YAMLR_SCALAR) {
		parse_forgive(ps, node, "is no text in a language such as en_US");
		return;
	}
	if (yamlr_is_null(node))
		return;
	if (!is_known(languages, node->key))
		parse_note(ps, node, "unknown language");
	text = take_text(ps, node, PROVIDER_WORDS_MAX, "\n\t");
	if (text)
		out->items[out->n++] =
			(struct i18n_item){parse_copy(ps, node->key, strlen(node->key)), text};
}

void read_words(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct i18n *out = at;

	if (node->kind == YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a text, or texts by language");
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	out->n = 0;
	if (!out->items)
		return;
	if (node->kind == YAMLR_SCALAR) {
		const char *text = take_text(ps, node, PROVIDER_WORDS_MAX, "\n\t");

		if (text)
			out->items[out->n++] = (struct i18n_item){"en_US", text};
		return;
	}
	for (const struct yamlr_node *child = node->first; child; child = child->next)
		read_language(ps, child, out);
	if (ps->ours && out->n == 0)
		parse_fail(ps, node, "has no text in any language");
}

static bool is_pointer(const char *text)
{
	if (*text != '\0' && *text != '/')
		return false;
	for (; *text != '\0'; text++)
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	return true;
}

void read_pointer(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !is_pointer(*(const char **)at))
		parse_fail(ps, node, "must be a JSON pointer such as /data/0/name");
}

void read_pointers(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pointers *out = at;

	if (node->kind == YAMLR_MAPPING) {
		parse_fail(ps, node, "must be a JSON pointer or a list of them");
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	out->n = 0;
	if (!out->items)
		return;
	if (node->kind == YAMLR_SCALAR)
		read_pointer(ps, node, &out->items[out->n++]);
	for (const struct yamlr_node *child = node->first; child; child = child->next)
		read_pointer(ps, child, &out->items[out->n++]);
}

void read_pairs(
	struct parse *ps, const struct yamlr_node *node, parse_reader *value, struct pairs *out)
{
	if (node->kind != YAMLR_MAPPING) {
		parse_fail(ps, node, "must be a mapping");
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	out->n = 0;
	if (!out->items)
		return;
	for (const struct yamlr_node *child = node->first; child; child = child->next) {
		struct pair *pair = &out->items[out->n++];

		pair->name = parse_copy(ps, child->key, strlen(child->key));
		pair->value = "";
		if (strlen(child->key) >= FIELDSET_NAME_MAX || has_control(child->key, ""))
			parse_fail(ps, child, "is no usable name");
		value(ps, child, &pair->value);
	}
}
