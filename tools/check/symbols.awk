# Symbol table of the private library (nm -A -f sysv) against symbols.list and arrows.list; prints "OBJECT:SYMBOL<tab>TEXT".
BEGIN {
    while ((getline line < list) > 0) {
        n = split(line, word)
        for (i = 2; n && word[1] == "libc" && i <= n; i++)
            libc[word[i]] = 1
        if (n == 3 && word[1] == "room")
            own[word[2]] = "^(" word[3] ")$"
    }
    while ((getline line < arrows) > 0) {
        n = split(line, word)
        for (i = 2; n && word[1] == "pure" && i <= n; i++)
            pure[word[i]] = 1
        for (i = 3; n && word[1] == "room" && i <= n; i++)
            arrow[word[2], word[i]] = 1
    }
    while ((getline line < exports) > 0) {
        if (line ~ /^ *[a-z][a-z0-9_]*;/) {
            gsub(/[ ;]/, "", line)
            is_public[line] = 1
        }
    }
    FS = "|"
}

NF < 7 { next }

{
    n = split($1, word, ":")
    name = word[n]
    sub(/ +$/, "", name)
    object = word[n - 1]
    sub(/.*\//, "", object)
    room = object
    sub(/_.*/, "", room)
    class = $3
    gsub(/ /, "", class)
    section = $7
    gsub(/ /, "", section)
}

# What instrumented builds add.
name ~ /^\.?_*(asan|ubsan|lsan|tsan|sanitizer|odr_asan|gcov|llvm|Lubsan|LASAN)/ || name ~ /^_GLOBAL_OFFSET_TABLE_$/ { next }

class == "U" || class == "w" {
    # The checked twin of a function (_FORTIFY_SOURCE) is the function.
    if (name ~ /^__.*_chk$/)
        name = substr(name, 3, length(name) - 6)
    n_needs++
    need_name[n_needs] = name
    need_object[n_needs] = object
    need_room[n_needs] = room
    next
}

class ~ /^[TRDBVW]$/ { home[name] = room }

section ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && section !~ /^\.data\.rel\.ro/ || section == "*COM*" {
    sub(/\.[0-9]+$/, "", name)
    if (name !~ /^\./)
        printf "%s:%s\t%s: %s is writable data (%s)\n", object, name, object, name, section
}

END {
    for (i = 1; i <= n_needs; i++) {
        name = need_name[i]
        room = need_room[i]
        if (name in home) {
            if (home[name] != room && !((room, home[name]) in arrow) && (room == "base" || !(name in is_public)))
                printf "%s:%s\t%s: %s calls %s of %s\n", need_object[i], name, need_object[i], room, name, home[name]
        } else if (room in pure && !(name in libc) && !(room in own && name ~ own[room])) {
            printf "%s:%s\t%s: pure room %s needs %s\n", need_object[i], name, need_object[i], room, name
        }
    }
}
