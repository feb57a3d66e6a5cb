/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates and URLs of provider files, checked so far that later only a value can be missing. A URL
 * template is judged by a sample: its placeholders filled with their defaults or with a plain word.
 */
#include <stdio.h>
#include <string.h>

#include "domain/provider_read.h"
#include "platform/buf.h"
#include "platform/url.h"

static const char *const token_names[] = {
	"access_token", "refresh_token", "expires_in", "expires_at", "scope", "token_type"};

bool token_name_is_standard(const char *name)
{
	for (size_t i = 0; i < sizeof(token_names) / sizeof(*token_names); i++)
		if (strcmp(name, token_names[i]) == 0)
			return true;
	return false;
}

static bool is_token_name(const struct parse *ps, const char *name)
{
	return (!ps->before_tokens && token_name_is_standard(name)) || kept_has(ps, name);
}

static bool is_credential_name(const struct parse *ps, const char *name)
{
	if (!ps->in_oauth)
		return schema_find(ps->credential, name) || schema_find(ps->model, name);
	if (ps->credential_map)
		return yamlr_get(ps->credential_map, name) != NULL;
	return strcmp(name, "access_token") == 0;
}

static bool space_is(const struct placeholder_part *part, const char *word)
{
	return part->space_len == strlen(word) && memcmp(part->space, word, part->space_len) == 0;
}

static const struct derived *derived_of(const struct parse *ps, const struct placeholder_part *part)
{
	if (ps->in_oauth && space_is(part, "credential"))
		return NULL; /* what an authorization hands out is no form */
	return derived_find(ps->derives, part->space, part->space_len, part->name, part->name_len);
}

static void part_name(const struct placeholder_part *part, char name[FIELDSET_NAME_MAX])
{
	memcpy(name, part->name, part->name_len);
	name[part->name_len] = '\0';
}

static bool names_something(const struct parse *ps, const struct placeholder_part *part)
{
	char name[FIELDSET_NAME_MAX];

	part_name(part, name);
	if (derived_of(ps, part))
		return true;
	if (space_is(part, "client"))
		return schema_find(ps->client, name) != NULL;
	if (space_is(part, "credential"))
		return is_credential_name(ps, name);
	return is_token_name(ps, name);
}

static void check_part(
	struct parse *ps, const struct yamlr_node *node, const struct placeholder_part *part)
{
	char space[16];

	snprintf(space, sizeof(space), "%.*s", (int)(part->space_len < 16 ? part->space_len : 15),
		part->space);
	if (space_is(part, "operator"))
		parse_fail(ps, node, "{{operator.…}} may only begin a URL");
	else if (strstr(space, ",") || !*space || !strstr(ps->spaces, space) ||
		 (!space_is(part, "client") && !space_is(part, "credential") &&
			 !space_is(part, "token")))
		parse_fail(ps, node, "the namespace \"%s\" is not known here", space);
	else if (!names_something(ps, part))
		parse_fail(ps, node, "there is no %s field \"%.*s\"", space, (int)part->name_len,
			part->name);
}

static void check_template(struct parse *ps, const struct yamlr_node *node, const char *text)
{
	struct placeholder_part part;
	enum rc rc;

	for (;;) {
		rc = placeholder_next(&text, &part);
		if (rc == RC_INVALID)
			parse_fail(ps, node,
				"wrong placeholder; {{client.name}} or {{client.name|default}}");
		if (rc)
			return;
		if (part.name_len)
			check_part(ps, node, &part);
	}
}

static void read_checked(
	struct parse *ps, const struct yamlr_node *node, parse_reader *read, void *at)
{
	const char *text = NULL;

	read(ps, node, &text);
	if (!text)
		return;
	check_template(ps, node, text);
	*(const char **)at = text;
}

void read_template(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_checked(ps, node, read_text, at);
}

void read_template_lines(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_checked(ps, node, read_lines, at);
}

