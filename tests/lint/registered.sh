#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file that is built, shipped or tested stands in Makefile.am, and what stands there exists.
# Whole folders may stand there too (docs, fuzz corpora): they are shipped with all they hold.
set -u
bad=0
listed=$(mktemp)
trap 'rm -f "$listed"' EXIT

tr -s ' \t\\' '\n' <Makefile.am | grep -E '^[a-zA-Z0-9._-]+(/[a-zA-Z0-9._-]+)*$' | sort -u >"$listed"

for file in $(find cgi-src deploy docs providers sql static templates tests -type f \
	-not -path '*/node_modules/*' -not -path 'tests/work/*' -not -name '*.o' -not -name '*~' \
	-not -name '.*.swp' 2>/dev/null | sort); do
	known=no
	path=$file
	while [ "$path" != . ]; do
		if grep -qxF -- "$path" "$listed"; then
			known=yes
			break
		fi
		path=$(dirname "$path")
	done
	if [ "$known" = no ]; then
		echo "$file: not in Makefile.am"
		bad=1
	fi
done

for path in $(grep -E '^(cgi-src|deploy|docs|providers|sql|static|templates|tests)/' "$listed"); do
	case $path in
	tests/unit/test_* | tests/db/test_* | tests/fuzz/fuzz_*) [ -e "$path" ] || path=$path.c ;;
	esac
	if [ ! -e "$path" ]; then
		echo "Makefile.am: $path does not exist"
		bad=1
	fi
done
exit $bad
