#!/bin/sh
# The tests of a pipeline that uses hvctl: no host, no network, no password. Prints TAP. Usage: test.sh COUNT_RUNNING FIXTURES, the
# program built from count_running.c and the folder of recordings; HVCTL in the environment is the command.
set -u
count_running=$1
fixtures=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
failed=0

check() {
    n=$((n + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $n - $1"
    else
        failed=1
        echo "not ok $n - $1"
        printf 'wanted: %s\ngot: %s\n' "$3" "$2" | sed 's/^/# /'
    fi
}

# Where that is allowed, no network is there at all.
alone=
if unshare -rn true 2>/dev/null; then
    alone='unshare -rn'
else
    echo '# no namespace without network can be made here: unshare -rn is refused'
fi

# An hvctl for the script under test: its first run is answered by the first recording, its second by the second, and so on.
mkdir "$work/bin"
cat >"$work/bin/hvctl" <<WRAPPER
#!/bin/sh
read -r next <"$work/recordings"
sed -i 1d "$work/recordings"
HVCTL_FIXTURE="$fixtures/\$next" exec "$HVCTL" "\$@"
WRAPPER
chmod +x "$work/bin/hvctl"

# runs RECORDING... -- COMMAND...
runs() {
    : >"$work/recordings"
    while [ "$1" != -- ]; do
        echo "$1" >>"$work/recordings"
        shift
    done
    shift
    # The prefix is meant to be split.
    # shellcheck disable=SC2086
    PATH="$work/bin:$PATH" $alone "$@" 2>&1
    echo "exit $?"
}

check 'the program counts' "$(runs -- "$count_running" "$fixtures/vm-list-plain" host-1)" "$(printf '0\nexit 0')"
check 'the program tells of a host that is down' \
    "$(runs -- "$count_running" "$fixtures/refused-connection" host-1 | tail -n 1)" 'exit 5'
check 'the program is told when it asks what was not recorded' \
    "$(runs -- "$count_running" "$fixtures/host-show" host-1 | tail -n 1)" 'exit 15'

check 'a VM that can move is moved' \
    "$(runs check-app01 migrate-storage -- "$here/move_if_possible.sh" vm-1 host-1 host-2)" \
    "$(printf 'vm-1 is on host-2 now\nexit 0')"
check 'a VM that cannot move is left alone' \
    "$(runs check-refused -- "$here/move_if_possible.sh" vm-1 host-1 host-2)" \
    "$(printf 'vm-1 stays on host-1: it cannot move\nexit 0')"
check 'a move that fails is told' \
    "$(runs check-app01 job-fails-delegation -- "$here/move_if_possible.sh" vm-1 host-1 host-2)" \
    "$(printf 'vm-1 was not moved (hvctl ended with 13)\nexit 1')"

echo "1..$n"
exit $failed
