/* SPDX-License-Identifier: Apache-2.0
 *
 * A schema-driven form: what a person filled in, held against the fields of a provider file. Client
 * settings and API keys share it.
 */
#ifndef GRANTRY_DOMAIN_FORM_H
#define GRANTRY_DOMAIN_FORM_H

#include "domain/fieldset.h"
#include "domain/message.h"
#include "domain/provider.h"

#define FORM_VALUE_MAX ((size_t)16 * 1024)

struct form_error {
	const char *field;        /* schema name; NULL: not of one field */
	const char *reason;       /* the key of a message; static */
	const struct i18n *words; /* what the provider file says instead; NULL: nothing */
};

struct netpol;
struct registry;

/* What values are held against besides the schema. */
struct form_world {
	const struct netpol *policy;     /* origins that the operator allows; NULL: none */
	const struct registry *registry; /* what can be chosen; NULL: nothing */
};

/** form_merge(schema, given, stored, world, out, error): the fieldset to keep. For each field that counts
 * (form_counts): the given value, trimmed of ASCII white space at its ends; what was not given at all stays as it is
 * stored; so does an empty secret; a boolean is "true" or "false"; a select must be one of its options; a choice must
 * be registered, and is written anew (domain/runtime/registry.h); an empty optional field is left out; names that the
 * schema does not know are refused (R73), and values that break the rules of their field. stored and world may be
 * NULL. Errors: RC_INVALID with *error. */
enum rc form_merge(const struct schema *schema, const struct fieldset *given,
	const struct fieldset *stored, const struct form_world *world, struct fieldset *out,
	struct form_error *error) RC_MUST_CHECK;

/** form_kept_secret(schema, given, stored): the first secret that form_merge would take from what is stored;
 * NULL: none. Whoever may edit a form must not be able to send such a secret to an address of their choice:
 * where one is kept and the address of a request that carries it changes, the form is refused with
 * FORM_ADDRESS_CHANGES on that field (security R45). */
const struct field *form_kept_secret(
	const struct schema *schema, const struct fieldset *given, const struct fieldset *stored);
#define FORM_ADDRESS_CHANGES MESSAGE("form.address_changes")

/** form_defaults(schema, fields): puts the schema's defaults where fields has nothing. */
enum rc form_defaults(const struct schema *schema, struct fieldset *fields) RC_MUST_CHECK;

#endif
