/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/shared.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "platform/log.h"

/* Before what the caller sees, which is aligned as malloc would. */
struct head {
	pthread_mutex_t lock;
	size_t size; /* of the mapping */
};

#define ALIGNMENT ((size_t)64)
#define HEAD_SIZE ((sizeof(struct head) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static struct head *head_of(void *p)
{
	return (struct head *)(void *)((char *)p - HEAD_SIZE);
}

static int lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t how;
	int error = pthread_mutexattr_init(&how);

	if (error)
		return error;
	error = pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	if (!error)
		error = pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	if (!error)
		error = pthread_mutex_init(lock, &how);
	(void)pthread_mutexattr_destroy(&how);
	return error;
}

enum rc shared_new(size_t size, void **out)
{
	struct head *head = mmap(
		NULL, HEAD_SIZE + size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int error;

	*out = NULL;
	if (head == MAP_FAILED) {
		log_error("shared", "reason", "mmap", "error", strerror(errno));
		return RC_NOMEM;
	}
	head->size = HEAD_SIZE + size;
	error = lock_init(&head->lock);
	if (error) {
		log_error("shared", "reason", "lock", "error", strerror(error));
		(void)munmap(head, head->size);
		return RC_INTERNAL;
	}
	*out = (char *)head + HEAD_SIZE;
	return RC_OK;
}

void shared_free(void *p)
{
	if (p)
		(void)munmap(head_of(p), head_of(p)->size);
}

void shared_lock(void *p)
{
	pthread_mutex_t *lock = &head_of(p)->lock;
	int error = pthread_mutex_lock(lock);

	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(lock);
	if (error) /* never, with a lock of this kind */
		abort();
}

void shared_unlock(void *p)
{
	(void)pthread_mutex_unlock(&head_of(p)->lock);
}
