/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's multi handle. It holds the parsed CA bundle for all transfers; an easy handle that was used
 * is kept for the next one, reset: nothing of a transfer survives that but libcurl's unwiped memory.
 */
#include "platform/httpc_multi.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "platform/clock.h"
#include "platform/httpc_int.h"
#include "platform/log.h"

struct job {
	struct httpc_transfer transfer;
	struct httpc_request rq;  /* owned */
	struct httpc_response rs; /* owned */
	httpc_done *done;
	void *arg;
	struct job *next, **link; /* the list of the running; link points at what points here */
};

struct httpc_multi {
	struct httpc_settings settings;
	CURLM *multi;
	struct job *running;
	size_t n_active, max_active;
	CURL **idle; /* room for max_active */
	size_t n_idle;
	bool closing;
};

/* --- handles -------------------------------------------------------------------------------- */

static CURL *handle_take(struct httpc_multi *m)
{
	return m->n_idle > 0 ? m->idle[--m->n_idle] : curl_easy_init();
}

/* Never more than were active at once: there is room. */
static void handle_give(struct httpc_multi *m, CURL *c)
{
	m->idle[m->n_idle++] = c;
}

/* --- jobs ----------------------------------------------------------------------------------- */

static void job_link(struct httpc_multi *m, struct job *job)
{
	job->next = m->running;
	job->link = &m->running;
	if (job->next)
		job->next->link = &job->next;
	m->running = job;
	m->n_active++;
}

static void job_unlink(struct httpc_multi *m, struct job *job)
{
	*job->link = job->next;
	if (job->next)
		job->next->link = job->link;
	m->n_active--;
}

static enum rc job_begin(struct httpc_multi *m, struct job *job, const struct httpc_request *rq)
{
	CURL *c = handle_take(m);
	enum rc rc;

	if (!c)
		return RC_NOMEM;
	rc = httpc_transfer_prepare(&job->transfer, &m->settings, c, rq, &job->rs);
	if (rc == RC_OK && (curl_easy_setopt(c, CURLOPT_PRIVATE, job) != CURLE_OK ||
				   curl_multi_add_handle(m->multi, c) != CURLM_OK)) {
		log_error("httpc_refused", "reason", "libcurl takes no more transfers");
		httpc_transfer_drop(&job->transfer);
		rc = RC_INTERNAL;
	}
	if (rc != RC_OK)
		handle_give(m, c);
	return rc;
}

/* The job gives its place and its handle back before done is called, which may start another. */
static void job_end(struct httpc_multi *m, struct job *job, CURLcode code)
{
	CURL *c = job->transfer.curl;
	enum rc rc = RC_UNAVAILABLE;

	/* Ends the connection, or the name look-up; its answer was kept until here. */
	(void)curl_multi_remove_handle(m->multi, c);
	if (!m->closing) {
		rc = httpc_transfer_finish(&job->transfer, code);
	} else {
		httpc_transfer_drop(&job->transfer);
		httpc_response_release(&job->rs);
	}
	handle_give(m, c);
	job_unlink(m, job);
	httpc_request_release(&job->rq);
	job->done(rc, &job->rs, job->arg);
	httpc_response_release(&job->rs);
	free(job);
}

enum rc httpc_multi_start(
	struct httpc_multi *m, struct httpc_request *rq, httpc_done *done, void *arg)
{
	struct job *job;
	enum rc rc;

	if (m->closing)
		return RC_UNAVAILABLE;
	if (m->n_active >= m->max_active)
		return RC_LIMIT;
	job = calloc(1, sizeof *job);
	if (!job)
		return RC_NOMEM;
	rc = job_begin(m, job, rq);
	if (rc != RC_OK) {
		free(job);
		return rc;
	}
	job->rq = *rq; /* libcurl borrows the bytes, which stay where they are */
	*rq = (struct httpc_request){.method = NULL};
	job->done = done;
	job->arg = arg;
	job_link(m, job);
	return RC_OK;
}

/* --- waiting -------------------------------------------------------------------------------- */

static size_t end_finished(struct httpc_multi *m)
{
	const CURLMsg *message;
	size_t n = 0;
	int left;

	while ((message = curl_multi_info_read(m->multi, &left))) {
		struct job *job = NULL;
		CURLcode code = message->data.result; /* the message dies with its handle */

		if (message->msg == CURLMSG_DONE &&
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job) ==
				CURLE_OK &&
			job) {
			job_end(m, job, code);
			n++;
		}
	}
	return n;
}

