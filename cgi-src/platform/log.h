/* SPDX-License-Identifier: Apache-2.0
 *
 * One JSON object a line on standard error: time, level, program, request id, event, then pairs.
 * Everything is escaped here, so no value can forge a line. There is no variant that takes a
 * struct secret, and none is to be added; bodies and query strings are never passed here.
 */
#ifndef GRANTRY_PLATFORM_LOG_H
#define GRANTRY_PLATFORM_LOG_H

#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct buf;

#define LOG_LINE_MAX 4096 /* longer lines are cut inside their last value */

/** log_open(program, least): once, before the first line. program is borrowed. */
void log_open(const char *program, enum log_level least);
/** log_request(id): request id for the lines that follow; NULL ends it. Borrowed. */
void log_request(const char *id);

/** log_event(level, event, key, value, …, NULL): pairs of C strings; a NULL value is skipped. The final
 *  NULL must be a pointer, which a bare 0 is not: the compiler checks. errno is left alone. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/** log_error(event, key, value, …): the common levels; they add the final NULL themselves. */
#define log_error(...) log_event(LOG_ERROR, __VA_ARGS__, (char *)0)
#define log_warn(...) log_event(LOG_WARN, __VA_ARGS__, (char *)0)
#define log_info(...) log_event(LOG_INFO, __VA_ARGS__, (char *)0)

/** log_json_string(out, p, len): p as a JSON string with quotes; bytes that are not UTF-8 become
 *  U+FFFD, control characters, U+2028 and U+2029 are escaped. */
void log_json_string(struct buf *out, const char *p, size_t len);

#endif
