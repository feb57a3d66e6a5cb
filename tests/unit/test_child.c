/* SPDX-License-Identifier: Apache-2.0
 *
 * The program that is started is this one: with an argument it is a child that behaves badly.
 */
#include "platform/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/buf.h"

#define MIB ((size_t)1 << 20)

extern char **environ;

/* --- the children --- */

static void put(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(9);
}

static size_t copy(size_t n_max)
{
	char bytes[65536];
	size_t total = 0;
	ssize_t n;

	while (total < n_max && (n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
		total += (size_t)n;
		for (ssize_t done = 0, m; done < n; done += m)
			if ((m = write(STDOUT_FILENO, bytes + done, (size_t)(n - done))) < 0)
				_exit(9);
	}
	return total;
}

static int be_a_cat(void)
{
	copy(SIZE_MAX);
	return 0;
}

static int read_first(void)
{
	char line[32];
	size_t n = 0;
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1)
		n++;
	snprintf(line, sizeof(line), "%zu", n);
	put(line);
	return 0;
}

static int never_stop(void)
{
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	while (write(STDOUT_FILENO, bytes, sizeof(bytes)) > 0)
		;
	return 0;
}

static int say_without_end(void)
{
	char bytes[4096];

	put("out");
	memset(bytes, 'e', sizeof(bytes));
	for (int i = 0; i < 1000; i++)
		if (write(STDERR_FILENO, bytes, sizeof(bytes)) < 0)
			return 9;
	return 4;
}

static int never_read(void)
{
	for (;;)
		pause();
	return 0;
}

static int never_read_but_answer(void)
{
	put("no");
	return 3;
}

static int close_all_and_stay(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	return never_read();
}

/* Leaves one behind that holds all descriptors open. Where no process may be made, there is none to leave. */
static int leave_somebody(void)
{
	pid_t pid;
	char line[32];

	copy(1);
	pid = fork();
	if (pid == 0)
		never_read();
	snprintf(line, sizeof(line), "%d", pid);
	put(line);
	return 0;
}

/* Only after the first byte of the input, when the limits are set for sure. */
static int take_memory(void)
{
	size_t taken = 0;
	char line[32];

	copy(1);
	while (taken < 1024 * MIB &&
		mmap(NULL, MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		taken += MIB;
	snprintf(line, sizeof(line), " %zu", taken / MIB);
	put(line);
	return 0;
}

static int compute(void)
{
	copy(1);
	for (volatile unsigned long i = 0;; i++)
		;
	return 0;
}

static int write_a_file(void)
{
	int fd;

	copy(1);
	signal(SIGXFSZ, SIG_IGN);
	fd = memfd_create("x", 0);
	put(fd < 0 ? "?" : write(fd, "x", 1) < 0 && errno == EFBIG ? "refused" : "written");
	return 0;
}

static int tell_what_was_given(void)
{
	struct rlimit core;
	struct sigaction pipe_action;
	sigset_t mask;
	char line[64];
	int open_fds = 0;

	/* First, before a runtime opens one. */
	for (int fd = 3; fd < 256; fd++)
		open_fds += fcntl(fd, F_GETFD) >= 0;
	copy(1);
	getrlimit(RLIMIT_CORE, &core);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigaction(SIGPIPE, NULL, &pipe_action);
	snprintf(line, sizeof(line), " env %d fds %d group %d core %d mask %d pipe %d",
		environ && environ[0] != NULL, open_fds, getpgrp() == getpid(), core.rlim_cur != 0,
		sigismember(&mask, SIGUSR1), pipe_action.sa_handler != SIG_DFL);
	put(line);
	return 0;
}

static int die(void)
{
	raise(SIGTERM);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} children[] = {
	{"be_a_cat", be_a_cat},
	{"read_first", read_first},
	{"never_stop", never_stop},
	{"say_without_end", say_without_end},
	{"never_read", never_read},
	{"never_read_but_answer", never_read_but_answer},
	{"close_all_and_stay", close_all_and_stay},
	{"leave_somebody", leave_somebody},
	{"take_memory", take_memory},
	{"compute", compute},
	{"write_a_file", write_a_file},
	{"tell_what_was_given", tell_what_was_given},
	{"die", die},
};

static int be(const char *name)
{
	for (size_t i = 0; i < sizeof(children) / sizeof(*children); i++)
		if (strcmp(children[i].name, name) == 0)
			return children[i].run();
	return 99;
}

/* --- the tests --- */

/* Long: only a child that hangs is ended by it, and then the test fails. */
static const struct child_limits patient = {.deadline_ms = 120000};

static enum child_how run(const char *name, const char *input, size_t len,
	const struct child_limits *limits, struct buf *out, struct child_end *end)
{
	char *argv[] = {"child", (char *)name, NULL};

	CHECK_INT(child_run("/proc/self/exe", argv, input, len, limits, out, end), RC_OK);
	/* Nobody of ours is left over. */
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	return end->how;
}

static void check_answer(const char *name, const char *input, const char *answer, int status)
{
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run(name, input, strlen(input), &patient, &out, &end), CHILD_EXITED);
	CHECK_INT(end.number, status);
	CHECK_STR(buf_text(&out), answer);
	buf_release(&out);
}

static void input_and_output_pass(void)
{
	check_answer("be_a_cat", "", "", 0);
	check_answer("be_a_cat", "hello", "hello", 0);
	check_answer("read_first", "", "0", 0);
	check_answer("no_such_child", "", "", 99);
}

/* Larger than any pipe: whoever writes all before reading hangs here. */
static void both_directions_flow_at_once(void)
{
	size_t len = 20 * MIB;
	char *input = malloc(len);
	struct child_end end;
	struct buf out;

	for (size_t i = 0; i < len; i++)
		input[i] = (char)(i % 251);
	buf_init(&out, len);
	CHECK_INT(run("be_a_cat", input, len, &patient, &out, &end), CHILD_EXITED);
	CHECK_INT(out.len, len);
	CHECK(out.len == len && memcmp(buf_text(&out), input, len) == 0);
	buf_clear(&out);
	CHECK_INT(run("read_first", input, len, &patient, &out, &end), CHILD_EXITED);
	CHECK_STR(buf_text(&out), "20971520");
	CHECK(end.peak_kib > 0);
	free(input);
	buf_release(&out);
}

static void an_answer_before_the_question_is_taken(void)
{
	size_t len = 4 * MIB;
	char *input = calloc(1, len);
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run("never_read_but_answer", input, len, &patient, &out, &end), CHILD_EXITED);
	CHECK_INT(end.number, 3);
	CHECK_STR(buf_text(&out), "no");
	free(input);
	buf_release(&out);
}

