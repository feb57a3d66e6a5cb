/* SPDX-License-Identifier: Apache-2.0
 *
 * Which argument is for what, which are missing, and whether each fits its schema.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/bind_int.h"
#include "domain/tool/value_check.h"
#include "platform/buf.h"
#include "platform/text.h"

void bind_fault_set(
	struct bind_fault *fault, const char *code, const char *argument, const char *format, ...)
{
	struct buf text, harmless;
	va_list ap;

	*fault = (struct bind_fault){.code = code};
	buf_init(&text, 4 * sizeof fault->text);
	buf_init(&harmless, 4 * sizeof fault->text);
	va_start(ap, format);
	buf_vprintf(&text, format, ap);
	va_end(ap);
	text_harmless(buf_text(&text), text.len, sizeof fault->text - 1, &harmless);
	TEXT_COPY(fault->text, buf_text(&harmless));
	TEXT_COPY(fault->argument, argument);
	buf_release(&harmless);
	buf_release(&text);
}

/* --- places --- */

static void add_place(struct bind_values *values, const char *as, jsonv *schema, bool required)
{
	values->items[values->n++] =
		(struct bind_value){.as = as, .schema = schema, .required = required};
}

static enum rc make_places(struct bind_values *values)
{
	const struct plan *plan = values->plan;
	const struct plan_body *body = &plan->body;

	values->items = calloc(plan->n_parameters + body->n_members + 1, sizeof *values->items);
	if (!values->items)
		return RC_NOMEM;
	for (size_t i = 0; i < plan->n_parameters; i++)
		add_place(values, plan->parameters[i].as, plan->parameters[i].schema,
			plan->parameters[i].required || plan->parameters[i].in == PLAN_PATH);
	values->n_parameters = values->n;
	for (size_t i = 0; i < body->n_members; i++) {
		add_place(values, body->members[i].as, body->members[i].schema,
			body->members[i].required);
		values->items[values->n - 1].raw =
			body->members[i].file && body->media == PLAN_MULTIPART;
	}
	if (body->mode == PLAN_WHOLE) {
		add_place(values, body->as, body->schema, body->required);
		values->items[values->n - 1].raw =
			body->media == PLAN_TEXT || body->media == PLAN_BINARY;
	}
	return RC_OK;
}

static struct bind_value *find(const struct bind_values *values, const char *name)
{
	for (size_t i = 0; i < values->n; i++)
		if (strcmp(values->items[i].as, name) == 0)
			return &values->items[i];
	return NULL;
}

/* --- names that nobody knows --- */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' || c == ' ' ? '_' : c;
}

/* How many letters to change, add or leave out; case and the kind of dash are nothing. */
static size_t distance(const char *a, const char *b)
{
	size_t row[PLAN_ARGUMENT_MAX + 1], n = strlen(b);

	if (strlen(a) > PLAN_ARGUMENT_MAX || n > PLAN_ARGUMENT_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t above = row[j + 1];

			row[j + 1] =
				least(above + 1, row[j] + 1, diagonal + (fold(a[i]) != fold(b[j])));
			diagonal = above;
		}
	}
	return row[n];
}

static const char *wire_name(const struct bind_values *values, size_t i)
{
	if (i < values->n_parameters)
		return values->plan->parameters[i].name;
	return values->plan->body.mode == PLAN_MEMBERS
		       ? values->plan->body.members[i - values->n_parameters].name
		       : values->items[i].as;
}

/* NULL: none is near. */
static const char *nearest(const struct bind_values *values, const char *name)
{
	const char *best = NULL;
	size_t least_so_far = strlen(name) / 3 + 1;

	for (size_t i = 0; i < values->n; i++) {
		size_t d = distance(name, values->items[i].as);

		if (strcmp(name, wire_name(values, i)) == 0)
			return values->items[i].as;
		if (d < least_so_far || (d == least_so_far && !best)) {
			least_so_far = d;
			best = values->items[i].as;
		}
	}
	return best;
}

static enum rc say_unknown(
	const struct bind_values *values, const char *name, struct bind_fault *fault)
{
	const char *near = nearest(values, name);

	if (near)
		bind_fault_set(fault, "unknown_argument", name,
			"there is no argument \"%s\"; is \"%s\" meant?", name, near);
	else
		bind_fault_set(fault, "unknown_argument", name,
			values->n > 0 ? "there is no argument \"%s\""
				      : "there is no argument \"%s\"; this operation takes none",
			name);
	return RC_INVALID;
}

/* --- giving --- */

struct giving {
	struct bind_values *values;
	struct bind_fault *fault;
	bool extras; /* may others go into the body? */
	enum rc rc;
};

/* The name of a member that is called otherwise here would stand in the body twice. */
static bool is_member_name(const struct bind_values *values, const char *name)
{
	for (size_t i = 0; i < values->plan->body.n_members; i++)
		if (strcmp(values->plan->body.members[i].name, name) == 0)
			return true;
	return false;
}

