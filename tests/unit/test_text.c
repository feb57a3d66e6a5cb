/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/text.h"

#include <string.h>

#include "check.h"
#include "platform/buf.h"

#define TEXT(s) s, sizeof(s) - 1

static void text_decode_knows_edges(void)
{
	static const struct {
		const char *p;
		uint32_t c;
		size_t n;
	} cases[] = {{"\x7f", 0x7f, 1}, {"\xc2\x80", 0x80, 2}, {"\xdf\xbf", 0x7ff, 2},
		{"\xe0\xa0\x80", 0x800, 3}, {"\xed\x9f\xbf", 0xd7ff, 3},
		{"\xee\x80\x80", 0xe000, 3}, {"\xef\xbf\xbf", 0xffff, 3},
		{"\xf0\x90\x80\x80", 0x10000, 4}, {"\xf4\x8f\xbf\xbf", 0x10ffff, 4}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t c;

		CHECK_INT(text_decode(cases[i].p, strlen(cases[i].p), &c), cases[i].n);
		CHECK_INT(c, cases[i].c);
		CHECK_INT(text_decode(cases[i].p, cases[i].n - 1, &c), 0);
	}
}

/* Overlong, surrogates, beyond U+10FFFF, lone continuation, cut short, wrong continuation. */
static const char *const not_utf8[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
	"\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
	"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc3",
	"\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2\x28\xa1", "\xe2\x82(", "a\xe9", "\xe9t\xe9"};

