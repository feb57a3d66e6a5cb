/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/diagnosis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define WORDS ", cause: {en_US: C}, next: {en_US: N}}\n"

/* Loads a folder that holds nothing but this diagnosis.yaml. */
static struct catalogue *load(const char *text)
{
	char dir[] = "/tmp/grantry-diagnosis-XXXXXX", path[64];
	struct catalogue *catalogue = NULL;
	FILE *file;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/diagnosis.yaml", dir);
	file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
	CHECK_INT(catalogue_load(dir, NULL, &catalogue), RC_OK);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(rmdir(dir), 0);
	return catalogue;
}

static void refused(const char *text, const char *reason)
{
	struct catalogue *catalogue = load(text);

	CHECK(catalogue && catalogue_error_count(catalogue) == 1);
	if (catalogue && catalogue_error_count(catalogue)) {
		CHECK_STR(catalogue_error_at(catalogue, 0)->file, "diagnosis.yaml");
		CHECK_STR(catalogue_error_at(catalogue, 0)->reason, reason);
		CHECK_INT(catalogue_diagnosis(catalogue)->n, 0);
	}
	catalogue_free(catalogue);
}

static void the_file_of_all_is_no_provider(void)
{
	struct catalogue *catalogue =
		load("diagnosis:\n  - {at: refresh, error: invalid_grant" WORDS);

	CHECK(catalogue && catalogue_count(catalogue) == 0);
	CHECK(catalogue && catalogue_error_count(catalogue) == 0);
	CHECK(catalogue && catalogue_diagnosis(catalogue)->n == 1);
	catalogue_free(catalogue);
}

static void a_wrong_file_gives_no_rules_and_says_why(void)
{
	refused("diagnosis: {at: refresh}\n", "diagnosis: must be a list");
	refused("rules: []\n", "rules: unknown key");
	refused("{}\n", "\"diagnosis\" is missing");
	refused("diagnosis:\n  - {at: refresh" WORDS, "needs one of: error, contains, status");
	refused("diagnosis:\n  - {at: sometimes, error: x" WORDS,
		"at: must be one of: any, authorize, exchange, refresh, check");
	refused("diagnosis:\n  - {error: x, next: {en_US: N}}\n", "\"cause\" is missing");
	refused("diagnosis:\n  - {error: x, colour: red" WORDS, "colour: unknown key");
	refused("diagnosis:\n  - {status: 20" WORDS, "status: must be an HTTP status");
}

/* --- which rule is found --- */

static struct diagnosis_rule own_rules[] = {
	{.at = AT_EXCHANGE, .error = "invalid_grant", .contains = "Redirect"},
	{.at = AT_EXCHANGE, .error = "invalid_grant"},
	{.at = AT_CHECK, .status = 403, .contains = "has not been used"},
};
static struct diagnosis_rule common_rules[] = {
	{.at = AT_EXCHANGE, .error = "invalid_grant"},
	{.at = AT_REFRESH, .error = "invalid_grant"},
	{.at = AT_ANY, .status = 429},
	{.at = AT_CHECK, .status = 403},
};
static const struct diagnosis own = {own_rules, 3}, common = {common_rules, 4}, none;

static const struct diagnosis_rule *find(
	enum diagnosis_at at, const char *error, const char *words, int status)
{
	return diagnosis_find(&own, &common, &(struct diagnosis_event){at, error, words, status});
}

static void the_first_rule_that_fits_is_found(void)
{
	CHECK(find(AT_EXCHANGE, "invalid_grant", "", 400) == &own_rules[1]);
	CHECK(find(AT_EXCHANGE, "invalid_grant", "the redirect URI differs", 400) == &own_rules[0]);
	CHECK(find(AT_CHECK, "", "API HAS NOT BEEN USED in project 1", 403) == &own_rules[2]);
}

static void where_no_own_rule_fits_the_common_ones_are_asked(void)
{
	CHECK(find(AT_REFRESH, "invalid_grant", "", 400) == &common_rules[1]);
	CHECK(find(AT_CHECK, "", "no", 403) == &common_rules[3]);
	CHECK(find(AT_AUTHORIZE, "", "", 429) == &common_rules[2]);
	CHECK(diagnosis_find(&none, &common,
		      &(struct diagnosis_event){AT_EXCHANGE, "invalid_grant", "", 400}) ==
		&common_rules[0]);
}

static void what_only_resembles_a_rule_is_not_it(void)
{
	CHECK(find(AT_EXCHANGE, "Invalid_Grant", "", 400) == NULL);
	CHECK(find(AT_EXCHANGE, "invalid_grant_type", "", 400) == NULL);
	CHECK(find(AT_AUTHORIZE, "invalid_grant", "", 0) == NULL);
	CHECK(find(AT_CHECK, "", "", 404) == NULL);
	CHECK(find(AT_CHECK, "", "", 0) == NULL);
	CHECK(diagnosis_find(&none, &none, &(struct diagnosis_event){AT_REFRESH, "x", "y", 400}) ==
		NULL);
}

int main(void)
{
	RUN(the_file_of_all_is_no_provider);
	RUN(a_wrong_file_gives_no_rules_and_says_why);
	RUN(the_first_rule_that_fits_is_found);
	RUN(where_no_own_rule_fits_the_common_ones_are_asked);
	RUN(what_only_resembles_a_rule_is_not_it);
	return CHECK_DONE;
}
