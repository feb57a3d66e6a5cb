/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/keyring.h"
#include "domain/message.h"
#include "platform/clock.h"
#include "platform/codec.h"
#include "platform/text.h"

#define CALL_TIMEOUT_MS 8000
#define MAC_TEXT_SIZE 2048
#define RANDOM_SIZE 16
#define MAC_HEX_SIZE (2 * HASH_SIZE + 1)

const char *selftest_label(enum selftest_step step)
{
	static const char *const labels[SELFTEST__MAX] = {
		[SELFTEST_REACH] = MESSAGE("selftest.reach"),
		[SELFTEST_OURS] = MESSAGE("selftest.ours"),
		[SELFTEST_SCHEME] = MESSAGE("selftest.scheme"),
		[SELFTEST_HOST] = MESSAGE("selftest.host"),
		[SELFTEST_PORT] = MESSAGE("selftest.port"),
		[SELFTEST_PATHS] = MESSAGE("selftest.paths"),
		[SELFTEST_API] = MESSAGE("selftest.api"),
	};

	return labels[step];
}

/* ---- who asks, and who answers ---- */

static enum rc mac_hex(
	const struct core *core, const char *what, const char *text, char out[MAC_HEX_SIZE])
{
	unsigned char mac[HASH_SIZE];
	char all[MAC_TEXT_SIZE];
	int n = snprintf(all, sizeof(all), "self-test %s %s", what, text);
	enum rc rc = n > 0 && (size_t)n < sizeof(all) ? RC_OK : RC_LIMIT;

	if (rc == RC_OK)
		rc = keyring_mac(core->keyring, all, mac);
	if (rc == RC_OK)
		codec_hex(mac, sizeof(mac), out);
	return rc;
}

enum rc selftest_nonce(const struct core *core, int64_t now_s, char out[SELFTEST_NONCE_SIZE])
{
	unsigned char random[RANDOM_SIZE];
	char hex[2 * RANDOM_SIZE + 1], asked[64], mac[MAC_HEX_SIZE];
	enum rc rc;

	codec_random(random, sizeof(random));
	codec_hex(random, sizeof(random), hex);
	(void)snprintf(asked, sizeof(asked), "%lld.%s", (long long)now_s, hex);
	rc = mac_hex(core, "asks", asked, mac);
	if (rc == RC_OK)
		(void)snprintf(out, SELFTEST_NONCE_SIZE, "%s.%s", asked, mac);
	return rc;
}

static bool is_ours(const struct core *core, const char *nonce)
{
	const char *dot = strrchr(nonce, '.');
	char asked[SELFTEST_NONCE_SIZE], mac[MAC_HEX_SIZE];
	int64_t at_s, now_s = clock_now_s();

	if (!dot || strlen(nonce) >= SELFTEST_NONCE_SIZE || strlen(dot + 1) != MAC_HEX_SIZE - 1)
		return false;
	(void)snprintf(asked, sizeof(asked), "%.*s", (int)(dot - nonce), nonce);
	if (mac_hex(core, "asks", asked, mac) != RC_OK ||
		!codec_equal(mac, dot + 1, MAC_HEX_SIZE - 1))
		return false;
	at_s = strtoll(asked, NULL, 10);
	return at_s <= now_s + SELFTEST_LIFETIME_S && at_s >= now_s - SELFTEST_LIFETIME_S;
}

/* The nonce and the lines that are signed with it. */
static enum rc sign_seen(
	const struct core *core, const char *nonce, const char *lines, char mac[MAC_HEX_SIZE])
{
	char text[MAC_TEXT_SIZE - 64];
	int n = snprintf(text, sizeof(text), "%s\n%s", nonce, lines);

	if (n < 0 || (size_t)n >= sizeof(text))
		return RC_LIMIT;
	return mac_hex(core, "saw", text, mac);
}

/* Printable ASCII without spaces, cut: it goes into a line. */
static void take_word(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; text && *text && n + 1 < size; text++)
		out[n++] = *text > 0x20 && *text < 0x7f ? *text : '?';
	out[n] = '\0';
}

