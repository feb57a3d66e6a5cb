/* SPDX-License-Identifier: Apache-2.0
 *
 * A real pool on a socket in a temporary folder, spoken to in FastCGI: requests, deaths, signals, and
 * peers that do not keep to the protocol (security K1, K5-K8, K12, D17).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"
#include "fcgi_client.h"
#include "fcgi_pool.h"
#include "platform/clock.h"
#include "platform/fcgi.h"
#include "platform/log.h"

static char dir[64], path[96], refuse_file[96];

/* --- the program under test ----------------------------------------------------------------- */

static void count_variable(const char *name, size_t len, const char *value, void *arg)
{
	int *n = arg;

	(void)value;
	*n += len == 12 && memcmp(name, "HTTP_X_TWICE", len) == 0;
}

static void write_text(struct fcgi_exchange *x, const char *text)
{
	(void)!fcgi_write(x, text, strlen(text));
}

static void echo(struct fcgi_exchange *x, void *arg)
{
	const char *target = fcgi_param(x, "PATH_INFO");
	char line[256], block[4096];
	size_t n, total = 0;
	unsigned sum = 0;
	int twice = 0;

	(void)arg;
	target = target ? target : "";
	if (strncmp(target, "/slow/", 6) == 0)
		nap(strtol(target + 6, NULL, 10));
	if (strcmp(target, "/crash") == 0)
		abort();
	if (strcmp(target, "/exit") == 0)
		_exit(3);
	while ((n = fcgi_read(x, block, sizeof block)) > 0) {
		for (size_t i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)block[i];
		total += n;
	}
	fcgi_params_each(x, count_variable, &twice);
	snprintf(line, sizeof line,
		"Status: 200\r\n\r\npid=%ld method=%s body=%zu sum=%u twice=%d dumpable=%d "
		"end=%zu\n",
		(long)getpid(), fcgi_param(x, "REQUEST_METHOD"), total, sum, twice,
		prctl(PR_GET_DUMPABLE), fcgi_read(x, block, 1));
	write_text(x, line);
	for (int i = 0; strcmp(target, "/large") == 0 && i < 700; i++)
		write_text(x, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static enum rc start_worker(void *arg)
{
	(void)arg;
	return access(refuse_file, F_OK) ? RC_OK : RC_UNAVAILABLE;
}

static const struct fcgi_app app = {.worker_start = start_worker, .handle = echo};

static pid_t begin(unsigned workers, unsigned max_requests)
{
	struct fcgi_options options = {.socket_path = path,
		.workers = workers,
		.max_requests = max_requests,
		.request_max_s = 3};

	return begin_serving(&options, &app);
}

/* --- asking --------------------------------------------------------------------------------- */

static const char *const get_root[] = {"REQUEST_METHOD", "GET", "PATH_INFO", "/", NULL};

static bool get(const char *target, struct fc_answer *a)
{
	const char *const pairs[] = {"REQUEST_METHOD", "GET", "PATH_INFO", target, NULL};

	return fc_request(path, pairs, "", 0, a);
}

static bool works(void)
{
	static struct fc_answer a;

	return get("/", &a) && strstr(a.out, "method=GET");
}

static pid_t pid_in(const struct fc_answer *a)
{
	const char *p = strstr(a->out, "pid=");

	return p ? (pid_t)strtol(p + 4, NULL, 10) : 0;
}

static int ask(const char *target)
{
	return fc_ask(path, target);
}

/* How many different workers answer within a number of requests at once? */
static int distinct_workers(pid_t *pids, int max)
{
	static struct fc_answer a;
	int fds[8], n = 0;

	for (int i = 0; i < 8; i++)
		fds[i] = ask("/slow/60");
	for (int i = 0; i < 8; i++) {
		int known = 0;
		pid_t pid = fc_answer(fds[i], 10000, &a) ? pid_in(&a) : 0;

		close(fds[i]);
		for (int k = 0; k < n; k++)
			known |= pids[k] == pid;
		if (pid && !known && n < max)
			pids[n++] = pid;
	}
	return n;
}

/* --- requests ------------------------------------------------------------------------------- */

static void request_is_answered(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0);
	struct stat st;

	CHECK(get("/", &a));
	CHECK(strstr(a.out, "method=GET body=0 sum=0 twice=0") != NULL);
	CHECK(strstr(a.out, "dumpable=0") != NULL);
	CHECK(a.closed);
	CHECK(pid_in(&a) != pid);
	CHECK(!stat(path, &st) && (st.st_mode & 0777) == 0660);
	CHECK_INT(end(pid), 0);
	CHECK(access(path, F_OK) != 0);
}

static void duplicate_variables_are_all_seen(void)
{
	static const char *const pairs[] = {"REQUEST_METHOD", "GET", "HTTP_X_TWICE", "a",
		"HTTP_X_TWICE", "b", "EMPTY", "", NULL};
	static struct fc_answer a;
	pid_t pid = begin(1, 0);

	CHECK(fc_request(path, pairs, "", 0, &a));
	CHECK(strstr(a.out, "twice=2") != NULL);
	end(pid);
}

static void large_answer_arrives(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0);

	CHECK(get("/large", &a));
	CHECK(a.len > 700 * 64);
	end(pid);
}

