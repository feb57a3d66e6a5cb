/* SPDX-License-Identifier: Apache-2.0
 *
 * Urlencoded parameters: what was parsed lies inside the text, holds no NUL, and comes out the same
 * when it is encoded and parsed again.
 */
#include <string.h>

#include "must.h"
#include "web/req.h"

#define PARAMS_MAX 50

static void encode(struct secret *out, const char *text, char end)
{
	char escape[4];

	for (; *text; text++) {
		(void)snprintf(escape, sizeof(escape), "%%%02X", (unsigned)(unsigned char)*text);
		MUST(secret_append(out, escape, 3) == RC_OK);
	}
	MUST(secret_append(out, &end, 1) == RC_OK);
}

static void check_lies_inside(const struct secret *text, const struct param *param)
{
	const char *first = (const char *)text->bytes, *last = first + text->len;

	MUST(param->name >= first && param->name + strlen(param->name) <= last);
	MUST(strlen(param->value) == param->value_len);
	MUST(!*param->value ||
		(param->value > param->name && param->value + param->value_len <= last));
}

static void check_round_trip(const struct params *ps)
{
	struct secret text = SECRET_EMPTY;
	struct params again;

	for (size_t i = 0; i < ps->n; i++) {
		encode(&text, ps->items[i].name, '=');
		encode(&text, ps->items[i].value, '&');
	}
	MUST(req_parse_params(&text, PARAMS_MAX, &again) == RC_OK && again.n == ps->n);
	for (size_t i = 0; i < ps->n; i++) {
		MUST(strcmp(again.items[i].name, ps->items[i].name) == 0);
		MUST(strcmp(again.items[i].value, ps->items[i].value) == 0);
	}
	free(again.items);
	secret_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret text = SECRET_EMPTY;
	struct params ps;
	enum rc rc;

	if (size > REQ_BODY_MAX || secret_set(&text, data, size))
		return 0;
	rc = req_parse_params(&text, PARAMS_MAX, &ps);
	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	MUST(ps.n <= PARAMS_MAX && (rc == RC_OK || ps.n == 0));
	for (size_t i = 0; i < ps.n; i++) {
		check_lies_inside(&text, &ps.items[i]);
		MUST(params_count(&ps, ps.items[i].name) >= 1);
	}
	if (!rc)
		check_round_trip(&ps);
	free(ps.items);
	secret_release(&text);
	return 0;
}