enum rc selftest_answer(const struct core *core, const char *nonce,
	const struct selftest_seen *seen, struct buf *out)
{
	char host[280], path[280], lines[640], mac[MAC_HEX_SIZE];
	enum rc rc;

	if (!nonce || !is_ours(core, nonce))
		return RC_NOT_FOUND;
	take_word(seen->host, host, sizeof(host));
	take_word(seen->path, path, sizeof(path));
	(void)snprintf(lines, sizeof(lines), "%s %s %s", seen->https ? "https" : "http",
		host[0] ? host : "-", path);
	rc = sign_seen(core, nonce, lines, mac);
	if (rc == RC_OK)
		buf_printf(out, "%s\n%s\n", mac, lines);
	return rc;
}

/* ---- judging ---- */

static void say_good(struct selftest *t, enum selftest_step step)
{
	t->steps[step].state = SELFTEST_GOOD;
}

static void say_bad(struct selftest *t, enum selftest_step step, const char *seen, const char *fix)
{
	t->steps[step].state = SELFTEST_BAD;
	TEXT_COPY(t->steps[step].seen, seen);
	t->steps[step].fix = fix;
}

static void compare(struct selftest *t, enum selftest_step step, const char *seen,
	const char *wanted, const char *fix)
{
	if (strcmp(seen, wanted) == 0)
		say_good(t, step);
	else
		say_bad(t, step, seen, fix);
}

/* "host:port" or "host"; a port that is not said is that of the scheme. */
static void split_host(const char *text, bool https, char host[280], char port[8])
{
	const char *end = strrchr(text, ':');

	if (!end || strchr(end, ']'))
		end = text + strlen(text);
	(void)snprintf(host, 280, "%.*s", (int)(end - text), text);
	(void)snprintf(port, 8, "%s", *end ? end + 1 : https ? "443" : "80");
}

static void judge_seen(const struct core *core, const char *scheme, const char *seen_host,
	const char *path, struct selftest *out)
{
	bool https = core->cfg->origin_is_https;
	char host[280], port[8], own_host[280], own_port[8];

	split_host(seen_host, https, host, port);
	split_host(strstr(core->cfg->public_origin, "://") + 3, https, own_host, own_port);
	compare(out, SELFTEST_SCHEME, scheme, https ? "https" : "http",
		MESSAGE("selftest.scheme_fix"));
	compare(out, SELFTEST_HOST, host, own_host, MESSAGE("selftest.host_fix"));
	compare(out, SELFTEST_PORT, port, own_port, MESSAGE("selftest.port_fix"));
	compare(out, SELFTEST_PATHS, path, SELFTEST_PATH, MESSAGE("selftest.paths_fix"));
}

void selftest_judge(const struct core *core, const char *nonce, const char *answer, size_t len,
	struct selftest *out)
{
	char copy[1024], mac[MAC_HEX_SIZE], host[280], path[280], scheme[8], *lines;

	if (len >= sizeof(copy))
		len = 0;
	memcpy(copy, answer, len);
	copy[len] = '\0';
	lines = strchr(copy, '\n');
	if (lines) {
		*lines++ = '\0';
		lines[strcspn(lines, "\n")] = '\0';
	}
	if (!lines || strlen(copy) != MAC_HEX_SIZE - 1 ||
		sign_seen(core, nonce, lines, mac) != RC_OK ||
		!codec_equal(mac, copy, MAC_HEX_SIZE - 1) ||
		sscanf(lines, "%7s %279s %279s", scheme, host, path) != 3) {
		say_bad(out, SELFTEST_OURS, "", MESSAGE("selftest.other_fix"));
		return;
	}
	say_good(out, SELFTEST_OURS);
	judge_seen(core, scheme, host, path, out);
}

/* ---- asking ---- */

/* Nothing but our own origin may be called, wherever it is. */
static enum rc open_http(const struct core *core, struct netpol *policy, struct httpc **out)
{
	struct httpc_config config = {
		.policy = policy,
		.ca_file = core->cfg->ca_file,
		.total_timeout_ms = CALL_TIMEOUT_MS,
	};
	enum rc rc = netpol_allow_origin(policy, core->cfg->public_origin);

