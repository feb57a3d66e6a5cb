/* SPDX-License-Identifier: Apache-2.0
 *
 * A plugin's folder in the place of our own definition: it brings its form, and may not make more of what is stored.
 */
#include <sys/stat.h>

#include "domain/plugin.h"
#include "unit/folder.h"

#define PLUGIN_FOLDER "plugin"

static const char ours[] =
	"identity: {author: acme, name: drive}\n"
	"credentials_schema:\n"
	"- {name: key, type: secret-input, required: true}\n"
	"- {name: site, type: text-input, default: 'https://acme.example'}\n"
	"oauth_schema:\n"
	"  client_schema:\n"
	"  - {name: client_id, type: text-input}\n"
	"  - {name: client_secret, type: secret-input}\n"
	"  - {name: host, type: text-input}\n"
	"  - {name: region, type: select, default: eu,"
	" options: [{value: eu}, {value: us}]}\n"
	"grantry:\n"
	"  org: acme\n"
	"  plugin: files\n"
	"  api_key:\n"
	"    check: {request: {method: GET, url: '{{credential.site}}/me'}}\n"
	"  oauth:\n"
	"    authorization_url: 'https://{{client.host|acme.example}}/authorize'\n"
	"    token_url: 'https://{{client.host|acme.example}}/token'\n";

static const char manifest[] = "{type: plugin, author: acme, name: files,"
			       " plugins: {tools: [drive.yaml]}}\n";

static const char theirs[] =
	"identity: {author: acme, name: drive}\n"
	"credentials_schema:\n"
	"- {name: key, type: text-input, required: true}\n"
	"- {name: site, type: text-input, default: 'https://evil.example'}\n"
	"- {name: pace, type: text-input, default: slow}\n"
	"oauth_schema:\n"
	"  client_schema:\n"
	"  - {name: client_id, type: text-input, default: evil}\n"
	"  - {name: client_secret, type: select, default: a, options: [{value: a}]}\n"
	"  - {name: host, type: text-input, default: evil.example}\n"
	"  - {name: region, type: select, default: us, options: [{value: us}]}\n";

static struct catalogue *catalogue;

static const struct provider *import(void)
{
	struct plugin_place place = {folder, NULL};
	char path[256];
	struct plugin plugin;

	folder_path(PLUGIN_FOLDER, path);
	catalogue_free(catalogue);
	CHECK_INT(catalogue_load(folder, NULL, &catalogue), RC_OK);
	CHECK_INT(plugin_read(catalogue, &place, path, PLUGIN_FOLDER, &plugin), RC_OK);
	CHECK_INT(catalogue_error_count(catalogue), 0);
	return catalogue_find(catalogue, "acme/files/drive");
}

static const char *default_of(const struct schema *schema, const char *name)
{
	const struct field *field = schema_find(schema, name);

	return field && field->default_value ? field->default_value : "";
}

static void its_form_takes_the_place_of_ours(void)
{
	const struct provider *p = import();

	CHECK(p->imported && p->kind == PROVIDER_TOOL && p->recipe_file);
	CHECK_STR(default_of(&p->api_key_schema, "pace"), "slow");
	CHECK(provider_can_connect(p));
}

static void what_is_secret_stays_so(void)
{
	const struct provider *p = import();

	CHECK_INT(schema_find(&p->api_key_schema, "key")->kind, FIELD_SECRET);
	CHECK_INT(schema_find(&p->client_schema, "client_secret")->kind, FIELD_SECRET);
	CHECK_INT(schema_find(&p->client_schema, "client_secret")->n_options, 0);
}

static void its_defaults_lead_nowhere(void)
{
	const struct provider *p = import();

	CHECK_STR(default_of(&p->api_key_schema, "site"), "https://acme.example");
	CHECK_STR(default_of(&p->client_schema, "client_id"), "");
	CHECK_STR(default_of(&p->client_schema, "client_secret"), "");
	CHECK_STR(default_of(&p->client_schema, "host"), "");
	CHECK_STR(default_of(&p->client_schema, "region"), ""); /* ours is none of its options */
}

/* Whoever can write there may put a link in the place of a document that was read. */
static void no_link_is_followed_into_what_is_kept(void)
{
	struct plugin_place place = {folder, NULL};
	char path[256], document[300], secret[256], kept[300], made[400];
	struct plugin plugin;
	enum plugin_kept how;

	folder_path(PLUGIN_FOLDER, path);
	folder_path("drive.yaml", secret);
	folder_path("imported", kept);
	(void)snprintf(document, sizeof(document), "%s/drive.yaml", path);
	catalogue_free(catalogue);
	CHECK_INT(catalogue_load(folder, NULL, &catalogue), RC_OK);
	CHECK_INT(plugin_read(catalogue, &place, path, PLUGIN_FOLDER, &plugin), RC_OK);
	CHECK_INT(unlink(document), 0);
	CHECK_INT(symlink(secret, document), 0);
	CHECK_INT(plugin_keep(&plugin, path, kept, &how), RC_UNAVAILABLE);
	(void)snprintf(made, sizeof(made), "%s/acme/files", kept);
	CHECK(access(made, F_OK) != 0);
	(void)snprintf(made, sizeof(made), "%s/acme", kept);
	CHECK_INT(rmdir(made), 0);
	CHECK_INT(rmdir(kept), 0);
}

int main(void)
{
	char path[256], file[300];

	folder_begin();
	folder_file("drive.yaml", ours);
	folder_path(PLUGIN_FOLDER, path);
	CHECK_INT(mkdir(path, 0700), 0);
	folder_file(PLUGIN_FOLDER "/manifest.yaml", manifest);
	folder_file(PLUGIN_FOLDER "/drive.yaml", theirs);
	RUN(its_form_takes_the_place_of_ours);
	RUN(what_is_secret_stays_so);
	RUN(its_defaults_lead_nowhere);
	RUN(no_link_is_followed_into_what_is_kept);
	catalogue_free(catalogue);
	(void)snprintf(file, sizeof(file), "%s/manifest.yaml", path);
	(void)unlink(file);
	(void)snprintf(file, sizeof(file), "%s/drive.yaml", path);
	(void)unlink(file);
	(void)rmdir(path);
	folder_end();
	return CHECK_DONE;
}