static void too_much_output_ends_it(void)
{
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run("never_stop", "", 0, &patient, &out, &end), CHILD_OUTPUT);
	CHECK_INT(out.len, 0);
	buf_release(&out);
	/* One byte more than fits, and one that fits. */
	buf_init(&out, 4);
	CHECK_INT(run("be_a_cat", "12345", 5, &patient, &out, &end), CHILD_OUTPUT);
	buf_release(&out);
	buf_init(&out, 5);
	CHECK_INT(run("be_a_cat", "12345", 5, &patient, &out, &end), CHILD_EXITED);
	CHECK_STR(buf_text(&out), "12345");
	buf_release(&out);
}

static void what_it_says_is_cut(void)
{
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run("say_without_end", "", 0, &patient, &out, &end), CHILD_EXITED);
	CHECK_INT(end.number, 4);
	CHECK_STR(buf_text(&out), "out");
	CHECK_INT(strlen(end.said), CHILD_SAID_SIZE - 1);
	CHECK_INT(strspn(end.said, "e"), CHILD_SAID_SIZE - 1);
	buf_release(&out);
}

static void who_hangs_is_ended_at_the_deadline(void)
{
	static const struct child_limits hasty = {.deadline_ms = 100};
	static const char *const names[] = {"never_read", "close_all_and_stay"};
	char *input = calloc(1, 4 * MIB);

	for (size_t i = 0; i < 2; i++) {
		struct child_end end;
		struct buf out;

		buf_init(&out, MIB);
		CHECK_INT(run(names[i], input, 4 * MIB, &hasty, &out, &end), CHILD_DEADLINE);
		buf_release(&out);
	}
	free(input);
}

static void who_computes_is_ended_by_its_time(void)
{
	static const struct child_limits limits = {.deadline_ms = 120000, .cpu_s = 1};
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run("compute", "x", 1, &limits, &out, &end), CHILD_CPU);
	CHECK(end.cpu_ms > 0);
	buf_release(&out);
}

static void who_dies_is_told_apart(void)
{
	struct child_end end;
	struct buf out;

	buf_init(&out, MIB);
	CHECK_INT(run("die", "", 0, &patient, &out, &end), CHILD_SIGNALED);
	CHECK_INT(end.number, SIGTERM);
	buf_release(&out);
}

