# Lexing of C that the gates share. Line by line: comments become nothing, texts and character constants become empty ones.
FNR == 1 { in_comment = 0 }

function code(line,    out, mark) {
    out = ""
    while (line != "") {
        if (in_comment) {
            if (!match(line, /\*\//))
                return out
            line = substr(line, RSTART + 2)
            in_comment = 0
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/))
            return out line
        out = out substr(line, 1, RSTART - 1)
        mark = substr(line, RSTART, 2)
        if (mark == "//")
            return out
        line = substr(line, RSTART + 1)
        if (mark == "/*") {
            line = substr(line, 2)
            in_comment = 1
        } else if (substr(mark, 1, 1) == "\"") {
            out = out "\"\""
            if (!match(line, /^([^"\\]|\\.)*"/))
                return out
            line = substr(line, RLENGTH + 1)
        } else {
            out = out "''"
            if (!match(line, /^([^'\\]|\\.)*'/))
                return out
            line = substr(line, RLENGTH + 1)
        }
    }
    return out
}
