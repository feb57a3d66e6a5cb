/* SPDX-License-Identifier: Apache-2.0
 *
 * The route tables of the programs.
 */
#ifndef GRANTRY_WEB_ROUTES_H
#define GRANTRY_WEB_ROUTES_H

#include "web/route.h"

extern const struct route_table routes_settings, routes_connect, routes_api;

#endif
