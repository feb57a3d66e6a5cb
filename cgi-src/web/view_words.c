/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts messages in a template before it is parsed, so that they cost nothing when a page is made.
 *
 *   {{key}}                      its text
 *   {{key who=Provider.Vendor}}  with the value of a variable in the place of {who}
 *   {{key when=call:day(X)}}     with what a macro prints
 *   {{key a=Some.Url}}           where the text has a link: <a href="…">words</a>
 *   {{key n=subcount(List)}}     where the text has plural forms: n chooses
 *
 * Within a command, <?cs call:page_head({{key who=X}}) ?>, it becomes an expression: "text " + X. A text holds no
 * character that would end a literal, a tag or a command there (messages.h).
 */
#include "web/view_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/log.h"

#define TEXT_MAX ((size_t)1 << 20)
#define VALUES_MAX 8

struct value {
	const char *name, *text;
	size_t name_len, len;
};

/* One {{…}}. */
struct call {
	char key[96];
	struct value values[VALUES_MAX];
	size_t n;
	bool in_command;
	struct buf *out;
};

static const struct value *value_named(const struct call *call, const char *name, size_t len)
{
	for (size_t i = 0; i < call->n; i++)
		if (call->values[i].name_len == len && memcmp(call->values[i].name, name, len) == 0)
			return &call->values[i];
	return NULL;
}

/* "key name=value name=value" up to end. NULL: it is so; else why not. */
static const char *call_parse(struct call *call, const char *p, const char *end)
{
	size_t len = strcspn(p, " }");

	(void)snprintf(call->key, sizeof(call->key), "%.*s", (int)len, p);
	for (p += len; p < end; p += len) {
		struct value *v = &call->values[call->n];

		p += *p == ' ';
		len = strcspn(p, " }");
		if (call->n == VALUES_MAX)
			return "has too many values";
		v->name = p;
		v->name_len = strcspn(p, "= }");
		if (p[v->name_len] != '=' || len < v->name_len + 2)
			return "has a value that is not name=variable";
		v->text = p + v->name_len + 1;
		v->len = len - v->name_len - 1;
		call->n++;
	}
	return NULL;
}

/* ---- what becomes of it ---- */

static void put_text(struct call *call, const struct piece *piece)
{
	for (size_t i = 0; i < piece->len; i++) {
		if (piece->text[i] == '&' && !call->in_command)
			buf_puts(call->out, "&amp;");
		else
			buf_putc(call->out, piece->text[i]);
	}
}

static const char *put_value(struct call *call, const struct piece *piece)
{
	const struct value *v = value_named(call, piece->text, piece->len);
	bool is_call = v && strncmp(v->text, "call:", 5) == 0;

	if (!v)
		return "lacks a value";
	if (call->in_command && is_call)
		return "calls a macro within a command";
	if (call->in_command)
		buf_printf(call->out, "\" + %.*s + \"", (int)v->len, v->text);
	else
		buf_printf(
			call->out, "<?cs %s%.*s ?>", is_call ? "" : "var:", (int)v->len, v->text);
	return NULL;
}

static const char *put_mark(struct call *call, const struct piece *piece)
{
	bool is_link = piece->len == 1 && piece->text[0] == 'a';
	const struct value *v = is_link ? value_named(call, "a", 1) : NULL;

	if (call->in_command)
		return "has a mark within a command";
	if (piece->kind == PIECE_CLOSE)
		buf_printf(call->out, "</%.*s>", (int)piece->len, piece->text);
	else if (!is_link)
		buf_printf(call->out, "<%.*s>", (int)piece->len, piece->text);
	else if (v)
		buf_printf(call->out, "<a href=\"<?cs var:%.*s ?>\">", (int)v->len, v->text);
	else
		return "lacks the address of its link";
	return NULL;
}

static const char *put_form(struct call *call, const char *text)
{
	struct piece piece;
	const char *fault = NULL;

	if (call->in_command)
		buf_putc(call->out, '"');
	while (!fault && (piece = message_piece(&text)).kind != PIECE_END) {
		if (piece.kind == PIECE_TEXT)
			put_text(call, &piece);
		else if (piece.kind == PIECE_VALUE)
			fault = put_value(call, &piece);
		else
			fault = put_mark(call, &piece);
	}
	if (call->in_command)
		buf_putc(call->out, '"');
	return fault;
}

static const char *put_message(struct call *call, const struct message *message)
{
	const struct value *n = value_named(call, "n", 1);
	const char *fault;

	if (!message)
		return "is no key of the messages";
	if (!message->one)
		return put_form(call, message->other);
	if (!n || call->in_command)
		return n ? "has plural forms within a command" : "has plural forms, but no n";
	buf_printf(call->out, "<?cs if:%.*s == #1 ?>", (int)n->len, n->text);
	fault = put_form(call, message->one);
	buf_puts(call->out, "<?cs else ?>");
	if (!fault)
		fault = put_form(call, message->other);
	buf_puts(call->out, "<?cs /if ?>");
	return fault;
}

/* ---- the template ---- */

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool is_comment(const char *command)
{
	return command[4 + strspn(command + 4, " \t\n")] == '#';
}

/* The next place where something changes: a message, or the begin or end of a command. */
static const char *next_stop(const char *p, bool in_command)
{
	const char *message = strstr(p, "{{");
	const char *command = strstr(p, in_command ? "?>" : "<?cs");

	if (!message || (command && command < message))
		return command ? command : p + strlen(p);
	return message;
}

/* The call that begins at *at, which moves behind it. */
static const char *put_call(const struct language *language, struct call *call, const char **at)
{
	const char *end = strstr(*at, "}}"), *fault;

	if (!end)
		return "is not closed";
	fault = call_parse(call, *at + 2, end);
	*at = end + 2;
	if (fault)
		return fault;
	return put_message(call, language ? messages_get(language, call->key) : NULL);
}

/* The begin or end of a command, at p: where to go on. A comment is passed over whole. */
static const char *pass_command(const char *p, bool *in_command)
{
	const char *end;

	if (*p && !*in_command && is_comment(p)) {
		end = strstr(p, "?>");
		return end ? end : p + strlen(p);
	}
	if (!*p)
		return p;
	*in_command = !*in_command;
	return p + (*in_command ? 4 : 2);
}

static bool put_words(
	const struct language *language, const char *file, const char *text, struct buf *out)
{
	bool in_command = false;
	const char *p = text, *stop, *fault;
	char line[24];

	while (*p) {
		struct call call = {.out = out};

		stop = next_stop(p, in_command);
		if (*stop != '{') {
			stop = pass_command(stop, &in_command);
			buf_add(out, p, (size_t)(stop - p));
			p = stop;
			continue;
		}
		buf_add(out, p, (size_t)(stop - p));
		call.in_command = in_command;
		p = stop;
		fault = put_call(language, &call, &p);
		if (fault) {
			(void)snprintf(line, sizeof(line), "%u", line_of(text, stop));
			log_error("view.words", "template", file, "line", line, "key", call.key,
				"why", fault);
			return false;
		}
	}
	return true;
}

char *view_words(const struct language *language, const char *file, const char *text)
{
	struct buf out;
	char *taken = NULL;

	buf_init(&out, TEXT_MAX);
	if (put_words(language, file, text, &out))
		taken = buf_take(&out);
	buf_release(&out);
	return taken;
}
