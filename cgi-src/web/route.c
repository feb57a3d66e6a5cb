/* SPDX-License-Identifier: Apache-2.0 */
#include "web/route.h"

#include <stdio.h>
#include <string.h>

#include "platform/uuid.h"

/* A pattern is read segment by segment, in place: *at stands on the '/' before the next one. */
struct piece {
	const char *p;
	size_t len;
};

static bool piece_next(const char **at, struct piece *out)
{
	if (**at != '/' || (*at)[1] == 0)
		return false;
	out->p = *at + 1;
	out->len = strcspn(out->p, "/");
	*at = out->p + out->len;
	return true;
}

static bool piece_is_arg(const struct piece *piece)
{
	return piece->len > 1 && piece->p[0] == ':';
}

/* The words of ":name=one|other"; NULL: any text. */
static const char *piece_words(const struct piece *piece)
{
	const char *equals = piece_is_arg(piece) ? memchr(piece->p, '=', piece->len) : NULL;

	return equals ? equals + 1 : NULL;
}

static bool is_uuid(const char *text, size_t len)
{
	char copy[UUID_TEXT_SIZE];
	struct uuid id;

	if (len != sizeof(copy) - 1)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return uuid_parse(copy, &id) == RC_OK;
}

static bool is_word(const struct piece *piece, const char *words, const char *text, size_t len)
{
	for (const char *end = piece->p + piece->len; words < end; words++) {
		size_t n = strcspn(words, "|/");
		bool any_uuid = n == 4 && memcmp(words, "UUID", 4) == 0;

		if (any_uuid ? is_uuid(text, len) : n == len && memcmp(words, text, len) == 0)
			return true;
		words += n;
	}
	return false;
}

static bool piece_takes(const struct piece *piece, const char *segment)
{
	const char *words = piece_words(piece);

	if (words)
		return is_word(piece, words, segment, strlen(segment));
	if (piece_is_arg(piece))
		return segment[0] != 0;
	return strlen(segment) == piece->len && memcmp(segment, piece->p, piece->len) == 0;
}

static bool path_matches(const char *pattern, const struct req *rq)
{
	struct piece piece;
	size_t i = 0;

	while (piece_next(&pattern, &piece)) {
		if (i == rq->n_segments || !piece_takes(&piece, rq->segments[i]))
			return false;
		i++;
	}
	return i == rq->n_segments;
}

static bool method_matches(const struct route *route, enum req_method method)
{
	if (method == REQ_HEAD)
		return route->method == REQ_GET && route->gate != GATE_CALLBACK;
	return route->method == method && method != REQ_OTHER;
}

static void args_fill(const struct req *rq, struct route_match *out)
{
	const char *at = out->route->path;
	struct piece piece;

	for (size_t i = 0; piece_next(&at, &piece); i++) {
		if (!piece_is_arg(&piece) || out->n == ROUTE_ARGS_MAX)
			continue;
		out->names[out->n] = piece.p + 1;
		out->values[out->n++] = rq->segments[i];
	}
}

/* taken: by method. */
static void allow_fill(const bool taken[REQ_OTHER], struct route_match *out)
{
	static const char *const words[REQ_OTHER] = {"GET", "HEAD", "POST", "PUT"};
	size_t n = 0;

	out->status = 405;
	for (int i = 0; i < REQ_OTHER; i++)
		if (taken[i])
			n += (size_t)snprintf(out->allow + n, sizeof(out->allow) - n, "%s%s",
				n ? ", " : "", words[i]);
}

void route_match(const struct route_table *table, const struct req *rq, struct route_match *out)
{
	static const bool any[REQ_OTHER] = {[REQ_GET] = true, [REQ_HEAD] = true, [REQ_POST] = true};
	bool taken[REQ_OTHER] = {false}, known = false;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < table->n; i++) {
		const struct route *route = &table->routes[i];

		if (!path_matches(route->path, rq))
			continue;
		if (method_matches(route, rq->method)) {
			out->route = route;
			args_fill(rq, out);
			return;
		}
		for (int m = 0; m < REQ_OTHER; m++)
			taken[m] = taken[m] || method_matches(route, (enum req_method)m);
		known = true;
	}
	if (known)
		allow_fill(taken, out);
	else if (rq->method == REQ_OTHER || rq->method == REQ_PUT)
		allow_fill(any, out);
	else
		out->status = 404;
}

