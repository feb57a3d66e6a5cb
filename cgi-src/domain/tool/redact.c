/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/redact.h"

#include <ctype.h>
#include <string.h>

#include "domain/tool/request.h"
#include "platform/codec.h"
#include "platform/jsonr.h"
#include "platform/url.h"

static bool is_known(const struct redactor *r, const struct secret *needle)
{
	for (size_t i = 0; i < r->n; i++)
		if (secret_equal(&r->needles[i], needle))
			return true;
	return false;
}

/* Takes needle; the longest come first, so that no part of one is covered and the rest left. */
static enum rc keep(struct redactor *r, struct secret *needle)
{
	size_t at = 0;

	if (needle->len < REDACT_MIN || is_known(r, needle)) {
		secret_release(needle);
		return RC_OK;
	}
	if (r->n == REDACT_MAX) {
		secret_release(needle);
		return RC_LIMIT;
	}
	while (at < r->n && r->needles[at].len >= needle->len)
		at++;
	memmove(&r->needles[at + 1], &r->needles[at], (r->n - at) * sizeof(r->needles[0]));
	r->needles[at] = *needle;
	*needle = SECRET_EMPTY;
	r->n++;
	return RC_OK;
}

static enum rc add_copy(struct redactor *r, const void *p, size_t len)
{
	struct secret copy = SECRET_EMPTY;
	enum rc rc = secret_set(&copy, p, len);

	return rc == RC_OK ? keep(r, &copy) : rc;
}

/* As percent-encoded, with digits of either case: %2f is %2F. */
static enum rc add_encoded(struct redactor *r, const struct secret *s,
	enum rc (*encode)(struct secret *, const void *, size_t))
{
	struct secret text = SECRET_EMPTY;
	enum rc rc = encode(&text, s->bytes, s->len);

	if (rc == RC_OK)
		rc = add_copy(r, text.bytes, text.len);
	for (size_t i = 0; rc == RC_OK && i + 2 < text.len; i++)
		if (text.bytes[i] == '%')
			for (size_t digit = i + 1; digit <= i + 2; digit++)
				text.bytes[digit] = (unsigned char)tolower(text.bytes[digit]);
	return rc == RC_OK ? keep(r, &text) : rc;
}

/* In both alphabets, with and without its padding. */
static enum rc add_base64(struct redactor *r, const struct secret *s)
{
	struct secret text = SECRET_EMPTY;
	enum rc rc = codec_base64_secret(s, &text);
	size_t len = text.len;

	while (len > 0 && text.bytes[len - 1] == '=')
		len--;
	for (int alphabet = 0; rc == RC_OK && alphabet < 2; alphabet++) {
		rc = add_copy(r, text.bytes, text.len);
		if (rc == RC_OK)
			rc = add_copy(r, text.bytes, len);
		for (size_t i = 0; i < len; i++)
			text.bytes[i] = text.bytes[i] == '+'   ? '-'
					: text.bytes[i] == '/' ? '_'
							       : text.bytes[i];
	}
	secret_release(&text);
	return rc;
}

/* What is no UTF-8 is in no JSON. */
static enum rc add_json(struct redactor *r, const struct secret *s)
{
	struct secret text = SECRET_EMPTY;
	enum rc rc = jsonr_append_string(&text, secret_text(s), s->len);

	if (rc == RC_OK)
		rc = add_copy(r, text.bytes + 1, text.len - 2);
	secret_release(&text);
	return rc == RC_INVALID ? RC_OK : rc;
}

enum rc redact_add(struct redactor *r, const struct secret *secret)
{
	enum rc rc;

	if (secret->len < REDACT_MIN)
		return RC_OK;
	rc = add_copy(r, secret->bytes, secret->len);
	if (rc == RC_OK)
		rc = add_encoded(r, secret, url_append_encoded);
	if (rc == RC_OK)
		rc = add_encoded(r, secret, url_append_form);
	if (rc == RC_OK)
		rc = add_base64(r, secret);
	return rc == RC_OK ? add_json(r, secret) : rc;
}

void redact_release(struct redactor *r)
{
	for (size_t i = 0; i < r->n; i++)
		secret_release(&r->needles[i]);
	r->n = 0;
}

static enum rc cover(const struct secret *needle, struct secret *text)
{
	struct secret out = SECRET_EMPTY;
	const unsigned char *p = text->bytes, *end = p + text->len, *hit;
	enum rc rc = RC_OK;

	while (rc == RC_OK && (hit = memmem(p, (size_t)(end - p), needle->bytes, needle->len))) {
		rc = secret_append(&out, p, (size_t)(hit - p));
		if (rc == RC_OK)
			rc = secret_append_text(&out, TOOL_HIDDEN);
		p = hit + needle->len;
	}
	if (rc == RC_OK && p != text->bytes) {
		rc = secret_append(&out, p, (size_t)(end - p));
		if (rc == RC_OK)
			secret_take(text, &out);
	}
	secret_release(&out);
	return rc;
}

enum rc redact(const struct redactor *r, struct secret *text)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && text->len > 0 && i < r->n; i++)
		rc = cover(&r->needles[i], text);
	return rc;
}

void redact_cut(const struct redactor *r, struct secret *text)
{
	size_t cut = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct secret *needle = &r->needles[i];
		size_t n = needle->len - 1 < text->len ? needle->len - 1 : text->len;

		while (n > cut && memcmp(text->bytes + text->len - n, needle->bytes, n) != 0)
			n--;
		cut = n > cut ? n : cut;
	}
	if (cut >= REDACT_MIN) {
		text->len -= cut;
		secret_wipe(text->bytes + text->len, cut);
	}
}
