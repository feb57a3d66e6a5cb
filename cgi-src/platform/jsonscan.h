/* SPDX-License-Identifier: Apache-2.0
 *
 * RFC 8259 to the letter, without building anything: the judge in front of json-c (see jsonr.h, whose
 * jsonr_check is what others call). No recursion, no quadratic step, memory bounded by the input.
 */
#ifndef GRANTRY_PLATFORM_JSONSCAN_H
#define GRANTRY_PLATFORM_JSONSCAN_H

#include <stddef.h>

#include "platform/rc.h"

/** jsonscan_check(p, len, depth_max, keys_max, values_out): exactly one value, with white space around it
 *  at most. values_out: how many values there are in all, null not counted; may be NULL.
 *  Keys are compared after their escapes are resolved; a key may not hold U+0000.
 *  Errors: RC_INVALID, RC_LIMIT (depth, keys), RC_NOMEM. depth_max is at most JSONSCAN_DEPTH_MAX. */
enum rc jsonscan_check(const char *p, size_t len, size_t depth_max, size_t keys_max,
	size_t *values_out) RC_MUST_CHECK;

#define JSONSCAN_DEPTH_MAX 64

#endif
