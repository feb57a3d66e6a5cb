/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/text.h"
#include "platform/tree_int.h"

#define STARTS(p, len, with) ((len) >= sizeof(with) - 1 && memcmp(p, with, sizeof(with) - 1) == 0)

static void skip_space(const char **p, size_t *len)
{
	while (*len > 0 && strchr(" \t\r\n", **p) && **p) {
		(*p)++;
		(*len)--;
	}
}

/* XML, and so HTML: "<" and then what YAML would not begin with ("<<" it would). */
static bool is_markup(const char *p, size_t len)
{
	return len >= 2 && p[0] == '<' &&
	       (p[1] == '!' || p[1] == '?' || p[1] == '/' || isalpha((unsigned char)p[1]));
}

static bool is_html(const char *p, size_t len)
{
	static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (len >= strlen(starts[i]) && strncasecmp(p, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* What people send by mistake, by its first bytes. NULL: none of these. */
static const char *what_else(const char *p, size_t len, const char **code)
{
	*code = "not_text";
	if (STARTS(p, len, "PK\3\4") || STARTS(p, len, "PK\5\6"))
		return "this is a ZIP file; unpack it first";
	if (STARTS(p, len, "\x1f\x8b"))
		return "this is a gzip file; unpack it first";
	if (STARTS(p, len, "%PDF-"))
		return "this is a PDF file, not JSON or YAML";
	if (STARTS(p, len, "\xff\xfe") || STARTS(p, len, "\xfe\xff"))
		return "this is UTF-16; save it as UTF-8";
	skip_space(&p, &len);
	*code = "empty";
	if (len == 0)
		return "this is empty";
	*code = "markup";
	if (is_html(p, len))
		return "this is HTML (a web page), not JSON or YAML";
	if (is_markup(p, len))
		return "this is XML, not JSON or YAML";
	return NULL;
}

/* Windows-1252 is what "Latin-1" in a file most often is: ISO 8859-1 with these instead of control characters.
 * 0: no character. */
static uint32_t windows_1252(unsigned char c)
{
	static const uint16_t others[] = {0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c,
		0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e,
		0x0178};

	if (c >= 0x80 && c < 0xa0)
		return others[c - 0x80];
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ? 0 : c;
}

static bool is_latin1(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!windows_1252((unsigned char)p[i]))
			return false;
	return true;
}

/* Where UTF-8 ends; and how many lines there are so far. */
static size_t utf8_end(const char *p, size_t len, unsigned *line)
{
	size_t i = 0, n = 1;

	*line = 1;
	while (i < len && n > 0) {
		uint32_t c;

		n = text_decode(p + i, len - i, &c);
		i += n;
		*line += n == 1 && c == '\n';
	}
	return i;
}

enum rc tree_bytes_check(const char *p, size_t len, struct tree_error *error, bool *latin1)
{
	const char *code, *reason = what_else(p, len, &code);
	unsigned line;

	*latin1 = false;
	if (reason)
		return tree_refuse(error, RC_INVALID, code, 0, 0, reason);
	if (memchr(p, 0, len))
		return tree_refuse(error, RC_INVALID, "not_text", 0, 0,
			"this holds NUL bytes, so it is UTF-16 or no text at all");
	if (utf8_end(p, len, &line) == len)
		return RC_OK;
	*latin1 = is_latin1(p, len);
	if (*latin1)
		return RC_OK;
	return tree_refuse(error, RC_INVALID, "not_utf8", line, 0, "this is not UTF-8");
}

enum rc tree_bytes_latin1(const char *p, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		char text[4];

		buf_add(out, text, text_encode(windows_1252((unsigned char)p[i]), text));
	}
	return buf_done(out);
}
