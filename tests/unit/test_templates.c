/* SPDX-License-Identifier: Apache-2.0
 *
 * The templates of the source folder are rendered with hostile data in every variable that their head
 * comments name, in several variants (which flags are set, which word of an enum is taken), and the
 * result is compared with the one for harmless data: the markup must be the same.
 */
#include "web/view.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/check.h"

#define VARIANTS 8
#define VARIABLES_MAX 600
#define PAGE_MAX ((size_t)1 << 20)

static const char *folder_of(const char *name)
{
	static char dir[4096];
	const char *root = getenv("GRANTRY_TEST_SRCDIR");

	(void)snprintf(dir, sizeof(dir), "%s/%s", root ? root : ".", name);
	return dir;
}

static const char *template_dir(void)
{
	return folder_of("templates");
}

static struct messages *messages;

struct variable {
	char name[96], type[96];
};

static struct variable variables[VARIABLES_MAX];
static size_t n_variables;

static char *file_read(const char *name)
{
	static char text[256 * 1024];
	char path[4400];
	FILE *f;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", template_dir(), name);
	f = fopen(path, "r");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	text[n] = 0;
	return text;
}

/* "    Nav.Items.N.Label        text        words" of a head comment. */
static void variables_collect(const char *file)
{
	char *text = file_read(file), *end = strstr(text, "?>"), *line, *next;
	struct variable v;

	if (end)
		*end = 0;
	for (line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (strncmp(line, "    ", 4) != 0 || line[4] < 'A' || line[4] > 'Z' ||
			sscanf(line, " %95s %95s", v.name, v.type) != 2)
			continue;
		if (v.name[strspn(v.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."
					  "0123456789")] == 0 &&
			n_variables < VARIABLES_MAX)
			variables[n_variables++] = v;
	}
}

static bool is_page(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && strcmp(dot, ".cs") == 0 && strcmp(file, "layout.cs") != 0 &&
	       strncmp(file, "part_", 5) != 0;
}

