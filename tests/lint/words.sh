#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing in the tree speaks of the machine it was written on: no home folders, no hosts of package
# registries in lock files; and a reminder names its issue.
bad=0
list() {
	find .ci bench check start README.md configure.ac Makefile.am cgi-src deploy docs messages providers sql static templates \
		tests -type f -not -path '*/node_modules/*' -not -path 'tests/work/*' \
		-not -path tests/lint/words.sh -not -name '*.png' -print0 2>/dev/null
}
if list | xargs -0 grep -nIE '(^|[^a-zA-Z0-9_.-])/(work|root|home/[a-z]+)/[a-zA-Z]'; then
	echo "names a folder of some machine"
	bad=1
fi
if list | xargs -0 grep -nIE '"resolved": *"https?://' /dev/null; then
	echo "a lock file names a registry host"
	bad=1
fi
if find cgi-src tests -name '*.[ch]' -print0 | xargs -0 grep -nIE '\b(TODO|FIXME|XXX)\b' /dev/null | grep -vE '#[0-9]+'; then
	echo "a reminder without its issue"
	bad=1
fi
exit $bad
