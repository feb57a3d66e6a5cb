/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of provider files. One scanner serves checking at load time and expansion later, so that the
 * two cannot disagree about what a template says.
 */
#include "domain/placeholder.h"

#include <string.h>

#include "domain/derived.h"
#include "platform/url.h"

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	while (is_name_char(p[n]))
		n++;
	return n;
}

/* p stands behind "{{". */
static enum rc scan_placeholder(const char *p, struct placeholder_part *part, const char **end)
{
	part->space = p;
	part->space_len = name_length(p);
	p += part->space_len;
	if (part->space_len == 0 || *p != '.')
		return RC_INVALID;
	part->name = ++p;
	part->name_len = name_length(p);
	p += part->name_len;
	if (part->name_len == 0 || part->name_len >= FIELDSET_NAME_MAX)
		return RC_INVALID;
	if (*p == '|') {
		part->has_fallback = true;
		part->fallback = ++p;
		part->fallback_len = strcspn(p, "{}");
		p += part->fallback_len;
	}
	if (strncmp(p, "}}", 2) != 0)
		return RC_INVALID;
	*end = p + 2;
	return RC_OK;
}

enum rc placeholder_next(const char **cursor, struct placeholder_part *part)
{
	const char *p = *cursor;

	*part = (struct placeholder_part){0};
	if (*p == '\0')
		return RC_NOT_FOUND;
	if (strncmp(p, "{{", 2) == 0)
		return scan_placeholder(p + 2, part, cursor);
	part->literal = p;
	while (*p != '\0' && strncmp(p, "{{", 2) != 0) {
		if (strncmp(p, "}}", 2) == 0)
			return RC_INVALID;
		p++;
	}
	part->literal_len = (size_t)(p - part->literal);
	*cursor = p;
	return RC_OK;
}

static bool is_listed(const char *list, const char *word, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n == len && memcmp(list, word, len) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

enum rc placeholder_check(const char *text, const char *namespaces)
{
	struct placeholder_part part;
	enum rc rc;

	for (;;) {
		rc = placeholder_next(&text, &part);
		if (rc)
			return rc == RC_NOT_FOUND ? RC_OK : rc;
		if (part.name_len && !is_listed(namespaces, part.space, part.space_len))
			return RC_INVALID;
	}
}

static const struct fieldset *space_of(
	const struct placeholder_part *part, const struct placeholder_values *values)
{
	if (is_listed("client", part->space, part->space_len))
		return values->client;
	if (is_listed("credential", part->space, part->space_len))
		return values->credential;
	if (is_listed("token", part->space, part->space_len))
		return values->token;
	return NULL;
}

/* The value that stands for a placeholder; an empty one is as good as none. Borrowed, from scratch where it
 * had to be computed. RC_NOT_FOUND: neither value nor default. */
static enum rc value_of(const struct placeholder_part *part,
	const struct placeholder_values *values, struct secret *scratch, const char **p,
	size_t *len)
{
	const struct derived *derived = derived_find(
		values->derives, part->space, part->space_len, part->name, part->name_len);
	const struct secret *value = scratch;
	char name[FIELDSET_NAME_MAX];
	enum rc rc = RC_OK;

	memcpy(name, part->name, part->name_len);
	name[part->name_len] = '\0';
	if (derived)
		rc = derived_value(derived, values, scratch);
	else
		value = fieldset_get(space_of(part, values), name);
	if (rc && rc != RC_NOT_FOUND)
		return rc;
	if (!rc && value && value->len > 0) {
		*p = (const char *)value->bytes;
		*len = value->len;
		return RC_OK;
	}
	*p = part->fallback;
	*len = part->fallback_len;
	return part->has_fallback ? RC_OK : RC_NOT_FOUND;
}

static bool has_control(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return true;
	return false;
}

/* A value that begins the URL brings scheme and host with it and is not encoded. It may bring a path, but
 * neither query nor fragment: they would swallow what the template says after it. */
static enum rc append_base(struct secret *out, const char *p, size_t len)
{
	while (len > 0 && p[len - 1] == '/')
		len--;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] <= 0x20 || (unsigned char)p[i] >= 0x7f ||
			strchr("?#\\", p[i]))
			return RC_INVALID;
	return secret_append(out, p, len);
}

