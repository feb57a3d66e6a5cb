/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "unit/check.h"
#include "unit/fake_exchange.h"
#include "web/req.h"

#define FORM "application/x-www-form-urlencoded"
#define UPLOAD "multipart/form-data; boundary=XyZ"
#define PART(name) "--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_PART(name, file)                                                                      \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file             \
	"\"\r\nContent-Type: text/yaml\r\n\r\n"
#define LAST "--XyZ--\r\n"

static struct fcgi_exchange x;
static struct req rq;

static void parse(void)
{
	CHECK_INT(req_parse(&x, &rq), RC_OK);
}

static int status_of(void)
{
	int status;

	parse();
	status = rq.bad_status;
	req_release(&rq);
	return status;
}

static void begin_post(const char *type, const char *body, size_t len)
{
	static char digits[24];

	memset(&x, 0, sizeof(x));
	fake_set(&x, "REQUEST_METHOD", "POST");
	fake_set(&x, "REQUEST_URI", "/x");
	fake_set(&x, "CONTENT_TYPE", type);
	(void)snprintf(digits, sizeof(digits), "%zu", len);
	fake_set(&x, "CONTENT_LENGTH", digits);
	x.body = body;
	x.body_len = len;
}

static enum req_body kind_of(const char *type)
{
	enum req_body kind;

	begin_post(type, "", 0);
	parse();
	kind = rq.body_kind;
	CHECK_INT(rq.bad_status, 0);
	req_release(&rq);
	return kind;
}

static void begin_upload(const char *body, size_t len)
{
	begin_post(UPLOAD, body, len);
	parse();
	CHECK_INT(rq.body_kind, REQ_BODY_UPLOAD);
	CHECK_INT(rq.form.n, 0);
	CHECK_INT(x.body_at, 0);
	CHECK_INT(req_read_upload(&x, &rq), RC_OK);
}

static int upload_status(const char *body, size_t len)
{
	int status;

	begin_upload(body, len);
	status = rq.bad_status;
	req_release(&rq);
	return status;
}

static void upload_is_read_only_when_asked_for(void)
{
	static const char body[] =
		PART("csrf") "token\r\n" FILE_PART("file", "a b.yaml") "x: 1\n\r\n" LAST;
	const struct param *file;

	begin_upload(body, sizeof(body) - 1);
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(req_form(&rq, "csrf"), "token");
	file = req_file(&rq, "file");
	CHECK(file != NULL);
	CHECK_STR(file->file_name, "a b.yaml");
	CHECK_STR(file->content_type, "text/yaml");
	CHECK_STR(file->value, "x: 1\n");
	CHECK_INT(file->value_len, 5);
	CHECK(req_file(&rq, "csrf") == NULL);
	req_release(&rq);
}

static void upload_takes_fields_in_any_order(void)
{
	static const char body[] =
		FILE_PART("file", "") "\r\n" PART("text") "--XyZ\r\n\r\n" PART("csrf") "t\r\n" LAST;

	begin_upload(body, sizeof(body) - 1);
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.form.n, 3);
	CHECK_STR(req_form(&rq, "csrf"), "t");
	/* a delimiter is one behind a line end alone; what looks like one at the start of a value is text */
	CHECK_STR(req_form(&rq, "text"), "--XyZ\r\n");
	CHECK_INT(req_file(&rq, "file")->value_len, 0);
	req_release(&rq);
}

static void upload_files_may_hold_any_byte(void)
{
	static const char body[] = FILE_PART("f", "x") "\0\xff\r\n-\r\n--Xy\0\r\n" LAST;

	begin_upload(body, sizeof(body) - 1);
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(req_file(&rq, "f")->value_len, 12);
	CHECK(memcmp(req_file(&rq, "f")->value, "\0\xff\r\n-\r\n--Xy\0", 12) == 0);
	req_release(&rq);
}

#define BAD_UPLOAD(text) CHECK_INT(upload_status(text, sizeof(text) - 1), 400)

static void upload_not_as_browsers_write_it_is_refused(void)
{
	BAD_UPLOAD("");
	BAD_UPLOAD("a=1");
	BAD_UPLOAD("--XyZ");
	BAD_UPLOAD("--XyZ\r\n");
	BAD_UPLOAD("preamble\r\n" PART("a") "1\r\n" LAST);
	BAD_UPLOAD("\r\n" PART("a") "1\r\n" LAST);
	BAD_UPLOAD(PART("a") "1\r\n" LAST "epilogue");
	BAD_UPLOAD(PART("a") "1\r\n--XyZ");
	BAD_UPLOAD(PART("a") "1\r\n--XyZ-");
	BAD_UPLOAD(PART("a") "1\r\n--XyZw\r\n" LAST);
	BAD_UPLOAD(PART("a") "1");
	BAD_UPLOAD(PART("a") "1\n" LAST);
	BAD_UPLOAD(PART("a") "1" LAST);
	BAD_UPLOAD("--XyZ\n" LAST);
}

