/* SPDX-License-Identifier: Apache-2.0 */
#include "web/view_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/log.h"

#define TEMPLATE_MAX ((size_t)256 * 1024)
#define TEMPLATES_MAX 64

/* A template in one language. */
struct page {
	CSPARSE *cs;
	CS_ECONTEXT escaping; /* as it was after the parse */
};

struct view {
	HDF *config;
	char *dir;
	char *names[TEMPLATES_MAX]; /* "provider" */
	size_t n;
	struct page *pages; /* by template, then by language */
	size_t n_languages;
	const struct language
		*parsing; /* the language of the parse that is under way; NULL: none */
};

/* Takes the error. Its text may hold values of a page, so only a parse shows it to the log. */
static enum rc take_error(NEOERR *err, const char *event, const char *template, bool with_text)
{
	enum rc rc = nerr_match(err, NERR_NOMEM) ? RC_NOMEM : RC_INVALID;
	STRING text;

	string_init(&text);
	if (with_text)
		nerr_error_string(err, &text);
	log_error(event, "template", template, "why", text.buf);
	string_clear(&text);
	nerr_ignore(&err);
	return rc;
}

/* "name.cs" of letters, digits and '_': no slash, no dot segment, so nothing outside the folder. */
static bool is_template_name(const char *file)
{
	size_t len = strspn(file, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len > 0 && len < 60 && strcmp(file + len, ".cs") == 0;
}

static bool is_part(const char *file)
{
	return strcmp(file, "layout.cs") == 0 || strncmp(file, "part_", 5) == 0;
}

static char *read_all(int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t n = 0;
	ssize_t got = 1;

	while (text && n < size && got > 0) {
		got = read(fd, text + n, size - n);
		if (got > 0)
			n += (size_t)got;
	}
	/* A NUL would silently end the template. */
	if (text && (n != size || memchr(text, 0, n))) {
		free(text);
		return NULL;
	}
	if (text)
		text[size] = 0;
	return text;
}

static char *template_read(const char *dir, const char *file)
{
	char path[4096], *text = NULL;
	struct stat st;
	int fd, n;

	n = snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
		(size_t)st.st_size <= TEMPLATE_MAX)
		text = read_all(fd, (size_t)st.st_size);
	close(fd);
	return text;
}

/* ClearSilver asks here for every file, also for includes; by itself it would open any path. */
static NEOERR *load_file(void *ctx, HDF *hdf, const char *file, char **contents)
{
	const struct view *view = ctx;
	char *text;

	(void)hdf;
	*contents = NULL;
	if (!is_template_name(file))
		return nerr_raise(NERR_NOT_FOUND, "%s: not a template name", file);
	text = template_read(view->dir, file);
	if (!text)
		return nerr_raise(NERR_NOT_FOUND, "%s: cannot be read", file);
	*contents = view_words(view->parsing, file, text);
	free(text);
	return *contents ? STATUS_OK : nerr_raise(NERR_PARSE, "%s: a message", file);
}

/* The only place where a parser is made: view->config holds the escape mode by then, and cs_init
 * reads it once and for all. */
static NEOERR *parser_new(struct view *view, CSPARSE **out)
{
	NEOERR *err = cs_init(out, view->config);

	if (!err)
		cs_register_fileload(*out, view, load_file);
	return err;
}

static enum rc template_add(struct view *view, const char *file)
{
	if (view->n == TEMPLATES_MAX)
		return RC_LIMIT;
	view->names[view->n] = strndup(file, strlen(file) - 3);
	return view->names[view->n++] ? RC_OK : RC_NOMEM;
}

static enum rc page_parse(struct view *view, struct page *page, const char *file)
{
	NEOERR *err = parser_new(view, &page->cs);

	if (!err)
		err = cs_parse_file(page->cs, file);
	if (err)
		return take_error(err, "view.parse", file, true);
	page->escaping = page->cs->escaping;
	return RC_OK;
}

static enum rc pages_parse(struct view *view, const struct messages *messages)
{
	char file[80];
	enum rc rc = RC_OK;

	view->n_languages = messages ? messages_count(messages) : 1;
	view->pages = calloc(view->n * view->n_languages, sizeof(*view->pages));
	if (!view->pages)
		return RC_NOMEM;
	for (size_t i = 0; i < view->n * view->n_languages && rc == RC_OK; i++) {
		if (messages)
			view->parsing = messages_at(messages, i % view->n_languages);
		(void)snprintf(file, sizeof(file), "%s.cs", view->names[i / view->n_languages]);
		rc = page_parse(view, &view->pages[i], file);
	}
	view->parsing = NULL;
	return rc;
}

static enum rc templates_add(struct view *view)
{
	DIR *dir = opendir(view->dir);
	struct dirent *entry;
	enum rc rc = RC_OK;

