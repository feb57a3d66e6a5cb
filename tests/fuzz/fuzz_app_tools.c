/* SPDX-License-Identifier: Apache-2.0
 *
 * What a runtime says about the tools of an app: refused, or each entry names a tool of a provider in lines of text.
 */
#include <string.h>

#include "domain/tool/app_tools.h"
#include "domain/tool/app_tools_parse.h"
#include "must.h"
#include "platform/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct app_tools_said said;

	if (app_tools_parse((const char *)data, size, &said) != RC_OK)
		return 0;
	MUST(said.n <= APP_TOOLS_MAX);
	for (size_t i = 0; i < said.n; i++) {
		const struct app_tool_said *item = &said.items[i];

		MUST(text_is_line(item->tool_name, strlen(item->tool_name), APP_TOOLS_TEXT_CHARS));
		MUST(item->provider_id[0] || item->provider_name[0]);
		MUST(item->provider_type[0] && item->place && item->credential && item->sha256);
	}
	app_tools_said_release(&said);
	return 0;
}
