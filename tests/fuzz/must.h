/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fuzz target needs: MUST states an invariant and stops the process where it does not hold, in
 * every build (assert goes away with NDEBUG).
 */
#ifndef GRANTRY_TESTS_MUST_H
#define GRANTRY_TESTS_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond);         \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/** LLVMFuzzerTestOneInput(data, size): the one entry point, of libFuzzer's choosing; also called by
 *  replay.c, which runs the stored inputs in make check. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
