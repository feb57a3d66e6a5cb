/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/text.h"

#include <string.h>

#include "platform/buf.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS "\xe2\x80\xa6"    /* U+2026 */

/* Length of the sequence that a first byte announces, and the bits it carries. C0, C1 (overlong) and
 * F5..FF (beyond U+10FFFF) announce nothing. */
static size_t sequence(unsigned char first, uint32_t *bits)
{
	if (first < 0x80) {
		*bits = first;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first <= 0xef) {
		*bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t text_decode(const char *p, size_t len, uint32_t *out)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t c = 0;
	size_t n;

	*out = 0;
	n = len > 0 ? sequence((unsigned char)*p, &c) : 0;
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

size_t text_encode(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

enum rc text_utf8_chars(const char *p, size_t len, size_t *chars_out)
{
	size_t chars = 0;

	*chars_out = 0;
	while (len > 0) {
		uint32_t c;
		size_t n = text_decode(p, len, &c);

		if (n == 0 || c == 0)
			return RC_INVALID;
		p += n;
		len -= n;
		chars++;
	}
	*chars_out = chars;
	return RC_OK;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

/* Controls that reorder what a reader sees ("Trojan Source"), and the byte order mark. */
static bool is_deceptive(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Unicode White_Space, the controls among them included. */
static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

bool text_is_line(const char *p, size_t len, size_t max_chars)
{
	size_t chars = 0;

	while (len > 0) {
		uint32_t c;
		size_t n = text_decode(p, len, &c);

		if (n == 0 || is_control(c) || is_deceptive(c))
			return false;
		if (is_space(c) && (chars == 0 || n == len))
			return false;
		if (++chars > max_chars)
			return false;
		p += n;
		len -= n;
	}
	return chars > 0;
}

static bool is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void text_copy(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size);

	if (len == size) {
		len--;
		while (len > 0 && ((unsigned char)from[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, from, len);
	to[len] = '\0';
}

bool text_has_word(const char *list, const char *word, size_t len)
{
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, len) == 0)
			return true;
		list += n;
		list += *list == ' ';
	}
	return false;
}

void text_trim(const char **p, size_t *len)
{
	while (*len > 0 && is_ascii_space(**p)) {
		(*p)++;
		(*len)--;
	}
	while (*len > 0 && is_ascii_space((*p)[*len - 1]))
		(*len)--;
}

/* Output of text_harmless: counts, and remembers where the last character that fits began, because
 * only the character after it tells that something is cut. */
struct line {
	struct buf *out;
	size_t chars, max_chars, last_at;
};

/* False: it did not fit; the line ends in an ellipsis now. */
static bool line_put(struct line *line, const char *p, size_t n)
{
	if (line->chars == line->max_chars) {
		if (line->max_chars > 0 && !buf_done(line->out)) {
			line->out->len = line->last_at;
			buf_puts(line->out, ELLIPSIS);
		}
		return false;
	}
	line->chars++;
	line->last_at = line->out->len;
	buf_add(line->out, p, n);
	return true;
}

void text_harmless(const char *p, size_t len, size_t max_chars, struct buf *out)
{
	struct line line = {.out = out, .max_chars = max_chars};
	bool space = false; /* owed before the next character: so none ends the line */

	while (len > 0) {
		uint32_t c;
		const char *at = p;
		size_t n = text_decode(p, len, &c);
		size_t at_len = n;

		if (n == 0) {
			n = 1;
			c = 0xfffd;
			at = REPLACEMENT;
			at_len = strlen(REPLACEMENT);
		}
		p += n;
		len -= n;
		if (is_space(c))
			space = line.chars > 0;
		if (is_space(c) || is_control(c) || is_deceptive(c))
			continue;
		if (space && !line_put(&line, " ", 1))
			return;
		space = false;
		if (!line_put(&line, at, at_len))
			return;
	}
}

/* Printable ASCII needs no second look. */
static size_t plain(const char *p, size_t len, size_t max)
{
	size_t n = 0;

	while (n < len && n < max && p[n] >= ' ' && p[n] <= '~')
		n++;
	return n;
}

void text_harmless_lines(const char *p, size_t len, size_t max_chars, struct buf *out)
{
	struct line line = {.out = out, .max_chars = max_chars};

	while (len > 0) {
		uint32_t c;
		size_t n = plain(p, len, max_chars > line.chars ? max_chars - line.chars : 0);

		if (n > 0) {
			line.chars += n;
			line.last_at = out->len + n - 1;
			buf_add(out, p, n);
		} else {
			n = text_decode(p, len, &c);
			if (n == 0) {
				n = 1;
				if (!line_put(&line, REPLACEMENT, strlen(REPLACEMENT)))
					return;
			} else if (c == '\t' || c == '\n') {
				if (!line_put(&line, c == '\t' ? " " : "\n", 1))
					return;
			} else if (!is_control(c) && !is_deceptive(c) && !line_put(&line, p, n))
				return;
		}
		p += n;
		len -= n;
	}
}

bool text_is_vschar(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return false;
	return len > 0;
}
