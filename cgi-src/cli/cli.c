/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/keyring.h"
#include "domain/people/admin.h"
#include "platform/log.h"
#include "platform/messages.h"

static const struct command commands[] = {
	{"migrate", NULL, "[--admin-socket SOCKET]", CLI_ADMIN, cli_migrate},
	{"key-create", NULL, "", CLI_CONFIG, cli_key_create},
	{"doctor", NULL, "[--origin]   (--origin: calls the public address too)", CLI_DATABASE,
		cli_doctor},
	{"tenant", "add", "NAME", CLI_DATABASE, cli_tenant_add},
	{"tenant", "disable", "NAME", CLI_DATABASE, cli_tenant_disable},
	{"tenant", "enable", "NAME", CLI_DATABASE, cli_tenant_enable},
	{"tenant", "list", "", CLI_DATABASE, cli_tenant_list},
	{"user", "add", "EMAIL --name NAME --tenant TENANT --role owner|admin|editor|member",
		CLI_DATABASE, cli_user_add},
	{"user", "role", "EMAIL --tenant TENANT --role ROLE", CLI_DATABASE, cli_user_role},
	{"user", "remove", "EMAIL --tenant TENANT", CLI_DATABASE, cli_user_remove},
	{"user", "disable", "EMAIL", CLI_DATABASE, cli_user_disable},
	{"user", "enable", "EMAIL", CLI_DATABASE, cli_user_enable},
	{"user", "sign-in", "EMAIL   (prints a one-time code)", CLI_DATABASE, cli_user_sign_in},
	{"key", "add",
		"NAME --tenant TENANT [--providers \"ID …\"] [--verbs \"handout list report "
		"register\"]\n"
		"            [--days N]   (prints the runtime key)",
		CLI_DATABASE, cli_key_add},
	{"key", "list", "--tenant TENANT", CLI_DATABASE, cli_key_list},
	{"key", "revoke", "NAME --tenant TENANT", CLI_DATABASE, cli_key_revoke},
	{"webhook", "add", "URL --tenant TENANT   (prints the secret that signs)", CLI_DATABASE,
		cli_webhook_add},
	{"webhook", "list", "--tenant TENANT", CLI_DATABASE, cli_webhook_list},
	{"webhook", "remove", "URL --tenant TENANT", CLI_DATABASE, cli_webhook_remove},
	{"client", "set", "PROVIDER [--file FILE]   (JSON object; standard input)", CLI_DATABASE,
		cli_client_set},
	{"client", "remove", "PROVIDER", CLI_DATABASE, cli_client_remove},
	{"provider", "list", "", CLI_CATALOGUE, cli_provider_list},
	{"provider", "lint", "[FILE|FOLDER…]", CLI_CONFIG, cli_provider_lint},
	{"provider", "import", "FOLDER… [--to FOLDER]   (plugins of Dify, unmodified)",
		CLI_CATALOGUE, cli_provider_import},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Of one command, of a group, or of all (NULL, NULL). */
static void print_usage(FILE *to, const struct command *one, const char *group)
{
	(void)fprintf(to, "usage: grantry [-c CONFIG] COMMAND\n");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *c = &commands[i];

		if ((one && c != one) || (group && strcmp(c->group, group) != 0))
			continue;
		(void)fprintf(to, "  %s%s%s%s%s\n", c->group, c->verb ? " " : "",
			c->verb ? c->verb : "", c->usage[0] ? " " : "", c->usage);
	}
}

/* No command: help was asked for, or what is there is none. */
static int without_command(int argc, char **argv)
{
	const char *word = argc ? argv[0] : "", *group = NULL;

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		print_usage(stdout, NULL, NULL);
		return 0;
	}
	for (size_t i = 0; i < N_COMMANDS && !group; i++)
		if (strcmp(commands[i].group, word) == 0)
			group = commands[i].group;
	if (argc && !group)
		(void)fprintf(stderr, "grantry: there is no command %s\n", word);
	print_usage(stderr, NULL, group);
	return 2;
}

void cli_tell(const struct cli *cli, const char *what, const char *key)
{
	const struct message *message = NULL;
	struct messages *messages;

	if (messages_open(cli->cfg->message_dir, &messages) == RC_OK)
		message = messages_get(messages_at(messages, 0), key);
	(void)fprintf(stderr, "grantry: %s: %s\n", what, message ? message->other : key);
	messages_free(messages);
}

