#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each library's header has one home; behind it, the library's types are not seen.
# A module's private headers (db_int.h, view_parts.h) belong to the home, its public one does not.
find cgi-src -name '*.[ch]' | sort | xargs awk '
	BEGIN {
		home["mysql"] = "platform/db(_[a-z]+)?\\.c|platform/db_[a-z]+\\.h"
		home["fcgiapp"] = "platform/fcgi(_[a-z]+)?\\.c|platform/fcgi_[a-z]+\\.h"
		home["curl"] = "platform/httpc(_[a-z]+)?\\.c|platform/httpc_[a-z]+\\.h"
		home["ClearSilver"] = "web/view(_[a-z]+)?\\.c|web/view_[a-z]+\\.h"
		home["json"] = "platform/jsonr\\.c"
		home["yaml"] = "platform/yamlev\\.c"
		home["seccomp"] = "platform/confine\\.c"
		home["openssl"] = "platform/jws\\.c"
		home["sodium"] = "platform/(secret|codec|vault)(_[a-z]+)?\\.c"
	}
	/^[ \t]*#[ \t]*include[ \t]*</ {
		header = $0; sub(/.*</, "", header); sub(/>.*/, "", header)
		library = ""
		if (header ~ /^(mysql|mariadb|ma_|errmsg)/) library = "mysql"
		else if (header ~ /^fcgi/) library = "fcgiapp"
		else if (header ~ /^curl\//) library = "curl"
		else if (header ~ /^ClearSilver|^(cs|util|cgi)\//) library = "ClearSilver"
		else if (header ~ /^json/) library = "json"
		else if (header ~ /^yaml/) library = "yaml"
		else if (header ~ /^seccomp/) library = "seccomp"
		else if (header ~ /^openssl\//) library = "openssl"
		else if (header ~ /^sodium/) library = "sodium"
		if (library && FILENAME !~ ("^cgi-src/(" home[library] ")$")) {
			print FILENAME ":" FNR ": <" header "> is not at home here"; bad = 1
		}
	}
	END { exit bad }'
