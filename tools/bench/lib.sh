# shellcheck shell=sh
# For the benchmarks of this folder: what tests/cli/lib.sh has, and measuring. Each budget of design.md 5 is one line of TAP that
# holds the figures; those that are times are compared within one run. From the environment besides: MEASURE, FLOOR.
# shellcheck disable=SC1091
. "$(dirname "$0")/../../tests/cli/lib.sh"
# Set by meson; the programs know where their libraries are, and the loader would look there for every other one.
unset LD_LIBRARY_PATH

need() {
    for program in "$@"; do
        command -v "$program" >/dev/null && continue
        printf '1..0 # SKIP %s is missing: tools/setup bench installs it\n' "$program"
        exit 0
    done
}

# measured FILE COMMAND...: runs it, output to $work/out, and adds "CPU KIB TIME" (microseconds) to $work/FILE.
measured() {
    figures=$work/$1
    shift
    said=$*
    status=0
    "$MEASURE" "$@" >"$work/out" 2>"$work/err" 3>>"$figures" || status=$?
    [ "$status" = 0 ] || check 'what is measured works' false
}

# The middle of column $2 (1: CPU, 2: peak memory, 3: time) in $work/$1.
median() {
    sort -n -k "$2,$2" "$work/$1" | awk -v column="$2" '{ all[NR] = $column } END { print all[int((NR + 1) / 2)] }'
}
# The largest likewise.
largest() {
    sort -n -k "$2,$2" "$work/$1" | awk -v column="$2" 'END { print $column }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# within WHAT VALUE LIMIT
within() {
    check "$1: $2, budget $3" awk -v value="$2" -v limit="$3" 'BEGIN { exit !(value <= limit) }'
}

# List of the simulated host's instances as hvctl prints it: lists FORMAT FILE
lists() {
    measured "$2" "$HVCTL" wsman enumerate Hvsim_Bulk --namespace root/hvsim --host "${hv01:?}" -o "$1"
}
