/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/fieldset.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static void put_replaces_and_remove_forgets(void)
{
	struct fieldset fs = FIELDSET_EMPTY;

	CHECK_INT(fieldset_put_text(&fs, "api_key", "one"), RC_OK);
	CHECK_INT(fieldset_put_text(&fs, "X-RapidAPI-Key", "k"), RC_OK);
	CHECK_INT(fieldset_put_text(&fs, "api_key", "two"), RC_OK);
	CHECK_INT(fs.n, 2);
	CHECK_STR(fieldset_text(&fs, "api_key"), "two");
	CHECK_STR(fieldset_text(&fs, "API_KEY"), "");
	CHECK(fieldset_get(&fs, "none") == NULL);
	CHECK(fieldset_get(NULL, "none") == NULL);
	fieldset_remove(&fs, "none");
	fieldset_remove(&fs, "api_key");
	CHECK_INT(fs.n, 1);
	CHECK_STR(fieldset_text(&fs, "X-RapidAPI-Key"), "k");
	fieldset_release(&fs);
	CHECK(fs.items == NULL && fs.n == 0);
}

static void a_value_may_be_replaced_by_its_own_tail(void)
{
	struct fieldset fs = FIELDSET_EMPTY;

	CHECK_INT(fieldset_put_text(&fs, "a", "Bearer secret"), RC_OK);
	CHECK_INT(fieldset_put_text(&fs, "a", fieldset_text(&fs, "a") + 7), RC_OK);
	CHECK_STR(fieldset_text(&fs, "a"), "secret");
	fieldset_release(&fs);
}

static void names_are_visible_ascii_of_limited_length(void)
{
	static const char *const wrong[] = {"", "a b", "a\n", "\x7f", "n\xc3\xa9", "a\tb"};
	struct fieldset fs = FIELDSET_EMPTY;
	char name[FIELDSET_NAME_MAX + 1];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK_INT(fieldset_put_text(&fs, wrong[i], "v"), RC_INVALID);
	memset(name, 'n', sizeof(name));
	name[FIELDSET_NAME_MAX] = '\0';
	CHECK_INT(fieldset_put_text(&fs, name, "v"), RC_INVALID);
	name[FIELDSET_NAME_MAX - 1] = '\0';
	CHECK_INT(fieldset_put_text(&fs, name, "v"), RC_OK);
	CHECK_INT(fs.n, 1);
	fieldset_release(&fs);
}

static void the_number_of_fields_is_limited(void)
{
	struct fieldset fs = FIELDSET_EMPTY;
	char name[16];

	for (int i = 0; i < FIELDSET_MAX; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		CHECK_INT(fieldset_put_text(&fs, name, "v"), RC_OK);
	}
	CHECK_INT(fieldset_put_text(&fs, "more", "v"), RC_LIMIT);
	CHECK_INT(fieldset_put_text(&fs, "f0", "replaced"), RC_OK);
	CHECK_STR(fieldset_text(&fs, "f0"), "replaced");
	fieldset_release(&fs);
}

static void copy_puts_all(void)
{
	struct fieldset from = FIELDSET_EMPTY, to = FIELDSET_EMPTY;

	CHECK_INT(fieldset_put_text(&from, "a", "new"), RC_OK);
	CHECK_INT(fieldset_put_text(&from, "b", ""), RC_OK);
	CHECK_INT(fieldset_put_text(&to, "a", "old"), RC_OK);
	CHECK_INT(fieldset_put_text(&to, "c", "kept"), RC_OK);
	CHECK_INT(fieldset_copy(&to, &from), RC_OK);
	CHECK_INT(to.n, 3);
	CHECK_STR(fieldset_text(&to, "a"), "new");
	CHECK_STR(fieldset_text(&to, "c"), "kept");
	CHECK(fieldset_get(&to, "b") && fieldset_get(&to, "b")->len == 0);
	fieldset_release(&from);
	fieldset_release(&to);
}

