/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the requests of provider files: building them, judging the answer, reading the account's label.
 * What may be shown of an answer is decided in probe_words.c.
 */
#include "domain/probe.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/buf.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/url.h"

/* --- building a request --- */

static enum rc add_header(
	const struct pair *pair, const struct placeholder_values *values, struct httpc_request *out)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (placeholder_blank(pair->value, values))
		return RC_OK;
	rc = placeholder_expand(pair->value, values, PLACEHOLDER_RAW, &value);
	if (!rc)
		rc = httpc_request_header(out, pair->name, value.bytes, value.len);
	secret_release(&value);
	return rc;
}

static bool has_header(const struct pairs *headers, const char *name)
{
	for (size_t i = 0; i < headers->n; i++)
		if (strcasecmp(headers->items[i].name, name) == 0)
			return true;
	return false;
}

static enum rc add_literal(struct httpc_request *out, const char *name, const char *value)
{
	return httpc_request_header(out, name, value, strlen(value));
}

static enum rc add_headers(const struct http_recipe *recipe,
	const struct placeholder_values *values, struct httpc_request *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; !rc && i < recipe->headers.n; i++)
		rc = add_header(&recipe->headers.items[i], values, out);
	if (!rc && !has_header(&recipe->headers, "Accept"))
		rc = add_literal(out, "Accept", "application/json");
	if (!rc && recipe->format == BODY_FORM)
		rc = add_literal(out, "Content-Type", "application/x-www-form-urlencoded");
	if (!rc && recipe->format == BODY_JSON)
		rc = add_literal(out, "Content-Type", "application/json");
	return rc;
}

static enum rc add_json_member(
	struct secret *body, bool first, const char *name, const struct secret *value)
{
	enum rc rc = secret_append_text(body, first ? "" : ",");

	if (!rc)
		rc = jsonr_append_string(body, name, strlen(name));
	if (!rc)
		rc = secret_append_text(body, ":");
	return rc ? rc : jsonr_append_string(body, secret_text(value), value->len);
}

static enum rc add_member(const struct pair *pair, const struct placeholder_values *values,
	enum body_format format, bool *first, struct secret *body)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (placeholder_blank(pair->value, values))
		return RC_OK;
	rc = placeholder_expand(pair->value, values, PLACEHOLDER_FORM, &value);
	if (!rc && format == BODY_FORM)
		rc = url_add_param(body, first, pair->name, secret_text(&value), value.len);
	else if (!rc)
		rc = add_json_member(body, *first, pair->name, &value);
	*first = false;
	secret_release(&value);
	return rc;
}

static enum rc add_body(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out)
{
	bool json = recipe->format == BODY_JSON, first = true;
	enum rc rc = RC_OK;

	if (recipe->format == BODY_NONE)
		return RC_OK;
	out->has_body = 1;
	if (json)
		rc = secret_append_text(&out->body, "{");
	for (size_t i = 0; !rc && i < recipe->body.n; i++)
		rc = add_member(&recipe->body.items[i], values, recipe->format, &first, &out->body);
	if (!rc && json)
		rc = secret_append_text(&out->body, "}");
	return rc;
}

enum rc probe_request(const struct http_recipe *recipe, const struct placeholder_values *values,
	struct httpc_request *out)
{
	enum rc rc;

	*out = (struct httpc_request){.method = recipe->method};
	rc = placeholder_expand(recipe->url, values, PLACEHOLDER_URL, &out->url);
	if (!rc)
		rc = add_headers(recipe, values, out);
	if (!rc)
		rc = add_body(recipe, values, out);
	if (rc)
		httpc_request_release(out);
	return rc;
}

static enum rc ask(struct httpc *http, const struct http_recipe *recipe,
	const struct placeholder_values *values, struct httpc_response *out)
{
	struct httpc_request request;
	enum rc rc = probe_request(recipe, values, &request);

	*out = (struct httpc_response){0};
	if (rc)
		return rc;
	rc = httpc_perform(http, &request, out);
	httpc_request_release(&request);
	return rc;
}

/* --- reading an account's label --- */

static bool pointed_text(
	const struct pointers *pointers, jsonv *document, const char **p, size_t *len)
{
	for (size_t i = 0; i < pointers->n; i++) {
		jsonv *found;

		if (jsonr_pointer(document, pointers->items[i], &found) &&
			jsonr_text(found, p, len) && *len > 0)
			return true;
	}
	return false;
}

