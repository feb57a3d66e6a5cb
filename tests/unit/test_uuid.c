/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/uuid.h"

#include "check.h"
#include "platform/codec.h"

static void uuid_random_is_rfc9562_version_4(void)
{
	for (int i = 0; i < 200; i++) {
		struct uuid id = uuid_random();

		CHECK_INT(id.b[6] >> 4, 4);
		CHECK_INT(id.b[8] >> 6, 2);
	}
}

static void uuid_random_differs(void)
{
	struct uuid a = uuid_random(), b = uuid_random();

	CHECK(!uuid_equal(&a, &b));
	CHECK(uuid_equal(&a, &a));
	CHECK(!uuid_is_zero(&a));
}

static void uuid_zero_is_zero(void)
{
	struct uuid zero = {{0}}, one = {{0}};

	one.b[15] = 1;
	CHECK(uuid_is_zero(&zero));
	CHECK(!uuid_is_zero(&one));
}

static void uuid_text_matches_rfc9562_appendix_a3(void)
{
	struct uuid id;
	char text[UUID_TEXT_SIZE];

	CHECK_INT(uuid_parse("919108f7-52d1-4320-9bac-f847db4148a8", &id), RC_OK);
	CHECK_INT(id.b[0], 0x91);
	CHECK_INT(id.b[6], 0x43);
	CHECK_INT(id.b[15], 0xa8);
	uuid_text(&id, text);
	CHECK_STR(text, "919108f7-52d1-4320-9bac-f847db4148a8");
}

static void uuid_text_round_trips(void)
{
	for (int i = 0; i < 200; i++) {
		struct uuid id = uuid_random(), again;
		char text[UUID_TEXT_SIZE];

		uuid_text(&id, text);
		CHECK_INT(uuid_parse(text, &again), RC_OK);
		CHECK(uuid_equal(&id, &again));
	}
}

static void uuid_other_spellings_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"-",
		"9",
		"919108F7-52d1-4320-9bac-f847db4148a8",
		"919108f752d143209bacf847db4148a8",
		"{919108f7-52d1-4320-9bac-f847db4148a8}",
		"urn:uuid:919108f7-52d1-4320-9bac-f847db4148a8",
		"919108f7-52d1-4320-9bac-f847db4148a",
		"919108f7-52d1-4320-9bac-f847db4148a88",
		"919108f7-52d1-4320-9bac-f847db4148a8 ",
		" 919108f7-52d1-4320-9bac-f847db4148a8",
		"919108f7-52d1-4320-9bac-f847db4148a8\n",
		"919108f7-52d1-4320-9bac-f847db4148ag",
		"919108f7_52d1_4320_9bac_f847db4148a8",
		"919108f-752d1-4320-9bac-f847db4148a8",
		"919108f7-52d1-4320-9bac--847db4148a8",
		"919108f7-52d1-4320-9bac-+847db4148a8",
		"919108f7-52d1-4320-9bac",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct uuid id = {{1}};

		CHECK_INT(uuid_parse(bad[i], &id), RC_INVALID);
		CHECK(uuid_is_zero(&id));
	}
}

static void uuid_null_text_is_refused(void)
{
	struct uuid id;

	CHECK_INT(uuid_parse(NULL, &id), RC_INVALID);
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(uuid_random_is_rfc9562_version_4);
	RUN(uuid_random_differs);
	RUN(uuid_zero_is_zero);
	RUN(uuid_text_matches_rfc9562_appendix_a3);
	RUN(uuid_text_round_trips);
	RUN(uuid_other_spellings_are_refused);
	RUN(uuid_null_text_is_refused);
	return CHECK_DONE;
}
