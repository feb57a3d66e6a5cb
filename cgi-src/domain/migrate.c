/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/migrate.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/keyring.h"
#include "platform/buf.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "store/schema_store.h"

#define SCRIPT_MAX ((size_t)1 << 20)

static enum rc run_script(const struct core *core, const char *file)
{
	char path[PATH_MAX];
	struct buf script;
	int n = snprintf(path, sizeof(path), "%s/%s", core->cfg->sql_dir, file);
	enum rc rc = n > 0 && (size_t)n < sizeof(path) ? RC_OK : RC_INVALID;

	buf_init(&script, SCRIPT_MAX);
	if (rc == RC_OK)
		rc = buf_load(&script, path);
	if (rc == RC_OK)
		rc = db_script(core->db, buf_text(&script));
	if (rc != RC_OK)
		log_error("migrate.failed", "file", file, "rc", rc_name(rc));
	buf_release(&script);
	return rc;
}

/* ---- the schema ---- */

static int is_migration(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t len = strlen(name);

	return len > 8 && strspn(name, "0123456789") == 4 && name[4] == '_' &&
	       strcmp(name + len - 4, ".sql") == 0;
}

static enum rc apply(const struct core *core, const char *file, int64_t have, int64_t *applied)
{
	int64_t number = strtol(file, NULL, 10);
	enum rc rc;

	if (number <= have)
		return RC_OK;
	rc = run_script(core, file);
	if (rc == RC_OK)
		rc = schema_record(core->db, number, file, clock_now_s());
	if (rc == RC_OK) {
		log_info("migrate.applied", "file", file);
		(*applied)++;
	}
	return rc;
}

static enum rc apply_all(const struct core *core, int64_t *applied)
{
	struct dirent **files;
	int64_t have;
	int n;
	enum rc rc = schema_prepare(core->db);

	if (rc == RC_OK)
		rc = schema_version(core->db, &have);
	if (rc == RC_OK && have > SCHEMA_VERSION) {
		log_error("migrate.newer", "reason", "the database was made by a newer build");
		return RC_CONFLICT;
	}
	if (rc != RC_OK)
		return rc;
	n = scandir(core->cfg->sql_dir, &files, is_migration, alphasort);
	if (n < 0)
		return RC_NOT_FOUND;
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK)
			rc = apply(core, files[i]->d_name, have, applied);
		free(files[i]);
	}
	free(files);
	return rc;
}

/* ---- database users ---- */

static const char *const programs[] = {"settings", "connect", "api", "refreshd", "operator"};

/* A password goes into the statement as text, so it must not be able to end it. */
static bool is_plain(const struct secret *password)
{
	const char *text = secret_text(password);

	return password->len >= 16 &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=") ==
		       password->len;
}

static enum rc add_user(struct secret *script, const char *user, const struct secret *password)
{
	const char *const before[] = {
		"CREATE USER IF NOT EXISTS '", user, "';\nALTER USER '", user, "' IDENTIFIED BY '"};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]) && rc == RC_OK; i++)
		rc = secret_append_text(script, before[i]);
	if (rc == RC_OK)
		rc = secret_append_secret(script, password);
	return rc == RC_OK ? secret_append_text(script, "';\n") : rc;
}

static enum rc make_user(const struct core *core, const char *program, struct secret *script)
{
	char user[64], path[PATH_MAX];
	struct secret password = SECRET_EMPTY;
	int n;
	enum rc rc;

	(void)snprintf(user, sizeof(user), "grantry_%s", program);
	n = snprintf(path, sizeof(path), "%s/%s", core->cfg->db_password_dir, user);
	if (n < 0 || (size_t)n >= sizeof(path))
		return RC_INVALID;
	rc = secret_load(path, 256, &password);
	if (rc == RC_OK && !is_plain(&password))
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = add_user(script, user, &password);
	if (rc != RC_OK)
		log_error("migrate.password", "file", path, "rc", rc_name(rc));
	secret_release(&password);
	return rc;
}

static enum rc make_users(const struct core *core)
{
	struct secret script = SECRET_EMPTY;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && rc == RC_OK; i++)
		rc = make_user(core, programs[i], &script);
	if (rc == RC_OK)
		rc = db_script(core->db, secret_text(&script));
	secret_release(&script);
	return rc == RC_OK ? run_script(core, "grants.sql") : rc;
}

enum rc migrate_run(const struct core *core, int64_t *applied_out)
{
	enum rc rc;

	*applied_out = 0;
	rc = apply_all(core, applied_out);
	if (rc == RC_OK)
		rc = make_users(core);
	if (rc == RC_OK)
		rc = keyring_establish(core->keyring, core->db);
	return rc;
}
