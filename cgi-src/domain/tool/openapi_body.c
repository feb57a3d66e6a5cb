/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of a request. One media type is chosen. What is an object of named members in JSON or a form
 * gives an argument for each; anything else is one argument, "body".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/tool/openapi_int.h"
#include "domain/tool/plan.h"
#include "platform/text.h"

static bool is_swagger(const struct importer *im)
{
	return im->dialect == SCHEMA_SWAGGER_2_0;
}

/* --- media types --- */

static bool is_type(const char *p, size_t len, const char *type)
{
	return strlen(type) == len && strncasecmp(p, type, len) == 0;
}

/* Whoever makes the body decides how it is made; here is only said which is liked more. */
enum media media_of(const char *type)
{
	size_t len = strcspn(type, ";");

	text_trim(&type, &len);
	switch (plan_media_of(type)) {
	case PLAN_JSON:
		if (len == 0 || memchr(type, '*', len))
			return MEDIA_ANY;
		return is_type(type, len, "application/json") ? MEDIA_JSON : MEDIA_JSON_LIKE;
	case PLAN_FORM:
		return MEDIA_FORM;
	case PLAN_MULTIPART:
		return MEDIA_MULTIPART;
	case PLAN_TEXT:
		return is_type(type, len, "text/plain") ? MEDIA_TEXT : MEDIA_OTHER_TEXT;
	case PLAN_BINARY:
		break;
	}
	return is_type(type, len, "application/octet-stream") ? MEDIA_BYTES : MEDIA_OTHER_BYTES;
}

/* Members are a map's keys, elements a list's texts. */
const char *media_type_text(const struct tree_node *node)
{
	const char *key = tree_key(node, NULL);

	return key ? key : node_text(node);
}

/* As it may stand in a header; a wildcard is made definite. */
static void set_type(struct request_body *body, const char *type)
{
	static const char *const definite[MEDIA__MAX] = {
		[MEDIA_ANY] = "application/json",
		[MEDIA_FORM] = "application/x-www-form-urlencoded",
		[MEDIA_MULTIPART] = "multipart/form-data",
	};
	static const char *const usual[MEDIA__MAX] = {
		[MEDIA_JSON] = "application/json",
		[MEDIA_JSON_LIKE] = "application/json",
		[MEDIA_TEXT] = "text/plain",
		[MEDIA_OTHER_TEXT] = "text/plain",
		[MEDIA_BYTES] = "application/octet-stream",
		[MEDIA_OTHER_BYTES] = "application/octet-stream",
	};
	size_t len = strlen(type);

	body->media = media_of(type);
	text_trim(&type, &len);
	if (definite[body->media])
		TEXT_COPY(body->content_type, definite[body->media]);
	else if (len < sizeof(body->content_type) && text_is_vschar(type, len) &&
		 !memchr(type, '*', len)) {
		memcpy(body->content_type, type, len);
		body->content_type[len] = '\0';
	} else
		TEXT_COPY(body->content_type, usual[body->media]);
}

/* The first of those that are liked best. */
static void choose(struct request_body *body)
{
	enum media best = MEDIA__MAX;

	for (const struct tree_node *n = tree_first(body->types); n; n = tree_next(n)) {
		enum media media = media_of(media_type_text(n));

		if (media >= best)
			continue;
		best = media;
		body->chosen = n;
	}
	set_type(body, body->chosen ? media_type_text(body->chosen) : "application/json");
}

/* --- arguments of it --- */

static void make_whole(struct importer *im, struct reading *rd)
{
	struct argument a = {
		.in = IN_BODY, .name = "body", .name_len = 4, .required = rd->body.required};

	schema_members_release(&rd->body.members);
	rd->body.mode = argument_add(im, rd, &a) ? BODY_WHOLE : BODY_NONE;
}

static void make_members(struct importer *im, struct reading *rd)
{
	const struct schema_members *members = &rd->body.members;

	rd->body.mode = BODY_MEMBERS;
	for (size_t i = 0; i < members->n; i++) {
		const struct schema_member *m = &members->list[i];
		struct argument a = {.in = IN_BODY,
			.name = m->name,
			.name_len = m->name_len,
			.member = m,
			.required = m->required};

		if (!argument_add(im, rd, &a))
			return;
	}
}

static bool fits(const struct reading *rd)
{
	const struct schema_members *members = &rd->body.members;

	if (rd->n + members->n > OPENAPI_ARGUMENTS_MAX)
		return false;
	for (size_t i = 0; i < members->n; i++)
		if (members->list[i].name_len > WIRE_NAME_MAX || members->list[i].name_len == 0)
			return false;
	return members->n > 0;
}

