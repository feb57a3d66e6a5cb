/* SPDX-License-Identifier: Apache-2.0
 *
 * api.fcgi: JSON for runtimes and probes.
 */
#include "web/app.h"
#include "web/routes.h"

int main(int argc, char **argv)
{
	struct app app = {
		.program = "api",
		.routes = routes_api,
		.pages = false,
		.outgoing = false,
	};

	return app_main(&app, argc, argv);
}
