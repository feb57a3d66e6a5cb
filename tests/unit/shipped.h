/* SPDX-License-Identifier: Apache-2.0
 *
 * The definitions that we ship, for tests that look at all of them. Include check.h first.
 */
#ifndef GRANTRY_TESTS_SHIPPED_H
#define GRANTRY_TESTS_SHIPPED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/provider.h"

static struct catalogue *shipped;

static inline const char *source_path(char *out, size_t size, const char *name)
{
	const char *dir = getenv("GRANTRY_TEST_SRCDIR");

	if (!dir)
		dir = getenv("srcdir"); /* of automake */
	snprintf(out, size, "%s/%s", dir ? dir : ".", name);
	return out;
}

static inline void open_shipped(void)
{
	static struct pair items[] = {{"sandbox_origin", "https://sandbox.example"}};
	static const struct pairs vars = {items, 1};
	char path[4096];

	CHECK_INT(catalogue_load(source_path(path, sizeof(path), "providers"), &vars, &shipped),
		RC_OK);
	for (size_t i = 0; shipped && i < catalogue_error_count(shipped); i++) {
		const struct provider_error *e = catalogue_error_at(shipped, i);

		printf("# %s:%u: %s\n", e->file, e->line, e->reason);
		CHECK_STR(e->reason, "");
	}
}

static inline void every_definition(void (*look)(const struct provider *p))
{
	for (size_t i = 0; shipped && i < catalogue_count(shipped); i++) {
		const struct provider *p = catalogue_at(shipped, i);
		int before = check_failed_here;

		if (strcmp(p->plugin_id, "grantry/sandbox") == 0)
			continue; /* for practice */
		check_failed_here = 0;
		look(p);
		if (check_failed_here)
			printf("# in %s\n", p->id);
		check_failed_here |= before;
	}
}

#endif
