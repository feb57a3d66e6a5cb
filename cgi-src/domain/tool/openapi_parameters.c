/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of an operation: those of its path item, of which its own replace those of the same name
 * and place. What a header decides that is not an argument's business is left out here (attack row G13).
 */
#include <string.h>
#include <strings.h>

#include "domain/tool/openapi_int.h"
#include "domain/tool/request.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- the list --- */

struct argument *argument_add(struct importer *im, struct reading *rd, const struct argument *like)
{
	if (rd->n == OPENAPI_ARGUMENTS_MAX) {
		findings_warn(&im->findings, rd->op->place, FINDING_PARAMETERS_MANY, NULL);
		return NULL;
	}
	rd->arguments[rd->n] = *like;
	return &rd->arguments[rd->n++];
}

static bool is_same(const struct argument *a, enum place in, const char *name, size_t len)
{
	if (a->in != in || in == IN_BODY)
		return a->in == in;
	if (a->name_len != len)
		return false;
	return in == IN_HEADER ? strncasecmp(a->name, name, len) == 0
			       : memcmp(a->name, name, len) == 0;
}

struct argument *argument_find(struct reading *rd, enum place in, const char *name, size_t len)
{
	for (size_t i = 0; i < rd->n; i++)
		if (is_same(&rd->arguments[i], in, name, len))
			return &rd->arguments[i];
	return NULL;
}

void arguments_drop(struct reading *rd, bool (*gone)(const struct argument *a))
{
	size_t n = 0;

	for (size_t i = 0; i < rd->n; i++)
		if (!gone(&rd->arguments[i]))
			rd->arguments[n++] = rd->arguments[i];
	rd->n = n;
}

/* --- headers --- */

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, list[i]) == 0)
			return true;
	return false;
}

static bool is_token(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789!#$%&'*+-.^_`|~")] == '\0';
}

static bool is_decided_elsewhere(const struct importer *im, const char *name)
{
	if (strcasecmp(name, "Accept") == 0)
		return im->dialect != SCHEMA_SWAGGER_2_0; /* there it may be the version */
	return strcasecmp(name, "Authorization") == 0 || strcasecmp(name, "Content-Type") == 0;
}

static bool is_like_credential(struct importer *im, const char *name)
{
	static const char *const list[] = {"X-API-Key", "API-Key", "ApiKey", "X-ApiKey",
		"X-Auth-Token", "X-Access-Token", "Access-Token", "X-Auth-Key", "X-API-Token"};

	return is_one_of(name, list, COUNT(list)) || security_has_header(im, name);
}

/* False: the parameter is left out. */
static bool check_header(struct importer *im, const struct tree_node *node, const char *name)
{
	struct findings *f = &im->findings;

	if (!is_token(name))
		findings_warn(f, node, FINDING_PARAMETER_INVALID, name);
	else if (is_decided_elsewhere(im, name))
		findings_warn(f, node, FINDING_HEADER_IGNORED, name);
	else if (tool_header_is_ours(name))
		findings_warn(f, node, FINDING_HEADER_REFUSED, name);
	else {
		if (is_like_credential(im, name))
			findings_warn(f, node, FINDING_HEADER_CREDENTIAL, name);
		return true;
	}
	return false;
}

/* --- reading --- */

static bool read_place(const struct importer *im, const struct tree_node *node, enum place *out)
{
	static const struct {
		const char *word;
		enum place in;
		bool swagger, openapi;
	} places[] = {
		{"path", IN_PATH, true, true},
		{"query", IN_QUERY, true, true},
		{"header", IN_HEADER, true, true},
		{"cookie", IN_COOKIE, false, true},
		{"body", IN_BODY, true, false},
		{"formData", IN_FORM, true, false},
	};
	bool swagger = im->dialect == SCHEMA_SWAGGER_2_0;

	for (size_t i = 0; i < COUNT(places); i++)
		if (node_is(node, places[i].word)) {
			*out = places[i].in;
			return swagger ? places[i].swagger : places[i].openapi;
		}
	return false;
}

static bool is_name(const char *name, size_t len)
{
	return name && len > 0 && len <= WIRE_NAME_MAX;
}

/* False: it is left out, and why has been said. */
static bool read_parameter(
	struct importer *im, const struct tree_node *listed, struct argument *out)
{
	const struct tree_node *node = schema_copy_resolve(&im->schemas, listed);
	const char *name;

	*out = (struct argument){.listed = listed, .node = node};
	if (!node)
		return false;
	name = out->name = tree_text(tree_get(node, "name"), &out->name_len);
	if (!read_place(im, tree_get(node, "in"), &out->in) ||
		(out->in != IN_BODY && !is_name(name, out->name_len)) ||
		(out->in == IN_COOKIE && !is_token(name))) {
		findings_warn(&im->findings, listed, FINDING_PARAMETER_INVALID, name);
		return false;
	}
	out->required = out->in == IN_PATH || tree_bool(tree_get(node, "required"));
	return out->in != IN_HEADER || check_header(im, node, name);
}

static void add_parameter(
	struct importer *im, struct reading *rd, const struct tree_node *listed, bool of_item)
{
	struct argument a, *other;

	if (!read_parameter(im, listed, &a))
		return;
	other = argument_find(rd, a.in, a.name, a.name_len);
	if (!other)
		argument_add(im, rd, &a);
	else if (!of_item && other < rd->arguments + rd->n_of_path_item)
		*other = a;
	else
		findings_warn(&im->findings, listed,
			a.in == IN_BODY ? FINDING_BODY_REPEATED : FINDING_PARAMETER_REPEATED,
			a.name);
}

static void add_list(
	struct importer *im, struct reading *rd, const struct tree_node *list, bool of_item)
{
	size_t left = OPENAPI_ARGUMENTS_MAX * 2; /* of a list without end, most are refused */

	if (list && tree_kind(list) != TREE_ARRAY && tree_kind(list) != TREE_NULL)
		findings_warn(&im->findings, list, FINDING_PARAMETER_INVALID, "parameters");
	if (tree_kind(list) != TREE_ARRAY)
		return;
	for (const struct tree_node *n = tree_first(list); n && left; n = tree_next(n), left--)
		add_parameter(im, rd, n, of_item);
}

void parameters_collect(struct importer *im, struct reading *rd)
{
	add_list(im, rd, item_get(rd->op, "parameters"), true);
	rd->n_of_path_item = rd->n;
	add_list(im, rd, tree_get(rd->op->node, "parameters"), false);
}
