/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "platform/jsonlex.h"
#include "platform/tree_int.h"

static enum rc take_text(
	struct tree_builder *b, const struct jsonlex_token *token, const char **out, unsigned *len)
{
	char *text = tree_new_text(b->tree, token->len);
	size_t n = token->len;

	*out = text;
	if (!text)
		return tree_no_memory(b->error);
	if (token->escaped)
		n = jsonlex_decode(token, text);
	else
		memcpy(text, token->p, n);
	text[n] = 0;
	*len = (unsigned)n;
	return RC_OK;
}

static void note_what_was_replaced(
	struct tree_builder *b, const struct jsonlex_token *token, const struct tree_node *n)
{
	if (token->half)
		tree_add_note(b->tree, n, "half_pair",
			"A text holds half of a surrogate pair; U+FFFD stands for it.");
	if (token->nul)
		tree_add_note(b->tree, n, "nul", "A text holds U+0000; U+FFFD stands for it.");
}

static enum rc take_key(struct tree_builder *b, const struct jsonlex_token *token)
{
	struct tree_key key = {.line = token->line, .column = token->column};
	enum rc rc = take_text(b, token, &key.text, &key.len);

	if (rc)
		return rc;
	note_what_was_replaced(b, token, b->stack[b->depth - 1].node);
	tree_build_key(b, &key);
	return RC_OK;
}

static enum rc take_leaf(struct tree_builder *b, const struct jsonlex_token *token)
{
	static const enum tree_kind kinds[] = {
		[JSONLEX_NULL] = TREE_NULL,
		[JSONLEX_TRUE] = TREE_BOOL,
		[JSONLEX_FALSE] = TREE_BOOL,
		[JSONLEX_NUMBER] = TREE_NUMBER,
		[JSONLEX_STRING] = TREE_STRING,
	};
	enum tree_kind kind = kinds[token->kind];
	struct tree_node *node;
	enum rc rc = tree_build_leaf(b, kind, token->line, token->column, &node);

	if (rc)
		return rc;
	if (kind == TREE_BOOL)
		node->is.truth = token->kind == JSONLEX_TRUE;
	if (kind != TREE_STRING && kind != TREE_NUMBER)
		return RC_OK;
	note_what_was_replaced(b, token, node);
	return take_text(b, token, &node->is.text, &node->n);
}

static enum rc take(struct tree_builder *b, const struct jsonlex_token *token)
{
	struct tree_node *node;

	switch (token->kind) {
	case JSONLEX_KEY:
		return take_key(b, token);
	case JSONLEX_OBJECT:
		return tree_build_open(b, TREE_OBJECT, token->line, token->column, &node);
	case JSONLEX_ARRAY:
		return tree_build_open(b, TREE_ARRAY, token->line, token->column, &node);
	case JSONLEX_CLOSE:
		return tree_build_close(b);
	case JSONLEX_DONE:
		return RC_OK;
	default:
		return take_leaf(b, token);
	}
}

static enum rc failed(struct tree_builder *b, const struct jsonlex *lex, enum rc rc)
{
	unsigned column = jsonlex_column(lex);

	if (rc == RC_LIMIT)
		return tree_refuse(b->error, rc, "too_deep", lex->line, column, "nested too deep");
	return tree_refuse(b->error, rc, "not_json", lex->line, column, lex->reason);
}

enum rc tree_read_json(struct tree_builder *b, const char *p, size_t len)
{
	struct jsonlex_token token;
	struct jsonlex lex;

	jsonlex_init(&lex, p, len, b->limits->depth_max);
	lex.halves_ok = true;
	do {
		enum rc rc = jsonlex_next(&lex, &token);

		if (rc)
			return failed(b, &lex, rc);
		rc = take(b, &token);
		if (rc)
			return rc;
	} while (token.kind != JSONLEX_DONE);
	return RC_OK;
}
