/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration file: a table of keys says what each value must be and where it goes. Values
 * never reach the log: a password pasted in the wrong place must not end up there.
 */
#include "platform/cfg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/log.h"
#include "platform/text.h"
#include "platform/url.h"

enum { FILE_MAX_BYTES = 64 * 1024, VALUE_MAX_CHARS = 1024, LINE_TEXT_SIZE = PATH_MAX + 16 };

#define VAR_PREFIX "operator."
#define VAR_PREFIX_LEN (sizeof VAR_PREFIX - 1)

enum kind { KIND_TEXT, KIND_PREFIX, KIND_PATH, KIND_NUMBER, KIND_ORIGIN, KIND_ORIGINS };

struct key {
	const char *name;
	enum kind kind;
	bool required;
	size_t offset;
	const char *def;  /* texts: default, NULL for none */
	long least, most; /* numbers */
	long def_number;
};

#define AT(member) .offset = offsetof(struct cfg, member)
#define NUMBER(n, lo, hi, d)                                                                       \
	{                                                                                          \
		.name = #n, .kind = KIND_NUMBER, AT(n), .least = (lo), .most = (hi),               \
		.def_number = (d)                                                                  \
	}
#define PATH(n, must)                                                                              \
	{                                                                                          \
		.name = #n, .kind = KIND_PATH, AT(n), .required = (must)                           \
	}

static const struct key keys[] = {
	{.name = "public_origin", .kind = KIND_ORIGIN, AT(public_origin), .required = true},
	{.name = "public_prefix", .kind = KIND_PREFIX, AT(public_prefix), .def = ""},
	PATH(db_socket, false),
	{.name = "db_host", .kind = KIND_TEXT, AT(db_host)},
	{.name = "db_name", .kind = KIND_TEXT, AT(db_name), .def = "grantry"},
	PATH(db_ca_file, false),
	NUMBER(db_port, 1, 65535, 3306),
	PATH(db_password_dir, true),
	PATH(key_dir, true),
	PATH(provider_dir, true),
	PATH(import_dir, false),
	PATH(import_program, false),
	PATH(template_dir, true),
	PATH(message_dir, true),
	PATH(sql_dir, true),
	PATH(refresh_dir, true),
	PATH(ca_file, false),
	{.name = "egress_allow", .kind = KIND_ORIGINS, AT(egress)},
	{.name = "connect_return", .kind = KIND_ORIGINS, AT(connect_return)},
	NUMBER(session_idle_s, 60, 7 * 86400, 8 * 3600),
	NUMBER(session_absolute_s, 60, 30 * 86400, 24 * 3600),
	/* The most is the hard limit on any provider call (security R34); leases count on it. */
	NUMBER(provider_timeout_ms, 100, 15000, 15000),
	NUMBER(tool_timeout_ms, 100, 60000, 30000),
	NUMBER(tool_tenant_calls, 1, 1000, 16),
	NUMBER(tool_host_calls, 1, 1000, 32),
	NUMBER(runtime_key_rate, 0, 100000, 200),
	NUMBER(runtime_tenant_rate, 0, 100000, 1000),
	NUMBER(refresh_takeover_ms, 1000, 600000, 45000),
};

enum { N_KEYS = sizeof keys / sizeof keys[0] };

/* One reading of one file. */
struct reading {
	const char *name;
	unsigned line;
	bool seen[N_KEYS];
	struct cfg *cfg;
};

static enum rc refuse(const struct reading *r, const char *key, const char *reason)
{
	char at[LINE_TEXT_SIZE];

	if (r->line > 0)
		(void)snprintf(at, sizeof at, "%s:%u", r->name, r->line);
	else
		(void)snprintf(at, sizeof at, "%s", r->name);
	log_error("config_refused", "at", at, "key", key, "reason", reason);
	return RC_INVALID;
}

static char **text_slot(struct cfg *cfg, const struct key *key)
{
	return (char **)(void *)((char *)cfg + key->offset);
}

static long *number_slot(struct cfg *cfg, const struct key *key)
{
	return (long *)(void *)((char *)cfg + key->offset);
}

static struct netpol *origins_slot(struct cfg *cfg, const struct key *key)
{
	return (struct netpol *)(void *)((char *)cfg + key->offset);
}

/* --- values -------------------------------------------------------------------------------- */

static enum rc set_text(struct reading *r, const struct key *key, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return RC_NOMEM;
	free(*text_slot(r->cfg, key));
	*text_slot(r->cfg, key) = copy;
	return RC_OK;
}

/* It stands in headers and pages as it is. */
static enum rc set_prefix(struct reading *r, const struct key *key, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *p = value;

	while (*p == '/' && strspn(p + 1, letters) > 0)
		p += 1 + strspn(p + 1, letters);
	if (*p || strlen(value) > CFG_PREFIX_MAX)
		return refuse(r, key->name,
			"is not like /grantry: short segments of a-z, 0-9, - and _, no final "
			"slash");
	return set_text(r, key, value);
}

