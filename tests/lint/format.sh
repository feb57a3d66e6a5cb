#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# .clang-format decides the style; "make format" applies it.
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }
faults=$(find cgi-src tests -name '*.[ch]' -not -path '*/node_modules/*' | sort |
	xargs clang-format --dry-run -Werror 2>&1 | grep -E '(error|warning): ' | sed 's/ \[-W.*//')
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