static void the_sealed_form_is_as_documented(void)
{
	static const unsigned char want[] = "\x01\0\1a\0\0\0\3x\0y\0\2bc\0\0\0\0";
	struct fieldset fs = FIELDSET_EMPTY, back;
	struct secret text = SECRET_EMPTY;

	CHECK_INT(fieldset_put(&fs, "a", "x\0y", 3), RC_OK);
	CHECK_INT(fieldset_put(&fs, "bc", "", 0), RC_OK);
	CHECK_INT(fieldset_encode(&fs, &text), RC_OK);
	CHECK_INT(text.len, sizeof(want) - 1);
	CHECK(text.len == sizeof(want) - 1 && memcmp(text.bytes, want, text.len) == 0);
	CHECK_INT(fieldset_decode(text.bytes, text.len, &back), RC_OK);
	CHECK_INT(back.n, 2);
	CHECK(fieldset_get(&back, "a") && fieldset_get(&back, "a")->len == 3);
	fieldset_release(&back);
	fieldset_release(&fs);
	secret_release(&text);
}

static void an_empty_set_has_a_form_too(void)
{
	struct fieldset none = FIELDSET_EMPTY, back;
	struct secret text = SECRET_EMPTY;

	CHECK_INT(fieldset_encode(&none, &text), RC_OK);
	CHECK_INT(text.len, 1);
	CHECK_INT(fieldset_decode(text.bytes, text.len, &back), RC_OK);
	CHECK_INT(back.n, 0);
	secret_release(&text);
}

static void every_cut_of_the_sealed_form_is_refused(void)
{
	static const char whole[] = "\x01\0\1a\0\0\0\3xyz\0\2bc\0\0\0\1w";
	struct fieldset fs;

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		/* two cuts fall between items and are whole forms themselves */
		enum rc want = len == 1 || len == 11 ? RC_OK : RC_INVALID;
		char exact[sizeof(whole)];

		memcpy(exact, whole, len);
		CHECK_INT(fieldset_decode(exact, len, &fs), want);
		fieldset_release(&fs);
	}
}

#define WRONG(text)                                                                                \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static void wrong_forms_are_refused(void)
{
	static const struct {
		const char *p;
		size_t len;
	} wrong[] = {
		WRONG("\x02"), WRONG("\x01\0\0\0\0\0\0"),            /* empty name */
		WRONG("\x01\0\3a b\0\0\0\0"),                        /* space in the name */
		WRONG("\x01\0\3a\0b\0\0\0\0"),                       /* NUL in the name */
		WRONG("\x01\0\1a\0\0\0\0\0\1a\0\0\0\0"),             /* the same name twice */
		WRONG("\x01\0\1a\xff\xff\xff\xff"),                  /* length beyond the end */
		WRONG("\x01\xff\xff"), WRONG("\x01\0\1a\0\0\0\0\0"), /* trailing byte */
	};
	struct fieldset fs;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		CHECK_INT(fieldset_decode(wrong[i].p, wrong[i].len, &fs), RC_INVALID);
		CHECK(fs.items == NULL && fs.n == 0);
	}
}

static void more_fields_than_we_ever_write_are_refused(void)
{
	char text[1 + (FIELDSET_MAX + 1) * 8];
	struct fieldset fs;

	text[0] = 1;
	for (int i = 0; i <= FIELDSET_MAX; i++) {
		char *item = text + 1 + i * 8;

		memcpy(item, "\0\2xx\0\0\0\0", 8);
		item[2] = (char)('a' + i / 26);
		item[3] = (char)('a' + i % 26);
	}
	CHECK_INT(fieldset_decode(text, sizeof(text), &fs), RC_INVALID);
	CHECK_INT(fieldset_decode(text, sizeof(text) - 8, &fs), RC_OK);
	CHECK_INT(fs.n, FIELDSET_MAX);
	fieldset_release(&fs);
}

int main(void)
{
	RUN(put_replaces_and_remove_forgets);
	RUN(a_value_may_be_replaced_by_its_own_tail);
	RUN(names_are_visible_ascii_of_limited_length);
	RUN(the_number_of_fields_is_limited);
	RUN(copy_puts_all);
	RUN(the_sealed_form_is_as_documented);
	RUN(an_empty_set_has_a_form_too);
	RUN(every_cut_of_the_sealed_form_is_refused);
	RUN(wrong_forms_are_refused);
	RUN(more_fields_than_we_ever_write_are_refused);
	return CHECK_DONE;
}
