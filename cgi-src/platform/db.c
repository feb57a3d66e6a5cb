/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection: opened late, checked before use, dropped at the first doubt. Auto-reconnect stays off:
 * it would bring a session back without its transaction, time zone and modes (measured).
 */
#include "platform/db.h"

#include <errmsg.h>
#include <errno.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "platform/clock.h"
#include "platform/db_int.h"
#include "platform/log.h"

#define CONNECT_TIMEOUT_S 3
#define IO_TIMEOUT_S 5
#define PATIENT_TIMEOUT_S 3600
#define PASSWORD_MAX 1024

/* A refused connection is remembered this long, so that a dead database answers at once and comes
 * back well within two seconds. The longer an attempt hung, the longer the pause: a frozen server
 * must not cost every request its three seconds. */
#define RETRY_PAUSE_MIN_MS 250
#define RETRY_PAUSE_MAX_MS 1500
#define LOG_PAUSE_MS 10000

/* max_statement_time lies below IO_TIMEOUT_S, so that the server ends a slow statement and says so
 * (1969) before we would have to give up the connection without knowing its outcome. */
static const char session_set[] =
	"SET SESSION time_zone='+00:00',"
	" sql_mode='STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
	"NO_ENGINE_SUBSTITUTION',"
	" innodb_lock_wait_timeout=3, max_statement_time=4, autocommit=1";

static const char session_get[] =
	"SELECT @@time_zone='+00:00' AND FIND_IN_SET('STRICT_ALL_TABLES',@@sql_mode)>0"
	" AND @@innodb_lock_wait_timeout=3 AND @@max_statement_time=4 AND @@autocommit=1"
	" AND @@character_set_client='utf8mb4' AND @@character_set_connection='utf8mb4'"
	" AND @@character_set_results='utf8mb4' AND @@tx_isolation='REPEATABLE-READ',"
	" @@max_allowed_packet";

static const char session_isolation[] = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";

/* Settings that not every server knows (1193): snapshot isolation came with MariaDB 10.6.18, and
 * wsrep_* exists only where Galera is built in. */
static const struct {
	const char *set, *get;
} session_optional[] = {
	{"SET SESSION innodb_snapshot_isolation=ON", "SELECT @@innodb_snapshot_isolation=1, 0"},
	{"SET SESSION wsrep_sync_wait=1", "SELECT @@wsrep_sync_wait=1, 0"},
};

/* --- opening -------------------------------------------------------------------------------- */

static enum rc copy_text(const char *from, const char **to)
{
	if (!from)
		return RC_OK;
	*to = strdup(from);
	return *to ? RC_OK : RC_NOMEM;
}

enum rc db_new(const struct db_config *config, struct db **out)
{
	static bool library_ready;
	struct db *db;
	struct db_config *c;

	*out = NULL;
	if (!library_ready && mysql_library_init(0, NULL, NULL))
		return RC_INTERNAL;
	library_ready = true;
	db = calloc(1, sizeof *db);
	if (!db)
		return RC_NOMEM;
	c = &db->config;
	c->port = config->port;
	c->create = config->create;
	if (copy_text(config->socket, &c->socket) || copy_text(config->host, &c->host) ||
		copy_text(config->ca_file, &c->ca_file) || copy_text(config->name, &c->name) ||
		copy_text(config->user, &c->user) ||
		copy_text(config->password_file, &c->password_file)) {
		db_free(db);
		return RC_NOMEM;
	}
	*out = db;
	return RC_OK;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db_disconnect(db);
	free(db->stmts.slots);
	free((char *)(uintptr_t)db->config.socket);
	free((char *)(uintptr_t)db->config.host);
	free((char *)(uintptr_t)db->config.ca_file);
	free((char *)(uintptr_t)db->config.name);
	free((char *)(uintptr_t)db->config.user);
	free((char *)(uintptr_t)db->config.password_file);
	free(db);
}

void db_disconnect(struct db *db)
{
	/* In this order: mysql_close detaches the statements, which then are freed without a word to
	 * a server that may be gone. */
	if (db->mysql)
		mysql_close(db->mysql);
	db->mysql = NULL;
	db_stmts_drop(&db->stmts);
}

