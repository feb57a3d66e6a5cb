/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of a test's own, with the files that it writes.
 */
#ifndef GRANTRY_TESTS_FOLDER_H
#define GRANTRY_TESTS_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/check.h"

static char folder[64];

static inline void folder_begin(void)
{
	(void)snprintf(folder, sizeof(folder), "%s", "/tmp/grantry-test-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
}

static inline void folder_path(const char *file, char path[256])
{
	(void)snprintf(path, 256, "%s/%.100s", folder, file);
}

static inline void folder_bytes(const char *file, const char *text, size_t len)
{
	char path[256];
	FILE *f;

	folder_path(file, path);
	f = fopen(path, "w");
	CHECK(f != NULL);
	if (f) {
		CHECK_INT(fwrite(text, 1, len, f), len);
		(void)fclose(f);
	}
}

static inline void folder_file(const char *file, const char *text)
{
	folder_bytes(file, text, strlen(text));
}

static inline void folder_end(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[256];

	while (dir && (entry = readdir(dir))) {
		folder_path(entry->d_name, path);
		(void)unlink(path);
	}
	if (dir)
		closedir(dir);
	(void)rmdir(folder);
}

#endif
