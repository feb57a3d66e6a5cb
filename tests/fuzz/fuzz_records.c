/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reader of descriptions writes, taken for hostile: refused, or every part of it is JSON that our own reader
 * takes, and names and columns hold what they may.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/import.h"
#include "must.h"
#include "platform/jsonr.h"

static void operation_holds(const struct import_operation *o)
{
	MUST(o->name[0] && strlen(o->name) <= IMPORT_OPERATION_NAME_MAX);
	MUST(o->method[0] && strlen(o->method) <= 16 && o->path[0] == '/');
	MUST(!strchr(o->name, ',') && !strchr(o->name, '/'));
	MUST(o->plan_len <= IMPORT_PLAN_MAX && strlen(o->plan) == o->plan_len);
	MUST(strlen(o->bundle) == o->bundle_len);
	MUST(jsonr_check(o->plan, o->plan_len) == RC_OK);
	MUST(jsonr_check(o->bundle, o->bundle_len) == RC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_result *r = NULL;
	struct buf output;

	buf_init(&output, size + 1);
	buf_add(&output, data, size);
	if (import_read(&output, &r) != RC_OK) {
		MUST(r == NULL);
		return 0;
	}
	MUST(r->refused == (r->n_operations == 0));
	MUST(jsonr_check(r->report.data, r->report.len) == RC_OK);
	if (!r->refused)
		MUST(jsonr_check(r->head.data, r->head.len) == RC_OK);
	for (size_t i = 0; i < r->n_operations; i++)
		operation_holds(&r->operations[i]);
	import_result_free(r);
	return 0;
}
