/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/revision.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/text.h"

#define UUID_LEN (UUID_TEXT_SIZE - 1)
#define DIGITS_MAX 19 /* of a number that fits whatever they are */

void revision_text(const struct revision *r, char out[REVISION_TEXT_SIZE])
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&r->id.u, id);
	(void)snprintf(out, REVISION_TEXT_SIZE, "W/\"%s-%" PRIu64 "\"", id, r->number);
}

static bool number_parse(const char *p, size_t len, uint64_t *out)
{
	*out = 0;
	if (len == 0 || len > DIGITS_MAX || p[0] == '0')
		return false;
	for (; len > 0; p++, len--) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (uint64_t)(*p - '0');
	}
	return true;
}

enum rc revision_parse(const char *p, size_t len, struct revision *out)
{
	char id[UUID_TEXT_SIZE] = "";

	if (len > 2 && memcmp(p, "W/", 2) == 0) {
		p += 2;
		len -= 2;
		if (*p != '"')
			return RC_INVALID;
	}
	if (len >= 2 && p[0] == '"' && p[len - 1] == '"') {
		p++;
		len -= 2;
	}
	if (len < UUID_LEN + 2 || p[UUID_LEN] != '-')
		return RC_INVALID;
	memcpy(id, p, UUID_LEN);
	if (uuid_parse(id, &out->id.u) != RC_OK)
		return RC_INVALID;
	p += UUID_LEN + 1;
	return number_parse(p, len - UUID_LEN - 1, &out->number) ? RC_OK : RC_INVALID;
}

bool revision_listed(const char *field, const struct revision *r)
{
	if (!field)
		return false;
	/* No entity tag of ours holds a comma, so a comma always ends one. */
	while (*field) {
		size_t len = strcspn(field, ","), rest = len;
		const char *p = field;
		struct revision one;

		text_trim(&p, &len);
		if (len == 1 && *p == '*')
			return true;
		if (revision_parse(p, len, &one) == RC_OK && one.number == r->number &&
			uuid_equal(&one.id.u, &r->id.u))
			return true;
		field += rest + (field[rest] == ',');
	}
	return false;
}