int cli_fail(const char *what, enum rc rc)
{
	static const char *const why[RC__MAX] = {
		[RC_NOT_FOUND] = "there is none",
		[RC_DENIED] = "not allowed",
		[RC_INVALID] = "a value breaks a rule",
		[RC_LIMIT] = "there are as many as there may be",
		[RC_CONFLICT] = "it is there already, or was changed meanwhile",
		[RC_UNAVAILABLE] = "the database or a key cannot be reached",
		[RC_CRYPTO] = "the key does not fit this database",
	};

	(void)fprintf(stderr, "grantry: %s: %s\n", what,
		(unsigned)rc < RC__MAX && why[rc] ? why[rc] : rc_name(rc));
	return 1;
}

int cli_wrong(const char *what, const char *rule)
{
	(void)fprintf(stderr, "grantry: %s: %s\n", what, rule);
	return 2;
}

int cli_workspace(struct cli *cli, const char *name, struct actor *out)
{
	struct tenant_id id;
	enum rc rc = admin_tenant_find(&cli->core, name, &id);

	*out = audit_operator(rc == RC_OK ? &id : NULL);
	if (rc != RC_NOT_FOUND)
		return rc == RC_OK ? 0 : cli_fail(name, rc);
	(void)fprintf(stderr, "grantry: there is no workspace %s; grantry tenant list names them\n",
		name);
	return 1;
}

char *cli_option(int *argc, char **argv, const char *name)
{
	for (int i = 0; i + 1 < *argc; i++) {
		char *value = argv[i + 1];

		if (strcmp(argv[i], name) != 0)
			continue;
		for (int k = i; k + 2 < *argc; k++)
			argv[k] = argv[k + 2];
		*argc -= 2;
		return value;
	}
	return NULL;
}

static const struct command *find_command(int *argc, char ***argv)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		const struct command *c = &commands[i];
		int words = c->verb ? 2 : 1;

		if (*argc < words || strcmp((*argv)[0], c->group) != 0)
			continue;
		if (c->verb && strcmp((*argv)[1], c->verb) != 0)
			continue;
		*argc -= words;
		*argv += words;
		return c;
	}
	return NULL;
}

/* As the person who runs this, whom the socket itself identifies; no password. */
static enum rc open_admin(struct cli *cli)
{
	const struct passwd *me = getpwuid(geteuid());
	struct db_config config = {
		.socket = cli->admin_socket ? cli->admin_socket : cli->cfg->db_socket,
		.name = cli->cfg->db_name,
		.user = me ? me->pw_name : "root",
		.create = true,
	};

	return config.socket ? db_new(&config, &cli->core.db) : RC_INVALID;
}

static enum rc cli_open(struct cli *cli, enum cli_need need, const char *config)
{
	enum rc rc = need == CLI_NOTHING ? RC_OK : cfg_load(config, &cli->cfg);

	cli->core.cfg = cli->cfg;
	if (rc == RC_OK)
		rc = codec_init();
	if (rc == RC_OK && need >= CLI_CATALOGUE)
		rc = core_catalogue(cli->cfg, &cli->catalogue);
	cli->core.catalogue = cli->catalogue;
	if (rc == RC_OK && need >= CLI_DATABASE)
		rc = keyring_open(cli->cfg->key_dir, &cli->core.keyring);
	if (rc == RC_OK && need == CLI_DATABASE)
		rc = core_database(cli->cfg, "grantry_operator", &cli->core.db);
	if (rc == RC_OK && need == CLI_ADMIN)
		rc = open_admin(cli);
	return rc;
}

static void cli_close(struct cli *cli)
{
	db_free(cli->core.db);
	keyring_free(cli->core.keyring);
	catalogue_free(cli->catalogue);
	cfg_free(cli->cfg);
}

int cli_main(int argc, char **argv)
{
	const struct command *command;
	const char *config;
	struct cli cli = {0};
	int status;
	enum rc rc;

	argc--, argv++;
	config = cli_option(&argc, argv, "-c");
	command = find_command(&argc, &argv);
	if (!command)
		return without_command(argc, argv);
	log_open("grantry", LOG_WARN);
	if (command->need == CLI_ADMIN)
		cli.admin_socket = cli_option(&argc, argv, "--admin-socket");
	rc = cli_open(&cli, command->need, config);
	if (rc == RC_OK)
		status = command->run(&cli, argc, argv);
	else if (cli.cfg)
		status = cli_fail("cannot start", rc);
	else
		status = cli_fail(config ? config : "the configuration", rc);
	cli_close(&cli);
	if (status == 2)
		print_usage(stderr, command, NULL);
	return status;
}
