/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/slots.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"
#include "platform/shared.h"

#define LONG_MS 1000000
#define NO_PLACE SLOTS_MAX

static struct slots *slots;

static void fresh(void)
{
	slots_free(slots);
	if (slots_new(&slots) != RC_OK)
		abort();
}

/* Two at once of a, three of b. */
static enum rc take(const char *a, const char *b, int64_t now_ms, size_t *place)
{
	struct slots_subject subjects[] = {{a, strlen(a), 2}, {b, strlen(b), 3}};

	return slots_take(slots, subjects, 2, now_ms, LONG_MS, place);
}

static void a_subject_has_so_many_and_no_more(void)
{
	size_t place, first;

	fresh();
	CHECK_INT(take("a", "x", 1, &first), RC_OK);
	CHECK_INT(take("a", "y", 1, &place), RC_OK);
	CHECK(place != first);
	CHECK_INT(take("a", "z", 1, &place), RC_LIMIT);
	CHECK_INT(place, 0);
	slots_give(slots, first);
	CHECK_INT(take("a", "z", 1, &place), RC_OK);
	CHECK_INT(take("a", "z", 1, &place), RC_LIMIT);
}

static void every_subject_counts(void)
{
	size_t place;

	fresh();
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("b", "x", 1, &place), RC_OK);
	CHECK_INT(take("c", "x", 1, &place), RC_OK);
	CHECK_INT(take("d", "x", 1, &place), RC_LIMIT);
	CHECK_INT(place, 1);
	CHECK_INT(take("d", "y", 1, &place), RC_OK);
	CHECK_INT(take("x", "a", 1, &place), RC_OK); /* a host named like a workspace is none */
	CHECK_INT(take("x", "a", 1, &place), RC_OK);
	CHECK_INT(take("x", "a", 1, &place), RC_LIMIT);
}

static void what_is_refused_takes_nothing(void)
{
	size_t place;

	fresh();
	for (int i = 0; i < 2; i++)
		CHECK_INT(take("a", "x", 1, &place), RC_OK);
	for (int i = 0; i < 10; i++)
		CHECK_INT(take("a", "y", 1, &place), RC_LIMIT);
	for (int i = 0; i < 2; i++)
		CHECK_INT(take("b", "y", 1, &place), RC_OK);
	CHECK_INT(take("c", "y", 1, &place), RC_OK);
}

static void zero_is_no_limit_but_places_end(void)
{
	struct slots_subject all = {"a", 1, 0};
	size_t place;

	fresh();
	for (int i = 0; i < SLOTS_MAX; i++)
		CHECK_INT(slots_take(slots, &all, 1, 1, LONG_MS, &place), RC_OK);
	CHECK_INT(slots_take(slots, &all, 1, 1, LONG_MS, &place), RC_LIMIT);
	CHECK_INT(place, 1);
	CHECK_INT(slots_take(slots, &all, SLOTS_SUBJECTS + 1, 1, LONG_MS, &place), RC_INVALID);
}

static void a_place_is_kept_for_its_time_only(void)
{
	size_t place, later;

	fresh();
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", LONG_MS, &later), RC_LIMIT);
	CHECK_INT(take("a", "x", LONG_MS + 1, &later), RC_OK);
}

/* In a child that dies without a word. */
static void take_and_die(int n)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		size_t place;

		while (n-- > 0)
			if (take("a", "x", 1, &place) != RC_OK)
				_exit(1);
		(void)raise(SIGKILL);
	}
	CHECK_INT(waitpid(pid, NULL, 0), pid);
}

static void the_dead_give_their_places_back(void)
{
	size_t place;

	fresh();
	take_and_die(2);
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	take_and_die(1);
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", 1, &place), RC_LIMIT); /* the living keep theirs */
}

static void nobody_gives_what_is_not_theirs(void)
{
	size_t place, other;
	pid_t pid;

	fresh();
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", 1, &other), RC_OK);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		slots_give(slots, place);
		slots_give(slots, NO_PLACE);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	CHECK_INT(take("a", "x", 1, &other), RC_LIMIT);
	slots_give(slots, NO_PLACE);
	CHECK_INT(take("a", "x", 1, &other), RC_LIMIT);
}

/* How many of the two places are held, as the holders see it: never more. */
static int rush(_Atomic int *held, int rounds)
{
	int over = 0;

	for (int round = 0; round < rounds; round++) {
		size_t place;

		if (take("a", "x", 1, &place) != RC_OK)
			continue;
		over |= atomic_fetch_add(held, 1) >= 2;
		atomic_fetch_sub(held, 1);
		slots_give(slots, place);
	}
	return over;
}

static void processes_share_the_limit(void)
{
	enum { PROCESSES = 6, ROUNDS = 4000 };
	_Atomic int *held;
	int status, over = 0;
	size_t place;
	void *p;

	fresh();
	CHECK_INT(shared_new(sizeof(*held), &p), RC_OK);
	held = p;
	(void)fflush(NULL);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			_exit(rush(held, ROUNDS));
	for (int i = 0; i < PROCESSES; i++) {
		CHECK(wait(&status) > 0);
		over += status != 0;
	}
	CHECK_INT(over, 0);
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", 1, &place), RC_OK);
	CHECK_INT(take("a", "x", 1, &place), RC_LIMIT);
	shared_free(p);
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 1;
	RUN(a_subject_has_so_many_and_no_more);
	RUN(every_subject_counts);
	RUN(what_is_refused_takes_nothing);
	RUN(zero_is_no_limit_but_places_end);
	RUN(a_place_is_kept_for_its_time_only);
	RUN(the_dead_give_their_places_back);
	RUN(nobody_gives_what_is_not_theirs);
	RUN(processes_share_the_limit);
	slots_free(slots);
	return CHECK_DONE;
}