static bool set_options(const struct db *db, MYSQL *mysql)
{
	unsigned connect_s = CONNECT_TIMEOUT_S,
		 io_s = db->patient ? PATIENT_TIMEOUT_S : IO_TIMEOUT_S;
	unsigned off = 0, tcp = MYSQL_PROTOCOL_TCP, local = MYSQL_PROTOCOL_SOCKET;
	my_bool no = 0, yes = 1;
	bool bad = false;

	bad |= mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	bad |= mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &io_s);
	bad |= mysql_optionsv(mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
	bad |= mysql_optionsv(mysql, MYSQL_OPT_RECONNECT, &no);
	bad |= mysql_optionsv(mysql, MYSQL_OPT_LOCAL_INFILE, &off); /* on by default: a rogue server
								      could ask for our files */
	bad |= mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* Keeps mysql_clear_password and dialog out: both are installed and send the password as is. */
	bad |= mysql_optionsv(mysql, MARIADB_OPT_RESTRICTED_AUTH,
		"client_ed25519,mysql_native_password,unix_socket,auth_socket");
	bad |= mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, db->config.socket ? &local : &tcp);
	if (db->config.socket)
		return !bad;
	bad |= mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
	bad |= mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes); /* off by default */
	bad |= mysql_optionsv(mysql, MYSQL_OPT_SSL_CA, db->config.ca_file);
	bad |= mysql_optionsv(mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
	return !bad;
}

static enum rc load_password(const struct db_config *config, struct secret *password)
{
	enum rc rc;

	if (!config->password_file)
		return RC_OK;
	rc = secret_load(config->password_file, PASSWORD_MAX, password);
	if (rc)
		return rc;
	while (password->len && strchr("\r\n", password->bytes[password->len - 1]))
		password->bytes[--password->len] = 0;
	return RC_OK;
}

unsigned db_note_error(struct db *db)
{
	snprintf(db->message, sizeof db->message, "%s", mysql_error(db->mysql));
	return mysql_errno(db->mysql) ? mysql_errno(db->mysql) : CR_UNKNOWN_ERROR;
}

unsigned db_command(struct db *db, const char *sql)
{
	return mysql_real_query(db->mysql, sql, strlen(sql)) ? db_note_error(db) : 0;
}

/* One row of two numbers; the second goes to *second unless NULL. 0, or the error number. */
static unsigned ask(struct db *db, const char *sql, bool *first, size_t *second)
{
	unsigned err = db_command(db, sql);
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (err)
		return err;
	result = mysql_store_result(db->mysql);
	if (!result)
		return db_note_error(db);
	row = mysql_fetch_row(result);
	*first = row && row[0] && strcmp(row[0], "1") == 0;
	if (second)
		*second = row && row[1] ? strtoul(row[1], NULL, 10) : 0;
	mysql_free_result(result);
	return 0;
}

/* Hosts whose clocks differ agree on that of the database (security C16). */
static unsigned agree_on_time(struct db *db)
{
	bool asked = false;
	size_t now_s = 0;
	unsigned err = ask(db, "SELECT 1, UNIX_TIMESTAMP()", &asked, &now_s);
	int64_t apart_s = err || !asked ? 0 : clock_agree((int64_t)now_s);
	char text[24];

	if (apart_s) {
		(void)snprintf(text, sizeof text, "%lld", (long long)apart_s);
		log_warn("clock.follows_database", "apart_s", text);
	}
	return err;
}

/* Applies the settings and asks the server whether they hold. 0, or an error number. */
static unsigned set_session(struct db *db)
{
	unsigned err = db_command(db, session_set);
	bool holds = false;

	if (!err)
		err = db_command(db, session_isolation);
	if (!err)
		err = ask(db, session_get, &holds, &db->packet_max);
	if (err || !holds)
		return err ? err : CR_UNKNOWN_ERROR;
	for (size_t i = 0; i < sizeof session_optional / sizeof *session_optional; i++) {
		err = db_command(db, session_optional[i].set);
		if (err == ER_UNKNOWN_SYSTEM_VARIABLE)
			continue;
		if (!err)
			err = ask(db, session_optional[i].get, &holds, NULL);
		if (err || !holds)
			return err ? err : CR_UNKNOWN_ERROR;
	}
	err = agree_on_time(db);
	if (err)
		return err;
	if (db->patient)
		return db_command(db, "SET SESSION max_statement_time=0, lock_wait_timeout=60");
	return 0;
}

