/* SPDX-License-Identifier: Apache-2.0 */
#include "web/say.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/log.h"
#include "platform/messages.h"

#define TEXT_MAX ((size_t)16 * 1024)
#define VALUES_MAX 8

struct said {
	struct said *next;
	char text[];
};

struct value {
	const char *name, *text;
};

static const char *keep(struct ctx *c, const struct buf *text)
{
	struct said *said;

	if (buf_done(text) != RC_OK)
		return "";
	said = malloc(sizeof(*said) + text->len + 1);
	if (!said)
		return "";
	memcpy(said->text, buf_text(text), text->len + 1);
	said->next = c->said;
	c->said = said;
	return said->text;
}

static const char *find_value(const struct value *values, size_t n, const struct piece *piece)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(values[i].name, piece->text, piece->len) == 0 &&
			values[i].name[piece->len] == '\0')
			return values[i].text;
	return "";
}

static const char *fill(struct ctx *c, const char *text, const struct value *values, size_t n)
{
	struct piece piece;
	struct buf out;
	const char *kept;

	if (!strchr(text, '{'))
		return text;
	buf_init(&out, TEXT_MAX);
	while ((piece = message_piece(&text)).kind != PIECE_END) {
		if (piece.kind == PIECE_VALUE)
			buf_puts(&out, find_value(values, n, &piece));
		else
			buf_add(&out, piece.text, piece.len);
	}
	kept = keep(c, &out);
	buf_release(&out);
	return kept;
}

static size_t collect(va_list ap, struct value values[VALUES_MAX], size_t n)
{
	const char *name;

	while (n < VALUES_MAX && (name = va_arg(ap, const char *))) {
		values[n].name = name;
		values[n].text = va_arg(ap, const char *);
		if (!values[n].text)
			values[n].text = "";
		n++;
	}
	return n;
}

static const struct message *find_message(const struct ctx *c, const char *key)
{
	const struct message *message = c->speaks ? messages_get(c->speaks, key) : NULL;

	if (!message)
		log_error("say", "key", key, "why", "no such message");
	return message;
}

const char *say(struct ctx *c, const char *key, ...)
{
	const struct message *message;
	struct value values[VALUES_MAX];
	va_list ap;
	size_t n;

	if (!key)
		return NULL;
	message = find_message(c, key);
	va_start(ap, key);
	n = collect(ap, values, 0);
	va_end(ap);
	return message ? fill(c, message->other, values, n) : key;
}

const char *say_count(struct ctx *c, const char *key, int64_t count, ...)
{
	const struct message *message = find_message(c, key);
	struct value values[VALUES_MAX];
	char number[24];
	va_list ap;
	size_t n;

	(void)snprintf(number, sizeof(number), "%" PRId64, count);
	values[0] = (struct value){"n", number};
	va_start(ap, count);
	n = collect(ap, values, 1);
	va_end(ap);
	if (!message)
		return key;
	return fill(c, count == 1 && message->one ? message->one : message->other, values, n);
}

const char *say_words(struct ctx *c, const char *words)
{
	char key[96];
	size_t len = words ? strcspn(words, " ") : 0;

	if (len == 0)
		return NULL;
	(void)snprintf(key, sizeof(key), "%.*s", (int)len, words);
	if (len >= sizeof(key) || !c->speaks || !messages_get(c->speaks, key))
		return words;
	return say(c, key, "detail", words + len + (words[len] == ' '), NULL);
}

void say_release(struct ctx *c)
{
	while (c->said) {
		struct said *said = c->said;

		c->said = said->next;
		free(said);
	}
}
