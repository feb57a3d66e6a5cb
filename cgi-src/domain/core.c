/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/core.h"

#include <limits.h>
#include <stdio.h>

#include "platform/log.h"

enum rc core_catalogue(const struct cfg *cfg, struct catalogue **out)
{
	struct pair items[CFG_VARS_MAX];
	struct pairs vars = {items, cfg->n_vars};
	enum rc rc;

	for (size_t i = 0; i < cfg->n_vars; i++)
		items[i] = (struct pair){cfg->vars[i].name, cfg->vars[i].value};
	rc = catalogue_load(cfg->provider_dir, &vars, out);
	for (size_t i = 0; rc == RC_OK && i < catalogue_error_count(*out); i++) {
		const struct provider_error *e = catalogue_error_at(*out, i);
		char line[12];

		(void)snprintf(line, sizeof(line), "%u", e->line);
		log_warn("provider.refused", "file", e->file, "line", line, "reason", e->reason);
	}
	return rc;
}

enum rc core_database(const struct cfg *cfg, const char *user, struct db **out)
{
	char password_file[PATH_MAX];
	struct db_config config = {
		.socket = cfg->db_socket,
		.host = cfg->db_host,
		.port = (unsigned)cfg->db_port,
		.ca_file = cfg->db_ca_file,
		.name = cfg->db_name,
		.user = user,
		.password_file = password_file,
	};
	int n = snprintf(password_file, sizeof(password_file), "%s/%s", cfg->db_password_dir, user);

	if (n < 0 || (size_t)n >= sizeof(password_file))
		return RC_INVALID;
	return db_new(&config, out);
}
