/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonr.h"
#include "platform/jsonw.h"
#include "platform/text.h"

#define RECORD_ROOM (OPENAPI_RECORD_MAX + 2) /* the letter and the newline */
#define OPERATION_MAX ((size_t)64 << 10)     /* of the record O; its texts are cut */
#define PATH_BYTES_MAX (PATH_KEY_MAX * 3 + 1)
#define QUERY_BYTES_MAX ((size_t)16 << 10)
#define TEXT_TOLD_MAX ((size_t)64 << 10) /* a text that is longer was not meant for people */

/* --- small ones for all files --- */

const char *node_text(const struct tree_node *node)
{
	const char *text = tree_text(node, NULL);

	return text ? text : "";
}

const char *node_key(const struct tree_node *node)
{
	const char *key = tree_key(node, NULL);

	return key ? key : "";
}

bool node_is(const struct tree_node *node, const char *text)
{
	return tree_kind(node) == TREE_STRING && strcmp(node_text(node), text) == 0;
}

void text_member(struct importer *im, struct buf *out, const char *key,
	const struct tree_node *node, size_t max_chars)
{
	size_t len = 0;
	const char *p = tree_text(node, &len);
	struct buf text;

	if (len > TEXT_TOLD_MAX)
		findings_warn(&im->findings, node, FINDING_TEXT_CUT, NULL);
	buf_init(&text, max_chars * 4);
	if (p && max_chars > SUMMARY_CHARS)
		text_harmless_lines(p, len, max_chars, &text);
	else if (p)
		text_harmless(p, len, max_chars, &text);
	jsonw_bytes(out, key, buf_text(&text), text.len);
	buf_release(&text);
}

/* --- records --- */

static void put_bytes(struct importer *im, const char *p, size_t len)
{
	if (im->rc || len == 0)
		return;
	im->rc = im->put(im->put_arg, p, len);
	im->n_put += len;
}

static void put_record(struct importer *im, char letter, struct buf *json)
{
	buf_clear(&im->record);
	buf_putc(&im->record, letter);
	buf_add(&im->record, json->data, json->len);
	buf_putc(&im->record, '\n');
	if (buf_done(&im->record))
		im->rc = buf_done(&im->record);
	put_bytes(im, im->record.data, im->record.len);
}

/* The findings that have been made so far. */
static void put_findings(struct importer *im)
{
	put_bytes(im, im->findings.lines.data, im->findings.lines.len);
	buf_clear(&im->findings.lines);
}

/* False: too large, or something that the other side does not take, such as 10000 members. */
static bool is_record(struct importer *im, const struct buf *json)
{
	enum rc rc = buf_done(json);

	if (!rc)
		rc = jsonr_check(json->data, json->len);
	if (rc == RC_NOMEM)
		im->rc = rc;
	return rc == RC_OK;
}

/* --- one operation --- */

static void release_reading(struct reading *rd)
{
	schema_members_release(&rd->body.members);
	buf_release(&rd->path);
	buf_release(&rd->query);
}

static void init_reading(struct reading *rd, const struct operation *op)
{
	rd->op = op;
	rd->n = rd->n_of_path_item = 0;
	rd->body = (struct request_body){0};
	rd->lean = false;
	buf_init(&rd->path, PATH_BYTES_MAX);
	buf_init(&rd->query, QUERY_BYTES_MAX);
}

/* The plan and the bundle, if need be without what makes them large. */
static bool write_operation(struct importer *im, struct reading *rd)
{
	for (int attempt = 0; attempt < 2 && !im->rc; attempt++) {
		buf_clear(&im->plan);
		buf_clear(&im->bundle);
		rd->lean = attempt > 0;
		if (rd->lean)
			findings_warn(&im->findings, rd->op->place, FINDING_OPERATION_LARGE, NULL);
		plan_write(im, rd, &im->plan);
		bundle_write(im, rd, &im->bundle);
		if (is_record(im, &im->plan) && is_record(im, &im->bundle))
			return true;
	}
	return false;
}

static bool build_operation(struct importer *im, struct reading *rd)
{
	if (strlen(node_key(rd->op->member)) > PATH_KEY_MAX) {
		findings_warn(&im->findings, rd->op->member, FINDING_PATH_INVALID,
			node_key(rd->op->member));
		return false;
	}
	if (rd->op->repeated)
		findings_warn(&im->findings, rd->op->place, FINDING_OPERATION_ID_REPEATED,
			node_text(tree_get(rd->op->node, "operationId")));
	parameters_collect(im, rd);
	if (!path_build(im, rd))
		return false;
	body_build(im, rd);
	if (!im->rc)
		im->rc = arguments_name(rd);
	return !im->rc && write_operation(im, rd);
}

static void put_operation(struct importer *im, const struct reading *rd)
{
	struct buf operation;

	buf_init(&operation, OPERATION_MAX);
	operation_write(im, rd, &operation);
	if (is_record(im, &operation)) {
		put_record(im, 'O', &operation);
		put_record(im, 'B', &im->bundle);
		put_record(im, 'P', &im->plan);
		im->n_written++;
	} else
		im->n_left_out++;
	buf_release(&operation);
}

static void read_operation(struct importer *im, const struct operation *op)
{
	struct reading *rd = &im->reading;
	size_t left_out = im->n_left_out;

	init_reading(rd, op);
	findings_operation(&im->findings, op->name);
	if (build_operation(im, rd))
		put_operation(im, rd);
	else
		im->n_left_out++;
	if (im->n_left_out > left_out)
		findings_warn(&im->findings, op->place, FINDING_OPERATION_LEFT_OUT, NULL);
	release_reading(rd);
	findings_operation(&im->findings, NULL);
	put_findings(im);
}

/* --- the whole document --- */

