/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a provider's words may be shown and kept: harmless text without the secrets of the request
 * (attack row B35). A secret may come back as it was sent, form-encoded, percent-encoded, or inside a
 * base64 text at any of three alignments; every byte of such an occurrence is marked, then each marked
 * run becomes one mark.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/derived.h"
#include "domain/probe.h"
#include "platform/buf.h"
#include "platform/codec.h"
#include "platform/text.h"
#include "platform/url.h"

#define MARK "•••"
#define WORDS_CHARS 256

struct search {
	const char *text;
	size_t len;
	unsigned char *marked; /* as long as text */
};

/* What two bytes have in common that count as one. */
typedef unsigned char fold_byte(char c);

static unsigned char fold_nothing(char c)
{
	return (unsigned char)c;
}

/* %2B and %2b are one byte. */
static unsigned char fold_percent(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
}

/* The two alphabets of RFC 4648 differ in two places. */
static unsigned char fold_base64(char c)
{
	if (c == '-')
		return '+';
	return c == '_' ? '/' : (unsigned char)c;
}

/* Of each beginning of form: how long is the longest end of it that is a beginning too? */
static size_t *make_borders(const char *form, size_t len, fold_byte *fold)
{
	size_t *borders = calloc(len, sizeof(*borders)), n = 0;

	for (size_t i = 1; borders && i < len; i++) {
		while (n && fold(form[i]) != fold(form[n]))
			n = borders[n - 1];
		n += fold(form[i]) == fold(form[n]);
		borders[i] = n;
	}
	return borders;
}

/* Knuth, Morris and Pratt: one party may have chosen both text and secret so that a plain search takes minutes. */
static enum rc mark_form(struct search *s, const char *form, size_t len, fold_byte *fold)
{
	size_t *borders, n = 0, done = 0;

	if (len < PROBE_SECRET_MIN || len > s->len)
		return RC_OK;
	borders = make_borders(form, len, fold);
	if (!borders)
		return RC_NOMEM;
	for (size_t end = 1; end <= s->len; end++) {
		unsigned char c = fold(s->text[end - 1]);

		while (n && (n == len || c != fold(form[n])))
			n = borders[n - 1];
		n += c == fold(form[n]);
		if (n < len)
			continue;
		if (done < end - len)
			done = end - len;
		memset(s->marked + done, 1, end - done);
		done = end;
	}
	free(borders);
	return RC_OK;
}

/* Base64 of the value behind `shift` other bytes: only the characters that depend on nothing but the
 * value are looked for. */
static enum rc mark_base64(struct search *s, const struct secret *value, size_t shift)
{
	static const char zeros[3];
	struct secret plain = SECRET_EMPTY, text = SECRET_EMPTY;
	size_t first = shift ? shift + 1 : 0, end = (shift + value->len) * 8 / 6;
	enum rc rc = shift ? secret_set(&plain, zeros, shift) : RC_OK;

	if (!rc)
		rc = secret_append_secret(&plain, value);
	if (!rc)
		rc = codec_base64_secret(&plain, &text);
	if (!rc && end > first && end <= text.len)
		rc = mark_form(s, secret_text(&text) + first, end - first, fold_base64);
	secret_release(&plain);
	secret_release(&text);
	return rc;
}

static enum rc mark_value(struct search *s, const struct secret *value)
{
	struct secret form = SECRET_EMPTY, percent = SECRET_EMPTY;
	enum rc rc = url_append_form(&form, value->bytes, value->len);

	if (!rc)
		rc = url_append_encoded(&percent, value->bytes, value->len);
	if (!rc)
		rc = mark_form(s, secret_text(value), value->len, fold_nothing);
	if (!rc)
		rc = mark_form(s, secret_text(&form), form.len, fold_percent);
	if (!rc)
		rc = mark_form(s, secret_text(&percent), percent.len, fold_percent);
	/* HTTP Basic encodes for a form first (RFC 6749 §2.3.1) */
	for (size_t shift = 0; !rc && shift < 3; shift++) {
		rc = mark_base64(s, value, shift);
		if (!rc && !secret_equal(value, &form))
			rc = mark_base64(s, &form, shift);
	}
	secret_release(&form);
	secret_release(&percent);
	return rc;
}

static enum rc mark_fields(struct search *s, const struct fieldset *fields)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && fields && i < fields->n; i++)
		if (fields->items[i].value.len >= PROBE_SECRET_MIN)
			rc = mark_value(s, &fields->items[i].value);
	return rc;
}

