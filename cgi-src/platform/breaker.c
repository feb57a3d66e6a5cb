/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/breaker.h"

#include <string.h>

#include "platform/codec.h"
#include "platform/shared.h"

#define SETS 256
#define WAYS 8
#define SEED_SIZE 16

struct state {
	uint64_t subject; /* 0: unused */
	unsigned failures;
	int64_t rest_ms;    /* the last rest */
	int64_t resumes_ms; /* it rests until then; 0: it does not */
	int64_t trial_ms;   /* somebody tries until then */
	int64_t changed_ms;
};

struct breaker {
	unsigned char seed[SEED_SIZE];
	struct state sets[SETS][WAYS];
};

enum rc breaker_new(struct breaker **out)
{
	void *p;
	enum rc rc = shared_new(sizeof(struct breaker), &p);

	*out = p;
	if (rc == RC_OK)
		codec_random((*out)->seed, SEED_SIZE);
	return rc;
}

void breaker_free(struct breaker *b)
{
	shared_free(b);
}

static uint64_t hash_of(const struct breaker *b, const void *subject, size_t len)
{
	unsigned char text[SEED_SIZE + HASH_SIZE], hash[HASH_SIZE];
	uint64_t out;

	memcpy(text, b->seed, SEED_SIZE);
	codec_hash(subject, len, text + SEED_SIZE);
	codec_hash(text, sizeof(text), hash);
	memcpy(&out, hash, sizeof(out));
	return out ? out : 1;
}

static struct state *find(struct breaker *b, uint64_t hash)
{
	struct state *set = b->sets[hash % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].subject == hash)
			return &set[i];
	return NULL;
}

/* Is one to be forgotten before the other? */
static bool goes_first(const struct state *a, const struct state *b)
{
	if (!a->subject || !b->subject)
		return !a->subject;
	if (!a->resumes_ms != !b->resumes_ms)
		return !a->resumes_ms;
	return a->changed_ms < b->changed_ms;
}

static struct state *enter(struct breaker *b, uint64_t hash)
{
	struct state *set = b->sets[hash % SETS], *out = &set[0];

	for (size_t i = 1; i < WAYS; i++)
		if (goes_first(&set[i], out))
			out = &set[i];
	*out = (struct state){.subject = hash};
	return out;
}

static int64_t seconds_until(int64_t at_ms, int64_t now_ms)
{
	return at_ms > now_ms ? (at_ms - now_ms + 999) / 1000 : 1;
}

static enum rc ask(struct state *s, int64_t now_ms, int64_t try_ms, int64_t *wait_s)
{
	if (!s->resumes_ms)
		return RC_OK;
	*wait_s = seconds_until(s->resumes_ms, now_ms);
	if (now_ms < s->resumes_ms || now_ms < s->trial_ms)
		return RC_LIMIT;
	s->trial_ms = now_ms + try_ms;
	*wait_s = 0;
	return RC_OK;
}

enum rc breaker_ask(struct breaker *b, const void *subject, size_t len, int64_t now_ms,
	int64_t try_ms, int64_t *wait_s)
{
	uint64_t hash = hash_of(b, subject, len);
	struct state *s;
	enum rc rc;

	*wait_s = 0;
	shared_lock(b);
	s = find(b, hash);
	rc = s ? ask(s, now_ms, try_ms, wait_s) : RC_OK;
	shared_unlock(b);
	return rc;
}

static void note_failure(struct state *s, int64_t now_ms, int64_t rest_ms)
{
	s->changed_ms = now_ms;
	s->trial_ms = 0;
	if (s->failures < BREAKER_FAILURES)
		s->failures++;
	/* calls that had begun before it came to rest say nothing new */
	if (s->failures < BREAKER_FAILURES || now_ms < s->resumes_ms)
		return;
	s->rest_ms = s->rest_ms ? 2 * s->rest_ms : BREAKER_REST_MS;
	if (s->rest_ms < rest_ms)
		s->rest_ms = rest_ms;
	if (s->rest_ms > BREAKER_REST_MAX_MS)
		s->rest_ms = BREAKER_REST_MAX_MS;
	s->resumes_ms = now_ms + s->rest_ms;
}

void breaker_tell(struct breaker *b, const void *subject, size_t len, int64_t now_ms, bool failed,
	int64_t rest_ms)
{
	uint64_t hash = hash_of(b, subject, len);
	struct state *s;

	shared_lock(b);
	s = find(b, hash);
	if (failed)
		note_failure(s ? s : enter(b, hash), now_ms, rest_ms);
	else if (s)
		s->subject = 0;
	shared_unlock(b);
}
