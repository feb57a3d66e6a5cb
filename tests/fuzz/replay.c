/* SPDX-License-Identifier: Apache-2.0
 *
 * main of the fuzz targets where there is no libFuzzer: runs every file given, and every file of a
 * folder given, once. So the inputs that once broke something are tried at each make check.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "must.h"

static int replay_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!f || fstat(fileno(f), &st) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	/* Exactly as large as the input, so that a sanitizer sees a read past its end. */
	data = malloc(st.st_size ? (size_t)st.st_size : 1);
	MUST(data != NULL);
	size = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static int replay(const char *path)
{
	struct dirent *entry;
	struct stat st;
	int inputs = 0;
	DIR *dir;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return replay_file(path);
	dir = opendir(path);
	if (!dir) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	while ((entry = readdir(dir))) {
		char below[4096];

		if (entry->d_name[0] == '.')
			continue;
		MUST((size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
			sizeof(below));
		inputs += replay(below);
	}
	closedir(dir);
	return inputs;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int inputs = 0;

	for (int i = 1; i < argc; i++)
		inputs += replay(argv[i]);
	printf("ok %s: %d inputs\n", slash ? slash + 1 : argv[0], inputs);
	return inputs > 0 ? 0 : 1;
}