/* A part of a secret is one too. Texts of the file are none. */
static enum rc mark_derived(struct search *s, const struct placeholder_values *secrets)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && secrets->derives && i < secrets->derives->n; i++) {
		const struct derived *derived = &secrets->derives->items[i];
		struct secret value = SECRET_EMPTY;

		if (!derived_is_fixed(derived))
			rc = derived_value(derived, secrets, &value);
		if (!rc && value.len >= PROBE_SECRET_MIN)
			rc = mark_value(s, &value);
		secret_release(&value);
		if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	return rc;
}

static enum rc append_unmarked(const struct search *s, struct secret *out)
{
	enum rc rc = RC_OK;

	for (size_t at = 0, end; !rc && at < s->len; at = end) {
		for (end = at; end < s->len && s->marked[end] == s->marked[at];)
			end++;
		rc = s->marked[at] ? secret_append_text(out, MARK)
				   : secret_append(out, s->text + at, end - at);
	}
	return rc;
}

static enum rc mark_all(struct search *s, const struct placeholder_values *secrets)
{
	enum rc rc;

	s->marked = calloc(1, s->len + 1);
	if (!s->marked)
		return RC_NOMEM;
	if (!secrets)
		return RC_OK;
	rc = mark_fields(s, secrets->client);
	if (!rc)
		rc = mark_fields(s, secrets->credential);
	if (!rc)
		rc = mark_fields(s, secrets->token);
	return rc ? rc : mark_derived(s, secrets);
}

/* Replaces out by text without the secrets. */
static enum rc redact(
	const char *text, size_t len, const struct placeholder_values *secrets, struct secret *out)
{
	struct search s = {text, len, NULL};
	enum rc rc = mark_all(&s, secrets);

	secret_release(out);
	if (!rc)
		rc = append_unmarked(&s, out);
	free(s.marked);
	return rc;
}

bool probe_mentions(const char *text, size_t len, const struct placeholder_values *secrets)
{
	struct search s = {text, len, NULL};
	bool found = mark_all(&s, secrets) != RC_OK || memchr(s.marked, 1, len);

	free(s.marked);
	return found;
}

static void wipe(struct buf *b)
{
	if (b->data)
		secret_wipe(b->data, b->cap);
	buf_release(b);
}

/* Redacted twice: as received, and again after what is harmless has closed gaps that hid a secret. Cut
 * last, so that no half of a secret stays at the end. */
void probe_words(const char *text, size_t len, const struct placeholder_values *secrets,
	char out[PROBE_WORDS_SIZE])
{
	struct secret first = SECRET_EMPTY, second = SECRET_EMPTY;
	struct buf harmless, cut;
	enum rc rc = redact(text, len, secrets, &first);

	buf_init(&harmless, 4 * (first.len + 16));
	buf_init(&cut, PROBE_WORDS_SIZE - 1);
	if (!rc) {
		text_harmless(secret_text(&first), first.len, first.len + 1, &harmless);
		rc = buf_done(&harmless);
	}
	if (!rc)
		rc = redact(buf_text(&harmless), harmless.len, secrets, &second);
	if (!rc) {
		text_harmless(secret_text(&second), second.len, WORDS_CHARS, &cut);
		rc = buf_done(&cut);
	}
	out[0] = '\0';
	if (!rc)
		memcpy(out, buf_text(&cut), cut.len + 1);
	wipe(&harmless);
	buf_release(&cut);
	secret_release(&first);
	secret_release(&second);
}

/* --- which are secrets --- */

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* Parts of a grant have tokens of their own: user_access_token. */
static bool is_token(const char *name)
{
	return ends_with(name, "access_token") || ends_with(name, "refresh_token");
}

static bool is_secret(const struct field *field)
{
	return field->kind == FIELD_SECRET || field->rule.format == FORMAT_JSON;
}

static enum rc put(struct fieldset *out, const char *name, const struct secret *value)
{
	return value ? fieldset_put(out, name, value->bytes, value->len) : RC_OK;
}

enum rc probe_secrets(const struct schema *schema, const struct fieldset *fields,
	const struct fieldset *tokens, struct fieldset *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < schema->n; i++)
		if (is_secret(&schema->fields[i]))
			rc = put(out, schema->fields[i].name,
				fieldset_get(fields, schema->fields[i].name));
	for (size_t i = 0; !rc && tokens && i < tokens->n; i++)
		if (is_token(tokens->items[i].name))
			rc = put(out, tokens->items[i].name, &tokens->items[i].value);
	return rc;
}
