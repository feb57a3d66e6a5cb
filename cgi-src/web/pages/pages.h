/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers of the settings pages and of the authorization pages, one a route. What each reads from the URL
 * and the form is said above its definition; what its page shows, in the head of its template.
 */
#ifndef GRANTRY_WEB_PAGES_PAGES_H
#define GRANTRY_WEB_PAGES_PAGES_H

#include "web/ctx.h"

/* sign_in.c */
enum rc page_home(struct ctx *c);
enum rc page_sign_in(struct ctx *c);
enum rc page_sign_in_post(struct ctx *c);
enum rc page_sign_out_post(struct ctx *c);
enum rc page_password(struct ctx *c);
enum rc page_password_post(struct ctx *c);
enum rc page_workspace_post(struct ctx *c);
enum rc page_language_post(struct ctx *c);
enum rc page_csp_report_post(struct ctx *c);

/* provider_list.c, members.c */
enum rc page_data_sources(struct ctx *c);
enum rc page_tools(struct ctx *c);
enum rc page_members(struct ctx *c);

/* provider.c */
enum rc page_provider_home(struct ctx *c);

/* api_key.c */
enum rc page_api_key(struct ctx *c);
enum rc page_api_key_post(struct ctx *c);
enum rc page_edit(struct ctx *c);
enum rc page_edit_post(struct ctx *c);

/* client.c */
enum rc page_client(struct ctx *c);
enum rc page_client_post(struct ctx *c);
enum rc page_client_remove(struct ctx *c);
enum rc page_client_remove_post(struct ctx *c);

/* credential.c */
enum rc page_rename(struct ctx *c);
enum rc page_rename_post(struct ctx *c);
enum rc page_delete(struct ctx *c);
enum rc page_delete_post(struct ctx *c);
enum rc page_default_post(struct ctx *c);
enum rc page_disable(struct ctx *c);
enum rc page_disable_post(struct ctx *c);
enum rc page_enable_post(struct ctx *c);

/* credential_check.c */
enum rc page_test_post(struct ctx *c);
enum rc page_scopes(struct ctx *c);

/* runtime_keys.c */
enum rc page_runtime_keys(struct ctx *c);
enum rc page_runtime_key_add(struct ctx *c);
enum rc page_runtime_key_add_post(struct ctx *c);
enum rc page_runtime_key_revoke(struct ctx *c);
enum rc page_runtime_key_revoke_post(struct ctx *c);

/* webhooks.c */
enum rc page_webhooks(struct ctx *c);
enum rc page_webhook_add(struct ctx *c);
enum rc page_webhook_add_post(struct ctx *c);
enum rc page_webhook_remove(struct ctx *c);
enum rc page_webhook_remove_post(struct ctx *c);
enum rc page_webhook_test_post(struct ctx *c);
enum rc page_delivery_again_post(struct ctx *c);

/* api_tools.c */
enum rc page_api_tools(struct ctx *c);
enum rc page_api_tool(struct ctx *c);
enum rc page_api_tool_operations_post(struct ctx *c);
enum rc page_api_tool_delete(struct ctx *c);
enum rc page_api_tool_delete_post(struct ctx *c);

/* api_tool_import.c, api_tool_draft.c */
enum rc page_api_tool_new(struct ctx *c);
enum rc page_api_tool_new_post(struct ctx *c);
enum rc page_api_tool_import(struct ctx *c);
enum rc page_api_tool_import_post(struct ctx *c);
enum rc page_api_tool_check_post(struct ctx *c);
enum rc page_api_draft(struct ctx *c);
enum rc page_api_draft_post(struct ctx *c);
enum rc page_api_draft_discard_post(struct ctx *c);

/* api_tool_call.c */
enum rc page_api_operation(struct ctx *c);
enum rc page_api_operation_post(struct ctx *c);

/* api_tool_edit.c, api_tool_auth.c, api_tool_oauth.c */
enum rc page_api_tool_edit(struct ctx *c);
enum rc page_api_tool_edit_post(struct ctx *c);
enum rc page_api_tool_auth(struct ctx *c);
enum rc page_api_tool_auth_item(struct ctx *c);
enum rc page_api_tool_auth_item_post(struct ctx *c);
enum rc page_api_tool_auth_remove_post(struct ctx *c);
enum rc page_api_tool_oauth(struct ctx *c);
enum rc page_api_tool_oauth_post(struct ctx *c);
enum rc page_api_tool_oauth_remove_post(struct ctx *c);

/* connect.c */
enum rc page_allow_access(struct ctx *c);
enum rc page_allow_access_post(struct ctx *c);
enum rc page_connect_link(struct ctx *c);
enum rc page_connect_return(struct ctx *c);
enum rc page_callback(struct ctx *c);
enum rc page_flow(struct ctx *c);
enum rc page_flow_replace_post(struct ctx *c);

/* system.c */
enum rc page_system(struct ctx *c);
enum rc page_system_post(struct ctx *c);
enum rc page_self_test(struct ctx *c);

#endif
