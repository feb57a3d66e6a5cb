/* SPDX-License-Identifier: Apache-2.0
 *
 * Fills workspaces with copies of one real credential, each sealed for its own place by the product's own
 * code, as tab-separated rows for LOAD DATA: tenant, id, name, encrypted_credentials, encrypted_profile
 * (all but the name in hexadecimal), in the order of the primary key.
 *
 * fill -c CONFIG -s TENANT-ID -p PLUGIN/PROVIDER -i CREDENTIAL-ID -t TENANTS -n ROWS -o FILE [-r FILE]
 *   -s -p -i    the credential that is copied
 *   -t          so many new workspaces are made, with a runtime key each …
 *   -n          … and given so many credentials each
 *   -o          the rows
 *   -r          refresh tokens, one a line, one for each row; without it all have the copied one
 * On standard output a line for each new workspace: its id, its runtime key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/keyring.h"
#include "domain/people/admin.h"
#include "domain/runtime/access_key.h"
#include "platform/log.h"

#define LINE_MAX_BYTES 4096

static struct {
	const char *config, *source, *provider, *credential, *out, *refresh;
	long tenants, rows;
	struct core operator, reader; /* makes workspaces and keys; reads the credential */
	struct credential_row row;
	struct fieldset secrets, profile;
	FILE *rows_file, *refresh_file;
	uint64_t n; /* rows so far */
} run;

static void give_up(const char *what)
{
	(void)fprintf(stderr, "fill: %s\n", what);
	exit(1);
}

static void must(enum rc rc, const char *what)
{
	if (rc != RC_OK)
		give_up(what);
}

static void open_core(void)
{
	struct cfg *cfg;

	must(cfg_load(run.config, &cfg), run.config);
	must(codec_init(), "codec");
	must(keyring_open(cfg->key_dir, &run.reader.keyring), cfg->key_dir);
	must(core_database(cfg, "grantry_refreshd", &run.reader.db), "database");
	run.reader.cfg = cfg;
	run.operator= run.reader;
	must(core_database(cfg, "grantry_operator", &run.operator.db), "database");
}

static void load_source(void)
{
	const char *name = strrchr(run.provider, '/');
	char plugin[PLUGIN_ID_SIZE];
	struct provider_ref ref = {plugin, name ? name + 1 : ""};
	struct credential_id id;
	struct tenant_id tenant;

	if (!name || snprintf(plugin, sizeof(plugin), "%.*s", (int)(name - run.provider),
			     run.provider) >= (int)sizeof(plugin))
		give_up(run.provider);
	must(uuid_parse(run.source, &tenant.u), run.source);
	must(uuid_parse(run.credential, &id.u), run.credential);
	must(credential_row_load(run.reader.db, &tenant, &ref, &id, &run.row), run.credential);
	must(credential_unseal(&run.reader, &tenant, &run.row, &run.secrets, &run.profile),
		"the credential does not open");
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tenant_id));
}

static void make_tenants(struct tenant_id *out)
{
	struct access_key_wish wish = {.name = "bench", .providers = ""};
	char name[64], id[UUID_TEXT_SIZE];
	struct actor by;

	for (long i = 0; i < run.tenants; i++) {
		struct uuid unique = uuid_random();
		struct secret key = SECRET_EMPTY;

		uuid_text(&unique, id);
		(void)snprintf(name, sizeof(name), "Measured %s", id);
		must(admin_tenant_create(&run.operator, name, &out[i]), name);
		by = audit_operator(&out[i]);
		must(access_key_create(&run.operator, & by, &wish, &key), "key");
		uuid_text(&out[i].u, id);
		(void)printf("%s\t%s\n", id, secret_text(&key));
		secret_release(&key);
	}
	qsort(out, (size_t)run.tenants, sizeof(*out), by_id);
}

static void next_refresh_token(void)
{
	char line[LINE_MAX_BYTES];

	if (!run.refresh_file)
		return;
	if (!fgets(line, sizeof(line), run.refresh_file))
		give_up("fewer refresh tokens than rows");
	line[strcspn(line, "\n")] = '\0';
	must(fieldset_put_text(&run.secrets, "refresh_token", line), "refresh token");
}

static void put_hex(const void *p, size_t len, char end)
{
	static char text[2 * LINE_MAX_BYTES + 1];

	if (len > LINE_MAX_BYTES)
		give_up("the record is too long");
	codec_hex(p, len, text);
	if (fputs(text, run.rows_file) < 0 || fputc(end, run.rows_file) < 0)
		give_up(run.out);
}

/* Ids grow with the rows, so that they arrive in the order of the primary key. */
static void put_row(const struct tenant_id *tenant)
{
	struct credential_row *row = &run.row;

	row->id.u = uuid_random();
	for (int i = 0; i < 6; i++)
		row->id.u.b[i] = (unsigned char)(run.n >> (8 * (5 - i)));
	row->secret_rev = 1;
	next_refresh_token();
	must(credential_seal(&run.reader, tenant, row, &run.secrets, &run.profile), "seal");
	put_hex(&tenant->u, sizeof(tenant->u), '\t');
	put_hex(&row->id.u, sizeof(row->id.u), '\t');
	if (fprintf(run.rows_file, "Measured %09llu\t", (unsigned long long)run.n) < 0)
		give_up(run.out);
	put_hex(row->credentials.data, row->credentials.len, '\t');
	put_hex(row->profile.data, row->profile.len, '\n');
	run.n++;
}

static bool read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "c:s:p:i:t:n:o:r:")) != -1) {
		const char **texts[] = {['c'] = &run.config,
			['s'] = &run.source,
			['p'] = &run.provider,
			['i'] = &run.credential,
			['o'] = &run.out,
			['r'] = &run.refresh};

		if (option == '?')
			return false;
		if (option == 't')
			run.tenants = strtol(optarg, NULL, 10);
		else if (option == 'n')
			run.rows = strtol(optarg, NULL, 10);
		else
			*texts[option] = optarg;
	}
	return run.config && run.source && run.provider && run.credential && run.out &&
	       run.tenants > 0 && run.rows > 0;
}

int main(int argc, char **argv)
{
	struct tenant_id *tenants;

	if (!read_options(argc, argv))
		return 2;
	log_open("fill", LOG_WARN);
	open_core();
	load_source();
	if (run.refresh && !(run.refresh_file = fopen(run.refresh, "re")))
		give_up(run.refresh);
	tenants = calloc((size_t)run.tenants, sizeof(*tenants));
	if (!tenants)
		give_up("memory");
	make_tenants(tenants);
	(void)fflush(stdout);
	run.rows_file = fopen(run.out, "we");
	if (!run.rows_file)
		give_up(run.out);
	for (long t = 0; t < run.tenants; t++)
		for (long i = 0; i < run.rows; i++)
			put_row(&tenants[t]);
	if (fclose(run.rows_file))
		give_up(run.out);
	free(tenants);
	return 0;
}
