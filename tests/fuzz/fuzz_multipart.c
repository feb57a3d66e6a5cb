/* SPDX-License-Identifier: Apache-2.0
 *
 * A form with files: a line with the boundary, then the body. It is refused, or its parts lie in the body one behind the
 * other, and what is no file is text.
 */
#include "must.h"
#include "platform/text.h"
#include "unit/fake_exchange.h"
#include "web/req.h"

static void check_part(const struct param *part, const char *from, const char *end)
{
	size_t chars;

	MUST(part->name >= from && part->value > part->name);
	MUST(part->value + part->value_len < end && part->value[part->value_len] == '\0');
	MUST(text_utf8_chars(part->name, strlen(part->name), &chars) == RC_OK);
	if (!part->file_name)
		MUST(text_utf8_chars(part->value, part->value_len, &chars) == RC_OK);
	else
		MUST(part->file_name > part->name && part->file_name < part->value);
}

static void check_parts(const struct params *parts, const char *body, size_t len)
{
	const char *from = body;

	MUST(parts->n <= REQ_PARTS_MAX);
	for (size_t i = 0; i < parts->n; i++) {
		check_part(&parts->items[i], from, body + len);
		from = parts->items[i].value + parts->items[i].value_len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line_end = size ? memchr(data, '\n', size) : NULL;
	size_t boundary_len = line_end ? (size_t)(line_end - data) : 0;
	size_t len = line_end ? size - boundary_len - 1 : 0;
	struct params parts;
	char *body;
	enum rc rc;

	if (!line_end)
		return 0;
	body = malloc(len + 1);
	if (!body)
		return 0;
	memcpy(body, line_end + 1, len);
	body[len] = '\0';
	rc = req_parse_upload(body, len, (const char *)data, boundary_len, REQ_PARTS_MAX, &parts);
	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	MUST(rc == RC_OK || (parts.n == 0 && !parts.items));
	check_parts(&parts, body, len + 1);
	free(parts.items);
	free(body);
	return 0;
}
