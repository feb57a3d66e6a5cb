/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/audit.h"

#include <stdio.h>

#include "platform/clock.h"
#include "platform/log.h"
#include "store/audit_store.h"

enum rc audit_event(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result)
{
	struct audit_row row = {
		.tenant = actor->tenant,
		.actor = actor->user,
		.action = action,
		.object = object,
		.result = result,
		.request_id = actor->request_id ? actor->request_id : "",
		.peer = actor->peer ? actor->peer : "",
		.at_us = clock_now_us(),
	};

	log_info("audit", "action", action, "object", object, "result", result);
	return audit_insert(core->db, &row);
}

void audit_id(const char *prefix, const struct uuid *id, char out[AUDIT_ID_SIZE])
{
	char text[UUID_TEXT_SIZE];

	uuid_text(id, text);
	(void)snprintf(out, AUDIT_ID_SIZE, "%.20s:%s", prefix, text);
}
