/* SPDX-License-Identifier: Apache-2.0
 *
 * Exchanges that wait while their worker serves others: a real pool, spoken to in FastCGI. A parked one
 * is answered when the file "go" is there.
 */
#include <errno.h>

#include "check.h"
#include "fcgi_pool.h"
#include "platform/log.h"

static char dir[64], path[96], go_file[96], notes[96];

/* --- the program under test ----------------------------------------------------------------- */

struct wait {
	int looks;
	int steps;  /* held: that are still to be taken */
	bool parks; /* held, and to be parked after that */
};

static int settled; /* by this worker */

/* One line a happening, from any process. */
static void note(const char *what)
{
	int fd = open(notes, O_WRONLY | O_CREAT | O_APPEND, 0600);
	char line[64];
	int len = snprintf(line, sizeof line, "%s %ld\n", what, (long)getpid());

	(void)!write(fd, line, (size_t)len);
	close(fd);
}

static void say(struct fcgi_exchange *x, const char *status, const char *what, int looks)
{
	char text[256], body[16] = "";
	int len;

	body[fcgi_read(x, body, sizeof body - 1)] = 0;
	len = snprintf(text, sizeof text,
		"Status: %s\r\n\r\n%s target=%s pid=%ld looks=%d body=%s.\n", status, what,
		fcgi_param(x, "PATH_INFO"), (long)getpid(), looks, body);
	(void)!fcgi_write(x, text, (size_t)len);
}

static void park_or_say_full(struct fcgi_exchange *x, struct wait *wait)
{
	if (!fcgi_park(x, wait)) {
		free(wait);
		note("full");
		say(x, "200", "full", 0);
		return;
	}
	note(fcgi_park(x, NULL) ? "wrong" : "parked"); /* only once */
}

static void handle(struct fcgi_exchange *x, void *arg)
{
	const char *target = fcgi_param(x, "PATH_INFO");
	struct wait *wait;

	(void)arg;
	if (strncmp(target, "/park", 5) != 0) {
		if (strcmp(target, "/quick") == 0)
			note("quick");
		say(x, "200", "hello", 0);
		return;
	}
	wait = calloc(1, sizeof *wait);
	if (strncmp(target, "/park/hold", 10) == 0) {
		wait->steps = target[10] == '2' ? 2 : 1;
		if (target[10] == 's') {
			note("begun");
			while (access(go_file, F_OK) != 0) /* others come meanwhile */
				nap(1);
		}
		fcgi_hold(x, wait);
		return;
	}
	if (strcmp(target, "/park/then") == 0) {
		wait->parks = true;
		fcgi_hold(x, wait);
		return;
	}
	park_or_say_full(x, wait);
}

static void look(struct fcgi_exchange *x, void *state, void *arg)
{
	struct wait *wait = state;

	(void)arg;
	if (wait->parks) {
		wait->parks = false;
		park_or_say_full(x, wait);
		return;
	}
	wait->looks++;
	if (wait->steps > 0 && --wait->steps > 0) {
		fcgi_hold(x, wait);
		return;
	}
	if (strncmp(fcgi_param(x, "PATH_INFO"), "/park/hold", 10) == 0) {
		say(x, "200", "settled", settled);
		free(wait);
		return;
	}
	if (fcgi_is_gone(x)) {
		note(fcgi_write(x, "x", 1) ? "wrong" : "gone");
	} else if (!fcgi_may_park(x)) {
		note("closing");
		say(x, "503", "closing", wait->looks);
	} else if (access(go_file, F_OK) == 0) {
		say(x, "200", "done", wait->looks);
	} else {
		if (!fcgi_park(x, wait))
			note("wrong");
		return;
	}
	if (fcgi_is_gone(x) || !fcgi_may_park(x)) /* the last word has been said */
		note(fcgi_park(x, wait) ? "wrong" : "over");
	free(wait);
}

static void settle(void *arg)
{
	(void)arg;
	settled++;
	note("settle");
}

static const struct fcgi_app app = {.handle = handle, .resume = look, .settle = settle};

/* --- a program that waits for something of its own -------------------------------------------- */

#define WAKES_MAX 8

static struct fcgi_exchange *sleeping[WAKES_MAX]; /* of one worker */
static int n_sleeping;

