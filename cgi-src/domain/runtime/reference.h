/* SPDX-License-Identifier: Apache-2.0
 *
 * A portable reference names a credential without its id, so that a pipeline can be carried to another
 * workspace: "org/plugin/provider" is the Default of that provider, "org/plugin/provider:Name" the one of that
 * name. The first colon ends the provider, which never holds one; a name may hold anything, colons too.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REFERENCE_H
#define GRANTRY_DOMAIN_RUNTIME_REFERENCE_H

#include "store/credential_store.h"

#define REFERENCE_SIZE (PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE + CREDENTIAL_NAME_SIZE)

struct reference {
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char name[CREDENTIAL_NAME_SIZE]; /* "": the Default */
};

/** reference_parse(text, out): RC_INVALID: not of that form. What is too long to be there is not of it. */
enum rc reference_parse(const char *text, struct reference *out) RC_MUST_CHECK;

/** reference_text(row, out): with the name. */
void reference_text(const struct credential_row *row, char out[REFERENCE_SIZE]);

#endif
