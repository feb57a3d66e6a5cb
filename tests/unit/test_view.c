/* SPDX-License-Identifier: Apache-2.0 */
#include "web/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/check.h"
#include "unit/folder.h"

#define PAGE_MAX ((size_t)1 << 20)

/* ClearSilver loses one stack entry with a template that does not parse; only the tests do that. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:cs_parse_string\n";
}

static enum rc own_open(const char *text)
{
	struct view *view;
	enum rc rc;

	folder_begin();
	folder_file("page.cs", text);
	rc = view_open(folder, NULL, &view);
	CHECK((rc == RC_OK) == (view != NULL));
	view_free(view);
	folder_end();
	return rc;
}

/* Renders a template of text with T set to value; the result is valid until the next call. */
static const char *own_render(const char *text, const char *value)
{
	static char page[4096];
	struct view *view = NULL;
	struct view_data *data = NULL;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	folder_begin();
	folder_file("page.cs", text);
	CHECK_INT(view_open(folder, NULL, &view), RC_OK);
	CHECK_INT(view_data_new(&data), RC_OK);
	if (view && data) {
		view_text(view_root(data), "T", value);
		view_text(view_root(data), "List.0.T", value);
		view_text(view_root(data), "List.1.T", value);
		view_text(view_root(data), "Secret", "s3cret");
		CHECK_INT(view_render(view, NULL, data, "page", &out), RC_OK);
	}
	(void)snprintf(page, sizeof(page), "%s", buf_text(&out));
	view_data_free(data);
	view_free(view);
	buf_release(&out);
	folder_end();
	return page;
}

/* ---- opening ---- */

static void open_refuses_a_folder_without_templates(void)
{
	struct view *view;

	CHECK_INT(view_open("/nonexistent", NULL, &view), RC_NOT_FOUND);
	CHECK(view == NULL);
	folder_begin();
	folder_file("layout.cs", "x");
	folder_file("part_x.cs", "x");
	folder_file("README", "x");
	folder_file("Page.cs", "x");
	folder_file("page.cs.orig", "x");
	CHECK_INT(view_open(folder, NULL, &view), RC_NOT_FOUND);
	folder_end();
}

static void open_refuses_a_template_that_does_not_parse(void)
{
	CHECK_INT(own_open("<?cs if:X ?>no end"), RC_INVALID);
	CHECK_INT(own_open("<?cs call:nothing() ?>"), RC_INVALID);
	CHECK_INT(own_open("<?cs nonsense:X ?>"), RC_INVALID);
}