static const char *operator_value(const struct parse *ps, const struct placeholder_part *part)
{
	for (size_t i = 0; ps->vars && i < ps->vars->n; i++) {
		const struct pair *var = &ps->vars->items[i];

		if (strlen(var->name) == part->name_len &&
			memcmp(var->name, part->name, part->name_len) == 0)
			return var->value;
	}
	return NULL;
}

/* Puts the operator's origin in place of {{operator.NAME}} at the beginning; *inserted tells. */
static const char *with_operator(
	struct parse *ps, const struct yamlr_node *node, const char *text, bool *inserted)
{
	struct placeholder_part part;
	const char *rest = text, *origin;
	struct buf joined;

	*inserted = false;
	if (placeholder_next(&rest, &part) != RC_OK || !space_is(&part, "operator"))
		return text;
	origin = operator_value(ps, &part);
	if (!origin) {
		parse_fail(ps, node, "needs the operator variable \"%.*s\", which is not set",
			(int)part.name_len, part.name);
		return NULL;
	}
	*inserted = true;
	buf_init(&joined, 2 * PROVIDER_TEXT_MAX);
	buf_puts(&joined, origin);
	buf_puts(&joined, rest);
	text = buf_done(&joined) == RC_OK ? parse_copy(ps, joined.data, joined.len) : NULL;
	buf_release(&joined);
	if (!text)
		parse_fail(ps, node, "is too long");
	return text;
}

/* What a derived value is in the sample of this round: each of its texts has a turn. */
static const char *derived_sample(const struct derived *derived, size_t round)
{
	size_t n = derived->texts.n + (derived->fallback != NULL);

	if (!derived_is_fixed(derived) || n == 0)
		return NULL;
	round %= n;
	return round < derived->texts.n ? derived->texts.items[round].value : derived->fallback;
}

/* Encoded as it will be. */
static enum rc add_sample(struct buf *out, const char *text, bool begins)
{
	struct secret encoded = SECRET_EMPTY;
	enum rc rc = RC_OK;

	if (begins)
		buf_puts(out, text);
	else
		rc = url_append_encoded(&encoded, text, strlen(text));
	if (!rc && !begins)
		buf_add(out, secret_text(&encoded), encoded.len);
	secret_release(&encoded);
	return rc;
}

static enum rc add_part(const struct parse *ps, const struct placeholder_part *part, bool begins,
	size_t round, struct buf *out)
{
	const struct derived *derived = part->name_len ? derived_of(ps, part) : NULL;
	const char *text = derived ? derived_sample(derived, round) : NULL;

	if (part->literal_len)
		buf_add(out, part->literal, part->literal_len);
	else if (text)
		return add_sample(out, text, begins);
	else if (part->fallback_len)
		buf_add(out, part->fallback, part->fallback_len);
	else
		buf_puts(out, begins ? "https://host.example" : "x");
	return RC_OK;
}

/* RC_INVALID when the template's syntax is wrong. */
static enum rc fill_sample(const struct parse *ps, const char *text, size_t round, struct buf *out)
{
	struct placeholder_part part;
	const char *cursor = text;
	enum rc rc;

	for (;;) {
		bool begins = cursor == text;

		rc = placeholder_next(&cursor, &part);
		if (!rc)
			rc = add_part(ps, &part, begins, round, out);
		if (rc)
			return rc == RC_NOT_FOUND ? buf_done(out) : rc;
	}
}

static void check_sample(struct parse *ps, const struct yamlr_node *node, const char *text,
	size_t round, enum url_schemes schemes)
{
	struct buf sample;
	struct url url;

	buf_init(&sample, 2 * PROVIDER_TEXT_MAX);
	if (fill_sample(ps, text, round, &sample) != RC_OK)
		parse_fail(ps, node, "is no URL template");
	else if (strchr(sample.data ? sample.data : "", '#'))
		parse_fail(ps, node, "must not have a fragment (#)");
	else if (strncmp(buf_text(&sample), "http://", 7) == 0 && schemes == URL_HTTPS_ONLY)
		parse_fail(ps, node, "must begin with https://");
	else if (url_parse(buf_text(&sample), schemes, &url) != RC_OK)
		parse_fail(ps, node, "must be an absolute https URL");
	buf_release(&sample);
}

