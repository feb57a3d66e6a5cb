/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of the child that reads descriptions, good ones and those of a child that somebody else owns.
 */
#include "domain/tool/import.h"
#include "platform/jsonr.h"

#include "unit/check.h"

#define H "H{\"format\":\"openapi\",\"servers\":[]}\n"
#define O(name)                                                                                    \
	"O{\"name\":\"" name                                                                       \
	"\",\"method\":\"GET\",\"path\":\"/pets\",\"summary\":\"All \\\"pets\\\"\","               \
	"\"description\":\"\",\"deprecated\":true,\"pointer\":\"/paths/~1pets/get\",\"line\":7,"   \
	"\"n_parameters\":3,\"warnings\":1}\n"
#define B "B{\"operation_id\":\"x\"}\n"
#define P "P{\"method\":\"GET\"}\n"
#define W "W{\"line\":1,\"message\":\"odd\"}\n"
#define E "E{\"line\":3,\"message\":\"bad\"}\n"
#define Z(n) "Z{\"operations\":" n ",\"warnings\":4,\"left_out\":2}\n"

static enum rc read_bytes(const char *p, size_t len, struct import_result **out)
{
	struct buf output;
	enum rc rc;

	buf_init(&output, 1 << 20);
	buf_add(&output, p, len);
	rc = import_read(&output, out);
	buf_release(&output);
	return rc;
}

static void what_was_read_is_there(void)
{
	static const char text[] = W H O("listPets") B P W O("two") B W P Z("2");
	struct import_result *r;

	CHECK_INT(read_bytes(text, strlen(text), &r), RC_OK);
	CHECK(!r->refused);
	CHECK_INT(r->n_operations, 2);
	CHECK_STR(r->operations[0].name, "listPets");
	CHECK_STR(r->operations[0].method, "GET");
	CHECK_STR(r->operations[0].summary, "All \"pets\"");
	CHECK_STR(r->operations[0].pointer, "/paths/~1pets/get");
	CHECK_STR(r->operations[0].plan, "{\"method\":\"GET\"}");
	CHECK_INT(r->operations[0].plan_len, strlen("{\"method\":\"GET\"}"));
	CHECK_STR(r->operations[1].bundle, "{\"operation_id\":\"x\"}");
	CHECK(r->operations[0].deprecated);
	CHECK_INT(r->operations[0].n_parameters, 3);
	CHECK_INT(r->n_warnings, 4);
	CHECK_INT(r->n_left_out, 2);
	CHECK_STR(buf_text(&r->report),
		"[{\"line\":1,\"message\":\"odd\"},{\"line\":1,\"message\":\"odd\"},"
		"{\"line\":1,\"message\":\"odd\"}]");
	CHECK_STR(buf_text(&r->head),
		"{\"format\":\"openapi\",\"servers\":[],\"operation_servers\":[]}");
	import_result_free(r);
}

static void a_refusal_is_all_that_is_left(void)
{
	static const char text[] = W H O("a") B P E;
	struct import_result *r;

	CHECK_INT(read_bytes(text, strlen(text), &r), RC_OK);
	CHECK(r->refused);
	CHECK_INT(r->n_operations, 0);
	CHECK_STR(buf_text(&r->head), "");
	CHECK_STR(buf_text(&r->report), "[{\"line\":3,\"message\":\"bad\"}]");
	import_result_free(r);
}

static void servers_of_operations_are_known_once(void)
{
#define OWN(url) "P{\"servers\":[{\"url\":\"" url "\"},{\"url\":\"https://b.test\"}]}\n"
	static const char text[] = H O("a") B OWN("https://a.test") O("b") B OWN("https://a.test")
		O("c") B OWN("https://c.test") O("d") B "P{\"x\":\"\\\"servers\\\":\"}\n" O("e") B
		"P{\"servers\":[]}\n" Z("5");
	struct import_result *r;

	CHECK_INT(read_bytes(text, strlen(text), &r), RC_OK);
	CHECK_STR(buf_text(&r->head),
		"{\"format\":\"openapi\",\"servers\":[],\"operation_servers\":["
		"{\"url\":\"https://a.test\"},{\"url\":\"https://c.test\"}]}");
	CHECK_INT(jsonr_check(r->head.data, r->head.len), RC_OK);
	import_result_free(r);
}

