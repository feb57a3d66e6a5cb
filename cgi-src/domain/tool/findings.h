/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import has to say about a description: findings, each with its place. A finding is one of a
 * fixed list, so that pages can say it in another language; what it speaks of is its detail.
 */
#ifndef GRANTRY_DOMAIN_TOOL_FINDINGS_H
#define GRANTRY_DOMAIN_TOOL_FINDINGS_H

#include <stddef.h>

#include "platform/buf.h"

struct tree;
struct tree_node;

#define FINDINGS_MAX 500 /* findings that are kept; the others are counted */

/* "{}" stands for the detail. Their words are in findings.c. */
enum finding {
	/* the document */
	FINDING_TOLERATED,
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
	enum finding finding;
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
 *  document, made harmless and cut here, or NULL. The same finding at the same node is told once, however
 *  many operations come by. */
void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail);

/** findings_error(f, node, line, column, code, message): the E record, which ends an import. Without a
 *  node line and column are what they are. */
void findings_error(struct findings *f, const struct tree_node *node, unsigned line,
	unsigned column, const char *code, const char *message);

#endif
