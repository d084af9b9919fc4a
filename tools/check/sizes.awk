# Sizes; prints "FILE<tab>TEXT" for files and "FILE:FUNCTION<tab>TEXT" for functions.
function end_file() {
    most = file ~ /\.h$/ ? 199 : 800
    if (n_lines > most)
        printf "%s\t%s: %d lines, at most %d\n", file, file, n_lines, most
}

function occurrences(text, pattern) {
    return gsub(pattern, "&", text)
}

function end_function(    length_) {
    length_ = FNR - first + 1
    if (length_ > 100)
        printf "%s:%s\t%s:%d: %s has %d lines, at most 100\n", FILENAME, name, FILENAME, first, name, length_
    else if (length_ > 60)
        printf "long: %s:%d: %s has %d lines\n", FILENAME, first, name, length_ | "cat 1>&2"
    if (complexity > 15)
        printf "%s:%s\t%s:%d: %s has complexity %d, at most 15\n", FILENAME, name, FILENAME, first, name, complexity
    in_function = 0
}

FNR == 1 {
    if (NR > 1)
        end_file()
    file = FILENAME
    first = 0
    in_function = 0
}

{
    n_lines = FNR
    text = code($0)
    if (in_macro || text ~ /^[ \t]*#/) {
        in_macro = text ~ /\\$/
        next
    }
}

!in_function && text ~ /^[A-Za-z_]/ {
    first = FNR
    head = ""
}

!in_function && first {
    head = head " " text
    if (text ~ /\)[ \t]*\{[ \t]*$/) {
        in_function = 1
        complexity = 1
        name = head
        gsub(/__attribute__[ \t]*\(\([^)]*\)\)/, "", name)
        sub(/[ \t]*\(.*/, "", name)
        sub(/.*[ \t*]/, "", name)
        next
    }
    if (text ~ /[;{}][ \t]*$/)
        first = 0
}

in_function {
    if (text ~ /^\}/) {
        end_function()
        first = 0
    } else {
        gsub(/[A-Za-z0-9_]+/, " & ", text)
        complexity += occurrences(text, " (if|for|while|switch) ") + occurrences(text, "&&|\\|\\||\\?")
    }
}

END {
    if (NR)
        end_file()
}