static void post(const char *length, const char *body, size_t len, const char *want)
{
	const char *const pairs[] = {"REQUEST_METHOD", "POST", length ? "CONTENT_LENGTH" : "X_NONE",
		length ? length : "", NULL};
	static struct fc_answer a;

	CHECK(fc_request(path, pairs, body, len, &a));
	if (!strstr(a.out, want)) {
		printf("# length %s: %.200s\n", length ? length : "(none)", a.out);
		check_failed_here = 1;
	}
}

static void body_is_read_as_it_arrives(void)
{
	size_t len = 1000000;
	char *body = malloc(len + 1);
	pid_t pid = begin(1, 0);

	memset(body, 'x', len);
	post("5", "hello", 5, "body=5 sum=99162322 ");
	post("1000000", body, len, "body=1000000 ");
	post("0", "", 0, "body=0 ");
	post("5", "hello and more", 14, "body=5 sum=99162322 "); /* the rest is not ours */
	post("2147483647", "short", 5, "body=5 ");
	post("9223372036854775808", "short", 5, "body=5 ");
	post("99999999999999999999999999", "short", 5, "body=5 ");
	post("-5", "hello", 5, "body=5 ");
	post("abc", "hello", 5, "body=5 ");
	post(NULL, "hello", 5, "body=5 ");
	free(body);
	CHECK_INT(end(pid), 0);
}

static void two_requests_run_at_once(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0);
	int64_t began;
	int one, two;

	CHECK(works());
	began = clock_mono_ms();
	one = ask("/slow/400");
	two = ask("/slow/400");
	CHECK(fc_answer(one, 5000, &a));
	CHECK(fc_answer(two, 5000, &a));
	CHECK(clock_mono_ms() - began < 750);
	close(one);
	close(two);
	end(pid);
}

static void kept_connection_does_not_own_a_worker(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0);
	int fd = fc_connect(path);

	CHECK(fc_begin(fd, FC_RESPONDER, FC_KEEP_CONN) && fc_params(fd, get_root) &&
		fc_stdin(fd, "", 0));
	CHECK(fc_answer(fd, 5000, &a));
	CHECK(a.closed);
	CHECK(works());
	close(fd);
	CHECK_INT(end(pid), 0);
}

static void worker_is_replaced_after_its_requests(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 3), first = 0, last = 0;

	for (int i = 0; i < 9; i++) {
		CHECK(get("/", &a));
		first = first ? first : pid_in(&a);
		last = pid_in(&a);
	}
	CHECK(first != last);
	CHECK_INT(end(pid), 0);
}

/* --- deaths and signals --------------------------------------------------------------------- */

static void killed_worker_is_replaced(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0), pids[4];
	int64_t began;

	nap(1100); /* old enough for no pause */
	CHECK(get("/", &a));
	CHECK_INT(distinct_workers(pids, 4), 2);
	began = clock_mono_ms();
	kill(pids[0], SIGKILL);
	kill(pids[1], SIGKILL);
	CHECK(works());
	CHECK(clock_mono_ms() - began < 1000);
	CHECK_INT(distinct_workers(pids, 4), 2);
	CHECK_INT(end(pid), 0);
}

