/* SPDX-License-Identifier: Apache-2.0
 *
 * The child that reads a document, and how it ended.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/tool/import.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/slots.h"
#include "platform/text.h"

#define PROGRAM "grantry-import"
#define OUTPUT_MAX ((size_t)256 << 20) /* plans repeat what many operations use */
#define SAID_CHARS 200

static const struct child_limits limits = {
	.deadline_ms = 20000,
	.cpu_s = 10,
	.memory_max_bytes = (size_t)640 << 20,
};

/* What a person is told when the child is gone before it was done. */
static const char died[] =
	"E{\"code\":\"too_much\",\"line\":0,\"column\":0,\"pointer\":\"\",\"message\":"
	"\"The document takes too much memory or time to read.\"}\n";

/* ---- how many at once ---- */

#define LONGEST_MS 60000 /* a fetch, a child, and the rows */

enum rc import_enter(const struct core *core, const struct tenant_id *tenant, bool look,
	struct import_place *place)
{
	const struct {
		char what[16];
		struct tenant_id tenant;
	} own = {"import", *tenant};
	/* "" is shared with test calls (invoke_limits.c) */
	const struct slots_subject subjects[] = {{&own, sizeof(own), IMPORT_LOOKS + !look},
		{"", 0, core->most_calls ? core->most_calls + !look : 0}};
	enum rc rc = RC_OK;

	if (core->slots)
		rc = slots_take(
			core->slots, subjects, 2, clock_mono_ms(), LONGEST_MS, &place->slot);
	place->taken = core->slots && rc == RC_OK;
	return rc;
}

void import_leave(const struct core *core, struct import_place *place)
{
	if (place->taken)
		slots_give(core->slots, place->slot);
	place->taken = false;
}

/* ---- the child ---- */

/* Beside the program that runs, unless the configuration says otherwise. */
static enum rc find_program(const struct cfg *cfg, char out[PATH_MAX])
{
	char *slash;
	ssize_t n;

	if (cfg->import_program) {
		text_copy(out, PATH_MAX, cfg->import_program);
		return RC_OK;
	}
	n = readlink("/proc/self/exe", out, PATH_MAX - sizeof(PROGRAM));
	if (n <= 0 || n >= (ssize_t)(PATH_MAX - sizeof(PROGRAM)))
		return RC_NOT_FOUND;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (!slash)
		return RC_NOT_FOUND;
	(void)snprintf(slash + 1, sizeof(PROGRAM), "%s", PROGRAM);
	return RC_OK;
}

static void log_end(const struct child_end *end, const char *reason)
{
	char number[24], cpu[24], peak[24];
	struct buf said;

	buf_init(&said, sizeof(end->said) * 4);
	text_harmless(end->said, strlen(end->said), SAID_CHARS, &said);
	(void)snprintf(number, sizeof(number), "%d", end->number);
	(void)snprintf(cpu, sizeof(cpu), "%u", end->cpu_ms);
	(void)snprintf(peak, sizeof(peak), "%zu", end->peak_kib);
	log_warn("import_child", "reason", reason, "how", child_how_name(end->how), "number",
		number, "cpu_ms", cpu, "peak_kib", peak, "said", buf_text(&said));
	buf_release(&said);
}

/* A child that did not end as it should has refused the document, whatever it wrote. */
static enum rc refuse(struct buf *output, struct import_result **out)
{
	buf_clear(output);
	buf_puts(output, died);
	return import_read(output, out);
}

static enum rc judge(const struct child_end *end, struct buf *output, struct import_result **out)
{
	enum rc rc;

	if (end->how != CHILD_EXITED || end->number != 0) {
		log_end(end, "died");
		return refuse(output, out);
	}
	rc = import_read(output, out);
	if (rc != RC_INVALID)
		return rc;
	log_end(end, "says what it must not");
	return RC_UNAVAILABLE;
}

enum rc import_run(const struct core *core, const char *p, size_t len, const char *url,
	struct import_result **out)
{
	char path[PATH_MAX], name[] = PROGRAM, option[] = "--url", place[URL_MAX + 1];
	char *argv[] = {name, url ? option : NULL, place, NULL};
	struct child_end end;
	struct buf output;
	enum rc rc;

	*out = NULL;
	if (len > IMPORT_DOCUMENT_MAX)
		return RC_LIMIT;
	TEXT_COPY(place, url ? url : "");
	buf_init(&output, OUTPUT_MAX);
	rc = find_program(core->cfg, path);
	if (rc == RC_OK)
		rc = child_run(path, argv, p, len, &limits, &output, &end);
	if (rc == RC_OK)
		rc = judge(&end, &output, out);
	else
		log_error("import_child", "reason", "does not start", "result", rc_name(rc));
	buf_release(&output);
	return rc == RC_NOT_FOUND ? RC_UNAVAILABLE : rc;
}
