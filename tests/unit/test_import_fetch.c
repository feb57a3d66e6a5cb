/* SPDX-License-Identifier: Apache-2.0
 *
 * A description by its URL (G16, H10): what answers, what is followed, and that nothing forbidden is dialled.
 */
#include "domain/tool/import.h"

#include "unit/check.h"

#include "fake_net.h"
#include "http_server.h"
#include "platform/log.h"

#define DOCUMENT "openapi: 3.0.0"

static struct netpol policy;
static struct httpc *http;

static void begin(void)
{
	const struct httpc_config config = {.policy = &policy};

	httpc_free(http);
	http = NULL;
	policy = (struct netpol){.n = 0};
	dialled = dialled_forbidden = resolutions = 0;
	CHECK_INT(httpc_new(&config, &http), RC_OK);
}

static void allow(const struct server *s)
{
	char origin[64];

	(void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", (unsigned)s->port);
	CHECK_INT(netpol_allow_origin(&policy, origin), RC_OK);
}

static void url_of(const struct server *s, const char *rest, char out[URL_MAX + 1])
{
	(void)snprintf(out, URL_MAX + 1, "http://127.0.0.1:%u%s", (unsigned)s->port, rest);
}

static void check_url(
	const char *url, enum import_fetch_problem want, const char *body, const char *at)
{
	enum import_fetch_problem problem;
	char final_url[URL_MAX + 1];
	struct buf out;

	buf_init(&out, IMPORT_DOCUMENT_MAX);
	CHECK_INT(import_download(http, url, &out, final_url, &problem),
		want == IMPORT_FETCH_OK ? RC_OK : RC_INVALID);
	CHECK_INT(problem, want);
	CHECK_STR(buf_text(&out), body);
	if (at)
		CHECK_STR(final_url, at);
	CHECK_INT(dialled_forbidden, 0);
	buf_release(&out);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* One server that always says the same; n: how often it is asked. */
static void check_answer(const char *answer, enum import_fetch_problem want, size_t n)
{
	char request[65536], url[URL_MAX + 1];
	struct server s;

	begin();
	serve(&s, say, answer);
	allow(&s);
	url_of(&s, "/openapi.yaml?token=x", url);
	check_url(url, want, want == IMPORT_FETCH_OK ? DOCUMENT : "", NULL);
	stop(&s, request, sizeof(request));
	CHECK_INT(count(request, "GET "), n);
	CHECK_INT(dialled, n);
	CHECK_INT(count(request, "Authorization") + count(request, "Cookie"), 0);
}

static void a_document_is_taken(void)
{
	check_answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
		     "14\r\n\r\n" DOCUMENT,
		IMPORT_FETCH_OK, 1);
	check_answer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" DOCUMENT, IMPORT_FETCH_OK, 1);
}

static void what_is_no_document_is_told_in_one_word(void)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 200 OK\r\nContent-Type: TEXT/HTML; charset=x\r\nContent-Length: "
		"2\r\n\r\nhi",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi",
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi",
		"SSH-2.0-OpenSSH_9.2\r\n",
		"",
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		check_answer(answers[i], IMPORT_FETCH_UNREACHABLE, 1);
}

static void what_is_too_large_is_not_read(void)
{
	check_answer(
		"HTTP/1.1 200 OK\r\nContent-Length: 15728641\r\n\r\nx", IMPORT_FETCH_TOO_LARGE, 1);
}

static void redirects_end(void)
{
	check_answer("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
		IMPORT_FETCH_UNREACHABLE, 4);
}

/* Each would be a call to where nobody may send us. */
static void redirects_go_nowhere_else(void)
{
	static const char *const places[] = {"https://private.test/",
		"https://metadata.test/latest", "//metadata.test/", "https://private6.test/",
		"https://mapped.test/", "https://loop.test/", "https://10.0.0.1/", "https://[::1]/",
		"https://127.1/", "https://2130706433/", "http://public.test/",
		"https://public.test:22/", "http://127.0.0.1:1/", "file:///etc/passwd",
		"gopher://public.test/", "javascript:0", "https://user@public.test/",
		"https://public.test\\@private.test/", "https:public.test", "openapi.json", "../x",
		"/../x", "", "#", "https://", "/a b", "\\\\private.test"};
	char answer[512];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(answer, sizeof(answer),
			"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
			places[i]);
		check_answer(answer, IMPORT_FETCH_UNREACHABLE, 1);
	}
	check_answer(
		"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", IMPORT_FETCH_UNREACHABLE, 1);
}

static void a_redirect_within_what_is_allowed_is_followed(void)
{
	char request[8192], url[URL_MAX + 1], there[URL_MAX + 1], answer[URL_MAX + 128];
	struct server first, second;

	begin();
	serve(&second, say, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" DOCUMENT);
	url_of(&second, "/v2/openapi.yaml", there);
	(void)snprintf(answer, sizeof(answer),
		"HTTP/1.1 301 Moved\r\nLocation: %s#part\r\nContent-Length: 0\r\n\r\n", there);
	serve(&first, say, answer);
	allow(&first);
	allow(&second);
	url_of(&first, "/", url);
	check_url(url, IMPORT_FETCH_OK, DOCUMENT, there);
	stop(&first, request, sizeof(request));
	stop(&second, request, sizeof(request));
	CHECK(strncmp(request, "GET /v2/openapi.yaml HTTP/1.1\r\n", 31) == 0);
	CHECK_INT(dialled, 2);
}

static void forbidden_addresses_are_not_dialled(void)
{
	static const char *const urls[] = {"https://private.test/", "https://metadata.test/",
		"https://loop.test/", "https://127.0.0.1/", "https://[::1]/", "http://public.test/",
		"https://public.test:8443/", "https://nobody.test/"};
	static const char *const none[] = {"", "openapi.json", "ftp://public.test/",
		"https://127.1/", "https://0x7f000001/", "https://user:pass@public.test/",
		"https://public.test/#x", "https://public.test/a b", "https://\xe2\x91\xa0.test/"};

	begin();
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		check_url(urls[i], IMPORT_FETCH_UNREACHABLE, "", NULL);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check_url(none[i], IMPORT_FETCH_URL, "", "");
	CHECK_INT(dialled, 0);
}

int main(void)
{
	log_open("test_import_fetch", LOG_ERROR);
	RUN(a_document_is_taken);
	RUN(what_is_no_document_is_told_in_one_word);
	RUN(what_is_too_large_is_not_read);
	RUN(redirects_end);
	RUN(redirects_go_nowhere_else);
	RUN(a_redirect_within_what_is_allowed_is_followed);
	RUN(forbidden_addresses_are_not_dialled);
	httpc_free(http);
	return CHECK_DONE;
}
