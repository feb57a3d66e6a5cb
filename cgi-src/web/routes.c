/* SPDX-License-Identifier: Apache-2.0 */
#include "web/routes.h"

#include "web/api/api.h"
#include "web/api/health.h"
#include "web/pages/pages.h"

#define TABLE(routes)                                                                              \
	{                                                                                          \
		routes, sizeof(routes) / sizeof((routes)[0])                                       \
	}

#define SECTION ":section=data-sources|tools"
#define PROVIDER "/" SECTION "/:org/:plugin/:provider"
#define CREDENTIAL PROVIDER "/credentials/:credential"
#define API_TOOL "/api-tools/:tool=UUID"
#define API_DRAFT "/api-tools/drafts/:draft=UUID"
#define CONNECT "/connect/" SECTION "/:org/:plugin/:provider"
#define CALLBACK "/console/api/oauth/plugin/:org/:plugin/:provider/:kind/callback"

#define GET(path, handler, action)                                                                 \
	{                                                                                          \
		REQ_GET, path, handler, action, GATE_SESSION, REQ_BODY_NONE                        \
	}
#define POST(path, handler, action)                                                                \
	{                                                                                          \
		REQ_POST, path, handler, action, GATE_SESSION, REQ_BODY_FORM                       \
	}
#define UPLOAD(path, handler, action)                                                              \
	{                                                                                          \
		REQ_POST, path, handler, action, GATE_SESSION, REQ_BODY_UPLOAD                     \
	}

