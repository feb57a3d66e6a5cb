/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/redact.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "domain/tool/request.h"
#include "platform/codec.h"

#define DOTS TOOL_HIDDEN

static struct redactor redactor;

static void hide(const char *text)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_append_text(&s, text), RC_OK);
	CHECK_INT(redact_add(&redactor, &s), RC_OK);
	secret_release(&s);
}

static void begin(const char *secret)
{
	redact_release(&redactor);
	hide(secret);
}

static void shows(const char *text, const char *want)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_append_text(&s, text), RC_OK);
	CHECK_INT(redact(&redactor, &s), RC_OK);
	CHECK_STR(secret_text(&s), want);
	secret_release(&s);
}

static void cut_shows(const char *text, const char *want)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_append_text(&s, text), RC_OK);
	redact_cut(&redactor, &s);
	CHECK_INT(s.len, strlen(want));
	CHECK(memcmp(secret_text(&s), want, s.len) == 0);
	secret_release(&s);
}

static void every_occurrence_is_covered(void)
{
	begin("s3cr3t");
	shows("s3cr3t", DOTS);
	shows("a s3cr3t b s3cr3ts3cr3t", "a " DOTS " b " DOTS DOTS);
	shows("", "");
	shows("nothing here", "nothing here");
	shows("s3cr3", "s3cr3");
	shows("S3CR3T", "S3CR3T"); /* another text */
}

static void its_forms_are_too(void)
{
	begin("a/b+c d\"\xc3\xbc");
	shows("x=a%2Fb%2Bc%20d%22%C3%BC&", "x=" DOTS "&");
	shows("x=a%2fb%2bc%20d%22%c3%bc&", "x=" DOTS "&");
	shows("x=a%2Fb%2Bc+d%22%C3%BC", "x=" DOTS);
	shows("{\"x\":\"a/b+c d\\\"\xc3\xbc\"}", "{\"x\":\"" DOTS "\"}");
	shows("Basic YS9iK2MgZCLDvA==", "Basic " DOTS);
	shows("Basic YS9iK2MgZCLDvA", "Basic " DOTS);
	begin("\xff\xfe\xfd?>");
	shows("//79Pz4=", DOTS); /* no UTF-8: it has no form in JSON */
	shows("__79Pz4", DOTS);
}

static void the_longest_comes_first(void)
{
	begin("token");
	hide("token-and-more");
	shows("token-and-more token", DOTS " " DOTS);
}

static void what_is_too_short_is_left(void)
{
	begin("abc");
	shows("abcabc", "abcabc");
	begin("");
	shows("x", "x");
}

static void the_end_of_a_cut_text_is_covered(void)
{
	begin("s3cr3t-value");
	cut_shows("text s3cr3t-valu", "text ");
	cut_shows("text s3cr", "text ");
	cut_shows("text s3c", "text s3c"); /* as short as that is in every text */
	cut_shows("s3cr3t", "");
	cut_shows("text", "text");
	cut_shows("", "");
}

static void too_many_are_an_error(void)
{
	struct secret s = SECRET_EMPTY;
	enum rc rc = RC_OK;

	redact_release(&redactor);
	for (unsigned i = 0; rc == RC_OK && i < 2 * REDACT_MAX; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "secret%u", i);
		CHECK_INT(secret_set(&s, text, strlen(text)), RC_OK);
		rc = redact_add(&redactor, &s);
	}
	CHECK_INT(rc, RC_LIMIT);
	secret_release(&s);
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 1;
	RUN(every_occurrence_is_covered);
	RUN(its_forms_are_too);
	RUN(the_longest_comes_first);
	RUN(what_is_too_short_is_left);
	RUN(the_end_of_a_cut_text_is_covered);
	RUN(too_many_are_an_error);
	redact_release(&redactor);
	return CHECK_DONE;
}
