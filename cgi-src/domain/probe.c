/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the requests of provider files: judging the answer, reading the account's label. A request is built in
 * probe_request.c; what may be shown of an answer is decided in probe_words.c.
 */
#include "domain/probe.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "domain/message.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/url.h"

#define HTTP_UNAUTHORIZED 401

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
	const struct placeholder_values *values, const struct placeholder_values *secrets,
	struct identity *out)
{
	struct httpc_response answer;
	struct jsonr *document = NULL;
	char status[16];
	enum rc rc = ask(http, &recipe->request, values, &answer);

	*out = (struct identity){0};
	snprintf(status, sizeof(status), "%d", answer.status);
	if (!rc && answer.status == 200 && parse_answer(&answer, &document))
		probe_identity_read(recipe, jsonr_root(document), secrets, out);
	else
		log_warn("identity_unknown", "rc", rc_name(rc), "status", status);
	jsonr_free(document);
	httpc_response_release(&answer);
}

/* --- judging a validation answer --- */

static bool is_status(const struct statuses *statuses, int status)
{
	for (size_t i = 0; i < statuses->n; i++)
		if (status >= statuses->items[i].first && status <= statuses->items[i].last)
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

/* Not null and not an empty text. */
static bool holds_something(jsonv *document, const char *pointer)
{
	const char *p;
	size_t len;
	jsonv *v;

	if (!jsonr_pointer(document, pointer, &v) || jsonr_kind(v) == JSONR_NULL)
		return false;
	if (jsonr_kind(v) == JSONR_ARRAY || jsonr_kind(v) == JSONR_OBJECT)
		return jsonr_length(v) > 0;
	return !jsonr_text(v, &p, &len) || len > 0;
}

static bool hold_something(const struct pointers *pointers, jsonv *document, bool wanted)
{
	for (size_t i = 0; i < pointers->n; i++)
		if (holds_something(document, pointers->items[i]) != wanted)
			return false;
	return true;
}

static bool one_holds_something(const struct pointers *pointers, jsonv *document)
{
	for (size_t i = 0; i < pointers->n; i++)
		if (holds_something(document, pointers->items[i]))
			return true;
	return pointers->n == 0;
}

static bool rule_fits(const struct answer_rules *rules, int status, struct jsonr *document)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct answer_rule *rule = &rules->items[i];

		if (rule->status.n && !is_status(&rule->status, status))
			continue;
		if (rule->require.n == 0 ||
			(document && probe_holds(&rule->require, jsonr_root(document))))
			return true;
	}
	return false;
}

/* An answer with a status of success: does it hold what it must, and nothing that it must not? */
static enum probe_verdict judge_success(const struct check_recipe *check, struct jsonr *document)
{
	jsonv *root = document ? jsonr_root(document) : NULL;

	if (!document &&
		(check->require.n || check->present.n || check->absent.n || check->one_of.n))
		return PROBE_NO_ANSWER;
	return probe_holds(&check->require, root) && hold_something(&check->present, root, true) &&
			       hold_something(&check->absent, root, false) &&
			       one_holds_something(&check->one_of, root)
		       ? PROBE_OK
		       : PROBE_REFUSED;
}

static enum probe_verdict judge(const struct check_recipe *check,
	const struct httpc_response *answer, struct jsonr *document)
{
	int status = answer->status;

	if (answer->content_encoded)
		return PROBE_NO_ANSWER;
	if (status == 429 || rule_fits(&check->limited, status, document))
		return PROBE_RATE_LIMITED;
	if (rule_fits(&check->refused, status, document))
		return PROBE_REFUSED;
	if (is_status(&check->success, status))
		return judge_success(check, document);
	if (is_status(&check->forbidden, status))
		return PROBE_PERMISSION;
	return status >= 400 && status < 500 ? PROBE_REFUSED : PROBE_NO_ANSWER;
}

static bool is_plain_text(const struct httpc_response *answer)
{
	return !answer->content_encoded &&
	       strncasecmp(answer->content_type, "text/plain", 10) == 0 && answer->body.len > 0;
}

static bool sign_fits(
	const struct expired_sign *sign, const struct httpc_response *answer, jsonv *document)
{
	if (sign->status && sign->status != answer->status)
		return false;
	if (sign->www_authenticate && !strstr(answer->www_authenticate, sign->www_authenticate))
		return false;
	if (sign->text &&
		(!is_plain_text(answer) || !strstr(secret_text(&answer->body), sign->text)))
		return false;
	return probe_holds(&sign->require, document);
}

bool probe_token_expired(const struct expired_sign *signs, size_t n,
	const struct httpc_response *answer, jsonv *document)
{
	if (answer->status == HTTP_UNAUTHORIZED)
		return true;
	for (size_t i = 0; i < n; i++)
		if (sign_fits(&signs[i], answer, document))
			return true;
	return false;
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
	if (out->verdict == PROBE_NO_ANSWER && is_status(&check->success, out->status))
		snprintf(out->words, sizeof(out->words), MESSAGE("answer.unreadable"));
	else
		snprintf(out->words, sizeof(out->words), MESSAGE("answer.status") " %d",
			out->status);
}

static enum rc no_answer(enum rc rc, struct probe_result *out)
{
	static const struct {
		enum rc rc;
		enum probe_verdict verdict;
		const char *words;
	} map[] = {
		{RC_UPSTREAM, PROBE_NO_ANSWER, MESSAGE("answer.no_connection")},
		{RC_LIMIT, PROBE_NO_ANSWER, MESSAGE("answer.too_large")},
		{RC_TIMEOUT, PROBE_TIMEOUT, MESSAGE("answer.timeout")},
		{RC_EGRESS, PROBE_FORBIDDEN, MESSAGE("answer.forbidden")},
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
	const struct placeholder_values *secrets, struct probe_result *out)
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
	out->expired = probe_token_expired(
		check->expired, check->n_expired, &answer, document ? jsonr_root(document) : NULL);
	if (out->expired && (out->verdict == PROBE_OK || out->verdict == PROBE_PERMISSION))
		out->verdict = PROBE_REFUSED;
	take_words(check, &answer, document, values, out);
	if (!secrets)
		secrets = values;
	if (out->verdict == PROBE_OK && identity && identity->request.method)
		probe_identity(http, identity, values, secrets, &out->identity);
	else if (out->verdict == PROBE_OK && identity && document)
		probe_identity_read(identity, jsonr_root(document), secrets, &out->identity);
	jsonr_free(document);
	httpc_response_release(&answer);
	return RC_OK;
}

const char *probe_verdict_word(enum probe_verdict verdict)
{
	static const char *const words[] = {
		[PROBE_OK] = "ok",
		[PROBE_REFUSED] = "refused",
		[PROBE_PERMISSION] = "no_permission",
		[PROBE_NO_ANSWER] = "no_answer",
		[PROBE_TIMEOUT] = "timeout",
		[PROBE_FORBIDDEN] = "egress_denied",
		[PROBE_RATE_LIMITED] = "rate_limited",
	};

	return words[verdict];
}
