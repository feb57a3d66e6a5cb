/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders of provider definitions.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/catalogue_int.h"

#define DIAGNOSIS "diagnosis.yaml" /* is no provider */

static int is_definition(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       strcmp(entry->d_name + len - 5, ".yaml") == 0 &&
	       strcmp(entry->d_name, DIAGNOSIS) != 0;
}

/* alphasort would compare by locale, and the second of two equal ids is the one refused. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads at most max bytes; *len is max + 1 when there are more. */
static bool read_all(int fd, char *p, size_t max, size_t *len)
{
	*len = 0;
	while (*len <= max) {
		ssize_t n = read(fd, p + *len, max + 1 - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		*len += (size_t)n;
	}
	return true;
}

const char *folder_read(const struct folder *folder, int fd, size_t *len)
{
	const char *wrong = NULL;
	struct stat st;

	*len = 0;
	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		wrong = "is not a file";
	else if (!read_all(fd, folder->text, YAMLR_SIZE_MAX, len))
		wrong = "cannot be read";
	close(fd);
	return wrong;
}

static enum rc add_file(const struct folder *f, const char *path)
{
	struct document document = {.file = path, .text = f->text};
	int fd = openat(f->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = folder_read(f, fd, &document.len);

	return wrong ? catalogue_error(f->catalogue, path, 0, 0, wrong)
		     : catalogue_add(f->catalogue, &document, f->vars);
}

/* below: "", or "tools/". RC_NOT_FOUND: there is no such folder. */
static enum rc add_files(const struct folder *f, const char *below)
{
	int fd = openat(f->fd, *below ? below : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int n = fd < 0 ? -1 : scandirat(fd, ".", &entries, is_definition, by_name);
	enum rc rc = n < 0 ? RC_NOT_FOUND : RC_OK;
	char path[NAME_MAX + 32];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s%s", below, entries[i]->d_name);
		if (rc == RC_OK)
			rc = add_file(f, path);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum rc add_diagnosis(const struct folder *f)
{
	struct document document = {.file = DIAGNOSIS, .text = f->text};
	int fd = openat(f->fd, DIAGNOSIS, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong;

	if (fd < 0 && errno == ENOENT)
		return RC_OK;
	wrong = folder_read(f, fd, &document.len);
	return wrong ? catalogue_error(f->catalogue, DIAGNOSIS, 0, 0, wrong)
		     : catalogue_read_diagnosis(f->catalogue, &document);
}

static enum rc add_all(const struct folder *f)
{
	static const char *const kinds[] = {
		"datasources/", "tools/", "triggers/", "models/", "extensions/"};
	enum rc rc = add_files(f, "");

	if (rc == RC_OK)
		rc = add_diagnosis(f);
	for (size_t i = 0; rc == RC_OK && i < sizeof(kinds) / sizeof(*kinds); i++) {
		rc = add_files(f, kinds[i]);
		if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	return rc;
}

enum rc folder_open(
	const char *dir, const struct pairs *vars, struct catalogue *catalogue, struct folder *out)
{
	*out = (struct folder){
		.catalogue = catalogue,
		.vars = vars,
		.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.text = malloc(YAMLR_SIZE_MAX + 1),
	};
	if (!out->text || shared_open(dir, &out->shared) != RC_OK)
		return RC_NOMEM;
	catalogue_share(catalogue, out->shared);
	return out->fd < 0 ? RC_NOT_FOUND : RC_OK;
}

void folder_close(struct folder *folder)
{
	catalogue_share(folder->catalogue, NULL);
	shared_close(folder->shared);
	free(folder->text);
	if (folder->fd >= 0)
		close(folder->fd);
}

enum rc catalogue_load(const char *dir, const struct pairs *vars, struct catalogue **out)
{
	enum rc rc = catalogue_new(vars, out);
	struct folder folder;

	if (rc == RC_OK) {
		rc = folder_open(dir, vars, *out, &folder);
		if (rc == RC_OK)
			rc = add_all(&folder);
		folder_close(&folder);
	}
	if (rc) {
		catalogue_free(*out);
		*out = NULL;
	}
	return rc;
}
