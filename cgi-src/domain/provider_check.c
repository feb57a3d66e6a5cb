/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of provider files: which answer shows that a credential works, and what the others mean.
 */
#include <string.h>

#include "domain/provider_read.h"

#define STATUS_MIN 200
#define STATUS_MAX 599

/* --- conditions --- */

/* Of a list, or one alone. */
static void read_values(struct parse *ps, const struct yamlr_node *node, struct texts *out)
{
	if (node->kind != YAMLR_SCALAR) {
		out->items = parse_items(
			ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_text, &out->n);
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	if (out->items)
		read_text(ps, node, &out->items[out->n++]);
}

static void read_condition(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct condition *out = at;

	out->field = parse_copy(ps, node->key, strlen(node->key));
	read_values(ps, node, &out->values);
	if (out->values.n == 0)
		parse_fail(ps, node, "must be a value or a list of values");
}

void read_conditions(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct conditions *out = at;

	out->items =
		parse_items(ps, node, YAMLR_MAPPING, sizeof(*out->items), read_condition, &out->n);
	if (out->n == 0)
		parse_fail(ps, node, "must be a mapping from fields to values");
}

static bool value_is_possible(const struct field *field, const char *value)
{
	if (field->kind == FIELD_BOOLEAN)
		return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
	return field->n_options == 0 || field_has_option(field, value);
}

void check_conditions(struct parse *ps, const struct yamlr_node *node,
	const struct conditions *conditions, const struct schema *schema,
	const struct schema *other)
{
	for (size_t i = 0; !ps->rc && i < conditions->n; i++) {
		const struct condition *c = &conditions->items[i];
		const struct field *field = schema_find(schema, c->field);

		if (!field && other)
			field = schema_find(other, c->field);
		if (!field)
			parse_fail(ps, node, "there is no field \"%.80s\"", c->field);
		for (size_t v = 0; field && v < c->values.n; v++)
			if (!value_is_possible(field, c->values.items[v]))
				parse_fail(ps, node, "\"%.80s\" is no value of \"%.80s\"",
					c->values.items[v], c->field);
	}
}

/* --- answers --- */

static void read_status(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct status_range *out = at;
	const char *text = yamlr_text(node);
	int64_t status;

	if (yamlr_int(node, &status) == RC_OK && status >= STATUS_MIN && status <= STATUS_MAX)
		*out = (struct status_range){(int)status, (int)status};
	else if (text && strcmp(text, "<400") == 0)
		*out = (struct status_range){STATUS_MIN, 399};
	else if (text && strlen(text) == 3 && strcmp(text + 1, "xx") == 0 && *text >= '2' &&
		 *text <= '5')
		*out = (struct status_range){(*text - '0') * 100, (*text - '0') * 100 + 99};
	else
		parse_fail(ps, node, "must be HTTP statuses from 200 to 599, \"2xx\" or \"<400\"");
}

static void read_statuses(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct statuses *out = at;

	if (node->kind != YAMLR_SCALAR) {
		out->items = parse_items(
			ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_status, &out->n);
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	if (out->items)
		read_status(ps, node, &out->items[out->n++]);
}

/* A server that fails does not show that a key works. */
static void read_success(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct statuses *out = at;

	read_statuses(ps, node, at);
	if (!ps->rc && out->n == 0)
		parse_fail(ps, node, "must name at least one status");
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (out->items[i].last >= 500)
			parse_fail(ps, node, "a status from 500 on is no success");
}

static void default_status(struct parse *ps, struct statuses *out, int status)
{
	if (out->items)
		return;
	out->items = parse_alloc(ps, sizeof(*out->items));
	if (out->items)
		out->items[out->n++] = (struct status_range){status, status};
}

void read_require(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_pairs(ps, node, read_text, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (out->items[i].name[0] != '/')
			parse_fail(ps, node, "the names must be JSON pointers such as /ok");
}

static void read_rule(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("status", read_statuses, struct answer_rule, status),
		MEMBER("require", read_require, struct answer_rule, require),
	};
	struct answer_rule *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (!ps->rc && out->status.n == 0 && out->require.n == 0)
		parse_fail(ps, node, "a rule needs \"status\" or \"require\"");
}

static void read_rules(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct answer_rules *out = at;

	out->items = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_rule, &out->n);
}

/* --- checks --- */

static void read_check(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("when", read_conditions, struct check_recipe, when),
		MEMBER_REQUIRED("request", read_request, struct check_recipe, request),
		MEMBER("success_status", read_success, struct check_recipe, success),
		MEMBER("forbidden_status", read_statuses, struct check_recipe, forbidden),
		MEMBER("require", read_require, struct check_recipe, require),
		MEMBER("present", read_pointers, struct check_recipe, present),
		MEMBER("absent", read_pointers, struct check_recipe, absent),
		MEMBER("refused", read_rules, struct check_recipe, refused),
		MEMBER("limited", read_rules, struct check_recipe, limited),
		MEMBER("message", read_pointers, struct check_recipe, message),
	};
	struct check_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	default_status(ps, &out->success, 200);
	default_status(ps, &out->forbidden, 403);
	if (!ps->in_oauth)
		check_conditions(
			ps, yamlr_get(node, "when"), &out->when, ps->credential, ps->model);
}

