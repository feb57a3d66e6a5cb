#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tenant first: a statement on a table that has a tenant_id begins its WHERE with "tenant_id = ?", an
# INSERT names tenant_id, and one that must look across tenants carries a comment right before it:
# /* cross-tenant: why */. SQL text stands in store/ alone (and in platform/db*.c, for the session).
tables=$(cat sql/[0-9]*.sql | perl -0777 -ne '
	print join " ", map { /^(\w+)/ && $1 } grep { /^\s*tenant_id\s/m }
		/CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+\s*\(.*?\n\))/gsi')
[ -n "$tables" ] || { echo "no table with a tenant_id found in sql/"; exit 1; }
find cgi-src -name '*.c' | sort | TABLES=$tables xargs perl -0777 -ne '
	BEGIN { %owned = map { $_ => 1 } split / /, $ENV{TABLES} }
	my ($file, $text) = ($ARGV, $_);
	my %macro;
	$macro{$1} = $2 while $text =~ /^#define[ \t]+([A-Z_0-9]+)[ \t\\\n]+((?:"(?:\\.|[^"\\\n])*"(?:[ \t]|\\\n)*)+)$/mg;
	# A macro is judged where it is used.
	$text =~ s{^#define(?:[^\n\\]|\\\n|\\.)*}{ my $gone = $&; $gone =~ s/[^\n]/ /g; $gone }gme;
	# Literals that stand side by side (with macros and comments between) are one statement.
	my ($sql, $note, $start) = (undef, "", 0);
	my $flush = sub {
		return unless defined $sql;
		my ($statement, $cross) = ($sql, $note =~ /cross-tenant:\s*\w/);
		($sql, $note) = (undef, "");
		return unless $statement =~ /^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s/;
		my $verb = $1;
		my $line = 1 + (substr($text, 0, $start) =~ tr/\n//);
		my $say = sub { print "$file:$line: $_[0]: $statement\n"; $bad = 1 };
		if ($file !~ m{^cgi-src/(store/|platform/db)}) { $say->("SQL outside of store/"); return }
		my @owned = grep { $owned{$_} } $statement =~ /\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)/g;
		return if !@owned || $cross;
		if ($verb =~ /INSERT|REPLACE/) {
			$say->("tenant_id is not given") unless $statement =~ /INTO\s+\w+\s*\([^)]*\btenant_id\b/;
		} elsif ($statement !~ /\bWHERE\s+(?:\w+\.)?tenant_id\s*=\s*\?/) {
			$say->("WHERE does not begin with tenant_id = ?");
		}
	};
	while ($text =~ m{\G(?:(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|(\b[A-Z_][A-Z_0-9]*\b)(?!\])|(\s+)|(.))}gs) {
		my ($comment, $string, $word, $space, $other) = ($1, $2, $3, $4, $5);
		if (defined $comment) { $note .= $comment unless defined $sql }
		elsif (defined $string) {
			$start = $-[2] unless defined $sql;
			$sql .= substr $string, 1, -1;
		} elsif (defined $word) {
			if (exists $macro{$word}) {
				my $value = $macro{$word};
				$start = $-[3] unless defined $sql;
				$sql .= join "", $value =~ /"((?:\\.|[^"\\\n])*)"/g;
			} else { $flush->() if defined $sql }
		} elsif (defined $other) {
			if (defined $sql) { $flush->() }
			# A note reaches over "[ST_X] =" and "(" to its statement, and no further.
			$note = "" if $other =~ /[;{}]/;
		}
	}
	$flush->();
	END { exit($bad ? 1 : 0) }'