static void what_no_good_child_says_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"H\n",
		"hello",
		H,
		H Z("0"),
		H Z("1"),
		Z("0"),
		H O("a") B P,
		H O("a") B P "Z",
		H O("a") B P "Z{\"operations\":1,\"warnings\":0,\"left_out\":0}",
		H O("a") B P Z("2"),
		H O("a") B P Z("-1"),
		H O("a") B P Z("1") W,
		H O("a") B P Z("1") O("b") B P,
		H H O("a") B P Z("1"),
		O("a") B P Z("1"),
		H O("a") P B Z("1"),
		H O("a") B Z("1"),
		H O("a") B B P Z("1"),
		H B P Z("0"),
		H O("a") B P O("a") B P Z("2"),
		H O("") B P Z("1"),
		H O("a b") B P Z("1"),
		H O("a/b") B P Z("1"),
		H O("a,b") B P Z("1"),
		H O("a\\u0000b") B P Z("1"),
		H O("\xc3\xa9") B P Z("1"),
		H O("a1234567890123456789012345678901234567890123456789012345678901234") B P Z("1"),
		H "O{\"name\":\"a\"}\n" B P Z("1"),
		H "O{\"name\":\"a\",\"method\":\"get\",\"path\":\"/\",\"summary\":\"\","
		  "\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":1,"
		  "\"n_parameters\":0,\"warnings\":0}\n" B P Z("1"),
		H "O{\"name\":\"a\",\"method\":\"GET\",\"path\":\"x\",\"summary\":\"\","
		  "\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":1,"
		  "\"n_parameters\":0,\"warnings\":0}\n" B P Z("1"),
		H "O{\"name\":\"a\",\"method\":\"GET\",\"path\":\"/\",\"summary\":null,"
		  "\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":1,"
		  "\"n_parameters\":0,\"warnings\":0}\n" B P Z("1"),
		H "O{\"name\":\"a\",\"method\":\"GET\",\"path\":\"/\",\"summary\":\"\","
		  "\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":-1,"
		  "\"n_parameters\":0,\"warnings\":0}\n" B P Z("1"),
		H O("a") "B[]\n" P Z("1"),
		H O("a") "B{\n" P Z("1"),
		H O("a") B "P{\"a\":1,\"a\":2}\n" Z("1"),
		H O("a") B "P{\"a\":NaN}\n" Z("1"),
		H O("a") B "P{\"a\":\"\xff\"}\n" Z("1"),
		H O("a") B "Pnull\n" Z("1"),
		"H[]\n" O("a") B P Z("1"),
		"H{\"operation_servers\":[]}\n" O("a") B P Z("1"),
		H "Wx\n" O("a") B P Z("1"),
		H "W[]\n" O("a") B P Z("1"),
		H "X{}\n" O("a") B P Z("1"),
		"E\n",
		"E{}\n" W,
	};
	struct import_result *r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum rc rc = read_bytes(bad[i], strlen(bad[i]), &r);

		if (rc != RC_INVALID)
			printf("# number %zu: %s\n", i, bad[i]);
		CHECK_INT(rc, RC_INVALID);
		CHECK(r == NULL);
	}
}

static void a_byte_zero_ends_nothing(void)
{
	static const char text[] = H O("a") B "P{\"a\":1}\0{}\n" Z("1");
	struct import_result *r;

	CHECK_INT(read_bytes(text, sizeof(text) - 1, &r), RC_INVALID);
}

static void more_than_there_may_be_is_refused(void)
{
	struct import_result *r;
	struct buf output;

	buf_init(&output, 64 << 20);
	buf_puts(&output, H);
	for (int i = 0; i < 1000; i++)
		buf_puts(&output, W);
	buf_puts(&output, O("a") B P Z("1"));
	CHECK_INT(import_read(&output, &r), RC_INVALID);
	buf_puts(&output, H O("a") B "P{\"a\":\"");
	for (size_t i = 0; i < IMPORT_PLAN_MAX; i++)
		buf_putc(&output, 'x');
	buf_puts(&output, "\"}\n" Z("1"));
	CHECK_INT(import_read(&output, &r), RC_INVALID);
	buf_puts(&output, H);
	for (int i = 0; i <= IMPORT_OPERATIONS_MAX; i++)
		buf_printf(&output,
			"O{\"name\":\"o%d\",\"method\":\"GET\",\"path\":\"/\",\"summary\":\"\","
			"\"description\":\"\",\"deprecated\":false,\"pointer\":\"\",\"line\":1,"
			"\"n_parameters\":0,\"warnings\":0}\nB{}\nP{}\n",
			i);
	buf_printf(&output, "Z{\"operations\":%d,\"warnings\":0,\"left_out\":0}\n",
		IMPORT_OPERATIONS_MAX + 1);
	CHECK_INT(import_read(&output, &r), RC_INVALID);
	/* a buffer that was too small is no answer at all */
	buf_init(&output, 4);
	buf_puts(&output, "too long");
	CHECK(import_read(&output, &r) != RC_OK);
	CHECK(r == NULL);
	buf_release(&output);
}

int main(void)
{
	RUN(what_was_read_is_there);
	RUN(a_refusal_is_all_that_is_left);
	RUN(servers_of_operations_are_known_once);
	RUN(what_no_good_child_says_is_refused);
	RUN(a_byte_zero_ends_nothing);
	RUN(more_than_there_may_be_is_refused);
	return CHECK_DONE;
}
