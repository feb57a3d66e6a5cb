/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/accept_language.h"
#include "unit/check.h"
#include "unit/folder.h"

#define HEAD(tag, accepts)                                                                         \
	"language.tag: " tag "\nlanguage.label: " tag "\nlanguage.accepts: \"" accepts "\"\n"
#define ENGLISH HEAD("en", "en en-*")
#define CHINESE HEAD("zh-Hans", "zh zh-CN zh-SG zh-Hans zh-Hans-*")
#define GERMAN HEAD("de", "de de-*")

/* ---- Accept-Language ---- */

/* "zh-CN:1000 en:500": what was found. */
static const char *parsed(const char *header)
{
	static char text[2048];
	struct language_range ranges[ACCEPT_LANGUAGE_RANGES_MAX];
	size_t n = accept_language_parse(header, ranges), len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s:%u", i ? " " : "",
			(int)ranges[i].len, ranges[i].text, ranges[i].weight);
	return text;
}

static void ranges_come_with_their_weights(void)
{
	CHECK_STR(parsed("en"), "en:1000");
	CHECK_STR(parsed("zh-CN,zh;q=0.9,en;q=0.8"), "zh-CN:1000 zh:900 en:800");
	CHECK_STR(parsed("da, en-gb ;\tq=0.8 , en ; Q=0.7"), "da:1000 en-gb:800 en:700");
	CHECK_STR(parsed("*;q=0.5"), "*:500");
	CHECK_STR(parsed("en;q=0"), "en:0");
	CHECK_STR(parsed("en;q=1.000,de;q=0.001,fr;q=1.,it;q=0."), "en:1000 de:1 fr:1000 it:0");
	CHECK_STR(parsed("zh-Hans-CN-x-abcdefgh"), "zh-Hans-CN-x-abcdefgh:1000");
}

static void an_empty_list_has_no_ranges(void)
{
	CHECK_STR(parsed(NULL), "");
	CHECK_STR(parsed(""), "");
	CHECK_STR(parsed(" ,\t, ,"), "");
	CHECK_STR(parsed(",,en,,"), "en:1000");
}

static void a_malformed_element_is_passed_over(void)
{
	static const char *const bad[] = {"en;q=1.001", "en;q=2", "en;q=0.1234", "en;q=", "en;q=.5",
		"en;q=-1", "en;q=1e0", "en;q", "en;", "en;level=1", "en;q=0.5;x=1", "en q=1",
		"en;q =1", "en;q= 1", "en-", "-en", "en--us", "abcdefghi", "en-abcdefghi", "1en",
		"en_US", "*-CH", "**", "\"en\"", "e\xc3\xa9", "en\x01", "en;q=0.5 de"};
	char header[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(header, sizeof(header), "fr;q=0.2,%s,it", bad[i]);
		CHECK_STR(parsed(header), "fr:200 it:1000");
	}
}

static void a_huge_header_says_nothing(void)
{
	char header[ACCEPT_LANGUAGE_BYTES_MAX + 2];

	memset(header, ' ', sizeof(header));
	memcpy(header, "zh", 2);
	header[ACCEPT_LANGUAGE_BYTES_MAX] = '\0';
	CHECK_STR(parsed(header), "zh:1000");
	header[ACCEPT_LANGUAGE_BYTES_MAX] = ' ';
	header[ACCEPT_LANGUAGE_BYTES_MAX + 1] = '\0';
	CHECK_STR(parsed(header), "");
}

static void of_a_long_list_the_first_count(void)
{
	struct language_range ranges[ACCEPT_LANGUAGE_RANGES_MAX];
	char header[ACCEPT_LANGUAGE_RANGES_MAX * 8];
	size_t len = 0;

	for (size_t i = 0; i < ACCEPT_LANGUAGE_RANGES_MAX + 5; i++)
		len += (size_t)snprintf(header + len, sizeof(header) - len, "en,");
	CHECK_INT(accept_language_parse(header, ranges), ACCEPT_LANGUAGE_RANGES_MAX);
}

/* ---- files ---- */

static struct messages *opened;

/* The folder with these files; NULL: that one is not there. */
static enum rc open_files(const char *english, const char *chinese, const char *german)
{
	enum rc rc;

	messages_free(opened);
	folder_begin();
	if (english)
		folder_file("en_US.yaml", english);
	if (chinese)
		folder_file("zh_Hans.yaml", chinese);
	if (german)
		folder_file("de.yaml", german);
	rc = messages_open(folder, &opened);
	CHECK((rc == RC_OK) == (opened != NULL));
	folder_end();
	return rc;
}

