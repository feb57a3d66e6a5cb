/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates. All *.cs of the folder are parsed once, before the workers fork; a request builds a data
 * set by node handles and renders. Every value is escaped for HTML by ClearSilver (the mode is set
 * before cs_init and proved at view_open by rendering a test). Names of nodes are literals of ours,
 * never data. No struct secret goes in. Home of ClearSilver.h (in view_parts.h).
 */
#ifndef GRANTRY_WEB_VIEW_H
#define GRANTRY_WEB_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/buf.h"
#include "platform/messages.h"
#include "platform/rc.h"

struct view;
struct view_data; /* the data set of one page */
struct view_node; /* a place in it; borrowed from the data set */

/** view_open(dir, messages, out): parse every template not named layout or part_*, in every language of
 * messages, which are borrowed for the call; NULL: templates without messages. Errors: RC_NOT_FOUND,
 * RC_INVALID (logged with the template's name). */
enum rc view_open(
	const char *dir, const struct messages *messages, struct view **out) RC_MUST_CHECK;
void view_free(struct view *view);

enum rc view_data_new(struct view_data **out) RC_MUST_CHECK;
void view_data_free(struct view_data *data);
struct view_node *view_root(struct view_data *data);

/* Setters are NULL-safe in node and remember the first failure, which view_render returns. name is one
 * CamelCase literal, or a dotted path of literals: letters, digits and dots, anything else fails the
 * data set with RC_INTERNAL; so does more than 100000 values and nodes, with RC_LIMIT. A NULL text sets
 * nothing. */
void view_text(struct view_node *node, const char *name, const char *text);
void view_int(struct view_node *node, const char *name, int64_t value);
void view_flag(struct view_node *node, const char *name, bool value); /* "1", or nothing */
/** view_child(node, name): makes or finds a sub-node. view_append(list): next of 0, 1, 2, … */
struct view_node *view_child(struct view_node *node, const char *name);
struct view_node *view_append(struct view_node *list);

/** view_render(view, language, data, template, out): template as "provider" for provider.cs; language NULL: the
 * first one; appends to out. What
 * the template sets lies in data, nothing stays in view for the next request (E21).
 * Errors: RC_NOT_FOUND no such template, RC_LIMIT, RC_NOMEM, RC_INTERNAL; out is empty then. */
enum rc view_render(struct view *view, const struct language *language, struct view_data *data,
	const char *template, struct buf *out) RC_MUST_CHECK;

#endif
