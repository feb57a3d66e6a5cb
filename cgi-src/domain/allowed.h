/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider file allows a value from outside to be: patterns, and lists of hosts.
 */
#ifndef GRANTRY_DOMAIN_ALLOWED_H
#define GRANTRY_DOMAIN_ALLOWED_H

#include <stdbool.h>
#include <stddef.h>

#define ALLOWED_TEXT_MAX 2048 /* longer texts match nothing */

/** allowed_pattern_is_valid(pattern): a POSIX extended regular expression without back references. */
bool allowed_pattern_is_valid(const char *pattern);
/** allowed_matches(pattern, text): does it match the whole text? false also without memory. */
bool allowed_matches(const char *pattern, const char *text);

/** allowed_host_is_valid(entry): "example.com", or "*.example.com" for whatever lies below it. */
bool allowed_host_is_valid(const char *entry);
/** allowed_host(hosts, n, value): is value a host name, or an https origin without port, path or anything else, whose
 * host is listed? */
bool allowed_host(const char *const *hosts, size_t n, const char *value);

#endif
