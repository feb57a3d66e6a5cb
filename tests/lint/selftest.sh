#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A lint that never fails is no lint: one fault a rule is planted in a copy of the tree, and the lint in
# charge must name the planted file.
set -u
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
bad=0
planted=0

tar cf - --exclude=node_modules --exclude=tests/work --exclude=tests/fuzz/corpus \
	.clang-format Makefile.am cgi-src messages providers sql static templates tests | tar xf - -C "$copy"
chmod -R u+w "$copy"
cd "$copy" || exit 99

# plant LINT FILE TEXT: the file, which the rule looks at, gets the text alone.
plant() {
	planted=$((planted + 1))
	[ ! -e "$2" ] || { echo "selftest: $2 is there already"; bad=1; return; }
	mkdir -p "$(dirname "$2")"
	printf '%b\n' "$3" >"$2"
	output=$(sh "tests/lint/$1.sh" 2>&1)
	status=$?
	rm "$2"
	case $status:$output in
	0:*) echo "$1 did not fail: $3"; bad=1 ;;
	*"${4:-$2}"*) ;;
	*) echo "$1 failed without naming ${4:-$2}: $3"; bad=1 ;;
	esac
}

c=cgi-src/store/planted_store.c
t=templates/planted.cs
head='<?cs # planted.cs: reads nothing ?>'

plant floors cgi-src/store/planted.c '#include "domain/provider.h"'
plant floors cgi-src/platform/planted.c '#include "store/ids.h"'
plant floors cgi-src/web/planted.c '#include "store/ids.h"'
plant floors cgi-src/cli/planted.c '#include "store/ids.h"'
plant floors cgi-src/cli/planted.c '#include "web/req.h"'
plant floors cgi-src/web/planted.c '#include "view.h"'
plant floors cgi-src/domain/planted.c '#include "domain/planted2.c"'
printf '#include "domain/planted.h"\n' >cgi-src/domain/planted2.h
plant floors cgi-src/domain/planted.h '#include "domain/planted2.h"' domain/planted2.h
rm cgi-src/domain/planted2.h
plant header_homes cgi-src/store/planted.c '#include <mysql.h>'
plant header_homes cgi-src/platform/planted.c '#include <fcgiapp.h>'
plant header_homes cgi-src/domain/planted.c '#include <curl/curl.h>'
plant header_homes cgi-src/web/planted.c '#include <ClearSilver.h>'
plant header_homes cgi-src/domain/planted.c '#include <json.h>'
plant header_homes cgi-src/domain/planted.c '#include <yaml.h>'
plant header_homes cgi-src/web/planted.c '#include <sodium.h>'
for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'strtok(a, b)' 'atoi(a)' 'atol(a)' 'gets(a)' 'system(a)' \
	'popen(a, b)' 'localtime(&a)' 'gmtime(&a)' 'rand()' 'strncpy(a, b, 1)' 'alloca(8)'; do
	plant banned cgi-src/web/planted.c "int f(void)\n{\n\treturn !!$call; /* why */\n}"
done
plant length cgi-src/web/planted.c "$(seq 601)"
plant format cgi-src/web/planted.c 'int  f( void ) { return 1 ; }'
plant registered cgi-src/web/planted.c 'int f(void);'
plant registered templates/planted.cs "$head"
plant registered tests/unit/test_planted.c 'int main(void);' tests/unit/test_planted
plant registered sql/9999_planted.sql 'SELECT 1;'
plant words cgi-src/web/planted.c "/* see /ho""me/somebody/notes */"
plant words cgi-src/web/planted.c "/* TO""DO: later */"
plant words tests/planted-lock.json '{"resolved": "ht''tps://registry.example/x.tgz"}'

for name in evar lvar uvar alt name linclude; do
	plant templates $t "$head<?cs $name:X ?>"
