/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration file: whatever it holds, it is refused or makes a whole configuration.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/cfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int good)
{
	if (!good)
		abort();
}

static void check(const struct cfg *cfg)
{
	must(cfg->public_origin && cfg->db_name && cfg->db_password_dir && cfg->key_dir);
	must(cfg->provider_dir && cfg->template_dir && cfg->message_dir && cfg->sql_dir);
	must(!cfg->db_socket != !cfg->db_host);
	must(!cfg->db_host || cfg->db_ca_file);
	must(strncmp(cfg->public_origin, cfg->origin_is_https ? "https://" : "http://",
		     cfg->origin_is_https ? 8 : 7) == 0);
	must(!strchr(strstr(cfg->public_origin, "//") + 2, '/'));
	must(cfg->egress.n <= NETPOL_ALLOW_MAX);
	must(cfg->db_port >= 1 && cfg->db_port <= 65535);
	must(cfg->session_idle_s >= 60 && cfg->session_idle_s <= cfg->session_absolute_s);
	must(cfg->provider_timeout_ms >= 100 && cfg->provider_timeout_ms <= 15000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfg *cfg = NULL;
	enum rc rc;
	char *text;

	/* Memory of exactly that size: a read past its end is then seen. */
	text = malloc(size ? size : 1);
	must(text != NULL);
	memcpy(text, data, size);
	rc = cfg_parse("fuzz", text, size, &cfg);
	must((rc == RC_OK) == (cfg != NULL));
	if (cfg)
		check(cfg);
	cfg_free(cfg);
	free(text);
	return 0;
}
