#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Messages: every key that C or a template uses is in messages/en_US.yaml, every key there is used, every language has
# every key with the same values, links and marks, and no template says anything that is not a message.
# C uses a key in say(), say_count() and MESSAGE().
export LC_ALL=C
perl -e '
	use strict; use warnings;
	my $bad = 0;
	sub fault { print "$_[0]\n"; $bad = 1 }
	sub slurp { open my $f, "<", $_[0] or die "$_[0]: $!\n"; local $/; my $t = <$f>; $t }

	# --- the files: flat, one line a text, double quotes (docs/translating.md) ---
	my (%texts, %line);
	for my $file (sort glob "messages/*.yaml") {
		my ($key, $n) = (undef, 0);
		for (split /\n/, slurp($file)) {
			$n++;
			next if /^\s*(#|$)/;
			if (/^([a-z][a-z0-9_.]*): "([^"\\]*)"$/) { $texts{$file}{$1}{other} = $2; $key = $1 }
			elsif (/^([a-z][a-z0-9_.]*):$/) { $key = $1 }
			elsif (/^  (one|other): "([^"\\]*)"$/ && defined $key) { $texts{$file}{$key}{$1} = $2; next }
			else { fault("$file:$n: is not key: \"text\""); next }
			fault("$file:$n: $key is there twice") if $line{$file}{$key};
			$line{$file}{$key} = $n;
		}
	}
	my $base = "messages/en_US.yaml";
	my $english = $texts{$base} or die "$base: no texts\n";

	# What a text holds besides words, as a sorted list; a language may leave out "one".
	sub parts { join " ", sort map { /^<\/?(.*)>$/ ? "<$1>" : $_ } $_[0] =~ /\{[^}]*\}|<[^>\/]*>/g }
	sub kinds { my %seen; join " ", grep { !$seen{$_}++ } split / /, parts($_[0]) }
	for my $file (sort keys %texts) {
		next if $file eq $base;
		for my $key (sort keys %$english) {
			my $text = $texts{$file}{$key};
			if (!$text) { fault("$file: $key is missing"); next }
			fault("$file:$line{$file}{$key}: $key has no form other") if !defined $text->{other};
			next if !defined $text->{other} || $key =~ /^language\./;
			fault("$file:$line{$file}{$key}: $key has plural forms, the English text has not")
				if defined $text->{one} && !defined $english->{$key}{one};
			for my $form (grep { defined $text->{$_} } qw(one other)) {
				my ($want, $got) = (kinds($english->{$key}{other}), kinds($text->{$form}));
				next if $want eq $got || ($form eq "one" && kinds("{n} $text->{one}") eq kinds("{n} $english->{$key}{other}"));
				fault("$file:$line{$file}{$key}: $key holds \"$got\", the English text \"$want\"");
			}
		}
		for my $key (sort keys %{$texts{$file}}) {
			fault("$file:$line{$file}{$key}: $key is not in $base") unless $english->{$key};
		}
	}

	# --- who uses them ---
	my %used = map { $_ => 1 } qw(language.label language.accepts);
	sub use_key { my ($at, $key) = @_; $used{$key} = 1; fault("$at: $key is not in $base") unless $english->{$key} }
	for my $file (split /\n/, `find cgi-src -name "*.[ch]" | sort`) {
		my $text = slurp($file);
		$text =~ s{/\*.*?\*/}{ (my $c = $&) =~ s/[^\n]//g; $c }gse;
		my $at = sub { "$file:" . (1 + (substr($text, 0, $_[0]) =~ tr/\n//)) };
		while ($text =~ /\b(?:say|say_count)\(\s*[^;]*?"([a-z_]+\.[a-z0-9_.]+)"/g) { use_key($at->($-[1]), $1) }
		while ($text =~ /\bMESSAGE\(\s*"([^"]*)"\s*\)/g) {
			use_key($at->($-[1]), $1);
			my $t = $english->{$1} or next;
			fault($at->($-[1]) . ": $1 has marks, which C does not make") if $t->{other} =~ /</;
		}
	}
	for my $file (sort glob "templates/*.cs") {
		my $text = slurp($file);
		my $at = sub { "$file:" . (1 + (substr($text, 0, $_[0]) =~ tr/\n//)) };
		$text =~ s{<\?cs\s*#.*?\?>}{ (my $c = $&) =~ s/[^\n]/ /g; $c }gse;
		while ($text =~ /\{\{([^ }]*)((?: [^ }]*)*)\}\}/g) {
			my ($key, $values, $where) = ($1, $2, $at->($-[0]));
			use_key($where, $key);
			my $t = $english->{$key} or next;
			for my $name ($values =~ / ([^ =]+)=/g) {
				fault("$where: $key has no value $name") unless
					$name eq "n" && defined $t->{one} || $name eq "a" && $t->{other} =~ /<a>/ ||
					$t->{other} =~ /\{\Q$name\E\}/;
			}
		}
		# what is left when commands, messages and tags are gone is said by the template itself
		my $html = $text;
		$html =~ s/\{\{[^}]*\}\}/ (my $c = $&) =~ s,[^\n], ,g; $c/ge;
		while ($html =~ /<\?cs\s+((?:call|set).*?)\?>/gs) {
			my ($command, $where) = ($1, $at->($-[0]));
			for my $words ($command =~ /"([^"]*)"/g) {
				fault("$where: \"$words\" is not a message") if $words =~ /^[A-Z]| [a-z]|[a-z] /;
			}
		}
		$html =~ s{<\?cs.*?\?>}{ (my $c = $&) =~ s/[^\n]/\x01/g; $c }gse;
		while ($html =~ /\b(?:aria-label|title|placeholder|alt|data-busy|data-label|data-[a-z]*copi?ed|content)="([^"]*)"/g) {
			my ($words, $where) = ($1, $at->($-[1]));
			fault("$where: \"$words\" is not a message")
				if $words =~ /[A-Za-z]{2}/ && $words !~ /^(width=|light|noindex|no-referrer|0;url|https:\/\/$)/;
		}
		$html =~ s{<code\b[^<>]*>[^<]*</code>}{ (my $c = $&) =~ s/[^\n]/ /g; $c }ge;
		$html =~ s{<[!/a-z][^<>]*>}{ (my $c = $&) =~ s/[^\n]/ /g; $c }gie;
		$html =~ s{[a-z-]+="[^"]*"}{ (my $c = $&) =~ s/[^\n]/ /g; $c }ge; # of a macro that prints attributes
		while ($html =~ /[A-Za-z]{2}[^\x01\n]*/g) {
			my ($words, $where) = ($&, $at->($-[0]));
			$words =~ s/\s+$//;
			fault("$where: \"$words\" is not a message") unless $words =~ /^(Grantry|Gr|HTTP|ms)$/;
		}
	}
	for my $key (sort keys %$english) { fault("$base:$line{$base}{$key}: $key is used nowhere") unless $used{$key} }
	exit $bad;
'
