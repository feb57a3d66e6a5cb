/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/reference.h"

#include <stdio.h>
#include <string.h>

static bool take(char *to, size_t size, const char *p, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(to, p, len);
	to[len] = 0;
	return true;
}

enum rc reference_parse(const char *text, struct reference *out)
{
	size_t id_len = strcspn(text, ":"), org_len = strcspn(text, "/"), plugin_len;
	const char *name = text + id_len, *provider;

	memset(out, 0, sizeof(*out));
	if (org_len == 0 || org_len + 1 >= id_len)
		return RC_INVALID;
	plugin_len = strcspn(text + org_len + 1, "/:");
	provider = text + org_len + 1 + plugin_len;
	if (plugin_len == 0 || *provider != '/')
		return RC_INVALID;
	provider++;
	if (memchr(provider, '/', (size_t)(name - provider)))
		return RC_INVALID;
	if (!take(out->plugin_id, sizeof(out->plugin_id), text, (size_t)(provider - 1 - text)) ||
		!take(out->provider, sizeof(out->provider), provider, (size_t)(name - provider)))
		return RC_INVALID;
	if (*name == ':' && !take(out->name, sizeof(out->name), name + 1, strlen(name + 1)))
		return RC_INVALID;
	return RC_OK;
}

void reference_text(const struct credential_row *row, char out[REFERENCE_SIZE])
{
	(void)snprintf(out, REFERENCE_SIZE, "%s/%s:%s", row->plugin_id, row->provider, row->name);
}
