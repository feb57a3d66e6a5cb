/* SPDX-License-Identifier: Apache-2.0
 *
 * Scopes of provider files: names, words for people, which of them a person may leave out.
 */
#include <string.h>

#include "domain/provider_read.h"

static bool is_scope(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x21 || *text > 0x7e || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void read_scope_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !is_scope(*(const char **)at))
		parse_fail(ps, node, "is no scope (RFC 6749 section 3.3)");
}

static void read_scope(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("name", read_scope_name, struct scope, name),
		MEMBER("label", read_words, struct scope, label),
		MEMBER("why", read_words, struct scope, why),
		MEMBER("optional", read_bool, struct scope, optional),
	};
	struct scope *out = at;

	if (node->kind == YAMLR_SCALAR)
		read_scope_name(ps, node, &out->name);
	else
		PARSE_MEMBERS(ps, node, members, out);
}

void read_scopes(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct scope_list *out = at;

	out->items =
		parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_scope, &out->n);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		for (size_t j = 0; !ps->rc && j < i; j++)
			if (strcmp(out->items[i].name, out->items[j].name) == 0)
				parse_fail(ps, node, "scope \"%.100s\" is there twice",
					out->items[i].name);
}

/* Whatever no scope holds. A "+" would be a space to who reads a form. */
void read_separator(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);

	if (!text || strlen(text) != 1 || !strchr(" ,;|", *text))
		parse_fail(ps, node, "must be one of: \" \" \",\" \";\" \"|\"");
	else
		*(const char **)at = parse_copy(ps, text, 1);
}
