/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's and the library's error numbers, translated and logged once.
 */
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>

#include "platform/db_int.h"
#include "platform/log.h"

bool db_is_lost(unsigned err)
{
	switch (err) {
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
	case CR_COMMANDS_OUT_OF_SYNC: /* ours or the library's mistake: start afresh */
	case CR_MALFORMED_PACKET:
	case CR_SSL_CONNECTION_ERROR:
	case CR_NET_PACKET_TOO_LARGE:
	case CR_NEW_STMT_METADATA: /* a table gained columns; the rows are still on the wire */
	case ER_CONNECTION_KILLED:
	case ER_SERVER_SHUTDOWN:
	case ER_NET_PACKET_TOO_LARGE: /* the server hangs up after it */
		return true;
	default:
		return false;
	}
}

static enum rc rc_of(unsigned err)
{
	switch (err) {
	case ER_DUP_ENTRY:
	case ER_DUP_ENTRY_WITH_KEY_NAME:
		return RC_CONFLICT;
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_CHECKREAD:
		return RC_RETRY;
	case ER_ROW_IS_REFERENCED:
	case ER_ROW_IS_REFERENCED_2:
	case ER_NO_REFERENCED_ROW:
	case ER_NO_REFERENCED_ROW_2:
		return RC_INVALID;
	case ER_NET_PACKET_TOO_LARGE:
	case CR_NET_PACKET_TOO_LARGE:
		return RC_LIMIT;
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_CON_COUNT_ERROR:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_USER_LIMIT_REACHED:
	case ER_UNKNOWN_COM_ERROR: /* 1047: a Galera node that left its cluster refuses all */
	case ER_OPTION_PREVENTS_STATEMENT:
	case ER_READ_ONLY_MODE:
	case ER_DISK_FULL:
	case ER_RECORD_FILE_FULL:
		return RC_UNAVAILABLE;
	case CR_OUT_OF_MEMORY:
		return RC_NOMEM;
	default:
		return db_is_lost(err) ? RC_UNAVAILABLE : RC_INTERNAL;
	}
}

/* Only messages that quote our own SQL or names of tables and users, never a row's values, may be
 * logged: 1062 and 1366 for instance show them. */
static bool message_is_safe(unsigned err)
{
	switch (err) {
	case ER_ACCESS_DENIED_ERROR:
	case ER_DBACCESS_DENIED_ERROR:
	case ER_TABLEACCESS_DENIED_ERROR:
	case ER_COLUMNACCESS_DENIED_ERROR:
	case ER_BAD_DB_ERROR:
	case ER_BAD_FIELD_ERROR:
	case ER_NO_SUCH_TABLE:
	case ER_TABLE_EXISTS_ERROR:
	case ER_BAD_TABLE_ERROR:
	case ER_DUP_FIELDNAME:
	case ER_DUP_KEYNAME:
	case ER_CANT_DROP_FIELD_OR_KEY:
	case ER_PARSE_ERROR:
	case ER_CANT_CREATE_TABLE:
		return true;
	default:
		return (err >= CR_MIN_ERROR && err <= CR_MAX_ERROR) ||
		       (err >= CER_MIN_ERROR && err <= CR_MARIADB_LAST_ERROR);
	}
}

const char *db_message(const struct db *db, unsigned err)
{
	return message_is_safe(err) && *db->message ? db->message : NULL;
}

/* "UPDATE credential SET" of a statement: enough to find it, too little to hold a value. */
static void first_words(const char *sql, char *out, size_t size)
{
	size_t n = 0, words = 0;

	for (; sql[n] && n + 1 < size && !strchr("('\"=;", sql[n]); n++) {
		if (sql[n] == ' ' && ++words == 5)
			break;
		out[n] = sql[n] == '\n' || sql[n] == '\t' ? ' ' : sql[n];
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
}

enum rc db_failed(struct db *db, unsigned err, const char *sql)
{
	enum rc rc = rc_of(err);
	bool expected = rc == RC_CONFLICT || rc == RC_RETRY || rc == RC_INVALID;
	char number[12], words[64];

	snprintf(number, sizeof number, "%u", err);
	first_words(sql, words, sizeof words);
	log_event(expected ? LOG_DEBUG : LOG_ERROR, "db_statement", "errno", number, "statement",
		words, "rc", rc_name(rc), "message", db_message(db, err), (char *)0);
	/* After a deadlock the server has rolled back and would commit every further statement by
	 * itself; so nothing more runs until the transaction is ended here too. */
	if (db->in_transaction && !db->tx_rc && (rc == RC_RETRY || db_is_lost(err)))
		db->tx_rc = rc == RC_RETRY ? rc : RC_UNAVAILABLE;
	if (db_is_lost(err))
		db_disconnect(db);
	return rc;
}
