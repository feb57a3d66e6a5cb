/* SPDX-License-Identifier: Apache-2.0
 *
 * The input's first line is a schema, the second its definitions, the rest a value: a verdict is reached, a refusal is a
 * sentence about a place, and what a schema refuses its opposite does not refuse. Text is only converted to what
 * the text says.
 */
#include <string.h>

#include "domain/tool/value_check.h"
#include "must.h"
#include "platform/buf.h"
#include "platform/text.h"

static enum rc verdict(const struct jsonr *doc, const char *name)
{
	jsonv *schema, *defs, *value;
	struct value_fault fault;
	size_t chars, len;
	enum rc rc;

	jsonr_get(jsonr_root(doc), name, &schema);
	jsonr_get(jsonr_root(doc), "defs", &defs);
	jsonr_get(jsonr_root(doc), "value", &value);
	rc = value_check(schema, defs, value, "/v", &fault);
	len = strlen(fault.pointer);
	MUST(rc == RC_OK || rc == RC_INVALID);
	MUST((rc == RC_OK) == (fault.reason[0] == 0) && (rc == RC_OK) == (len == 0));
	MUST(text_utf8_chars(fault.reason, strlen(fault.reason), &chars) == RC_OK);
	MUST(text_utf8_chars(fault.pointer, len, &chars) == RC_OK);
	MUST(strncmp(fault.reason, fault.pointer, len) == 0);
	return rc;
}

static void conversion_holds(const struct jsonr *doc)
{
	jsonv *schema, *defs, *value, *out, *again;
	struct jsonr *owner, *second;
	const char *p;
	size_t len;

	jsonr_get(jsonr_root(doc), "schema", &schema);
	jsonr_get(jsonr_root(doc), "defs", &defs);
	jsonr_get(jsonr_root(doc), "value", &value);
	MUST(value_convert(schema, defs, value, &owner, &out) == RC_OK);
	MUST(owner ? out == jsonr_root(owner) : out == value);
	if (owner) {
		MUST(jsonr_text(value, &p, &len));
		MUST(jsonr_kind(out) != JSONR_STRING);
	}
	MUST(value_convert(schema, defs, out, &second, &again) == RC_OK);
	MUST(!owner || (!second && again == out));
	jsonr_free(second);
	jsonr_free(owner);
}

static struct jsonr *plan_of(const char *p, size_t size)
{
	const char *end = p + size, *defs = memchr(p, '\n', size);
	const char *value = defs ? memchr(defs + 1, '\n', (size_t)(end - defs - 1)) : NULL;
	struct jsonr *doc = NULL;
	struct buf text;
	int len = value ? (int)(defs - p) : 0;

	if (!value || memchr(p, 0, size))
		return NULL;
	buf_init(&text, 4 * size + 256);
	buf_printf(&text, "{\"schema\":%.*s,\"not\":{\"not\":%.*s},\"all\":{\"allOf\":[%.*s]},",
		len, p, len, p, len, p);
	buf_printf(&text, "\"any\":{\"anyOf\":[false,%.*s]},\"defs\":%.*s,\"value\":%.*s}", len, p,
		(int)(value - defs - 1), defs + 1, (int)(end - value - 1), value + 1);
	if (buf_done(&text) == RC_OK && jsonr_parse(text.data, text.len, &doc))
		doc = NULL;
	buf_release(&text);
	return doc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jsonr *doc = plan_of((const char *)data, size);
	enum rc rc;

	if (!doc)
		return 0;
	rc = verdict(doc, "schema");
	MUST(rc == RC_OK || verdict(doc, "not") == RC_OK);
	MUST(verdict(doc, "all") == rc || rc == RC_INVALID);
	MUST(verdict(doc, "any") == rc || rc == RC_INVALID);
	conversion_holds(doc);
	jsonr_free(doc);
	return 0;
}
