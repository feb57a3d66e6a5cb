/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "domain/tool/value_parts.h"

#define TWO_31 2147483648.0 /* a quotient below it is right to six digits behind the point */
#define TWO_53 9007199254740992.0

bool value_spend(size_t *steps, size_t n)
{
	bool enough = *steps >= n;

	*steps = enough ? *steps - n : 0;
	return enough;
}

const char *value_kind(jsonv *v)
{
	static const char *const names[] = {[JSONR_NULL] = "null",
		[JSONR_BOOL] = "boolean",
		[JSONR_INT] = "number",
		[JSONR_DOUBLE] = "number",
		[JSONR_STRING] = "string",
		[JSONR_ARRAY] = "array",
		[JSONR_OBJECT] = "object"};

	return names[jsonr_kind(v)];
}

/* --- numbers --- */

static bool is_number(jsonv *v)
{
	return jsonr_kind(v) == JSONR_INT || jsonr_kind(v) == JSONR_DOUBLE;
}

/* Told from all its neighbours: neither rounded nor at the end of its type. */
static bool is_exact(jsonv *v)
{
	int64_t i;
	double d;

	if (jsonr_kind(v) == JSONR_INT)
		return jsonr_int(v, &i);
	return jsonr_number(v, &d) && d < TWO_53 && d > -TWO_53;
}

bool value_is_whole(jsonv *v, bool *sure)
{
	double d;
	int64_t i;

	*sure = jsonr_kind(v) == JSONR_INT || is_exact(v);
	if (jsonr_kind(v) == JSONR_INT)
		return true;
	if (!jsonr_number(v, &d))
		return false;
	return !*sure || (jsonr_int(v, &i) && !((double)i < d));
}

bool value_is_big(jsonv *v)
{
	const char *p;
	size_t len;

	if (!jsonr_text(v, &p, &len))
		return false;
	if (*p == '-') {
		p++;
		len--;
	}
	return len >= 19 && len <= 100 && *p != '0' && strspn(p, "0123456789") == len;
}

/* -1, 0, 1; 0 also when it cannot be told: of an integer beyond 64 bits only that is known. */
static int compare_numbers(jsonv *a, jsonv *b)
{
	int64_t i, j;
	double d, e;

	if ((jsonr_kind(a) == JSONR_INT && !jsonr_int(a, &i)) ||
		(jsonr_kind(b) == JSONR_INT && !jsonr_int(b, &j)))
		return 0;
	if (jsonr_kind(a) == JSONR_INT && jsonr_kind(b) == JSONR_INT)
		return i < j ? -1 : i > j;
	if (!jsonr_number(a, &d) || !jsonr_number(b, &e))
		return 0;
	return d < e ? -1 : d > e;
}

static enum value_verdict numbers_equal(jsonv *a, jsonv *b)
{
	if (compare_numbers(a, b) != 0)
		return VALUE_NO;
	return is_exact(a) && is_exact(b) ? VALUE_YES : VALUE_UNSURE;
}

/* Sure only where a double can tell: 0.3 is a multiple of 0.1. */
static bool is_multiple(jsonv *v, jsonv *of)
{
	int64_t i, j;
	double d, e, quotient, rest;

	if (jsonr_kind(v) == JSONR_INT && jsonr_kind(of) == JSONR_INT && jsonr_int(v, &i) &&
		jsonr_int(of, &j) && j > 0)
		return i % j == 0;
	if (!jsonr_number(v, &d) || !jsonr_number(of, &e) || e <= 0)
		return true;
	quotient = d / e;
	if (!(quotient > -TWO_31 && quotient < TWO_31))
		return true;
	rest = quotient - (double)(int64_t)quotient;
	rest = rest < 0 ? -rest : rest;
	return rest < 1e-6 || rest > 1 - 1e-6;
}

/* Is v beyond what the keyword allows? sign is 1 for a minimum. */
static bool is_beyond(jsonv *schema, const char *keyword, jsonv *v, int sign, bool exclusive)
{
	jsonv *limit;
	int order;

	if (!jsonr_get(schema, keyword, &limit) || !is_number(limit))
		return false;
	order = compare_numbers(v, limit) * sign;
	return order < 0 || (order == 0 && exclusive && is_exact(v) && is_exact(limit));
}

bool value_number_fits(jsonv *schema, jsonv *v)
{
	jsonv *of;

	return !is_beyond(schema, "minimum", v, 1, false) &&
	       !is_beyond(schema, "maximum", v, -1, false) &&
	       !is_beyond(schema, "exclusiveMinimum", v, 1, true) &&
	       !is_beyond(schema, "exclusiveMaximum", v, -1, true) &&
	       (!jsonr_get(schema, "multipleOf", &of) || is_multiple(v, of));
}

bool value_count_fits(jsonv *schema, const char *least_name, const char *most_name, size_t n)
{
	jsonv *limit;
	int64_t bound;

	if (jsonr_get(schema, least_name, &limit) && jsonr_int(limit, &bound) && (int64_t)n < bound)
		return false;
	return !jsonr_get(schema, most_name, &limit) || !jsonr_int(limit, &bound) ||
	       (int64_t)n <= bound;
}

/* --- equality --- */

static enum value_verdict texts_equal(size_t *steps, jsonv *a, jsonv *b)
{
	const char *p, *q;
	size_t n, m;

	if (!jsonr_text(a, &p, &n) || !jsonr_text(b, &q, &m))
		return VALUE_UNSURE; /* U+0000 in one of them */
	if (n != m)
		return VALUE_NO;
	if (!value_spend(steps, n / 64))
		return VALUE_UNSURE;
	return memcmp(p, q, n) == 0 ? VALUE_YES : VALUE_NO;
}

struct compare {
	size_t *steps;
	jsonv *other;
	enum value_verdict verdict;
};

static void compare_member(const char *key, jsonv *v, void *arg)
{
	struct compare *compare = arg;
	jsonv *w;

	if (compare->verdict == VALUE_NO)
		return;
	compare->verdict =
		jsonr_get(compare->other, key, &w)
			? value_least(compare->verdict, value_equal(compare->steps, v, w))
			: VALUE_NO;
}

/* As deep as the two values, which is bounded. */
enum value_verdict value_equal(size_t *steps, jsonv *a, jsonv *b)
{
	struct compare members = {steps, b, VALUE_YES};
	enum value_verdict verdict = VALUE_YES;
	bool yes, too;

	if (!value_spend(steps, 1))
		return VALUE_UNSURE;
	if (is_number(a) && is_number(b))
		return numbers_equal(a, b);
	if (jsonr_kind(a) != jsonr_kind(b) || jsonr_length(a) != jsonr_length(b))
		return VALUE_NO;
	switch (jsonr_kind(a)) {
	case JSONR_STRING:
		return texts_equal(steps, a, b);
	case JSONR_ARRAY:
		for (size_t i = 0; i < jsonr_length(a) && verdict != VALUE_NO; i++)
			verdict = value_least(
				verdict, value_equal(steps, jsonr_at(a, i), jsonr_at(b, i)));
		return verdict;
	case JSONR_OBJECT:
		jsonr_each(a, compare_member, &members);
		return members.verdict;
	default:
		return jsonr_bool(a, &yes) && jsonr_bool(b, &too) && yes != too ? VALUE_NO
										: VALUE_YES;
	}
}
