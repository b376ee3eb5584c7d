# SPDX-License-Identifier: ISC
"""Reads the part of YAML 1.2 that action files and workflows are written in: block mappings and
sequences, literal and folded text, quoted and plain scalars, flow sequences and mappings on one
line. Anything else is refused. What GitHub's own reader makes of the same files is compared by
validate.sh."""

import json
import re


class Bad(ValueError):
    pass


PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", "0": "\0", "r": "\r", "e": "\x1b"}


def load(text):
    reader = Reader(text)
    value = reader.block(0)
    if reader.peek() is not None:
        reader.fail("more than one document, or a line that is indented differently")
    return value


class Reader:
    def __init__(self, text):
        self.lines = text.split("\n")
        self.at = 0

    def fail(self, why):
        raise Bad(f"line {self.at + 1}: {why}")

    def peek(self):
        """(indent, text) of the next line that is neither blank nor a comment."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            text = line.strip(" ")
            if text and not text.startswith("#"):
                if "\t" in line[:len(line) - len(text)] or line.startswith(("---", "%")):
                    self.fail("tabs, documents and directives are not read")
                return len(line) - len(line.lstrip(" ")), text
            self.at += 1
        return None

    def block(self, indent):
        """The value that begins at the next line, if that is indented at least so much."""
        found = self.peek()
        if found is None or found[0] < indent:
            return None
        indent, text = found
        if text == "-" or text.startswith("- "):
            return self.sequence(indent)
        if split_key(text):
            return self.mapping(indent)
        return self.scalar_lines(indent)

    def sequence(self, indent):
        items = []
        while (found := self.peek()) and found[0] == indent and (found[1] + " ").startswith("- "):
            rest = found[1][1:].lstrip(" ")
            if not strip_comment(rest):
                self.at += 1
                items.append(self.block(indent + 1))
                continue
            inner = indent + len(found[1]) - len(rest)
            if split_key(rest):
                # "- key: value" is a mapping whose first key stands behind the dash.
                self.lines[self.at] = " " * inner + rest
                items.append(self.mapping(inner))
            else:
                items.append(self.value(rest, indent))
        return items

    def mapping(self, indent):
        made = {}
        while (found := self.peek()) and found[0] == indent:
            split = split_key(found[1])
            if not split:
                self.fail(f"not a key: {found[1]!r}")
            key, rest = split
            if key in made:
                self.fail(f"{key} stands twice")
            made[key] = self.value(rest, indent)
        return made

    def value(self, rest, indent):
        """What stands behind a key or a dash, or below it."""
        header = re.fullmatch(r"([|>])([+-]?)( +#.*)?", rest)
        if header:
            self.at += 1
            return self.text(header[1], header[2], indent)
        if not strip_comment(rest):
            self.at += 1
            found = self.peek()
            # A sequence may stand at the indent of its key.
            level = indent if found and (found[1] + " ").startswith("- ") else indent + 1
            return self.block(level)
        return self.scalar_lines(indent + 1, rest)

    def scalar_lines(self, indent, text=None):
        """A scalar in one line, or a plain one that goes on in lines that are indented more."""
        text = self.lines[self.at].strip(" ") if text is None else text
        self.at += 1
        if text[0] in "\"'[{":
            value, rest = flow(text)
            if strip_comment(rest):
                self.fail(f"text behind a value: {rest!r}")
            return value
        if text[0] in "&*!@`%":
            self.fail(f"not read: {text!r}")
        parts = [strip_comment(text)]
        while (found := self.peek()) and found[0] >= indent and self.at and self.lines[self.at - 1]:
            parts.append(strip_comment(found[1]))
            self.at += 1
        if any(": " in part or part.endswith(":") for part in parts):
            self.fail("a plain scalar with a colon")
        return plain(" ".join(parts))

    def text(self, style, chomp, indent):
        lines = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip(" ") and len(line) - len(line.lstrip(" ")) <= indent:
                break
            lines.append(line)
            self.at += 1
        depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")),
                    default=0)
        lines = [line[depth:] for line in lines]
        end = len(lines)
        while end and not lines[end - 1].strip(" "):
            end -= 1
        kept, blank = lines[:end], lines[end:]
        whole = fold(kept) if style == ">" else "\n".join(kept)
        if chomp == "-" or not kept:
            return whole
        return whole + "\n" * (1 + (len(blank) if chomp == "+" else 0))


def fold(lines):
    """Lines become words; a blank line, and one that is indented more, stay as they are."""
    out, before = "", None
    for line in lines:
        apart = not line or line.startswith(" ")
        if before is None:
            out = line
        elif apart or before.startswith(" "):
            out += "\n" + line
        elif not before:
            out += line if out.endswith("\n") else "\n" + line
        else:
            out += " " + line
        before = line
    return out


def strip_comment(text):
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].rstrip(" ")


def split_key(text):
    """("key", what stands behind its colon), or None."""
    if text[0] in "\"'":
        key, rest = quoted(text)
        return (key, rest[1:].lstrip(" ")) if re.match(r":( |$)", rest) else None
    found = re.match(r"([^\s#\[\]{}\"',&*!|>%@`-][^#]*?|-[^\s#][^#]*?):(?: +(.*)|)$", text)
    return (found[1].rstrip(" "), found[2] or "") if found and ": " not in found[1] else None


def quoted(text):
    """The quoted string that the text begins with, and the rest."""
    pattern = r'"((?:[^"\\]|\\.)*)"' if text[0] == '"' else r"'((?:[^']|'')*)'"
    found = re.match(pattern, text)
    if not found:
        raise Bad(f"a quoted string has to end in its line: {text!r}")
    if text[0] == "'":
        return found[1].replace("''", "'"), text[found.end():]
    value = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda m: json.loads(f'"{m[0]}"')
                   if m[1][0] == "u" else ESCAPES[m[1]], found[1])
    return value, text[found.end():]


def flow(text):
    """The value in flow style that the text begins with, and the rest."""
    if text[0] in "\"'":
        return quoted(text)
    if text[0] not in "[{":
        found = re.match(r"[^,\[\]{}]*", text)
        return plain(found[0].strip(" ")), text[found.end():]
    close, items, made = "]" if text[0] == "[" else "}", [], {}
    rest = text[1:].lstrip(" ")
    while not rest.startswith(close):
        if close == "}":
            split = split_key(rest) or re.fullmatch(r"()", rest)
            if not split:
                raise Bad(f"not read: {rest!r}")
            key, rest = split
            made[key], rest = flow(rest)
        else:
            value, rest = flow(rest)
            items.append(value)
        rest = rest.lstrip(" ")
        if rest.startswith(","):
            rest = rest[1:].lstrip(" ")
        elif not rest.startswith(close):
            raise Bad(f"a comma is missing: {rest!r}")
    return (items if close == "]" else made), rest[1:]


def plain(text):
    if text in PLAIN:
        return PLAIN[text]
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+|\d+(\.\d*)?[eE][-+]?\d+)", text):
        return float(text)
    return text