/* A schema name goes into the statement as text. */
static unsigned create_database(struct db *db)
{
	char statement[256];
	const char *name = db->config.name;
	unsigned err;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
		return CR_UNKNOWN_ERROR;
	(void)snprintf(statement, sizeof statement,
		"CREATE DATABASE IF NOT EXISTS %.64s CHARACTER SET utf8mb4"
		" COLLATE utf8mb4_nopad_bin",
		name);
	err = db_command(db, statement);
	if (!err && mysql_select_db(db->mysql, name))
		err = db_note_error(db);
	return err;
}

static unsigned open_session(struct db *db, const struct secret *password)
{
	const struct db_config *c = &db->config;
	MYSQL *ok = mysql_real_connect(db->mysql, c->socket ? "localhost" : c->host, c->user,
		password->len ? secret_text(password) : NULL, c->create ? NULL : c->name,
		c->socket ? 0 : c->port, c->socket, 0);

	/* The library keeps a copy only to reconnect, which we never let it do. */
	if (db->mysql->passwd)
		secret_wipe(db->mysql->passwd, strlen(db->mysql->passwd));
	if (!ok)
		return db_note_error(db);
	if (c->create) {
		unsigned err = create_database(db);

		if (err)
			return err;
	}
	return set_session(db);
}

/* Said once, then every ten seconds at most: a dead database must not fill the log as well. */
static void log_down(struct db *db, unsigned err, const char *reason, int64_t now_ms)
{
	char number[12];

	if (db->down && now_ms < db->log_again_ms)
		return;
	db->log_again_ms = now_ms + LOG_PAUSE_MS;
	snprintf(number, sizeof number, "%u", err);
	log_error("db_connect", "errno", number, "user", db->config.user, "where",
		db->config.socket ? db->config.socket : db->config.host, "reason", reason,
		"message", db_message(db, err));
}

static enum rc refuse(struct db *db, unsigned err, const char *reason, int64_t began_ms)
{
	int64_t now_ms = clock_mono_ms(), pause_ms = (now_ms - began_ms) / 2;

	log_down(db, err, reason, now_ms);
	if (pause_ms < RETRY_PAUSE_MIN_MS)
		pause_ms = RETRY_PAUSE_MIN_MS;
	if (pause_ms > RETRY_PAUSE_MAX_MS)
		pause_ms = RETRY_PAUSE_MAX_MS;
	db->retry_at_ms = now_ms + pause_ms;
	db->down = true;
	db_disconnect(db);
	return RC_UNAVAILABLE;
}

static enum rc connect_now(struct db *db)
{
	int64_t now_ms = clock_mono_ms();
	struct secret password = SECRET_EMPTY;
	unsigned err;

	if (now_ms < db->retry_at_ms)
		return RC_UNAVAILABLE;
	if (!db->config.socket && (!db->config.host || !db->config.ca_file))
		return refuse(db, 0, "TCP needs host and ca_file", now_ms);
	if (load_password(&db->config, &password))
		return refuse(db, 0, "password file", now_ms);
	db->mysql = mysql_init(NULL);
	if (!db->mysql || !set_options(db, db->mysql)) {
		secret_release(&password);
		return refuse(db, 0, "options", now_ms);
	}
	err = open_session(db, &password);
	secret_release(&password);
	if (err)
		return refuse(db, err, err == CR_UNKNOWN_ERROR ? "session settings" : NULL, now_ms);
	if (db->down)
		log_info("db_connect", "reason", "back");
	db->down = false;
	return RC_OK;
}

/* A server says nothing between statements: bytes or an end waiting on an idle connection mean that
 * it was killed or timed out. Seeing that first makes the next statement safe to run on a new one. */
static bool is_stale(MYSQL *mysql)
{
	char byte;
	ssize_t n = recv(mysql_get_socket(mysql), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return !(n < 0 && (errno == EAGAIN || errno == EINTR));
}

enum rc db_ready(struct db *db)
{
	if (db->in_transaction)
		return db->tx_rc;
	if (db->mysql && is_stale(db->mysql))
		db_disconnect(db);
	return db->mysql ? RC_OK : connect_now(db);
}

enum rc db_ping(struct db *db)
{
	enum rc rc = db_ready(db);

	if (rc)
		return rc;
	if (!mysql_ping(db->mysql))
		return RC_OK;
	db_failed(db, db_note_error(db), "PING");
	return RC_UNAVAILABLE;
}
