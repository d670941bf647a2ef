"""A plain reader of records, written from the description of what ZeroClaw reads, to hold the quick one against.

Recursive, over decoded text, one character after the other; shares no code with ``sessiontui``.
"""

from __future__ import annotations

ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
HEX = "0123456789abcdefABCDEF"
TRIMMED = [0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, *range(9, 14), *range(0x2000, 0x200B)]


class Refused(Exception):
    pass


def load(line: bytes) -> tuple[str, str] | None:
    """Role and content; None for a blank line; raises ``Refused`` for what ZeroClaw drops."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Refused from None
    text = text.strip("".join(map(chr, TRIMMED)))
    if not text:
        return None
    reader = Reader(text)
    record = reader.record()
    reader.space()
    if reader.rest():
        raise Refused
    return record


class Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def rest(self) -> str:
        return self.text[self.at :]

    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def eat(self, wanted: str) -> None:
        if not self.text.startswith(wanted, self.at):
            raise Refused
        self.at += len(wanted)

    def space(self) -> None:
        while self.next() and self.next() in " \t\r\n":
            self.at += 1

    def record(self) -> tuple[str, str]:
        if self.next() == "[":
            self.eat("[")
            self.space()
            role = self.string(loose=False)
            self.space()
            self.eat(",")
            self.space()
            content = self.string(loose=False)
            self.space()
            self.eat("]")
            return role, content
        self.eat("{")
        self.space()
        seen: dict[str, str] = {}
        while True:
            name = self.string(loose=False)
            self.colon()
            if name not in ("role", "content"):
                self.value()
            elif name in seen:
                raise Refused
            else:
                seen[name] = self.string(loose=False)
            if not self.comma("}"):
                break
        self.eat("}")
        if len(seen) != 2:
            raise Refused
        return seen["role"], seen["content"]

    def colon(self) -> None:
        self.space()
        self.eat(":")
        self.space()

    def comma(self, close: str) -> bool:
        self.space()
        if self.next() == close:
            return False
        self.eat(",")
        self.space()
        return True

    def value(self) -> None:
        char = self.next()
        if char == "{":
            self.eat("{")
            self.space()
            if self.next() != "}":
                while True:
                    self.string(loose=True)
                    self.colon()
                    self.value()
                    if not self.comma("}"):
                        break
            self.eat("}")
        elif char == "[":
            self.eat("[")
            self.space()
            if self.next() != "]":
                while True:
                    self.value()
                    if not self.comma("]"):
                        break
            self.eat("]")
        elif char == '"':
            self.string(loose=True)
        elif char and char in "-0123456789":
            self.number()
        else:
            word = {"t": "true", "f": "false", "n": "null"}.get(char)
            if word is None:
                raise Refused
            self.eat(word)

    def number(self) -> None:
        if self.next() == "-":
            self.eat("-")
        if self.next() == "0":
            self.eat("0")
            if self.next() and self.next() in "0123456789":
                raise Refused
        else:
            self.digits()
        if self.next() == ".":
            self.eat(".")
            self.digits()
        if self.next() and self.next() in "eE":
            self.at += 1
            if self.next() and self.next() in "+-":
                self.at += 1
            self.digits()

    def digits(self) -> None:
        begin = self.at
        while self.next() and self.next() in "0123456789":
            self.at += 1
        if self.at == begin:
            raise Refused

    def string(self, *, loose: bool) -> str:
        self.eat('"')
        text = ""
        while self.next() != '"':
            char = self.next()
            if not char or char < " ":
                raise Refused
            self.at += 1
            text += self.escape(loose=loose) if char == "\\" else char
        self.eat('"')
        return text

    def escape(self, *, loose: bool) -> str:
        char = self.next()
        self.at += 1
        if char == "u":
            unit = self.unit()
            if loose or not 0xD800 <= unit < 0xE000:
                return chr(unit)
            self.eat("\\u")
            low = self.unit()
            if unit >= 0xDC00 or not 0xDC00 <= low < 0xE000:
                raise Refused
            return chr(0x10000 + (unit - 0xD800) * 0x400 + low - 0xDC00)
        if char not in ESCAPES:
            raise Refused
        return ESCAPES[char]

    def unit(self) -> int:
        digits = self.text[self.at : self.at + 4]
        if len(digits) != 4 or any(digit not in HEX for digit in digits):
            raise Refused
        self.at += 4
        return int(digits, 16)
