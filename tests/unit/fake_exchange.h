/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange without a web server: variables from a list, the body from memory, the answer into
 * memory. Include it in one file of a test program; it stands in for platform/fcgi.c.
 */
#ifndef GRANTRY_TESTS_FAKE_EXCHANGE_H
#define GRANTRY_TESTS_FAKE_EXCHANGE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fcgi.h"

#define FAKE_VARIABLES_MAX 1200

struct fcgi_exchange {
	const char *names[FAKE_VARIABLES_MAX], *values[FAKE_VARIABLES_MAX];
	size_t n;
	const char *body;
	size_t body_len, body_at;
	size_t read_at_most; /* bytes a read, to arrive in pieces; 0: all */
	bool client_is_gone;
	bool may_park;
	void *parked; /* its state */
	char out[65536];
	size_t out_len;
};

static inline void fake_set(struct fcgi_exchange *x, const char *name, const char *value)
{
	if (x->n < FAKE_VARIABLES_MAX) {
		x->names[x->n] = name;
		x->values[x->n++] = value;
	}
}

/* As FCGX_GetParam: the first of several. */
const char *fcgi_param(struct fcgi_exchange *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++) {
		if (strcmp(x->names[i], name) == 0)
			return x->values[i];
	}
	return NULL;
}

void fcgi_params_each(struct fcgi_exchange *x,
	void (*visit)(const char *name, size_t name_len, const char *value, void *arg), void *arg)
{
	for (size_t i = 0; i < x->n; i++)
		visit(x->names[i], strlen(x->names[i]), x->values[i], arg);
}

size_t fcgi_read(struct fcgi_exchange *x, void *p, size_t len)
{
	size_t left = x->body_len - x->body_at;

	if (x->read_at_most && len > x->read_at_most)
		len = x->read_at_most;
	if (len > left)
		len = left;
	if (len > 0)
		memcpy(p, x->body + x->body_at, len);
	x->body_at += len;
	return len;
}

bool fcgi_write(struct fcgi_exchange *x, const void *p, size_t len)
{
	if (x->client_is_gone || len > sizeof(x->out) - 1 - x->out_len)
		return false;
	if (len > 0)
		memcpy(x->out + x->out_len, p, len);
	x->out_len += len;
	x->out[x->out_len] = 0;
	return true;
}

bool fcgi_park(struct fcgi_exchange *x, void *state)
{
	if (x->may_park)
		x->parked = state;
	return x->may_park;
}

bool fcgi_is_gone(const struct fcgi_exchange *x)
{
	return x->client_is_gone;
}

bool fcgi_may_park(const struct fcgi_exchange *x)
{
	return x->may_park;
}

#endif