static const struct route settings[] = {
	{REQ_GET, "/sign-in", page_sign_in, ACTION_NONE, GATE_PUBLIC, REQ_BODY_NONE},
	{REQ_POST, "/sign-in", page_sign_in_post, ACTION_NONE, GATE_PUBLIC, REQ_BODY_FORM},
	{REQ_POST, "/csp-report", page_csp_report_post, ACTION_NONE, GATE_REPORT,
		REQ_BODY_CSP_REPORT},
	POST("/sign-out", page_sign_out_post, ACTION_ACCOUNT),
	GET("/password", page_password, ACTION_ACCOUNT),
	POST("/password", page_password_post, ACTION_ACCOUNT),
	POST("/workspace", page_workspace_post, ACTION_ACCOUNT),
	POST("/language", page_language_post, ACTION_ACCOUNT),
	GET("/", page_home, ACTION_VIEW),
	GET("/data-sources", page_data_sources, ACTION_VIEW),
	GET("/tools", page_tools, ACTION_VIEW),
	GET("/members", page_members, ACTION_VIEW),
	GET("/system", page_system, ACTION_SYSTEM),
	POST("/system", page_system_post, ACTION_SYSTEM),
	/* where the self-test ends up when something before us changes paths */
	{REQ_GET, "/self-test", page_self_test, ACTION_NONE, GATE_PROBE, REQ_BODY_NONE},
	{REQ_GET, "/:before/connect/self-test", page_self_test, ACTION_NONE, GATE_PROBE,
		REQ_BODY_NONE},
	GET("/runtime-keys", page_runtime_keys, ACTION_RUNTIME_MANAGE),
	GET("/runtime-keys/add", page_runtime_key_add, ACTION_RUNTIME_MANAGE),
	POST("/runtime-keys/add", page_runtime_key_add_post, ACTION_RUNTIME_MANAGE),
	GET("/runtime-keys/:key/revoke", page_runtime_key_revoke, ACTION_RUNTIME_MANAGE),
	POST("/runtime-keys/:key/revoke", page_runtime_key_revoke_post, ACTION_RUNTIME_MANAGE),
	GET("/webhooks", page_webhooks, ACTION_RUNTIME_MANAGE),
	GET("/webhooks/add", page_webhook_add, ACTION_RUNTIME_MANAGE),
	POST("/webhooks/add", page_webhook_add_post, ACTION_RUNTIME_MANAGE),
	GET("/webhooks/:webhook/remove", page_webhook_remove, ACTION_RUNTIME_MANAGE),
	POST("/webhooks/:webhook/remove", page_webhook_remove_post, ACTION_RUNTIME_MANAGE),
	POST("/webhooks/:webhook/test", page_webhook_test_post, ACTION_RUNTIME_MANAGE),
	POST("/webhooks/deliveries/:delivery/send-again", page_delivery_again_post,
		ACTION_RUNTIME_MANAGE),
	GET("/api-tools", page_api_tools, ACTION_VIEW),
	GET("/api-tools/new", page_api_tool_new, ACTION_API_TOOL_MANAGE),
	UPLOAD("/api-tools/new", page_api_tool_new_post, ACTION_API_TOOL_MANAGE),
	UPLOAD("/api-tools/check", page_api_tool_check_post, ACTION_API_TOOL_MANAGE),
	GET(API_DRAFT, page_api_draft, ACTION_API_TOOL_MANAGE),
	UPLOAD(API_DRAFT, page_api_draft_post, ACTION_API_TOOL_MANAGE),
	POST(API_DRAFT "/discard", page_api_draft_discard_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL, page_api_tool, ACTION_VIEW),
	POST(API_TOOL "/operations", page_api_tool_operations_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/operations/:operation", page_api_operation, ACTION_VIEW),
	UPLOAD(API_TOOL "/operations/:operation", page_api_operation_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/edit", page_api_tool_edit, ACTION_API_TOOL_MANAGE),
	UPLOAD(API_TOOL "/edit", page_api_tool_edit_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/import", page_api_tool_import, ACTION_API_TOOL_MANAGE),
	UPLOAD(API_TOOL "/import", page_api_tool_import_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/delete", page_api_tool_delete, ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/delete", page_api_tool_delete_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/authorization", page_api_tool_auth, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/authorization/add", page_api_tool_auth_item, ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/authorization/add", page_api_tool_auth_item_post, ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/authorization/items/:item", page_api_tool_auth_item, ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/authorization/items/:item", page_api_tool_auth_item_post,
		ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/authorization/items/:item/remove", page_api_tool_auth_remove_post,
		ACTION_API_TOOL_MANAGE),
	GET(API_TOOL "/authorization/oauth2", page_api_tool_oauth, ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/authorization/oauth2", page_api_tool_oauth_post, ACTION_API_TOOL_MANAGE),
	POST(API_TOOL "/authorization/oauth2/remove", page_api_tool_oauth_remove_post,
		ACTION_API_TOOL_MANAGE),
	GET(PROVIDER, page_provider_home, ACTION_VIEW),
	GET(PROVIDER "/api-key", page_api_key, ACTION_CREDENTIAL_MANAGE),
	POST(PROVIDER "/api-key", page_api_key_post, ACTION_CREDENTIAL_MANAGE),
	GET(PROVIDER "/client", page_client, ACTION_CLIENT_MANAGE),
	POST(PROVIDER "/client", page_client_post, ACTION_CLIENT_MANAGE),
	GET(PROVIDER "/client/remove", page_client_remove, ACTION_CLIENT_MANAGE),
	POST(PROVIDER "/client/remove", page_client_remove_post, ACTION_CLIENT_MANAGE),
	GET(CREDENTIAL "/edit", page_edit, ACTION_CREDENTIAL_MANAGE),
	POST(CREDENTIAL "/edit", page_edit_post, ACTION_CREDENTIAL_MANAGE),
	POST(CREDENTIAL "/default", page_default_post, ACTION_CREDENTIAL_MANAGE),
	GET(CREDENTIAL "/rename", page_rename, ACTION_CREDENTIAL_OWN),
	POST(CREDENTIAL "/rename", page_rename_post, ACTION_CREDENTIAL_OWN),
	GET(CREDENTIAL "/delete", page_delete, ACTION_CREDENTIAL_OWN),
	POST(CREDENTIAL "/delete", page_delete_post, ACTION_CREDENTIAL_OWN),
	POST(CREDENTIAL "/test", page_test_post, ACTION_CREDENTIAL_OWN),
	GET(CREDENTIAL "/scopes", page_scopes, ACTION_CREDENTIAL_OWN),
	GET(CREDENTIAL "/disable", page_disable, ACTION_CREDENTIAL_SWITCH),
	POST(CREDENTIAL "/disable", page_disable_post, ACTION_CREDENTIAL_SWITCH),
	POST(CREDENTIAL "/enable", page_enable_post, ACTION_CREDENTIAL_SWITCH),
};

static const struct route authorization[] = {
	{REQ_GET, "/connect/self-test", page_self_test, ACTION_NONE, GATE_PROBE, REQ_BODY_NONE},
	GET("/connect/:org/:plugin/:provider", page_connect_link, ACTION_VIEW),
	GET("/connect/returns/:request", page_connect_return, ACTION_VIEW),
	GET(CONNECT, page_allow_access, ACTION_CONNECT),
	POST(CONNECT, page_allow_access_post, ACTION_CONNECT),
	GET("/connect/flows/:flow", page_flow, ACTION_CONNECT),
	POST("/connect/flows/:flow", page_flow_replace_post, ACTION_CONNECT),
	{REQ_GET, CALLBACK, page_callback, ACTION_NONE, GATE_CALLBACK, REQ_BODY_NONE},
	{REQ_GET, CALLBACK "/:context", page_callback, ACTION_NONE, GATE_CALLBACK, REQ_BODY_NONE},
};

#define CREDENTIALS "/api/v1/credentials"
#define RUNTIME(method, path, handler, body)                                                       \
	{                                                                                          \
		method, path, handler, ACTION_NONE, GATE_KEY, body                                 \
	}

static const struct route api[] = {
	RUNTIME(REQ_GET, "/api/v1/workspace", api_workspace, REQ_BODY_NONE),
	RUNTIME(REQ_GET, "/api/v1/connect-requests/:request", api_connect_request, REQ_BODY_NONE),
	RUNTIME(REQ_GET, CREDENTIALS, api_list, REQ_BODY_NONE),
	RUNTIME(REQ_GET, CREDENTIALS "/:credential", api_handout_id, REQ_BODY_NONE),
	RUNTIME(REQ_GET, CREDENTIALS "/:org/:plugin/:provider", api_handout, REQ_BODY_NONE),
	RUNTIME(REQ_GET, "/api/v1/credential", api_handout_reference, REQ_BODY_NONE),
	RUNTIME(REQ_POST, CREDENTIALS "/:credential/rejected", api_rejected, REQ_BODY_JSON),
	RUNTIME(REQ_POST, "/api/v1/api-tools/:tool/operations/:operation", api_invoke,
		REQ_BODY_LARGE),
	RUNTIME(REQ_GET, "/api/v1/registry", api_registry, REQ_BODY_NONE),
	RUNTIME(REQ_PUT, "/api/v1/registry", api_registry_put, REQ_BODY_JSON),
	RUNTIME(REQ_GET, "/api/v1/apps/:app/tools", api_app_tools, REQ_BODY_NONE),
	RUNTIME(REQ_PUT, "/api/v1/apps/:app/tools", api_app_tools_put, REQ_BODY_LARGE),
	RUNTIME(REQ_GET, "/api/v1/api-tools", api_api_tools, REQ_BODY_NONE),
	RUNTIME(REQ_GET, "/api/v1/api-tools/:tool", api_api_tool, REQ_BODY_NONE),
	{REQ_GET, "/api/health", api_health, ACTION_NONE, GATE_PROBE, REQ_BODY_NONE},
	{REQ_GET, "/api/ready", api_ready, ACTION_NONE, GATE_PROBE, REQ_BODY_NONE},
};

const struct route_table routes_settings = TABLE(settings);
const struct route_table routes_connect = TABLE(authorization);
const struct route_table routes_api = TABLE(api);
