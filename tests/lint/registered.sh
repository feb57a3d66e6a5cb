#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file that is built, shipped or tested stands in Makefile.am, and what stands there exists.
# Whole folders may stand there too (docs, fuzz corpora): they are shipped with all they hold.
set -u
export LC_ALL=C
bad=0
listed=$(mktemp)
trap 'rm -f "$listed" "$listed.not"' EXIT

sed 's/^#.*//' Makefile.am | tr -s ' \t\\' '\n' | grep -E '^[a-zA-Z0-9._@-]+(/[a-zA-Z0-9._@-]+)*$' | sort -u >"$listed"

find cgi-src deploy docs messages providers sql static templates tests -type f \
	-not -path '*/node_modules/*' -not -path 'tests/work/*' -not -name '*.o' -not -name '*~' \
	-not -name '.*.swp' 2>/dev/null | sed -E 's,^(tests/(unit|db|fuzz)/(test|fuzz)_[^/]*)\.c$,\1,' |
	sort | comm -23 - "$listed" >"$listed.not"

while read -r file; do
	path=$file
	while [ "$path" != . ] && ! grep -qxF -- "$path" "$listed"; do path=$(dirname "$path"); done
	if [ "$path" = . ]; then
		echo "$file: not in Makefile.am"
		bad=1
	fi
done <"$listed.not"

for path in $(grep -E '^(cgi-src|deploy|docs|messages|providers|sql|static|templates|tests)/' "$listed"); do
	case $path in
	tests/unit/test_* | tests/db/test_* | tests/fuzz/fuzz_* | tests/cgi/print_* | tests/bench/*) [ -e "$path" ] || path=$path.c ;;
	esac
	if [ ! -e "$path" ]; then
		echo "Makefile.am: $path does not exist"
		bad=1
	fi
done
exit $bad
