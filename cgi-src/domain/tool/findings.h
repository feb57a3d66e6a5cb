/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import has to say about a description: findings, each with its place. A finding is one of a
 * fixed list, so that pages can say it in another language; what it speaks of is its detail.
 */
#ifndef GRANTRY_DOMAIN_TOOL_FINDINGS_H
#define GRANTRY_DOMAIN_TOOL_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "platform/buf.h"

struct tree;
struct tree_error;
struct tree_node;

#define FINDINGS_MAX 500 /* findings that are kept; the others are counted */

/* "{}" stands for the detail. Their words are in findings.c. */
enum finding {
	/* the document cannot be used */
	FINDING_NOT_AN_OBJECT,
	FINDING_OTHER_FORMAT,
	FINDING_FORMAT_UNKNOWN,
	FINDING_VERSION_UNKNOWN,
	FINDING_NO_OPERATION,
	FINDING_ALL_LEFT_OUT,
	FINDING_WEBHOOKS_ONLY,
	FINDING_HEAD_LARGE,
	/* the document */
	FINDING_VERSION_NEWER,
	FINDING_PATHS_INVALID,
	FINDING_TEXT_CUT,
	/* references */
	FINDING_REF_DANGLING,
	FINDING_REF_REMOTE,
	FINDING_REF_CYCLE,
	FINDING_REF_KIND, /* leads to something of another kind */
	/* operations */
	FINDING_OPERATION_INVALID,
	FINDING_OPERATION_ID_INVALID,
	FINDING_OPERATION_ID_REPEATED,
	FINDING_OPERATION_LARGE,
	FINDING_OPERATION_LEFT_OUT,
	FINDING_OPERATIONS_MANY,
	FINDING_METHOD_UNKNOWN,
	FINDING_PATH_INVALID,
	FINDING_PATH_VARIABLE_UNDECLARED,
	FINDING_PATH_PARAMETER_UNUSED,
	/* parameters and bodies */
	FINDING_PARAMETER_INVALID,
	FINDING_PARAMETER_REPEATED,
	FINDING_PARAMETER_STYLE,
	FINDING_PARAMETERS_MANY,
	FINDING_HEADER_IGNORED,
	FINDING_HEADER_CREDENTIAL,
	FINDING_HEADER_REFUSED,
	FINDING_BODY_INVALID,
	FINDING_BODY_REPEATED,
	FINDING_BODY_MEMBERS_MANY,
	/* servers and authorization */
	FINDING_SERVER_REFUSED,
	FINDING_SERVER_RELATIVE,
	FINDING_SERVER_VARIABLE,
	FINDING_SECURITY_INVALID,
	FINDING_SECURITY_UNKNOWN,
	FINDING_SECURITY_IN_QUERY,
	/* schemas: the place degrades to "anything", or the keyword is left out */
	FINDING_SCHEMA_INVALID,
	FINDING_SCHEMA_KEYWORD,
	FINDING_SCHEMA_TYPE,
	FINDING_SCHEMA_DEEP,
	FINDING_SCHEMA_LARGE,
	FINDING__MAX
};

/* A place in the tree that has been told of. */
struct finding_place {
	const struct tree_node *node;
	const char *code; /* a literal */
	uint32_t detail;  /* its hash */
};

struct findings {
	const struct tree *tree;
	const char *operation; /* name of the one that is being read, NULL: none; borrowed */
	size_t n;              /* findings in all; one at the same place again is not one more */
	size_t n_of_operation; /* since findings_operation; all of them */
	struct finding_place kept[FINDINGS_MAX];
	struct buf lines; /* W records that nobody has taken yet */
};

void findings_init(struct findings *f, const struct tree *tree);
void findings_release(struct findings *f);

/** findings_operation(f, name): findings are those of this operation from now on; NULL: of none. */
void findings_operation(struct findings *f, const char *name);

/** findings_warn(f, node, finding, detail): node NULL: the whole document. The detail is text from the
 *  document, made harmless and cut here, or NULL. The same at the same node is told once, however many
 *  operations come by. */
void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail);

/** findings_note(f, node, code, text): what the reader of the tree tolerated. */
void findings_note(
	struct findings *f, const struct tree_node *node, const char *code, const char *text);

/** findings_refuse(f, node, finding, detail): the E record: the document cannot be used. */
void findings_refuse(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail);

/** findings_unreadable(f, error): the same for a document of which there is no tree. */
void findings_unreadable(struct findings *f, const struct tree_error *error);

#endif