done
plant templates $t "$head<?cs escape:\"none\" ?><?cs var:X ?><?cs /escape ?>"
plant templates $t '<p>no contract</p>'
plant templates $t "$head<?cs include:\"layout.cs\" ?>"
plant templates $t "$head<?cs include!X ?>"
plant templates $t "$head<?cs include!\"/etc/hostname\" ?>"
plant templates $t "$head<?cs var:html_escape(X) + Y ?>"
plant templates $t "$head<script src=\"/a.js\"><?cs var:X ?></script>"
plant templates $t "$head<script>1</script>"
plant templates $t "$head<p onclick=\"x\">"
plant templates $t "$head<p style=\"x\">"
plant templates $t "$head<a href=\"javascript:x\">"
plant templates $t "$head<a href=<?cs var:X ?>>"
plant templates $t "$head<a href='<?cs var:X ?>'>"

plant messages $t "$head<p>Words of its own</p>"
plant messages $t "$head<p><?cs var:X ?> words</p>"
plant messages $t "$head<p aria-label=\"Words\"></p>"
plant messages $t "$head<?cs call:page_head(\"Words\") ?>"
plant messages $t "$head{{button.nothing}}"
plant messages $t "$head{{button.save who=X}}"
plant messages cgi-src/web/planted.c 'const char *f(struct ctx *c) { return say(c, "button.nothing", NULL); }'
plant messages cgi-src/domain/planted.c 'const char *const key = MESSAGE("button.nothing");'
plant messages messages/planted.yaml 'language.tag: "xx"'
plant messages messages/planted.yaml "$(sed 's/^button.save: .*/button.save: "{who}"/' messages/en_US.yaml)"
plant messages messages/planted.yaml "$(cat messages/en_US.yaml)\nbutton.nothing: \"x\""
plant messages messages/planted.yaml "$(grep -v '^button.save:' messages/en_US.yaml)"
plant messages messages/planted.yaml "$(cat messages/en_US.yaml)\nno text"

plant sql_tenant $c 'static const char *const sql[] = {\n\t[A] = "SELECT id FROM sessions WHERE user_id = ?",\n};'
plant sql_tenant $c 'static const char *const sql[] = {\n\t[A] = "SELECT id FROM sessions"\n\t\t" WHERE id = ? AND tenant_id = ?",\n};'
plant sql_tenant $c 'static const char *const sql[] = {\n\t[A] = "UPDATE oauth_flows SET status = ?",\n};'
plant sql_tenant $c 'static const char *const sql[] = {\n\t[A] = "DELETE FROM oauth_flows WHERE id = ?",\n};'
plant sql_tenant $c 'static const char *const sql[] = {\n\t[A] = "INSERT INTO oauth_flows (id) VALUES (?)",\n};'
plant sql_tenant $c 'static const char *const sql[] = {\n\t/* cross-tenant: sweep */\n\t[A] = "DELETE FROM sessions",\n\t[B] = "DELETE FROM sessions WHERE id = ?",\n};'
plant sql_tenant cgi-src/domain/planted.c 'const char *q = "SELECT id FROM users";'

# Names come from the files of providers/, so this one needs a provider of its own.
printf 'identity:\n' >providers/plantedcloud_drive.yaml
plant provider_names cgi-src/domain/planted.c 'int f(const char *p) { return strcmp(p, "plantedcloud") == 0; }'
plant provider_names cgi-src/domain/planted.c '/* PlantedCloud Drive answers late */'
rm providers/plantedcloud_drive.yaml

# What is right must pass.
for right in 'static const char *const sql[] = {\n\t/* cross-tenant: expiry sweep */\n\t[A] = "DELETE FROM sessions",\n\t[B] = "SELECT 1 FROM sessions s WHERE s.tenant_id = ? AND id = ?",\n};'; do
	printf '%b\n' "$right" >$c
	sh tests/lint/sql_tenant.sh | grep "^$c" && { echo "sql_tenant refuses what is right"; bad=1; }
	rm $c
done

for lint in tests/lint/*.sh; do
	name=$(basename "$lint" .sh)
	[ "$name" = selftest ] || grep -q "^plant $name \|^	plant $name " tests/lint/selftest.sh ||
		{ echo "no fault is planted for $name"; bad=1; }
done
[ "$planted" -gt 0 ] || bad=1
exit $bad
