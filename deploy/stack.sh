# SPDX-License-Identifier: Apache-2.0
# One running Grantry with all it needs, in one folder: database, sandbox provider, programs, web
# server. Used by ./start, for people and for tests. Sourced by bash after lib.sh; the caller sets
# ROOT, VAR, RUN (its sockets and pid files), BIN, and PORT, FRONT, SANDBOX, DB_SOCKET as below.

PARTS="database sandbox refreshd settings connect api web" # in this order up, in the other order down
PROGRAMS="settings connect api"

# --- processes: each part has RUN/NAME.pid with "PID START-TIME", so that a number that was given to
# --- another program since is never taken for ours

process_start_time() { # PID
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
	# shellcheck disable=SC2086 # fields after the name, which may hold spaces
	set -- ${stat##*) }
	[ "$1" != Z ] && printf '%s' "${20}"
}

part_pid() { # NAME: prints the pid while that very process lives
	local pid started
	[ -e "$RUN/$1.pid" ] && read -r pid started <"$RUN/$1.pid" || return 1
	[ "$(process_start_time "$pid")" = "$started" ] && printf '%s' "$pid"
}

part_spawn() { # NAME COMMAND…: in a session of its own, so that Ctrl-C reaches ./start alone
	local name=$1 pid
	shift
	setsid "$@" </dev/null >>"$VAR/log/$name.log" 2>&1 9>&- &
	pid=$!
	printf '%s %s\n' "$pid" "$(process_start_time "$pid")" >"$RUN/$name.pid"
}

part_await() { # NAME TEST…: until the test succeeds; gives up when the process ends or after 30 s
	local name=$1 deadline=$((SECONDS + 30))
	shift
	until "$@" >/dev/null 2>&1; do
		part_pid "$name" >/dev/null || part_failed "$name" "ended at once"
		[ "$SECONDS" -lt "$deadline" ] || part_failed "$name" "is not ready after 30 s"
		sleep 0.05
	done
}

part_failed() { # NAME WHAT
	say "The $1 $2; the end of $VAR/log/$1.log:" >&2
	tail -n 15 "$VAR/log/$1.log" >&2
	exit 1
}

part_stop() { # NAME: asks, waits, and insists after 30 s; fails when it had to insist
	local pid deadline=$((SECONDS + 30))
	pid=$(part_pid "$1") || {
		rm -f "$RUN/$1.pid"
		return 0
	}
	kill -TERM "$pid" 2>/dev/null
	while part_pid "$1" >/dev/null; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			say "The $1 did not end by itself and was killed." >&2
			kill -KILL -- "-$pid" 2>/dev/null
			rm -f "$RUN/$1.pid"
			return 1
		fi
		sleep 0.05
	done
	rm -f "$RUN/$1.pid"
}

# --- the whole ---

stack_running() {
	[ -e "$VAR/stack.json" ] && part_pid web >/dev/null &&
		{ [ ! -e "$RUN/database.pid" ] || part_pid database >/dev/null; }
}

stack_stop() {
	local name parts="" status=0
	for name in $PARTS; do parts="$name $parts"; done
	for name in $parts; do part_stop "$name" || status=1; done
	rm -f "$VAR/stack.json" "$RUN/stopping"
	return $status
}

stack_start() {
	stack_folders
	[ -n "$DB_SOCKET" ] || stack_database
	[ "$SANDBOX" != yes ] || stack_sandbox
	stack_secrets
	stack_configure
	"$BIN/grantry" -c "$VAR/grantry.conf" migrate --admin-socket "$DB_SOCKET" >>"$VAR/log/setup.log" 2>&1 ||
		part_failed setup "did not succeed"
	[ "$DEMO" = no ] || stack_demo
	stack_programs
	stack_web
	stack_describe
}

stack_folders() {
	local name
	umask 077
	for name in run log tmp empty db-passwords refresh; do mkdir -p "$VAR/$name"; done
	chmod 700 "$VAR"
}

# fill TEMPLATE FILE: the @NAMES@ of the templates in deploy/.
fill() {
	sed -e "s|@ROOT@|$ROOT|g" -e "s|@VAR@|$VAR|g" -e "s|@RUN@|$RUN|g" \
		-e "s|@DB_SOCKET@|$DB_SOCKET|g" \
		-e "s|@BIND@|127.0.0.1|g" -e "s|@PORT@|$PORT|g" -e "s|@PREFIX@|${PREFIX:-}|g" -e "s|@PUBLIC_ORIGIN@|${PUBLIC_ORIGIN:-$(stack_address)}|g" \
		-e "s|@PROVIDERS@|${PROVIDERS:-$ROOT/providers}|g" -e "s|@APACHE_MODULES@|/usr/lib/apache2/modules|g" "$ROOT/deploy/$1" >"$2"
}

stack_address() {
	printf 'http://127.0.0.1:%s' "$PORT"
}

# --- ports ---

port_free() { # PORT: can it be taken on the loopback address?
	perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
		LocalAddr => "127.0.0.1", LocalPort => $ARGV[0])' "$1" 2>/dev/null
}

