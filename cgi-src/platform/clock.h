/* SPDX-License-Identifier: Apache-2.0
 *
 * The only way to ask for the time. Wall time is for what people and providers see, and for what several hosts
 * must see alike: it follows the clock that they share, that of the database. Everything that waits or expires
 * inside one process uses the monotonic clock.
 */
#ifndef GRANTRY_PLATFORM_CLOCK_H
#define GRANTRY_PLATFORM_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/** clock_now_s(): Unix seconds, UTC, 64 bit. GRANTRY_CLOCK_SHIFT_S in the environment shifts it
 *  (for tests of expiry; read once). */
int64_t clock_now_s(void);
/** clock_now_us(): Unix microseconds, UTC; shifted likewise. */
int64_t clock_now_us(void);
/** clock_agree(now_s): the shared clock says now_s: the two above follow it when they differ by more than
 *  CLOCK_APART_S. By how much; 0 for less. Without effect while the time is shifted. GRANTRY_CLOCK_SKEW_S in the
 *  environment makes this machine's clock a wrong one (for tests of that). */
#define CLOCK_APART_S 2
int64_t clock_agree(int64_t now_s);
/** clock_mono_ms(): milliseconds of a clock that never jumps. */
int64_t clock_mono_ms(void);
/** clock_mono_us(): the same in microseconds; one clock for all processes of the machine. */
int64_t clock_mono_us(void);

#define CLOCK_ISO_SIZE 25
/** clock_iso(at_s, out): "2026-11-20T14:02:00Z"; out holds CLOCK_ISO_SIZE bytes. */
void clock_iso(int64_t at_s, char out[CLOCK_ISO_SIZE]);

#endif
