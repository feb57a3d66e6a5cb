/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/accept_language.h"

#include <stdbool.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* "*", or 1*8ALPHA *("-" 1*8alphanum) (RFC 4647 §2.1). Its length; 0: none begins here. */
static size_t range_length(const char *p)
{
	size_t n = strspn(p, LETTERS), part;

	if (*p == '*')
		return 1;
	if (n < 1 || n > 8)
		return 0;
	while (p[n] == '-') {
		part = strspn(p + n + 1, LETTERS DIGITS);
		if (part < 1 || part > 8)
			return 0;
		n += 1 + part;
	}
	return n;
}

static const char *past_space(const char *p)
{
	return p + strspn(p, " \t");
}

/* qvalue: "0" or "1" with at most three digits behind a point, and no more than 1. */
static bool parse_weight(const char **at, unsigned *out)
{
	const char *p = *at;
	unsigned unit = 100;

	if (*p != '0' && *p != '1')
		return false;
	*out = *p++ == '1' ? 1000 : 0;
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9' && unit > 0; unit /= 10)
			*out += (unsigned)(*p++ - '0') * unit;
	}
	*at = p;
	return *out <= 1000;
}

/* One element of the list, up to its comma or the end. */
static bool parse_element(const char *p, struct language_range *out)
{
	out->text = p;
	out->len = range_length(p);
	out->weight = 1000;
	if (out->len == 0)
		return false;
	p = past_space(p + out->len);
	if (*p == ';') {
		p = past_space(p + 1);
		if ((*p != 'q' && *p != 'Q') || p[1] != '=')
			return false;
		p += 2;
		if (!parse_weight(&p, &out->weight))
			return false;
		p = past_space(p);
	}
	return *p == ',' || *p == '\0';
}

size_t accept_language_parse(
	const char *header, struct language_range out[ACCEPT_LANGUAGE_RANGES_MAX])
{
	size_t n = 0;

	if (!header || strnlen(header, ACCEPT_LANGUAGE_BYTES_MAX + 1) > ACCEPT_LANGUAGE_BYTES_MAX)
		return 0;
	while (*header && n < ACCEPT_LANGUAGE_RANGES_MAX) {
		header = past_space(header);
		n += parse_element(header, &out[n]);
		header += strcspn(header, ",");
		header += *header == ',';
	}
	return n;
}
