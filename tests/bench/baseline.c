/* SPDX-License-Identifier: Apache-2.0
 *
 * The least that a FastCGI program could do to give the product's answer: it runs the statements that the
 * product runs, verifies the same password or opens a record where that is asked for, and writes bytes that
 * were recorded. No session, no templates, no log. ./bench measures the product beside it.
 *
 * baseline -s SOCKET -n WORKERS -d DB-SOCKET -u DB-USER -w PASSWORD-FILE -r RESPONSE -q STATEMENTS [-a FILE]
 *	[-o BYTES]
 *   RESPONSE    a whole CGI response
 *   STATEMENTS  one a line; "?16" stands for so many random bytes: the key of a row that is made anew;
 *               "SET SESSION …" is run once, when a worker connects
 *   -a FILE     first line an Argon2id hash, second line the password that it is verified with
 *   -o BYTES    for each request a sealed record of this length is opened (XChaCha20-Poly1305)
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATEMENTS_MAX 64
#define KEY_MAX 64
#define RECORD_MAX 65536
#define SEAL_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

struct text {
	char *p;
	size_t len;
};

struct statement {
	char *sql;
	unsigned long key_len; /* 0: no parameter */
	unsigned char key[KEY_MAX];
	bool once; /* a setting of the session */
	MYSQL_STMT *handle;
};

static struct {
	const char *socket, *db_socket, *db_user;
	int workers;
	struct text db_password, response, password;
	char hash[crypto_pwhash_STRBYTES];
	bool verify;
	size_t record_len; /* 0: nothing is opened */
	unsigned char record[RECORD_MAX], nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES],
		key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	struct statement statements[STATEMENTS_MAX];
	size_t n;
} run;

static void give_up(const char *what)
{
	(void)fprintf(stderr, "baseline: %s\n", what);
	exit(1);
}

static struct text load(const char *path)
{
	static char chunk[1 << 20];
	struct text out = {0};
	FILE *f = fopen(path, "re");

	if (!f)
		give_up(path);
	out.len = fread(chunk, 1, sizeof(chunk), f);
	(void)fclose(f);
	out.p = strndup(chunk, out.len);
	if (!out.p || strlen(out.p) != out.len)
		give_up(path);
	return out;
}

static void load_statements(const char *path)
{
	char *rest = load(path).p, *line;

	while ((line = strsep(&rest, "\n"))) {
		struct statement *s = &run.statements[run.n];
		char *mark = strchr(line, '?');

		if (!*line)
			continue;
		if (++run.n == STATEMENTS_MAX)
			give_up("too many statements");
		s->sql = line;
		s->once = strncmp(line, "SET SESSION ", 12) == 0;
		if (!mark)
			continue;
		s->key_len = strtoul(mark + 1, NULL, 10);
		if (s->key_len < 10 || s->key_len > KEY_MAX) /* of two digits */
			give_up("a key of this length");
		memmove(mark + 1, mark + 3, strlen(mark + 3) + 1);
	}
}

static void load_password(const char *path)
{
	struct text text = load(path);
	char *password = strchr(text.p, '\n');

	if (!password || (size_t)(password - text.p) >= sizeof(run.hash))
		give_up(path);
	memcpy(run.hash, text.p, (size_t)(password - text.p));
	run.password.p = password + 1;
	run.password.len = strcspn(run.password.p, "\n");
	run.verify = true;
}

/* A record of zeros, sealed here: what is opened costs the same whatever it says. */
static void seal_record(const char *text)
{
	static const unsigned char plain[RECORD_MAX];
	unsigned long len = strtoul(text, NULL, 10);

	if (len <= SEAL_BYTES || len > RECORD_MAX)
		give_up("a record of this length");
	randombytes_buf(run.key, sizeof(run.key));
	randombytes_buf(run.nonce, sizeof(run.nonce));
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(run.record, NULL, plain, len - SEAL_BYTES,
		run.nonce, sizeof(run.nonce), NULL, run.nonce, run.key);
	run.record_len = len;
}