	return rc == RC_OK ? httpc_new(&config, out) : rc;
}

static enum rc ask(const struct core *core, struct httpc *http, const char *path,
	struct httpc_response *answer)
{
	struct httpc_request request = {.method = "GET"};
	enum rc rc = secret_append_text(&request.url, core->cfg->public_origin);

	*answer = (struct httpc_response){0};
	if (rc == RC_OK)
		rc = secret_append_text(&request.url, path);
	if (rc == RC_OK)
		rc = httpc_perform(http, &request, answer);
	httpc_request_release(&request);
	return rc;
}

static const char *fix_of_status(int status)
{
	if (status >= 300 && status < 400)
		return MESSAGE("selftest.redirect_fix");
	return status >= 502 && status <= 504 ? MESSAGE("selftest.down_fix")
					      : MESSAGE("selftest.other_fix");
}

/* Answers whether somebody answered. */
static enum rc ask_connect(const struct core *core, struct httpc *http, struct selftest *out)
{
	char path[sizeof(SELFTEST_PATH) + SELFTEST_NONCE_SIZE + 16], nonce[SELFTEST_NONCE_SIZE];
	struct httpc_response answer = {0};
	char status[32];
	enum rc rc = selftest_nonce(core, clock_now_s(), nonce);

	if (rc != RC_OK)
		return rc;
	(void)snprintf(path, sizeof(path), SELFTEST_PATH "?nonce=%s", nonce);
	rc = ask(core, http, path, &answer);
	if (rc == RC_OK) {
		say_good(out, SELFTEST_REACH);
		(void)snprintf(status, sizeof(status), "HTTP %d", answer.status);
		if (answer.status == 200)
			selftest_judge(
				core, nonce, secret_text(&answer.body), answer.body.len, out);
		else
			say_bad(out, SELFTEST_OURS, status, fix_of_status(answer.status));
	} else if (rc == RC_TIMEOUT) {
		say_bad(out, SELFTEST_REACH, "", MESSAGE("selftest.timeout_fix"));
	} else if (rc == RC_UPSTREAM || rc == RC_LIMIT || rc == RC_EGRESS) {
		say_bad(out, SELFTEST_REACH, "",
			core->cfg->origin_is_https ? MESSAGE("selftest.tls_fix")
						   : MESSAGE("selftest.reach_fix"));
	}
	httpc_response_release(&answer);
	return rc == RC_NOMEM || rc == RC_INTERNAL || rc == RC_INVALID ? rc : RC_OK;
}

static enum rc ask_api(const struct core *core, struct httpc *http, struct selftest *out)
{
	static const char want[] = "{\"status\":\"ok\"}";
	struct httpc_response answer;
	char status[32] = "";
	enum rc rc = ask(core, http, "/api/health", &answer);

	if (rc == RC_OK)
		(void)snprintf(status, sizeof(status), "HTTP %d", answer.status);
	if (rc == RC_OK && answer.status == 200 && answer.body.len >= sizeof(want) - 1 &&
		memcmp(secret_text(&answer.body), want, sizeof(want) - 1) == 0)
		say_good(out, SELFTEST_API);
	else
		say_bad(out, SELFTEST_API, status, MESSAGE("selftest.api_fix"));
	httpc_response_release(&answer);
	return rc == RC_NOMEM ? rc : RC_OK;
}

enum rc selftest_run(const struct core *core, struct selftest *out)
{
	struct netpol policy = {0};
	struct httpc *http = NULL;
	enum rc rc = open_http(core, &policy, &http);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = ask_connect(core, http, out);
	if (rc == RC_OK && out->steps[SELFTEST_REACH].state == SELFTEST_GOOD)
		rc = ask_api(core, http, out);
	httpc_free(http);
	out->good = true;
	for (int i = 0; i < SELFTEST__MAX; i++)
		out->good &= out->steps[i].state == SELFTEST_GOOD;
	return rc;
}
