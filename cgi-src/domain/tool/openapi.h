/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a description of an API, OpenAPI 3 or Swagger 2.0, into records: one a line, a letter and then
 * JSON. In this order:
 *
 *   H  the head: format, version, servers, authorization methods
 *   O  an operation: its name as a tool, method, path, what it is for; followed at once by
 *   B  its ApiToolBundle, and
 *   P  its plan: all that is needed to make a request of it and to check the arguments, in itself
 *   Z  the end: how many operations, findings, operations left out
 *
 * and anywhere W, a finding. When the document cannot be used there is an E, and after it nothing.
 * Operations come in the order of the document; their names are unique, legal for a tool and the same each
 * time that the document is read. Every record is at most OPENAPI_RECORD_MAX bytes and passes jsonr_check.
 * Nothing is fetched. This runs in a process of its own (bin/import_main.c), which may be killed at any time.
 */
#ifndef GRANTRY_DOMAIN_TOOL_OPENAPI_H
#define GRANTRY_DOMAIN_TOOL_OPENAPI_H

#include <stddef.h>

#include "platform/rc.h"

#define OPENAPI_BYTES_MAX ((size_t)16 << 20)
#define OPENAPI_RECORD_MAX ((size_t)256 << 10)  /* without its letter and newline */
#define OPENAPI_SCHEMAS_MAX ((size_t)64 << 20)  /* of the schemas in all plans together */
#define OPENAPI_RECORDS_MAX ((size_t)120 << 20) /* of all records together */
#define OPENAPI_OPERATIONS_MAX 10000
#define OPENAPI_ARGUMENTS_MAX 500

/** openapi_put(arg, p, len): takes a record or several, with their newlines; what it returns ends the
 *  reading unless it is RC_OK. */
typedef enum rc openapi_put(void *arg, const char *p, size_t len);

/** openapi_read(p, len, document_url, put, arg): document_url is where the document came from, so that
 *  relative servers are known, or NULL. RC_OK: Z or E was the last record. Errors: RC_NOMEM, put's. */
enum rc openapi_read(const char *p, size_t len, const char *document_url, openapi_put *put,
	void *arg) RC_MUST_CHECK;

#endif