static void crash_loop_ends_within_a_second(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0);

	for (int i = 0; i < 6; i++) {
		CHECK(!get(i & 1 ? "/crash" : "/exit", &a));
		CHECK(!a.ended);
	}
	int64_t began = clock_mono_ms();

	CHECK(works());
	CHECK(clock_mono_ms() - began < 1500);
	CHECK_INT(end(pid), 0);
}

static void stop_lets_a_request_finish(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0);
	int fd;

	CHECK(works());
	fd = ask("/slow/600");
	nap(100);
	kill(pid, SIGTERM);
	nap(50);
	CHECK_INT(fc_connect(path), -1);
	CHECK(fc_answer(fd, 5000, &a));
	CHECK(strstr(a.out, "method=GET") != NULL);
	close(fd);
	CHECK_INT(await_end(pid, 3000), 0);
}

static void stop_lets_a_body_finish(void)
{
	static const char *const pairs[] = {"REQUEST_METHOD", "POST", "CONTENT_LENGTH", "10", NULL};
	static struct fc_answer a;
	pid_t pid = begin(1, 0);
	int fd = fc_connect(path);

	CHECK(fc_begin(fd, FC_RESPONDER, 0) && fc_params(fd, pairs) &&
		fc_record(fd, FC_STDIN, "01234", 5));
	nap(100);
	kill(pid, SIGTERM);
	nap(100);
	CHECK(fc_stdin(fd, "56789", 5));
	CHECK(fc_answer(fd, 5000, &a));
	CHECK(strstr(a.out, "body=10 ") != NULL);
	close(fd);
	CHECK_INT(await_end(pid, 3000), 0);
}

static void stop_when_idle_is_quick(void)
{
	for (int i = 0; i < 5; i++) {
		pid_t pid = begin(4, 0);
		int64_t began;

		CHECK(works());
		began = clock_mono_ms();
		kill(pid, i & 1 ? SIGINT : SIGTERM);
		CHECK_INT(await_end(pid, 3000), 0);
		CHECK(clock_mono_ms() - began < 500);
	}
}

static void other_signals_do_not_end_it(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0), worker;
	int fd;

	CHECK(get("/", &a));
	worker = pid_in(&a);
	kill(pid, SIGUSR1);
	kill(pid, SIGPIPE);
	kill(worker, SIGHUP);
	kill(worker, SIGPIPE);
	fd = ask("/slow/200");
	nap(50);
	kill(worker, SIGUSR1); /* ends it after the request */
	CHECK(fc_answer(fd, 5000, &a));
	CHECK_INT(pid_in(&a), worker);
	close(fd);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void workers_end_with_their_parent(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0), worker;
	int i;

	CHECK(get("/", &a));
	worker = pid_in(&a);
	kill(pid, SIGKILL);
	await_end(pid, 1000);
	for (i = 0; i < 300 && !kill(worker, 0); i++)
		nap(10);
	CHECK(i < 300);
}

static void hangup_replaces_workers_without_a_lost_request(void)
{
	static struct fc_answer a;
	pid_t pid = begin(2, 0), before[4], after[4];
	int lost = 0;

	CHECK_INT(distinct_workers(before, 4), 2);
	for (int round = 0; round < 5; round++) {
		kill(pid, SIGHUP);
		for (int i = 0; i < 100; i++)
			lost += !get("/", &a);
	}
	nap(300);
	CHECK_INT(lost, 0);
	CHECK_INT(distinct_workers(after, 4), 2);
	for (int i = 0; i < 2; i++) {
		CHECK(after[i] != before[0] && after[i] != before[1]);
		CHECK(kill(before[i], 0) != 0);
	}
	CHECK_INT(end(pid), 0);
}

static void hangup_keeps_workers_when_new_ones_do_not_start(void)
{
	pid_t pid = begin(2, 0), before[4], after[4];

	CHECK_INT(distinct_workers(before, 4), 2);
	close(open(refuse_file, O_CREAT | O_WRONLY, 0600));
	kill(pid, SIGHUP);
	nap(300);
	CHECK_INT(distinct_workers(after, 4), 2);
	CHECK(before[0] == after[0] || before[0] == after[1]);
	CHECK(before[1] == after[0] || before[1] == after[1]);
	unlink(refuse_file);
	CHECK_INT(end(pid), 0);
}

