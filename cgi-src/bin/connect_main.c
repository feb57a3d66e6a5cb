/* SPDX-License-Identifier: Apache-2.0
 *
 * connect.fcgi: Consent, callback and result of an authorization.
 */
#include "web/app.h"
#include "web/routes.h"

int main(int argc, char **argv)
{
	struct app app = {
		.program = "connect",
		.routes = routes_connect,
		.pages = true,
		.outgoing = true,
	};

	return app_main(&app, argc, argv);
}
