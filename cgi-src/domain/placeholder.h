/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of provider files: "https://{{client.subdomain}}.example.com/x?k={{credential.api_key}}".
 * {{NAMESPACE.NAME}} or {{NAMESPACE.NAME|default}}; the default stands in for an absent or empty value.
 * Namespaces: client (fields of the OAuth client), credential (fields of the credential), token (members
 * of the token answer that the recipe maps: access_token, refresh_token, …). Checked when the file is
 * loaded, so that expansion can only fail for want of a value. The namespace operator never gets here: the
 * loader puts the operator's origins in place of it.
 * NAME: letters, digits, "_" and "-". A default holds no braces. Literal "{{" and "}}" cannot be written.
 */
#ifndef GRANTRY_DOMAIN_PLACEHOLDER_H
#define GRANTRY_DOMAIN_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/fieldset.h"
#include "platform/rc.h"
#include "platform/secret.h"

enum placeholder_mode {
	PLACEHOLDER_RAW, /* headers: control characters refused */
	PLACEHOLDER_URL, /* percent-encoded, but raw where the template begins with the placeholder */
	PLACEHOLDER_FORM, /* raw here; the form encoder encodes afterwards */
};

struct derives; /* domain/provider.h */

struct placeholder_values {
	const struct fieldset *client, *credential, *token; /* NULL: namespace not available */
	const struct derives *derives; /* computed from these, see domain/derived.h; NULL: none */
};

/** placeholder_expand(text, values, mode, out): replaces out. In PLACEHOLDER_URL a value that begins the
 * URL loses trailing slashes. Errors: RC_INVALID (unknown name without default, forbidden character),
 * RC_LIMIT, RC_NOMEM. */
enum rc placeholder_expand(const char *text, const struct placeholder_values *values,
	enum placeholder_mode mode, struct secret *out) RC_MUST_CHECK;

/** placeholder_check(text, namespaces): syntax, and only the namespaces given, e.g. "client". The list is
 * comma-separated. Errors: RC_INVALID. */
enum rc placeholder_check(const char *text, const char *namespaces) RC_MUST_CHECK;

/** placeholder_blank(text, values): true when a placeholder with the empty default, {{credential.key|}}, has
 * no value: such a header or body member is left out of a request instead of being sent empty. */
bool placeholder_blank(const char *text, const struct placeholder_values *values);

/* One step through a template: literal text, or a placeholder when name_len is not 0. Borrowed. */
struct placeholder_part {
	const char *literal, *space, *name, *fallback;
	size_t literal_len, space_len, name_len, fallback_len;
	bool has_fallback;
};

/** placeholder_next(cursor, part): the next part, and *cursor moves past it; RC_NOT_FOUND at the end,
 * RC_INVALID for wrong syntax. */
enum rc placeholder_next(const char **cursor, struct placeholder_part *part) RC_MUST_CHECK;

/** placeholder_in_authority(url): does a placeholder stand in scheme, host or port? */
bool placeholder_in_authority(const char *url);

/** placeholder_part_in_authority(url, part): does this one, which placeholder_next found in url? */
bool placeholder_part_in_authority(const char *url, const struct placeholder_part *part);

/** placeholder_same_origin(url, a, b): does this URL lead to the same scheme, host and port with either set of
 * values? A set with which it makes no URL leads nowhere: two of these are the same. NULL: true. */
bool placeholder_same_origin(
	const char *url, const struct placeholder_values *a, const struct placeholder_values *b);

#endif
