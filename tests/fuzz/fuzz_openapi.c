/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the bytes: records of the grammar of openapi.h, each of which its reader takes; names that are
 * unique and legal; and an end.
 */
#include <stdbool.h>
#include <string.h>

#include "domain/tool/openapi.h"
#include "domain/tool/plan.h"
#include "must.h"
#include "platform/buf.h"
#include "platform/jsonr.h"

static struct {
	char last;
	size_t n_operations, n_findings;
	struct buf names; /* "name\n" of each */
	bool ended;
} seen;

static const char *text_at(jsonv *v, const char *pointer)
{
	const char *text = NULL;
	size_t len;
	jsonv *found;

	MUST(jsonr_pointer(v, pointer, &found) && jsonr_text(found, &text, &len));
	MUST(strlen(text) == len);
	return text;
}

static void operation_holds(jsonv *v)
{
	const char *name = text_at(v, "/name");
	size_t len = strlen(name);

	MUST(len >= 1 && len <= 64);
	MUST(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		len);
	buf_putc(&seen.names, '\n');
	MUST(buf_done(&seen.names) == RC_OK);
	for (const char *p = seen.names.data; (p = strstr(p, name)); p++)
		MUST(p[-1] != '\n' || p[len] != '\n');
	buf_puts(&seen.names, name);
	buf_puts(&seen.names, "\n");
	MUST(text_at(v, "/path")[0] == '/');
	MUST(strspn(text_at(v, "/method"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
		strlen(text_at(v, "/method")));
	text_at(v, "/summary");
	text_at(v, "/description");
	text_at(v, "/pointer");
	seen.n_operations++;
}

/* Outside of its variables, which are named as the document names them. */
static void path_holds(const char *p)
{
	bool inside = false;

	MUST(*p == '/');
	for (; *p; p++) {
		MUST(inside || !strchr(" ?#\\<>\"^`|", *p));
		MUST((unsigned char)*p > 0x1f && (inside || (unsigned char)*p < 0x7f));
		inside = *p == '{' || (inside && *p != '}');
	}
	MUST(!inside);
}

static void plan_holds(const char *p, size_t len)
{
	struct plan plan;

	MUST(plan_parse(p, len, &plan) == RC_OK);
	path_holds(plan.path);
	plan_release(&plan);
}

static void end_holds(jsonv *v)
{
	int64_t n = -1;
	jsonv *found;

	MUST(jsonr_pointer(v, "/operations", &found) && jsonr_int(found, &n));
	MUST(n > 0 && (size_t)n == seen.n_operations);
	seen.ended = true;
}

static void record_holds(char letter, const char *p, size_t len)
{
	struct jsonr *doc;

	MUST(!seen.ended);
	MUST(len <= OPENAPI_RECORD_MAX);
	MUST(jsonr_parse(p, len, &doc) == RC_OK);
	MUST(jsonr_kind(jsonr_root(doc)) == JSONR_OBJECT);
	MUST((letter == 'B') == (seen.last == 'O') && (letter == 'P') == (seen.last == 'B'));
	if (letter == 'O')
		operation_holds(jsonr_root(doc));
	else if (letter == 'P')
		plan_holds(p, len);
	else if (letter == 'Z')
		end_holds(jsonr_root(doc));
	else if (letter == 'E')
		seen.ended = true;
	else if (letter == 'W')
		MUST(++seen.n_findings <= 500);
	else
		MUST(letter == 'B' || (letter == 'H' && seen.n_operations == 0));
	if (letter == 'W' || letter == 'E')
		MUST(*text_at(jsonr_root(doc), "/code") && *text_at(jsonr_root(doc), "/message"));
	jsonr_free(doc);
	seen.last = letter;
}

static enum rc take(void *arg, const char *p, size_t len)
{
	(void)arg;
	while (len > 0) {
		const char *end = memchr(p, '\n', len);

		MUST(end != NULL && end > p);
		record_holds(*p, p + 1, (size_t)(end - p) - 1);
		len -= (size_t)(end - p) + 1;
		p = end + 1;
	}
	return RC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	seen.last = 0;
	seen.n_operations = seen.n_findings = 0;
	seen.ended = false;
	buf_init(&seen.names, (size_t)4 << 20);
	MUST(openapi_read((const char *)data, size, "https://from.test/api/doc.json", take, NULL) ==
		RC_OK);
	MUST(seen.ended);
	buf_release(&seen.names);
	return 0;
}