/* What stands behind a check without "when" would never be asked. */
static void check_reached(
	struct parse *ps, const struct yamlr_node *node, const struct checks *checks)
{
	for (size_t i = 0; !ps->rc && i + 1 < checks->n; i++)
		if (checks->items[i].when.n == 0)
			parse_fail(ps, node, "only the last of several checks may lack \"when\"");
}

void read_checks(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct checks *out = at;

	if (node->kind == YAMLR_MAPPING) {
		out->items = parse_alloc(ps, sizeof(*out->items));
		if (out->items)
			read_check(ps, node, &out->items[out->n++]);
		return;
	}
	out->items =
		parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_check, &out->n);
	if (out->n == 0)
		parse_fail(ps, node, "must be a check or a list of checks");
	check_reached(ps, node, out);
}

/* --- whose account it is --- */

static void read_identity_from(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"request", "token_response"};

	*(bool *)at = parse_word(ps, node, words, 2) == 1;
}

static void read_kept_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !kept_has(ps, *(const char **)at))
		parse_fail(ps, node, "there is no token field \"%.80s\"", *(const char **)at);
}

static void read_kept(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("subject", read_kept_name, struct identity_recipe, kept_subject),
		MEMBER("name", read_kept_name, struct identity_recipe, kept_name),
		MEMBER("account", read_kept_name, struct identity_recipe, kept_account),
	};

	PARSE_MEMBERS(ps, node, members, at);
	if (!ps->rc && !ps->in_oauth)
		parse_fail(ps, node, "of a key nothing is kept");
}

void read_identity_recipe(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("from", read_identity_from, struct identity_recipe, from_token_response),
		MEMBER("request", read_request, struct identity_recipe, request),
		MEMBER("subject", read_pointers, struct identity_recipe, subject),
		MEMBER("name", read_pointers, struct identity_recipe, name),
		MEMBER("account", read_pointers, struct identity_recipe, account),
		MEMBER("avatar", read_pointers, struct identity_recipe, avatar),
		MEMBER("message", read_pointers, struct identity_recipe, message),
		SECTION("kept", read_kept),
	};
	struct identity_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (!ps->rc && out->from_token_response && (!ps->in_oauth || out->request.method))
		parse_fail(ps, node,
			"\"from: token_response\" and this place or a request exclude "
			"each other");
	if (!ps->rc && ps->in_oauth && !out->from_token_response && !out->request.method)
		parse_fail(ps, node, "needs \"request\" or \"from: token_response\"");
	if (!ps->rc && out->message.n && (!ps->in_oauth || !out->request.method))
		parse_fail(ps, node, "\"message\" is of an answer to a request of \"oauth\"");
}

void check_of_identity(struct parse *ps, const struct identity_recipe *identity, struct checks *out)
{
	struct check_recipe *check;

	if (ps->rc || out->n || !identity->request.method)
		return;
	check = out->items = parse_alloc(ps, sizeof(*check));
	if (!check)
		return;
	out->n = 1;
	check->request = identity->request;
	check->one_of = identity->subject;
	check->message = identity->message;
	default_status(ps, &check->success, 200);
	default_status(ps, &check->forbidden, 403);
}
