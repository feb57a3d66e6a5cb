# SPDX-License-Identifier: Apache-2.0
# What ./start, ./check and ./bench share: messages, Debian packages, the build. Sourced by bash;
# the caller has set ROOT, the source tree.

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root and sudo is not installed: $*"
	fi
}

# --- Debian packages ---

# node_is_enough: Node 18 or newer is there, wherever it came from.
node_is_enough() {
	local version
	version=$(node --version 2>/dev/null) || return 1
	version=${version#v}
	[ "${version%%.*}" -ge 18 ]
}

# packages_missing FILE…: those named in the files and not installed, on one line.
packages_missing() {
	local wanted installed name
	wanted=$(cat "$@" | sed 's/#.*//' | tr -s ' \t' '\n' | sort -u)
	if node_is_enough; then
		wanted=$(printf '%s\n' "$wanted" | grep -vxF nodejs)
		! command -v npm >/dev/null || wanted=$(printf '%s\n' "$wanted" | grep -vxF npm)
	fi
	# shellcheck disable=SC2086 # one word each
	installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
		sed -n 's/ installed$//p')
	for name in $wanted; do
		grep -qxF -- "$name" <<<"$installed" || printf '%s ' "$name"
	done
}

# packages_install FILE…: installs what is missing. The services that Debian would start are kept from
# starting (their ports are not ours to take); services that run already are left alone.
packages_install() {
	local missing policy=/usr/sbin/policy-rc.d ours=no status=0
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null || die "please install: $missing"

	say "Installing Debian packages: $missing"
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
		ours=yes
	fi
	# shellcheck disable=SC2086 # one word each
	{
		as_root apt-get -q update &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
				--no-install-recommends $missing
	} </dev/null || status=$?
	[ "$ours" = no ] || as_root rm -f "$policy"
	[ "$status" = 0 ] || die "the packages could not be installed: $missing"
	packages_disable "$missing"
}

# packages_disable NAMES: services that came with the packages just now are not to start at boot either.
packages_disable() {
	local name
	[ -d /run/systemd/system ] || return 0
	for name in lighttpd apache2 mariadb; do
		case " $1 " in
		*" $name "* | *" $name-server "*) as_root systemctl -q disable "$name" || true ;;
		esac
	done
}

# packages_check_fcgi: CVE-2025-23016 is mended in Debian's 2.4.2-2+deb12u1 (security §4.1).
packages_check_fcgi() {
	local version
	version=$(dpkg-query -W -f '${Version}' libfcgi-dev 2>/dev/null) || return 0
	dpkg --compare-versions "$version" ge 2.4.2-2+deb12u1 ||
		say "Warning: libfcgi $version has a known hole (CVE-2025-23016); run apt-get upgrade."
}

# --- build ---

# build DIR TARGET [CONFIGURE-ARGUMENT…]: out of tree, again only where something changed.
# Prints nothing when all is well; the log is DIR.log.
build() {
	local dir=$1 target=$2 log=$1.log
	shift 2
	mkdir -p "$ROOT/build"
	if build_run "$dir" "$target" "$@" >"$log" 2>&1; then
		return 0
	fi
	grep -E -m 20 '(error|warning): |undefined reference|No rule to make|Error [0-9]+$' "$log" >&2 || tail -n 20 "$log" >&2
	say "The build failed; its whole log: $log" >&2
	return 1
}

build_run() {
	local dir=$1 target=$2
	shift 2
	mkdir -p "$dir"
	(
		flock 8
		[ -e "$ROOT/configure" ] && [ -e "$ROOT/Makefile.in" ] || (cd "$ROOT" && autoreconf -fi) || exit
		cd "$dir" || exit
		if [ ! -e Makefile ] || [ "$(cat configured-with 2>/dev/null)" != "$*" ]; then
			"$ROOT/configure" "$@" || exit
			make clean || exit
			printf '%s' "$*" >configured-with
		fi
		# Regenerates configure and Makefile when their sources changed; not safe for two at once.
		make Makefile
	) 8>"$ROOT/build/.lock" && make -C "$dir" -k -j"$(nproc)" "$target"
}

# What the tests and measurements need of npm.
node_packages() {
	local stamp=$ROOT/tests/node_modules/.installed
	[ -e "$ROOT/tests/package.json" ] || return 0
	cmp -s "$ROOT/tests/package-lock.json" "$stamp" && return 0
	echo "# installing the npm packages of tests/package.json"
	(cd "$ROOT/tests" && npm ci --no-fund --no-audit) && cp "$ROOT/tests/package-lock.json" "$stamp"
}