static void opened_close(void)
{
	messages_free(opened);
	opened = NULL;
}

static const char *other(const char *language, const char *key)
{
	const struct language *l = messages_named(opened, language);
	const struct message *m = l ? messages_get(l, key) : NULL;

	return m ? m->other : NULL;
}

static void each_language_says_its_own(void)
{
	CHECK_INT(open_files(ENGLISH "b: Two {n}\na: One\nc: {one: a day, other: \"{n} days\"}\n",
			  CHINESE "a: 一\nc: {other: \"{n} 天\"}\n", GERMAN "b: Zwei {n}\n"),
		RC_OK);
	CHECK_INT(messages_count(opened), 3);
	CHECK_STR(messages_at(opened, 0)->name, "en_US");
	CHECK_STR(messages_at(opened, 1)->name, "de");
	CHECK_STR(messages_at(opened, 2)->tag, "zh-Hans");
	CHECK_STR(other("en_US", "a"), "One");
	CHECK_STR(other("zh_Hans", "a"), "一");
	CHECK_STR(other("de", "b"), "Zwei {n}");
	CHECK_STR(messages_get(messages_at(opened, 0), "c")->one, "a day");
	CHECK(messages_get(messages_at(opened, 2), "c")->one == NULL);
	CHECK(messages_get(messages_at(opened, 0), "d") == NULL);
	CHECK(messages_get(messages_at(opened, 0), "") == NULL);
	CHECK(messages_named(opened, "fr") == NULL);
	CHECK(messages_named(opened, "") == NULL);
	CHECK(messages_named(opened, "../en_US") == NULL);
	opened_close();
}

static void what_is_not_translated_is_said_in_english(void)
{
	CHECK_INT(open_files(ENGLISH "a: One\nb: Two\n", CHINESE "a: 一\nz: 多余\n", NULL), RC_OK);
	CHECK_STR(other("zh_Hans", "b"), "Two");
	CHECK(other("zh_Hans", "z") == NULL);
	opened_close();
}

static void a_broken_file_is_refused(void)
{
	static const char *const bad[] = {"a: [1]\n", "a: {other: x, few: y}\n", "a: {one: x}\n",
		"a: {other: [x]}\n", "a: {}\n", "a: \"\"\n", "a: One\na: Two\n", "a: \"{\"\n",
		"a: \"}\"\n", "a: \"{}\"\n", "a: \"{x y}\"\n", "a: \"{x\"\n", "a: \"<b>x</b>\"\n",
		"a: \"<strong>x\"\n", "a: \"x</strong>\"\n", "a: \"<strong>x</code>\"\n",
		"a: \"<strong><code>x</code></strong>\"\n", "a: \"<script>x</script>\"\n",
		"a: \"<a href=x>x</a>\"\n", "a: \"<?cs var:X ?>\"\n", "a: \"x ?> y\"\n",
		"a: \"say \\\"x\\\"\"\n", "a: \"x\\\\y\"\n", "a: \"x\\ny\"\n", "a: \"x\\ty\"\n",
		"a: \"x < y\"\n", "a: \"x\n", "- a\n", "a: *x\n", "a: b: c\n"};
	char text[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", ENGLISH, bad[i]);
		CHECK_INT(open_files(text, NULL, NULL), RC_INVALID);
		if (opened)
			printf("# %s", bad[i]);
		(void)snprintf(text, sizeof(text), "%s%s", CHINESE, bad[i]);
		CHECK_INT(open_files(ENGLISH "a: One\n", text, NULL), RC_INVALID);
	}
}

static void a_file_without_its_head_is_refused(void)
{
	CHECK_INT(open_files("a: One\n", NULL, NULL), RC_INVALID);
	CHECK_INT(open_files("language.tag: en\nlanguage.label: English\na: One\n", NULL, NULL),
		RC_INVALID);
	CHECK_INT(open_files(ENGLISH, "a: 一\n", NULL), RC_INVALID);
	CHECK_INT(open_files("", NULL, NULL), RC_INVALID);
	CHECK_INT(open_files("text\n", NULL, NULL), RC_INVALID);
}

static void there_must_be_english(void)
{
	CHECK_INT(open_files(NULL, CHINESE, NULL), RC_NOT_FOUND);
	CHECK_INT(messages_open("/nonexistent", &opened), RC_NOT_FOUND);
	CHECK(opened == NULL);
}

