/* SPDX-License-Identifier: Apache-2.0
 *
 * What every client has in common, and the client that waits for its one transfer. Its easy handle
 * keeps the parsed CA bundle (tens of milliseconds a call with OpenSSL 3) and, because of
 * FRESH_CONNECT and FORBID_REUSE, no connection; every option is set anew for every call.
 */
#include "platform/httpc.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/httpc_int.h"
#include "platform/log.h"

struct httpc {
	struct httpc_settings settings;
	CURL *curl;
};

/* --- the client ---------------------------------------------------------------------------- */

static bool curl_is_fit(const curl_version_info_data *info)
{
	bool https = false;

	for (const char *const *p = info->protocols; *p; p++)
		https = https || strcmp(*p, "https") == 0;
	/* Without the async resolver no timeout covers DNS. */
	return https && (info->features & CURL_VERSION_SSL) &&
	       (info->features & CURL_VERSION_ASYNCHDNS);
}

/* With NOSIGNAL libcurl no longer shields us from OpenSSL's writes to a closed connection. */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
		now.sa_handler = SIG_IGN;
		(void)sigaction(SIGPIPE, &now, NULL);
	}
}

static const char *unfit(const struct httpc_config *config)
{
	static bool started;

	if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return "libcurl does not start";
	started = true;
	if (!curl_is_fit(curl_version_info(CURLVERSION_NOW)))
		return "libcurl lacks https or the asynchronous resolver";
	if (!httpc_guard_refuses("127.0.0.1") || !httpc_guard_refuses("::ffff:127.0.0.1"))
		return "the address guard lets loopback pass";
	if (config->ca_file && access(config->ca_file, R_OK) != 0)
		return "ca_file cannot be read";
	return NULL;
}

enum rc httpc_settings_init(const struct httpc_config *config, struct httpc_settings *out)
{
	const char *reason = unfit(config);

	*out = (struct httpc_settings){.policy = config->policy};
	if (reason) {
		log_error("httpc_refused", "reason", reason);
		return RC_INTERNAL;
	}
	ignore_sigpipe();
	out->connect_timeout_ms = config->connect_timeout_ms ? config->connect_timeout_ms : 5000;
	out->total_timeout_ms = config->total_timeout_ms ? config->total_timeout_ms : 15000;
	out->body_max_bytes = config->body_max_bytes && config->body_max_bytes < HTTPC_BODY_MAX
				      ? config->body_max_bytes
				      : HTTPC_BODY_MAX;
	out->ca_file = config->ca_file ? strdup(config->ca_file) : NULL;
	return config->ca_file && !out->ca_file ? RC_NOMEM : RC_OK;
}

void httpc_settings_release(struct httpc_settings *settings)
{
	free(settings->ca_file);
	settings->ca_file = NULL;
}

enum rc httpc_new(const struct httpc_config *config, struct httpc **out)
{
	struct httpc *http = calloc(1, sizeof *http);
	enum rc rc;

	*out = NULL;
	if (!http)
		return RC_NOMEM;
	rc = httpc_settings_init(config, &http->settings);
	if (rc == RC_OK) {
		http->curl = curl_easy_init();
		rc = http->curl ? RC_OK : RC_NOMEM;
	}
	if (rc == RC_OK)
		*out = http;
	else
		httpc_free(http);
	return rc;
}

void httpc_free(struct httpc *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl); /* takes NULL */
	httpc_settings_release(&http->settings);
	free(http);
}

enum rc httpc_perform(
	struct httpc *http, const struct httpc_request *rq, struct httpc_response *out)
{
	struct httpc_transfer t;
	enum rc rc = httpc_transfer_prepare(&t, &http->settings, http->curl, rq, out);

	return rc == RC_OK ? httpc_transfer_finish(&t, curl_easy_perform(http->curl)) : rc;
}
