/* SPDX-License-Identifier: Apache-2.0
 *
 * Named secret values: the fields of an OAuth client, of a credential, of a filled-in form. Every
 * value is a secret whatever its schema says (a provider's undeclared key is one too).
 */
#ifndef GRANTRY_DOMAIN_FIELDSET_H
#define GRANTRY_DOMAIN_FIELDSET_H

#include <stddef.h>

#include "platform/rc.h"
#include "platform/secret.h"

#define FIELDSET_MAX 64
#define FIELDSET_NAME_MAX 128

struct fieldset_item {
	char name[FIELDSET_NAME_MAX];
	struct secret value;
};

struct fieldset {
	struct fieldset_item *items;
	size_t n;
};

#define FIELDSET_EMPTY ((struct fieldset){0})

void fieldset_release(struct fieldset *fs);
/** fieldset_put(fs, name, p, len): add or replace. A name is 1..127 visible ASCII characters.
 * Errors: RC_LIMIT, RC_NOMEM, RC_INVALID (name). */
enum rc fieldset_put(
	struct fieldset *fs, const char *name, const void *p, size_t len) RC_MUST_CHECK;
enum rc fieldset_put_text(struct fieldset *fs, const char *name, const char *text) RC_MUST_CHECK;
/** fieldset_remove(fs, name): nothing happens when it is absent. */
void fieldset_remove(struct fieldset *fs, const char *name);
/** fieldset_get(fs, name): borrowed; NULL when absent. NULL-safe in fs. */
const struct secret *fieldset_get(const struct fieldset *fs, const char *name);
/** fieldset_text(fs, name): borrowed text, "" when absent. */
const char *fieldset_text(const struct fieldset *fs, const char *name);
/** fieldset_copy(to, from): puts all of from into to. */
enum rc fieldset_copy(struct fieldset *to, const struct fieldset *from) RC_MUST_CHECK;

/** fieldset_encode(fs, out), fieldset_decode(p, len, out): the form that is sealed: version byte 1,
 *  then per item u16 BE name length, name, u32 BE value length, value. RC_INVALID: not that form. */
enum rc fieldset_encode(const struct fieldset *fs, struct secret *out) RC_MUST_CHECK;
enum rc fieldset_decode(const void *p, size_t len, struct fieldset *out) RC_MUST_CHECK;

#endif