static enum rc set_path(struct reading *r, const struct key *key, const char *value)
{
	/* Relative to what? The web server chooses our working directory. */
	if (value[0] != '/')
		return refuse(r, key->name, "is not an absolute path");
	return set_text(r, key, value);
}

static enum rc set_number(struct reading *r, const struct key *key, const char *value)
{
	char *end;
	long n;

	/* strtol would take a sign and white space too. */
	if (value[strspn(value, "0123456789")] != '\0')
		return refuse(r, key->name, "is not a number");
	errno = 0;
	n = strtol(value, &end, 10);
	if (errno != 0 || *end != '\0' || n < key->least || n > key->most)
		return refuse(r, key->name, "is out of range");
	*number_slot(r->cfg, key) = n;
	return RC_OK;
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

/* Cookies, redirect URIs and the Origin check compare this text byte by byte: one spelling only. */
static enum rc set_origin(struct reading *r, const struct key *key, const char *value)
{
	char origin[URL_ORIGIN_SIZE];
	struct url u;

	if (url_parse(value, URL_HTTP_TOO, &u) != RC_OK)
		return refuse(r, key->name, "is not an http(s) origin");
	url_origin(&u, origin);
	if (strcmp(origin, value) != 0)
		return refuse(r, key->name,
			"is not an exact origin: lower case, no path or final slash, no default "
			"port");
	if (!u.https && !is_loopback(u.host))
		return refuse(r, key->name, "http is for loopback hosts only");
	r->cfg->origin_is_https = u.https;
	return set_text(r, key, value);
}

static enum rc add_origin(struct reading *r, const struct key *key, const char *value)
{
	enum rc rc = netpol_allow_origin(origins_slot(r->cfg, key), value);

	if (rc == RC_LIMIT)
		return refuse(r, key->name, "is given too often");
	if (rc != RC_OK)
		return refuse(r, key->name, "is not an http(s) origin");
	return RC_OK;
}

static enum rc set_value(struct reading *r, const struct key *key, const char *value)
{
	switch (key->kind) {
	case KIND_TEXT:
		return set_text(r, key, value);
	case KIND_PATH:
		return set_path(r, key, value);
	case KIND_NUMBER:
		return set_number(r, key, value);
	case KIND_PREFIX:
		return set_prefix(r, key, value);
	case KIND_ORIGIN:
		return set_origin(r, key, value);
	case KIND_ORIGINS:
		return add_origin(r, key, value);
	}
	return RC_INTERNAL;
}

/* --- lines --------------------------------------------------------------------------------- */

static const struct key *find_key(const char *p, size_t len)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strlen(keys[i].name) == len && memcmp(keys[i].name, p, len) == 0)
			return &keys[i];
	return NULL;
}

/* A comment starts at '#'. Glued to a value it is more likely part of a path or of a URL that would
 * be cut in silence, so it must stand at the start of the line or behind white space. */
static bool cut_comment(const char *p, size_t *len)
{
	const char *hash = memchr(p, '#', *len);

	if (!hash)
		return true;
	if (hash != p && hash[-1] != ' ' && hash[-1] != '\t')
		return false;
	*len = (size_t)(hash - p);
	return true;
}

static enum rc read_pair(struct reading *r, const struct key *key, const char *p, size_t len)
{
	char *value;
	enum rc rc;

	if (r->seen[key - keys] && key->kind != KIND_ORIGINS)
		return refuse(r, key->name, "is given twice");
	r->seen[key - keys] = true;
	if (!text_is_line(p, len, VALUE_MAX_CHARS))
		return refuse(r, key->name, "is empty, too long or holds control characters");
	value = strndup(p, len);
	if (!value)
		return RC_NOMEM;
	rc = set_value(r, key, value);
	free(value);
	return rc;
}

/* "operator.NAME": what provider files call {{operator.NAME}}. */
static enum rc read_var(
	struct reading *r, const char *name, size_t name_len, const char *p, size_t len)
{
	struct cfg *cfg = r->cfg;
	struct cfg_var *var = &cfg->vars[cfg->n_vars];

	if (cfg->n_vars == CFG_VARS_MAX)
		return refuse(r, "operator", "is given too often");
	if (name_len == 0 || !text_is_line(p, len, VALUE_MAX_CHARS))
		return refuse(r, "operator", "has no name, or no proper value");
	for (size_t i = 0; i < cfg->n_vars; i++)
		if (strlen(cfg->vars[i].name) == name_len &&
			memcmp(cfg->vars[i].name, name, name_len) == 0)
			return refuse(r, "operator", "is given twice under one name");
	var->name = strndup(name, name_len);
	var->value = strndup(p, len);
	cfg->n_vars++;
	return var->name && var->value ? RC_OK : RC_NOMEM;
}

