/* SPDX-License-Identifier: Apache-2.0
 *
 * A page that shows a secret, once. No secret goes into a data set: the template prints a mark that nobody can
 * guess, and where it stands in the finished page the secret is put in, in memory that is wiped.
 */
#include <string.h>

#include "web/pages/page.h"

#define MARK_BYTES 16

static enum rc fill_in(
	const char *page, const char *mark, const struct secret *secret, struct secret *out)
{
	const char *p = page, *next = strstr(page, mark);
	enum rc rc = next ? RC_OK : RC_INTERNAL;

	for (; rc == RC_OK && next; next = strstr(p, mark)) {
		rc = secret_append(out, p, (size_t)(next - p));
		if (rc == RC_OK)
			rc = secret_append_secret(out, secret);
		p = next + strlen(mark);
	}
	return rc == RC_OK ? secret_append_text(out, p) : rc;
}

enum rc page_send_once(struct ctx *c, const char *template, const struct secret *secret)
{
	unsigned char bytes[MARK_BYTES];
	char mark[2 * MARK_BYTES + 1];
	enum rc rc;

	codec_random(bytes, sizeof(bytes));
	codec_hex(bytes, sizeof(bytes), mark);
	view_text(c->root, "Secret.Text", mark);
	rc = page_send(c, template, 200);
	if (rc == RC_OK)
		rc = fill_in(buf_text(&c->resp.body), mark, secret, &c->resp.secret_body);
	return rc == RC_OK || rc == RC_NOMEM ? rc : RC_INTERNAL;
}
