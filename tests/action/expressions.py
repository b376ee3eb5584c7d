# SPDX-License-Identifier: ISC
"""The expressions of workflows, ${{ ... }}, as far as steps use them: contexts, literals, operators
and the functions of strings and JSON."""

import json
import re


class Bad(ValueError):
    pass


TOKEN = re.compile(r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|'(?P<text>(?:[^']|'')*)'"
                   r"|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||[=!<>]=|[!<>().,\[\]*]))")


def fill(text, contexts):
    """A value of a workflow file with its expressions evaluated. What is one expression and
    nothing else keeps its type."""
    if not isinstance(text, str):
        return text
    whole = re.fullmatch(r"\s*\$\{\{(.*?)\}\}\s*", text, re.S)
    if whole and "${{" not in whole[1]:
        return evaluate(whole[1], contexts)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: as_text(evaluate(m[1], contexts)), text,
                  flags=re.S)


def condition(text, contexts):
    """The truth of an `if`, whose ${{ }} may be left out. One that asks for no status asks for
    success, too."""
    text = "success()" if text is None else str(text)
    inner = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.S)
    text = inner[1] if inner else text
    if not re.search(r"\b(always|success|failure|cancelled)\s*\(", text):
        text = f"success() && ({text})"
    return is_true(evaluate(text, contexts))


def evaluate(text, contexts):
    parser = Parser(text, contexts)
    value = parser.either()
    if parser.at < len(parser.tokens):
        raise Bad(f"unexpected {parser.tokens[parser.at][1]!r} in {text!r}")
    return value


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (dict, list)):
        return "Object" if isinstance(value, dict) else "Array"
    return str(value)


def is_true(value):
    return isinstance(value, (dict, list)) or value not in (None, False, 0, "")


def as_number(value):
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def equal(a, b):
    """Strings without regard to case; values of different kinds as numbers."""
    if isinstance(a, str) and isinstance(b, str):
        return a.lower() == b.lower()
    if isinstance(a, (dict, list)) or isinstance(b, (dict, list)):
        return a is b
    return type(a) is type(b) and a == b or as_number(a) == as_number(b)


def look_up(value, key):
    """Names of contexts and their members are without regard to case, too."""
    if isinstance(value, dict):
        return next((value[name] for name in value if name.lower() == str(key).lower()), None)
    if isinstance(value, list) and isinstance(key, (int, float)) and 0 <= key < len(value):
        return value[int(key)]
    return None


def replace(pattern, *values):
    return re.sub(r"\{\{|\}\}|\{(\d+)\}", lambda m: as_text(values[int(m[1])]) if m[1]
                  else m[0][0], pattern)


def to_json(value):
    return json.dumps(value, indent=2, ensure_ascii=False)


FUNCTIONS = {
    "format": replace,
    "tojson": to_json,
    "fromjson": lambda text: json.loads(text),
    "contains": lambda where, what: any(equal(one, what) for one in where)
    if isinstance(where, list) else as_text(what).lower() in as_text(where).lower(),
    "startswith": lambda text, part: as_text(text).lower().startswith(as_text(part).lower()),
    "endswith": lambda text, part: as_text(text).lower().endswith(as_text(part).lower()),
    "join": lambda parts, glue=",": as_text(glue).join(map(as_text, parts)),
}


class Parser:
    def __init__(self, text, contexts):
        self.contexts = contexts
        self.tokens, at = [], 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if not found:
                raise Bad(f"not an expression: {text!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    def takes(self, *signs):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" \
                and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def needs(self, sign):
        if not self.takes(sign):
            raise Bad(f"{sign!r} is missing")

    # Both sides are evaluated always: nothing here has effects.
    def either(self):
        value = self.both()
        while self.takes("||"):
            other = self.both()
            value = value if is_true(value) else other
        return value

    def both(self):
        value = self.comparison()
        while self.takes("&&"):
            other = self.comparison()
            value = other if is_true(value) else value
        return value

    def comparison(self):
        value = self.negation()
        while sign := self.takes("==", "!=", "<", ">", "<=", ">="):
            other = self.negation()
            if sign in ("==", "!="):
                value = equal(value, other) == (sign == "==")
            else:
                a, b = as_number(value), as_number(other)
                value = {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[sign]
        return value

    def negation(self):
        return not is_true(self.negation()) if self.takes("!") else self.member()

    def member(self):
        value = self.primary()
        while sign := self.takes(".", "["):
            if sign == ".":
                kind, name = self.tokens[self.at]
                if kind != "name":
                    raise Bad(f"{name!r} behind a dot")
                self.at += 1
                value = look_up(value, name)
            else:
                value = look_up(value, self.either())
                self.needs("]")
        return value

    def primary(self):
        if self.takes("("):
            value = self.either()
            self.needs(")")
            return value
        if self.at >= len(self.tokens):
            raise Bad("an expression ends too early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text.replace("''", "'")
        if kind != "name":
            raise Bad(f"unexpected {text!r}")
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        if self.takes("("):
            return self.call(text)
        if text.lower() not in {name.lower() for name in self.contexts}:
            raise Bad(f"there is no context {text!r} here")
        return look_up(self.contexts, text)

    def call(self, name):
        arguments = []
        while not self.takes(")"):
            arguments.append(self.either())
            self.takes(",")
        status = self.contexts.get("job", {}).get("status", "success")
        if name in ("always", "success", "failure", "cancelled"):
            return name == "always" or status == {"cancelled": "cancelled"}.get(name, name)
        if name.lower() not in FUNCTIONS:
            raise Bad(f"there is no function {name!r} here")
        return FUNCTIONS[name.lower()](*arguments)
