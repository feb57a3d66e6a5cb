#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A private Galera cluster for tests: nodes 1, 2, 3 on one machine, each with its own data and its own unix
# socket; they speak to each other on loopback ports. Timeouts are short, so that a dead node is missed for
# about two seconds only.
#
#   galera.sh start DIR        three nodes, ready; prints their sockets, one a line
#   galera.sh join DIR NODE    starts a node that was ended; it has caught up when this returns
#   galera.sh kill DIR NODE    SIGKILL
#   galera.sh pause DIR NODE   SIGSTOP; resume: SIGCONT
#   galera.sh remove DIR       ends all nodes, deletes all of it
#
# User root without password. Exit 77: Galera is not installed. As root the nodes run as the user mysql: rsync,
# which copies the data to a node that joins, would not run as root. Pids are recorded in DIR/NODE/pid; only
# those processes are ever signalled.
set -eu

NODES="1 2 3"

fail() { echo "galera.sh: $*" >&2; exit 1; }

find_tool() { # /usr/sbin is not in every user's PATH
	PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" || {
		echo "galera.sh: $1 is not installed" >&2
		exit 77
	}
}

folder() { # one that belongs to the server
	mkdir -p "$1"
	[ "$(id -u)" != 0 ] || chown mysql: "$1"
	chmod 700 "$1"
}

# NODE: gives $at (its folder), $port, $ist_port and $sst_port.
node() {
	at=$dir/$1
	# shellcheck disable=SC2046 # words
	set -- "$1" $(cat "$dir/ports")
	shift $((1 + ($1 - 1) * 3))
	port=$1 ist_port=$2 sst_port=$3
}

running() { # a recorded pid may have been given to another program since
	[ -s "$at/pid" ] && pid=$(cat "$at/pid") && grep -qs mariadbd "/proc/$pid/comm" && living
}

living() { # what becomes mariadbd counts, what waits to be reaped does not
	grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status"
}

client() { "$(find_tool mariadb)" --no-defaults --socket="$at/db.sock" -uroot -N -B -e "$1"; }

synced() { [ "$(client "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | cut -f2)" = Synced ]; }

addresses() { # of all nodes
	list=
	for each in $NODES; do
		node "$each"
		list=$list${list:+,}127.0.0.1:$port
	done
	echo "$list"
}

# NODE [OPTION…]
launch() {
	all=$(addresses)
	node "$1"
	shift
	running && fail "node $at runs already"
	# The subshell ends at once, so the server belongs to no shell that a test may kill.
	# shellcheck disable=SC2086 # $as is a list of words, so that no shell stands between
	(
		$as "$(find_tool mariadbd)" --no-defaults --datadir="$at/data" --socket="$at/db.sock" \
			--pid-file="$at/mariadbd.pid" --tmpdir="$at/tmp" --log-error="$at/error.log" --skip-networking \
			--character-set-server=utf8mb4 --collation-server=utf8mb4_bin --skip-name-resolve \
			--innodb-buffer-pool-size=32M --innodb-log-file-size=16M --performance-schema=OFF \
			--innodb-flush-log-at-trx-commit=1 --innodb-autoinc-lock-mode=2 --binlog-format=ROW \
			--wsrep-on=ON --wsrep-provider="$library" --wsrep-cluster-name=grantry-test \
			--wsrep-cluster-address="gcomm://$all" --wsrep-node-address=127.0.0.1 \
			--wsrep-sst-method=rsync --wsrep-sst-receive-address="127.0.0.1:$sst_port" \
			--wsrep-provider-options="gmcast.listen_addr=tcp://127.0.0.1:$port;ist.recv_addr=127.0.0.1:$ist_port;gcache.size=16M;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S;evs.install_timeout=PT5S" \
			"$@" </dev/null >/dev/null 2>&1 &
		echo $! >"$at/pid"
	)
	pid=$(cat "$at/pid")
	tries=0
	until synced; do
		living || { tail -n 20 "$at/error.log" >&2; fail "node $at died"; }
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "node $at has not caught up after 60 s"
		sleep 0.1
	done
}

free_ports() { # all open at once, so that they differ
	perl -MIO::Socket::INET -e '@open = map { IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") } 1 .. 9;
		print join(" ", map { $_->sockport } @open), "\n"'
}

start() {
	free_ports >"$dir/ports"
	chmod 711 "$dir"
	for each in $NODES; do
		node "$each"
		folder "$at"
		folder "$at/data"
		folder "$at/tmp"
	done
	node 1
	$as "$(find_tool mariadb-install-db)" --no-defaults --datadir="$at/data" --tmpdir="$at/tmp" --skip-test-db \
		--innodb-log-file-size=16M --auth-root-authentication-method=normal >"$dir/install.log" 2>&1 ||
		{ cat "$dir/install.log" >&2; fail "mariadb-install-db failed"; }
	launch 1 --wsrep-new-cluster
	launch 2
	launch 3
	for each in $NODES; do
		node "$each"
		echo "$at/db.sock"
	done
}

tell() { # SIGNAL
	running || fail "node $at does not run"
	kill "-$1" "$pid"
}

end() { # SIGNAL, of the node that is chosen
	running || { rm -f "$at/pid"; return 0; }
	kill -CONT "$pid"
	kill "-$1" "$pid"
	tries=0
	while running; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { kill -KILL "$pid"; tries=0; }
		sleep 0.05
	done
	rm -f "$at/pid"
}

remove() { # nobody wants the data any more
	for each in $NODES; do
		at=$dir/$each
		end KILL
	done
	rm -rf "$dir"
}

[ $# -ge 2 ] || fail "usage: galera.sh start|remove DIR, or join|kill|pause|resume DIR NODE"
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
as=
[ "$(id -u)" != 0 ] || as="setpriv --reuid=mysql --regid=mysql --clear-groups"
library=/usr/lib/galera/libgalera_smm.so
[ -e "$library" ] && find_tool rsync >/dev/null || { echo "galera.sh: Galera is not installed" >&2; exit 77; }
[ $# -lt 3 ] || node "$3"
case $verb in
start) start ;;
join) launch "$3" ;;
kill) end KILL ;;
pause) tell STOP ;;
resume) tell CONT ;;
remove) remove ;;
*) fail "unknown verb $verb" ;;
esac
