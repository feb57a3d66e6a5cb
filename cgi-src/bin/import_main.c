/* SPDX-License-Identifier: Apache-2.0
 *
 * grantry-import [--url DOCUMENT-URL]: a description of an API on standard input, records on standard
 * output (domain/tool/openapi.h). The bytes come from a stranger: whoever starts this gives it limits and
 * no environment (platform/child.h), and it gives up all rights before it reads the first. Ends with 0 when it has said all, including that the document cannot be used.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/tool/openapi.h"
#include "platform/buf.h"
#include "platform/confine.h"

static enum rc write_all(void *arg, const char *p, size_t len)
{
	(void)arg;
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return RC_UNAVAILABLE;
		p += n;
		len -= (size_t)n;
	}
	return RC_OK;
}

/* One byte more than is taken, so that the reader can say that it is too much. */
static enum rc read_all(struct buf *out)
{
	char block[65536];
	ssize_t n;

	do {
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n < 0 && errno != EINTR)
			return RC_UNAVAILABLE;
		if (n > 0 && out->len + (size_t)n > out->max)
			n = (ssize_t)(out->max - out->len);
		if (n > 0)
			buf_add(out, block, (size_t)n);
	} while (n != 0);
	return buf_done(out);
}

int main(int argc, char **argv)
{
	const char *url = NULL;
	struct buf document;
	enum rc rc;

	if (argc == 3 && strcmp(argv[1], "--url") == 0)
		url = argv[2];
	else if (argc != 1) {
		fprintf(stderr, "usage: grantry-import [--url DOCUMENT-URL] <document\n");
		return 2;
	}
	buf_init(&document, OPENAPI_BYTES_MAX + 1);
	rc = confine_self();
	if (!rc)
		rc = read_all(&document);
	if (!rc)
		rc = openapi_read(buf_text(&document), document.len, url, write_all, NULL);
	buf_release(&document);
	return rc ? 1 : 0;
}
