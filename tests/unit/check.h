/* SPDX-License-Identifier: Apache-2.0
 *
 * All a unit test needs. A test is a void function; main lists them with RUN and returns CHECK_DONE.
 * One line a test: "ok NAME" or "not ok NAME", which the runner counts. A failed check prints where and goes on.
 */
#ifndef GRANTRY_TESTS_CHECK_H
#define GRANTRY_TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failed_here, check_failed_tests;

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);                        \
			check_failed_here = 1;                                                     \
		}                                                                                  \
	} while (0)

#define CHECK_INT(got, want)                                                                       \
	do {                                                                                       \
		long long check_got = (long long)(got), check_want = (long long)(want);            \
		if (check_got != check_want) {                                                     \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got,        \
				check_got, check_want);                                            \
			check_failed_here = 1;                                                     \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *check_got = (got), *check_want = (want);                               \
		if (!check_got || strcmp(check_got, check_want) != 0) {                            \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got,    \
				check_got ? check_got : "(null)", check_want);                     \
			check_failed_here = 1;                                                     \
		}                                                                                  \
	} while (0)

#define RUN(test)                                                                                  \
	do {                                                                                       \
		check_failed_here = 0;                                                             \
		test();                                                                            \
		printf("%s %s\n", check_failed_here ? "not ok" : "ok", #test);                     \
		check_failed_tests += check_failed_here;                                           \
	} while (0)

#define CHECK_DONE (check_failed_tests ? 1 : 0)

#endif