static enum rc append_value(
	struct secret *out, enum placeholder_mode mode, bool begins, const char *p, size_t len)
{
	if (mode == PLACEHOLDER_RAW && has_control(p, len))
		return RC_INVALID;
	if (mode == PLACEHOLDER_URL)
		return begins ? append_base(out, p, len) : url_append_encoded(out, p, len);
	return len ? secret_append(out, p, len) : RC_OK;
}

static enum rc append_part(const struct placeholder_part *part,
	const struct placeholder_values *values, enum placeholder_mode mode, bool begins,
	struct secret *out)
{
	struct secret scratch = SECRET_EMPTY;
	const char *p;
	size_t len;
	enum rc rc;

	if (!part->name_len)
		return secret_append(out, part->literal, part->literal_len);
	rc = value_of(part, values, &scratch, &p, &len);
	if (!rc)
		rc = append_value(out, mode, begins, p, len);
	secret_release(&scratch);
	return rc == RC_NOT_FOUND ? RC_INVALID : rc;
}

static enum rc expand(const char *text, const struct placeholder_values *values,
	enum placeholder_mode mode, struct secret *out)
{
	const char *cursor = text;

	for (;;) {
		bool begins = cursor == text;
		struct placeholder_part part;
		enum rc rc = placeholder_next(&cursor, &part);

		if (!rc)
			rc = append_part(&part, values, mode, begins, out);
		if (rc)
			return rc == RC_NOT_FOUND ? RC_OK : rc;
	}
}

enum rc placeholder_expand(const char *text, const struct placeholder_values *values,
	enum placeholder_mode mode, struct secret *out)
{
	struct secret result = SECRET_EMPTY;
	enum rc rc = expand(text, values, mode, &result);

	if (rc)
		secret_release(&result);
	else
		secret_take(out, &result);
	return rc;
}

bool placeholder_blank(const char *text, const struct placeholder_values *values)
{
	struct placeholder_part part;
	bool blank = false;

	while (!blank && placeholder_next(&text, &part) == RC_OK) {
		struct secret scratch = SECRET_EMPTY;
		const char *p;
		size_t len;

		blank = part.name_len && value_of(&part, values, &scratch, &p, &len) == RC_OK &&
			len == 0;
		secret_release(&scratch);
	}
	return blank;
}

/* Where the authority ends. A placeholder at the beginning brings scheme and host with it. */
static const char *authority_end(const char *url)
{
	const char *scheme_end = strstr(url, "://"), *first = strstr(url, "{{");
	const char *p = scheme_end && (!first || scheme_end < first) ? scheme_end + 3 : url;

	while (*p != '\0' && !strchr("/?#", *p)) {
		const char *end = strncmp(p, "{{", 2) == 0 ? strstr(p, "}}") : NULL;

		p = end ? end + 2 : p + 1;
	}
	return p;
}

bool placeholder_in_authority(const char *url)
{
	const char *first = strstr(url, "{{");

	return first && first < authority_end(url);
}

bool placeholder_part_in_authority(const char *url, const struct placeholder_part *part)
{
	return part->name < authority_end(url);
}

/* "" when the values make no URL. */
static void origin_of(
	const char *url, const struct placeholder_values *values, char out[URL_ORIGIN_SIZE])
{
	struct secret text = SECRET_EMPTY;
	struct url parsed;

	out[0] = '\0';
	if (placeholder_expand(url, values, PLACEHOLDER_URL, &text) == RC_OK &&
		url_parse(secret_text(&text), URL_HTTP_TOO, &parsed) == RC_OK)
		url_origin(&parsed, out);
	secret_release(&text);
}

bool placeholder_same_origin(
	const char *url, const struct placeholder_values *a, const struct placeholder_values *b)
{
	char origin_a[URL_ORIGIN_SIZE], origin_b[URL_ORIGIN_SIZE];
	bool same;

	if (!url || !placeholder_in_authority(url))
		return true;
	origin_of(url, a, origin_a);
	origin_of(url, b, origin_b);
	same = strcmp(origin_a, origin_b) == 0;
	secret_wipe(origin_a, sizeof(origin_a)); /* the field may be a secret one */
	secret_wipe(origin_b, sizeof(origin_b));
	return same;
}
