/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/derived.h"

#include <string.h>

#include "platform/jsonr.h"

static bool same_word(const char *word, const char *p, size_t len)
{
	return strlen(word) == len && memcmp(word, p, len) == 0;
}

const struct derived *derived_find(const struct derives *derives, const char *space,
	size_t space_len, const char *name, size_t name_len)
{
	for (size_t i = 0; derives && i < derives->n; i++) {
		const struct derived *item = &derives->items[i];

		if (same_word(item->space, space, space_len) &&
			same_word(item->name, name, name_len))
			return item;
	}
	return NULL;
}

bool derived_is_fixed(const struct derived *derived)
{
	return derived->how == DERIVE_MAP || derived->how == DERIVE_ENDS;
}

static bool ends_with(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return n <= len && memcmp(text + len - n, suffix, n) == 0;
}

static enum rc take_text(
	const struct derived *derived, const struct secret *source, struct secret *out)
{
	const char *text = derived->fallback, *value = secret_text(source);

	for (size_t i = derived->texts.n; i-- > 0;) {
		const struct pair *pair = &derived->texts.items[i];

		if (derived->how == DERIVE_MAP ? same_word(pair->name, value, source->len)
					       : ends_with(value, source->len, pair->name))
			text = pair->value;
	}
	return text ? secret_set(out, text, strlen(text)) : RC_NOT_FOUND;
}

static enum rc take_member(
	const struct derived *derived, const struct secret *source, struct secret *out)
{
	struct jsonr *document = NULL;
	enum rc rc = jsonr_parse(secret_text(source), source->len, &document);
	const char *p;
	size_t len;
	jsonv *v;

	if (rc)
		return rc == RC_NOMEM ? rc : RC_NOT_FOUND;
	rc = RC_NOT_FOUND;
	for (size_t i = 0; rc == RC_NOT_FOUND && i < derived->pointers.n; i++)
		if (jsonr_pointer(jsonr_root(document), derived->pointers.items[i], &v) &&
			jsonr_text(v, &p, &len) && len > 0)
			rc = secret_set(out, p, len);
	jsonr_free(document);
	return rc;
}

/* The slash at the end of an address is no part of what is looked for. */
static enum rc strip(const struct derived *derived, const struct secret *source, struct secret *out)
{
	const char *text = secret_text(source);
	size_t len = source->len;

	while (len > 0 && text[len - 1] == '/')
		len--;
	for (size_t i = 0; i < derived->suffixes.n; i++) {
		if (!ends_with(text, len, derived->suffixes.items[i]))
			continue;
		len -= strlen(derived->suffixes.items[i]);
		break;
	}
	return len ? secret_set(out, text, len) : RC_NOT_FOUND;
}

enum rc derived_value(
	const struct derived *derived, const struct placeholder_values *values, struct secret *out)
{
	struct placeholder_values plain = *values; /* a derived value is made of no other */
	struct secret source = SECRET_EMPTY;
	enum rc rc;

	plain.derives = NULL;
	rc = placeholder_expand(derived->from, &plain, PLACEHOLDER_FORM, &source);
	if (rc)
		rc = rc == RC_INVALID ? RC_NOT_FOUND : rc;
	else if (derived_is_fixed(derived))
		rc = take_text(derived, &source, out);
	else if (derived->how == DERIVE_POINTER)
		rc = take_member(derived, &source, out);
	else
		rc = strip(derived, &source, out);
	secret_release(&source);
	return rc;
}
