/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/tree_int.h"

/* --- from a pointer to a node --- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* RFC 3986 §2.1, in place. */
static enum rc percent_decode(char *p, size_t *len)
{
	size_t n = 0;

	for (size_t i = 0; i < *len; i++) {
		if (p[i] != '%') {
			p[n++] = p[i];
			continue;
		}
		if (*len - i < 3 || hex(p[i + 1]) < 0 || hex(p[i + 2]) < 0)
			return RC_INVALID;
		p[n++] = (char)(hex(p[i + 1]) << 4 | hex(p[i + 2]));
		i += 2;
	}
	*len = n;
	return RC_OK;
}

/* ~1 and ~0 of one step, in place. */
static enum rc step_decode(char *p, size_t *len)
{
	size_t n = 0;

	for (size_t i = 0; i < *len; i++) {
		if (p[i] != '~') {
			p[n++] = p[i];
			continue;
		}
		if (++i == *len || (p[i] != '0' && p[i] != '1'))
			return RC_INVALID;
		p[n++] = p[i] == '0' ? '~' : '/';
	}
	*len = n;
	return RC_OK;
}

/* RFC 6901 §4: digits, no leading zero. What is longer than any array is long is none of its elements. */
static const struct tree_node *element(const struct tree_node *array, const char *p, size_t len)
{
	size_t index = 0;

	if (len == 0 || len > 10 || (len > 1 && p[0] == '0'))
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(p[i] - '0');
	}
	return tree_at(array, index);
}

/* p: decoded, and empty or beginning with a slash. All of it is looked at, so that a bad one is bad
 * wherever it leads. */
static enum rc walk(const struct tree_node *n, char *p, size_t len, const struct tree_node **out)
{
	char *end = p + len;

	while (p < end) {
		char *step = p + 1, *slash = memchr(step, '/', (size_t)(end - step));
		size_t step_len;

		p = slash ? slash : end;
		step_len = (size_t)(p - step);
		if (step_decode(step, &step_len))
			return RC_INVALID;
		n = tree_kind(n) == TREE_ARRAY ? element(n, step, step_len)
					       : tree_find(n, step, step_len);
	}
	*out = n;
	return n ? RC_OK : RC_NOT_FOUND;
}

enum rc tree_pointer(
	const struct tree *tree, const char *ref, size_t len, const struct tree_node **out)
{
	char *copy;
	enum rc rc;

	*out = NULL;
	if (len > 0 && ref[0] != '#')
		return RC_INVALID;
	if (len <= 1) {
		*out = tree->root;
		return RC_OK;
	}
	ref++;
	len--;
	copy = malloc(len);
	if (!copy)
		return RC_NOMEM;
	memcpy(copy, ref, len);
	rc = percent_decode(copy, &len);
	if (!rc)
		rc = copy[0] == '/' ? walk(tree->root, copy, len, out) : RC_INVALID;
	free(copy);
	return rc;
}

/* --- from a node to its pointer --- */

static void add_step(struct buf *out, const struct tree_node *n)
{
	size_t len;
	const char *key = tree_key(n, &len);

	buf_putc(out, '/');
	if (!key) {
		buf_printf(out, "%zu", n->at.index);
		return;
	}
	for (size_t i = 0; i < len; i++)
		switch (key[i]) {
		case '~':
			buf_puts(out, "~0");
			break;
		case '/':
			buf_puts(out, "~1");
			break;
		default:
			buf_putc(out, key[i]);
		}
}

enum rc tree_path(const struct tree_node *n, struct buf *out)
{
	const struct tree_node *steps[TREE_DEPTH_MAX];
	size_t depth = 0;

	for (; n && n->parent; n = n->parent)
		steps[depth++] = n;
	while (depth > 0)
		add_step(out, steps[--depth]);
	return buf_done(out);
}
