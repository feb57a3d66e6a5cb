/* SPDX-License-Identifier: Apache-2.0
 *
 * What kind of document it is. People paste what they have: what is known and cannot be read is named.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/openapi_int.h"

#define MINOR_KNOWN 2 /* OpenAPI 3.2 */

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool holds(const char *p, size_t len, const char *word)
{
	return memmem(p, len, word, strlen(word)) != NULL;
}

const char *format_of_text(const char *p, size_t len)
{
	size_t head = len < 4096 ? len : 4096;

	if (len > 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		head -= 3;
	}
	for (; head > 0 && strchr(" \t\r\n", *p); p++)
		head--;
	if (head > 6 && memcmp(p, "#%RAML", 6) == 0)
		return "a RAML document";
	if (head == 0 || *p != '<')
		return NULL;
	if (holds(p, head, "schemas.xmlsoap.org/wsdl") || holds(p, head, "www.w3.org/ns/wsdl"))
		return "a WSDL document";
	if (holds(p, head, "wadl.dev.java.net"))
		return "a WADL document";
	if (holds(p, head, "docs.oasis-open.org/odata"))
		return "OData metadata";
	return NULL;
}

/* A member that only documents of another format have. */
static const char *other_format(const struct tree_node *root)
{
	static const struct {
		const char *key, *format;
	} others[] = {
		{"asyncapi", "an AsyncAPI document"},
		{"swaggerVersion", "a Swagger 1 document"},
		{"arazzo", "an Arazzo document"},
		{"overlay", "an Overlay document"},
		{"name_for_model", "a plugin manifest, which names its description in api.url"},
		{"discoveryVersion", "a discovery document"},
		{"openrpc", "an OpenRPC document"},
		{"raml", "a RAML document"},
		{"__schema", "a GraphQL schema"},
		{"mcpServers", "a configuration of MCP servers"},
		{"blueprint", "an API Blueprint"},
	};
	const struct tree_node *info = tree_get(root, "info");
	const struct tree_node *log = tree_get(root, "log");

	for (size_t i = 0; i < COUNT(others); i++)
		if (tree_get(root, others[i].key))
			return others[i].format;
	if (tree_get(info, "_postman_id") ||
		strstr(node_text(tree_get(info, "schema")), "/collection/"))
		return "a Postman collection";
	if (tree_get(log, "entries") && tree_get(log, "creator"))
		return "a HAR file";
	if (node_is(tree_get(root, "_type"), "export"))
		return "an export of an API client";
	if (node_is(tree_get(root, "jsonrpc"), "2.0"))
		return "a JSON-RPC message";
	if (tree_get(root, "$schema") && !tree_get(root, "paths"))
		return "a JSON Schema";
	return NULL;
}

/* "3.1.0", or the number 3.1 of YAML without quotes. */
static bool read_openapi(struct importer *im)
{
	char *end;
	unsigned long minor;

	if (im->version[0] != '3' || im->version[1] != '.')
		return im->version[0] == '3' && im->version[1] == '\0';
	minor = strtoul(im->version + 2, &end, 10);
	if (end == im->version + 2 || (*end && !strchr(".-+", *end)) || minor > 99)
		return false;
	im->minor = (unsigned)minor;
	im->newer = minor > MINOR_KNOWN;
	return true;
}

static bool read_swagger(const struct importer *im)
{
	return strcmp(im->version, "2.0") == 0 || strcmp(im->version, "2") == 0;
}

static bool refuse_version(struct importer *im, const struct tree_node *at)
{
	const char *v = im->version;

	if (node_text(tree_get(im->root, "swagger")) == v && v[0] == '1')
		findings_refuse(&im->findings, at, FINDING_OTHER_FORMAT, "a Swagger 1 document");
	else
		findings_refuse(&im->findings, at, FINDING_VERSION_UNKNOWN, v);
	return false;
}

bool format_detect(struct importer *im)
{
	const struct tree_node *openapi = tree_get(im->root, "openapi");
	const struct tree_node *swagger = tree_get(im->root, "swagger");
	const char *other;

	if (tree_kind(im->root) != TREE_OBJECT) {
		findings_refuse(&im->findings, im->root, FINDING_NOT_AN_OBJECT, NULL);
		return false;
	}
	im->version = node_text(openapi ? openapi : swagger);
	if (openapi) {
		bool known = read_openapi(im);

		im->dialect = im->minor ? SCHEMA_OPENAPI_3_1 : SCHEMA_OPENAPI_3_0;
		return known || refuse_version(im, openapi);
	}
	if (swagger) {
		im->dialect = SCHEMA_SWAGGER_2_0;
		return read_swagger(im) || refuse_version(im, swagger);
	}
	other = other_format(im->root);
	findings_refuse(&im->findings, im->root,
		other ? FINDING_OTHER_FORMAT : FINDING_FORMAT_UNKNOWN, other);
	return false;
}
