/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/style.h"

#include <stdio.h>
#include <string.h>

#include "platform/url.h"

bool style_find(const char *name, enum style_kind *out)
{
	static const char *const names[STYLE__MAX] = {
		[STYLE_SIMPLE] = "simple",
		[STYLE_LABEL] = "label",
		[STYLE_MATRIX] = "matrix",
		[STYLE_FORM] = "form",
		[STYLE_SPACE] = "spaceDelimited",
		[STYLE_PIPE] = "pipeDelimited",
		[STYLE_TAB] = "tabDelimited",
		[STYLE_DEEP_OBJECT] = "deepObject",
	};

	for (size_t i = 0; i < STYLE__MAX; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum style_kind)i;
			return true;
		}
	}
	return false;
}

/* --- texts --- */

enum rc style_text(jsonv *v, struct secret *out)
{
	const char *p;
	size_t len;

	if (jsonr_kind(v) != JSONR_STRING)
		return jsonr_append(out, v);
	return jsonr_text(v, &p, &len) ? secret_append(out, p, len) : RC_INVALID;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 6570 §3.2.3 lets "%41" stand as it is. What ends or parts a query does not, nor what our grammar of URLs
 * keeps out of them: %00 and the brackets. */
static size_t reserved_len(const char *p, size_t len)
{
	if (len >= 3 && p[0] == '%' && is_hex(p[1]) && is_hex(p[2]) && memcmp(p, "%00", 3) != 0)
		return 3;
	return *p && strchr(":/?@!$'()*,;=", *p) ? 1 : 0;
}

static enum rc append_reserved(const char *p, size_t len, struct secret *out)
{
	enum rc rc = RC_OK;

	while (!rc && len > 0) {
		size_t n = reserved_len(p, len);

		rc = n > 0 ? secret_append(out, p, n) : url_append_encoded(out, p, 1);
		n = n > 0 ? n : 1;
		p += n;
		len -= n;
	}
	return rc;
}

enum rc style_escape_text(enum style_escape escape, const void *p, size_t len, struct secret *out)
{
	switch (escape) {
	case STYLE_RAW:
		return secret_append(out, p, len);
	case STYLE_RESERVED:
		return append_reserved(p, len, out);
	case STYLE_AS_FORM:
		return url_append_form(out, p, len);
	case STYLE_ENCODED:
		break;
	}
	return url_append_encoded(out, p, len);
}

static enum rc append_value(enum style_escape escape, jsonv *v, struct secret *out)
{
	struct secret text = SECRET_EMPTY;
	enum rc rc = style_text(v, &text);

	if (!rc)
		rc = style_escape_text(escape, secret_text(&text), text.len, out);
	secret_release(&text);
	return rc;
}

/* A name is never left with what parts a query. */
static enum rc append_name(enum style_escape escape, const char *name, struct secret *out)
{
	return style_escape_text(
		escape == STYLE_RESERVED ? STYLE_ENCODED : escape, name, strlen(name), out);
}

/* --- walking: null says nothing and is passed over --- */

struct walk {
	enum rc (*visit)(struct walk *w, const char *key, jsonv *v); /* key: NULL in an array */
	size_t n;                                                    /* visited so far */
	enum rc rc;
};

static void walk_member(const char *key, jsonv *v, void *arg)
{
	struct walk *w = arg;

	if (!v || w->rc)
		return;
	w->rc = w->visit(w, key, v);
	w->n++;
}

static enum rc walk_value(struct walk *w, jsonv *v)
{
	if (jsonr_kind(v) == JSONR_OBJECT)
		jsonr_each(v, walk_member, w);
	for (size_t i = 0; jsonr_kind(v) == JSONR_ARRAY && i < jsonr_length(v); i++)
		walk_member(NULL, jsonr_at(v, i), w);
	return w->rc;
}

static bool is_tree(jsonv *v)
{
	return jsonr_kind(v) == JSONR_OBJECT || jsonr_kind(v) == JSONR_ARRAY;
}

static enum rc visit_nothing(struct walk *w, const char *key, jsonv *v)
{
	(void)w, (void)key, (void)v;
	return RC_OK;
}

bool style_is_empty(jsonv *v)
{
	struct walk w = {.visit = visit_nothing};

	if (!is_tree(v))
		return v == NULL;
	(void)walk_value(&w, v);
	return w.n == 0;
}

/* --- one text --- */

static bool is_empty_text(jsonv *v)
{
	const char *p;
	size_t len;

	return jsonr_text(v, &p, &len) && len == 0;
}

struct join {
	struct walk walk; /* first: it is what visit is given */
	struct secret *out;
	const char *name;
	enum style_escape escape;
	const char *before, *between; /* the first and each further one */
	const char *pair;             /* between key and value */
	bool named;                   /* every element repeats the name: exploded matrix */
};

static enum rc join_visit(struct walk *w, const char *key, jsonv *v)
{
	struct join *j = (struct join *)(void *)w;
	enum rc rc = secret_append_text(j->out, w->n == 0 ? j->before : j->between);

	if (!rc && key)
		rc = append_name(j->escape, key, j->out);
	else if (!rc && j->named)
		rc = append_name(j->escape, j->name, j->out);
	if (!rc && (key || j->named))
		rc = secret_append_text(j->out, key ? j->pair : "=");
	return rc ? rc : append_value(j->escape, v, j->out);
}

enum rc style_join(const struct style *style, const char *name, jsonv *v, struct secret *out)
{
	struct join j = {.walk = {.visit = join_visit},
		.out = out,
		.name = name,
		.escape = style->escape,
		.before = "",
		.between = ",",
		.pair = style->explode ? "=" : ","};
	bool matrix = style->kind == STYLE_MATRIX;
	enum rc rc = RC_OK;

