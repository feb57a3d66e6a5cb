/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of openapi.h. The document is walked twice: first the operations are listed and named, then
 * each is read into struct reading and written.
 */
#ifndef GRANTRY_DOMAIN_TOOL_OPENAPI_INT_H
#define GRANTRY_DOMAIN_TOOL_OPENAPI_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/tool/findings.h"
#include "domain/tool/openapi.h"
#include "domain/tool/schema_copy.h"
#include "platform/buf.h"
#include "platform/tree.h"

#define NAME_MAX_LEN 64
#define NAME_SIZE (NAME_MAX_LEN + 1)
#define METHOD_SIZE 17
#define MEDIA_TYPE_SIZE 128
#define WIRE_NAME_MAX 256
#define PATH_KEY_MAX 2048

#define SUMMARY_CHARS 500
#define DESCRIPTION_CHARS 8192
#define ARGUMENT_CHARS 1024 /* of the description of an argument */
#define RESPONSE_CHARS 200

struct operation {
	const struct tree_node *member; /* of paths: the key is the path */
	const struct tree_node *item;   /* the path item that stands there */
	const struct tree_node *target; /* what its $ref names, or NULL */
	const struct tree_node *place;  /* the member that is the operation */
	const struct tree_node *node;   /* the operation itself, reference followed */
	char method[METHOD_SIZE];       /* upper case */
	char name[NAME_SIZE];
	bool repeated; /* another one has its operationId */
};

/* Where an argument goes. IN_FORM is Swagger's formData, before it becomes the body. */
enum place { IN_PATH, IN_QUERY, IN_HEADER, IN_COOKIE, IN_BODY, IN_FORM };

struct argument {
	enum place in;
	const char *name; /* on the wire; borrowed from the tree */
	size_t name_len;
	char as[NAME_SIZE];
	const struct tree_node *listed; /* where it was listed, perhaps a $ref; NULL: made by us */
	const struct tree_node *node;   /* the parameter object; NULL: made by us, or of a body */
	const struct schema_member *member; /* of a body with members */
	bool required;
	bool used;  /* of IN_PATH: the path has a place for it */
	bool alone; /* no other argument wishes for the same name */
};

enum body_mode { BODY_NONE, BODY_MEMBERS, BODY_WHOLE };

/* How a media type is made of values; the order is the one in which they are preferred. */
enum media {
	MEDIA_JSON,
	MEDIA_JSON_LIKE, /* +json and the like */
	MEDIA_ANY,       /* a wildcard, for which JSON is sent */
	MEDIA_FORM,
	MEDIA_MULTIPART,
	MEDIA_TEXT,
	MEDIA_OTHER_TEXT, /* XML, lines of JSON … */
	MEDIA_BYTES,
	MEDIA_OTHER_BYTES, /* images, archives … */
	MEDIA__MAX
};

struct request_body {
	enum body_mode mode;
	enum media media;
	bool required;
	char content_type[MEDIA_TYPE_SIZE];
	const struct tree_node *described; /* whose description it is */
	const struct tree_node *schema;    /* NULL: none, or in members */
	const struct tree_node *encoding;
	const struct tree_node *types;  /* content, or consumes: the other types are there */
	const struct tree_node *chosen; /* one of types; NULL: none of them */
	struct schema_members members;
};

/* One operation while it is read. */
struct reading {
	const struct operation *op;
	struct argument arguments[OPENAPI_ARGUMENTS_MAX];
	size_t n;
	size_t n_of_path_item; /* the first ones, which the operation's own replace */
	struct request_body body;
	struct buf path, query; /* of the plan: the text; the elements of the JSON array */
	bool lean;              /* it did not fit: without schemas and long texts */
};

struct importer {
	const struct tree *tree;
	const struct tree_node *root;
	enum schema_dialect dialect;
	unsigned minor; /* of 3.x */
	bool newer;
	const char *version;
	const char *document_url;
	struct findings findings;
	struct schema_copy schemas;
	struct operation *operations;
	size_t n_operations, operations_cap, n_written, n_left_out;
	size_t n_read;    /* operations that have been dealt with */
	size_t n_schemas; /* bytes of schemas in their plans */
	struct reading reading;
	struct buf record, bundle, plan;
	openapi_put *put;
	void *put_arg;
	size_t n_put; /* bytes */
	enum rc rc;
};