/* Its descriptors stay open in the one that is left: neither do we wait for that one, nor does it live on. */
static void who_is_left_behind_is_ended(void)
{
	struct child_end end;
	struct buf out;
	pid_t left;

	buf_init(&out, MIB);
	CHECK_INT(run("leave_somebody", "x", 1, &patient, &out, &end), CHILD_EXITED);
	left = (pid_t)strtol(buf_text(&out) + (buf_text(&out)[0] == 'x'), NULL, 10);
	CHECK(left != 0);
	/* It is init's to reap, which takes as long as it takes. */
	while (left > 0 && kill(left, 0) == 0) {
		char path[64], state[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", left);
		f = fopen(path, "r");
		if (f && fgets(state, sizeof(state), f) && strstr(state, ") Z"))
			left = 0;
		if (f)
			fclose(f);
	}
	buf_release(&out);
}

static void memory_is_limited(void)
{
	static const struct child_limits limits = {
		.deadline_ms = 120000, .memory_max_bytes = 256 * MIB};
	struct child_end end;
	struct buf out;
	long taken;

	buf_init(&out, MIB);
	CHECK_INT(run("take_memory", "x", 1, &limits, &out, &end), CHILD_EXITED);
	taken = strtol(buf_text(&out) + 1, NULL, 10);
#ifdef GRANTRY_SANITIZED
	CHECK_INT(taken, 1024);
#else
	CHECK(taken > 100 && taken < 256);
#endif
	buf_release(&out);
}

static void files_are_not_written(void)
{
	check_answer("write_a_file", "x", "xrefused", 0);
}

static void nothing_of_ours_reaches_it(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	int fd = open("/dev/null", O_RDONLY); /* not CLOEXEC: somebody forgot it */
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGPIPE, &ignore, &before);
	CHECK(fd >= 0 && setenv("SECRET", "s", 1) == 0);
	check_answer("tell_what_was_given", "x", "x env 0 fds 0 group 1 core 0 mask 0 pipe 0", 0);
	sigaction(SIGPIPE, &before, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
}

/* Of a process that has closed its own standard input, as daemons do. */
static void low_descriptors_do_no_harm(void)
{
	int saved = dup(STDIN_FILENO);

	close(STDIN_FILENO);
	check_answer("be_a_cat", "hello", "hello", 0);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void what_cannot_be_started_is_told(void)
{
	char *argv[] = {"child", NULL};
	struct child_end end;
	struct buf out;
	int before = count_fds();

	buf_init(&out, MIB);
	CHECK_INT(child_run("/no/such/program", argv, "", 0, &patient, &out, &end), RC_NOT_FOUND);
	CHECK_INT(child_run("/etc/passwd", argv, "", 0, &patient, &out, &end), RC_NOT_FOUND);
	CHECK_INT(child_run("/etc/passwd/x", argv, "", 0, &patient, &out, &end), RC_NOT_FOUND);
	CHECK_INT(count_fds(), before);
	buf_release(&out);
}

static void without_descriptors_it_is_not_started(void)
{
	struct rlimit was, few;
	char *argv[] = {"child", "be_a_cat", NULL};
	struct child_end end;
	struct buf out;
	int before = count_fds();

	buf_init(&out, MIB);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	for (rlim_t n = 3; n < 10; n++) {
		few.rlim_cur = n;
		setrlimit(RLIMIT_NOFILE, &few);
		CHECK(child_run("/proc/self/exe", argv, "", 0, &patient, &out, &end) != RC_OK ||
			n > 8);
		setrlimit(RLIMIT_NOFILE, &was);
		CHECK_INT(count_fds(), before);
	}
	buf_release(&out);
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return be(argv[1]);
	RUN(input_and_output_pass);
	RUN(both_directions_flow_at_once);
	RUN(an_answer_before_the_question_is_taken);
	RUN(too_much_output_ends_it);
	RUN(what_it_says_is_cut);
	RUN(who_hangs_is_ended_at_the_deadline);
	RUN(who_computes_is_ended_by_its_time);
	RUN(who_dies_is_told_apart);
	RUN(who_is_left_behind_is_ended);
	RUN(memory_is_limited);
	RUN(files_are_not_written);
	RUN(nothing_of_ours_reaches_it);
	RUN(low_descriptors_do_no_harm);
	RUN(what_cannot_be_started_is_told);
	RUN(without_descriptors_it_is_not_started);
	return CHECK_DONE;
}
