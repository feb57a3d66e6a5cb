/* SPDX-License-Identifier: Apache-2.0
 *
 * Identifiers of different things are different types, so that the compiler refuses a mix-up.
 */
#ifndef GRANTRY_STORE_IDS_H
#define GRANTRY_STORE_IDS_H

#include <stdint.h>

#include "platform/uuid.h"

struct tenant_id {
	struct uuid u;
};
struct user_id {
	struct uuid u;
};
struct credential_id {
	struct uuid u;
};
struct flow_id {
	struct uuid u;
};
struct connect_id {
	struct uuid u;
};
struct webhook_id {
	struct uuid u;
};
struct delivery_id {
	struct uuid u;
};
struct api_tool_id {
	struct uuid u;
};
struct api_draft_id {
	struct uuid u;
};

/* The installation itself: owner of system OAuth clients and their key. */
#define TENANT_SYSTEM ((struct tenant_id){{{0}}})

/* So many workspaces can be left out of a look at what is due. */
#define DUE_WITHOUT_MAX 4

#define NAME_MAX_CHARS 100
#define NAME_SIZE (NAME_MAX_CHARS * 4 + 1)
#define EMAIL_SIZE 255
#define LANGUAGE_SIZE 33 /* "zh_Hans" */
#define PLUGIN_ID_SIZE 256
#define PROVIDER_NAME_SIZE 129

/* A provider as rows name it: kind is the caller's, the two texts are borrowed. */
struct provider_ref {
	const char *plugin_id, *provider;
};

#endif
