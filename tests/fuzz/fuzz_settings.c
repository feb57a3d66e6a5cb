/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of an API tool: refused, or what is written of them says the same again; and wherever their server leads is
 * an origin of our own grammar.
 */
#include <string.h>

#include "domain/tool/settings.h"
#include "must.h"

static void origins_hold(const struct tool_settings *s)
{
	struct tool_origins origins;
	struct url url;

	tool_origins(NULL, s, &origins);
	MUST(origins.n <= 1);
	if (origins.n)
		MUST(url_parse(origins.items[0], URL_HTTP_TOO, &url) == RC_OK && !url.rest[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netpol policy = {.n = 0};
	struct tool_problem problem;
	struct tool_settings one, two;
	struct buf text, again;

	if (tool_settings_parse((const char *)data, size, &one) != RC_OK)
		return 0;
	buf_init(&text, 1 << 20);
	buf_init(&again, 1 << 20);
	MUST(tool_settings_render(&one, &text) == RC_OK);
	MUST(tool_settings_parse(buf_text(&text), text.len, &two) == RC_OK);
	MUST(tool_settings_render(&two, &again) == RC_OK);
	MUST(strcmp(buf_text(&text), buf_text(&again)) == 0);
	if (tool_settings_check(&two, NULL, &policy, &problem) == RC_OK)
		MUST(!strchr(two.server, '@') && strncmp(two.server, "http:", 5) != 0);
	origins_hold(&two);
	tool_settings_release(&one);
	tool_settings_release(&two);
	buf_release(&text);
	buf_release(&again);
	return 0;
}
