#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A private MariaDB for tests: own data, own socket, no network, no option files.
#
#   mariadb.sh start DIR [--quick] [-- MARIADBD-OPTION...]   prints the socket path; data in DIR is kept
#   mariadb.sh stop DIR                                      orderly end; no error when none runs
#   mariadb.sh kill DIR                                      SIGKILL, for tests of sudden death
#   mariadb.sh socket DIR                                    prints the socket path
#   mariadb.sh remove DIR                                    stop, then delete all of it
#
# Afterwards: user root without password, empty database grantry_test (utf8mb4, binary collation).
# --quick gives up durability (no flush at commit) for speed. Exit 77: MariaDB is not installed.
# The pid is recorded in DIR/pid; only that process is ever signalled.
set -eu

fail() { echo "mariadb.sh: $*" >&2; exit 1; }

find_tool() { # /usr/sbin is not in every user's PATH
	PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" || {
		echo "mariadb.sh: $1 is not installed" >&2
		exit 77
	}
}

socket_path() { # sun_path holds 107 bytes; a build tree may lie deeper than that
	if [ -s "$dir/socket" ]; then
		cat "$dir/socket"
	elif [ "${#dir}" -le 90 ]; then
		echo "$dir/db.sock" | tee "$dir/socket"
	else
		echo "$(mktemp -d "${TMPDIR:-/tmp}/grantry-db.XXXXXX")/db.sock" | tee "$dir/socket"
	fi
}

running() { # a recorded pid may have been given to another program since
	[ -s "$dir/pid" ] && pid=$(cat "$dir/pid") && grep -qs mariadbd "/proc/$pid/comm" && living
}

living() { # the shell that becomes mariadbd counts, one that waits to be reaped does not
	grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status"
}

create() {
	[ -d "$dir/data/mysql" ] && return
	# Relative, because the tool does not quote: a build tree may have spaces in its name.
	(cd "$dir" && TMPDIR=$dir/tmp "$(find_tool mariadb-install-db)" --no-defaults --datadir=./data \
		--user="$(id -un)" --auth-root-authentication-method=normal --skip-test-db >install.log 2>&1) ||
		{ cat "$dir/install.log" >&2; fail "mariadb-install-db failed"; }
}

await() {
	tries=0
	until "$admin" --no-defaults --socket="$sock" -uroot ping >/dev/null 2>&1; do
		living || { tail -n 20 "$dir/error.log" >&2; fail "mariadbd died"; }
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "mariadbd not ready after 60 s"
		sleep 0.1
	done
}

start() {
	running && fail "already running in $dir"
	mariadbd=$(find_tool mariadbd) admin=$(find_tool mariadb-admin) client=$(find_tool mariadb)
	mkdir -p "$dir/data" "$dir/tmp"
	chmod 700 "$dir/data"
	create
	quick=
	if [ "${1-}" = --quick ]; then
		shift
		quick="--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --sync-binlog=0"
	fi
	[ "${1-}" = -- ] && shift
	sock=$(socket_path)
	# The subshell ends at once, so the server belongs to no shell that a test may kill.
	# shellcheck disable=SC2086 # $quick is a list of words
	(
		"$mariadbd" --no-defaults --user="$(id -un)" --datadir="$dir/data" --socket="$sock" \
			--pid-file="$dir/mariadbd.pid" --tmpdir="$dir/tmp" --log-error="$dir/error.log" \
			--skip-networking --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
			--innodb-buffer-pool-size=64M --innodb-log-file-size=16M --performance-schema=OFF \
			$quick "$@" </dev/null >/dev/null 2>&1 &
		echo $! >"$dir/pid"
	)
	pid=$(cat "$dir/pid")
	await
	"$client" --no-defaults --socket="$sock" -uroot -e \
		"CREATE DATABASE IF NOT EXISTS grantry_test CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
	echo "$sock"
}

end() { # $1: signal
	running || { rm -f "$dir/pid"; return 0; }
	kill "-$1" "$pid"
	tries=0
	while running; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "mariadbd $pid does not end"
		sleep 0.05
	done
	rm -f "$dir/pid"
}

remove() {
	end TERM
	sock=$(socket_path)
	case $sock in
	"$dir"/*) ;;
	*) rm -rf "${sock%/db.sock}" ;;
	esac
	rm -rf "$dir/data" "$dir/tmp"
	rm -f "$dir/socket" "$dir/error.log" "$dir/install.log" "$dir/mariadbd.pid"
	rmdir "$dir" 2>/dev/null || true # somebody else's files stay
}

[ $# -ge 2 ] || fail "usage: mariadb.sh start|stop|kill|socket|remove DIR [--quick] [-- OPTION...]"
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
shift 2
case $verb in
start) start "$@" ;;
stop) end TERM ;;
kill) end KILL ;;
socket) socket_path ;;
remove) remove ;;
*) fail "unknown verb $verb" ;;
esac