/* A file stands for the descriptor of a call under way: all are woken when it is there. */
static int wait_for_file(struct pollfd *fds, size_t n, int timeout_ms, void *arg)
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	int ready;

	(void)arg;
	do {
		ready = poll(fds, n, n_sleeping > 0 ? 5 : timeout_ms);
		if (n_sleeping == 0 || access(go_file, F_OK) != 0)
			continue;
		while (n_sleeping > 0)
			fcgi_wake(sleeping[--n_sleeping]);
		return ready;
	} while (ready == 0 && (timeout_ms < 0 || clock_mono_ms() < until_ms));
	return ready;
}

static int wait_fails(struct pollfd *fds, size_t n, int timeout_ms, void *arg)
{
	(void)arg;
	errno = EIO;
	return n_sleeping > 0 ? -1 : poll(fds, n, timeout_ms);
}

static void sleep_or_say(struct fcgi_exchange *x, void *arg)
{
	if (strncmp(fcgi_param(x, "PATH_INFO"), "/park", 5) == 0)
		sleeping[n_sleeping++] = x;
	handle(x, arg);
}

static const struct fcgi_app waiting_app = {
	.handle = sleep_or_say, .resume = look, .wait = wait_for_file};
static const struct fcgi_app failing_app = {
	.handle = sleep_or_say, .resume = look, .wait = wait_fails};

static struct fcgi_options options(unsigned workers)
{
	return (struct fcgi_options){.socket_path = path, .workers = workers};
}

static pid_t begin_app(const struct fcgi_options *with, const struct fcgi_app *serves)
{
	unlink(go_file);
	unlink(notes);
	return begin_serving(with, serves);
}

static pid_t begin(const struct fcgi_options *with)
{
	return begin_app(with, &app);
}

static void go(void)
{
	close(open(go_file, O_CREAT | O_WRONLY, 0600));
}

/* How often something was noted, or how often by this process. */
static int noted(const char *what, pid_t pid)
{
	FILE *in = fopen(notes, "r");
	char word[32];
	long who;
	int n = 0;

	while (in && fscanf(in, "%31s %ld", word, &who) == 2)
		n += strcmp(word, what) == 0 && (!pid || who == pid);
	if (in)
		fclose(in);
	return n;
}

static bool await_noted(const char *what, int n)
{
	for (int i = 0; i < 500 && noted(what, 0) < n; i++)
		nap(10);
	return noted(what, 0) == n;
}

static void finish(pid_t pid)
{
	CHECK_INT(end(pid), 0);
	CHECK_INT(noted("wrong", 0), 0);
}

/* --- asking --------------------------------------------------------------------------------- */

static struct fc_answer a;

static bool get(const char *target)
{
	int fd = fc_ask(path, target);
	bool ok = fc_answer(fd, 10000, &a);

	close(fd);
	return ok;
}

static pid_t pid_in(void)
{
	const char *p = strstr(a.out, "pid=");

	return p ? (pid_t)strtol(p + 4, NULL, 10) : 0;
}

static bool answers(int fd, const char *want)
{
	bool ok = fc_answer(fd, 10000, &a) && strstr(a.out, want);

	if (!ok)
		printf("# wanted %s: %.200s\n", want, a.out);
	close(fd);
	return ok;
}

static bool is_silent(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

static int looks_in(void)
{
	const char *p = strstr(a.out, "looks=");

	return p ? (int)strtol(p + 6, NULL, 10) : -1;
}

/* --- tests ---------------------------------------------------------------------------------- */

static void two_hundred_wait_while_another_is_answered(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with), worker;
	char target[32];
	int64_t began;
	int fds[200];

	for (int i = 0; i < 200; i++) {
		snprintf(target, sizeof target, "/park/%d.", i);
		fds[i] = fc_ask(path, target);
	}
	CHECK(await_noted("parked", 200));
	began = clock_mono_ms();
	for (int i = 0; i < 20; i++)
		CHECK(get("/"));
	CHECK(clock_mono_ms() - began < 1000);
	worker = pid_in();
	for (int i = 0; i < 200; i++)
		CHECK(is_silent(fds[i]));
	go();
	for (int i = 0; i < 200; i++) {
		snprintf(target, sizeof target, "done target=/park/%d. ", i);
		CHECK(answers(fds[i], target));
		CHECK_INT(pid_in(), worker);
	}
	CHECK_INT(noted("gone", 0) + noted("closing", 0), 0);
	finish(pid);
}