static enum rc read_line(struct reading *r, const char *p, size_t len)
{
	const char *equals, *value;
	size_t key_len, value_len;
	const struct key *key;

	if (!cut_comment(p, &len))
		return refuse(r, NULL, "'#' inside a value");
	text_trim(&p, &len);
	if (len == 0)
		return RC_OK;
	equals = memchr(p, '=', len);
	if (!equals)
		return refuse(r, NULL, "is not \"key = value\"");
	key_len = (size_t)(equals - p);
	value = equals + 1;
	value_len = len - key_len - 1;
	text_trim(&p, &key_len);
	text_trim(&value, &value_len);
	if (key_len > VAR_PREFIX_LEN && memcmp(p, VAR_PREFIX, VAR_PREFIX_LEN) == 0)
		return read_var(r, p + VAR_PREFIX_LEN, key_len - VAR_PREFIX_LEN, value, value_len);
	key = find_key(p, key_len);
	if (!key)
		return refuse(r, NULL, "unknown key");
	return read_pair(r, key, value, value_len);
}

static enum rc read_lines(struct reading *r, const char *p, size_t len)
{
	const char *end = p + len, *newline;
	enum rc rc = RC_OK;

	for (r->line = 1; rc == RC_OK && p < end; r->line++, p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			newline = end;
		rc = read_line(r, p, (size_t)(newline - p));
	}
	r->line = 0;
	return rc;
}

/* --- the whole ----------------------------------------------------------------------------- */

static enum rc set_defaults(struct reading *r)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < N_KEYS; i++) {
		if (keys[i].kind == KIND_NUMBER)
			*number_slot(r->cfg, &keys[i]) = keys[i].def_number;
		else if (keys[i].def)
			rc = set_text(r, &keys[i], keys[i].def);
	}
	return rc;
}

static enum rc check_whole(const struct reading *r)
{
	const struct cfg *cfg = r->cfg;

	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].required && !r->seen[i])
			return refuse(r, keys[i].name, "is missing");
	if (!cfg->db_socket == !cfg->db_host)
		return refuse(r, "db_socket", "exactly one of db_socket and db_host must be given");
	if (cfg->db_host && !cfg->db_ca_file)
		return refuse(r, "db_ca_file", "is missing: db_host means TLS");
	if (cfg->session_idle_s > cfg->session_absolute_s)
		return refuse(r, "session_idle_s", "is longer than session_absolute_s");
	/* or a renewal that only waits for its answer would be taken for dead, and its token sent twice */
	if (cfg->refresh_takeover_ms < 3 * cfg->provider_timeout_ms)
		return refuse(
			r, "refresh_takeover_ms", "is less than three times provider_timeout_ms");
	return RC_OK;
}

enum rc cfg_parse(const char *name, const char *p, size_t len, struct cfg **out)
{
	struct reading r = {.name = name};
	enum rc rc;

	*out = NULL;
	if (len > FILE_MAX_BYTES)
		return refuse(&r, NULL, "is larger than 64 KiB");
	r.cfg = calloc(1, sizeof *r.cfg);
	if (!r.cfg)
		return RC_NOMEM;
	rc = set_defaults(&r);
	if (rc == RC_OK)
		rc = read_lines(&r, p, len);
	if (rc == RC_OK)
		rc = check_whole(&r);
	if (rc == RC_OK)
		*out = r.cfg;
	else
		cfg_free(r.cfg);
	return rc;
}

static enum rc absent(const char *path, const char *reason)
{
	log_error("config_missing", "path", path, "reason", reason);
	return RC_NOT_FOUND;
}

enum rc cfg_load(const char *path, struct cfg **out)
{
	size_t len, size = FILE_MAX_BYTES + 1;
	bool failed;
	char *text;
	FILE *f;
	enum rc rc;

	*out = NULL;
	if (!path)
		path = getenv("GRANTRY_CONFIG");
	if (!path || !*path)
		return absent(NULL, "neither -c nor GRANTRY_CONFIG names a file");
	f = fopen(path, "re");
	if (!f)
		return absent(path, strerror(errno));
	text = malloc(size);
	len = text ? fread(text, 1, size, f) : 0;
	failed = ferror(f) != 0;
	(void)fclose(f);
	if (!text)
		return RC_NOMEM;
	rc = failed ? absent(path, "cannot be read") : cfg_parse(path, text, len, out);
	free(text);
	return rc;
}

void cfg_free(struct cfg *cfg)
{
	if (!cfg)
		return;
	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].kind != KIND_NUMBER && keys[i].kind != KIND_ORIGINS)
			free(*text_slot(cfg, &keys[i]));
	for (size_t i = 0; i < cfg->n_vars; i++) {
		free(cfg->vars[i].name);
		free(cfg->vars[i].value);
	}
	free(cfg);
}
