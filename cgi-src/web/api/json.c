/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/jsonr.h"

void json_raw(struct json *j, const char *text)
{
	if (j->rc == RC_OK)
		j->rc = secret_append_text(j->out, text);
}

void json_int(struct json *j, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	json_raw(j, text);
}

void json_bytes(struct json *j, const char *p, size_t len)
{
	if (j->rc == RC_OK)
		j->rc = jsonr_append_string(j->out, p, len);
}

void json_text(struct json *j, const char *text)
{
	json_bytes(j, text, strlen(text));
}

void json_member(struct json *j, const char *before, const char *text)
{
	json_raw(j, before);
	json_text(j, text);
}

void json_time(struct json *j, const char *before, bool known, int64_t at_s)
{
	char iso[CLOCK_ISO_SIZE];

	json_raw(j, before);
	if (!known) {
		json_raw(j, "null");
		return;
	}
	clock_iso(at_s, iso);
	json_text(j, iso);
}