static void text_utf8_chars_counts_code_points(void)
{
	size_t n;

	CHECK_INT(text_utf8_chars("", 0, &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_INT(text_utf8_chars(TEXT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n"), &n), RC_OK);
	CHECK_INT(n, 5);
}

static void text_utf8_chars_r68_refuses(void)
{
	size_t n = 1;

	for (size_t i = 0; i < sizeof(not_utf8) / sizeof(*not_utf8); i++)
		CHECK_INT(text_utf8_chars(not_utf8[i], strlen(not_utf8[i]), &n), RC_INVALID);
	CHECK_INT(n, 0);
	CHECK_INT(text_utf8_chars(TEXT("a\0b"), &n), RC_INVALID);
	CHECK_INT(text_utf8_chars(TEXT("\xff\xfex\0"), &n), RC_INVALID);
}

static void text_is_line_takes_what_people_type(void)
{
	CHECK(text_is_line(TEXT("a"), 1));
	CHECK(text_is_line(TEXT("R\xc3\xa9mi & S\xc3\xb8n, Ltd. <b>"), 100));
	CHECK(text_is_line(TEXT("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe4\xbd\xa0\xe5\xa5\xbd"), 100));
	/* ZWJ joins emoji and is no control of direction */
	CHECK(text_is_line(TEXT("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"), 3));
}

static void text_is_line_r68_length_boundary_counts_characters(void)
{
	CHECK(!text_is_line("", 0, 10));
	CHECK(text_is_line(TEXT("\xc3\xa9\xc3\xa9\xc3\xa9"), 3));
	CHECK(!text_is_line(TEXT("\xc3\xa9\xc3\xa9\xc3\xa9"), 2));
	CHECK(text_is_line(TEXT("abc"), 4));
	CHECK(!text_is_line(TEXT("abc"), 0));
}

static void text_is_line_r68_refuses_controls_and_bidi(void)
{
	static const char *const bad[] = {"x\ny", "x\ry", "x\ty", "x\x1b[0m", "x\x7fy", "\xc2\x80",
		"x\xc2\x85y", "x\xc2\x9by", "x\xe2\x80\xa8y", "x\xe2\x80\xa9y", "\xd8\x9cy",
		"x\xe2\x80\x8ey", "x\xe2\x80\x8fy", "x\xe2\x80\xaay", "x\xe2\x80\xaey",
		"x\xe2\x81\xa6y", "x\xe2\x81\xa9y", "\xef\xbb\xbfy", "x\xef\xbb\xbf"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(!text_is_line(bad[i], strlen(bad[i]), 100));
	for (size_t i = 0; i < sizeof(not_utf8) / sizeof(*not_utf8); i++)
		CHECK(!text_is_line(not_utf8[i], strlen(not_utf8[i]), 100));
	CHECK(!text_is_line(TEXT("a\0b"), 100));
}

static void text_is_line_i5_refuses_space_at_the_ends(void)
{
	CHECK(!text_is_line(TEXT(" "), 10));
	CHECK(!text_is_line(TEXT(" a"), 10));
	CHECK(!text_is_line(TEXT("a "), 10));
	CHECK(!text_is_line(TEXT("a\xc2\xa0"), 10));
	CHECK(!text_is_line(TEXT("\xe3\x80\x80x"), 10));
	CHECK(!text_is_line(TEXT("a\xe2\x80\x83"), 10));
	CHECK(text_is_line(TEXT("a\xc2\xa0y"), 10));
}

static void text_trim_moves_both_ends(void)
{
	const char *p = " \t\r\n\v\f a b\xc2\xa0 \n";
	size_t len = strlen(p);

	text_trim(&p, &len);
	CHECK_INT(len, 5);
	CHECK(memcmp(p, "a b\xc2\xa0", 5) == 0);
	p = " \n ";
	len = 3;
	text_trim(&p, &len);
	CHECK_INT(len, 0);
	text_trim(&p, &len);
	CHECK_INT(len, 0);
}

static void harmless_is(const char *in, size_t len, size_t max, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	text_harmless(in, len, max, &b);
	CHECK_INT(buf_done(&b), RC_OK);
	CHECK_STR(buf_text(&b), want);
	buf_release(&b);
}

static void text_harmless_keeps_plain_text(void)
{
	harmless_is(TEXT("invalid_grant: expired"), 100, "invalid_grant: expired");
	harmless_is(TEXT("\xc3\xa9\xf0\x9f\x98\x80"), 2, "\xc3\xa9\xf0\x9f\x98\x80");
	harmless_is("", 0, 5, "");
}

static void text_harmless_drops_and_replaces(void)
{
	harmless_is(TEXT("a\x1b[31mb\x7f\0c"), 100, "a[31mbc");
	harmless_is(TEXT("\xe2\x80\xaegpj\xef\xbb\xbf"), 100, "gpj");
	harmless_is(TEXT("a\xff\xfey"), 100, "a\xef\xbf\xbd\xef\xbf\xbdy");
	harmless_is(TEXT("\xc0\x80"), 100, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void text_harmless_folds_white_space(void)
{
	harmless_is(TEXT(" \r\n a \t\n b\xe2\x80\xa8\xc2\xa0z\n"), 100, "a b z");
	harmless_is(TEXT(" \x01 \x02 "), 100, "");
	harmless_is(TEXT("a \x01 b"), 100, "a b");
}

static void text_harmless_cuts_with_an_ellipsis(void)
{
	harmless_is(TEXT("abcd"), 4, "abcd");
	harmless_is(TEXT("abcde"), 4, "abc\xe2\x80\xa6");
	harmless_is(TEXT("abcd \n "), 4, "abcd");
	harmless_is(TEXT("abcd e"), 4, "abc\xe2\x80\xa6");
	harmless_is(TEXT("\xc3\xa9\xc3\xa9"), 1, "\xe2\x80\xa6");
	harmless_is(TEXT("abc"), 0, "");
}

static void text_harmless_respects_a_full_buffer(void)
{
	struct buf b;

	buf_init(&b, 4);
	text_harmless("abcdefgh", 8, 7, &b);
	CHECK_INT(buf_done(&b), RC_LIMIT);
	CHECK_STR(buf_text(&b), "");
	buf_release(&b);
	buf_init(&b, 5);
	buf_puts(&b, "x:");
	text_harmless("abcdefgh", 8, 1, &b);
	CHECK_INT(buf_done(&b), RC_OK);
	CHECK_STR(buf_text(&b), "x:\xe2\x80\xa6");
	buf_release(&b);
}

static void text_is_vschar_r29_edges(void)
{
	CHECK(text_is_vschar(TEXT(" ~azAZ09-._~+/=")));
	CHECK(!text_is_vschar("", 0));
	CHECK(!text_is_vschar(TEXT("a\x1f")));
	CHECK(!text_is_vschar(TEXT("a\x7f")));
	CHECK(!text_is_vschar(TEXT("a\0b")));
	CHECK(!text_is_vschar(TEXT("a\r\nb")));
	CHECK(!text_is_vschar(TEXT("caf\xc3\xa9")));
	CHECK(!text_is_vschar(TEXT("\xff")));
}

static void text_copy_cuts_and_terminates(void)
{
	char to[4] = "xyz";

	text_copy(to, sizeof(to), "");
	CHECK(strcmp(to, "") == 0);
	text_copy(to, sizeof(to), "abc");
	CHECK(strcmp(to, "abc") == 0);
	text_copy(to, sizeof(to), "abcd");
	CHECK(strcmp(to, "abc") == 0);
	text_copy(to, 1, "abc");
	CHECK(strcmp(to, "") == 0);
}

static void text_has_word_compares_whole_words(void)
{
	CHECK(text_has_word("a bc d", "bc", 2));
	CHECK(text_has_word("bc", "bcd", 2));
	CHECK(!text_has_word("abc bcd", "bc", 2));
	CHECK(!text_has_word("", "bc", 2));
	CHECK(!text_has_word("a b", "c", 1));
}

int main(void)
{
	RUN(text_decode_knows_edges);
	RUN(text_utf8_chars_counts_code_points);
	RUN(text_utf8_chars_r68_refuses);
	RUN(text_is_line_takes_what_people_type);
	RUN(text_is_line_r68_length_boundary_counts_characters);
	RUN(text_is_line_r68_refuses_controls_and_bidi);
	RUN(text_is_line_i5_refuses_space_at_the_ends);
	RUN(text_copy_cuts_and_terminates);
	RUN(text_trim_moves_both_ends);
	RUN(text_harmless_keeps_plain_text);
	RUN(text_harmless_drops_and_replaces);
	RUN(text_harmless_folds_white_space);
	RUN(text_harmless_cuts_with_an_ellipsis);
	RUN(text_harmless_respects_a_full_buffer);
	RUN(text_is_vschar_r29_edges);
	RUN(text_has_word_compares_whole_words);
	return CHECK_DONE;
}
