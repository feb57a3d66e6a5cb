/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/form_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/allowed.h"
#include "domain/message.h"
#include "platform/jsonr.h"
#include "platform/text.h"
#include "platform/url.h"

#define CHAIN_MAX                                                                                  \
	8 /* of conditions on fields with conditions; a file of somebody else may have a circle */
#define NUMBER_MAX 32

/* --- when a field counts --- */

static bool value_is(const struct field *field, const struct secret *value, const char *wanted)
{
	const char *p = value ? secret_text(value) : "";
	size_t len = value ? value->len : 0;
	bool on;

	text_trim(&p, &len);
	if (field->kind != FIELD_BOOLEAN)
		return strlen(wanted) == len && memcmp(p, wanted, len) == 0;
	on = (len == 4 && memcmp(p, "true", 4) == 0) || (len == 2 && memcmp(p, "on", 2) == 0);
	return strcmp(wanted, on ? "true" : "false") == 0;
}

static bool counts(const struct schema *schema, const struct field *field,
	const struct fieldset *given, const struct fieldset *stored, int depth);

static bool holds(const struct schema *schema, const struct condition *condition,
	const struct fieldset *given, const struct fieldset *stored, int depth)
{
	const struct field *other = schema_find(schema, condition->field);
	const struct secret *value = fieldset_get(given, condition->field);

	if (!other || !counts(schema, other, given, stored, depth + 1))
		return false;
	if (!value)
		value = fieldset_get(stored, condition->field);
	for (size_t i = 0; i < condition->values.n; i++)
		if (value_is(other, value, condition->values.items[i]))
			return true;
	return false;
}

static bool counts(const struct schema *schema, const struct field *field,
	const struct fieldset *given, const struct fieldset *stored, int depth)
{
	const struct conditions *when = &field->rule.when;

	for (size_t i = 0; i < when->n; i++)
		if (depth == CHAIN_MAX || !holds(schema, &when->items[i], given, stored, depth))
			return false;
	return true;
}

bool form_counts(const struct schema *schema, const struct field *field,
	const struct fieldset *given, const struct fieldset *stored)
{
	return counts(schema, field, given, stored, 0);
}

/* --- which values it takes --- */

static enum rc refuse(struct form_error *error, const struct field *field, const char *reason)
{
	error->field = field->name;
	error->reason = reason;
	error->words = NULL;
	return RC_INVALID;
}

static enum rc refuse_pattern(struct form_error *error, const struct field *field)
{
	(void)refuse(error, field, MESSAGE("form.pattern"));
	if (field->rule.message.n)
		error->words = &field->rule.message;
	return RC_INVALID;
}

static enum rc check_json(
	const struct field *field, const struct secret *value, struct form_error *error)
{
	enum rc rc = jsonr_check(secret_text(value), value->len);

	return !rc || rc == RC_NOMEM ? rc : refuse(error, field, MESSAGE("form.no_json"));
}

/* RFC 8259 without an exponent: what people write into forms. */
static bool is_number(const char *text)
{
	size_t n;

	text += *text == '-';
	n = strspn(text, "0123456789");
	if (n == 0 || n > NUMBER_MAX)
		return false;
	text += n;
	if (*text != '.')
		return *text == '\0';
	n = strspn(++text, "0123456789");
	return n > 0 && n <= NUMBER_MAX && text[n] == '\0';
}

static enum rc check_number(
	const struct field *field, const struct secret *value, struct form_error *error)
{
	double number;

	if (strlen(secret_text(value)) != value->len || !is_number(secret_text(value)))
		return refuse(error, field, MESSAGE("form.no_number"));
	number = strtod(secret_text(value), NULL);
	if (number < (double)field->rule.min)
		return refuse(error, field, MESSAGE("form.too_small"));
	if (number > (double)field->rule.max)
		return refuse(error, field, MESSAGE("form.too_large"));
	return RC_OK;
}

static bool operator_allows(const struct netpol *policy, const struct url *url)
{
	return policy && netpol_allows_origin(policy, url->https, url->host, url->port);
}

/* An address that requests begin with: no query could follow it. Plain http is the operator's to allow. */
static enum rc check_url(const struct field *field, const struct secret *value,
	const struct netpol *policy, struct form_error *error)
{
	struct url url;

	if (url_parse(secret_text(value), URL_HTTP_TOO, &url) != RC_OK || url_has_query(&url))
		return refuse(error, field,
			"Please enter an address such as https://example.com, without a question "
			"mark.");
	if (!url.https && !operator_allows(policy, &url))
		return refuse(error, field, MESSAGE("form.no_https"));
	return RC_OK;
}

/* A base address or a bare host name. */
static bool leads_to_host(
	const struct field_rule *rule, const char *text, const struct netpol *policy)
{
	const char *const *hosts = (const char *const *)rule->hosts.items;
	char whole[URL_HOST_MAX + sizeof("https://")];
	struct url url;

	if (!strstr(text, "://")) {
		if (strlen(text) > URL_HOST_MAX || text[strcspn(text, "/?#@:\\")] != '\0')
			return false;
		snprintf(whole, sizeof(whole), "https://%s", text);
		text = whole;
	}
	if (url_parse(text, URL_HTTP_TOO, &url) != RC_OK)
		return false;
	if (rule->operator_hosts && operator_allows(policy, &url))
		return true;
	return url.https && url.port == 443 && allowed_host(hosts, rule->hosts.n, url.host);
}

static enum rc check_hosts(const struct field *field, const struct secret *value,
	const struct netpol *policy, struct form_error *error)
{
	if (leads_to_host(&field->rule, secret_text(value), policy))
		return RC_OK;
	return refuse(error, field,
		field->rule.operator_hosts ? MESSAGE("form.not_theirs_operator")
					   : MESSAGE("form.not_theirs"));
}

enum rc form_rule_check(const struct field *field, const struct secret *value,
	const struct netpol *policy, struct form_error *error)
{
	const struct field_rule *rule = &field->rule;
	enum rc rc = RC_OK;

	if (rule->format == FORMAT_JSON)
		rc = check_json(field, value, error);
	else if (rule->format == FORMAT_NUMBER)
		rc = check_number(field, value, error);
	else if (rule->format == FORMAT_URL)
		rc = check_url(field, value, policy, error);
	if (!rc && (rule->hosts.n || rule->operator_hosts))
		rc = check_hosts(field, value, policy, error);
	if (!rc && rule->pattern && !allowed_matches(rule->pattern, secret_text(value)))
		rc = refuse_pattern(error, field);
	return rc;
}