port_any() { # one that the kernel says is free
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# --- database ---

# The database user root is the system's root, told by the socket. For another user, who may not be
# called root there, it has no password; the folder, open to that user alone, keeps the others out.
stack_database() {
	local me
	DB_SOCKET=$RUN/db.sock
	me=$(id -un)
	fill mariadb.cnf "$VAR/mariadb.cnf"
	if [ ! -d "$VAR/db/mysql" ]; then
		rm -rf "$VAR/db"
		mariadb-install-db --no-defaults --datadir="$VAR/db" --tmpdir="$VAR/tmp" --user="$me" --skip-test-db \
			--innodb-log-file-size=16M --auth-root-authentication-method=socket \
			--auth-root-socket-user="$me" >"$VAR/log/setup.log" 2>&1 || part_failed setup "did not succeed"
	fi
	part_spawn database "$(command -v mariadbd)" --defaults-file="$VAR/mariadb.cnf" --user="$me"
	part_await database mariadb-admin --no-defaults --socket="$RUN/db.sock" --user="$me" ping
	[ "$me" = root ] || mariadb --no-defaults --socket="$RUN/db.sock" --user="$me" -e \
		"ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('')"
}

# --- secrets and configuration ---

# One password a database user; the users are those that sql/grants.sql names.
stack_secrets() {
	local user
	for user in $(grep -oE "'grantry_[a-z]+'" "$ROOT/sql/grants.sql" | tr -d "'" | sort -u); do
		[ -s "$VAR/db-passwords/$user" ] && continue
		rm -f "$VAR/db-passwords/$user"
		head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$VAR/db-passwords/$user"
		chmod 400 "$VAR/db-passwords/$user"
	done
}

stack_configure() {
	fill grantry.conf "$VAR/grantry.conf"
	if [ "$SANDBOX" != no ]; then
		printf '\n# The sandbox provider, which only an operator may let in.\negress_allow = %s\noperator.sandbox_origin = %s\n' \
			"$SANDBOX" "$SANDBOX" \
			>>"$VAR/grantry.conf"
	fi
	[ -z "$CONF" ] || cat "$CONF" >>"$VAR/grantry.conf"
	[ -e "$VAR/keys/current" ] ||
		"$BIN/grantry" -c "$VAR/grantry.conf" key-create >>"$VAR/log/setup.log" 2>&1 ||
		part_failed setup "did not succeed"
}

# --- sandbox provider ---

stack_sandbox() {
	local port=0
	[ ! -s "$VAR/sandbox.port" ] || port=$(<"$VAR/sandbox.port")
	[ "$port" = 0 ] || port_free "$port" || port=0
	: >"$VAR/log/sandbox.log"
	part_spawn sandbox "$(command -v node)" "$ROOT/tests/sandbox/sandbox.mjs" --port "$port" --state "$VAR/sandbox"
	part_await sandbox grep -q '^sandbox ready ' "$VAR/log/sandbox.log"
	SANDBOX=$(sed -n 's/^sandbox ready //p' "$VAR/log/sandbox.log")
	# Kept over restarts: connected credentials point to it.
	printf '%s\n' "${SANDBOX##*:}" >"$VAR/sandbox.port"
}

# --- demo data: once. A sign-in opens the workspace that a person joined first, and it shall always be
# --- the same one; the clock counts seconds ---

stack_demo() {
	[ ! -e "$VAR/demo" ] || return 0
	{
		operator tenant add "Acme Research" &&
			operator tenant add "Acme Labs" &&
			GRANTRY_CLOCK_SHIFT_S=-60 operator user add ada@acme.test --name "Ada Lovelace" --tenant "Acme Research" --role owner &&
			operator user add ada@acme.test --name "Ada Lovelace" --tenant "Acme Labs" --role owner &&
			operator user add ben@acme.test --name "Ben Bitdiddle" --tenant "Acme Research" --role member
	} >>"$VAR/log/setup.log" 2>&1 || part_failed setup "did not succeed"
	[ "$SANDBOX" = no ] || stack_demo_client
	touch "$VAR/demo"
}

# The Default client of the sandbox provider, so that Add OAuth works at once.
stack_demo_client() {
	local file=$VAR/tmp/client.json
	printf '{"client_id": "sandbox-client-2", "client_secret": "sandbox-secret-2"}\n' >"$file"
	operator client set grantry/sandbox/sandbox_drive --file "$file" >>"$VAR/log/setup.log" 2>&1 ||
		part_failed setup "did not succeed"
	rm -f "$file"
}

operator() { # COMMAND…: the command line of this installation
	"$BIN/grantry" -c "$VAR/grantry.conf" "$@"
}

# --- programs and web server ---

stack_programs() {
	local name
	for name in $PROGRAMS; do
		rm -f "$RUN/$name.sock"
		part_spawn "$name" "$BIN/$name.fcgi" -c "$VAR/grantry.conf" -s "$RUN/$name.sock" -n "$WORKERS"
	done
	part_spawn refreshd "$BIN/grantry-refreshd" -c "$VAR/grantry.conf"
	for name in $PROGRAMS; do part_await "$name" test -S "$RUN/$name.sock"; done
}

stack_web() {
	local as=()
	# As root the web server still gets a user of its own, who may only pass the folders' permissions.
	[ "$(id -u)" != 0 ] || as=(setpriv --reuid=www-data --regid=www-data --clear-groups --no-new-privs
		--bounding-set=-all,+dac_override --inh-caps=-all,+dac_override --ambient-caps=+dac_override)
	fill "$FRONT.conf" "$VAR/$FRONT.conf"
	case $FRONT in
	lighttpd) part_spawn web "${as[@]}" "$(command -v lighttpd)" -D -f "$VAR/lighttpd.conf" ;;
	apache) part_spawn web "${as[@]}" "$(command -v apache2)" -D FOREGROUND -f "$VAR/apache.conf" ;;
	esac
	part_await web curl -sf -o /dev/null "$(stack_address)${PREFIX:-}/api/ready"
}

# What tests and people need to know, in one file.
stack_describe() {
	printf '{"address":"%s","front":"%s","sandbox":"%s","var":"%s","config":"%s","bin":"%s"}\n' \
		"$(stack_address)" "$FRONT" "$SANDBOX" "$VAR" "$VAR/grantry.conf" "$BIN" >"$VAR/stack.json"
}
