/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "platform/buf.h"
#include "platform/jsonr.h"

static int pipe_read, stderr_saved;
static char got[65536];
static size_t got_len;

static void capture_start(void)
{
	int ends[2];

	CHECK_INT(pipe(ends), 0);
	stderr_saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	pipe_read = ends[0];
}

/* What was written to standard error since capture_start. */
static const char *capture_end(void)
{
	ssize_t n;

	dup2(stderr_saved, STDERR_FILENO);
	close(stderr_saved);
	got_len = 0;
	while ((n = read(pipe_read, got + got_len, sizeof(got) - 1 - got_len)) > 0)
		got_len += (size_t)n;
	got[got_len] = 0;
	close(pipe_read);
	return got;
}

static int line_count(void)
{
	int lines = 0;

	for (size_t i = 0; i < got_len; i++)
		lines += got[i] == '\n';
	return lines;
}

/* Is member key of the one JSON line in got this text? */
static int member_is(const char *key, const char *want)
{
	struct jsonr *doc;
	char pointer[64];
	const char *p = NULL;
	size_t len;
	jsonv *v;
	int same;

	snprintf(pointer, sizeof(pointer), "/%s", key);
	if (jsonr_parse(got, got_len, &doc))
		return 0;
	same = jsonr_pointer(jsonr_root(doc), pointer, &v) && jsonr_text(v, &p, &len) &&
	       strcmp(p, want) == 0;
	if (!same)
		printf("# %s is \"%s\"\n", key, p ? p : "(absent)");
	jsonr_free(doc);
	return same;
}

static void log_line_has_the_fixed_members_first(void)
{
	log_open("settings.fcgi", LOG_INFO);
	log_request("r-1");
	capture_start();
	log_info("started", "workers", "4");
	capture_end();
	log_request(NULL);
	CHECK_INT(line_count(), 1);
	CHECK(strncmp(got, "{\"time\":\"20", 11) == 0);
	CHECK(strstr(got,
		      "Z\",\"level\":\"info\",\"program\":\"settings.fcgi\",\"request\":\"r-1\","
		      "\"event\":\"started\",\"workers\":\"4\"}\n") != NULL);
}

static void log_line_without_request_or_pairs(void)
{
	capture_start();
	log_error("stopped");
	capture_end();
	CHECK(strstr(got, "\"level\":\"error\",\"program\":\"settings.fcgi\",\"event\":\"stopped\"}"
			  "\n") != NULL);
	CHECK(strstr(got, "request") == NULL);
}

static void log_null_value_is_skipped(void)
{
	capture_start();
	log_warn("e", "a", NULL, "b", "2");
	capture_end();
	CHECK(strstr(got, "\"event\":\"e\",\"b\":\"2\"}\n") != NULL);
}

static void log_level_below_the_least_is_silent(void)
{
	capture_start();
	log_event(LOG_DEBUG, "quiet", "a", "b", NULL);
	CHECK_STR(capture_end(), "");
	log_open("settings.fcgi", LOG_ERROR);
	capture_start();
	log_warn("quiet");
	log_info("quiet");
	CHECK_STR(capture_end(), "");
	log_open("settings.fcgi", LOG_DEBUG);
	capture_start();
	log_event(LOG_DEBUG, "heard", NULL);
	capture_end();
	CHECK(strstr(got, "\"level\":\"debug\"") != NULL);
}

static void log_r103_no_value_forges_a_line(void)
{
	const char *evil =
		"x\"}\n{\"level\":\"error\"\r\x1b[31m\x7f\xe2\x80\xa8\xe2\x80\xa9\xc2\x9b\\";

	log_request(evil);
	capture_start();
	log_event(LOG_INFO, evil, evil, evil, NULL);
	capture_end();
	log_request(NULL);
	CHECK_INT(line_count(), 1);
	CHECK(strchr(got, '\r') == NULL && strchr(got, '\x1b') == NULL &&
		strchr(got, '\x7f') == NULL);
	CHECK(strstr(got, "\xe2\x80\xa8") == NULL && strstr(got, "\xc2\x9b") == NULL);
	CHECK(member_is("event", evil));
	CHECK(member_is("request", evil));
}