/** format_detect(im): fills dialect, minor, version. False: it has refused the document. */
bool format_detect(struct importer *im);
/** format_of_text(p, len): the name of another format by its first bytes, or NULL. */
const char *format_of_text(const char *p, size_t len);

/** operations_list(im): fills operations. False: there is none, and it has said so. */
bool operations_list(struct importer *im);
/** operations_name(im): fills their names. */
void operations_name(struct importer *im);
/** item_get(op, key): a member of the operation's path item. */
const struct tree_node *item_get(const struct operation *op, const char *key);

/** arguments_name(rd): fills "as". Errors: RC_NOMEM. */
enum rc arguments_name(struct reading *rd) RC_MUST_CHECK;

/** parameters_collect(im, rd): those of the path item and of the operation. */
void parameters_collect(struct importer *im, struct reading *rd);
/** path_build(im, rd): path and query; adds the variables that nobody described, drops the parameters
 *  that have no place. False: it is no path; the operation is left out. */
bool path_build(struct importer *im, struct reading *rd);
/** body_build(im, rd): chooses the media type, and makes arguments of the members. */
void body_build(struct importer *im, struct reading *rd);
/** argument_add(im, rd, like): a copy of it at the end; NULL, with a finding: there are too many. */
struct argument *argument_add(struct importer *im, struct reading *rd, const struct argument *like);
/** argument_find(rd, in, name, len): NULL: none. The names of headers have no case, and there is one body. */
struct argument *argument_find(struct reading *rd, enum place in, const char *name, size_t len);
/** arguments_drop(rd, gone): all for which gone is true. */
void arguments_drop(struct reading *rd, bool (*gone)(const struct argument *a));

/** servers_write(im, out, key, list): {"url", "description", "variables"}; list is "servers" of the
 *  document, a path or an operation. What the root of a Swagger document says: servers_write_swagger. */
void servers_write(
	struct importer *im, struct buf *out, const char *key, const struct tree_node *list);
void servers_write_swagger(struct importer *im, struct buf *out, const char *key);

/** security_schemes_write(im, out): member "security_schemes". security_write: member "security". */
void security_schemes_write(struct importer *im, struct buf *out);
void security_write(struct importer *im, struct buf *out, const struct tree_node *alternatives);
/** security_has_header(im, name): a scheme sends its key in this header. */
bool security_has_header(struct importer *im, const char *name);

/** responses_write(im, rd, out): member "responses": status, description, content_type. */
void responses_write(struct importer *im, const struct reading *rd, struct buf *out);
/** plan_write(im, rd, out): the plan. bundle_write: the ApiToolBundle. operation_write: the O record. */
void plan_write(struct importer *im, struct reading *rd, struct buf *out);
void bundle_write(struct importer *im, struct reading *rd, struct buf *out);
void operation_write(struct importer *im, const struct reading *rd, struct buf *out);

/** media_type_text(node): of a member of content, or an element of consumes. */
const char *media_type_text(const struct tree_node *node);
/** media_of(type): parameters do not matter. */
enum media media_of(const char *type);

/** text_member(im, out, key, node, max_chars): a text that people wrote: control characters dropped, cut. */
void text_member(struct importer *im, struct buf *out, const char *key,
	const struct tree_node *node, size_t max_chars);
/** node_text(node): "" when it is no text. */
const char *node_text(const struct tree_node *node);
/** node_key(node): "" when it is no member. */
const char *node_key(const struct tree_node *node);
bool node_is(const struct tree_node *node, const char *text);
/** url_is_http(url): http:// or https://, of any case. */
bool url_is_http(const char *url);
/** url_resolve(im, url, out): against the document's own; RC_NOT_FOUND: that is not known. */
enum rc url_resolve(struct importer *im, const char *url, struct buf *out) RC_MUST_CHECK;

#endif
