/* SPDX-License-Identifier: Apache-2.0
 *
 * The Accept-Language header (RFC 9110 §12.5.4): ranges and their weights. Which language fits: messages.h.
 */
#ifndef GRANTRY_PLATFORM_ACCEPT_LANGUAGE_H
#define GRANTRY_PLATFORM_ACCEPT_LANGUAGE_H

#include <stddef.h>

#define ACCEPT_LANGUAGE_BYTES_MAX 2048 /* a longer header says nothing */
#define ACCEPT_LANGUAGE_RANGES_MAX 32  /* of a longer list, the first */

struct language_range {
	const char *text; /* "zh-CN" or "*"; points into the header */
	size_t len;
	unsigned weight; /* thousandths; 0: not acceptable */
};

/** accept_language_parse(header, out): how many ranges, in the order of the header. An element that is
 * malformed is passed over, as if it were not there; header may be NULL. Pure. */
size_t accept_language_parse(
	const char *header, struct language_range out[ACCEPT_LANGUAGE_RANGES_MAX]);

#endif
