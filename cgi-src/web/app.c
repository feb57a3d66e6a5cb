/* SPDX-License-Identifier: Apache-2.0 */
#include "web/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/keyring.h"
#include "domain/runtime/lookup.h"
#include "platform/breaker.h"
#include "platform/httpc_multi.h"
#include "platform/log.h"
#include "platform/ratelimit.h"
#include "platform/slots.h"
#include "web/dispatch.h"

#define DEFAULT_WORKERS 4
#define WORKER_CALLS_MAX 128 /* of API tools at once; each is parked */

/* ---- a worker ---- */

static enum rc open_batches(struct core *core)
{
	core->audit_batch = audit_batch_new();
	core->lookups = lookup_batch_new();
	return core->audit_batch && core->lookups ? RC_OK : RC_NOMEM;
}

static enum rc worker_start(void *arg)
{
	struct app *app = arg;
	struct httpc_config http = {
		.policy = &app->cfg->egress,
		.ca_file = app->cfg->ca_file,
		.total_timeout_ms = app->cfg->provider_timeout_ms,
	};
	char user[64];
	enum rc rc;

	(void)snprintf(user, sizeof(user), "grantry_%s", app->program);
	app->core.cfg = app->cfg;
	app->core.keyring = app->keyring;
	app->core.catalogue = app->catalogue;
	app->core.key_rate = app->key_rate;
	app->core.tenant_rate = app->tenant_rate;
	app->core.slots = app->slots;
	app->core.breaker = app->breaker;
	app->core.most_calls = app->most_calls;
	app->core.import_rate = app->import_rate;
	app->core.definitions = definitions_new();
	if (!app->core.definitions || (!app->pages && open_batches(&app->core) != RC_OK))
		return RC_NOMEM;
	rc = core_database(app->cfg, user, &app->core.db);
	if (rc == RC_OK && app->outgoing)
		rc = httpc_new(&http, &app->core.http);
	if (rc == RC_OK && !app->pages)
		rc = httpc_multi_new(&http, WORKER_CALLS_MAX, &app->core.calls);
	return rc;
}

/* Calls go on while others are served. */
static int wait_for(struct pollfd *fds, size_t n, int timeout_ms, void *arg)
{
	struct app *app = arg;

	return httpc_multi_poll(app->core.calls, fds, n, timeout_ms);
}

static void worker_stop(void *arg)
{
	struct app *app = arg;

	httpc_multi_free(app->core.calls); /* ends calls, which are written down */
	httpc_free(app->core.http);
	db_free(app->core.db);
	audit_batch_free(app->core.audit_batch);
	lookup_batch_free(app->core.lookups);
	definitions_free(app->core.definitions);
	app->core = (struct core){0};
}

static void handle(struct fcgi_exchange *x, void *arg)
{
	dispatch(x, arg);
}

static void resume(struct fcgi_exchange *x, void *state, void *arg)
{
	(void)arg;
	dispatch_resume(x, state);
}

static void settle(void *arg)
{
	dispatch_settle(arg);
}

/* ---- the program ---- */

/* In the parent: the workers that follow have the new definitions, the others the old ones until they end. */
static void reload(void *arg)
{
	struct app *app = arg;
	struct catalogue *fresh;

	if (core_catalogue_again(app->cfg, app->catalogue, &fresh) != RC_OK)
		return;
	catalogue_free(app->catalogue);
	app->catalogue = fresh;
}

static enum rc app_open(struct app *app, const char *config)
{
	enum rc rc = cfg_load(config, &app->cfg);

	if (rc == RC_OK)
		rc = codec_init();
	if (rc == RC_OK)
		rc = keyring_open(app->cfg->key_dir, &app->keyring);
	if (rc == RC_OK)
		rc = core_catalogue(app->cfg, &app->catalogue);
	if (rc == RC_OK && app->pages)
		rc = messages_open(app->cfg->message_dir, &app->messages);
	if (rc == RC_OK && app->pages)
		rc = view_open(app->cfg->template_dir, app->messages, &app->view);
	if (rc == RC_OK && !app->pages)
		rc = ratelimit_new(app->cfg->runtime_key_rate, &app->key_rate);
	if (rc == RC_OK && !app->pages)
		rc = ratelimit_new(app->cfg->runtime_tenant_rate, &app->tenant_rate);
	if (rc == RC_OK)
		rc = slots_new(&app->slots);
	if (rc == RC_OK)
		rc = breaker_new(&app->breaker);
	if (rc == RC_OK && app->pages)
		rc = ratelimit_new(1, &app->import_rate);
	return rc;
}

static void app_close(struct app *app)
{
	breaker_free(app->breaker);
	slots_free(app->slots);
	ratelimit_free(app->import_rate);
	ratelimit_free(app->tenant_rate);
	ratelimit_free(app->key_rate);
	view_free(app->view);
	messages_free(app->messages);
	catalogue_free(app->catalogue);
	keyring_free(app->keyring);
	cfg_free(app->cfg);
}

static int usage(const struct app *app)
{
	(void)fprintf(
		stderr, "usage: %s.fcgi [-c CONFIG] [-s SOCKET [-n WORKERS]]\n", app->program);
	return 2;
}

static bool parse_workers(const char *text, unsigned *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end != '\0' || n < 1 || n > 256)
		return false;
	*out = (unsigned)n;
	return true;
}

int app_main(struct app *app, int argc, char **argv)
{
	struct fcgi_options options = {.workers = DEFAULT_WORKERS};
	struct fcgi_app fcgi = {
		.worker_start = worker_start,
		.handle = handle,
		.worker_stop = worker_stop,
		.arg = app,
		.resume = resume,
		.settle = app->pages ? NULL : settle,
		.wait = app->pages ? NULL : wait_for,
		.reload = reload,
	};
	const char *config = NULL;
	int option, status = 1;

	while ((option = getopt(argc, argv, "c:s:n:")) != -1) {
		if (option == 'c')
			config = optarg;
		else if (option == 's')
			options.socket_path = optarg;
		else if (option != 'n' || !parse_workers(optarg, &options.workers))
			return usage(app);
	}
	if (optind != argc)
		return usage(app);
	/* where a call keeps its worker, half of them are left for everything else */
	app->most_calls = !app->pages ? 0 : options.workers > 1 ? options.workers / 2 : 1;
	log_open(app->program, LOG_INFO);
	if (app_open(app, config) == RC_OK)
		status = fcgi_serve(&options, &fcgi);
	app_close(app);
	return status;
}
