/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials that come back: an API that echoes what it was sent, in a header, a body, an error. Every occurrence is
 * covered, as it was sent and in the forms that APIs make of text: percent-encoded, base64, JSON. What an API does
 * to a credential beyond that (a hash, a part of it) is not found.
 */
#ifndef GRANTRY_DOMAIN_TOOL_REDACT_H
#define GRANTRY_DOMAIN_TOOL_REDACT_H

#include <stddef.h>

#include "platform/rc.h"
#include "platform/secret.h"

#define REDACT_MIN 4 /* what is shorter is in every text */
#define REDACT_MAX 192

struct redactor {
	struct secret needles[REDACT_MAX];
	size_t n;
};

/** redact_add(r, secret): and its forms. RC_NOMEM, RC_LIMIT: more than REDACT_MAX. */
enum rc redact_add(struct redactor *r, const struct secret *secret) RC_MUST_CHECK;
void redact_release(struct redactor *r);

/** redact(r, text): covers them in place, the longest first. RC_NOMEM, RC_LIMIT; then text is not to be shown. */
enum rc redact(const struct redactor *r, struct secret *text) RC_MUST_CHECK;

/** redact_cut(r, text): of a text whose end was cut off: also the beginning of a needle that it ends in. */
void redact_cut(const struct redactor *r, struct secret *text);

#endif
