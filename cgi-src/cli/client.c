/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "domain/oauth/client.h"
#include "platform/jsonr.h"

#define INPUT_MAX ((size_t)64 * 1024)

static enum rc read_input(struct secret *out)
{
	char chunk[4096];
	ssize_t n;
	enum rc rc = RC_OK;

	while (rc == RC_OK && (n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || out->len + (size_t)n > INPUT_MAX)
			rc = RC_LIMIT;
		else
			rc = secret_append(out, chunk, (size_t)n);
	}
	secret_wipe(chunk, sizeof(chunk));
	return rc;
}

struct collecting {
	struct fieldset *fields;
	enum rc rc;
};

static void collect(const char *key, jsonv *v, void *arg)
{
	struct collecting *c = arg;
	const char *p;
	size_t len;

	if (c->rc == RC_OK && !jsonr_text(v, &p, &len))
		c->rc = RC_INVALID;
	if (c->rc == RC_OK)
		c->rc = fieldset_put(c->fields, key, p, len);
}

static enum rc read_fields(const struct secret *text, struct fieldset *out)
{
	struct collecting c = {out, RC_OK};
	struct jsonr *doc = NULL;
	enum rc rc = jsonr_parse(secret_text(text), text->len, &doc);

	if (rc == RC_OK && jsonr_kind(jsonr_root(doc)) != JSONR_OBJECT)
		rc = RC_INVALID;
	if (rc == RC_OK) {
		jsonr_each(jsonr_root(doc), collect, &c);
		rc = c.rc;
	}
	jsonr_free(doc);
	return rc;
}

/* On failure out is empty. */
static enum rc read_client(const char *file, struct fieldset *out)
{
	struct secret text = SECRET_EMPTY;
	enum rc rc = file && strcmp(file, "-") != 0 ? secret_load(file, INPUT_MAX, &text)
						    : read_input(&text);

	if (rc == RC_OK) {
		rc = read_fields(&text, out);
		if (rc == RC_INVALID)
			(void)fprintf(stderr,
				"grantry: the client has to be a JSON object of texts, like "
				"{\"client_id\":\"…\"}\n");
	}
	secret_release(&text);
	if (rc != RC_OK)
		fieldset_release(out);
	return rc;
}

static const struct provider *find(struct cli *cli, int argc, char **argv)
{
	return argc == 1 ? catalogue_find(cli->catalogue, argv[0]) : NULL;
}

int cli_client_set(struct cli *cli, int argc, char **argv)
{
	const char *file = cli_option(&argc, argv, "--file");
	const struct provider *p = find(cli, argc, argv);
	struct fieldset fields = FIELDSET_EMPTY;
	struct client_change change = {.custom = true, .fields = &fields};
	enum rc rc;

	if (argc != 1)
		return 2;
	if (!p || !p->has_oauth)
		return cli_fail(argv[0], RC_NOT_FOUND);
	rc = read_client(file, &fields);
	if (rc != RC_OK)
		return cli_fail(file ? file : "standard input", rc);
	rc = client_system_set(&cli->core, p, &change);
	if (rc == RC_INVALID && change.reason)
		cli_tell(cli, change.bad_field ? change.bad_field : argv[0], change.reason);
	fieldset_release(&fields);
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}

int cli_client_remove(struct cli *cli, int argc, char **argv)
{
	const struct provider *p = find(cli, argc, argv);
	enum rc rc;

	if (argc != 1)
		return 2;
	rc = p ? client_system_remove(&cli->core, p) : RC_NOT_FOUND;
	return rc == RC_OK ? 0 : cli_fail(argv[0], rc);
}
