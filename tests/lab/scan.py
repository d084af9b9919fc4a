#!/usr/bin/python3
"""Looks for secrets in files. scan.py SECRETS PATH...

SECRETS holds a secret a line, each a user and a password with a TAB between. Each PATH, a file or a folder, must hold the password in
no form: as it is, in UTF-16, in hexadecimal, in base64 at any offset, with the user before it as Basic has it; nor any token of a
sign-in. Prints what was found where, without the secret; exit status 1 then.
"""

import base64
import os
import re
import sys

TOKEN = re.compile(rb"(?:Negotiate|Kerberos|CredSSP|Basic|NTLM)[ \t]+[A-Za-z0-9+/]{16,}|TlRMTVNTUAA|YII[A-Z][A-Za-z0-9+/]{40}")


def in_base64(data):
    """The text that stands in the base64 of anything that holds DATA, at each of three offsets."""
    for skip in range(3):
        text = base64.b64encode(bytes(skip) + data)
        yield text[(0, 2, 3)[skip] : len(text) // 4 * 4 - 4]


def forms(user, password):
    plain, wide = password.encode(), password.encode("utf-16-le")
    yield "password", plain
    yield "password in UTF-16", wide
    for name, data in (("password", plain), ("password in UTF-16", wide)):
        yield name + " in hexadecimal", data.hex().encode()
        yield name + " in hexadecimal", data.hex().upper().encode()
        for text in in_base64(data):
            yield name + " in base64", text
    yield "user and password of Basic", base64.b64encode((user + ":" + password).encode())


def files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
        for folder, _, names in os.walk(path):
            for name in names:
                yield os.path.join(folder, name)


def main():
    needles = []
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            needles += forms(*line.rstrip("\n").split("\t"))
    found = n_files = 0
    for path in files(sys.argv[2:]):
        n_files += 1
        with open(path, "rb") as file:
            data = file.read()
        shown = {name for name, needle in needles if needle in data}
        if TOKEN.search(data):
            shown.add("token")
        for name in sorted(shown):
            print("%s: %s" % (path, name))
        found += len(shown)
    if not n_files:
        raise SystemExit("scan.py: nothing to look through")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