static void upload_heads_are_read_strictly(void)
{
	BAD_UPLOAD("--XyZ\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Type: text/plain\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\"; "
		   "filename*=UTF-8''a\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\"; "
		   "name=\"b\"\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\0b\"\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD(
		"--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n folded\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nX-Other: "
		   "1\r\n\r\n1\r\n" LAST);
	BAD_UPLOAD("--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: "
		   "form-data; "
		   "name=\"b\"\r\n\r\n1\r\n" LAST);
}

static void upload_text_is_utf8_without_nul(void)
{
	BAD_UPLOAD(PART("a") "\xff\r\n" LAST);
	BAD_UPLOAD(PART("a") "1\0\r\n" LAST);
	BAD_UPLOAD(PART("\xff") "1\r\n" LAST);
	BAD_UPLOAD(FILE_PART("a", "\xff") "1\r\n" LAST);
}

static void upload_has_a_maximum_of_parts(void)
{
	static const char part[] = PART("a") "\r\n";
	size_t part_len = sizeof(part) - 1, n = REQ_PARTS_MAX + 1;
	char *body = calloc(n, part_len + sizeof(LAST));

	CHECK(body != NULL);
	for (size_t i = 0; i < n; i++)
		memcpy(body + i * part_len, part, part_len);
	memcpy(body + n * part_len, LAST, sizeof(LAST) - 1);
	CHECK_INT(upload_status(body, n * part_len + sizeof(LAST) - 1), 413);
	memcpy(body + (n - 1) * part_len, LAST, sizeof(LAST) - 1);
	CHECK_INT(upload_status(body, (n - 1) * part_len + sizeof(LAST) - 1), 0);
	free(body);
}

static void upload_has_a_maximum_length(void)
{
	begin_post(UPLOAD, "", REQ_UPLOAD_MAX);
	x.body_len = 0;
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(req_read_upload(&x, &rq), RC_OK);
	CHECK_INT(rq.bad_status, 400); /* it broke off */
	req_release(&rq);
	begin_post(UPLOAD, "", REQ_UPLOAD_MAX + 1);
	CHECK_INT(status_of(), 413);
	/* what is no upload may not be that large */
	begin_post("multipart/mixed; boundary=XyZ", "", REQ_BODY_MAX + 1);
	CHECK_INT(status_of(), 413);
}

static void upload_types(void)
{
	static const char *const good[] = {"multipart/form-data; boundary=a",
		"Multipart/Form-Data;boundary=a", "multipart/form-data; boundary=\"a:b?\"",
		"multipart/form-data; BOUNDARY=----WebKitFormBoundaryA1 "};
	static const char *const bad[] = {"multipart/form-data", "multipart/form-data;",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=a b",
		"multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=a; charset=utf-8",
		"multipart/form-datax; boundary=a", "multipart/form-data; boundary=a\"",
		"multipart/mixed; boundary=a",
		"multipart/form-data; boundary=1234567890123456789012345678901234567890"
		"1234567890123456789012345678901"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_INT(kind_of(good[i]), REQ_BODY_UPLOAD);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(kind_of(bad[i]), REQ_BODY_OTHER);
}

static void upload_is_nothing_for_other_bodies(void)
{
	begin_post(FORM, "a=1", 3);
	parse();
	CHECK_INT(req_read_upload(&x, &rq), RC_OK);
	CHECK_STR(req_form(&rq, "a"), "1");
	req_release(&rq);
}

int main(void)
{
	RUN(upload_is_read_only_when_asked_for);
	RUN(upload_takes_fields_in_any_order);
	RUN(upload_files_may_hold_any_byte);
	RUN(upload_not_as_browsers_write_it_is_refused);
	RUN(upload_heads_are_read_strictly);
	RUN(upload_text_is_utf8_without_nul);
	RUN(upload_has_a_maximum_of_parts);
	RUN(upload_has_a_maximum_length);
	RUN(upload_types);
	RUN(upload_is_nothing_for_other_bodies);
	return CHECK_DONE;
}
