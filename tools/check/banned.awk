# Calls against banned.list; prints "FILE:NAME<tab>TEXT".
BEGIN {
    while ((getline line < arrows) > 0) {
        n = split(line, word)
        for (i = 2; n && word[1] == "pure" && i <= n; i++)
            pure[word[i]] = 1
    }
    while ((getline line < list) > 0) {
        if (split(line, word) < 3 || line ~ /^#/)
            continue
        n_rules++
        pattern[n_rules] = "^(" word[1] ")$"
        where[n_rules] = word[2]
        reason[n_rules] = line
        sub(/^[^ ]+ +[^ ]+ +/, "", reason[n_rules])
    }
    if (!n_rules) {
        print "list\tno rule in " list
        exit
    }
}

FNR == 1 {
    split(FILENAME, part, "/")
    library = part[1] == "include" || (part[1] == "src" && part[2] != "cli")
    is_pure = part[1] == "include" || (part[1] == "src" && part[2] in pure)
}

{
    text = code($0)
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
        name = substr(text, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        # A member of that name, or a method pointer, is not the function.
        if (before != "." && before != ">" && !(name in seen_good))
            check(name)
        text = substr(text, RSTART + RLENGTH)
    }
}

function check(name,    i, hit) {
    hit = 0
    for (i = 1; i <= n_rules; i++) {
        if (name !~ pattern[i])
            continue
        hit = 1
        if (where[i] == "all" || (where[i] == "below-cli" && library) || (where[i] == "pure" && is_pure))
            printf "%s:%s\t%s:%d: %s: %s\n", FILENAME, name, FILENAME, FNR, name, reason[i]
    }
    if (!hit)
        seen_good[name] = 1
}