static void open_refuses_includes_from_elsewhere(void)
{
	static const char *const bad[] = {"<?cs include!\"/etc/hostname\" ?>",
		"<?cs include!\"../page.cs\" ?>", "<?cs include!\"./page.cs\" ?>",
		"<?cs include!\"a/b.cs\" ?>", "<?cs include!\"nope.cs\" ?>", "<?cs include!\"\" ?>",
		"<?cs include!\"page.txt\" ?>", "<?cs include!\"..\" ?>",
		"<?cs include!\".cs\" ?>"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(own_open(bad[i]), RC_INVALID);
	CHECK_STR(own_render("a<?cs include:\"/etc/hostname\" ?>b", ""), "ab");
}

static void open_refuses_a_template_with_nul_or_too_large(void)
{
	static char large[300 * 1024];
	struct view *view;

	folder_begin();
	folder_bytes("page.cs", "a\0b", 3);
	CHECK_INT(view_open(folder, NULL, &view), RC_INVALID);
	memset(large, 'a', sizeof(large));
	folder_bytes("page.cs", large, sizeof(large));
	CHECK_INT(view_open(folder, NULL, &view), RC_INVALID);
	folder_end();
}

static void open_takes_includes_of_the_folder(void)
{
	struct view *view = NULL;

	folder_begin();
	folder_file("layout.cs", "<?cs def:m(x) ?>[<?cs var:x ?>]<?cs /def ?>");
	folder_file("page.cs", "<?cs include!\"layout.cs\" ?><?cs call:m(T) ?>");
	CHECK_INT(view_open(folder, NULL, &view), RC_OK);
	view_free(view);
	folder_end();
}

/* ---- escaping ---- */

static void values_are_escaped_wherever_they_stand_r70(void)
{
	static const char *const places[] = {"<?cs var:T ?>", "<?cs set:Y = T ?><?cs var:Y ?>",
		"<?cs with:w = List.0 ?><?cs var:w.T ?><?cs /with ?>",
		"<?cs def:m(x) ?><?cs var:x ?><?cs /def ?><?cs call:m(T) ?>",
		"<?cs def:m(x) ?><?cs set:Z = x ?><?cs var:Z ?><?cs /def ?><?cs call:m(T) ?>",
		"<?cs var:T + \"\" ?>", "<?cs if:T ?><?cs var:T ?><?cs /if ?>",
		"<?cs loop:i = #1, #1 ?><?cs var:T ?><?cs /loop ?>"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		CHECK_STR(own_render(places[i], "<b a=\"'\">&"),
			"&lt;b a=&quot;&#39;&quot;&gt;&amp;");
	CHECK_STR(own_render("<?cs each:l = List ?><?cs var:l.T ?><?cs /each ?>", "<"), "&lt;&lt;");
}

static void values_are_never_templates_d9(void)
{
	CHECK_STR(own_render("<?cs var:T ?>", "<?cs var:Secret ?>"), "&lt;?cs var:Secret ?&gt;");
	CHECK_STR(
		own_render("<?cs var:T ?>", "${Secret} $Secret %s %n"), "${Secret} $Secret %s %n");
}

static void data_cannot_change_the_escape_mode(void)
{
	struct view *view = NULL;
	struct view_data *data = NULL;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	folder_begin();
	folder_file("page.cs", "<?cs var:T ?>");
	CHECK_INT(view_open(folder, NULL, &view), RC_OK);
	CHECK_INT(view_data_new(&data), RC_OK);
	view_text(view_root(data), "Config.VarEscapeMode", "none");
	view_text(view_root(data), "T", "<");
	CHECK_INT(view_render(view, NULL, data, "page", &out), RC_OK);
	CHECK_STR(buf_text(&out), "&lt;");
	view_data_free(data);
	view_free(view);
	buf_release(&out);
	folder_end();
}

/* ---- the data set ---- */

static enum rc rendered(
	struct view_data *data, const char *text, const char *template, struct buf *out)
{
	struct view *view = NULL;
	enum rc rc;

	folder_begin();
	folder_file("page.cs", text);
	CHECK_INT(view_open(folder, NULL, &view), RC_OK);
	rc = view_render(view, NULL, data, template, out);
	view_free(view);
	folder_end();
	return rc;
}

static void data_is_built_by_handles(void)
{
	struct view_data *data;
	struct view_node *items, *item;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	CHECK_INT(view_data_new(&data), RC_OK);
	items = view_child(view_root(data), "Nav.Items");
	for (int i = 0; i < 12; i++) {
		/* However a place is reached, it counts on. */
		item = view_append(
			i % 2 ? items : view_child(view_child(view_root(data), "Nav"), "Items"));
		view_int(item, "N", i == 11 ? INT64_MIN : i);
		view_flag(item, "Even", i % 2 == 0);
		view_text(view_child(item, "A.B"), "C", "x");
		view_text(item, "Missing", NULL);
	}
	CHECK_INT(rendered(data,
			  "<?cs each:i = Nav.Items ?><?cs name:i ?>:<?cs var:i.N ?><?cs if:i.Even "
			  "?>e<?cs /if "
			  "?><?cs if:?i.Missing ?>m<?cs /if ?><?cs var:i.A.B.C ?> <?cs /each ?>",
			  "page", &out),
		RC_OK);
	CHECK_STR(buf_text(&out), "0:0ex 1:1x 2:2ex 3:3x 4:4ex 5:5x 6:6ex 7:7x 8:8ex 9:9x 10:10ex "
				  "11:-9223372036854775808x ");
	view_data_free(data);
	buf_release(&out);
}

static void setters_take_a_missing_place(void)
{
	CHECK(view_root(NULL) == NULL);
	CHECK(view_child(NULL, "A") == NULL);
	CHECK(view_append(NULL) == NULL);
	view_text(NULL, "A", "x");
	view_int(NULL, "A", 1);
	view_flag(NULL, "A", true);
	view_data_free(NULL);
	view_free(NULL);
}

static void names_are_literals_of_ours_d20(void)
{
	static const char *const bad[] = {"", "a=b", "a b", "a:b", "<b>", "a\n", "a[0]", "a-b",
		"a_b", "caf\xc3\xa9", "a\"", "?a", "#a"};
	struct view_data *data;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	for (size_t i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(view_data_new(&data), RC_OK);
		if (i % 2)
			view_text(view_root(data), bad[i / 2], "x");
		else
			CHECK(view_child(view_root(data), bad[i / 2]) == NULL);
		CHECK_INT(rendered(data, "x", "page", &out), RC_INTERNAL);
		CHECK_INT(out.len, 0);
		view_data_free(data);
	}
	buf_release(&out);
}

static void names_with_empty_parts_fail(void)
{
	static const char *const bad[] = {".", "a..b", ".a"};
	struct view_data *data;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(view_data_new(&data), RC_OK);
		CHECK(view_child(view_root(data), bad[i]) == NULL);
		CHECK_INT(rendered(data, "x", "page", &out), RC_INTERNAL);
		view_data_free(data);
	}
	buf_release(&out);
}

static void data_has_a_maximum(void)
{
	struct view_data *data;
	struct view_node *list;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	CHECK_INT(view_data_new(&data), RC_OK);
	list = view_child(view_root(data), "List");
	for (int i = 0; i < 100001; i++)
		view_text(view_append(list), "N", "x");
	CHECK(view_append(list) == NULL);
	CHECK_INT(rendered(data, "x", "page", &out), RC_LIMIT);
	view_data_free(data);
	buf_release(&out);
}

static void page_has_the_maximum_of_its_buffer(void)
{
	struct view_data *data;
	struct buf out;

	buf_init(&out, 10);
	CHECK_INT(view_data_new(&data), RC_OK);
	view_text(view_root(data), "T", "0123456789");
	CHECK_INT(rendered(data, "a<?cs var:T ?>", "page", &out), RC_LIMIT);
	CHECK_STR(buf_text(&out), "");
	view_data_free(data);
	buf_release(&out);
}

static void unknown_template_is_not_found(void)
{
	static const char *const names[] = {"nope", "", "page.cs", "../page", "layout", "part_ui"};
	struct view_data *data;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	CHECK_INT(view_data_new(&data), RC_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_INT(rendered(data, "x", names[i], &out), RC_NOT_FOUND);
	view_data_free(data);
	buf_release(&out);
}

static void set_and_macros_leave_nothing_in_the_tree_e21(void)
{
	static const char text[] =
		"<?cs def:inner(a) ?><?cs set:G = a ?>(<?cs var:a ?>)<?cs /def ?>"
		"<?cs def:outer(b, c) ?><?cs call:inner(b) ?><?cs call:inner(c) ?><?cs /def ?>"
		"[<?cs var:G ?>]<?cs call:outer(T, \"x\" + T) ?><?cs each:l = List ?><?cs "
		"set:l.Seen = T "
		"?><?cs call:inner(l.T) ?><?cs /each ?><?cs with:w = List.0 ?><?cs var:w.Seen "
		"?><?cs /with ?>";
	struct view *view = NULL;
	struct view_data *data;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	folder_begin();
	folder_file("page.cs", text);
	CHECK_INT(view_open(folder, NULL, &view), RC_OK);
	CHECK_INT(view_data_new(&data), RC_OK);
	view_text(view_root(data), "T", "A");
	view_text(view_root(data), "List.0.T", "B");
	CHECK_INT(view_render(view, NULL, data, "page", &out), RC_OK);
	CHECK_STR(buf_text(&out), "[](A)(xA)(B)A");
	view_data_free(data);
	buf_clear(&out);
	CHECK_INT(view_data_new(&data), RC_OK);
	CHECK_INT(view_render(view, NULL, data, "page", &out), RC_OK);
	CHECK_STR(buf_text(&out), "[]()(x)");
	view_data_free(data);
	view_free(view);
	buf_release(&out);
	folder_end();
}

/* ---- messages ---- */

#define HEAD(tag) "language.tag: " tag "\nlanguage.label: " tag "\nlanguage.accepts: " tag "\n"
#define ENGLISH                                                                                    \
	HEAD("en")                                                                                 \
	"plain: Cats & dogs, it's so\nhi: \"Hi {who}, {who}!\"\n"                                  \
	"link: \"See <a>{what}</a> <strong>now</strong>\"\ndays: {one: a day, other: \"{n} "       \
	"days\"}\n"
#define CHINESE HEAD("zh") "hi: \"{who}，你好！\"\ndays: {other: \"{n} 天\"}\n"

/* page.cs with text, in that language; NULL: it could not be opened. */
static const char *said(const char *language, const char *text, const char *who)
{
	static char page[4096];
	struct messages *messages = NULL;
	struct view *view = NULL;
	struct view_data *data = NULL;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	folder_begin();
	folder_file("en_US.yaml", ENGLISH);
	folder_file("zh.yaml", CHINESE);
	folder_file("part_macro.cs", "<?cs def:bold(x) ?><b><?cs var:x ?></b><?cs /def ?>");
	folder_file("page.cs", text);
	CHECK_INT(messages_open(folder, &messages), RC_OK);
	page[0] = '\0';
	if (messages && view_open(folder, messages, &view) == RC_OK) {
		CHECK_INT(view_data_new(&data), RC_OK);
		view_text(view_root(data), "Who", who);
		view_int(view_root(data), "Count", 1);
		CHECK_INT(view_render(view, messages_named(messages, language), data, "page", &out),
			RC_OK);
		(void)snprintf(page, sizeof(page), "%s", buf_text(&out));
	}
	view_data_free(data);
	messages_free(messages); /* what a page says was put in at the parse */
	folder_end();
	buf_release(&out);
	if (!view)
		return NULL;
	view_free(view);
	return page;
}

static void messages_come_in_each_language(void)
{
	CHECK_STR(said("en_US", "<p>{{hi who=Who}}</p>", "Ada"), "<p>Hi Ada, Ada!</p>");
	CHECK_STR(said("zh", "<p>{{hi who=Who}}</p>", "Ada"), "<p>Ada，你好！</p>");
	CHECK_STR(said("zh", "{{plain}}", ""), "Cats &amp; dogs, it's so");
	CHECK_STR(said("en_US", "<p title=\"{{plain}}\">x{{plain}}</p>{{plain}}", ""),
		"<p title=\"Cats &amp; dogs, it's so\">xCats &amp; dogs, it's so</p>"
		"Cats &amp; dogs, it's so");
}

static void values_in_messages_are_escaped_d9(void)
{
	CHECK_STR(said("en_US", "{{hi who=Who}}", "<b>\"{{plain}}"),
		"Hi &lt;b&gt;&quot;{{plain}}, &lt;b&gt;&quot;{{plain}}!");
	CHECK_STR(said("en_US", "{{link a=Who what=Who}}", "\"<"),
		"See <a href=\"&quot;&lt;\">&quot;&lt;</a> <strong>now</strong>");
	CHECK_STR(
		said("en_US", "<?cs include!\"part_macro.cs\" ?><?cs call:bold({{hi who=Who}}) ?>",
			"<"),
		"<b>Hi &lt;, &lt;!</b>");
	CHECK_STR(said("en_US", "<?cs include!\"part_macro.cs\" ?>{{hi who=call:bold(Who)}}", "&"),
		"Hi <b>&amp;</b>, <b>&amp;</b>!");
}

static void plural_forms_follow_n(void)
{
	CHECK_STR(said("en_US", "{{days n=Count}}", ""), "a day");
	CHECK_STR(said("en_US", "{{days n=#2}}", ""), "2 days");
	CHECK_STR(said("zh", "{{days n=Count}}", ""), "1 天");
}

static void a_message_in_a_command_is_its_text(void)
{
	CHECK_STR(said("en_US", "<?cs set:X = {{plain}} ?><?cs var:X ?>", ""),
		"Cats &amp; dogs, it&#39;s so");
	CHECK_STR(said("en_US", "<?cs # {{nothing}} ?>{{plain}}<?cs # {{nothing ?>", ""),
		"Cats &amp; dogs, it's so");
}

static void open_refuses_a_message_that_cannot_be_said(void)
{
	static const char *const bad[] = {"{{nothing}}", "{{}}", "{{ plain}}", "{{plain", "{{hi}}",
		"{{hi whom=Who}}", "{{hi who}}", "{{hi who=}}", "{{hi =Who}}", "{{link what=Who}}",
		"{{days}}", "<?cs call:x({{link a=Who what=Who}}) ?>",
		"<?cs set:X = {{days n=Count}} ?>", "<?cs set:X = {{hi who=call:bold(Who)}} ?>",
		"{{hi who=Who b=B c=B d=B e=B f=B g=B h=B i=B}}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (said("en_US", bad[i], ""))
			printf("# %s\n", bad[i]);
		CHECK(said("en_US", bad[i], "") == NULL);
	}
	CHECK_INT(own_open("{{plain}}"), RC_INVALID); /* there are no messages at all */
}

int main(void)
{
	RUN(open_refuses_a_folder_without_templates);
	RUN(open_refuses_a_template_that_does_not_parse);
	RUN(open_refuses_includes_from_elsewhere);
	RUN(open_refuses_a_template_with_nul_or_too_large);
	RUN(open_takes_includes_of_the_folder);
	RUN(values_are_escaped_wherever_they_stand_r70);
	RUN(values_are_never_templates_d9);
	RUN(data_cannot_change_the_escape_mode);
	RUN(data_is_built_by_handles);
	RUN(setters_take_a_missing_place);
	RUN(names_are_literals_of_ours_d20);
	RUN(names_with_empty_parts_fail);
	RUN(data_has_a_maximum);
	RUN(page_has_the_maximum_of_its_buffer);
	RUN(unknown_template_is_not_found);
	RUN(set_and_macros_leave_nothing_in_the_tree_e21);
	RUN(messages_come_in_each_language);
	RUN(values_in_messages_are_escaped_d9);
	RUN(plural_forms_follow_n);
	RUN(a_message_in_a_command_is_its_text);
	RUN(open_refuses_a_message_that_cannot_be_said);
	return CHECK_DONE;
}
