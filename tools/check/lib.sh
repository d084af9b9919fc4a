# Shared by the gates: sourced with $gate and $root set. A gate prints one line for each problem, "KEY<tab>TEXT", into judge.
here=$(cd "$(dirname "$0")" && pwd)

die() {
    printf '%s: %s\n' "$gate" "$*" >&2
    exit 2
}

# C files of our own under the given folders of the tree that is checked.
c_files() {
    for folder in "$@"; do
        [ -d "$root/$folder" ] && (cd "$root" && find "$folder" -name '*.[ch]' -type f)
    done | sort
}

# Runs an awk program of this folder over files named on stdin, from the top of the tree, behind the shared C lexing.
over_files() {
    program=$1
    shift
    (cd "$root" && xargs awk -f "$here/c.awk" -f "$here/$program" "$@")
}

# Passes problems through, less those that tools/check/<gate>.allow gives a reason for; fails when any is left. An exception that
# has no reason, or that nothing needs any more, is a problem too.
judge() {
    allow="$root/tools/check/$gate.allow"
    [ -f "$allow" ] || allow=/dev/null
    awk -v gate="$gate" -v allow="$allow" '
        BEGIN {
            FS = "\t"
            while ((getline line < allow) > 0) {
                if (line ~ /^[ \t]*(#|$)/)
                    continue
                key = line
                sub(/[ \t].*/, "", key)
                reason = line
                sub(/^[^ \t]+[ \t]*/, "", reason)
                allowed[key] = 1
                if (reason == "") {
                    print gate ".allow: " key " has no reason"
                    n++
                }
            }
        }
        $1 in allowed { used[$1] = 1; n_excused++; next }
        { print $2; n++ }
        END {
            for (key in allowed) {
                if (!(key in used)) {
                    print gate ".allow: nothing needs the exception for " key
                    n++
                }
            }
            printf "%s: %d problems, %d excused by %s.allow\n", gate, n, n_excused, gate
            exit n > 0
        }'
}
