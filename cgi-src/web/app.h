/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a FastCGI program: open what is shared, serve, close.
 */
#ifndef GRANTRY_WEB_APP_H
#define GRANTRY_WEB_APP_H

#include "web/ctx.h"

/** app_main(app, argc, argv): options -c CONFIG, -s SOCKET, -n WORKERS. Returns the exit status. */
int app_main(struct app *app, int argc, char **argv);

#endif
