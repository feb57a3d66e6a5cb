/* SPDX-License-Identifier: Apache-2.0
 *
 * A form body: refused, or at most REQ_FORM_MAX fields of valid UTF-8 without NUL.
 */
#include "must.h"
#include "platform/text.h"
#include "unit/fake_exchange.h"
#include "web/req.h"

static void check_field(const struct param *field)
{
	size_t chars;

	MUST(text_utf8_chars(field->name, strlen(field->name), &chars) == RC_OK);
	MUST(text_utf8_chars(field->value, field->value_len, &chars) == RC_OK);
	MUST(strlen(field->value) == field->value_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fcgi_exchange x;
	struct req rq;
	char length[24];

	x.n = 0;
	x.body = (const char *)data;
	x.body_len = size;
	x.body_at = 0;
	x.read_at_most = 1 + size % 7;
	(void)snprintf(length, sizeof(length), "%zu", size);
	fake_set(&x, "REQUEST_METHOD", "POST");
	fake_set(&x, "REQUEST_URI", "/x");
	fake_set(&x, "CONTENT_TYPE", "application/x-www-form-urlencoded");
	fake_set(&x, "CONTENT_LENGTH", length);
	MUST(req_parse(&x, &rq) == RC_OK);
	MUST(rq.bad_status == 0 || rq.bad_status == 400 || rq.bad_status == 413);
	MUST(rq.form.n <= REQ_FORM_MAX);
	for (size_t i = 0; rq.bad_status == 0 && i < rq.form.n; i++)
		check_field(&rq.form.items[i]);
	req_release(&rq);
	return 0;
}
