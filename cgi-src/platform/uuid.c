/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/uuid.h"

#include <stddef.h>
#include <string.h>

#include "platform/codec.h"

struct uuid uuid_random(void)
{
	struct uuid id;

	codec_random(id.b, sizeof(id.b));
	id.b[6] = (unsigned char)((id.b[6] & 0x0f) | 0x40); /* RFC 9562 §5.4: version 4 */
	id.b[8] = (unsigned char)((id.b[8] & 0x3f) | 0x80); /* §4.1: variant 10 */
	return id;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool uuid_is_zero(const struct uuid *id)
{
	static const struct uuid zero;

	return uuid_equal(id, &zero);
}

static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_text(const struct uuid *id, char out[UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *to = out;

	for (size_t i = 0; i < sizeof(id->b); i++) {
		if (dash_before(i))
			*to++ = '-';
		*to++ = digits[id->b[i] >> 4];
		*to++ = digits[id->b[i] & 15];
	}
	*to = 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum rc uuid_parse(const char *text, struct uuid *out)
{
	struct uuid id;

	*out = (struct uuid){0};
	if (!text)
		return RC_INVALID;
	for (size_t i = 0; i < sizeof(id.b); i++) {
		int high, low;

		if (dash_before(i) && *text++ != '-')
			return RC_INVALID;
		/* The NUL is no digit, so neither look goes past the end of the text. */
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return RC_INVALID;
		id.b[i] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return RC_INVALID;
	*out = id;
	return RC_OK;
}
