/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pages of API tools owe each other: fields of a form, the report of an import, lists of operations. Other pages
 * do not include this.
 */
#ifndef GRANTRY_WEB_PAGES_API_TOOL_PARTS_H
#define GRANTRY_WEB_PAGES_API_TOOL_PARTS_H

#include "domain/tool/api_draft.h"
#include "domain/tool/api_tool.h"
#include "domain/tool/plan.h"
#include "web/pages/page.h"

#define API_TOOL_ROWS 50 /* operations on a page: two fields each, of REQ_FORM_MAX */

/* ---- of the URL ---- */

/** api_tool_of(c, out): ":tool". RC_NOT_FOUND. Release *out in any case. */
enum rc api_tool_of(struct ctx *c, struct api_tool *out) RC_MUST_CHECK;
enum rc api_tool_id_of(struct ctx *c, struct api_tool_id *out) RC_MUST_CHECK;
/** api_tool_url(node, name, id, rest): "/api-tools/ID" and rest, which begins with "/" or is "". */
void api_tool_url(
	struct view_node *node, const char *name, const struct api_tool_id *id, const char *rest);
/** api_tool_redirect(c, id, rest): 303 to it. */
enum rc api_tool_redirect(
	struct ctx *c, const struct api_tool_id *id, const char *rest) RC_MUST_CHECK;

/** api_tool_manages(c): may this person change API tools? */
bool api_tool_manages(const struct ctx *c);
/** api_tool_tile(node, name, icon): Icon.*. */
void api_tool_tile(struct view_node *node, const char *name, const struct api_icon *icon);
/** api_tool_head(c, t): Tool.Name, .Url, .Icon, ListUrl: what every page of one begins with. */
void api_tool_head(struct ctx *c, const struct api_tool *t);
/** api_tool_set_labels(node, labels): Labels.N.Text of words. */
void api_tool_set_labels(struct view_node *node, const char *labels);

/* ---- JSON that was read before ---- */

/** doc_text(v, pointer): the text there, "" when there is none; borrowed. */
const char *doc_text(jsonv *v, const char *pointer);
/** doc_list(v, pointer): the array there; NULL: none. */
jsonv *doc_list(jsonv *v, const char *pointer);

/* ---- a form of Fields (part_form.cs) ---- */

struct tool_fields {
	struct ctx *c;
	struct view_node *list;
	unsigned n;
	const char *bad, *reason; /* key of the field that is wrong, and why; NULL: none */
	bool placed;              /* that field is among them */
};

/** tool_fields(c, problem): none yet; problem: of the form that was sent, NULL: nothing is wrong. */
struct tool_fields tool_fields(struct ctx *c, const struct tool_problem *problem);
/** tool_field(f, kind, key, label, value): one more; value NULL: what the form says that was sent, under the name "key".
 * label is what it says, not a key of messages. */
struct view_node *tool_field(struct tool_fields *f, const char *kind, const char *key,
	const char *label, const char *value);
void tool_option(struct view_node *field, const char *value, const char *label, bool selected);
/** tool_given(c, key, stored): what was sent under that name; stored when nothing was, as with a GET. */
const char *tool_given(struct ctx *c, const char *key, const char *stored);
/** tool_ticked(c, key, stored): the same for a box. */
bool tool_ticked(struct ctx *c, const char *key, bool stored);

/* Name, icon, texts and server: of a new tool and of one that is edited. */
struct tool_form {
	struct api_tool_wish wish;
	struct tool_settings settings; /* what wish.settings points to; its texts are borrowed */
	char server[URL_MAX + 1];
};

/** tool_form_show(f, t, head): the fields; t: as stored, NULL: a new one, of the document that head is of. */
void tool_form_show(struct tool_fields *f, const struct api_tool *t, jsonv *head);
/** tool_form_read(c, before, out): before: what the fields do not speak of stays as it is there. Borrows from c and
 * before. */
void tool_form_read(struct ctx *c, const struct tool_settings *before, struct tool_form *out);
/** api_tool_wish_of(t, settings, secrets): all of t stays as it is, but for these. Borrows. */
struct api_tool_wish api_tool_wish_of(const struct api_tool *t,
	const struct tool_settings *settings, const struct fieldset *secrets);
