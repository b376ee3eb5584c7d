# SPDX-License-Identifier: ISC
"""A terminal: a pseudo-terminal with somebody behind it who sees what is on the screen."""

import fcntl
import os
import re
import select
import struct
import sys
import termios
import threading
import time
import unicodedata

# Gives the program the terminal that its standard error is, as a shell would.
LAUNCH = ("import fcntl, os, sys, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0); "
          "os.execv(sys.argv[1], sys.argv[1:])")
SEQUENCE = re.compile(r"\x1b\[([?>]?)([\d;:]*)([@-~])")
OTHER_ESCAPES = re.compile(r"\x1b(?:[78=>cM]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0AB])")
MODES = {"25": "cursor", "7": "wrap", "1049": "alternate", "2026": "batch", "1047": "alternate",
         "47": "alternate", "2004": "paste", "1": "keys"}
NORMAL = {"cursor": True, "wrap": True, "alternate": False, "batch": False, "paste": False,
          "keys": False}


def cells(character):
    """How many columns it takes."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Row:
    def __init__(self):
        self.cells = {}             # column -> text; "" behind a wide one
        self.continues = False      # on the next row: the text ran over the edge

    def text(self):
        last = max(self.cells, default=-1)
        text = "".join(self.cells.get(column, " ") for column in range(last + 1))
        return text if self.continues else text.rstrip()


class Screen:
    """What a terminal would show of what it is sent. Where lines aren't reflowed after a resize,
    as in an xterm, what is beyond the edge is gone."""

    def __init__(self, rows, columns, flows=False):
        self.size = rows, columns
        self.flows = flows
        self.rows = [Row()]
        self.gone = []              # rows that left at the top
        self.line = self.column = 0
        self.pending = False        # the next character goes to the next row
        self.modes = dict(NORMAL)
        self.coloured = False       # what is written now
        self.colours = []           # sequences that set one
        self.strange = []           # what no program for plain terminals sends
        self.overlong = []          # rows that ran over the edge, as they were then
        self.clears = self.ups = 0
        self.rest = ""

    def resize(self, rows, columns):
        self.size = rows, columns
        if self.flows:
            self.flow()
        for row in self.rows:
            row.cells = {at: text for at, text in row.cells.items() if at < columns}
        self.column = min(self.column, columns - 1)
        self.scroll()

    def flow(self):
        """Lines that were broken are joined, lines that are too long are broken. The cursor stays
        with its line."""
        rows, line, place = [], "", 0
        for at, row in enumerate(self.rows):
            if at == self.line:
                place = len(rows)
            line += row.text()
            if row.continues and at + 1 < len(self.rows):
                continue
            while True:
                made, line = self.broken(line)
                rows.append(made)
                if not made.continues:
                    break
        self.rows, self.line = rows, place

    def broken(self, text):
        """The first row of a line, and the rest of it."""
        row, column = Row(), 0
        for at, character in enumerate(text):
            width = cells(character)
            if column + width > self.size[1]:
                row.continues = True
                return row, text[at:]
            if width:
                row.cells[column] = character
            if width == 2:
                row.cells[column + 1] = ""
            column += width
        return row, ""

    def scroll(self):
        while len(self.rows) > self.size[0]:
            if self.line < self.size[0] and not self.rows[-1].cells:
                self.rows.pop()
                continue
            self.gone.append(self.rows.pop(0))
            self.line -= 1

    def row(self):
        while self.line >= len(self.rows):
            self.rows.append(Row())
        return self.rows[self.line]

    def down(self):
        self.line += 1
        self.row()
        self.scroll()

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\x1b":
                found = SEQUENCE.match(text, at) or OTHER_ESCAPES.match(text, at)
                if not found:
                    if len(text) - at < 32:
                        self.rest = text[at:]
                        return
                    self.strange.append(repr(text[at:at + 16]))
                    at += 1
                    continue
                if found.re is SEQUENCE:
                    self.control(*found.groups())
                else:
                    self.strange.append(repr(found[0]))
                at = found.end()
                continue
            at += 1
            if character == "\r":
                self.column, self.pending = 0, False
            elif character == "\n":
                self.pending = False
                self.down()
            elif character == "\b":
                self.column, self.pending = max(self.column - 1, 0), False
            elif unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and \
                    character not in "\u00ad\u200d\ufe0f":
                self.strange.append(repr(character))
            else:
                self.put(character)

    def put(self, character):
        width = cells(character)
        if width == 0:
            return
        row = self.row()
        if self.pending or self.column + width > self.size[1]:
            if self.modes["wrap"]:
                self.overlong.append(row.text())
                row.continues = True
                self.column = 0
                self.down()
                row = self.row()
            else:
                self.column = self.size[1] - width
        row.cells[self.column] = character
        if width == 2:
            row.cells[self.column + 1] = ""
        self.column += width
        self.pending = self.column >= self.size[1]
        if self.pending:
            self.column = self.size[1] - 1

    def control(self, private, numbers, final):
        values = [int(part or 0) for part in re.split("[;:]", numbers)] if numbers else []
        first = values[0] if values else 0
        count = max(first, 1)
        self.pending = False if final != "m" else self.pending
        if private == "?" and final in "hl":
            for value in values:
                if str(value) in MODES:
                    self.modes[MODES[str(value)]] = final == "h"
                else:
                    self.strange.append(f"mode {value}")
        elif private:
            self.strange.append(repr(f"{private}{numbers}{final}"))
        elif final == "m":
            self.coloured = any(values)
            if self.coloured:
                self.colours.append(numbers)
        elif final in "AF":
            self.ups += 1
            self.line = max(self.line - count, 0)
            self.column = 0 if final == "F" else self.column
        elif final in "BE":
            self.line = min(self.line + count, self.size[0] - 1)
            self.row()
            self.column = 0 if final == "E" else self.column
        elif final == "C":
            self.column = min(self.column + count, self.size[1] - 1)
        elif final == "D":
            self.column = max(self.column - count, 0)
        elif final == "G":
            self.column = min(count, self.size[1]) - 1
        elif final in "Hf":
            self.line = min(count, self.size[0]) - 1
            self.row()
            self.column = (max(values[1], 1) if len(values) > 1 else 1) - 1
        elif final == "K":
            row = self.row()
            keep = {0: lambda at: at < self.column, 1: lambda at: at > self.column,
                    2: lambda at: False}[first]
            row.cells = {at: text for at, text in row.cells.items() if keep(at)}
            row.continues = False
        elif final == "J":
            self.clears += 1
            if first in (2, 3):
                for row in self.rows:
                    row.__init__()
            elif first == 0:
                del self.rows[self.line + 1:]
                row = self.row()
                row.cells = {at: text for at, text in row.cells.items() if at < self.column}
                row.continues = False
        else:
            self.strange.append(repr(f"{numbers}{final}"))

    def lines(self):
        """What stands on the screen now, a row each."""
        return [row.text() for row in self.rows]

    def text(self):
        """All that is left, above the screen too; rows that are one line are joined."""
        out = ""
        for row in self.gone + self.rows:
            out += row.text() + ("" if row.continues else "\n")
        return out


class Terminal:
    def __init__(self, rows=24, columns=80, flows=False):
        self.master, self.slave = os.openpty()
        self.screen = Screen(rows, columns, flows)
        self.raw = b""
        self.changed = threading.Condition()
        self.ended = False
        self.set_size(rows, columns)
        self.settings = termios.tcgetattr(self.slave)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def set_size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        with self.changed:
            self.screen.resize(rows, columns)
            self.set_size(rows, columns)

    def type(self, keys):
        os.write(self.master, keys)

    def read(self):
        rest = b""
        while not self.ended:
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            with self.changed:
                self.raw += data
                data = rest + data
                # Not in the middle of a character.
                cut = len(data)
                while cut > 0 and cut > len(data) - 4 and data[cut - 1] & 0xc0 == 0x80:
                    cut -= 1
                if cut > 0 and data[cut - 1] >= 0xc0:
                    whole = {0xc: 2, 0xd: 2, 0xe: 3, 0xf: 4}[data[cut - 1] >> 4]
                    cut = cut - 1 if len(data) - cut + 1 < whole else len(data)
                else:
                    cut = len(data)
                rest = data[cut:]
                self.screen.feed(data[:cut].decode("utf-8", "replace"))
                self.changed.notify_all()

    def wait_for(self, truth, timeout=30, what="what was waited for"):
        """Blocks until `truth` of the screen."""
        with self.changed:
            if not self.changed.wait_for(lambda: truth(self.screen), timeout):
                raise TimeoutError(f"{what} did not show within {timeout:.0f} s")

    def wait_for_text(self, *words, timeout=30):
        """Blocks until all of them are on the screen."""
        self.wait_for(lambda screen: all(word in "\n".join(screen.lines()) for word in words),
                      timeout, repr(words))

    def settle(self):
        """Until everything that was written has been read."""
        for _ in range(100):
            if not select.select([self.master], [], [], 0.02)[0]:
                break
            time.sleep(0.01)
        self.ended = True
        self.reader.join(2)

    def launch(self, command):
        return [sys.executable, "-c", LAUNCH, *command]

    def is_tidy(self):
        """None, or what the program has left behind."""
        screen = self.screen
        if screen.modes != NORMAL:
            return f"the terminal's modes are {screen.modes}"
        if screen.coloured:
            return "the terminal writes in colour"
        if screen.column != 0:
            return f"the cursor is in column {screen.column}"
        if termios.tcgetattr(self.slave) != self.settings:
            return "the terminal's settings have changed"
        return None

    def close(self):
        self.ended = True
        self.reader.join(2)
        for descriptor in (self.master, self.slave):
            os.close(descriptor)
