/* SPDX-License-Identifier: Apache-2.0
 *
 * A URL that passes is re-serialised (origin and rest) to one that passes and means the same; what the
 * encoders produce always passes as a path segment or a query value and decodes to what it was.
 */
#include <string.h>

#include "must.h"
#include "platform/url.h"

static void same_place(const struct url *a, const struct url *b)
{
	MUST(a->https == b->https && a->port == b->port && strcmp(a->host, b->host) == 0);
}

static void url_holds(const char *text, const struct url *u)
{
	char again[URL_ORIGIN_SIZE + URL_MAX], origin[URL_ORIGIN_SIZE];
	struct url v;

	MUST(strlen(text) <= URL_MAX);
	for (const char *p = text; *p; p++)
		MUST(*p > 0x20 && *p < 0x7f && !strchr("\\\"<>^`{|}#", *p));
	MUST(u->port > 0);
	MUST(strspn(u->host, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") == strlen(u->host));
	MUST(*u->rest == 0 || *u->rest == '/' || *u->rest == '?');
	MUST(strcmp(u->rest, text + strlen(text) - strlen(u->rest)) == 0);
	MUST(strchr(text, '@') == NULL || strchr(text, '@') >= u->rest);
	url_origin(u, origin);
	MUST(url_parse(origin, URL_HTTP_TOO, &v) == RC_OK);
	same_place(u, &v);
	MUST(*v.rest == 0);
	snprintf(again, sizeof(again), "%s%s", origin, u->rest);
	/* Longer by the canonical form of an IPv6 literal at most. */
	if (strlen(again) > URL_MAX)
		return;
	MUST(url_parse(again, URL_HTTP_TOO, &v) == RC_OK);
	same_place(u, &v);
	MUST(strcmp(u->rest, v.rest) == 0);
}

static size_t decode(const char *p, char *out)
{
	size_t n = 0;

	for (; *p; p++) {
		unsigned byte = (unsigned char)*p;

		if (*p == '+')
			byte = ' ';
		if (*p == '%') {
			MUST(sscanf(p + 1, "%2X", &byte) == 1);
			p += 2;
		}
		out[n++] = (char)byte;
	}
	return n;
}

static void encoded_holds(const char *p, size_t size, bool form)
{
	struct secret s = SECRET_EMPTY;
	char *back = malloc(size + 1);
	struct url u;

	MUST(back != NULL);
	MUST(secret_set(&s, "https://h/?", 11) == RC_OK);
	MUST((form ? url_append_form(&s, p, size) : url_append_encoded(&s, p, size)) == RC_OK);
	MUST(strlen(secret_text(&s)) == s.len);
	MUST(decode(secret_text(&s) + 11, back) == size);
	MUST(memcmp(back, p, size) == 0);
	/* An encoded NUL is what the grammar refuses on purpose. */
	if (s.len <= URL_MAX && !memchr(p, 0, size)) {
		MUST(url_parse(secret_text(&s), URL_HTTPS_ONLY, &u) == RC_OK);
		memcpy(back, p, size);
		back[size] = 0;
		MUST(url_query_has(secret_text(&s), back));
	}
	free(back);
	secret_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url u, strict;
	char *text;

	if (size > 16384)
		return 0;
	text = malloc(size + 1);
	MUST(text != NULL);
	memcpy(text, data, size);
	text[size] = 0;
	if (url_parse(text, URL_HTTP_TOO, &u) == RC_OK) {
		url_holds(text, &u);
		MUST((url_parse(text, URL_HTTPS_ONLY, &strict) == RC_OK) == u.https);
	} else {
		MUST(u.host[0] == 0 && u.rest[0] == 0);
		MUST(url_parse(text, URL_HTTPS_ONLY, &strict) == RC_INVALID);
	}
	(void)url_query_has(text, "state");
	(void)url_query_has("https://h/?a=b&c=d", text);
	encoded_holds(text, size, false);
	encoded_holds(text, size, true);
	free(text);
	return 0;
}
