# Includes against arrows.list; prints "FILE:INCLUDE<tab>TEXT".
BEGIN {
    while ((getline line < list) > 0) {
        n = split(line, word)
        if (n < 2 || word[1] ~ /^#/)
            continue
        for (i = 2; i <= n; i++) {
            if (word[1] == "pure")
                pure[word[i]] = 1
            else if (word[1] == "libc")
                libc[word[i]] = 1
            else if (word[1] == "lib" && i > 2)
                lib[word[2], word[i]] = 1
            else if (word[1] == "public" && i > 2)
                public[word[2], word[i]] = 1
            else if (word[1] == "room" && i > 2)
                arrow[word[2], word[i]] = 1
        }
        if (word[1] == "lib")
            libs[word[2]] = 1
        else if (word[1] == "public")
            some_public[word[2]] = 1
        else if (word[1] == "room")
            rooms[word[2]] = 1
    }
}

FNR == 1 {
    split(FILENAME, part, "/")
    room = part[1] == "include" ? "public" : part[2]
    if (room != "public" && !(room in rooms))
        problem(room, "room " room " does not stand in arrows.list")
}

{
    was_comment = in_comment
    text = code($0)
}

!was_comment && text ~ /^[ \t]*#[ \t]*include/ {
    name = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
    quoted = name ~ /^"/
    name = substr(name, 2)
    sub(/[">].*/, "", name)
    if (quoted)
        check_room(name)
    else
        check_system(name)
}

function problem(name, text) {
    printf "%s:%s\t%s:%d: %s\n", FILENAME, name, FILENAME, FNR, text
}

function check_room(name,    other) {
    if (room == "public") {
        problem(name, "a public header includes \"" name "\", which is not installed")
        return
    }
    other = room
    if (name ~ /\//) {
        other = name
        sub(/\/.*/, "", other)
    } else if (room != "hvsim") {
        problem(name, "write \"room/" name "\", relative to src")
        return
    }
    if (other != room && !((room, other) in arrow))
        problem(name, room " may not include " other " (\"" name "\")")
}

function check_system(name,    prefix, header) {
    if (name ~ /^hvctl\//) {
        header = substr(name, 7)
        if (room in some_public && !((room, header) in public))
            problem(name, room " may not include <" name ">")
        return
    }
    for (prefix in libs) {
        if (index(name, prefix) == 1) {
            if (!((prefix, room) in lib))
                problem(name, room " may not know <" name ">")
            return
        }
    }
    if (room == "public" && name !~ /^std(bool|def|int)\.h$/)
        problem(name, "a public header includes <" name ">")
    else if (room in pure && !(name in libc))
        problem(name, "pure room " room " includes <" name ">")
}
