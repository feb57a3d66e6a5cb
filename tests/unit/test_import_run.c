/* SPDX-License-Identifier: Apache-2.0
 *
 * How a child that reads descriptions may end, played by scripts.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/tool/import.h"
#include "platform/codec.h"
#include "platform/log.h"
#include "platform/slots.h"

#include "unit/check.h"

static char dir[] = "/tmp/grantry-import.XXXXXX", program[PATH_MAX];
static struct cfg cfg = {.import_program = program};
static struct core core = {.cfg = &cfg};

#define RECORDS                                                                                    \
	"H{\"servers\":[]}\n"                                                                      \
	"O{\"name\":\"a\",\"method\":\"GET\",\"path\":\"/"                                         \
	"\",\"summary\":\"\",\"description\":\"\","                                                \
	"\"deprecated\":false,\"pointer\":\"\",\"line\":1,\"n_parameters\":0,\"warnings\":0}\n"    \
	"B{}\nP{}\nZ{\"operations\":1,\"warnings\":0,\"left_out\":0}\n"

static enum rc run(const char *script, const char *input, const char *url, struct import_result **r)
{
	FILE *f = fopen(program, "w");

	CHECK(f != NULL);
	if (f) {
		CHECK(fprintf(f, "#!/bin/sh\n%s\n", script) > 0);
		CHECK(fclose(f) == 0);
	}
	CHECK(chmod(program, 0700) == 0);
	return import_run(&core, input, strlen(input), url, r);
}

static void check_died(const char *script)
{
	struct import_result *r;

	CHECK_INT(run(script, "{}", NULL, &r), RC_OK);
	CHECK(r && r->refused);
	if (r) {
		CHECK_INT(r->n_operations, 0);
		CHECK(strstr(buf_text(&r->report), "\"code\":\"too_much\"") != NULL);
	}
	import_result_free(r);
}

static void what_it_says_is_read(void)
{
	struct import_result *r;

	CHECK_INT(run("cat", RECORDS, NULL, &r), RC_OK);
	CHECK(r && !r->refused && r->n_operations == 1);
	import_result_free(r);
}

static void it_is_told_where_the_document_came_from(void)
{
	struct import_result *r;

	CHECK_INT(run("[ \"$*\" = '--url https://a.test/x' ] && cat", RECORDS, "https://a.test/x",
			  &r),
		RC_OK);
	import_result_free(r);
	CHECK_INT(run("[ $# = 0 ] && cat", RECORDS, NULL, &r), RC_OK);
	import_result_free(r);
}

static void one_that_dies_has_refused(void)
{
	check_died("cat; exit 1");
	check_died("kill -9 $$");
	check_died("kill -SYS $$");
	check_died("echo 'H{'; exit 3");
	check_died("cat >/dev/null; echo 'something odd' >&2; exit 2");
}

static void what_it_must_not_say_is_no_answer(void)
{
	struct import_result *r;

	CHECK_INT(run("echo hello", "{}", NULL, &r), RC_UNAVAILABLE);
	CHECK(r == NULL);
	CHECK_INT(run(":", "{}", NULL, &r), RC_UNAVAILABLE);
	CHECK(r == NULL);
}

static void without_a_program_there_is_no_answer(void)
{
	struct import_result *r;

	CHECK(unlink(program) == 0);
	CHECK_INT(import_run(&core, "{}", 2, NULL, &r), RC_UNAVAILABLE);
	CHECK(r == NULL);
	/* beside this test there is none either */
	cfg.import_program = NULL;
	CHECK_INT(import_run(&core, "{}", 2, NULL, &r), RC_UNAVAILABLE);
	CHECK(r == NULL);
	cfg.import_program = program;
}

static void a_document_has_a_size(void)
{
	struct import_result *r;
	char *text = calloc(1, IMPORT_DOCUMENT_MAX + 1);

	CHECK(text != NULL);
	CHECK_INT(import_run(&core, text, IMPORT_DOCUMENT_MAX + 1, NULL, &r), RC_LIMIT);
	CHECK(r == NULL);
	free(text);
}

/* Two of a workspace while somebody types, and one more that is meant; half of the workers in all, and one more. */
static void few_are_read_at_once(void)
{
	const struct tenant_id one = {{{1}}}, two = {{{2}}};
	struct import_place places[6];

	CHECK_INT(slots_new(&core.slots), RC_OK);
	core.most_calls = 3;
	CHECK_INT(import_enter(&core, &one, true, &places[0]), RC_OK);
	CHECK_INT(import_enter(&core, &one, true, &places[1]), RC_OK);
	CHECK_INT(import_enter(&core, &one, true, &places[2]), RC_LIMIT);
	CHECK_INT(import_enter(&core, &one, false, &places[2]), RC_OK);
	CHECK_INT(import_enter(&core, &one, false, &places[3]), RC_LIMIT);
	CHECK_INT(import_enter(&core, &two, true, &places[3]), RC_LIMIT);
	CHECK_INT(import_enter(&core, &two, false, &places[3]), RC_OK);
	CHECK_INT(import_enter(&core, &two, false, &places[4]), RC_LIMIT);
	import_leave(&core, &places[4]); /* it has none */
	import_leave(&core, &places[2]);
	import_leave(&core, &places[2]);
	CHECK_INT(import_enter(&core, &two, false, &places[4]), RC_OK);
	CHECK_INT(import_enter(&core, &one, false, &places[5]), RC_LIMIT);
	slots_free(core.slots);
	core.slots = NULL;
	CHECK_INT(import_enter(&core, &one, true, &places[5]), RC_OK);
	import_leave(&core, &places[5]);
}

int main(void)
{
	log_open("test_import_run", LOG_ERROR);
	if (codec_init() != RC_OK)
		return 99;
	if (!mkdtemp(dir))
		return 99;
	(void)snprintf(program, sizeof(program), "%s/program", dir);
	RUN(what_it_says_is_read);
	RUN(it_is_told_where_the_document_came_from);
	RUN(one_that_dies_has_refused);
	RUN(what_it_must_not_say_is_no_answer);
	RUN(without_a_program_there_is_no_answer);
	RUN(a_document_has_a_size);
	RUN(few_are_read_at_once);
	(void)rmdir(dir);
	return CHECK_DONE;
}
