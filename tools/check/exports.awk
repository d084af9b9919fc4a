# Names for the gate "exports". what=declared: functions that a header declares; what=named: every hv_ identifier in use.
FNR == 1 { in_typedef = 0 }

{
    text = code($0)
    if (text ~ /^[ \t]*#/)
        next
    if (text ~ /^typedef/)
        in_typedef = 1
    while (match(text, /hv_[A-Za-z0-9_]+[ \t]*\(?/)) {
        name = substr(text, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
        text = substr(text, RSTART + RLENGTH)
        called = sub(/[ \t]*\($/, "", name)
        sub(/[ \t]+$/, "", name)
        if (before !~ /[A-Za-z0-9_]/ && (what == "named" || (called && !in_typedef)))
            print name
    }
    if (text ~ /;[ \t]*$/)
        in_typedef = 0
}
