/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/core.h"

#include <limits.h>
#include <stdio.h>

#include "platform/log.h"

struct pairs core_vars(const struct cfg *cfg, struct pair *items)
{
	for (size_t i = 0; i < cfg->n_vars; i++)
		items[i] = (struct pair){cfg->vars[i].name, cfg->vars[i].value};
	return (struct pairs){items, cfg->n_vars};
}

enum rc core_import_dir(const struct cfg *cfg, char *out, size_t size)
{
	int n = cfg->import_dir ? snprintf(out, size, "%s", cfg->import_dir)
				: snprintf(out, size, "%s/imported", cfg->provider_dir);

	return n >= 0 && (size_t)n < size ? RC_OK : RC_LIMIT;
}

static void log_errors(const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue_error_count(catalogue); i++) {
		const struct provider_error *e = catalogue_error_at(catalogue, i);
		char line[24];

		if (e->column)
			(void)snprintf(line, sizeof(line), "%u:%u", e->line, e->column);
		else
			(void)snprintf(line, sizeof(line), "%u", e->line);
		log_warn("provider.refused", "file", e->file, "line", line, "reason", e->reason);
	}
}

enum rc core_catalogue(const struct cfg *cfg, struct catalogue **out)
{
	struct pair items[CFG_VARS_MAX];
	struct pairs vars = core_vars(cfg, items);
	char import_dir[PATH_MAX];
	enum rc rc = core_import_dir(cfg, import_dir, sizeof(import_dir));

	*out = NULL;
	if (rc == RC_OK)
		rc = catalogue_load(cfg->provider_dir, &vars, out);
	if (rc == RC_OK)
		rc = catalogue_import(*out, cfg->provider_dir, &vars, import_dir);
	if (rc == RC_OK) {
		log_errors(*out);
		return RC_OK;
	}
	catalogue_free(*out);
	*out = NULL;
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
