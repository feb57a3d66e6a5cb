/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/cfg.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define DIRS                                                                                       \
	"db_password_dir = /etc/grantry/db\nkey_dir = /etc/grantry/keys\n"                         \
	"provider_dir = /usr/share/grantry/providers\n"                                            \
	"template_dir = /usr/share/grantry/templates\n"                                            \
	"message_dir = /usr/share/grantry/messages\nsql_dir = /usr/share/grantry/sql\n"            \
	"refresh_dir = /var/lib/grantry/refresh\n"
#define SOCKET "db_socket = /run/mysqld/mysqld.sock\n"
#define ORIGIN "public_origin = https://grantry.example\n"

static FILE *log_file; /* what went to standard error */

static int parse_rc(const char *text)
{
	struct cfg *cfg = NULL;
	int rc;

	rewind(log_file);
	CHECK_INT(ftruncate(fileno(log_file), 0), 0);
	rc = cfg_parse("test.conf", text, strlen(text), &cfg);
	CHECK((rc == RC_OK) == (cfg != NULL));
	cfg_free(cfg);
	return rc;
}

/* The refusal must name the place. */
static void refused_at(const char *text, const char *at)
{
	char log[4096];
	size_t len;

	CHECK_INT(parse_rc(text), RC_INVALID);
	rewind(log_file);
	len = fread(log, 1, sizeof log - 1, log_file);
	log[len] = '\0';
	if (!strstr(log, at))
		printf("# \"%s\" not in %s\n", at, log);
	CHECK(strstr(log, at) != NULL);
}

static void cfg_defaults_fill_what_is_optional(void)
{
	static const char text[] = ORIGIN SOCKET DIRS;
	struct cfg *cfg = NULL;

	CHECK_INT(cfg_parse("test.conf", text, sizeof text - 1, &cfg), RC_OK);
	if (!cfg)
		return;
	CHECK_STR(cfg->public_origin, "https://grantry.example");
	CHECK(cfg->origin_is_https);
	CHECK_STR(cfg->db_socket, "/run/mysqld/mysqld.sock");
	CHECK(cfg->db_host == NULL && cfg->db_ca_file == NULL && cfg->ca_file == NULL);
	CHECK_STR(cfg->db_name, "grantry");
	CHECK_INT(cfg->db_port, 3306);
	CHECK_STR(cfg->key_dir, "/etc/grantry/keys");
	CHECK_STR(cfg->sql_dir, "/usr/share/grantry/sql");
	CHECK_STR(cfg->refresh_dir, "/var/lib/grantry/refresh");
	CHECK_INT(cfg->egress.n, 0);
	CHECK_INT(cfg->session_idle_s, 8 * 3600);
	CHECK_INT(cfg->session_absolute_s, 24 * 3600);
	CHECK_INT(cfg->provider_timeout_ms, 15000);
	CHECK_INT(cfg->runtime_key_rate, 200);
	CHECK_INT(cfg->runtime_tenant_rate, 1000);
	CHECK_INT(cfg->refresh_takeover_ms, 45000);
	cfg_free(cfg);
}

static void cfg_every_key_is_read(void)
{
	static const char text[] = "# comment\n\n  public_origin=http://127.0.0.1:8080  # here\n"
				   "db_host = db.example\ndb_port = 3307\ndb_name = other\n"
				   "db_ca_file = /etc/ca.pem\nca_file=/etc/out.pem\n" DIRS
				   "egress_allow = http://127.0.0.1:9000\n"
				   "egress_allow = https://corp.example\n"
				   "session_idle_s = 60\n\tsession_absolute_s\t=\t120\n"
				   "provider_timeout_ms = 100\nrefresh_takeover_ms = 600000";
	struct cfg *cfg = NULL;

	CHECK_INT(cfg_parse("test.conf", text, sizeof text - 1, &cfg), RC_OK);
	if (!cfg)
		return;
	CHECK_STR(cfg->public_origin, "http://127.0.0.1:8080");
	CHECK(!cfg->origin_is_https);
	CHECK_STR(cfg->db_host, "db.example");
	CHECK_STR(cfg->db_name, "other");
	CHECK_STR(cfg->db_ca_file, "/etc/ca.pem");
	CHECK_STR(cfg->ca_file, "/etc/out.pem");
	CHECK_INT(cfg->db_port, 3307);
	CHECK_INT(cfg->egress.n, 2);
	CHECK(netpol_allows_origin(&cfg->egress, false, "127.0.0.1", 9000));
	CHECK(netpol_allows_origin(&cfg->egress, true, "corp.example", 443));
	CHECK_INT(cfg->session_idle_s, 60);
	CHECK_INT(cfg->session_absolute_s, 120);
	CHECK_INT(cfg->provider_timeout_ms, 100);
	CHECK_INT(cfg->refresh_takeover_ms, 600000);
	cfg_free(cfg);
}

