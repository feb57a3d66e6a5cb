#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bin → web, cli → domain → store → platform: an #include never points up, web and cli never look into
# store or into each other, and our own headers are named with their folder. Headers do not include each other in a circle.
bad=$(find cgi-src -name '*.[ch]' | sort | xargs awk '
	BEGIN { split("platform store domain web bin", name, " "); for (i in name) rank[name[i]] = i
		rank["cli"] = rank["web"] }
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\""); target = part[2]
		split(FILENAME, dir, "/"); from = dir[2]
		split(target, dir, "/"); to = dir[1]
		why = ""
		if (target !~ /\// || !(to in rank)) why = "is not named with its floor"
		else if (rank[to] > rank[from]) why = "points up"
		else if (rank[to] == rank[from] && to != from) why = "looks next door"
		else if (rank[from] == rank["web"] && to == "store") why = "passes by the domain floor"
		else if (target ~ /\.c$/) why = "is not a header"
		if (why) print FILENAME ":" FNR ": " target " " why
	}')
circles=$(find cgi-src -name '*.h' | sort | xargs awk '
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\""); from = FILENAME; sub("^cgi-src/", "", from)
		print from, part[2]
	}' | tsort 2>&1 >/dev/null | sed 's/^tsort: //')
[ -z "$bad$circles" ] && exit 0
printf '%s\n' "$bad" "$circles" | grep .
exit 1