	if (style->kind == STYLE_LABEL)
		j.before = ".";
	if (style->explode && style->kind != STYLE_SIMPLE)
		j.before = j.between = matrix ? ";" : ".";
	if (is_tree(v)) {
		j.named = matrix && style->explode;
		if (matrix && !style->explode) {
			rc = secret_append_text(out, ";");
			if (!rc)
				rc = append_name(style->escape, name, out);
			j.before = "=";
		}
		return rc ? rc : walk_value(&j.walk, v);
	}
	if (!matrix)
		rc = secret_append_text(out, j.before);
	if (!rc && matrix)
		rc = secret_append_text(out, ";");
	if (!rc && matrix)
		rc = append_name(style->escape, name, out);
	/* RFC 6570 §3.2.7: ";color", not ";color=". */
	if (!rc && matrix && !is_empty_text(v))
		rc = secret_append_text(out, "=");
	return rc ? rc : append_value(style->escape, v, out);
}

/* --- pairs --- */

struct pairs_out {
	struct walk walk;
	const struct style *style;
	style_emit *emit;
	void *arg;
	const char *name;
	const struct secret *above; /* deepObject: the name so far, escaped */
	struct secret *joined;      /* not exploded: the value so far */
};

static enum rc emit_value(const struct pairs_out *p, const struct secret *name, jsonv *v)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = append_value(p->style->escape, v, &value);

	if (!rc)
		rc = p->emit(p->arg, name, &value);
	secret_release(&value);
	return rc;
}

static enum rc exploded_visit(struct walk *w, const char *key, jsonv *v)
{
	struct pairs_out *p = (struct pairs_out *)(void *)w;
	struct secret name = SECRET_EMPTY;
	enum rc rc = append_name(p->style->escape, key ? key : p->name, &name);

	if (!rc)
		rc = emit_value(p, &name, v);
	secret_release(&name);
	return rc;
}

/* All but the comma mean something in a URL, or nothing at all: they are escaped as a value is. */
static enum rc append_delimiter(const struct style *style, struct secret *out)
{
	switch (style->kind) {
	case STYLE_SPACE:
		return style_escape_text(style->escape, " ", 1, out);
	case STYLE_PIPE:
		return style_escape_text(style->escape, "|", 1, out);
	case STYLE_TAB:
		return style_escape_text(style->escape, "\t", 1, out);
	default:
		return secret_append(out, ",", 1);
	}
}

static enum rc joined_visit(struct walk *w, const char *key, jsonv *v)
{
	struct pairs_out *p = (struct pairs_out *)(void *)w;
	enum rc rc = w->n > 0 ? append_delimiter(p->style, p->joined) : RC_OK;

	if (!rc && key)
		rc = append_name(p->style->escape, key, p->joined);
	if (!rc && key)
		rc = append_delimiter(p->style, p->joined);
	return rc ? rc : append_value(p->style->escape, v, p->joined);
}

static enum rc deep(const struct pairs_out *p, const struct secret *name, jsonv *v);

/* The brackets are encoded, too: they may not stand in a query (RFC 3986 §3.4). */
static enum rc deep_visit(struct walk *w, const char *key, jsonv *v)
{
	struct pairs_out *p = (struct pairs_out *)(void *)w;
	struct secret name = SECRET_EMPTY;
	char index[24];
	enum rc rc;

	(void)snprintf(index, sizeof index, "%zu", w->n);
	rc = secret_append_secret(&name, p->above);
	if (!rc)
		rc = append_name(p->style->escape, "[", &name);
	if (!rc)
		rc = append_name(p->style->escape, key ? key : index, &name);
	if (!rc)
		rc = append_name(p->style->escape, "]", &name);
	if (!rc)
		rc = deep(p, &name, v);
	secret_release(&name);
	return rc;
}

/* As deep as the value, which its reader bounds. */
static enum rc deep(const struct pairs_out *p, const struct secret *name, jsonv *v)
{
	struct pairs_out below = *p;

	if (!is_tree(v))
		return emit_value(p, name, v);
	below.walk = (struct walk){.visit = deep_visit};
	below.above = name;
	return walk_value(&below.walk, v);
}

enum rc style_pairs(
	const struct style *style, const char *name, jsonv *v, style_emit *emit, void *arg)
{
	struct secret text = SECRET_EMPTY, joined = SECRET_EMPTY;
	struct pairs_out p = {.style = style, .emit = emit, .arg = arg, .name = name};
	enum rc rc;

	if (style_is_empty(v))
		return RC_OK;
	rc = append_name(style->escape, name, &text);
	if (!rc && style->kind == STYLE_DEEP_OBJECT) {
		rc = deep(&p, &text, v);
	} else if (!rc && !is_tree(v)) {
		rc = emit_value(&p, &text, v);
	} else if (!rc && style->explode) {
		p.walk = (struct walk){.visit = exploded_visit};
		rc = walk_value(&p.walk, v);
	} else if (!rc) {
		p.joined = &joined;
		p.walk = (struct walk){.visit = joined_visit};
		rc = walk_value(&p.walk, v);
		if (!rc)
			rc = emit(arg, &text, &joined);
	}
	secret_release(&joined);
	secret_release(&text);
	return rc;
}
