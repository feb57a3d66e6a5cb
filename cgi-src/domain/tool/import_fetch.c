/* SPDX-License-Identifier: Apache-2.0
 *
 * A description by its URL. A person of a workspace chooses where this asks: the guard is httpc.h's, each hop of a
 * redirect is a new request through it, and whatever went wrong there is told in the same words, or this would be a
 * scanner of ports (security G16, H10, H17).
 */
#include <string.h>
#include <strings.h>

#include "domain/audit.h"
#include "domain/tool/import.h"
#include "platform/clock.h"
#include "platform/ratelimit.h"
#include "platform/text.h"

#define REDIRECTS_MAX 3
#define FETCH_TIMEOUT_MS 20000
/* One in so many seconds of a workspace, and after a pause some at once: the rate is counted on a slower clock. */
#define FETCH_PAUSE 10

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Against url: an absolute URL, one without scheme, or one without scheme and host. */
static bool follow(char url[URL_MAX + 1], const char *location, size_t len)
{
	const char *fragment = memchr(location, '#', len);
	char origin[URL_ORIGIN_SIZE];
	struct url from;
	struct buf to;
	bool good;

	if (fragment)
		len = (size_t)(fragment - location);
	if (len == 0 || url_parse(url, URL_HTTP_TOO, &from) != RC_OK)
		return false;
	url_origin(&from, origin);
	buf_init(&to, URL_MAX);
	if (len >= 2 && memcmp(location, "//", 2) == 0)
		buf_puts(&to, from.https ? "https:" : "http:");
	else if (location[0] == '/')
		buf_puts(&to, origin);
	buf_add(&to, location, len);
	good = buf_done(&to) == RC_OK && strlen(buf_text(&to)) == to.len &&
	       url_parse(buf_text(&to), URL_HTTP_TOO, &from) == RC_OK;
	if (good)
		memcpy(url, to.data, to.len + 1);
	buf_release(&to);
	return good;
}

static bool is_document(const struct httpc_response *rs)
{
	return rs->status == 200 && !rs->content_encoded && rs->body.len > 0 &&
	       strncasecmp(rs->content_type, "text/html", 9) != 0;
}

static enum rc ask(struct httpc *http, const char *url, int64_t left_ms, struct httpc_response *rs)
{
	static const char accept[] = "application/json, application/yaml, text/yaml, */*;q=0.5";
	struct httpc_request rq = {
		.method = "GET",
		.answer_max_bytes = IMPORT_DOCUMENT_MAX,
		.total_timeout_ms = (long)left_ms,
		.wants_headers = 1,
	};
	enum rc rc = secret_set(&rq.url, url, strlen(url));

	*rs = (struct httpc_response){.retry_after_s = -1};
	if (rc == RC_OK)
		rc = httpc_request_header(&rq, "Accept", accept, strlen(accept));
	if (rc == RC_OK)
		rc = httpc_perform(http, &rq, rs);
	httpc_request_release(&rq);
	return rc;
}

/* url becomes the one that answered. */
static enum import_fetch_problem fetch(
	struct httpc *http, char url[URL_MAX + 1], struct httpc_response *rs)
{
	int64_t until_ms = clock_mono_ms() + FETCH_TIMEOUT_MS;
	const char *location;
	size_t len = 0;

	for (int hops = 0; hops <= REDIRECTS_MAX; hops++) {
		int64_t left_ms = until_ms - clock_mono_ms();
		enum rc rc = left_ms > 0 ? ask(http, url, left_ms, rs) : RC_TIMEOUT;

		if (rc != RC_OK)
			return rc == RC_LIMIT ? IMPORT_FETCH_TOO_LARGE : IMPORT_FETCH_UNREACHABLE;
		if (!is_redirect(rs->status))
			return is_document(rs) ? IMPORT_FETCH_OK : IMPORT_FETCH_UNREACHABLE;
		location = httpc_response_header(rs, "Location", &len);
		if (!location || !follow(url, location, len))
			return IMPORT_FETCH_UNREACHABLE;
		httpc_response_release(rs);
	}
	return IMPORT_FETCH_UNREACHABLE;
}

static bool is_fit(const char *text)
{
	struct url url;

	return strlen(text) <= URL_MAX && url_parse(text, URL_HTTP_TOO, &url) == RC_OK;
}

enum rc import_download(struct httpc *http, const char *url, struct buf *out,
	char final_url[URL_MAX + 1], enum import_fetch_problem *problem)
{
	struct httpc_response rs = {.retry_after_s = -1};
	enum rc rc = RC_INVALID;

	final_url[0] = '\0';
	*problem = IMPORT_FETCH_URL;
	if (is_fit(url)) {
		text_copy(final_url, URL_MAX + 1, url);
		*problem = fetch(http, final_url, &rs);
	}
	if (*problem == IMPORT_FETCH_OK) {
		buf_add(out, rs.body.bytes, rs.body.len);
		rc = buf_done(out);
	}
	httpc_response_release(&rs);
	return rc;
}

/* ---- for people ---- */

static bool is_too_often(const struct core *core, const struct actor *actor)
{
	int64_t wait_s;

	return ratelimit_take(core->import_rate, actor->tenant.u.b, sizeof(actor->tenant.u.b),
		       clock_mono_us() / FETCH_PAUSE, &wait_s) == RC_LIMIT;
}

static const char *word_of(enum import_fetch_problem problem)
{
	static const char *const words[] = {
		[IMPORT_FETCH_OK] = "ok",
		[IMPORT_FETCH_URL] = "url",
		[IMPORT_FETCH_UNREACHABLE] = "unreachable",
		[IMPORT_FETCH_TOO_LARGE] = "too_large",
		[IMPORT_FETCH_TOO_MANY] = "too_many",
	};

	return words[problem];
}

enum rc import_fetch(const struct core *core, const struct actor *actor, const char *url,
	struct buf *out, char final_url[URL_MAX + 1], enum import_fetch_problem *problem)
{
	enum rc rc = RC_INVALID, recorded;

	final_url[0] = '\0';
	*problem = IMPORT_FETCH_TOO_MANY;
	if (!is_too_often(core, actor))
		rc = import_download(core->http, url, out, final_url, problem);
	recorded = audit_event(core, actor, "api_tool.fetch", "api-tool", word_of(*problem));
	return recorded == RC_OK ? rc : recorded;
}