const char *route_arg(const struct route_match *m, const char *name)
{
	size_t len = strlen(name);

	/* The name lies inside the pattern and ends at a '/', at its words, or with it. */
	for (size_t i = 0; i < m->n; i++) {
		if (strcspn(m->names[i], "/=") == len && memcmp(m->names[i], name, len) == 0)
			return m->values[i];
	}
	return NULL;
}

/* Two lists of words are held to overlap. */
static bool pieces_overlap(const struct piece *a, const struct piece *b)
{
	const char *words_a = piece_words(a), *words_b = piece_words(b);

	if (words_a && !piece_is_arg(b))
		return is_word(a, words_a, b->p, b->len);
	if (words_b && !piece_is_arg(a))
		return is_word(b, words_b, a->p, a->len);
	if (piece_is_arg(a) || piece_is_arg(b))
		return true;
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool patterns_overlap(const char *a, const char *b)
{
	struct piece pa = {NULL, 0}, pb = pa;
	bool more_a, more_b;

	for (;;) {
		more_a = piece_next(&a, &pa);
		more_b = piece_next(&b, &pb);
		if (!more_a || !more_b)
			return more_a == more_b;
		if (!pieces_overlap(&pa, &pb))
			return false;
	}
}

const struct route *route_tables_overlap(const struct route_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct route *a = &table->routes[k], *b = &table->routes[i];

			/* GET and POST of one pattern are the usual pair. */
			if (strcmp(a->path, b->path) == 0 && a->method != b->method)
				continue;
			if (patterns_overlap(a->path, b->path))
				return b;
		}
	}
	return NULL;
}

static bool is(const char *value, const char *word)
{
	return value && strcmp(value, word) == 0;
}

static bool read_allowed(const struct req *rq, enum route_gate gate)
{
	const char *site = rq->sec_fetch_site, *dest = rq->sec_fetch_dest;

	/* "prefetch" or "prefetch;prerender": a browser that guesses must not use up a flow. */
	if (gate == GATE_CALLBACK && rq->sec_purpose && strstr(rq->sec_purpose, "prefetch"))
		return false;
	/* Nothing of ours is ever an image, a script or a frame. "empty" is fetch(). */
	if (dest && !is(dest, "document") && !is(dest, "empty"))
		return false;
	if (!site || is(site, "same-origin") || is(site, "none"))
		return true;
	if (!is(site, "same-site") && !is(site, "cross-site"))
		return false;
	/* A link in a mail or the provider's redirect: GET changes nothing, and the cookie is Lax. */
	return rq->method == REQ_GET && is(rq->sec_fetch_mode, "navigate") && is(dest, "document");
}

static bool write_allowed(const struct req *rq, enum route_gate gate, const char *origin)
{
	/* A foreign Origin is refused whatever else is said. "null" decides nothing by itself: a page
	 * with no-referrer (the callback's) sends it with our own posts. */
	if (rq->origin && !is(rq->origin, "null") && !is(rq->origin, origin))
		return false;
	if (rq->sec_fetch_site)
		return is(rq->sec_fetch_site, "same-origin");
	/* Some browsers send their reports without either field, and runtimes are no browsers. */
	if (gate == GATE_REPORT || gate == GATE_KEY)
		return true;
	return is(rq->origin, origin);
}

bool route_fetch_allowed(const struct req *rq, enum route_gate gate, const char *origin)
{
	if (rq->method == REQ_GET || rq->method == REQ_HEAD)
		return read_allowed(rq, gate);
	return write_allowed(rq, gate, origin);
}
