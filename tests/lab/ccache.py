#!/usr/bin/python3
"""Rewrites a Kerberos credential cache file (version 4 of MIT's format), so that tests need not wait for tickets to end.

ccache.py FILE [--ended SECONDS] [--clock SECONDS]

--ended N   every ticket ended N seconds ago and began a day before that
--clock N   the header says that the KDC's clock is N seconds ahead of this machine's: who reads the cache dates its messages so
"""

import argparse
import os
import struct
import time


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise SystemExit("ccache.py: the file ends too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def octets(self):
        return self.take(self.number("I"))


def skip_principal(reader):
    reader.number("I")  # the type of the name
    for _ in range(reader.number("I") + 1):  # the realm stands before the components
        reader.octets()


def skip_credential(reader, data, ended):
    skip_principal(reader)
    skip_principal(reader)
    reader.number("H")  # the type of the key
    reader.octets()
    if ended is not None:
        end = int(time.time()) - ended
        began = end - 86400
        data[reader.at : reader.at + 16] = struct.pack(">IIII", began, began, end, 0)
    reader.take(16 + 1 + 4)  # times, whether another ticket's key is used, flags
    for _ in range(2):  # addresses and authorization data
        for _ in range(reader.number("I")):
            reader.number("H")
            reader.octets()
    reader.octets()
    reader.octets()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--ended", type=int)
    parser.add_argument("--clock", type=int)
    args = parser.parse_args()
    with open(args.file, "rb") as file:
        old = file.read()
    reader = Reader(old)
    if reader.number("H") != 0x0504:
        raise SystemExit("ccache.py: not version 4 of the format")
    header = reader.take(reader.number("H"))
    start = reader.at
    data = bytearray(old)
    skip_principal(reader)
    while reader.at < len(old):
        skip_credential(reader, data, args.ended)
    if args.clock is not None:
        header = struct.pack(">HHii", 1, 8, args.clock, 0)
    with open(args.file + ".new", "wb") as file:
        file.write(struct.pack(">HH", 0x0504, len(header)) + header + data[start:])
    os.replace(args.file + ".new", args.file)


if __name__ == "__main__":
    main()