/* As many rounds as the derived value with the most texts needs. */
static size_t sample_rounds(const struct parse *ps, const char *text)
{
	struct placeholder_part part;
	size_t rounds = 1;

	while (placeholder_next(&text, &part) == RC_OK) {
		const struct derived *derived = part.name_len ? derived_of(ps, &part) : NULL;

		if (derived && derived_is_fixed(derived) && derived->texts.n + 1 > rounds)
			rounds = derived->texts.n + 1;
	}
	return rounds;
}

static void check_url(
	struct parse *ps, const struct yamlr_node *node, const char *text, enum url_schemes schemes)
{
	size_t rounds = sample_rounds(ps, text);

	for (size_t round = 0; !ps->rc && round < rounds; round++)
		check_sample(ps, node, text, round, schemes);
}

/* --- who chooses the host --- */

static bool is_exact(const struct field_rule *rule)
{
	for (size_t i = 0; i < rule->hosts.n; i++)
		if (*rule->hosts.items[i] == '*')
			return false;
	return rule->hosts.n > 0 && !rule->operator_hosts;
}

static bool is_bound(const struct parse *ps, const struct placeholder_part *part)
{
	const struct derived *derived = derived_of(ps, part);
	char name[FIELDSET_NAME_MAX];
	const struct field *field;

	if (derived)
		return derived_is_fixed(derived);
	if (space_is(part,
		    "token")) /* the provider's word; for what a browser brings see kept_check_url */
		return true;
	part_name(part, name);
	field = schema_find(ps->client, name);
	return field && (field->n_options || is_exact(&field->rule));
}

/* What the provider's own answers bring is not chosen in a form. */
bool template_host_chosen(const struct parse *ps, const char *url)
{
	struct placeholder_part part;
	const char *cursor = url;

	while (cursor && placeholder_next(&cursor, &part) == RC_OK)
		if (part.name_len && space_is(&part, "client") &&
			placeholder_part_in_authority(url, &part) && !is_bound(ps, &part))
			return true;
	return false;
}

void read_url(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = NULL;
	bool from_operator;

	read_text(ps, node, &text);
	if (text)
		text = with_operator(ps, node, text, &from_operator);
	if (!text)
		return;
	check_template(ps, node, text);
	/* whether a tool's may be plain http the operator's list decides, which files know nothing of */
	check_url(ps, node, text, from_operator || ps->own ? URL_HTTP_TOO : URL_HTTPS_ONLY);
	*(const char **)at = text;
}

bool template_query_has(struct parse *ps, const char *url, const char *name)
{
	struct buf sample;
	bool has = false;

	buf_init(&sample, 2 * PROVIDER_TEXT_MAX);
	if (!ps->rc && fill_sample(ps, url, 0, &sample) == RC_OK)
		has = url_query_has(buf_text(&sample), name);
	buf_release(&sample);
	return has;
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= 0x20 || *text >= 0x7f || strchr("\"'<>\\^`{|}", *text))
			return false;
	return true;
}

/* A page that a browser will open (security R67). Fragments are usual there: consoles route by them. */
static bool is_page_url(const char *text, enum url_schemes schemes)
{
	char page[URL_MAX + 1];
	size_t len = strcspn(text, "#");
	struct url url;

	if (len > URL_MAX || !is_plain(text))
		return false;
	memcpy(page, text, len);
	page[len] = '\0';
	return url_parse(page, schemes, &url) == RC_OK;
}

void read_help_url(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = NULL;
	bool from_operator;

	read_text(ps, node, &text);
	if (text)
		text = with_operator(ps, node, text, &from_operator);
	if (!text)
		return;
	if (is_page_url(text, from_operator ? URL_HTTP_TOO : URL_HTTPS_ONLY))
		*(const char **)at = text;
	else if (ps->ours ||
		 (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0))
		parse_fail(ps, node, "must be an absolute https URL");
	else /* documents of others have plain http pages and "https://<your-org>.…" */
		parse_note(ps, node, "is no page that a browser may be sent to");
}