static void make_arguments(struct importer *im, struct reading *rd)
{
	struct request_body *body = &rd->body;
	enum rc rc = RC_NOT_FOUND;

	if (body->media <= MEDIA_MULTIPART && body->schema)
		rc = schema_copy_members(&im->schemas, body->schema, &body->members);
	if (rc == RC_NOMEM)
		im->rc = rc;
	if (rc == RC_OK && fits(rd)) {
		make_members(im, rd);
		return;
	}
	if (rc == RC_LIMIT || rc == RC_OK)
		findings_warn(&im->findings, rd->op->place, FINDING_BODY_MEMBERS_MANY, NULL);
	make_whole(im, rd);
}

/* --- OpenAPI 3 --- */

static void build_openapi(struct importer *im, struct reading *rd)
{
	const struct tree_node *listed = tree_get(rd->op->node, "requestBody");
	const struct tree_node *node = schema_copy_resolve(&im->schemas, listed);
	const struct tree_node *media;
	struct request_body *body = &rd->body;

	if (tree_kind(node) == TREE_NULL)
		return;
	body->types = tree_get(node, "content");
	if (tree_kind(body->types) != TREE_OBJECT || tree_length(body->types) == 0) {
		findings_warn(&im->findings, listed, FINDING_BODY_INVALID, NULL);
		return;
	}
	choose(body);
	media = schema_copy_resolve(&im->schemas, body->chosen);
	body->schema = tree_get(media, "schema");
	body->encoding = tree_get(media, "encoding");
	if (body->media == MEDIA_ANY && schema_copy_is_file(&im->schemas, body->schema))
		set_type(body, "application/octet-stream");
	body->described = tree_get(listed, "description") ? listed : node;
	body->required = tree_bool(tree_get(node, "required"));
	make_arguments(im, rd);
}

/* --- Swagger 2 --- */

static bool is_of_form(const struct argument *a)
{
	return a->in == IN_FORM;
}

static bool is_of_body(const struct argument *a)
{
	return a->in == IN_BODY;
}

static bool names_type(const struct request_body *body, enum media media)
{
	for (const struct tree_node *n = tree_first(body->types); n; n = tree_next(n))
		if (media_of(media_type_text(n)) == media)
			return true;
	return false;
}

/* A file needs multipart, whatever the description says; else it is what it says. */
static void choose_form(struct request_body *body, bool has_file)
{
	enum media media = MEDIA_FORM;

	if (has_file || (!names_type(body, MEDIA_FORM) && names_type(body, MEDIA_MULTIPART)))
		media = MEDIA_MULTIPART;
	for (const struct tree_node *n = tree_first(body->types); n; n = tree_next(n))
		if (!body->chosen && media_of(media_type_text(n)) == media)
			body->chosen = n;
	set_type(body,
		media == MEDIA_FORM ? "application/x-www-form-urlencoded" : "multipart/form-data");
}

/* The parameters in: formData become the members of an object. */
static void build_form(struct importer *im, struct reading *rd)
{
	struct schema_members *members = &rd->body.members;
	bool has_file = false;

	members->list = calloc(rd->n, sizeof(*members->list));
	if (!members->list) {
		im->rc = RC_NOMEM;
		return;
	}
	for (size_t i = 0; i < rd->n; i++) {
		const struct argument *a = &rd->arguments[i];

		if (!is_of_form(a))
			continue;
		members->list[members->n++] = (struct schema_member){
			.name = a->name,
			.name_len = a->name_len,
			.parts = {a->node},
			.n_parts = 1,
			.required = a->required,
		};
		has_file = has_file || node_is(tree_get(a->node, "type"), "file");
		rd->body.required = rd->body.required || a->required;
	}
	arguments_drop(rd, is_of_form);
	choose_form(&rd->body, has_file);
	make_members(im, rd);
}

static void build_swagger(struct importer *im, struct reading *rd)
{
	struct argument *body = argument_find(rd, IN_BODY, NULL, 0);
	const struct tree_node *own = tree_get(rd->op->node, "consumes");
	const struct tree_node *types = own ? own : tree_get(im->root, "consumes");
	bool has_form = false;

	for (size_t i = 0; i < rd->n; i++)
		has_form = has_form || is_of_form(&rd->arguments[i]);
	if (!body && !has_form)
		return;
	if (tree_kind(types) == TREE_ARRAY)
		rd->body.types = types;
	if (!body) {
		build_form(im, rd);
		return;
	}
	if (has_form)
		findings_warn(&im->findings, body->listed, FINDING_BODY_REPEATED, NULL);
	rd->body.described = body->node;
	rd->body.schema = tree_get(body->node, "schema");
	rd->body.required = body->required;
	arguments_drop(rd, is_of_body);
	arguments_drop(rd, is_of_form);
	choose(&rd->body);
	make_arguments(im, rd);
}

void body_build(struct importer *im, struct reading *rd)
{
	if (is_swagger(im))
		build_swagger(im, rd);
	else
		build_openapi(im, rd);
}
