#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Templates (ClearSilver 0.10.5 escapes for HTML text and quoted attributes, and nothing else):
# no construct that prints unescaped or runs a value as a template, no script with data in it, no
# inline handler or style, every attribute quoted, includes by literal name, a contract at the top.
find templates -name '*.cs' | sort | xargs perl -0777 -ne '
	sub fault { my ($at, $why) = @_; my $line = 1 + (substr($_, 0, $at) =~ tr/\n//);
		print "$ARGV:$line: $why\n"; $bad = 1; }
	fault(0, "does not begin with a comment that lists what it reads") unless /^<\?cs #/;
	s{<\?cs\s*#.*?\?>}{ my $c = $&; $c =~ s/[^\n]/ /g; $c }gse;
	fault($-[0], "$1 is forbidden") while /(?:<\?cs\s+|\A)\/?(evar|lvar|uvar|alt|name|escape|linclude)\b/g;
	fault($-[0], "include: is silent about a missing file; use include!\"name.cs\"") while /<\?cs\s+include:/g;
	fault($-[0], "include! takes a literal file name") while /<\?cs\s+include!(?!"[a-z_]+\.cs"\s*\?>)/g;
	fault($-[0], "an escape function makes the whole sum unescaped")
		while /<\?cs\s+var:(?=[^?]*\+)(?=[^?]*(?:html_escape|url_escape|js_escape|text_html|html_strip)\()/g;
	fault($-[0], "<script> holds <?cs") while /<script\b[^>]*>(?:(?!<\/script).)*<\?cs/gs;
	fault($-[0], "inline script") while /<script\b(?![^>]*\bsrc=)[^>]*>/g;
	fault($-[0], "inline style") while /<style\b|\sstyle\s*=/gi;
	fault($-[0], "javascript: URL") while /javascript:/gi;
	my $html = $_;
	$html =~ s{<\?cs.*?\?>}{"\x01" x length $&}gse; # what a command prints is data
	while ($html =~ m{<[a-z][^<>]*>}gi) {
		my ($tag, $at) = ($&, $-[0]);
		fault($at, "inline event handler") if $tag =~ /[\s\x01]on[a-z]+\s*=/i;
		(my $bare = $tag) =~ s/="[^"]*"//g;
		fault($at, "an attribute is not in double quotes") if $bare =~ /=/;
		fault($at, "an attribute\x27s name is data") if $bare =~ /\x01=/;
	}
	END { exit($bad ? 1 : 0) }'
