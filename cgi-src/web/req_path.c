/* SPDX-License-Identifier: Apache-2.0
 *
 * The path of a request: decoded once, checked, cut into segments (security D14, D15).
 */
#include "web/req_parts.h"

#include <string.h>

#include "platform/text.h"

/* One character of the path, decoded. 0: refused. An encoded slash would be a separator to one parser
 * and a letter to another. */
static char path_char(const char *p, bool encoded)
{
	int c = (unsigned char)*p;

	if (encoded && c == '%') {
		c = req_escape(p);
		if (c == '/')
			return 0;
	} else if (encoded && (c == '#' || c == ' ')) {
		return 0;
	}
	return c < 0x20 || c == 0x7f || c == '\\' ? 0 : (char)c;
}

/* Appends p[0..len) to the path. encoded: as it was on the wire; otherwise the server has decoded it
 * already, and a second time would be once too often (security R69). */
static int path_append(struct req *rq, size_t *at, const char *p, size_t len, bool encoded)
{
	for (size_t i = 0; i < len; i++) {
		char c = path_char(p + i, encoded);

		if (!c)
			return 400;
		if (*at == REQ_PATH_MAX)
			return 414;
		if (encoded && p[i] == '%')
			i += 2;
		rq->path[(*at)++] = c;
	}
	rq->path[*at] = 0;
	return 0;
}

static int path_fill(struct fcgi_exchange *x, struct req *rq)
{
	const char *uri = fcgi_param(x, "REQUEST_URI"), *script, *info;
	size_t at = 0, chars;
	int status;

	if (uri) {
		status = path_append(rq, &at, uri, strcspn(uri, "?"), true);
	} else {
		script = fcgi_param(x, "SCRIPT_NAME");
		info = fcgi_param(x, "PATH_INFO");
		script = script ? script : "";
		info = info ? info : "";
		status = path_append(rq, &at, script, strlen(script), false);
		if (!status)
			status = path_append(rq, &at, info, strlen(info), false);
	}
	/* Also the absolute form "http://…" ends here. */
	if (!status && (rq->path[0] != '/' || text_utf8_chars(rq->path, at, &chars)))
		status = 400;
	return status;
}

static int segments_cut(struct req *rq)
{
	char *p = rq->path_copy;

	if (strcmp(p, "/") == 0)
		return 0;
	while (p) {
		char *segment = p + 1;

		*p = 0;
		p = strchr(segment, '/');
		if (p == segment)
			return 400;
		if (rq->n_segments == REQ_SEGMENTS_MAX)
			return 414;
		rq->segments[rq->n_segments++] = segment;
	}
	for (size_t i = 0; i < rq->n_segments; i++) {
		if (strcmp(rq->segments[i], ".") == 0 || strcmp(rq->segments[i], "..") == 0)
			return 400;
	}
	return 0;
}

enum rc req_path_read(struct fcgi_exchange *x, struct req *rq)
{
	int status = path_fill(x, rq);

	if (status) {
		/* Half a path must not be routed or logged as if it were one. */
		rq->path[0] = 0;
		req_refuse(rq, status);
		return RC_OK;
	}
	rq->path_copy = strdup(rq->path);
	if (!rq->path_copy)
		return RC_NOMEM;
	status = segments_cut(rq);
	if (status) {
		rq->n_segments = 0;
		req_refuse(rq, status);
	}
	return RC_OK;
}

bool req_enter(struct req *rq, const char *prefix)
{
	size_t len = strlen(prefix), n = 0;

	if (!len)
		return true;
	if (strncmp(rq->path, prefix, len) != 0 || rq->path[len] != '/')
		return false;
	for (const char *p = prefix; *p; p++)
		n += *p == '/';
	memmove(rq->path, rq->path + len, strlen(rq->path + len) + 1);
	rq->n_segments = rq->path[1] ? rq->n_segments - n : 0; /* "/" has none */
	memmove(rq->segments, rq->segments + n, rq->n_segments * sizeof(rq->segments[0]));
	return true;
}