static void open_record(void)
{
	static unsigned char plain[RECORD_MAX];

	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, run.record,
		    run.record_len, run.nonce, sizeof(run.nonce), run.nonce, run.key))
		give_up("the record does not open");
	sodium_memzero(plain, run.record_len);
}

/* ---- a worker ---- */

static MYSQL *connect_database(void)
{
	MYSQL *db = mysql_init(NULL);

	if (!db || mysql_optionsv(db, MYSQL_SET_CHARSET_NAME, "utf8mb4") ||
		!mysql_real_connect(db, "localhost", run.db_user, run.db_password.p, "grantry", 0,
			run.db_socket, 0))
		give_up(db ? mysql_error(db) : "memory");
	return db;
}

static void prepare(MYSQL *db, struct statement *s)
{
	MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_BLOB,
		.buffer = s->key,
		.buffer_length = s->key_len,
		.length = &s->key_len};

	s->handle = mysql_stmt_init(db);
	if (!s->handle || mysql_stmt_prepare(s->handle, s->sql, strlen(s->sql)))
		give_up(s->handle ? mysql_stmt_error(s->handle) : "memory");
	if (s->key_len && mysql_stmt_bind_param(s->handle, &bind))
		give_up(mysql_stmt_error(s->handle));
}

static void execute(struct statement *s)
{
	if (s->key_len)
		randombytes_buf(s->key, s->key_len);
	if (mysql_stmt_execute(s->handle))
		give_up(mysql_stmt_error(s->handle));
	if (!mysql_stmt_field_count(s->handle))
		return;
	if (mysql_stmt_store_result(s->handle))
		give_up(mysql_stmt_error(s->handle));
	while (mysql_stmt_fetch(s->handle) == 0)
		;
	mysql_stmt_free_result(s->handle);
}

static void serve(int listener)
{
	MYSQL *db = connect_database();
	FCGX_Request request;

	for (size_t i = 0; i < run.n; i++) {
		if (!run.statements[i].once)
			prepare(db, &run.statements[i]);
		else if (mysql_query(db, run.statements[i].sql))
			give_up(mysql_error(db));
	}
	if (FCGX_Init() || FCGX_InitRequest(&request, listener, 0))
		give_up("libfcgi");
	while (FCGX_Accept_r(&request) == 0) {
		for (size_t i = 0; i < run.n; i++) {
			if (!run.statements[i].once)
				execute(&run.statements[i]);
		}
		if (run.verify &&
			crypto_pwhash_str_verify(run.hash, run.password.p, run.password.len))
			give_up("the password is wrong");
		if (run.record_len)
			open_record();
		FCGX_PutStr(run.response.p, (int)run.response.len, request.out);
		FCGX_Finish_r(&request);
	}
}

static bool read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:n:d:u:w:r:q:a:o:")) != -1) {
		switch (option) {
		case 's':
			run.socket = optarg;
			break;
		case 'n':
			run.workers = (int)strtol(optarg, NULL, 10);
			break;
		case 'd':
			run.db_socket = optarg;
			break;
		case 'u':
			run.db_user = optarg;
			break;
		case 'w':
			run.db_password = load(optarg);
			break;
		case 'r':
			run.response = load(optarg);
			break;
		case 'q':
			load_statements(optarg);
			break;
		case 'a':
			load_password(optarg);
			break;
		case 'o':
			seal_record(optarg);
			break;
		default:
			return false;
		}
	}
	return run.socket && run.workers > 0 && run.response.p;
}

int main(int argc, char **argv)
{
	int listener;

	if (sodium_init() < 0 || !read_options(argc, argv))
		return 2;
	listener = FCGX_OpenSocket(run.socket, 1024);
	if (listener < 0)
		give_up(run.socket);
	for (int i = 0; i < run.workers; i++) {
		if (fork() == 0) {
			if (prctl(PR_SET_PDEATHSIG, SIGTERM))
				return 1;
			serve(listener);
			return 1;
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