static void log_invalid_utf8_becomes_replacement(void)
{
	capture_start();
	log_info("e", "v", "a\xff\xc3\xa9\xe2\x82");
	capture_end();
	CHECK(member_is("v", "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd"));
}

static void log_long_line_is_cut_inside_its_last_value(void)
{
	char big[3 * LOG_LINE_MAX];

	for (size_t len = LOG_LINE_MAX - 200; len < LOG_LINE_MAX + 200; len++) {
		memset(big, 'x', len);
		big[len] = 0;
		capture_start();
		log_info("e", "v", big, "after", "gone");
		capture_end();
		CHECK(got_len <= LOG_LINE_MAX);
		CHECK_INT(line_count(), 1);
		CHECK_INT(jsonr_check(got, got_len), RC_OK);
	}
	CHECK(strstr(got, "xxx\xe2\x80\xa6\"}\n") != NULL);
	CHECK(strstr(got, "gone") == NULL);
}

static void log_long_line_is_never_cut_inside_a_character(void)
{
	char big[2 * LOG_LINE_MAX];

	for (size_t shift = 0; shift < 8; shift++) {
		size_t len = shift;

		memset(big, 'x', shift);
		for (; len + 4 < sizeof(big); len += 4)
			memcpy(big + len, "\xf0\x9f\x98\x80", 4);
		big[len] = 0;
		capture_start();
		log_info("e", "v", big);
		capture_end();
		CHECK(got_len <= LOG_LINE_MAX);
		CHECK_INT(jsonr_check(got, got_len), RC_OK);
		memset(big, '\n', sizeof(big) - 1);
		big[sizeof(big) - 1] = 0;
		capture_start();
		log_info("e", "v", big + shift, "w", big);
		capture_end();
		CHECK(got_len <= LOG_LINE_MAX);
		CHECK_INT(jsonr_check(got, got_len), RC_OK);
	}
}

static void log_long_key_or_event_still_makes_a_line(void)
{
	char big[2 * LOG_LINE_MAX];

	memset(big, 'k', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	capture_start();
	log_info("e", big, "v", "w", "gone");
	capture_end();
	CHECK_INT(jsonr_check(got, got_len), RC_OK);
	CHECK(strstr(got, "gone") == NULL);
	capture_start();
	log_info(big, "a", "b");
	capture_end();
	CHECK(got_len <= LOG_LINE_MAX);
	CHECK_INT(jsonr_check(got, got_len), RC_OK);
}

static void log_leaves_errno_alone(void)
{
	int saved = dup(STDERR_FILENO);

	close(STDERR_FILENO); /* so that the write fails */
	errno = EXDEV;
	log_info("lost");
	CHECK_INT(errno, EXDEV);
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static void log_json_string_escapes(void)
{
	struct buf b;

	buf_init(&b, 1000);
	log_json_string(&b, "a\"\\\n\x01\0\x7f\xff\xe2\x80\xa8\xc3\xa9<", 14);
	CHECK_STR(
		buf_text(&b), "\"a\\\"\\\\\\n\\u0001\\u0000\\u007f\xef\xbf\xbd\\u2028\xc3\xa9<\"");
	buf_clear(&b);
	log_json_string(&b, NULL, 0);
	CHECK_STR(buf_text(&b), "\"\"");
	buf_release(&b);
}

int main(void)
{
	RUN(log_line_has_the_fixed_members_first);
	RUN(log_line_without_request_or_pairs);
	RUN(log_null_value_is_skipped);
	RUN(log_level_below_the_least_is_silent);
	RUN(log_r103_no_value_forges_a_line);
	RUN(log_invalid_utf8_becomes_replacement);
	RUN(log_long_line_is_cut_inside_its_last_value);
	RUN(log_long_line_is_never_cut_inside_a_character);
	RUN(log_long_key_or_event_still_makes_a_line);
	RUN(log_leaves_errno_alone);
	RUN(log_json_string_escapes);
	return CHECK_DONE;
}
