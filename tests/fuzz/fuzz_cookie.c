/* SPDX-License-Identifier: Apache-2.0
 *
 * Cookie header: only tokens and cookie-octets come out, and a session cookie only when it is there
 * once, however the rest is spelled.
 */
#include <string.h>

#include "must.h"
#include "web/req.h"

static void check_cookie(const struct param *cookie)
{
	static const char not_in_names[] = "()<>@,;:\\\"/[]?={} \t";

	for (const char *p = cookie->name; *p; p++)
		MUST(*p > 0x20 && *p < 0x7f && !strchr(not_in_names, *p));
	for (const char *p = cookie->value; *p; p++)
		MUST(*p > 0x20 && *p < 0x7f && !strchr("\",;\\", *p));
	MUST(strlen(cookie->value) == cookie->value_len);
}

static size_t occurrences(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct req rq = {.n_segments = 0};
	char *header = calloc(1, size + 1);
	const char *sid;
	enum rc rc;

	if (!header)
		return 0;
	if (size > 0)
		memcpy(header, data, size);
	rc = req_parse_cookies(header, &rq.cookie_text, &rq.cookies);
	MUST(rc == RC_OK || rc == RC_LIMIT);
	MUST(rq.cookies.n <= REQ_COOKIES_MAX && (rc == RC_OK || rq.cookies.n == 0));
	for (size_t i = 0; i < rq.cookies.n; i++)
		check_cookie(&rq.cookies.items[i]);
	sid = req_cookie(&rq, "__Host-sid");
	MUST(!sid || occurrences(header, "__Host-sid=") >= 1);
	/* Once in the whole header and found: then it stands at the start of a pair. */
	MUST(!sid || params_count(&rq.cookies, "__Host-sid") == 1);
	free(rq.cookies.items);
	secret_release(&rq.cookie_text);
	free(header);
	return 0;
}
