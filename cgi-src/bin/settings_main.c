/* SPDX-License-Identifier: Apache-2.0
 *
 * settings.fcgi: The settings pages. Calls providers only when a button of a page asks for it.
 */
#include "web/app.h"
#include "web/routes.h"

int main(int argc, char **argv)
{
	struct app app = {
		.program = "settings",
		.routes = routes_settings,
		.pages = true,
		.outgoing = true,
	};

	return app_main(&app, argc, argv);
}
