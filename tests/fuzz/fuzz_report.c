/* SPDX-License-Identifier: Apache-2.0
 *
 * What a runtime sends from outside: the body of a report, an ETag, a list of them, a reference. Refused, or
 * what it says is said again by the text that we make of it.
 */
#include <string.h>

#include "domain/runtime/reference.h"
#include "domain/runtime/report.h"
#include "must.h"
#include "platform/text.h"

static void report_holds(const char *p, size_t len)
{
	struct report report;
	enum rc rc = report_parse(p, len, &report);

	MUST(rc == RC_OK || rc == RC_INVALID);
	if (rc == RC_OK)
		MUST(report.status == 401 || report.status == 403);
}

static void revision_holds(const char *text, size_t len)
{
	char again[REVISION_TEXT_SIZE];
	struct revision one, two;

	if (revision_parse(text, len, &one) != RC_OK)
		return;
	MUST(one.number > 0);
	revision_text(&one, again);
	MUST(revision_parse(again, strlen(again), &two) == RC_OK);
	MUST(two.number == one.number && uuid_equal(&two.id.u, &one.id.u));
	MUST(revision_listed(again, &one));
}

static void reference_holds(const char *text)
{
	struct credential_row row = {0};
	char again[REFERENCE_SIZE];
	struct reference one;

	if (reference_parse(text, &one) != RC_OK)
		return;
	TEXT_COPY(row.plugin_id, one.plugin_id);
	TEXT_COPY(row.provider, one.provider);
	TEXT_COPY(row.name, one.name);
	reference_text(&row, again);
	MUST(strncmp(again, text, strlen(text)) == 0);
	MUST(strlen(again) == strlen(text) + (one.name[0] ? 0 : 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct revision nothing;
	char *text = malloc(size + 1);

	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = 0;
	report_holds(text, size);
	revision_holds(text, strlen(text));
	(void)revision_listed(text, &nothing);
	reference_holds(text);
	free(text);
	return 0;
}
