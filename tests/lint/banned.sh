#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Functions that overflow, keep hidden state, run a shell, or cannot report an error.
find cgi-src tests -name '*.[ch]' -not -path '*/node_modules/*' | sort | xargs perl -0777 -ne '
	BEGIN { $banned = join "|", qw(strcpy strcat sprintf vsprintf strtok atoi atol atoll atof gets system
		popen localtime gmtime ctime asctime rand srand strncpy strncat alloca tmpnam mktemp) }
	s{("(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27)|/\*.*?\*/|//[^\n]*}
		{ my $keep = $&; $keep =~ s/[^\n]/ /g; $keep }gse; # strings and comments become blank
	while (/(?<![\w>.])($banned)\s*\(/g) {
		my $line = 1 + (substr($_, 0, $-[0]) =~ tr/\n//);
		print "$ARGV:$line: $1 is banned\n"; $bad = 1;
	}
	END { exit($bad ? 1 : 0) }'
