/* SPDX-License-Identifier: Apache-2.0
 *
 * R27, B31: what a server must prove before it sees a byte of a request. The servers are openssl
 * s_server, each on a port of the kernel's choice, which it prints.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"
#include "platform/httpc.h"

static char dir[] = "/tmp/grantry-tls-XXXXXX";
static int quiet[2];   /* a standard input that stays open: at its end s_server hangs up */
static FILE *log_file; /* standard error */
static long total_timeout_ms = 5000;

/* Runs openssl in dir; its output goes to out, or nowhere. */
static pid_t openssl(const char *const *argv, int out)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (chdir(dir) != 0 || dup2(quiet[0], STDIN_FILENO) < 0 ||
		!freopen("/dev/null", "w", stderr))
		_exit(126);
	if (dup2(out >= 0 ? out : STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(126);
	execvp("openssl", (char *const *)(const void *)argv);
	_exit(127);
}

#define RUN_OPENSSL(...) status_of(openssl((const char *const[]){"openssl", __VA_ARGS__, NULL}, -1))

static int status_of(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int certificate(const char *file, const char *days, const char *san)
{
	return RUN_OPENSSL("req", "-new", "-key", "key.pem", "-subj", "/CN=test", "-addext", san,
		       "-out", "request.pem") == 0 &&
	       RUN_OPENSSL("x509", "-req", "-in", "request.pem", "-signkey", "key.pem",
		       "-copy_extensions", "copy", "-days", days, "-out", file) == 0;
}

static int certificates(void)
{
	return RUN_OPENSSL("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
		       "key.pem") == 0 &&
	       certificate("good.pem", "2", "subjectAltName=IP:127.0.0.1") &&
	       certificate("expired.pem", "-1", "subjectAltName=IP:127.0.0.1") &&
	       certificate("other.pem", "2", "subjectAltName=DNS:other.example");
}

/* Reads the server's output up to what, or to its end. */
static void read_until(int fd, const char *what, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	text[0] = '\0';
	while (n > 0 && len < size - 1 &&
		!(what && strstr(text, what) && strchr(strstr(text, what), '\n'))) {
		n = read(fd, text + len, 1);
		len += n > 0 ? (size_t)n : 0;
		text[len] = '\0';
	}
}

static int call(const char *port, const char *ca_file)
{
	const struct netpol none = {.n = 0};
	struct httpc_config config = {.ca_file = ca_file, .total_timeout_ms = total_timeout_ms};
	struct httpc_request rq = {.method = "GET"};
	struct netpol policy = none;
	struct httpc_response rs;
	struct httpc *http = NULL;
	char origin[64];
	int rc;

	(void)snprintf(origin, sizeof origin, "https://127.0.0.1:%s", port);
	config.policy = &policy;
	CHECK_INT(netpol_allow_origin(&policy, origin), RC_OK);
	CHECK_INT(httpc_new(&config, &http), RC_OK);
	CHECK_INT(secret_append_text(&rq.url, origin), RC_OK);
	rc = httpc_perform(http, &rq, &rs);
	if (rc == RC_OK)
		CHECK_INT(rs.status, 200);
	httpc_response_release(&rs);
	httpc_request_release(&rq);
	httpc_free(http);
	return rc;
}

/* One call to a server with this certificate; seen is what reached it in clear. */
static int call_server(
	const char *cert, int trust, const char *mode, const char *version, char *seen, size_t size)
{
	const char *argv[] = {"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert,
		"-key", "key.pem", "-cipher", "ALL:@SECLEVEL=0", mode, version, NULL};
	char line[512], ca_file[128], *port;
	int out[2], rc = -1;
	pid_t pid;

	(void)snprintf(ca_file, sizeof ca_file, "%s/%s", dir, cert);
	CHECK_INT(pipe(out), 0);
	pid = openssl(argv, out[1]);
	(void)close(out[1]);
	read_until(out[0], "ACCEPT", line, sizeof line);
	port = strrchr(line, ':');
	CHECK(port != NULL);
	if (port) {
		port++;
		port[strcspn(port, "\n")] = '\0';
		rc = call(port, trust ? ca_file : NULL);
	}
	(void)kill(pid, SIGTERM);
	(void)status_of(pid);
	read_until(out[0], NULL, seen, size);
	(void)close(out[0]);
	return rc;
}

/* Refused for the reason that the test is about, and not for another. */
static void refused(const char *cert, int trust, const char *version, const char *reason)
{
	char seen[4096], log[4096];
	size_t len;

	rewind(log_file);
	CHECK_INT(ftruncate(fileno(log_file), 0), 0);
	CHECK_INT(call_server(cert, trust, "-naccept=9", version, seen, sizeof seen), RC_UPSTREAM);
	CHECK(strstr(seen, "GET /") == NULL);
	rewind(log_file);
	len = fread(log, 1, sizeof log - 1, log_file);
	log[len] = '\0';
	if (!strstr(log, reason))
		printf("# %s", log);
	CHECK(strstr(log, reason) != NULL);
}

static void httpc_r27_trusted_certificate_is_accepted(void)
{
	char seen[4096];

	CHECK_INT(call_server("good.pem", 1, "-www", NULL, seen, sizeof seen), RC_OK);
	CHECK_INT(call_server("good.pem", 1, "-www", "-tls1_2", seen, sizeof seen), RC_OK);
	/* This server prints what it is told, and says nothing: that the other tests see a
	 * request if one is sent is seen here. */
	total_timeout_ms = 1000;
	CHECK_INT(call_server("good.pem", 1, "-naccept=9", NULL, seen, sizeof seen), RC_TIMEOUT);
	total_timeout_ms = 5000;
	CHECK(strstr(seen, "GET /") != NULL);
}

static void httpc_b31_self_signed_is_refused(void)
{
	refused("good.pem", 0, NULL, "certificate");
}

static void httpc_b31_expired_is_refused(void)
{
	refused("expired.pem", 1, NULL, "certificate");
}

static void httpc_b31_wrong_name_is_refused(void)
{
	refused("other.pem", 1, NULL, "certificate");
}

static void httpc_b31_tls_1_1_is_refused(void)
{
	refused("good.pem", 1, "-tls1_1", "SSL connect error");
}

int main(void)
{
	static const char *const files[] = {
		"key.pem", "request.pem", "good.pem", "expired.pem", "other.pem"};
	char path[128];

	log_file = tmpfile();
	if (codec_init() != RC_OK || !log_file || pipe(quiet) != 0 || !mkdtemp(dir))
		return 1;
	if (RUN_OPENSSL("version") != 0) {
		(void)rmdir(dir);
		printf("ok httpc_tls # SKIP openssl(1) is not here\n");
		return 0;
	}
	if (!certificates() || dup2(fileno(log_file), STDERR_FILENO) < 0)
		return 1;
	RUN(httpc_r27_trusted_certificate_is_accepted);
	RUN(httpc_b31_self_signed_is_refused);
	RUN(httpc_b31_expired_is_refused);
	RUN(httpc_b31_wrong_name_is_refused);
	RUN(httpc_b31_tls_1_1_is_refused);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
	return CHECK_DONE;
}