/** api_tool_settings_save(c, t, settings): for a button that takes a method away: the form's version, the update, and back
 * to the list of methods. */
enum rc api_tool_settings_save(struct ctx *c, const struct api_tool *t,
	const struct tool_settings *settings) RC_MUST_CHECK;
/** tool_form_answer(rc, wish, problem, status): how a change ended. With RC_OK *status is 0 (it was made) or that of the form
 * shown again, with *problem; other errors pass through. */
enum rc tool_form_answer(enum rc rc, const struct api_tool_wish *wish, struct tool_problem *problem,
	int *status) RC_MUST_CHECK;
/** tool_form_fault(c, f, status, title): FormError.*, after the fields; title is a key of messages. */
void tool_form_fault(struct ctx *c, const struct tool_fields *f, int status, const char *title);

/* ---- authorization methods of a description (SCHEME of the import records) ---- */

/** tool_auth_words(c, auth): "API key in the header X-Key". */
const char *tool_auth_words(struct ctx *c, const struct tool_auth *auth);
/** tool_item_url(node, name, t, id, verb): of that authorization method; verb begins with "/" or is "". */
void tool_item_url(struct view_node *node, const char *name, const struct api_tool *t,
	const char *id, const char *verb);
/** tool_scheme_words(c, scheme): "API key in the header X-Key". */
const char *tool_scheme_words(struct ctx *c, jsonv *scheme);
/** tool_scheme_possible(scheme): can requests be authorized so? */
bool tool_scheme_possible(jsonv *scheme);
/** tool_scheme_auth(scheme, out): an item of settings without an id; false: it is none. Borrows from scheme. */
bool tool_scheme_auth(jsonv *scheme, struct tool_auth *out);
/** tool_scheme_oauth2(scheme, out): by its first flow that a program can go through; false: it has none. */
bool tool_scheme_oauth2(jsonv *scheme, struct tool_oauth2 *out);
/** tool_scheme_find(head, name): NULL: there is none of that name. */
jsonv *tool_scheme_find(jsonv *head, const char *name);

/* ---- the arguments of an operation ---- */

#define TOOL_ARGUMENT "arg." /* before their names in a form */

/** tool_arguments_show(f, plan): a field each, by what its schema wants, with Note: where it goes. */
void tool_arguments_show(struct tool_fields *f, const struct plan *plan);
/** tool_arguments_read(c, plan, out): what was typed, as an object; what is empty is not in it. */
enum rc tool_arguments_read(
	struct ctx *c, const struct plan *plan, struct jsonr **out) RC_MUST_CHECK;

/* ---- report, operations ---- */

/** tool_report(c, report, refused, p, len): Report.* of the records W, or of the one E of a document that was refused; p: the
 * document, for the line of the error; NULL: none. */
void tool_report(struct ctx *c, jsonv *report, bool refused, const char *p, size_t len);

/* Which operations a page shows. */
struct tool_rows {
	const char *filter; /* NULL: all */
	int64_t offset;
};

/** tool_rows_of(filter, offset): as a person sent them; what makes no sense is left out. */
struct tool_rows tool_rows_of(const char *filter, const char *offset);
/** tool_rows_show(c, owner, rows, tool): Operations.*; tool: of a tool, whose operations have pages; NULL: a draft. */
enum rc tool_rows_show(struct ctx *c, const struct uuid *owner, const struct tool_rows *rows,
	const struct api_tool_id *tool) RC_MUST_CHECK;

/* The boxes of a list of operations. Borrows from the request. */
struct tool_ticks {
	const char *on[API_OPERATIONS_PAGE_MAX], *off[API_OPERATIONS_PAGE_MAX];
	struct api_choice choice;
};

/** tool_ticks_read(c, out): "seen" names what was shown, "on" what is ticked of it; then "all" (on|off) all of them. */
void tool_ticks_read(struct ctx *c, struct tool_ticks *out);

#endif
