/* SPDX-License-Identifier: Apache-2.0
 *
 * print_sealed CONFIG TENANT TOOL NAME=VALUE…: the secrets of an API tool, sealed as its row of secret_rev 1 holds them,
 * in hex: for tests that make such a row by hand.
 */
#include <stdio.h>
#include <string.h>

#include "domain/core.h"
#include "domain/fieldset.h"
#include "domain/keyring.h"
#include "domain/tool/api_tool_int.h"

static enum rc collect(char **pairs, struct fieldset *out)
{
	enum rc rc = RC_OK;

	for (; *pairs && rc == RC_OK; pairs++) {
		char *equals = strchr(*pairs, '=');

		if (!equals)
			return RC_INVALID;
		*equals = '\0';
		rc = fieldset_put_text(out, *pairs, equals + 1);
	}
	return rc;
}

static enum rc print(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *tool, char **pairs)
{
	struct fieldset secrets = FIELDSET_EMPTY;
	struct secret plain = SECRET_EMPTY;
	struct seal_place place = api_tool_place(tool, 1);
	struct buf record;
	enum rc rc = collect(pairs, &secrets);

	if (rc == RC_OK)
		rc = fieldset_encode(&secrets, &plain);
	if (rc == RC_OK)
		rc = keyring_seal(core->keyring, core->db, tenant, &place, &plain, &record);
	for (size_t i = 0; rc == RC_OK && i < record.len; i++)
		printf("%02x", (unsigned char)record.data[i]);
	return rc;
}

int main(int argc, char **argv)
{
	struct cfg *cfg = NULL;
	struct core core = {0};
	struct tenant_id tenant;
	struct api_tool_id tool;

	if (argc < 4 || uuid_parse(argv[2], &tenant.u) != RC_OK ||
		uuid_parse(argv[3], &tool.u) != RC_OK || cfg_load(argv[1], &cfg) != RC_OK ||
		codec_init() != RC_OK || keyring_open(cfg->key_dir, &core.keyring) != RC_OK ||
		core_database(cfg, "grantry_operator", &core.db) != RC_OK)
		return 2;
	return print(&core, &tenant, &tool, argv + 4) == RC_OK ? 0 : 1;
}