	if (!dir) {
		log_error("view.open", "dir", view->dir);
		return RC_NOT_FOUND;
	}
	while (!rc && (entry = readdir(dir))) {
		if (is_template_name(entry->d_name) && !is_part(entry->d_name))
			rc = template_add(view, entry->d_name);
	}
	closedir(dir);
	if (!rc && view->n == 0) {
		log_error("view.open", "dir", view->dir, "why", "no templates");
		rc = RC_NOT_FOUND;
	}
	return rc;
}

static NEOERR *append_output(void *ctx, char *text)
{
	buf_puts(ctx, text);
	return STATUS_OK;
}

static NEOERR *escape_try(struct view *view, HDF *hdf, CSPARSE **cs, struct buf *out)
{
	char *text = strdup("<?cs def:m(x) ?><?cs var:x ?><?cs /def ?><a b=\"<?cs var:T ?>\">"
			    "<?cs each:i = L ?><?cs call:m(i.T) ?><?cs /each ?>");
	NEOERR *err = text ? parser_new(view, cs) : nerr_raise(NERR_NOMEM, "self-test");

	if (err) {
		free(text);
		return err;
	}
	err = cs_parse_string(*cs, text, strlen(text));
	if (!err)
		err = hdf_set_value(hdf, "T", "<>&\"'");
	if (!err)
		err = hdf_set_value(hdf, "L.0.T", "<>&\"'");
	(*cs)->hdf = hdf;
	return err ? err : cs_render(*cs, out, append_output);
}

/* Escaping hangs on one configuration word that the library reads at one moment: prove that it did,
 * with a text that is rendered as a request is. */
static enum rc escape_check(struct view *view)
{
	static const char escaped[] = "&lt;&gt;&amp;&quot;&#39;";
	char want[128];
	struct buf out;
	CSPARSE *cs = NULL;
	HDF *hdf = NULL;
	NEOERR *err;
	enum rc rc = RC_OK;

	(void)snprintf(want, sizeof(want), "<a b=\"%s\">%s", escaped, escaped);
	buf_init(&out, 1024);
	err = hdf_init(&hdf);
	if (!err)
		err = escape_try(view, hdf, &cs, &out);
	if (err)
		rc = take_error(err, "view.self_test", "", true);
	else if (buf_done(&out) || strcmp(buf_text(&out), want) != 0)
		rc = RC_INVALID;
	if (rc)
		log_error("view.self_test", "why", "values are not escaped");
	cs_destroy(&cs);
	hdf_destroy(&hdf);
	buf_release(&out);
	return rc;
}

static enum rc config_make(struct view *view)
{
	NEOERR *err = nerr_init();

	if (!err)
		err = hdf_init(&view->config);
	if (!err)
		err = hdf_set_value(view->config, "Config.VarEscapeMode", "html");
	return err ? take_error(err, "view.config", "", true) : RC_OK;
}

enum rc view_open(const char *dir, const struct messages *messages, struct view **out)
{
	struct view *view = calloc(1, sizeof(*view));
	enum rc rc = RC_NOMEM;

	*out = NULL;
	if (view)
		view->dir = strdup(dir);
	if (view && view->dir)
		rc = config_make(view);
	if (!rc)
		rc = escape_check(view);
	if (!rc)
		rc = templates_add(view);
	if (!rc)
		rc = pages_parse(view, messages);
	if (rc)
		view_free(view);
	else
		*out = view;
	return rc;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	for (size_t i = 0; view->pages && i < view->n * view->n_languages; i++)
		cs_destroy(&view->pages[i].cs);
	free(view->pages);
	for (size_t i = 0; i < view->n; i++)
		free(view->names[i]);
	hdf_destroy(&view->config);
	free(view->dir);
	free(view);
}

static struct page *page_find(struct view *view, const struct language *language, const char *name)
{
	size_t index = language ? language->index : 0;

	for (size_t i = 0; i < view->n && index < view->n_languages; i++) {
		if (strcmp(view->names[i], name) == 0)
			return &view->pages[i * view->n_languages + index];
	}
	log_error("view.render", "template", name, "why", "no such template");
	return NULL;
}

enum rc view_render(struct view *view, const struct language *language, struct view_data *data,
	const char *template, struct buf *out)
{
	struct page *t;
	NEOERR *err;
	enum rc rc = data->rc;

	if (rc) {
		log_error("view.data", "template", template, "rc", rc_name(rc));
		return rc;
	}
	t = page_find(view, language, template);
	if (!t)
		return RC_NOT_FOUND;
	/* The tree is shared by all requests. What set: writes goes to the data of this one; locals and
	 * the escape state are put back here, for a render that failed leaves them as they were then. */
	t->cs->hdf = data->hdf;
	err = cs_render(t->cs, out, append_output);
	t->cs->hdf = view->config;
	t->cs->locals = NULL;
	t->cs->escaping = t->escaping;
	if (err) {
		rc = take_error(err, "view.render", template, false);
		buf_clear(out);
		return rc == RC_NOMEM ? rc : RC_INTERNAL;
	}
	return buf_done(out);
}