static void cfg_refusals_name_the_line(void)
{
	refused_at(ORIGIN SOCKET DIRS "colour = blue\n", "test.conf:10");
	refused_at(ORIGIN "no equals sign\n" SOCKET DIRS, "test.conf:2");
	refused_at(ORIGIN SOCKET DIRS "key_dir = /again\n", "test.conf:10");
	refused_at("\n\ndb_port = x\n" ORIGIN SOCKET DIRS, "test.conf:3");
	refused_at(ORIGIN SOCKET DIRS "= value\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "ca_file =\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "ca_file = relative\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "ca_file = /a\x01"
				      "b\n",
		"test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "ca_file = /a\xff\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "ca_file = /a#b\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "Db_Port = 1\n", "test.conf:10");
	refused_at(ORIGIN SOCKET DIRS "egress_allow = http://10.0.0.1/path\n", "test.conf:10");
}

static void cfg_values_stay_out_of_the_log(void)
{
	char log[4096];
	size_t len;

	CHECK_INT(parse_rc(ORIGIN SOCKET DIRS "db_password = hunter2\n"), RC_INVALID);
	CHECK_INT(parse_rc(ORIGIN SOCKET DIRS "db_port = hunter2\n"), RC_INVALID);
	rewind(log_file);
	len = fread(log, 1, sizeof log - 1, log_file);
	log[len] = '\0';
	CHECK(strstr(log, "hunter2") == NULL);
}

static void cfg_missing_keys_are_named(void)
{
	refused_at(SOCKET DIRS, "public_origin");
	refused_at(ORIGIN DIRS, "db_socket");
	refused_at(ORIGIN SOCKET, "db_password_dir");
	refused_at("", "public_origin");
	refused_at(ORIGIN SOCKET "db_host = a\ndb_ca_file = /c\n" DIRS, "db_socket");
	refused_at(ORIGIN "db_host = a\n" DIRS, "db_ca_file");
}

static void cfg_numbers_are_digits_in_range(void)
{
	static const char *const bad[] = {"db_port = 0", "db_port = 65536", "db_port = -1",
		"db_port = +1", "db_port = 1x", "db_port = 0x10", "db_port = 1 2",
		"db_port = 99999999999999999999", "session_idle_s = 59", "session_idle_s = 604801",
		"session_absolute_s = 59", "session_idle_s = 86401", "provider_timeout_ms = 15001",
		"provider_timeout_ms = 99", "runtime_key_rate = -1", "runtime_tenant_rate = 100001",
		"refresh_takeover_ms = 999", "refresh_takeover_ms = 600001",
		"refresh_takeover_ms = 44999",
		"provider_timeout_ms = 400\nrefresh_takeover_ms = 1199"};
	char text[2048];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		(void)snprintf(text, sizeof text, "%s%s\n", ORIGIN SOCKET DIRS, bad[i]);
		if (parse_rc(text) != RC_INVALID)
			printf("# accepted: %s\n", bad[i]);
		CHECK_INT(parse_rc(text), RC_INVALID);
	}
}

static int origin_rc(const char *origin)
{
	char text[2048];

	(void)snprintf(text, sizeof text, "public_origin = %s\n%s", origin, SOCKET DIRS);
	return parse_rc(text);
}

static void cfg_public_origin_is_exactly_an_origin(void)
{
	static const char *const good[] = {"https://grantry.example", "https://a:8443",
		"http://localhost", "http://localhost:8080", "http://127.0.0.1:1",
		"http://127.200.3.4", "http://[::1]:8080", "https://192.168.1.2"};
	static const char *const bad[] = {"https://grantry.example/", "https://grantry.example/x",
		"https://grantry.example?", "https://Grantry.example", "HTTPS://grantry.example",
		"https://grantry.example:443", "http://localhost:80", "http://grantry.example",
		"http://10.0.0.1", "http://128.0.0.1", "http://localhost.example",
		"http://[::2]:80", "http://127.1", "http://127.0.0.1.example", "https://u@a",
		"grantry.example", "https://", "https://a:0", "ftp://localhost",
		"https://[0:0:0:0:0:0:0:1]"};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (origin_rc(good[i]) != RC_OK)
			printf("# refused: %s\n", good[i]);
		CHECK_INT(origin_rc(good[i]), RC_OK);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (origin_rc(bad[i]) != RC_INVALID)
			printf("# accepted: %s\n", bad[i]);
		CHECK_INT(origin_rc(bad[i]), RC_INVALID);
	}
}