/* Who defines methods and asks for none of them anywhere has forgotten to: then nothing is said, rather than that
 * none is needed. */
static bool says_security(const struct importer *im)
{
	bool says = tree_get(im->root, "security") != NULL;

	for (size_t i = 0; i < im->n_operations && !says; i++)
		says = tree_get(im->operations[i].node, "security") != NULL;
	return says;
}

static void write_head(struct importer *im, struct buf *out)
{
	const struct tree_node *info = tree_get(im->root, "info");
	bool swagger = im->dialect == SCHEMA_SWAGGER_2_0;

	jsonw_open(out, NULL, '{');
	jsonw_text(out, "format", swagger ? "swagger" : "openapi");
	jsonw_text(out, "version", im->version);
	jsonw_text(out, "syntax", tree_is_yaml(im->tree) ? "yaml" : "json");
	text_member(im, out, "title", tree_get(info, "title"), SUMMARY_CHARS);
	text_member(im, out, "api_version", tree_get(info, "version"), SUMMARY_CHARS);
	text_member(im, out, "description", tree_get(info, "description"), DESCRIPTION_CHARS);
	if (swagger)
		servers_write_swagger(im, out, "servers");
	else
		servers_write(im, out, "servers", tree_get(im->root, "servers"));
	security_schemes_write(im, out);
	if (says_security(im))
		security_write(im, out, tree_get(im->root, "security"));
	jsonw_close(out, '}');
}

static bool put_head(struct importer *im)
{
	struct buf head;
	bool ok;

	if (im->newer)
		findings_warn(&im->findings, tree_get(im->root, "openapi"), FINDING_VERSION_NEWER,
			im->version);
	buf_init(&head, OPENAPI_RECORD_MAX);
	write_head(im, &head);
	ok = is_record(im, &head);
	if (ok)
		put_record(im, 'H', &head);
	else
		findings_refuse(&im->findings, im->root, FINDING_HEAD_LARGE, NULL);
	buf_release(&head);
	return ok;
}

static void put_end(struct importer *im)
{
	struct buf end;

	buf_init(&end, OPENAPI_RECORD_MAX);
	jsonw_open(&end, NULL, '{');
	jsonw_int(&end, "operations", (int64_t)im->n_written);
	jsonw_int(&end, "warnings", (int64_t)im->findings.n);
	jsonw_int(&end, "left_out", (int64_t)im->n_left_out);
	jsonw_close(&end, '}');
	put_record(im, 'Z', &end);
	buf_release(&end);
}

static void tell_notes(struct importer *im)
{
	size_t n, left_out;
	const struct tree_note *notes = tree_notes(im->tree, &n, &left_out);

	for (size_t i = 0; i < n; i++)
		findings_note(&im->findings, notes[i].node, notes[i].code, notes[i].text);
	im->findings.n += left_out;
}

static void read_operations(struct importer *im)
{
	put_findings(im);
	for (size_t i = 0; i < im->n_operations && !im->rc; i++) {
		if (im->n_put > OPENAPI_RECORDS_MAX) {
			findings_warn(&im->findings, im->operations[i].place,
				FINDING_OPERATIONS_MANY, NULL);
			im->n_left_out += im->n_operations - i;
			break;
		}
		read_operation(im, &im->operations[i]);
		im->n_schemas += im->schemas.bytes;
		im->n_read++;
	}
	if (im->n_written == 0)
		findings_refuse(
			&im->findings, tree_get(im->root, "paths"), FINDING_ALL_LEFT_OUT, NULL);
	put_findings(im);
	if (im->n_written > 0)
		put_end(im);
}

static void read_tree(struct importer *im)
{
	im->root = tree_root(im->tree);
	tell_notes(im);
	if (!format_detect(im))
		return;
	schema_copy_init(&im->schemas, im->tree, im->dialect, &im->findings);
	if (operations_list(im))
		operations_name(im);
	if (im->n_operations && !im->rc && put_head(im))
		read_operations(im);
	if (!im->rc)
		im->rc = schema_copy_done(&im->schemas);
	schema_copy_release(&im->schemas);
}

static bool refuse_by_text(struct importer *im, const char *p, size_t len)
{
	const char *format = format_of_text(p, len);

	if (format)
		findings_refuse(&im->findings, NULL, FINDING_OTHER_FORMAT, format);
	return format != NULL;
}

static struct importer *new_importer(const char *document_url, openapi_put *put, void *arg)
{
	struct importer *im = calloc(1, sizeof(*im));

	if (!im)
		return NULL;
	im->document_url = document_url;
	im->put = put;
	im->put_arg = arg;
	findings_init(&im->findings, NULL);
	buf_init(&im->record, RECORD_ROOM);
	buf_init(&im->bundle, OPENAPI_RECORD_MAX);
	buf_init(&im->plan, OPENAPI_RECORD_MAX);
	return im;
}

enum rc openapi_read(
	const char *p, size_t len, const char *document_url, openapi_put *put, void *arg)
{
	struct importer *im = new_importer(document_url, put, arg);
	struct tree_error error;
	struct tree *tree = NULL;
	enum rc rc;

	if (!im)
		return RC_NOMEM;
	if (!refuse_by_text(im, p, len)) {
		rc = tree_parse(p, len, NULL, &tree, &error);
		if (rc == RC_NOMEM)
			im->rc = rc;
		else if (rc)
			findings_unreadable(&im->findings, &error);
		else {
			im->tree = im->findings.tree = tree;
			read_tree(im);
		}
	}
	put_findings(im);
	rc = im->rc;
	tree_free(tree);
	buf_release(&im->record);
	buf_release(&im->bundle);
	buf_release(&im->plan);
	findings_release(&im->findings);
	free(im->operations);
	free(im);
	return rc;
}
