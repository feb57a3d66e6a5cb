/* SPDX-License-Identifier: Apache-2.0
 *
 * Every option of a transfer (security §4.6). VERBOSE and DEBUGFUNCTION have no place here: they
 * print secrets.
 */
#include <stdbool.h>
#include <string.h>

#include "platform/httpc_int.h"

#ifndef GRANTRY_VERSION
#define GRANTRY_VERSION "0"
#endif

static const struct {
	CURLoption option;
	long value;
} fixed_options[] = {
	{CURLOPT_NOSIGNAL, 1},
	{CURLOPT_NOPROGRESS, 1},
	{CURLOPT_FRESH_CONNECT, 1},
	{CURLOPT_FORBID_REUSE, 1},
	{CURLOPT_DNS_CACHE_TIMEOUT, 0},
	/* Otherwise the end of a timeout waits for the resolver's thread, as long as that takes. */
	{CURLOPT_QUICK_EXIT, 1},
	{CURLOPT_FOLLOWLOCATION, 0},
	{CURLOPT_UNRESTRICTED_AUTH, 0},
	{CURLOPT_NETRC, CURL_NETRC_IGNORED},
	{CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	{CURLOPT_PATH_AS_IS, 1},
	{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	{CURLOPT_HTTP09_ALLOWED, 0},
	/* We never ask for a coding; if one comes anyhow its bytes are not ours to unpack (bombs). */
	{CURLOPT_HTTP_CONTENT_DECODING, 0},
	{CURLOPT_SSL_VERIFYPEER, 1},
	{CURLOPT_SSL_VERIFYHOST, 2},
	{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_SSL_SESSIONID_CACHE, 0},
	{CURLOPT_CERTINFO, 1}, /* so that the chain can be counted */
	{CURLOPT_LOW_SPEED_LIMIT, 100},
};

static bool set_fixed(CURL *c)
{
	bool good = true;

	for (size_t i = 0; i < sizeof fixed_options / sizeof fixed_options[0]; i++)
		good = good && curl_easy_setopt(c, fixed_options[i].option,
				       fixed_options[i].value) == CURLE_OK;
	/* "" and not NULL: NULL means "look into the environment". */
	good = good && curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK;
	good = good && curl_easy_setopt(c, CURLOPT_NOPROXY, "*") == CURLE_OK;
	good = good && curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK;
	return good &&
	       curl_easy_setopt(c, CURLOPT_USERAGENT, "Grantry/" GRANTRY_VERSION) == CURLE_OK;
}

/* What may be cut is counted as it comes; otherwise a stated length that is too large ends the call at once. */
bool httpc_set_limits(
	CURL *c, const struct httpc_settings *settings, const struct httpc_transfer *t)
{
	long total = t->total_timeout_ms, connect = settings->connect_timeout_ms;
	curl_off_t most = t->may_cut ? 0 : (curl_off_t)t->body_max_bytes;

	return curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, most) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, total) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect < total ? connect : total) ==
		       CURLE_OK;
}

/* A CAPATH beside the file would switch the cache of the parsed bundle off. */
static bool set_trust(CURL *c, const struct httpc_settings *settings)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (!settings->ca_file && !info->cainfo)
		return true;
	return (!settings->ca_file ||
		       curl_easy_setopt(c, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK) &&
	       curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

bool httpc_set_options(CURL *c, const struct httpc_settings *settings)
{
	return set_fixed(c) && set_trust(c, settings);
}

/* Our own spelling of what url_parse understood, so that libcurl has nothing to guess. */
bool httpc_set_url(CURL *c, const struct url *url)
{
	struct secret text = SECRET_EMPTY;
	char origin[URL_ORIGIN_SIZE];
	bool good;

	url_origin(url, origin);
	good = secret_append_text(&text, origin) == RC_OK &&
	       (*url->rest == '/' || secret_append_text(&text, "/") == RC_OK) &&
	       secret_append_text(&text, url->rest) == RC_OK &&
	       curl_easy_setopt(c, CURLOPT_URL, secret_text(&text)) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, url->https ? "https" : "http") ==
		       CURLE_OK;
	secret_release(&text);
	return good;
}

/* POSTFIELDS borrows (COPYPOSTFIELDS would make a copy that nobody wipes); the method is then put
 * back by CUSTOMREQUEST. A bodyless POST, PUT or PATCH still sends Content-Length: 0. */
bool httpc_set_method(CURL *c, const struct httpc_request *rq)
{
	const char *m = rq->method;
	bool send = rq->has_body || strcmp(m, "POST") == 0 || strcmp(m, "PUT") == 0 ||
		    strcmp(m, "PATCH") == 0;
	size_t len = rq->has_body ? rq->body.len : 0;

	if (strcmp(m, "HEAD") == 0)
		return curl_easy_setopt(c, CURLOPT_NOBODY, 1L) == CURLE_OK;
	if (!send)
		return curl_easy_setopt(c, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
		       curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, m) == CURLE_OK;
	return curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDS, len > 0 ? secret_text(&rq->body) : "") ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, m) == CURLE_OK;
}

bool httpc_watch_speed(CURL *c, long total_timeout_ms)
{
	long s = total_timeout_ms / 3000;

	if (s > 5)
		s = 5;
	return curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, s > 0 ? s : 1L) == CURLE_OK;
}