/* Nobody would fill in a value that the English text has not. */
static void a_translation_holds_no_value_of_its_own(void)
{
	CHECK_INT(open_files(ENGLISH "a: \"Hi {who}\"\n", CHINESE "a: \"{who}，你好\"\n", NULL),
		RC_OK);
	CHECK_INT(open_files(ENGLISH "a: \"Hi {who}\"\n", CHINESE "a: \"{name}，你好\"\n", NULL),
		RC_INVALID);
	CHECK_INT(open_files(ENGLISH "a: \"Hi {who}\"\n", CHINESE "a: \"<a>{who}</a>\"\n", NULL),
		RC_INVALID);
	CHECK_INT(open_files(ENGLISH "a: \"<a>Hi</a>\"\n", CHINESE "a: \"<a>你好</a>\"\n", NULL),
		RC_OK);
	opened_close();
}

static void other_files_of_the_folder_are_left_alone(void)
{
	folder_begin();
	folder_file("en_US.yaml", ENGLISH);
	folder_file("zh_Hans.yaml~", "[");
	folder_file("notes.txt", "[");
	folder_file(".de.yaml", "[");
	CHECK_INT(messages_open(folder, &opened), RC_OK);
	CHECK_INT(opened ? messages_count(opened) : 0, 1);
	folder_end();
	opened_close();
}

/* ---- which one ---- */

static void choose(const char *header, const char *want)
{
	const char *got = messages_choose(opened, header)->name;

	if (strcmp(got, want) != 0)
		printf("# %s\n", header ? header : "(none)");
	CHECK_STR(got, want);
}

static void the_heaviest_language_is_chosen(void)
{
	CHECK_INT(open_files(ENGLISH, CHINESE, GERMAN), RC_OK);
	choose("zh", "zh_Hans");
	choose("zh-CN", "zh_Hans");
	choose("ZH-cn", "zh_Hans");
	choose("zh-Hans", "zh_Hans");
	choose("zh-Hans-CN", "zh_Hans");
	choose("zh-SG", "zh_Hans");
	choose("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans");
	choose("en;q=0.8,zh;q=0.9", "zh_Hans");
	choose("en,zh", "en_US");
	choose("zh,en", "zh_Hans");
	choose("en-AU", "en_US");
	choose("fr,de-AT;q=0.3", "de");
	choose("fr;q=1,zh;q=0.001", "zh_Hans");
	opened_close();
}

static void what_nobody_speaks_is_english(void)
{
	CHECK_INT(open_files(ENGLISH, CHINESE, GERMAN), RC_OK);
	choose(NULL, "en_US");
	choose("", "en_US");
	choose("fr", "en_US");
	choose("zh-TW", "en_US");
	choose("zh-Hant", "en_US");
	choose("zh-Hant-HK,zh-TW;q=0.9", "en_US");
	choose("zhx", "en_US");
	choose("zh-Hansx", "en_US");
	choose("d", "en_US");
	choose("zh;q=0", "en_US");
	choose("zh;q=nonsense", "en_US");
	opened_close();
}

static void a_star_is_for_those_that_nobody_names(void)
{
	CHECK_INT(open_files(ENGLISH, CHINESE, GERMAN), RC_OK);
	choose("*", "en_US");
	choose("zh;q=0.5,*;q=0.1", "zh_Hans");
	choose("en;q=0,*", "de");
	choose("en;q=0,de;q=0,*", "zh_Hans");
	choose("en;q=0,de;q=0,zh;q=0,*", "en_US");
	choose("*;q=0", "en_US");
	opened_close();
}

static void a_third_file_is_a_third_language(void)
{
	CHECK_INT(open_files(ENGLISH, CHINESE, HEAD("zh-Hant", "zh-TW zh-HK zh-Hant zh-Hant-*")),
		RC_OK);
	choose("zh-TW", "de"); /* the name of the file */
	choose("zh-Hant-HK", "de");
	choose("zh-CN", "zh_Hans");
	opened_close();
}

int main(void)
{
	RUN(ranges_come_with_their_weights);
	RUN(an_empty_list_has_no_ranges);
	RUN(a_malformed_element_is_passed_over);
	RUN(a_huge_header_says_nothing);
	RUN(of_a_long_list_the_first_count);
	RUN(each_language_says_its_own);
	RUN(what_is_not_translated_is_said_in_english);
	RUN(a_broken_file_is_refused);
	RUN(a_file_without_its_head_is_refused);
	RUN(there_must_be_english);
	RUN(a_translation_holds_no_value_of_its_own);
	RUN(other_files_of_the_folder_are_left_alone);
	RUN(the_heaviest_language_is_chosen);
	RUN(what_nobody_speaks_is_english);
	RUN(a_star_is_for_those_that_nobody_names);
	RUN(a_third_file_is_a_third_language);
	return CHECK_DONE;
}
