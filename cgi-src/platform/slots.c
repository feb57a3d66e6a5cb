/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/slots.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "platform/codec.h"
#include "platform/shared.h"

#define SEED_SIZE 16

struct place {
	pid_t owner; /* 0: free; written last when it is taken */
	int64_t until_ms;
	uint64_t subjects[SLOTS_SUBJECTS];
};

struct slots {
	unsigned char seed[SEED_SIZE];
	struct place places[SLOTS_MAX];
};

enum rc slots_new(struct slots **out)
{
	void *p;
	enum rc rc = shared_new(sizeof(struct slots), &p);

	*out = p;
	if (rc == RC_OK)
		codec_random((*out)->seed, SEED_SIZE);
	return rc;
}

void slots_free(struct slots *s)
{
	shared_free(s);
}

/* The number of the subject goes in: a workspace and a host are different things, whatever their bytes. */
static uint64_t hash_of(const struct slots *s, const struct slots_subject *subject, size_t number)
{
	unsigned char text[SEED_SIZE + 1 + HASH_SIZE], hash[HASH_SIZE];
	uint64_t out;

	memcpy(text, s->seed, SEED_SIZE);
	text[SEED_SIZE] = (unsigned char)number;
	codec_hash(subject->p, subject->len, text + SEED_SIZE + 1);
	codec_hash(text, sizeof(text), hash);
	memcpy(&out, hash, sizeof(out));
	return out;
}

static bool is_dead(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

static unsigned count(const struct slots *s, size_t number, uint64_t hash)
{
	unsigned n = 0;

	for (size_t i = 0; i < SLOTS_MAX; i++)
		n += s->places[i].owner && s->places[i].subjects[number] == hash;
	return n;
}

static void reap(struct slots *s, int64_t now_ms)
{
	for (size_t i = 0; i < SLOTS_MAX; i++) {
		struct place *p = &s->places[i];

		if (p->owner && (p->until_ms <= now_ms || is_dead(p->owner)))
			p->owner = 0;
	}
}

static size_t find_free(const struct slots *s)
{
	size_t i = 0;

	while (i < SLOTS_MAX && s->places[i].owner)
		i++;
	return i;
}

/* Takes one, or says of which subject there are too many. */
static enum rc claim(struct slots *s, const struct slots_subject *subjects, const uint64_t *hashes,
	size_t n, int64_t until_ms, size_t *place)
{
	size_t at = find_free(s);

	for (*place = 0; *place < n; ++*place) {
		unsigned most = subjects[*place].most;

		if (most && count(s, *place, hashes[*place]) >= most)
			return RC_LIMIT;
	}
	if (at == SLOTS_MAX)
		return RC_LIMIT;
	s->places[at].until_ms = until_ms;
	memcpy(s->places[at].subjects, hashes, sizeof(s->places[at].subjects));
	s->places[at].owner = getpid();
	*place = at;
	return RC_OK;
}

enum rc slots_take(struct slots *s, const struct slots_subject *subjects, size_t n, int64_t now_ms,
	int64_t most_ms, size_t *place)
{
	uint64_t hashes[SLOTS_SUBJECTS] = {0};
	enum rc rc;

	if (n > SLOTS_SUBJECTS)
		return RC_INVALID;
	for (size_t i = 0; i < n; i++)
		hashes[i] = hash_of(s, &subjects[i], i);
	shared_lock(s);
	rc = claim(s, subjects, hashes, n, now_ms + most_ms, place);
	if (rc == RC_LIMIT) { /* only then is it worth asking who is still alive */
		reap(s, now_ms);
		rc = claim(s, subjects, hashes, n, now_ms + most_ms, place);
	}
	shared_unlock(s);
	return rc;
}

void slots_give(struct slots *s, size_t place)
{
	shared_lock(s);
	if (place < SLOTS_MAX && s->places[place].owner == getpid())
		s->places[place].owner = 0;
	shared_unlock(s);
}
