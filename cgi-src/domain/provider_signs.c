/* SPDX-License-Identifier: Apache-2.0
 *
 * How answers of a provider are to be understood: that an access token is over, and what to tell people.
 */
#include "domain/provider_read.h"

static void read_status(struct parse *ps, const struct yamlr_node *node, void *at)
{
	int64_t status;

	if (yamlr_int(node, &status) != RC_OK || status < 200 || status > 599)
		parse_fail(ps, node, "must be an HTTP status");
	else
		*(int *)at = (int)status;
}

/* The only header that is kept of an answer. */
static void read_sign_header(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED(
			"WWW-Authenticate", read_text, struct expired_sign, www_authenticate),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

static void read_sign(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("status", read_status, struct expired_sign, status),
		MEMBER("require", read_require, struct expired_sign, require),
		SECTION("header", read_sign_header),
		MEMBER("text", read_text, struct expired_sign, text),
	};
	struct expired_sign *out = at;
	bool looks;

	PARSE_MEMBERS(ps, node, members, out);
	looks = out->require.n || out->www_authenticate || out->text;
	if (!ps->rc && !out->status && !looks)
		parse_fail(ps, node, "says nothing of the answer");
	if (!ps->rc && out->status >= 200 && out->status < 300 && !looks)
		parse_fail(ps, node, "every good answer would mean it");
}

void read_token_expired(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	out->token_expired = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->token_expired),
		read_sign, &out->n_token_expired);
}

static void read_step(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[AT_ANY] = "any",
		[AT_AUTHORIZE] = "authorize",
		[AT_EXCHANGE] = "exchange",
		[AT_REFRESH] = "refresh",
		[AT_CHECK] = "check"};

	*(enum diagnosis_at *)at =
		(enum diagnosis_at)parse_word(ps, node, words, sizeof(words) / sizeof(*words));
}

static void read_rule(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("at", read_step, struct diagnosis_rule, at),
		MEMBER("error", read_text, struct diagnosis_rule, error),
		MEMBER("contains", read_text, struct diagnosis_rule, contains),
		MEMBER("status", read_status, struct diagnosis_rule, status),
		MEMBER_REQUIRED("cause", read_words, struct diagnosis_rule, cause),
		MEMBER("next", read_words, struct diagnosis_rule, next),
	};
	struct diagnosis_rule *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (!ps->rc && !out->error && !out->contains && !out->status)
		parse_fail(ps, node, "needs one of: error, contains, status");
}

void read_diagnosis(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct diagnosis *out = at;

	out->items = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->items), read_rule, &out->n);
}
