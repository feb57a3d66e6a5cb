/* SPDX-License-Identifier: Apache-2.0
 *
 * Named secret values and the form in which they are sealed.
 */
#include "domain/fieldset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ENCODING_VERSION 1

void fieldset_release(struct fieldset *fs)
{
	for (size_t i = 0; i < fs->n; i++)
		secret_release(&fs->items[i].value);
	free(fs->items);
	*fs = FIELDSET_EMPTY;
}

static bool name_is_valid(const char *name, size_t len)
{
	if (len == 0 || len >= FIELDSET_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] < 0x21 || name[i] > 0x7e)
			return false;
	return true;
}

static struct fieldset_item *find(const struct fieldset *fs, const char *name)
{
	for (size_t i = 0; fs && i < fs->n; i++)
		if (strcmp(fs->items[i].name, name) == 0)
			return &fs->items[i];
	return NULL;
}

enum rc fieldset_put(struct fieldset *fs, const char *name, const void *p, size_t len)
{
	struct fieldset_item *item = find(fs, name);
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (!name_is_valid(name, strlen(name)))
		return RC_INVALID;
	if (!item && fs->n == FIELDSET_MAX)
		return RC_LIMIT;
	/* Copied first: p may lie in the value that is replaced. */
	rc = secret_set(&value, p, len);
	if (rc)
		return rc;
	if (!item) {
		struct fieldset_item *grown = realloc(fs->items, (fs->n + 1) * sizeof(*fs->items));

		if (!grown) {
			secret_release(&value);
			return RC_NOMEM;
		}
		fs->items = grown;
		item = &fs->items[fs->n++];
		memset(item, 0, sizeof(*item));
		memcpy(item->name, name, strlen(name) + 1);
	}
	secret_take(&item->value, &value);
	return RC_OK;
}

enum rc fieldset_put_text(struct fieldset *fs, const char *name, const char *text)
{
	return fieldset_put(fs, name, text, strlen(text));
}

void fieldset_remove(struct fieldset *fs, const char *name)
{
	struct fieldset_item *item = find(fs, name);

	if (!item)
		return;
	secret_release(&item->value);
	fs->n--;
	memmove(item, item + 1, (size_t)(fs->items + fs->n - item) * sizeof(*item));
}

const struct secret *fieldset_get(const struct fieldset *fs, const char *name)
{
	const struct fieldset_item *item = find(fs, name);

	return item ? &item->value : NULL;
}

const char *fieldset_text(const struct fieldset *fs, const char *name)
{
	const struct secret *value = fieldset_get(fs, name);

	return value ? secret_text(value) : "";
}

enum rc fieldset_copy(struct fieldset *to, const struct fieldset *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct fieldset_item *item = &from->items[i];
		enum rc rc = fieldset_put(to, item->name, item->value.bytes, item->value.len);

		if (rc)
			return rc;
	}
	return RC_OK;
}

static enum rc append_be(struct secret *out, size_t value, size_t width)
{
	unsigned char bytes[4];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (unsigned char)(value >> (8 * (width - 1 - i)));
	return secret_append(out, bytes, width);
}

static enum rc append_sized(struct secret *out, const void *p, size_t len, size_t width)
{
	enum rc rc = append_be(out, len, width);

	return rc || len == 0 ? rc : secret_append(out, p, len);
}

enum rc fieldset_encode(const struct fieldset *fs, struct secret *out)
{
	static const unsigned char version = ENCODING_VERSION;
	struct secret text = SECRET_EMPTY;
	enum rc rc = secret_set(&text, &version, 1);

	for (size_t i = 0; !rc && i < fs->n; i++) {
		const struct fieldset_item *item = &fs->items[i];

		rc = append_sized(&text, item->name, strlen(item->name), 2);
		if (!rc)
			rc = append_sized(&text, item->value.bytes, item->value.len, 4);
	}
	if (!rc)
		secret_take(out, &text);
	secret_release(&text);
	return rc;
}

struct reader {
	const unsigned char *p;
	size_t left;
};

/* Takes a length of the given width and what it announces. */
static bool take_sized(struct reader *r, size_t width, const unsigned char **p, size_t *len)
{
	size_t n = 0;

	if (r->left < width)
		return false;
	for (size_t i = 0; i < width; i++)
		n = n << 8 | r->p[i];
	if (r->left - width < n)
		return false;
	*p = r->p + width;
	*len = n;
	r->p += width + n;
	r->left -= width + n;
	return true;
}

static enum rc take_item(struct reader *r, struct fieldset *out)
{
	const unsigned char *name_at, *value;
	char name[FIELDSET_NAME_MAX];
	size_t name_len, len;

	if (!take_sized(r, 2, &name_at, &name_len) || !take_sized(r, 4, &value, &len))
		return RC_INVALID;
	if (!name_is_valid((const char *)name_at, name_len))
		return RC_INVALID;
	memcpy(name, name_at, name_len);
	name[name_len] = '\0';
	if (find(out, name))
		return RC_INVALID;
	return fieldset_put(out, name, value, len);
}

enum rc fieldset_decode(const void *p, size_t len, struct fieldset *out)
{
	struct fieldset fs = FIELDSET_EMPTY;
	struct reader r = {p, len};
	enum rc rc = RC_OK;

	*out = FIELDSET_EMPTY;
	if (len == 0 || *r.p != ENCODING_VERSION)
		return RC_INVALID;
	r.p++;
	r.left--;
	while (!rc && r.left > 0)
		rc = take_item(&r, &fs);
	if (rc == RC_LIMIT)
		rc = RC_INVALID; /* nothing we wrote is that large */
	if (rc)
		fieldset_release(&fs);
	else
		*out = fs;
	return rc;
}
