/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/allowed.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX 253

/* The whole text must match, whatever alternatives the pattern has: the match that POSIX wants is the longest. */
static bool compile(const char *pattern, regex_t *out)
{
	return strlen(pattern) <= ALLOWED_TEXT_MAX && regcomp(out, pattern, REG_EXTENDED) == 0;
}

/* A GNU extension that may take time without end. */
static bool refers_back(const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '\\')
			continue;
		pattern++;
		if (*pattern >= '1' && *pattern <= '9')
			return true;
		if (*pattern == '\0')
			return false;
	}
	return false;
}

bool allowed_pattern_is_valid(const char *pattern)
{
	regex_t compiled;

	if (refers_back(pattern) || !compile(pattern, &compiled))
		return false;
	regfree(&compiled);
	return true;
}

bool allowed_matches(const char *pattern, const char *text)
{
	regex_t compiled;
	regmatch_t whole;
	bool matches;

	if (strlen(text) > ALLOWED_TEXT_MAX || !compile(pattern, &compiled))
		return false;
	matches = regexec(&compiled, text, 1, &whole, 0) == 0 && whole.rm_so == 0 &&
		  (size_t)whole.rm_eo == strlen(text);
	regfree(&compiled);
	return matches;
}

/* Labels of letters, digits and "-", at least two. */
static bool is_host_name(const char *p, size_t len)
{
	size_t dots = 0;

	if (len == 0 || len > HOST_MAX || p[0] == '.' || p[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '.' && p[i - 1] == '.')
			return false;
		dots += p[i] == '.';
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.",
			    p[i]))
			return false;
	}
	return dots > 0;
}

bool allowed_host_is_valid(const char *entry)
{
	if (strncmp(entry, "*.", 2) == 0)
		entry += 2;
	return is_host_name(entry, strlen(entry));
}

static bool is_listed(const char *entry, const char *host, size_t len)
{
	size_t tail = strlen(entry + 1);

	if (entry[0] != '*')
		return strlen(entry) == len && strncasecmp(entry, host, len) == 0;
	return len > tail && strncasecmp(host + len - tail, entry + 1, tail) == 0;
}

bool allowed_host(const char *const *hosts, size_t n, const char *value)
{
	static const char https[] = "https://";
	size_t len;

	if (strncasecmp(value, https, strlen(https)) == 0) {
		value += strlen(https);
		len = strcspn(value, "/");
		if (value[len] == '/' && value[len + 1] != '\0')
			return false;
	} else {
		len = strlen(value);
	}
	if (!is_host_name(value, len))
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_listed(hosts[i], value, len))
			return true;
	return false;
}
