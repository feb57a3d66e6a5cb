/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/buf.h"
#include "platform/clock.h"
#include "platform/text.h"

#define ESCAPED_SIZE 8 /* the longest is \uXXXX and a NUL */
#define ELLIPSIS "\xe2\x80\xa6"
#define LINE_END "\"}\n"

static struct {
	const char *program, *request;
	enum log_level least;
} state = {.program = "grantry", .least = LOG_INFO};

void log_open(const char *program, enum log_level least)
{
	state.program = program;
	state.least = least;
}

void log_request(const char *id)
{
	state.request = id;
}

/* One character of p in the form it has inside a JSON string: returns how many bytes of p it was. DEL
 * and C1 are escaped as well, because a terminal obeys them (CSI is U+009B). */
static size_t escape(const char *p, size_t len, char out[ESCAPED_SIZE])
{
	uint32_t c;
	size_t n;

	if (*p >= ' ' && *p <= '~' && *p != '"' && *p != '\\') { /* most are */
		out[0] = *p;
		out[1] = 0;
		return 1;
	}
	n = text_decode(p, len, &c);
	if (n == 0) {
		snprintf(out, ESCAPED_SIZE, "\xef\xbf\xbd");
		return 1;
	}
	if (c == '"' || c == '\\')
		snprintf(out, ESCAPED_SIZE, "\\%c", (char)c);
	else if (c == '\n')
		snprintf(out, ESCAPED_SIZE, "\\n");
	else if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029)
		snprintf(out, ESCAPED_SIZE, "\\u%04x", (unsigned)c & 0xffff);
	else
		snprintf(out, ESCAPED_SIZE, "%.*s", (int)n, p);
	return n;
}

/* How many bytes at p stand for themselves; most do, and most texts are long. */
static size_t plain(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= ' ' && p[n] <= '~' && p[n] != '"' && p[n] != '\\')
		n++;
	return n;
}

void log_json_string(struct buf *out, const char *p, size_t len)
{
	buf_putc(out, '"');
	while (len > 0) {
		char form[ESCAPED_SIZE];
		size_t n = plain(p, len);

		if (n > 0)
			buf_add(out, p, n);
		else {
			n = escape(p, len, form);
			buf_puts(out, form);
		}
		p += n;
		len -= n;
	}
	buf_putc(out, '"');
}

/* The line is built on the stack: the log must work when there is no memory left. LOG_LINE_MAX is
 * PIPE_BUF, so that lines of several workers on one pipe never mix. */
struct line {
	char text[LOG_LINE_MAX];
	size_t len;
	bool cut;
};

/* What stays free until the end: an ellipsis, the closing quote and brace, the newline. */
#define LINE_ROOM (LOG_LINE_MAX - (sizeof(ELLIPSIS) - 1) - (sizeof(LINE_END) - 1))

static void line_add(struct line *line, const char *p, size_t len)
{
	memcpy(line->text + line->len, p, len);
	line->len += len;
}

static void line_string(struct line *line, const char *value)
{
	size_t left = strlen(value);

	while (left > 0) {
		char form[ESCAPED_SIZE];
		size_t n = escape(value, left, form), form_len = strlen(form);

		if (line->len + form_len > LINE_ROOM) {
			line_add(line, ELLIPSIS, sizeof(ELLIPSIS) - 1);
			line->cut = true;
			return;
		}
		line_add(line, form, form_len);
		value += n;
		left -= n;
	}
}

/* Writes ,"key":"value and leaves the quote open: what follows, or the end of the line, closes it. A
 * pair whose key does not fit with a few characters of its value is left out whole. */
static void line_pair(struct line *line, const char *key, const char *value)
{
	size_t key_len = strlen(key);

	if (line->cut)
		return;
	if (line->len + key_len * 6 + 16 > LINE_ROOM) {
		line->cut = true;
		return;
	}
	if (line->len > 0)
		line_add(line, "\",\"", 3);
	else
		line_add(line, "{\"", 2);
	line_string(line, key);
	line_add(line, "\":\"", 3);
	line_string(line, value);
}

/* One write a line. A full pipe that does not block loses the line rather than the request. */
static void line_write(const struct line *line)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t n = write(STDERR_FILENO, line->text + done, line->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

static const char *level_name(enum log_level level)
{
	static const char *const names[] = {
		[LOG_DEBUG] = "debug",
		[LOG_INFO] = "info",
		[LOG_WARN] = "warn",
		[LOG_ERROR] = "error",
	};

	return (unsigned)level <= LOG_ERROR ? names[level] : "error";
}

void log_event(enum log_level level, const char *event, ...)
{
	struct line line = {.len = 0};
	char now[CLOCK_ISO_SIZE];
	int saved_errno = errno;
	const char *key;
	va_list ap;

	if (level < state.least)
		return;
	clock_iso(clock_now_s(), now);
	line_pair(&line, "time", now);
	line_pair(&line, "level", level_name(level));
	line_pair(&line, "program", state.program);
	if (state.request)
		line_pair(&line, "request", state.request);
	line_pair(&line, "event", event);
	va_start(ap, event);
	for (key = va_arg(ap, const char *); key; key = va_arg(ap, const char *)) {
		const char *value = va_arg(ap, const char *);

		if (value)
			line_pair(&line, key, value);
	}
	va_end(ap);
	line_add(&line, LINE_END, sizeof(LINE_END) - 1);
	line_write(&line);
	errno = saved_errno;
}