static void give(const char *key, jsonv *v, void *arg)
{
	struct giving *g = arg;
	struct bind_value *value = find(g->values, key);

	if (g->rc)
		return;
	if (value) {
		value->given = true;
		value->v = v;
	} else if (!g->extras || is_member_name(g->values, key)) {
		g->rc = say_unknown(g->values, key, g->fault);
	} else if (!jsonr_is_exact(v)) {
		bind_fault_set(g->fault, "bad_argument", key,
			"%s holds a number of more than 64 bits", key);
		g->rc = RC_INVALID;
	} else {
		g->values->sends_body = true;
	}
}

struct extras {
	const struct bind_values *values;
	void (*visit)(const char *key, jsonv *v, void *arg);
	void *arg;
};

static void visit_extra(const char *key, jsonv *v, void *arg)
{
	const struct extras *e = arg;

	if (!find(e->values, key))
		e->visit(key, v, e->arg);
}

void bind_values_each_extra(const struct bind_values *values,
	void (*visit)(const char *key, jsonv *v, void *arg), void *arg)
{
	struct extras e = {.values = values, .visit = visit, .arg = arg};

	if (values->plan->body.additional)
		jsonr_each(values->arguments, visit_extra, &e);
}

/* --- checks --- */

/* Null says "nothing" wherever null itself cannot be sent, or is not wanted. */
static bool null_is_sent(const struct bind_values *values, const struct bind_value *value)
{
	struct value_fault ignored;

	return value >= values->items + values->n_parameters &&
	       values->plan->body.media == PLAN_JSON && value->schema &&
	       value_check(value->schema, values->plan->defs, NULL, "", &ignored) == RC_OK;
}

static enum rc check_value(
	const struct bind_values *values, struct bind_value *value, struct bind_fault *fault)
{
	jsonv *defs = values->plan->defs;
	char at[PLAN_ARGUMENT_MAX + 2];
	struct value_fault why;
	enum rc rc;

	if (!value->raw && value->schema) {
		rc = value_convert(value->schema, defs, value->v, &value->owned, &value->v);
		if (rc)
			return rc;
	}
	if (!jsonr_is_exact(value->v)) {
		bind_fault_set(fault, "bad_argument", value->as,
			"%s holds a number of more than 64 bits", value->as);
		return RC_INVALID;
	}
	if (value->raw || !value->schema)
		return RC_OK;
	(void)snprintf(at, sizeof at, "/%s", value->as);
	rc = value_check(value->schema, defs, value->v, at, &why);
	if (rc == RC_INVALID)
		bind_fault_set(fault, "bad_argument", value->as, "%s", why.reason);
	return rc;
}

static bool is_missing(const struct bind_values *values, size_t i)
{
	const struct bind_value *value = &values->items[i];

	if (value->given || !value->required)
		return false;
	/* A member is needed only where the body is. */
	return i < values->n_parameters || values->plan->body.mode != PLAN_MEMBERS ||
	       values->sends_body;
}

static enum rc check_missing(const struct bind_values *values, struct bind_fault *fault)
{
	const char *first = NULL;
	struct buf names;
	size_t n = 0;

	buf_init(&names, 64 * PLAN_ARGUMENT_MAX);
	for (size_t i = 0; i < values->n; i++) {
		if (!is_missing(values, i))
			continue;
		if (!first)
			first = values->items[i].as;
		if (n++ < 32)
			buf_printf(&names, "%s%s", n > 1 ? ", " : "", values->items[i].as);
	}
	if (n == 1)
		bind_fault_set(fault, "missing_argument", first, "%s is required", first);
	else if (n > 1)
		bind_fault_set(fault, "missing_argument", first, "these are required: %s%s",
			buf_text(&names), n > 32 ? ", …" : "");
	buf_release(&names);
	return n > 0 ? RC_INVALID : RC_OK;
}

static enum rc give_all(struct bind_values *values, struct bind_fault *fault)
{
	struct giving g = {
		.values = values, .fault = fault, .extras = values->plan->body.additional};

	if (values->arguments && jsonr_kind(values->arguments) != JSONR_OBJECT) {
		bind_fault_set(fault, "bad_argument", "", "the arguments must be an object");
		return RC_INVALID;
	}
	values->sends_body = values->plan->body.required;
	jsonr_each(values->arguments, give, &g);
	for (size_t i = 0; !g.rc && i < values->n; i++) {
		struct bind_value *value = &values->items[i];

		if (value->given && !value->v && !null_is_sent(values, value))
			value->given = false;
		if (value->given && i >= values->n_parameters)
			values->sends_body = true;
	}
	return g.rc;
}

enum rc bind_values_init(const struct plan *plan, jsonv *arguments, struct bind_values *out,
	struct bind_fault *fault)
{
	enum rc rc;

	*out = (struct bind_values){.plan = plan, .arguments = arguments};
	rc = make_places(out);
	if (!rc)
		rc = give_all(out, fault);
	if (!rc)
		rc = check_missing(out, fault);
	for (size_t i = 0; !rc && i < out->n; i++)
		if (out->items[i].given)
			rc = check_value(out, &out->items[i], fault);
	return rc;
}

void bind_values_release(struct bind_values *values)
{
	for (size_t i = 0; i < values->n; i++)
		jsonr_free(values->items[i].owned);
	free(values->items);
	*values = (struct bind_values){.n = 0};
}
