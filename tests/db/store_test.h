/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the store and the rules above it share: the real tables, two tenants with a person each,
 * and races: so many processes, each with a connection of its own, let go at one moment.
 */
#ifndef GRANTRY_TESTS_STORE_TEST_H
#define GRANTRY_TESTS_STORE_TEST_H

#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "db_test.h"
#include "platform/vault.h"
#include "store/people_store.h"

#define RACERS 6

static const struct tenant_id acme = {{{1}}}, globex = {{{2}}};
static const struct user_id ada = {{{3}}}, eve = {{{4}}};

static inline char *file_text(const char *path)
{
	static char text[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	return text;
}

/* Every script of sql/ that has a number, in the order of the numbers. */
static inline void make_tables(void)
{
	char pattern[PATH_MAX];
	glob_t scripts = {0};

	(void)snprintf(pattern, sizeof(pattern), "%s/sql/[0-9]*.sql",
		getenv("GRANTRY_TEST_SRCDIR") ? getenv("GRANTRY_TEST_SRCDIR") : ".");
	CHECK(glob(pattern, 0, NULL, &scripts) == 0);
	for (size_t i = 0; i < scripts.gl_pathc; i++)
		CHECK_RC(db_script(db, file_text(scripts.gl_pathv[i])), RC_OK);
	globfree(&scripts);
}

static inline void drop_tables(void)
{
	struct db_rows *rows = NULL;
	char drop[4096] = "SET FOREIGN_KEY_CHECKS = 0;\n";
	size_t n = strlen(drop);

	CHECK_RC(db_query(db,
			 "SELECT table_name FROM information_schema.tables WHERE table_schema = "
			 "'grantry_test'",
			 DB_NO_ARGS, &rows),
		RC_OK);
	while (db_next(rows) && n < sizeof(drop))
		n += (size_t)snprintf(
			drop + n, sizeof(drop) - n, "DROP TABLE %s;\n", db_get_text(rows, 0));
	db_rows_free(rows);
	(void)snprintf(drop + n, sizeof(drop) - n, "SET FOREIGN_KEY_CHECKS = 1;\n");
	CHECK_RC(db_script(db, drop), RC_OK);
}

static inline void add_person(const struct tenant_id *tenant, const struct user_id *id,
	const char *workspace, const char *email)
{
	struct tenant_row t = {.id = *tenant};
	struct user_row u = {.id = *id};

	(void)snprintf(t.name, sizeof(t.name), "%s", workspace);
	(void)snprintf(u.name, sizeof(u.name), "%s", email);
	(void)snprintf(u.email, sizeof(u.email), "%s", email);
	CHECK_RC(tenant_insert(db, &t, 1), RC_OK);
	CHECK_RC(user_insert(db, &u, 1), RC_OK);
	CHECK_RC(member_insert(db, tenant, id, "owner", 1), RC_OK);
}

/* 0, or the exit status of a test that cannot run. */
static inline int store_test_begin(const char *name)
{
	int status = db_test_begin(name);

	if (status)
		return status;
	drop_tables();
	make_tables();
	add_person(&acme, &ada, "Acme", "ada@acme.test");
	add_person(&globex, &eve, "Globex", "eve@globex.test");
	return check_failed_here ? 99 : 0;
}

static inline void store_test_end(void)
{
	drop_tables();
	db_test_end();
}

/* A folder below dir with a key-encryption key. */
static inline void make_keys(char path[PATH_MAX], const char *name)
{
	(void)snprintf(path, PATH_MAX, "%s/%s", dir, name);
	CHECK(mkdir(path, 0700) == 0);
	CHECK_RC(vault_kek_create(path), RC_OK);
}

static inline void remove_keys(const char *path)
{
	DIR *folder = opendir(path);

	for (struct dirent *e = folder ? readdir(folder) : NULL; e; e = readdir(folder))
		if (e->d_name[0] != '.')
			CHECK(unlinkat(dirfd(folder), e->d_name, 0) == 0);
	if (folder)
		(void)closedir(folder);
	CHECK(rmdir(path) == 0);
}

/* How often each code came back from run(own connection, number of the racer, arg). */
struct race {
	int codes[RC__MAX];
};

static inline void racer(enum rc (*run)(struct db *, int, void *), int i, void *arg, int gate)
{
	struct db *own = open_db(server);
	enum rc rc = db_exec(own, "DO 1", DB_NO_ARGS, NULL);
	char byte;

	/* the pipe's end is the signal to start */
	if (rc == RC_OK && read(gate, &byte, 1) == 0)
		rc = run(own, i, arg);
	_exit((int)rc);
}

static inline struct race race(enum rc (*run)(struct db *, int, void *), void *arg)
{
	struct race result = {{0}};
	pid_t pids[RACERS];
	int gate[2], status;

	(void)fflush(stdout);
	CHECK(pipe(gate) == 0);
	for (int i = 0; i < RACERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(gate[1]);
			racer(run, i, arg, gate[0]);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < RACERS; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status));
		if (WIFEXITED(status) && WEXITSTATUS(status) < RC__MAX)
			result.codes[WEXITSTATUS(status)]++;
	}
	return result;
}

#endif