static void worker_that_cannot_start_is_tried_again(void)
{
	pid_t pid;

	close(open(refuse_file, O_CREAT | O_WRONLY, 0600));
	pid = begin(1, 0);
	nap(300);
	unlink(refuse_file);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void service_manager_is_told(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = 5};
	char text[64] = "";
	pid_t pid;

	snprintf(a.sun_path, sizeof a.sun_path, "%s/notify", dir);
	CHECK(!bind(fd, (struct sockaddr *)&a, sizeof a));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setenv("NOTIFY_SOCKET", a.sun_path, 1);
	pid = begin(3, 0);
	unsetenv("NOTIFY_SOCKET");
	CHECK(recv(fd, text, sizeof text - 1, 0) > 0);
	CHECK_STR(text, "READY=1");
	CHECK_INT(end(pid), 0);
	memset(text, 0, sizeof text);
	CHECK(recv(fd, text, sizeof text - 1, 0) > 0);
	CHECK_STR(text, "STOPPING=1");
	close(fd);
	unlink(a.sun_path);
}

/* --- peers that break the protocol ---------------------------------------------------------- */

static void raw(const void *p, size_t len)
{
	int fd = fc_connect(path);

	CHECK(fd >= 0);
	(void)!fc_send(fd, p, len);
	close(fd);
}

static void raw_params(const void *p, size_t len)
{
	static struct fc_answer a;
	int fd = fc_connect(path);

	CHECK(fd >= 0);
	if (fc_begin(fd, FC_RESPONDER, 0) && fc_record(fd, FC_PARAMS, p, len) &&
		fc_record(fd, FC_PARAMS, "", 0) && fc_stdin(fd, "", 0))
		(void)!fc_answer(fd, 3000, &a);
	CHECK(!strstr(a.out, "method="));
	close(fd);
}

