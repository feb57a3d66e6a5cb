/* SPDX-License-Identifier: Apache-2.0
 *
 * grantry-refreshd: renews tokens before they end.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/keyring.h"
#include "domain/upkeep/upkeep.h"
#include "platform/log.h"
#include "platform/process.h"

static int open_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		return -1;
	return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

static enum rc run(struct core *core)
{
	struct httpc_config http = {
		.policy = &core->cfg->egress,
		.ca_file = core->cfg->ca_file,
		.total_timeout_ms = core->cfg->provider_timeout_ms,
	};
	struct upkeep *upkeep = NULL;
	int signal_fd = open_signals();
	enum rc rc = signal_fd < 0 ? RC_INTERNAL : upkeep_open(core, &http, &upkeep);

	if (rc == RC_OK)
		rc = upkeep_run(upkeep, signal_fd);
	upkeep_close(upkeep);
	return rc;
}

int main(int argc, char **argv)
{
	struct core core = {0};
	struct cfg *cfg = NULL;
	struct catalogue *catalogue = NULL;
	const char *config = argc == 3 && strcmp(argv[1], "-c") == 0 ? argv[2] : NULL;
	enum rc rc;

	log_open("refreshd", LOG_INFO);
	rc = argc == 1 || config ? cfg_load(config, &cfg) : RC_INVALID;
	if (rc == RC_OK)
		rc = process_seal() ? codec_init() : RC_INTERNAL;
	if (rc == RC_OK)
		rc = keyring_open(cfg->key_dir, &core.keyring);
	if (rc == RC_OK)
		rc = core_catalogue(cfg, &catalogue);
	if (rc == RC_OK)
		rc = core_database(cfg, "grantry_refreshd", &core.db);
	core.cfg = cfg;
	core.catalogue = catalogue;
	core.audit_batch = audit_batch_new();
	core.definitions = definitions_new();
	if (rc == RC_OK && (!core.audit_batch || !core.definitions))
		rc = RC_NOMEM;
	if (rc == RC_OK)
		rc = run(&core);
	if (rc != RC_OK)
		log_error("refreshd.stopped", "rc", rc_name(rc));
	definitions_free(core.definitions);
	audit_batch_free(core.audit_batch);
	db_free(core.db);
	catalogue_free(catalogue);
	keyring_free(core.keyring);
	cfg_free(cfg);
	return rc == RC_OK ? 0 : 1;
}
