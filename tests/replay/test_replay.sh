#!/bin/sh
# Replays every recording of matrix.sh, without hosts, network, user or waiting, and compares what it prints and how it ends with
# what is expected. Prints TAP. Usage: test_replay.sh ROOT-OF-THE-SOURCE; HVCTL in the environment is the command.
set -u
root=${1:?usage: test_replay.sh ROOT}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 TERM=dumb
for variable in $(env | sed -n 's/^\(HVCTL_[A-Z_]*\)=.*/\1/p'); do
    unset "$variable"
done
n_checks=0
n_failed=0
cd "$root/fixtures" || exit 1

# Where that is allowed, there is not even a network to go to.
alone=
if unshare -rn true 2>/dev/null; then
    alone='unshare -rn'
else
    echo '# no namespace without network can be made here: unshare -rn is refused'
fi

# Times of the day differ from run to run.
steady() {
    sed -E 's/"time": ?"[^"]*"/"time": "TIME"/g'
}

check() {
    what=$1
    shift
    n_checks=$((n_checks + 1))
    if "$@" >"$work/why" 2>&1; then
        echo "ok $n_checks - $what"
    else
        n_failed=$((n_failed + 1))
        echo "not ok $n_checks - $what"
        sed 's/^/# /' "$work/why" | head -n 40
    fi
}

as_expected() {
    steady <"$work/out" | diff -u "$1/expected.out" - && steady <"$work/err" | diff -u "$1/expected.err" - &&
        echo "$code" | diff -u "$1/expected.exit" -
}

before=
fixture() {
    code=0
    # The prefix is meant to be split.
    # shellcheck disable=SC2086
    $alone "$HVCTL" fixture replay "../fixtures/$1" >"$work/out" 2>"$work/err" </dev/null || code=$?
    check "$1" as_expected "$1"
    echo "$1" >>"$work/replayed"
}

. "$here/matrix.sh"

for folder in simulated/*/; do
    folder=${folder%/}
    check "$folder is replayed" grep -qxF "$folder" "$work/replayed"
    check "$folder tells where it comes from" grep -q '[A-Za-z]' "$folder/SOURCE"
done

# ---- nothing is missing ----

# Commands that ask no host: nothing of them could be recorded. What trust wants to know is told while TLS begins, below what is
# recorded.
excused='job history
journal export
journal check
journal compact
trust
auth login
auth status
auth logout
fixture record
fixture replay
fixture refresh
fixture verify
fixture show
fixture diff
help
version'
"$HVCTL" help | sed -nE 's/^  hvctl ([a-z-]+( [a-z-]+)*)  .*/\1/p' >"$work/commands"
check 'hvctl help lists the commands' grep -qxF 'vm list' "$work/commands"
is_recorded() {
    grep -qE "^command: hvctl $1( |\$)" simulated/*/fixture.meta
}
is_not_recorded() {
    ! is_recorded "$1"
}
while read -r command; do
    if echo "$excused" | grep -qxF "$command"; then
        check "hvctl $command has nothing to record" is_not_recorded "$command"
    else
        check "hvctl $command is recorded" is_recorded "$command"
    fi
done <"$work/commands"
echo "$excused" | while read -r command; do
    grep -qxF "$command" "$work/commands" || echo "$command"
done >"$work/gone"
check 'only commands are excused' diff /dev/null "$work/gone"

# The network of modifynetworks is the sample's own: it stands in no command, so that nobody could know its stand-in again.
for mode in $("$HVCTL" help sample | grep -oE '\b(vm|storage)-[a-z-]+|\b(modify|enable|check)[a-z]+|compare-[a-z-]+' | sort -u); do
    [ "$mode" = modifynetworks ] || check "hvctl sample $mode is recorded" is_recorded "sample $mode"
done

# VM, storage, planned VM, VM and storage, and the check of storage at the destination (hyperv.md 2.2), as requests say it.
for type in 32768 32769 32770 32771 32772; do
    check "a move of type $type is recorded" \
        grep -qE "NAME=(\"|&quot;)MigrationType(\"|&quot;) .{0,60}VALUE(>|&gt;)$type" simulated/*/*.request.xml
done

check 'no recording holds what it should not' "$HVCTL" fixture verify -q simulated/*/
echo "1..$n_checks"
[ "$n_failed" = 0 ]