static void exchanges_are_used_again(void)
{
	struct fcgi_options with = options(1);
	pid_t pid;

	with.park_interval_ms = 5;
	pid = begin(&with);
	for (int round = 0; round < 20; round++) {
		int fds[10];

		unlink(go_file);
		for (int i = 0; i < 10; i++)
			fds[i] = fc_ask(path, "/park");
		CHECK(get("/"));
		CHECK(strstr(a.out, "hello target=/ ") != NULL);
		go();
		for (int i = 0; i < 10; i++)
			CHECK(answers(fds[i], "done target=/park "));
	}
	finish(pid);
}

static void park_max_is_kept(void)
{
	struct fcgi_options with = options(1);
	int fds[3];
	pid_t pid;

	with.park_max = 3;
	pid = begin(&with);
	for (int i = 0; i < 3; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", 3));
	for (int i = 0; i < 3; i++) {
		CHECK(get("/park"));
		CHECK(strstr(a.out, "full") != NULL);
	}
	go();
	for (int i = 0; i < 3; i++)
		CHECK(answers(fds[i], "done"));
	unlink(go_file);
	fds[0] = fc_ask(path, "/park"); /* there is room again */
	CHECK(await_noted("parked", 4));
	close(fds[0]);
	finish(pid);
}

static void looks_keep_the_interval(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_ask(path, "/park");

	nap(520);
	go();
	CHECK(answers(fd, "done"));
	CHECK(looks_in() >= 4 && looks_in() <= 11); /* 50 ms by default */
	finish(pid);
}

static void looks_become_rarer(void)
{
	struct fcgi_options with = options(1);
	pid_t pid;
	int fd;

	with.park_interval_ms = 5;
	pid = begin(&with);
	fd = fc_ask(path, "/park");
	nap(520);
	go();
	CHECK(answers(fd, "done"));
	CHECK(looks_in() <= 50); /* about 20; with one interval they would be 100 */
	finish(pid);
}

static void program_without_resume_cannot_park(void)
{
	static const struct fcgi_app plain = {.handle = handle};
	struct fcgi_options with = options(1);
	pid_t pid = begin_serving(&with, &plain);

	CHECK(get("/park"));
	CHECK(strstr(a.out, "full") != NULL);
	finish(pid);
}

static void variables_and_body_stay(void)
{
	static const char *const pairs[] = {
		"REQUEST_METHOD", "POST", "PATH_INFO", "/park/post", "CONTENT_LENGTH", "5", NULL};
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_connect(path);

	CHECK(fc_begin(fd, FC_RESPONDER, 0) && fc_params(fd, pairs) && fc_stdin(fd, "hello", 5));
	CHECK(await_noted("parked", 1));
	for (int i = 0; i < 5; i++)
		CHECK(get("/something/else/that/is/longer"));
	go();
	CHECK(answers(fd, "done target=/park/post "));
	CHECK(strstr(a.out, "body=hello.") != NULL);
	finish(pid);
}

static void client_that_left_is_noticed(void)
{
	struct fcgi_options with = options(1);
	int fds[10];
	pid_t pid;

	with.park_max = 10;
	pid = begin(&with);
	for (int i = 0; i < 10; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", 10));
	for (int i = 0; i < 9; i++)
		close(fds[i]);
	CHECK(await_noted("gone", 9));
	CHECK(is_silent(fds[9]));
	for (int i = 0; i < 9; i++)
		fds[i] = fc_ask(path, "/park"); /* their places are free */
	CHECK(await_noted("parked", 19));
	go();
	for (int i = 0; i < 10; i++)
		CHECK(answers(fds[i], "done"));
	CHECK_INT(noted("gone", 0), 9);
	finish(pid);
}

/* A peer that has said all it has to say may still listen. */
static void half_closed_connection_is_answered(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_ask(path, "/park");

	CHECK(!shutdown(fd, SHUT_WR));
	CHECK(await_noted("parked", 1));
	nap(150);
	CHECK_INT(noted("gone", 0), 0);
	go();
	CHECK(answers(fd, "done"));
	finish(pid);
}

/* libfcgi alone would wait two seconds for each. */
static void peer_that_does_not_close_delays_nobody(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int64_t began;
	int fds[50];

	for (int i = 0; i < 50; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", 50));
	began = clock_mono_ms();
	go();
	for (int i = 49; i >= 0; i--)
		CHECK(fc_answer(fds[i], 10000, &a) && strstr(a.out, "done") && a.closed);
	CHECK(get("/"));
	CHECK(clock_mono_ms() - began < 1000);
	for (int i = 0; i < 50; i++)
		close(fds[i]);
	finish(pid);
}

/* Input that nobody reads must not turn our close into a reset. */
static void unread_body_does_not_cost_the_answer(void)
{
	static const char *const pairs[] = {
		"REQUEST_METHOD", "POST", "PATH_INFO", "/park", "CONTENT_LENGTH", "100000", NULL};
	static char body[100000];
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_connect(path);

	memset(body, 'x', sizeof body);
	CHECK(fc_begin(fd, FC_RESPONDER, 0) && fc_params(fd, pairs) &&
		fc_stdin(fd, body, sizeof body));
	CHECK(await_noted("parked", 1));
	go();
	nap(100); /* it has been closed: now read */
	CHECK(answers(fd, "body=xxxxxxxxxxxxxxx."));
	finish(pid);
}

static void stop_leaves_the_grace(void)
{
	struct fcgi_options with = options(1);
	int fds[5];
	pid_t pid;

	with.park_grace_ms = 5000;
	pid = begin(&with);
	for (int i = 0; i < 5; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", 5));
	kill(pid, SIGTERM);
	nap(200);
	CHECK_INT(fc_connect(path), -1);
	go();
	for (int i = 0; i < 5; i++)
		CHECK(answers(fds[i], "Status: 200"));
	CHECK_INT(await_end(pid, 2000), 0);
}

static void stop_ends_with_503(void)
{
	struct fcgi_options with = options(2);
	int64_t began;
	int fds[100];
	pid_t pid;

	with.park_grace_ms = 400;
	pid = begin(&with);
	for (int i = 0; i < 100; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", 100));
	began = clock_mono_ms();
	kill(pid, SIGTERM);
	nap(200);
	for (int i = 0; i < 100; i++)
		CHECK(is_silent(fds[i]));
	for (int i = 0; i < 100; i++)
		CHECK(answers(fds[i], "Status: 503"));
	CHECK(clock_mono_ms() - began >= 400);
	CHECK_INT(await_end(pid, 3000), 0);
	CHECK_INT(noted("closing", 0), 100);
}

static void too_long_ends_with_503_and_the_worker_stays(void)
{
	struct fcgi_options with = options(1);
	int64_t began;
	pid_t pid, worker;
	int fd;

	with.request_max_s = 1;
	pid = begin(&with);
	CHECK(get("/"));
	worker = pid_in();
	began = clock_mono_ms();
	fd = fc_ask(path, "/park");
	CHECK(answers(fd, "Status: 503"));
	CHECK(clock_mono_ms() - began >= 990 && clock_mono_ms() - began < 2500);
	CHECK_INT(pid_in(), worker);
	CHECK(get("/"));
	CHECK_INT(pid_in(), worker);
	finish(pid);
}

/* The parked of other workers do not notice. */
static void dead_worker_takes_its_own_only(void)
{
	struct fcgi_options with = options(2);
	pid_t pid = begin(&with), dead;
	int fds[100], n = 0, lost = 0;

	CHECK(get("/"));
	dead = pid_in();
	while (n < 100 && (noted("parked", dead) == 0 || noted("parked", dead) == n)) {
		fds[n] = fc_ask(path, "/park");
		CHECK(await_noted("parked", ++n));
	}
	CHECK(n < 100);
	kill(dead, SIGKILL);
	CHECK(get("/"));
	go();
	for (int i = 0; i < n; i++) {
		if (fc_answer(fds[i], 10000, &a))
			CHECK(strstr(a.out, "done") && pid_in() != dead);
		else
			lost++;
		close(fds[i]);
	}
	CHECK_INT(lost, noted("parked", dead));
	finish(pid);
}

static void hangup_lets_the_parked_be_answered(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with), first;
	int fd;

	CHECK(get("/"));
	first = pid_in();
	fd = fc_ask(path, "/park");
	CHECK(await_noted("parked", 1));
	kill(pid, SIGHUP);
	for (int i = 0; i < 200 && pid_in() == first; i++) {
		CHECK(get("/"));
		nap(10);
	}
	CHECK(pid_in() != first);
	CHECK(is_silent(fd));
	go();
	CHECK(answers(fd, "done"));
	CHECK_INT(pid_in(), first);
	finish(pid);
}

static void worn_worker_waits_for_its_parked(void)
{
	struct fcgi_options with = options(1);
	pid_t pid, first;
	int fd;

	with.max_requests = 10;
	pid = begin(&with);
	CHECK(get("/"));
	first = pid_in();
	fd = fc_ask(path, "/park");
	for (int i = 0; i < 14; i++) {
		CHECK(get("/"));
		CHECK_INT(pid_in(), first);
	}
	go();
	CHECK(answers(fd, "done"));
	nap(100);
	CHECK(get("/"));
	CHECK(pid_in() != first);
	unlink(go_file); /* but not for ever */
	first = pid_in();
	fd = fc_ask(path, "/park");
	for (int i = 0; i < 18; i++)
		CHECK(get("/"));
	CHECK_INT(pid_in(), first);
	go();
	CHECK(answers(fd, "done"));
	CHECK(get("/"));
	CHECK(pid_in() != first);
	finish(pid);
}

static void silly_options_are_refused(void)
{
	struct fcgi_options with = options(1);
	pid_t pid;

	with.park_max = FCGI_PARK_MAX + 1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		quiet();
		exit(fcgi_serve(&with, &app));
	}
	CHECK_INT(await_end(pid, 3000), 2);
}

static void most_that_may_be_parked(void)
{
	static int fds[FCGI_PARK_MAX];
	struct fcgi_options with = options(1);
	pid_t pid;

	with.park_max = FCGI_PARK_MAX;
	pid = begin(&with);
	for (int i = 0; i < FCGI_PARK_MAX; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", FCGI_PARK_MAX));
	CHECK(get("/park"));
	CHECK(strstr(a.out, "full") != NULL);
	go();
	for (int i = 0; i < FCGI_PARK_MAX; i++)
		CHECK(answers(fds[i], "done"));
	finish(pid);
}

/* --- held ----------------------------------------------------------------------------------- */

/* The first keeps the worker busy until all have arrived. */
static int held_together(const char *target, int n, int fds[])
{
	unlink(go_file);
	fds[0] = fc_ask(path, "/park/holds");
	for (int i = 1; i < n; i++)
		fds[i] = fc_ask(path, target);
	go();
	for (int i = 0; i < n; i++)
		CHECK(answers(fds[i], "settled target=/park/hold"));
	return noted("settle", 0);
}

static void who_came_together_is_settled_together(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fds[FCGI_HOLD_MAX];

	CHECK_INT(held_together("/park/hold", FCGI_HOLD_MAX, fds), 1);
	finish(pid);
}

static void no_more_than_so_many_at_once(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fds[FCGI_HOLD_MAX + 1];

	CHECK_INT(held_together("/park/hold", FCGI_HOLD_MAX + 1, fds), 2);
	finish(pid);
}

static void one_alone_does_not_wait(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);

	CHECK(get("/park/hold"));
	CHECK_INT(looks_in(), 1);
	CHECK(get("/park/hold"));
	CHECK_INT(looks_in(), 2);
	CHECK(get("/")); /* nothing was held: nothing is settled */
	CHECK_INT(noted("settle", 0), 2);
	finish(pid);
}

/* How many of these had happened when that happened first. */
static int noted_before(const char *what, const char *than)
{
	FILE *in = fopen(notes, "r");
	char word[32];
	long who;
	int n = 0;

	while (in && fscanf(in, "%31s %ld", word, &who) == 2 && strcmp(word, than) != 0)
		n += strcmp(word, what) == 0;
	if (in)
		fclose(in);
	return n;
}

static void who_is_not_held_does_not_hold_up_who_is(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_ask(path, "/park/holds"), others[3 * FCGI_HOLD_MAX];

	for (int i = 0; i < 3 * FCGI_HOLD_MAX; i++)
		others[i] = fc_ask(path, "/quick");
	go();
	for (int i = 0; i < 3 * FCGI_HOLD_MAX; i++)
		CHECK(answers(others[i], "hello target=/quick"));
	CHECK(answers(fd, "settled"));
	CHECK(noted_before("quick", "settle") < FCGI_HOLD_MAX);
	unlink(notes); /* and after that as many wait for each other again */
	CHECK_INT(held_together("/park/hold", FCGI_HOLD_MAX, others), 1);
	finish(pid);
}

static void two_steps_are_taken_together(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fds[FCGI_HOLD_MAX];

	CHECK_INT(held_together("/park/hold2", FCGI_HOLD_MAX, fds), 2);
	finish(pid);
}

/* One is parked already: of four that were held two find room. */
static void park_max_is_kept_for_the_held(void)
{
	struct fcgi_options with = options(1);
	int fd, held[4], n_full = 0;
	pid_t pid;

	with.park_max = 3;
	pid = begin(&with);
	fd = fc_ask(path, "/park");
	CHECK(await_noted("parked", 1));
	for (int i = 0; i < 4; i++)
		held[i] = fc_ask(path, "/park/then");
	CHECK(await_noted("full", 2));
	go();
	CHECK(answers(fd, "done"));
	for (int i = 0; i < 4; i++) {
		CHECK(fc_answer(held[i], 10000, &a));
		n_full += strstr(a.out, "full") != NULL;
		close(held[i]);
	}
	CHECK_INT(n_full, 2);
	CHECK_INT(noted("parked", 0), 3);
	finish(pid);
}

static void held_ones_are_answered_at_the_end(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_ask(path, "/park/holds"), other = fc_ask(path, "/park/hold2");

	CHECK(await_noted("begun", 1)); /* nobody is accepted after the signal */
	kill(pid, SIGTERM);
	go();
	CHECK(answers(fd, "settled"));
	(void)fc_answer(other, 10000, &a); /* taken or refused, but not forgotten */
	close(other);
	CHECK_INT(await_end(pid, 3000), 0);
}

static void held_client_may_leave(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin(&with);
	int fd = fc_ask(path, "/park/holds");

	close(fc_ask(path, "/park/hold"));
	go();
	CHECK(answers(fd, "settled"));
	CHECK(get("/park/hold"));
	finish(pid);
}

/* --- plain CGI ------------------------------------------------------------------------------ */

static pid_t begin_cgi(const char *target, unsigned request_max_s, int *out)
{
	struct fcgi_options with = {.request_max_s = request_max_s};
	int ends[2];
	pid_t pid;

	unlink(go_file);
	unlink(notes);
	CHECK(!pipe(ends));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		quiet();
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		setenv("REQUEST_METHOD", "GET", 1);
		setenv("PATH_INFO", target, 1);
		exit(fcgi_serve(&with, &app));
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

static void read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = 0;
	close(fd);
}

static void cgi_waits(void)
{
	char text[256];
	int64_t began;
	pid_t pid;
	int out;

	pid = begin_cgi("/park/cgi", 0, &out);
	CHECK(await_noted("parked", 1));
	nap(200);
	CHECK(is_silent(out));
	go();
	read_all(out, text, sizeof text);
	CHECK(strstr(text, "done target=/park/cgi ") != NULL);
	CHECK_INT(await_end(pid, 1000), 0);

	pid = begin_cgi("/park/cgi", 1, &out);
	began = clock_mono_ms();
	read_all(out, text, sizeof text);
	CHECK(strstr(text, "Status: 503") != NULL);
	CHECK(clock_mono_ms() - began >= 900 && clock_mono_ms() - began < 2500);
	CHECK_INT(await_end(pid, 1000), 0);

	pid = begin_cgi("/park/cgi", 0, &out);
	CHECK(await_noted("parked", 1));
	close(out);
	CHECK_INT(await_end(pid, 1000), 0);
	CHECK_INT(noted("gone", 0), 1);
}

static void cgi_settles(void)
{
	char text[256];
	pid_t pid;
	int out;

	pid = begin_cgi("/park/hold2", 0, &out);
	read_all(out, text, sizeof text);
	CHECK(strstr(text, "settled target=/park/hold2 ") != NULL);
	CHECK_INT(await_end(pid, 1000), 0);
	CHECK_INT(noted("settle", 0), 2);
}

static void cgi_parks_what_was_held(void)
{
	char text[256];
	pid_t pid;
	int out;

	pid = begin_cgi("/park/then", 0, &out);
	CHECK(await_noted("parked", 1));
	CHECK(is_silent(out));
	go();
	read_all(out, text, sizeof text);
	CHECK(strstr(text, "done target=/park/then ") != NULL);
	CHECK_INT(await_end(pid, 1000), 0);
}

/* The interval is so long that only waking can have done it. */
static void woken_ones_are_looked_at_at_once(void)
{
	struct fcgi_options with = options(1);
	pid_t pid;
	int fds[WAKES_MAX];

	with.park_interval_ms = 60000;
	pid = begin_app(&with, &waiting_app);
	for (int i = 0; i < WAKES_MAX; i++)
		fds[i] = fc_ask(path, "/park");
	CHECK(await_noted("parked", WAKES_MAX));
	CHECK(get("/")); /* others are served meanwhile */
	for (int i = 0; i < WAKES_MAX; i++)
		CHECK(is_silent(fds[i]));
	go();
	for (int i = 0; i < WAKES_MAX; i++) {
		CHECK(answers(fds[i], "done target=/park "));
		CHECK_INT(looks_in(), 1);
	}
	finish(pid);
}

static void woken_ones_are_looked_at_at_the_end_too(void)
{
	struct fcgi_options with = options(1);
	pid_t pid;
	int fd;

	with.park_interval_ms = 60000;
	pid = begin_app(&with, &waiting_app);
	fd = fc_ask(path, "/park");
	CHECK(await_noted("parked", 1));
	kill(pid, SIGTERM);
	go();
	CHECK(answers(fd, "done"));
	CHECK_INT(await_end(pid, 10000), 0);
}

static void a_wait_that_fails_ends_the_worker_with_a_word(void)
{
	struct fcgi_options with = options(1);
	pid_t pid = begin_app(&with, &failing_app);
	int fd = fc_ask(path, "/park");

	CHECK(answers(fd, "closing"));
	CHECK(get("/")); /* from the next worker */
	CHECK(strstr(a.out, "hello") != NULL);
	finish(pid);
}

int main(void)
{
	char lock[104];

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_open("test_park", LOG_INFO);
	signal(SIGPIPE, SIG_IGN);
	unsetenv("REQUEST_METHOD");
	snprintf(dir, sizeof dir, "/tmp/grantry-park.XXXXXX");
	if (!mkdtemp(dir))
		return 99;
	snprintf(path, sizeof path, "%s/s", dir);
	snprintf(go_file, sizeof go_file, "%s/go", dir);
	snprintf(notes, sizeof notes, "%s/notes", dir);
	RUN(two_hundred_wait_while_another_is_answered);
	RUN(exchanges_are_used_again);
	RUN(park_max_is_kept);
	RUN(looks_keep_the_interval);
	RUN(looks_become_rarer);
	RUN(program_without_resume_cannot_park);
	RUN(variables_and_body_stay);
	RUN(client_that_left_is_noticed);
	RUN(half_closed_connection_is_answered);
	RUN(peer_that_does_not_close_delays_nobody);
	RUN(unread_body_does_not_cost_the_answer);
	RUN(stop_leaves_the_grace);
	RUN(stop_ends_with_503);
	RUN(too_long_ends_with_503_and_the_worker_stays);
	RUN(dead_worker_takes_its_own_only);
	RUN(hangup_lets_the_parked_be_answered);
	RUN(worn_worker_waits_for_its_parked);
	RUN(silly_options_are_refused);
	RUN(most_that_may_be_parked);
	RUN(who_came_together_is_settled_together);
	RUN(no_more_than_so_many_at_once);
	RUN(one_alone_does_not_wait);
	RUN(who_is_not_held_does_not_hold_up_who_is);
	RUN(two_steps_are_taken_together);
	RUN(park_max_is_kept_for_the_held);
	RUN(held_ones_are_answered_at_the_end);
	RUN(held_client_may_leave);
	RUN(woken_ones_are_looked_at_at_once);
	RUN(woken_ones_are_looked_at_at_the_end_too);
	RUN(a_wait_that_fails_ends_the_worker_with_a_word);
	RUN(cgi_waits);
	RUN(cgi_settles);
	RUN(cgi_parks_what_was_held);
	unlink(go_file);
	unlink(notes);
	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(lock);
	rmdir(dir);
	return CHECK_DONE;
}
