#!/usr/bin/env python3
"""Reads the tables of hvctl-migration(7), and what a recording says was sent.

    table.py rows PAGE          the rows, one a line: heading, number of cells, and the cells, with tabs between
    table.py sent DIR CLASS P   values of property P in the instances of CLASS that requests of the recording embed: TYPE VALUE[, VALUE...]
    table.py answers DIR M      return values that the host answered to method M
"""
import glob
import re
import sys
import xml.etree.ElementTree as ElementTree


def local(element):
    return element.tag.rpartition("}")[2]


# ---- the page ----

def plain(text):
    """A cell without scdoc's marks: a backslash takes the meaning from what follows."""
    return re.sub(r"\\(.)|\*", lambda mark: mark.group(1) or "", text.strip())


def expand(words, text):
    """Words in capital letters stand for longer ones, which may hold such words too."""
    before = None
    while before != text:
        before = text
        for word, meaning in words.items():
            text = re.sub(r"(?<!\S)%s(?!\S)" % word, lambda _: meaning, text)
    return text


def tables(page):
    heading, row = "", []
    with open(page, encoding="utf-8") as lines:
        for line in lines.read().splitlines() + [""]:
            if re.match(r"[|:\[]. ", line) is None and row:
                yield heading, row
                row = []
            if line.startswith("#"):
                heading = line.lstrip("# ")
            elif line.startswith("| "):
                if row:
                    yield heading, row
                row = [plain(line[1:])]
            elif line.startswith(": ") and row:
                row.append(plain(line[1:]))


def rows(page):
    words = {}
    for heading, cells in tables(page):
        if heading == "DESCRIPTION":
            words[cells[0]] = cells[1]
        else:
            print("\t".join([heading, str(len(cells)), *cells[:-1], expand(words, cells[-1])]))


# ---- the bytes ----

def bodies(folder, kind):
    for name in sorted(glob.glob(folder + "/*." + kind + ".xml")):
        body = ElementTree.parse(name).getroot().find("{http://www.w3.org/2003/05/soap-envelope}Body")
        yield from body if body is not None else []


def parse_instance(text):
    if not text.lstrip().startswith("<INSTANCE"):
        return None
    return ElementTree.fromstring(text)


def value_text(value):
    embedded = parse_instance(value.text or "")
    if embedded is not None:
        return embedded.get("CLASSNAME")
    return value.text or '""'


def instances(texts):
    """Every embedded instance in these texts, and those within them."""
    for text in texts:
        instance = parse_instance(text)
        if instance is not None:
            yield instance
            yield from instances(value.text or "" for value in instance.iter("VALUE"))


def sent(folder, class_name, name):
    for body in bodies(folder, "request"):
        for instance in instances(element.text or "" for element in body.iter()):
            if instance.get("CLASSNAME") != class_name:
                continue
            for item in instance:
                if item.get("NAME") == name:
                    array = "[]" if item.tag == "PROPERTY.ARRAY" else ""
                    print(item.get("TYPE") + array, ", ".join(value_text(value) for value in item.iter("VALUE")))


def answers(folder, method):
    for body in bodies(folder, "response"):
        if local(body) == method + "_OUTPUT":
            print(*[element.text for element in body if local(element) == "ReturnValue"])


{"rows": rows, "sent": sent, "answers": answers}[sys.argv[1]](*sys.argv[2:])
