#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# log-filter.sh FILE: appends standard input to FILE without query strings. The web servers name the whole
# request in some errors ("all handlers for /callback?code=… are down"), and a query may hold a code.
exec sed -u 's/?[^ ]*/?/g' >>"$1"