/* Harmless, without secrets, cut at a character's end so that it fits out. */
static void take_label(const struct pointers *pointers, jsonv *document,
	const struct placeholder_values *secrets, char *out, size_t size)
{
	char words[PROBE_WORDS_SIZE];
	const char *p;
	size_t len;

	if (!pointed_text(pointers, document, &p, &len))
		return;
	probe_words(p, len, secrets, words);
	len = strlen(words);
	if (len >= size)
		len = size - 1;
	while (len > 0 && ((unsigned char)words[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, words, len);
	out[len] = '\0';
}

/* Taken as it is or not at all. */
static bool take_exact(
	const char *p, size_t len, const struct placeholder_values *secrets, char *out, size_t size)
{
	if (len >= size || !text_is_line(p, len, len) || probe_mentions(p, len, secrets))
		return false;
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

static void take_avatar(const struct pointers *pointers, jsonv *document,
	const struct placeholder_values *secrets, char *out, size_t size)
{
	struct url url;
	const char *p;
	size_t len;

	if (!pointed_text(pointers, document, &p, &len))
		return;
	if (take_exact(p, len, secrets, out, size) && url_parse(out, URL_HTTPS_ONLY, &url) != RC_OK)
		out[0] = '\0';
}

/* Numbers are ids too. A text that would have to be altered or cut might become somebody else's. */
static void take_subject(const struct pointers *pointers, jsonv *document,
	const struct placeholder_values *secrets, char *out, size_t size)
{
	const char *p;
	int64_t number;
	size_t len;

	if (pointed_text(pointers, document, &p, &len)) {
		(void)take_exact(p, len, secrets, out, size);
		return;
	}
	for (size_t i = 0; i < pointers->n; i++) {
		jsonv *found;

		if (!jsonr_pointer(document, pointers->items[i], &found) ||
			jsonr_kind(found) != JSONR_INT || !jsonr_int(found, &number))
			continue;
		snprintf(out, size, "%lld", (long long)number);
		return;
	}
}

void probe_identity_read(const struct identity_recipe *recipe, jsonv *document,
	const struct placeholder_values *secrets, struct identity *out)
{
	*out = (struct identity){0};
	take_subject(&recipe->subject, document, secrets, out->subject, sizeof(out->subject));
	take_label(&recipe->name, document, secrets, out->name, sizeof(out->name));
	take_label(&recipe->account, document, secrets, out->account, sizeof(out->account));
	take_avatar(&recipe->avatar, document, secrets, out->avatar_url, sizeof(out->avatar_url));
}

static bool parse_answer(const struct httpc_response *answer, struct jsonr **out)
{
	*out = NULL;
	return !answer->content_encoded &&
	       jsonr_parse(secret_text(&answer->body), answer->body.len, out) == RC_OK;
}

void probe_identity(struct httpc *http, const struct identity_recipe *recipe,
	const struct placeholder_values *values, struct identity *out)
{
	struct httpc_response answer;
	struct jsonr *document = NULL;
	char status[16];
	enum rc rc = ask(http, &recipe->request, values, &answer);

	*out = (struct identity){0};
	snprintf(status, sizeof(status), "%d", answer.status);
	if (!rc && answer.status == 200 && parse_answer(&answer, &document))
		probe_identity_read(recipe, jsonr_root(document), values, out);
	else
		log_warn("identity_unknown", "rc", rc_name(rc), "status", status);
	jsonr_free(document);
	httpc_response_release(&answer);
}

/* --- judging a validation answer --- */

static bool is_success(const struct check_recipe *check, int status)
{
	for (size_t i = 0; i < check->n_success_status; i++)
		if (check->success_status[i] == status)
			return true;
	return false;
}

static bool stands_there(jsonv *document, const struct pair *want)
{
	char number[24] = "";
	const char *p;
	int64_t i;
	size_t len;
	bool b;
	jsonv *v;

	if (!jsonr_pointer(document, want->name, &v))
		return false;
	if (jsonr_text(v, &p, &len))
		return strlen(want->value) == len && memcmp(p, want->value, len) == 0;
	if (jsonr_bool(v, &b))
		return strcmp(want->value, b ? "true" : "false") == 0;
	if (jsonr_kind(v) == JSONR_INT && jsonr_int(v, &i))
		snprintf(number, sizeof(number), "%lld", (long long)i);
	return *number != '\0' && strcmp(want->value, number) == 0;
}

bool probe_holds(const struct pairs *require, jsonv *document)
{
	for (size_t i = 0; i < require->n; i++)
		if (!stands_there(document, &require->items[i]))
			return false;
	return true;
}

static enum probe_verdict judge(const struct check_recipe *check,
	const struct httpc_response *answer, struct jsonr *document)
{
	int status = answer->status;

	if (answer->content_encoded)
		return PROBE_NO_ANSWER;
	if (is_success(check, status)) {
		if (check->require.n && !document)
			return PROBE_NO_ANSWER;
		return probe_holds(&check->require, jsonr_root(document)) ? PROBE_OK
									  : PROBE_REFUSED;
	}
	if (status == 429)
		return PROBE_RATE_LIMITED;
	return status >= 400 && status < 500 ? PROBE_REFUSED : PROBE_NO_ANSWER;
}

static bool is_plain_text(const struct httpc_response *answer)
{
	return !answer->content_encoded &&
	       strncasecmp(answer->content_type, "text/plain", 10) == 0 && answer->body.len > 0;
}

/* The provider's own words, or ours when it has none. */
static void take_words(const struct check_recipe *check, const struct httpc_response *answer,
	struct jsonr *document, const struct placeholder_values *values, struct probe_result *out)
{
	const char *p;
	size_t len;

	out->words[0] = '\0';
	if (out->verdict == PROBE_OK)
		return;
	if (document && pointed_text(&check->message, jsonr_root(document), &p, &len))
		probe_words(p, len, values, out->words);
	else if (is_plain_text(answer))
		probe_words(secret_text(&answer->body), answer->body.len, values, out->words);
	if (out->words[0] != '\0')
		return;
	out->own_words = true;
	if (out->verdict == PROBE_NO_ANSWER && is_success(check, out->status))
		snprintf(out->words, sizeof(out->words), "The answer could not be read.");
	else
		snprintf(out->words, sizeof(out->words), "The answer was HTTP status %d.",
			out->status);
}

static enum rc no_answer(enum rc rc, struct probe_result *out)
{
	static const struct {
		enum rc rc;
		enum probe_verdict verdict;
		const char *words;
	} map[] = {
		{RC_UPSTREAM, PROBE_NO_ANSWER, "The provider could not be reached."},
		{RC_LIMIT, PROBE_NO_ANSWER, "The answer was too large."},
		{RC_TIMEOUT, PROBE_TIMEOUT, "The provider did not answer in time."},
		{RC_EGRESS, PROBE_FORBIDDEN, "This address may not be called from here."},
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].rc != rc)
			continue;
		out->verdict = map[i].verdict;
		out->own_words = true;
		snprintf(out->words, sizeof(out->words), "%s", map[i].words);
		return RC_OK;
	}
	return rc;
}

enum rc probe_check(struct httpc *http, const struct check_recipe *check,
	const struct identity_recipe *identity, const struct placeholder_values *values,
	struct probe_result *out)
{
	struct httpc_response answer;
	struct jsonr *document = NULL;
	enum rc rc;

	*out = (struct probe_result){.retry_after_s = -1};
	rc = ask(http, &check->request, values, &answer);
	if (rc) {
		out->elapsed_ms = answer.elapsed_ms;
		rc = no_answer(rc, out);
		httpc_response_release(&answer);
		return rc;
	}
	out->status = answer.status;
	out->elapsed_ms = answer.elapsed_ms;
	out->retry_after_s = answer.retry_after_s;
	(void)parse_answer(&answer, &document); /* what is no JSON has no words and no label */
	out->verdict = judge(check, &answer, document);
	take_words(check, &answer, document, values, out);
	if (out->verdict == PROBE_OK && identity && identity->request.method)
		probe_identity(http, identity, values, &out->identity);
	else if (out->verdict == PROBE_OK && identity && document)
		probe_identity_read(identity, jsonr_root(document), values, &out->identity);
	jsonr_free(document);
	httpc_response_release(&answer);
	return RC_OK;
}
