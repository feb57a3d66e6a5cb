/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates of provider files: "https://{{client.subdomain}}.example.com/x?k={{credential.api_key}}".
 * {{NAMESPACE.NAME}} or {{NAMESPACE.NAME|default}}; the default stands in for an absent or empty value.
 * Namespaces: client (fields of the OAuth client), credential (fields of the credential), token (members
 * of the token answer that the recipe maps: access_token, refresh_token, …). Checked when the file is
 * loaded, so that expansion can only fail for want of a value.
 */
#ifndef GRANTRY_DOMAIN_PLACEHOLDER_H
#define GRANTRY_DOMAIN_PLACEHOLDER_H

#include <stdbool.h>

#include "domain/fieldset.h"
#include "platform/rc.h"
#include "platform/secret.h"

enum placeholder_mode {
	PLACEHOLDER_RAW,  /* headers: control characters refused */
	PLACEHOLDER_URL,  /* percent-encoded, but raw where the template begins with the placeholder */
	PLACEHOLDER_FORM, /* raw here; the form encoder encodes afterwards */
};

struct placeholder_values {
	const struct fieldset *client, *credential, *token; /* NULL: namespace not available */
};

/** placeholder_expand(text, values, mode, out): replaces out. In PLACEHOLDER_URL a value that begins the
 * URL loses trailing slashes. Errors: RC_INVALID (unknown name without default, forbidden character). */
enum rc placeholder_expand(const char *text, const struct placeholder_values *values,
	enum placeholder_mode mode, struct secret *out) RC_MUST_CHECK;

/** placeholder_check(text, namespaces): syntax, and only the namespaces given, e.g. "client". The list is
 * comma-separated. Errors: RC_INVALID. */
enum rc placeholder_check(const char *text, const char *namespaces) RC_MUST_CHECK;

/** placeholder_in_authority(url): does a placeholder stand in scheme, host or port? */
bool placeholder_in_authority(const char *url);

#endif
