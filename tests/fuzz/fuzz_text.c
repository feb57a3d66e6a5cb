/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes: harmless text is harmless and stays as it is; a JSON string of the log is JSON in one line;
 * what the decoders take is the one spelling that the encoders give.
 */
#include <string.h>

#include "must.h"
#include "platform/buf.h"
#include "platform/codec.h"
#include "platform/jsonr.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/uuid.h"

#define MAX (1 << 20)

static bool is_utf8(const char *p, size_t size)
{
	size_t chars;

	return text_utf8_chars(p, size, &chars) == RC_OK && chars <= size;
}

static void harmless_holds(const char *p, size_t size, size_t max_chars)
{
	struct buf once, twice;

	buf_init(&once, MAX);
	buf_init(&twice, MAX);
	text_harmless(p, size, max_chars, &once);
	MUST(buf_done(&once) == RC_OK);
	MUST(once.len == 0 || text_is_line(once.data, once.len, max_chars));
	text_harmless(buf_text(&once), once.len, max_chars, &twice);
	MUST(strcmp(buf_text(&once), buf_text(&twice)) == 0);
	buf_release(&once);
	buf_release(&twice);
}

static void line_holds(const char *p, size_t size)
{
	size_t chars;

	if (!text_is_line(p, size, 1000))
		return;
	MUST(text_utf8_chars(p, size, &chars) == RC_OK);
	MUST(chars >= 1 && chars <= 1000);
	MUST(text_is_line(p, size, chars) && !text_is_line(p, size, chars - 1));
	for (size_t i = 0; i < size; i++)
		MUST((unsigned char)p[i] >= 0x20 && p[i] != 0x7f);
}

static void trim_holds(const char *p, size_t size)
{
	const char *q = p;
	size_t len = size;

	text_trim(&q, &len);
	MUST(q >= p && q + len <= p + size);
	MUST(len == 0 || (!strchr(" \t\r\n\v\f", *q) || !*q));
}

static void json_holds(const char *p, size_t size)
{
	struct secret s = SECRET_EMPTY;
	struct buf b;
	enum rc rc;

	buf_init(&b, 8 * MAX);
	log_json_string(&b, p, size);
	MUST(buf_done(&b) == RC_OK);
	MUST(jsonr_check(b.data, b.len) == RC_OK);
	for (size_t i = 0; i < b.len; i++)
		MUST((unsigned char)b.data[i] >= 0x20 && b.data[i] != 0x7f);
	buf_release(&b);

	rc = jsonr_append_string(&s, p, size);
	MUST(rc == RC_OK || rc == RC_INVALID);
	if (!memchr(p, 0, size))
		MUST((rc == RC_OK) == is_utf8(p, size));
	if (rc == RC_OK)
		MUST(jsonr_check(secret_text(&s), s.len) == RC_OK);
	secret_release(&s);
}

static void bytes_round_trip(const char *p, size_t size)
{
	char *text = malloc(2 * size + BASE64URL_SIZE(size)), *back = malloc(size + 1);

	MUST(text && back);
	codec_hex(p, size, text);
	MUST(codec_unhex(text, back, size) == RC_OK && memcmp(back, p, size) == 0);
	codec_base64url(p, size, text);
	MUST(strlen(text) + 1 == BASE64URL_SIZE(size));
	MUST(codec_unbase64url(text, strlen(text), back, size) == RC_OK);
	MUST(memcmp(back, p, size) == 0);
	free(text);
	free(back);
}

/* Two spellings of one value would be two keys in an index, or one token with two forms. */
static void spelling_is_unique(const char *text)
{
	char again[64], uuid[UUID_TEXT_SIZE];
	size_t len = strlen(text);
	unsigned char out[32];
	struct uuid id;

	for (size_t n = 0; n <= sizeof(out); n++) {
		if (codec_unbase64url(text, len, out, n) == RC_OK) {
			codec_base64url(out, n, again);
			MUST(strcmp(text, again) == 0);
		}
		if (codec_unhex(text, out, n) == RC_OK)
			MUST(len == 2 * n);
	}
	if (uuid_parse(text, &id) == RC_OK) {
		uuid_text(&id, uuid);
		MUST(strcmp(text, uuid) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	char *text;

	if (size > 65536)
		return 0;
	text = strndup(p, size);
	MUST(text != NULL);
	MUST(codec_init() == RC_OK);
	for (size_t max_chars = 0; max_chars < 4; max_chars++)
		harmless_holds(p, size, max_chars);
	harmless_holds(p, size, 40);
	harmless_holds(p, size, MAX);
	line_holds(p, size);
	trim_holds(p, size);
	json_holds(p, size);
	bytes_round_trip(p, size);
	spelling_is_unique(text);
	if (text_is_vschar(p, size))
		MUST(is_utf8(p, size) && !memchr(p, '\n', size));
	free(text);
	return 0;
}
