/* SPDX-License-Identifier: Apache-2.0
 *
 * The response, built in memory and written once, at the end, so that any error can still become a
 * clean page. The security headers (R21, R55, R60, R62, R63, R66) are set here for every response.
 */
#ifndef GRANTRY_WEB_RESP_H
#define GRANTRY_WEB_RESP_H

#include <stdbool.h>

#include "platform/buf.h"
#include "platform/fcgi.h"
#include "platform/rc.h"
#include "platform/secret.h"

#define RESP_BODY_MAX ((size_t)4 << 20)

struct resp {
	int status;
	const char *content_type; /* literal; "text/html; charset=utf-8" at the start */
	struct buf headers;       /* further header lines */
	struct buf body;
	struct secret
		secret_body; /* sent in its place when not empty: an answer that holds a token */
	bool https;          /* HSTS only then */
	bool no_body;        /* HEAD */
	const char *base; /* before each path of ours: cfg.public_prefix; NULL: nothing; borrowed */
	/* The URL holds a code (callback: R21). Otherwise "same-origin", with which browsers still name the
	 * Origin of our own form posts. */
	bool no_referrer;
	enum rc rc; /* first error while building */
};

void resp_init(struct resp *rs);
void resp_release(struct resp *rs);
/** resp_reset(rs): forget status, headers, cookies, body and error (to render an error page instead);
 * https, base, no_body and no_referrer stay. */
void resp_reset(struct resp *rs);

/** resp_header(rs, name, value): a value with a control character fails the response with RC_INVALID. The
 * headers that resp_write sets itself cannot be given here: RC_INVALID too. */
void resp_header(struct resp *rs, const char *name, const char *value);
/** resp_cookie(rs, name, value, secure, max_age_s): Path=/; HttpOnly; SameSite=Lax; Secure when secure;
 * max_age_s < 0: a session cookie; 0: delete. */
void resp_cookie(struct resp *rs, const char *name, const char *value, bool secure, long max_age_s);
/** resp_redirect(rs, path): 303 to a path of our own: must begin with one '/' and hold only URL
 * characters, no dot segments, no encoded slash or control character before the '?'; anything else
 * fails the response with RC_INVALID (security R24, D11). */
void resp_redirect(struct resp *rs, const char *path);
/** resp_write(rs, x): status line, headers, body; a response that failed becomes a short plain 500. */
void resp_write(struct resp *rs, struct fcgi_exchange *x);

#endif
