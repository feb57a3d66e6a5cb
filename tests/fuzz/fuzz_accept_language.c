/* SPDX-License-Identifier: Apache-2.0
 *
 * Accept-Language: whatever the header holds, what comes out are ranges of RFC 4647 that stand in it, in their
 * order, each with a weight that there is.
 */
#include <ctype.h>
#include <string.h>

#include "must.h"
#include "platform/accept_language.h"

static void check_range(const struct language_range *range, const char *header, size_t size)
{
	size_t part = 0;

	MUST(range->text >= header && range->text + range->len <= header + size);
	MUST(range->len > 0 && range->weight <= 1000);
	if (range->len == 1 && range->text[0] == '*')
		return;
	for (size_t i = 0; i < range->len; i++) {
		unsigned char c = (unsigned char)range->text[i];

		MUST(c < 0x80 && (isalnum(c) || c == '-'));
		part = c == '-' ? 0 : part + 1;
		MUST(part <= 8 && (part > 0 || i > 0));
	}
	MUST(part > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct language_range ranges[ACCEPT_LANGUAGE_RANGES_MAX];
	char *header = calloc(1, size + 1);
	size_t n;

	if (!header)
		return 0;
	if (size > 0)
		memcpy(header, data, size);
	n = accept_language_parse(header, ranges);
	MUST(n <= ACCEPT_LANGUAGE_RANGES_MAX);
	MUST(n == 0 || strlen(header) <= ACCEPT_LANGUAGE_BYTES_MAX);
	for (size_t i = 0; i < n; i++) {
		check_range(&ranges[i], header, strlen(header));
		MUST(i == 0 || ranges[i - 1].text + ranges[i - 1].len < ranges[i].text);
	}
	free(header);
	return 0;
}
