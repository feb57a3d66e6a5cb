/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files req*.c owe each other; nobody else includes this.
 */
#ifndef GRANTRY_WEB_REQ_PARTS_H
#define GRANTRY_WEB_REQ_PARTS_H

#include "web/req.h"

/** req_refuse(rq, status): the first fault decides: it is the one that the client can mend. */
void req_refuse(struct req *rq, int status);

/** req_blame(rq, rc, limit_status): turns RC_LIMIT and other faults of the client's text into a status;
 * only RC_NOMEM stays an error. */
enum rc req_blame(struct req *rq, enum rc rc, int limit_status) RC_MUST_CHECK;

/** req_escape(p): the byte that "%41" at p stands for, -1 for a bad escape; reads no further than a NUL. */
int req_escape(const char *p);

/** req_path_read(x, rq): path, path_copy and segments. Errors: RC_NOMEM. */
enum rc req_path_read(struct fcgi_exchange *x, struct req *rq) RC_MUST_CHECK;

/** req_upload_boundary(content_type, p, len): multipart/form-data with its boundary, borrowed; false: it is not. */
bool req_upload_boundary(const char *content_type, const char **p, size_t *len);

/** req_body_length(x, rq): the stated length, at most what its type may have unless the request was
 * refused. */
size_t req_body_length(struct fcgi_exchange *x, struct req *rq);
/** req_body_read(x, rq, len): body_kind, body and form of a POST. Errors: RC_NOMEM. */
enum rc req_body_read(struct fcgi_exchange *x, struct req *rq, size_t len) RC_MUST_CHECK;

#endif
