/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void buf_empty_reads_as_empty_text(void)
{
	struct buf b;

	buf_init(&b, 10);
	CHECK_STR(buf_text(&b), "");
	CHECK_INT(buf_done(&b), RC_OK);
	buf_release(&b);
}

static void buf_appends_in_order(void)
{
	struct buf b;

	buf_init(&b, 1000);
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_add(&b, "c\0d", 3);
	buf_printf(&b, "%d-%s", 42, "x");
	CHECK_INT(buf_done(&b), RC_OK);
	CHECK_INT(b.len, 9);
	CHECK(memcmp(b.data, "abc\0d42-x", 10) == 0);
	buf_release(&b);
}

static void buf_holds_exactly_its_maximum(void)
{
	struct buf b;

	buf_init(&b, 3);
	buf_puts(&b, "abc");
	CHECK_INT(buf_done(&b), RC_OK);
	CHECK_STR(buf_text(&b), "abc");
	buf_add(&b, "", 0);
	CHECK_INT(buf_done(&b), RC_OK);
	buf_putc(&b, 'd');
	CHECK_INT(buf_done(&b), RC_LIMIT);
	CHECK_STR(buf_text(&b), "");
	buf_release(&b);
}

static void buf_error_is_sticky_and_empty(void)
{
	struct buf b;

	buf_init(&b, 4);
	buf_puts(&b, "abcde");
	buf_puts(&b, "x");
	buf_printf(&b, "%d", 1);
	CHECK_INT(buf_done(&b), RC_LIMIT);
	CHECK_INT(b.len, 0);
	CHECK(buf_take(&b) == NULL);
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_release(&b);
	CHECK_INT(buf_done(&b), RC_OK);
	buf_puts(&b, "abcd");
	CHECK_STR(buf_text(&b), "abcd");
	buf_release(&b);
}

static void buf_printf_over_the_maximum_fails(void)
{
	struct buf b;

	buf_init(&b, 4);
	buf_printf(&b, "%s", "abcd");
	CHECK_INT(buf_done(&b), RC_OK);
	buf_printf(&b, "%s", "e");
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_release(&b);
}

static void buf_maximum_zero_takes_nothing(void)
{
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, "");
	CHECK_INT(buf_done(&b), RC_OK);
	buf_putc(&b, 'x');
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_release(&b);
}

static void buf_huge_length_does_not_wrap(void)
{
	struct buf b;

	buf_init(&b, 100);
	buf_puts(&b, "abc");
	buf_add(&b, "x", SIZE_MAX);
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_release(&b);
	buf_init(&b, SIZE_MAX);
	buf_puts(&b, "abc");
	buf_add(&b, "x", SIZE_MAX - 3);
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_release(&b);
}

static void buf_clear_forgets_error_and_keeps_memory(void)
{
	struct buf b;
	char *memory;

	buf_init(&b, 4);
	buf_puts(&b, "abc");
	memory = b.data;
	buf_puts(&b, "def");
	CHECK_INT(buf_done(&b), RC_LIMIT);
	buf_clear(&b);
	CHECK_INT(buf_done(&b), RC_OK);
	buf_puts(&b, "xy");
	CHECK_STR(buf_text(&b), "xy");
	CHECK(b.data == memory);
	buf_release(&b);
}

static void buf_take_moves_the_text(void)
{
	struct buf b;
	char *text;

	buf_init(&b, 100);
	buf_puts(&b, "mine");
	text = buf_take(&b);
	CHECK_STR(text, "mine");
	free(text);
	CHECK_STR(buf_text(&b), "");
	CHECK_INT(b.max, 100);
	text = buf_take(&b);
	CHECK_STR(text, "");
	free(text);
	buf_release(&b);
}

static void buf_grows_to_a_megabyte(void)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 1 << 20; i++)
		buf_putc(&b, 'x');
	CHECK_INT(buf_done(&b), RC_OK);
	CHECK_INT(b.len, 1 << 20);
	CHECK(b.cap <= (1 << 20) + 1);
	CHECK_INT(strlen(b.data), 1 << 20);
	buf_release(&b);
}

int main(void)
{
	RUN(buf_empty_reads_as_empty_text);
	RUN(buf_appends_in_order);
	RUN(buf_holds_exactly_its_maximum);
	RUN(buf_error_is_sticky_and_empty);
	RUN(buf_printf_over_the_maximum_fails);
	RUN(buf_maximum_zero_takes_nothing);
	RUN(buf_huge_length_does_not_wrap);
	RUN(buf_clear_forgets_error_and_keeps_memory);
	RUN(buf_take_moves_the_text);
	RUN(buf_grows_to_a_megabyte);
	return CHECK_DONE;
}
