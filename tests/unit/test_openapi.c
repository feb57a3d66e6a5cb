/* SPDX-License-Identifier: Apache-2.0
 *
 * Every need of tests/fixtures/openapi/needs.yaml: a small document, and what its records say. Each line of
 * "says" is
 *   H POINTER VALUE, Z POINTER VALUE       of the head, of the end
 *   O|B|P OPERATION POINTER VALUE          of an operation
 *   W OPERATION|- CODE [DETAIL]            a finding; all of them are listed, and no other is made
 *   E CODE [LINE:COLUMN]                   the document cannot be used
 */
#include "domain/tool/openapi.h"

#include "check.h"
#include "platform/yamlr.h"
#include "unit/records.h"
#include "unit/shipped.h"

/* --- the lines of "says" --- */

struct row {
	const char *need;
	struct records records;
	size_t n_findings; /* lines that begin with W */
};

static void fault(const struct row *row, const char *line, const char *got)
{
	printf("# %s: \"%s\", but it is: %s\n", row->need, line, got);
	check_failed_here = 1;
}

static void say_findings(const struct row *row)
{
	for (size_t i = 0; i < row->records.n; i++)
		if (strchr("WE", row->records.list[i].letter))
			printf("#   %s\n", row->records.list[i].line);
}

/* Cuts the next word off; the last one is all that is left. */
static char *word(char **rest, bool last)
{
	char *at = *rest;

	*rest += last ? strlen(at) : strcspn(at, " ");
	if (**rest)
		*(*rest)++ = '\0';
	return at;
}

static void look_at_value(const struct row *row, char letter, const char *line, char *rest)
{
	const char *operation = strchr("OBP", letter) ? word(&rest, false) : NULL;
	const char *pointer = word(&rest, false);
	const struct record *r = records_find(&row->records, letter, operation);
	char room[64];
	const char *got =
		r ? record_value(r, strcmp(pointer, ".") == 0 ? "" : pointer, room, sizeof(room))
		  : "no such record";

	if (strcmp(got, rest) != 0)
		fault(row, line, got);
}

static void look_at_finding(struct row *row, const char *line, char *rest)
{
	const char *operation = word(&rest, false), *code = word(&rest, false);

	row->n_findings++;
	for (size_t i = 0; i < row->records.n; i++) {
		const struct record *r = &row->records.list[i];

		if (r->letter == 'W' &&
			strcmp(r->operation, strcmp(operation, "-") ? operation : "") == 0 &&
			strcmp(record_text(r, "/code"), code) == 0 &&
			(!*rest || strcmp(record_text(r, "/detail"), rest) == 0))
			return;
	}
	fault(row, line, "not found");
	say_findings(row);
}

static void look_at_error(const struct row *row, const char *line, char *rest)
{
	const struct record *r = records_find(&row->records, 'E', NULL);
	const char *code = word(&rest, false);
	char at[64], room[32];

	if (!r || strcmp(record_text(r, "/code"), code) != 0) {
		fault(row, line, r ? r->line : "no error");
		return;
	}
	snprintf(at, sizeof(at), "%s:", record_value(r, "/line", room, sizeof(room)));
	snprintf(at + strlen(at), sizeof(at) - strlen(at), "%s",
		record_value(r, "/column", room, sizeof(room)));
	if (*rest && strcmp(rest, at) != 0)
		fault(row, line, at);
}

static void look_at_line(struct row *row, const char *line)
{
	char copy[1024], *rest = copy, letter;

	snprintf(copy, sizeof(copy), "%s", line);
	letter = *word(&rest, false);
	if (letter == 'W')
		look_at_finding(row, line, rest);
	else if (letter == 'E')
		look_at_error(row, line, rest);
	else
		look_at_value(row, letter, line, rest);
}

/* --- rows --- */

static void look_at_row(const struct yamlr_node *node)
{
	const char *document = yamlr_text(yamlr_get(node, "document"));
	struct row row = {.need = yamlr_text(yamlr_get(node, "need"))};
	char *says = strdup(yamlr_text(yamlr_get(node, "says")));
	char *rest = says;

	records_read(&row.records, document ? document : "", document ? strlen(document) : 0,
		yamlr_text(yamlr_get(node, "url")));
	while (*rest) {
		char *line = rest;

		rest += strcspn(rest, "\n");
		if (*rest)
			*rest++ = '\0';
		look_at_line(&row, line);
	}
	if (row.n_findings != records_count(&row.records, 'W')) {
		fault(&row, "findings", "others than those");
		say_findings(&row);
	}
	records_release(&row.records);
	free(says);
}

static void openapi_meets_every_need(void)
{
	struct yamlr_error error;
	struct yamlr *rows;
	struct buf text;
	char path[4096];

	buf_init(&text, YAMLR_SIZE_MAX);
	CHECK_INT(buf_load(&text,
			  source_path(path, sizeof(path), "tests/fixtures/openapi/needs.yaml")),
		RC_OK);
	if (yamlr_parse(buf_text(&text), text.len, &rows, &error)) {
		printf("# needs.yaml:%u: %s\n", error.line, error.reason);
		check_failed_here = 1;
		return;
	}
	for (const struct yamlr_node *row = yamlr_root(rows)->first; row; row = row->next)
		look_at_row(row);
	CHECK(yamlr_root(rows)->n > 50);
	yamlr_free(rows);
	buf_release(&text);
}

int main(void)
{
	RUN(openapi_meets_every_need);
	return CHECK_DONE;
}