static void malformed_records_leave_the_pool_alive(void)
{
	static const unsigned char bad_version[] = {9, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	static const unsigned char huge[] = {1, 1, 0, 1, 0xff, 0xff, 0xff, 0, 0, 1};
	static const unsigned char both_max[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a'};
	static const unsigned char cve[] = {0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe, 'a'};
	static const unsigned char cut[] = {200, 10, 'n', 'a'};
	static const unsigned char zeros[4096];
	static struct fc_answer a;
	pid_t pid = begin(2, 0);
	int fd;

	raw(bad_version, sizeof bad_version);
	raw(huge, sizeof huge);
	raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	raw(zeros, sizeof zeros);
	raw("\1", 1);
	raw("", 0);
	raw_params(both_max, sizeof both_max);
	raw_params(cut, sizeof cut);
	CHECK(works());
	raw_params(cve, sizeof cve); /* may cost a worker, which comes back */
	CHECK(works());
	fd = fc_connect(path);
	CHECK(fc_begin(fd, 7, 0) && fc_params(fd, get_root) && fc_stdin(fd, "", 0));
	CHECK(!fc_answer(fd, 3000, &a) || !strstr(a.out, "method="));
	close(fd);
	fd = fc_connect(path);
	CHECK(fc_begin(fd, FC_AUTHORIZER, 0) && fc_params(fd, get_root));
	(void)!fc_answer(fd, 3000, &a);
	CHECK(!strstr(a.out, "method="));
	close(fd);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void aborted_and_empty_requests_are_dropped(void)
{
	static const char *const none[] = {NULL};
	static struct fc_answer a;
	pid_t pid = begin(1, 0);
	int fd = fc_connect(path);

	CHECK(fc_begin(fd, FC_RESPONDER, 0) && fc_record(fd, FC_ABORT, "", 0));
	(void)!fc_answer(fd, 3000, &a);
	CHECK(!strstr(a.out, "method="));
	close(fd);
	CHECK(fc_request(path, none, "", 0, &a));
	CHECK_INT(a.len, 0);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void client_that_leaves_costs_nothing(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0), worker;

	CHECK(get("/", &a));
	worker = pid_in(&a);
	for (int i = 0; i < 5; i++)
		close(ask("/large"));
	CHECK(get("/", &a));
	CHECK_INT(pid_in(&a), worker);
	CHECK_INT(end(pid), 0);
}

static void silent_peer_does_not_hold_a_worker(void)
{
	pid_t pid = begin(1, 0);
	int silent, half;
	int64_t began = clock_mono_ms();

	CHECK(works());
	silent = fc_connect(path);
	CHECK(works());
	CHECK(clock_mono_ms() - began < 3000);
	half = fc_connect(path);
	CHECK(fc_send(half, "\1\1\0\1", 4));
	nap(50);
	began = clock_mono_ms();
	CHECK(works()); /* after the watchdog: 3 s here */
	CHECK(clock_mono_ms() - began < 5000);
	close(silent);
	close(half);
	CHECK_INT(end(pid), 0);
}

static void hanging_request_is_ended(void)
{
	static struct fc_answer a;
	pid_t pid = begin(1, 0);

	CHECK(!get("/slow/60000", &a));
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

/* --- the socket ----------------------------------------------------------------------------- */

static void stale_socket_is_taken_over(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	memcpy(a.sun_path, path, strlen(path) + 1);
	CHECK(!bind(fd, (struct sockaddr *)&a, sizeof a));
	close(fd);
	CHECK(!access(path, F_OK));
	pid = begin(1, 0);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void live_socket_is_refused(void)
{
	pid_t pid = begin(1, 0), second = begin(1, 0);

	CHECK_INT(await_end(second, 3000), 1);
	CHECK(works());
	CHECK_INT(end(pid), 0);
}

static void foreign_live_socket_is_refused(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	memcpy(a.sun_path, path, strlen(path) + 1);
	CHECK(!bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 8));
	pid = begin(1, 0);
	CHECK_INT(await_end(pid, 3000), 1);
	CHECK(!access(path, F_OK));
	close(fd);
	unlink(path);
}

static void other_files_are_not_removed(void)
{
	struct stat st;
	pid_t pid;

	close(open(path, O_CREAT | O_WRONLY, 0600));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct fcgi_options options = {.socket_path = path, .workers = 1};

		quiet();
		exit(fcgi_serve(&options, &app));
	}
	CHECK_INT(await_end(pid, 3000), 1);
	CHECK(!stat(path, &st) && S_ISREG(st.st_mode));
	unlink(path);
}

static void next_pool_may_start_while_the_last_finishes(void)
{
	static struct fc_answer a;
	pid_t first = begin(1, 0), second;
	int fd = ask("/slow/800");

	nap(100);
	kill(first, SIGTERM);
	nap(100);
	second = begin(1, 0);
	CHECK(works());
	CHECK(fc_answer(fd, 5000, &a));
	close(fd);
	CHECK_INT(await_end(first, 3000), 0);
	CHECK(works());
	CHECK_INT(end(second), 0);
}

/* --- the other ways to be started ------------------------------------------------------------- */

static void listening_standard_input_is_served(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	static struct fc_answer answer;
	pid_t pid;

	memcpy(a.sun_path, path, strlen(path) + 1);
	CHECK(!bind(fd, (struct sockaddr *)&a, sizeof a) && !listen(fd, 8));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct fcgi_options options = {.socket_path = NULL};

		quiet();
		dup2(fd, STDIN_FILENO);
		exit(fcgi_serve(&options, &app));
	}
	close(fd);
	CHECK(get("/", &answer));
	CHECK_INT(pid_in(&answer), pid);
	fd = ask("/slow/300");
	nap(50);
	kill(pid, SIGTERM);
	CHECK(fc_answer(fd, 3000, &answer));
	close(fd);
	CHECK_INT(await_end(pid, 3000), 0);
	unlink(path);
}

/* A CGI process with this input; its output goes to out. */
static int run_cgi(
	const char *method, const char *length, const char *input, char *out, size_t size)
{
	int in[2], answer[2];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	CHECK(!pipe(in) && !pipe(answer));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct fcgi_options options = {.socket_path = NULL};

		quiet();
		dup2(in[0], STDIN_FILENO);
		dup2(answer[1], STDOUT_FILENO);
		close(in[1]);
		close(answer[0]);
		unsetenv("CONTENT_LENGTH");
		if (method)
			setenv("REQUEST_METHOD", method, 1);
		if (length)
			setenv("CONTENT_LENGTH", length, 1);
		exit(fcgi_serve(&options, &app));
	}
	close(in[0]);
	close(answer[1]);
	CHECK(write(in[1], input, strlen(input)) == (ssize_t)strlen(input));
	/* The input stays open, as some web servers leave it: nobody may wait for its end. */
	while ((n = read(answer[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = 0;
	close(in[1]);
	close(answer[0]);
	return await_end(pid, 3000);
}

static void cgi_request_is_answered(void)
{
	char out[512];

	CHECK_INT(run_cgi("GET", NULL, "", out, sizeof out), 0);
	CHECK(strstr(out, "Status: 200\r\n\r\npid=") == out);
	CHECK(strstr(out, "method=GET body=0") != NULL);
	CHECK_INT(run_cgi("POST", "5", "hello and more", out, sizeof out), 0);
	CHECK(strstr(out, "method=POST body=5 sum=99162322 ") != NULL);
	CHECK_INT(run_cgi("POST", "x", "hello", out, sizeof out), 0);
	CHECK(strstr(out, "body=0 ") != NULL);
	CHECK_INT(run_cgi(NULL, NULL, "", out, sizeof out), 2);
	CHECK_STR(out, "");
}

static void silly_options_are_refused(void)
{
	static const unsigned workers[] = {0, 257};

	for (int i = 0; i < 2; i++) {
		struct fcgi_options options = {.socket_path = path, .workers = workers[i]};
		pid_t pid;

		fflush(NULL);
		pid = fork();
		if (pid == 0) {
			quiet();
			exit(fcgi_serve(&options, &app));
		}
		CHECK_INT(await_end(pid, 3000), 2);
	}
}

int main(void)
{
	char lock[104];

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("test_pool", LOG_INFO);
	signal(SIGPIPE, SIG_IGN);
	unsetenv("REQUEST_METHOD");
	snprintf(dir, sizeof dir, "/tmp/grantry-pool.XXXXXX");
	if (!mkdtemp(dir))
		return 99;
	snprintf(path, sizeof path, "%s/s", dir);
	snprintf(refuse_file, sizeof refuse_file, "%s/refuse", dir);
	RUN(request_is_answered);
	RUN(duplicate_variables_are_all_seen);
	RUN(large_answer_arrives);
	RUN(body_is_read_as_it_arrives);
	RUN(two_requests_run_at_once);
	RUN(kept_connection_does_not_own_a_worker);
	RUN(worker_is_replaced_after_its_requests);
	RUN(killed_worker_is_replaced);
	RUN(crash_loop_ends_within_a_second);
	RUN(stop_lets_a_request_finish);
	RUN(stop_lets_a_body_finish);
	RUN(stop_when_idle_is_quick);
	RUN(other_signals_do_not_end_it);
	RUN(workers_end_with_their_parent);
	RUN(hangup_replaces_workers_without_a_lost_request);
	RUN(hangup_keeps_workers_when_new_ones_do_not_start);
	RUN(worker_that_cannot_start_is_tried_again);
	RUN(service_manager_is_told);
	RUN(malformed_records_leave_the_pool_alive);
	RUN(aborted_and_empty_requests_are_dropped);
	RUN(client_that_leaves_costs_nothing);
	RUN(silent_peer_does_not_hold_a_worker);
	RUN(hanging_request_is_ended);
	RUN(stale_socket_is_taken_over);
	RUN(live_socket_is_refused);
	RUN(foreign_live_socket_is_refused);
	RUN(other_files_are_not_removed);
	RUN(next_pool_may_start_while_the_last_finishes);
	RUN(listening_standard_input_is_served);
	RUN(cgi_request_is_answered);
	RUN(silly_options_are_refused);
	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(lock);
	rmdir(dir);
	return CHECK_DONE;
}
