/* SPDX-License-Identifier: Apache-2.0
 *
 * What an API answers to a call: flags, the lines of its head up to an empty one, its body. Whatever it is, what is
 * passed on is bounded, harmless and what it is said to be, and holds no credential.
 */
#include <string.h>

#include "domain/tool/invoke_int.h"
#include "must.h"
#include "platform/codec.h"
#include "platform/httpc_int.h"
#include "platform/text.h"

#define CREDENTIAL "c4n/ry+\""

static const uint8_t *read_head(const uint8_t *p, const uint8_t *end, struct httpc_response *rs)
{
	while (p < end) {
		const uint8_t *line_end = memchr(p, '\n', (size_t)(end - p));
		size_t len = line_end ? (size_t)(line_end - p) + 1 : (size_t)(end - p);

		MUST(httpc_keep_header(rs, (const char *)p, len) == RC_OK);
		p += len;
		if (len <= 1)
			break;
	}
	return p;
}

static void headers_hold(const struct secret *headers)
{
	const char *line = secret_text(headers);
	size_t n = 0;

	MUST(strlen(line) == headers->len);
	for (; *line; n++) {
		size_t len = strcspn(line, "\n"), name = strcspn(line, ":"), chars;

		MUST(line[len] == '\n' && name > 0 && name + 2 <= len && line[name + 1] == ' ');
		MUST(text_utf8_chars(line + name, len - name, &chars) == RC_OK);
		for (size_t i = 0; i < len; i++)
			MUST((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
		MUST(strncmp(line, "set-cookie:", 11) != 0);
		line += len + 1;
	}
	MUST(n <= INVOKE_HEADERS_MAX);
}

static void body_holds(const struct invoke_result *r)
{
	size_t chars;

	MUST((r->kind == INVOKE_NO_BODY) == (r->body.len == 0));
	if (r->kind == INVOKE_JSON)
		MUST(jsonr_check(secret_text(&r->body), r->body.len) == RC_OK);
	if (r->kind == INVOKE_JSON || r->kind == INVOKE_TEXT)
		MUST(text_utf8_chars(secret_text(&r->body), r->body.len, &chars) == RC_OK);
	MUST(!memmem(secret_text(&r->body), r->body.len, CREDENTIAL, strlen(CREDENTIAL)));
	MUST(!strstr(secret_text(&r->headers), CREDENTIAL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct invocation *call = calloc(1, sizeof(*call));
	struct secret credential = SECRET_EMPTY;
	struct httpc_response *rs;
	const uint8_t *body;

	MUST(call && codec_init() == RC_OK);
	rs = &call->answer;
	rs->cut = size > 0 && data[0] & 1;
	rs->content_encoded = size > 0 && data[0] & 2;
	body = size > 0 ? read_head(data + 1, data + size, rs) : data;
	MUST(secret_append(&rs->body, body, (size_t)(data + size - body)) == RC_OK);
	MUST(secret_append_text(&credential, CREDENTIAL) == RC_OK);
	MUST(redact_add(&call->redactor, &credential) == RC_OK);
	MUST(invoke_read_answer(call) == RC_OK);
	headers_hold(&call->result.headers);
	body_holds(&call->result);
	secret_release(&credential);
	redact_release(&call->redactor);
	invoke_result_release(&call->result);
	free(call);
	return 0;
}
