#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a provider does differently is data in providers/; its name never appears in C.
# The names are the files' own: google_drive.yaml forbids google_drive, googledrive and google.
# Words that programmers need anyway are let through.
words='sandbox|did|one|web|test|box|email|exact|front|linear|regex|diagnosis|threads'
names=$(find providers -name '*.yaml' | while read -r file; do
	stem=$(basename "$file" .yaml)
	printf '%s\n' "$stem" | sed 's/[-_]/[-_ ]?/g'
	printf '%s\n' "${stem%%[-_]*}"
done | grep -vxE "$words" | sort -u | paste -sd '|')
[ -n "$names" ] || exit 0
found=$(grep -rniE --include='*.[ch]' "(^|[^a-z])($names)([^a-z]|\$)" cgi-src)
[ -z "$found" ] && exit 0
printf '%s\n' "$found"
exit 1