/* Our own look: libcurl keeps from us that a descriptor has only an error or its end to tell. */
static bool wakes_look(struct httpc_wake *wakes, size_t n)
{
	struct pollfd fds[HTTPC_MULTI_WAKES_MAX];
	bool any = false;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){.fd = wakes[i].fd, .events = POLLIN};
	if (n > 0 && poll(fds, n, 0) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		wakes[i].readable = fds[i].revents != 0;
		any = any || wakes[i].readable;
	}
	return any;
}

static CURLMcode sleep_until(
	struct httpc_multi *m, const struct httpc_wake *wakes, size_t n, int64_t left_ms)
{
	struct curl_waitfd fds[HTTPC_MULTI_WAKES_MAX];
	unsigned used = 0;

	for (size_t i = 0; i < n; i++)
		if (wakes[i].fd >= 0)
			fds[used++] =
				(struct curl_waitfd){.fd = wakes[i].fd, .events = CURL_WAIT_POLLIN};
	return curl_multi_poll(
		m->multi, fds, used, left_ms > INT_MAX ? INT_MAX : (int)left_ms, NULL);
}

enum rc httpc_multi_wait(struct httpc_multi *m, struct httpc_wake *wakes, size_t n, int timeout_ms)
{
	int64_t until_ms = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms;
	CURLMcode code = CURLM_OK;
	int running;

	if (n > HTTPC_MULTI_WAKES_MAX)
		return RC_LIMIT;
	for (size_t i = 0; i < n; i++)
		wakes[i].readable = false;
	for (;;) {
		size_t ended;
		bool woken;
		int64_t left_ms;

		code = curl_multi_perform(m->multi, &running);
		if (code != CURLM_OK)
			break;
		ended = end_finished(m);
		woken = wakes_look(wakes, n);
		left_ms = until_ms - clock_mono_ms();
		if (ended > 0 || woken || left_ms <= 0)
			return RC_OK;
		code = sleep_until(m, wakes, n, left_ms);
		if (code != CURLM_OK)
			break;
	}
	log_error("httpc_multi", "reason", curl_multi_strerror(code));
	return RC_INTERNAL;
}

size_t httpc_multi_active(const struct httpc_multi *m)
{
	return m->n_active;
}

/* --- life ----------------------------------------------------------------------------------- */

static enum rc open_multi(struct httpc_multi *m, const struct httpc_config *config)
{
	enum rc rc = httpc_settings_init(config, &m->settings);

	if (rc != RC_OK)
		return rc;
	m->idle = calloc(m->max_active, sizeof *m->idle);
	m->multi = curl_multi_init();
	if (!m->idle || !m->multi)
		return RC_NOMEM;
	return curl_multi_setopt(m->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) == CURLM_OK
		       ? RC_OK
		       : RC_INTERNAL;
}

enum rc httpc_multi_new(
	const struct httpc_config *config, size_t max_active, struct httpc_multi **out)
{
	struct httpc_multi *m;
	enum rc rc;

	*out = NULL;
	if (max_active < 1 || max_active > HTTPC_MULTI_ACTIVE_MAX)
		return RC_INVALID;
	m = calloc(1, sizeof *m);
	if (!m)
		return RC_NOMEM;
	m->max_active = max_active;
	rc = open_multi(m, config);
	if (rc == RC_OK)
		*out = m;
	else
		httpc_multi_free(m);
	return rc;
}

void httpc_multi_free(struct httpc_multi *m)
{
	if (!m)
		return;
	m->closing = true;
	while (m->running)
		job_end(m, m->running, CURLE_OK);
	for (size_t i = 0; i < m->n_idle; i++)
		curl_easy_cleanup(m->idle[i]);
	if (m->multi)
		(void)curl_multi_cleanup(m->multi);
	free(m->idle);
	httpc_settings_release(&m->settings);
	free(m);
}

int httpc_multi_poll(struct httpc_multi *m, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct httpc_wake wakes[HTTPC_MULTI_WAKES_MAX];
	int ready = 0;

	if (m->n_active == 0 || n > HTTPC_MULTI_WAKES_MAX)
		return poll(fds, n, timeout_ms);
	for (size_t i = 0; i < n; i++)
		wakes[i] = (struct httpc_wake){.fd = fds[i].fd};
	if (httpc_multi_wait(m, wakes, n, timeout_ms) != RC_OK) {
		errno = EIO;
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		fds[i].revents = wakes[i].readable ? POLLIN : 0;
		ready += wakes[i].readable;
	}
	return ready;
}
