/* SPDX-License-Identifier: Apache-2.0
 *
 * What view.c, view_data.c and view_words.c owe each other; the one place that includes ClearSilver.h, which
 * redefines PACKAGE_VERSION, TRUE, HASH and dozens more: nobody else includes this.
 */
#ifndef GRANTRY_WEB_VIEW_PARTS_H
#define GRANTRY_WEB_VIEW_PARTS_H

#include <stddef.h>

#include <ClearSilver.h>

#include "web/view.h"

struct view_node {
	struct view_data *data;
	HDF *hdf;
	const char *name; /* a literal, or part of one */
	size_t name_len;
	size_t n_items;           /* appended so far */
	struct view_node *named;  /* first of the children made by view_child */
	struct view_node *next;   /* next of its siblings */
	struct view_node *before; /* made before this one: the list by which all are freed */
};

struct view_data {
	HDF *hdf;
	struct view_node root;
	struct view_node *last_made;
	size_t n_nodes;
	const char *base; /* before paths of ours; NULL: nothing */
	enum rc rc;       /* first failure of a setter */
};

/** view_words(language, file, text): text of a template with the messages in the places of "{{key name=value}}"; to be
 * freed. NULL, logged with its line: a key or value that is not there, or no memory. */
char *view_words(const struct language *language, const char *file, const char *text);

#endif