/* All names of all files: what a template does not read does no harm. */
static void all_variables_collect(void)
{
	DIR *dir = opendir(template_dir());
	struct dirent *entry;

	n_variables = 0;
	while (dir && (entry = readdir(dir))) {
		if (strlen(entry->d_name) > 3 &&
			strcmp(entry->d_name + strlen(entry->d_name) - 3, ".cs") == 0)
			variables_collect(entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static void variable_set(struct view_node *root, const char *name, const char *value)
{
	/* N, M in a name stand for any index; two entries make lists of two. */
	for (int item = 0; item < 2; item++) {
		char path[96];

		(void)snprintf(path, sizeof(path), "%s", name);
		for (char *p = path; *p; p++) {
			if (p > path && p[-1] == '.' && (*p == 'N' || *p == 'M') &&
				(p[1] == '.' || !p[1]))
				*p = (char)('0' + item);
		}
		view_text(root, path, value);
	}
}

/* The variant's word of "enum(a|b|c),". */
static void enum_set(struct view_node *root, const struct variable *v, unsigned variant)
{
	char words[96], *word, *rest = words;
	unsigned n = 0;

	(void)snprintf(words, sizeof(words), "%.*s", (int)strcspn(v->type + 5, ")"), v->type + 5);
	for (char *p = words; *p; p++)
		n += *p == '|';
	for (unsigned i = 0; (word = strsep(&rest, "|")); i++) {
		if (i == variant % (n + 1))
			variable_set(root, v->name, word);
	}
}

static void variables_set(struct view_node *root, unsigned variant, const char *value)
{
	for (size_t i = 0; i < n_variables; i++) {
		const struct variable *v = &variables[i];
		char name[128];

		if (variant > 0 && strncmp(v->type, "enum(", 5) == 0) {
			enum_set(root, v, variant);
		} else if (strncmp(v->type, "bool", 4) == 0) {
			/* Each flag is set in about half of the variants. */
			if ((variant >> (i % 3) & 1) == 0)
				variable_set(root, v->name, "1");
		} else if (strncmp(v->type, "date", 4) == 0) {
			(void)snprintf(name, sizeof(name), "%.95s.Text", v->name);
			variable_set(root, name, value);
			(void)snprintf(name, sizeof(name), "%.95s.Iso", v->name);
			variable_set(root, name, value);
		} else {
			variable_set(root, v->name, value);
		}
	}
}

static char *page_render(
	struct view *view, const char *template, unsigned variant, const char *value)
{
	struct view_data *data;
	struct buf out;

	buf_init(&out, PAGE_MAX);
	CHECK_INT(view_data_new(&data), RC_OK);
	if (value)
		variables_set(view_root(data), variant, value);
	CHECK_INT(view_render(view, messages_at(messages, variant % messages_count(messages)), data,
			  template, &out),
		RC_OK);
	view_data_free(data);
	return buf_take(&out);
}

/* The markup alone: text and quoted values left out. What stays differs as soon as a value has made an
 * element, an attribute, or ended a quote. */
static void skeleton(char *page)
{
	char *out = page, quote = 0;
	bool in_tag = false;

	for (char *p = page; *p; p++) {
		if (quote) {
			if (*p != quote)
				continue;
			quote = 0;
		} else if (in_tag) {
			if (*p == '"' || *p == '\'')
				quote = *p;
			in_tag = *p != '>';
		} else if (*p == '<') {
			in_tag = true;
		} else {
			continue;
		}
		*out++ = *p;
	}
	*out = 0;
}

static const char *const payloads[] = {"<script>alert(1)</script>", "\"><script>alert(1)</script>",
	"'><script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onmouseover='alert(1)",
	" onmouseover=alert(1) ", "--><script>alert(1)</script>",
	"</title><script>alert(1)</script>", "</textarea></select><svg onload=alert(1)>",
	"<?cs var:Csrf.Token ?>", "<?cs /if ?><?cs evar:T ?>", "&lt;script&gt;&#60;script&#62;",
	"\\\"><script>alert(1)</script>", "\r\n<script>alert(1)</script>", "\xc0\xbcscript\xc0\xbe",
	"\xe2\x80\xae<script>", "<math><mtext></form><mglyph><style></math>",
	"`><img src=x onerror=alert(1)>", "x\" autofocus onfocus=alert(1) x=\"",
	"{{7*7}}${7*7}<%= 7*7 %>", "\x01\x02<b>", "\xff\xfe<script>"};

static void page_withstands(struct view *view, const char *template, unsigned variant)
{
	char *plain = page_render(view, template, variant, "harmless");

	CHECK(plain && strstr(plain, "harmless"));
	if (plain)
		skeleton(plain);
	for (size_t i = 0; plain && i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		char *hostile = page_render(view, template, variant, payloads[i]);

		CHECK(hostile && !strstr(hostile, "<script>") && !strstr(hostile, "<?cs"));
		if (hostile)
			skeleton(hostile);
		if (!hostile || strcmp(plain, hostile) != 0)
			printf("# %s.cs, variant %u, payload %zu\n", template, variant, i);
		CHECK(hostile && strcmp(plain, hostile) == 0);
		free(hostile);
	}
	free(plain);
}

static void every_page(void (*visit)(struct view *view, const char *template, unsigned variant))
{
	DIR *dir = opendir(template_dir());
	struct view *view = NULL;
	struct dirent *entry;
	char template[256];
	int n = 0;

	CHECK(dir != NULL);
	all_variables_collect();
	CHECK(n_variables > 50);
	CHECK_INT(view_open(template_dir(), messages, &view), RC_OK);
	while (dir && view && (entry = readdir(dir))) {
		if (!is_page(entry->d_name))
			continue;
		(void)snprintf(template, sizeof(template), "%.*s", (int)strlen(entry->d_name) - 3,
			entry->d_name);
		for (unsigned variant = 0; variant < VARIANTS; variant++)
			visit(view, template, variant);
		n++;
	}
	CHECK(n > 5);
	if (dir)
		closedir(dir);
	view_free(view);
}

static void every_page_withstands_hostile_data_d9_r70(void)
{
	every_page(page_withstands);
}

static struct view *fresh;

/* Whatever was rendered before, a page without data comes out as from a view that was just opened. */
static void page_forgets(struct view *view, const char *template, unsigned variant)
{
	char *before = page_render(view, template, variant, "canary of tenant A"), *used, *new;

	used = page_render(view, template, variant, NULL);
	new = page_render(fresh, template, variant, NULL);
	CHECK(before && strstr(before, "canary"));
	CHECK(used && !strstr(used, "canary"));
	CHECK(used && new &&strcmp(used, new) == 0);
	free(before);
	free(used);
	free(new);
}

static void no_page_remembers_the_one_before_e21(void)
{
	CHECK_INT(view_open(template_dir(), messages, &fresh), RC_OK);
	if (fresh)
		every_page(page_forgets);
	view_free(fresh);
}

int main(void)
{
	if (messages_open(folder_of("messages"), &messages) != RC_OK)
		return 1;
	RUN(every_page_withstands_hostile_data_d9_r70);
	RUN(no_page_remembers_the_one_before_e21);
	messages_free(messages);
	return CHECK_DONE;
}
