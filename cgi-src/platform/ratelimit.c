/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/ratelimit.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "platform/codec.h"
#include "platform/log.h"

#define SEED_SIZE 16
#define SUBJECT_MAX 64
#define NS_PER_S INT64_C(1000000000)
#define BURST_NS (RATELIMIT_BURST_S * NS_PER_S)

/* A lock in shared memory would be left locked by a process that dies with it. */
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics need no lock");

struct ratelimit {
	int64_t step_ns; /* between two requests of the wanted rate */
	unsigned char seed[SEED_SIZE];
	_Atomic int64_t
		slots[RATELIMIT_SLOTS]; /* ns of the clock that never jumps; 0: never used */
};

enum rc ratelimit_new(long per_s, struct ratelimit **out)
{
	struct ratelimit *r;

	*out = NULL;
	if (per_s < 0 || per_s > RATELIMIT_PER_S_MAX)
		return RC_INVALID;
	if (per_s == 0)
		return RC_OK;
	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED) {
		log_error("ratelimit", "reason", "mmap", "error", strerror(errno));
		return RC_NOMEM;
	}
	r->step_ns = NS_PER_S / per_s;
	codec_random(r->seed, sizeof(r->seed));
	*out = r;
	return RC_OK;
}

void ratelimit_free(struct ratelimit *r)
{
	if (r)
		(void)munmap(r, sizeof(*r));
}

static size_t slot_of(const struct ratelimit *r, const void *subject, size_t len)
{
	unsigned char text[SEED_SIZE + SUBJECT_MAX], hash[HASH_SIZE];
	uint64_t number;

	if (len > SUBJECT_MAX)
		len = SUBJECT_MAX;
	memcpy(text, r->seed, SEED_SIZE);
	memcpy(text + SEED_SIZE, subject, len);
	codec_hash(text, SEED_SIZE + len, hash);
	memcpy(&number, hash, sizeof(number));
	return (size_t)(number % RATELIMIT_SLOTS);
}

enum rc ratelimit_take(
	struct ratelimit *r, const void *subject, size_t len, int64_t now_us, int64_t *wait_s)
{
	int64_t now_ns = now_us * 1000, seen, next;
	_Atomic int64_t *slot;

	*wait_s = 0;
	if (!r)
		return RC_OK;
	slot = &r->slots[slot_of(r, subject, len)];
	seen = atomic_load_explicit(slot, memory_order_relaxed);
	do {
		next = (seen > now_ns ? seen : now_ns) + r->step_ns;
		if (next - now_ns > BURST_NS) {
			*wait_s = (next - now_ns - BURST_NS + NS_PER_S - 1) / NS_PER_S;
			return RC_LIMIT;
		}
	} while (!atomic_compare_exchange_weak_explicit(
		slot, &seen, next, memory_order_relaxed, memory_order_relaxed));
	return RC_OK;
}