/* It stands in headers and pages as it is. */
static void cfg_public_prefix_is_plain_segments(void)
{
	static const char *const good[] = {"/grantry", "/a/b-1/c_2"};
	static const char *const bad[] = {"grantry", "/", "/grantry/", "//a", "/a//b", "/..",
		"/./a", "/A", "/a b", "/a;b", "/%61", "/a?b", "/a\"b", "https://a/b",
		"/aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345"};
	char text[2048];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		(void)snprintf(
			text, sizeof text, ORIGIN "public_prefix = %s\n" SOCKET DIRS, good[i]);
		CHECK_INT(parse_rc(text), RC_OK);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		(void)snprintf(
			text, sizeof text, ORIGIN "public_prefix = %s\n" SOCKET DIRS, bad[i]);
		if (parse_rc(text) != RC_INVALID)
			printf("# accepted: %s\n", bad[i]);
		CHECK_INT(parse_rc(text), RC_INVALID);
	}
}

static void cfg_egress_list_has_an_end(void)
{
	char text[4096] = ORIGIN SOCKET DIRS;
	size_t len = strlen(text);

	for (int i = 0; i < NETPOL_ALLOW_MAX; i++)
		len += (size_t)snprintf(
			text + len, sizeof text - len, "egress_allow = https://h%d.example\n", i);
	CHECK_INT(parse_rc(text), RC_OK);
	(void)snprintf(text + len, sizeof text - len, "egress_allow = https://more.example\n");
	CHECK_INT(parse_rc(text), RC_INVALID);
}

static void cfg_nul_and_size_are_refused(void)
{
	static const char nul[] = ORIGIN SOCKET DIRS "ca_file = /a\0b\n";
	static char large[70000];
	struct cfg *cfg = NULL;

	CHECK_INT(cfg_parse("test.conf", nul, sizeof nul - 1, &cfg), RC_INVALID);
	CHECK(cfg == NULL);
	memset(large, '#', sizeof large);
	CHECK_INT(cfg_parse("test.conf", large, sizeof large, &cfg), RC_INVALID);
	CHECK(cfg == NULL);
}

static void cfg_load_takes_path_or_environment(void)
{
	static const char text[] = ORIGIN SOCKET DIRS;
	char path[] = "/tmp/grantry-cfg-XXXXXX";
	int fd = mkstemp(path);
	struct cfg *cfg = NULL;

	CHECK(fd >= 0);
	CHECK_INT(write(fd, text, sizeof text - 1), sizeof text - 1);
	CHECK_INT(close(fd), 0);
	CHECK_INT(unsetenv("GRANTRY_CONFIG"), 0);
	CHECK_INT(cfg_load(NULL, &cfg), RC_NOT_FOUND);
	CHECK_INT(cfg_load(path, &cfg), RC_OK);
	cfg_free(cfg);
	CHECK_INT(setenv("GRANTRY_CONFIG", path, 1), 0);
	CHECK_INT(cfg_load(NULL, &cfg), RC_OK);
	cfg_free(cfg);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(cfg_load(NULL, &cfg), RC_NOT_FOUND);
	CHECK(cfg == NULL);
	CHECK_INT(cfg_load("/tmp", &cfg), RC_NOT_FOUND);
	cfg_free(NULL);
}

int main(void)
{
	log_file = tmpfile();
	if (!log_file || dup2(fileno(log_file), STDERR_FILENO) < 0)
		return 1;
	RUN(cfg_defaults_fill_what_is_optional);
	RUN(cfg_every_key_is_read);
	RUN(cfg_refusals_name_the_line);
	RUN(cfg_values_stay_out_of_the_log);
	RUN(cfg_missing_keys_are_named);
	RUN(cfg_numbers_are_digits_in_range);
	RUN(cfg_public_origin_is_exactly_an_origin);
	RUN(cfg_public_prefix_is_plain_segments);
	RUN(cfg_egress_list_has_an_end);
	RUN(cfg_nul_and_size_are_refused);
	RUN(cfg_load_takes_path_or_environment);
	return CHECK_DONE;
}
