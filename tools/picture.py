#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Shows the program at work for README.md: runs it on a pseudo-terminal against the simulated
GitHub, and draws what stands on the screen as an SVG, or prints it.

    tools/picture.py waiting >doc/waiting.svg
    tools/picture.py --text dispatch
    tools/picture.py --check            compares README.md and its picture with what is so now

In a network of its own, where api.github.com is the simulated server, so that the program does
what it would do outside. Wants namespaces (as root, or where users may make them), unshare and
ip. IDs are always the same; times can differ by a second."""

import argparse
import copy
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unicodedata
import xml.sax.saxutils

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests/e2e"))

import certs                    # noqa: E402
import ghsim                    # noqa: E402
import lives                    # noqa: E402
import logs                     # noqa: E402
import terminal                 # noqa: E402

INSIDE = "PICTURE_INSIDE"
TOKEN = "ghs_only_for_the_picture"
PATIENCE = 120                  # seconds


@dataclasses.dataclass
class Scene:
    arguments: str
    jobs: tuple = (ghsim.Job(),)
    life: str = ""
    until: str = ""             # the screen shows this; else the program has ended
    columns: int = 104


ASKED = "-R octo-org/octo-repo -w deploy.yml -r main"
SLOW = "in_progress:90s completed/success"
SCENES = {
    "dispatch": Scene(ASKED + " -f environment=staging", columns=140),
    "waiting": Scene(
        ASKED + " --wait --wait-timeout 1h",
        jobs=(ghsim.Job("lint", life="in_progress:4s completed/success"),
              ghsim.Job("build (linux, x64)", life="queued:2s in_progress:11s completed/success"),
              ghsim.Job("build (linux, arm64)", life="queued:3s " + SLOW),
              ghsim.Job("test / unit", life="queued:4s in_progress:6s completed/failure"),
              ghsim.Job("test / integration", life="queued:4s " + SLOW),
              ghsim.Job("deploy", life="queued:90s completed/success")),
        life="queued:1s " + SLOW, until=r"in_progress +17s"),
    "failure": Scene(
        ASKED + " --wait",
        jobs=(ghsim.Job("build", ("Run actions/checkout@v5", "Run make"),
                        life="in_progress:3s completed/success"),
              ghsim.Job("deploy", ("Run actions/checkout@v5",
                                   lives.Step("Run make install", "failure")),
                        life="queued:3s in_progress:4s completed/failure")),
        life="in_progress:8s completed/failure", columns=160),
}


# ---- the stage

def go_inside():
    """Starts this script again, in namespaces of its own."""
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--net", "--mount",
                          sys.executable, *sys.argv])


def furnish(folder):
    """api.github.com is here, and nowhere else is anything."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost api.github.com\n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


class Painted(terminal.Screen):
    """A screen that remembers the colour of each character."""

    def __init__(self, *size):
        super().__init__(*size)
        self.colour = ""

    def control(self, private, numbers, final):
        super().control(private, numbers, final)
        if final == "m" and not private:
            self.colour = numbers if numbers.strip("0;") else ""

    def put(self, character):
        super().put(character)
        row = self.row()
        if not hasattr(row, "colours"):
            row.colours = {}
        at = max(row.cells, default=0) if self.pending else self.column - 1
        row.colours[at] = self.colour


def play(scene, binary, folder):
    """The screen as it was at the scene's end."""
    pki = certs.Pki(str(folder / "pki"), only="github good")
    server = ghsim.GitHub("github.com", pki.context("github"), TOKEN, port=443)
    server.workflow("deploy.yml", inputs=None, name="Deploy", run_name="Deploy to production",
                    jobs=scene.jobs, life=scene.life)
    server.log_host = logs.LogHost(pki.context()).start()
    server.start()
    term = terminal.Terminal(40, scene.columns)
    term.screen = Painted(40, scene.columns)
    with term.changed:
        term.screen.feed(f"$ return-dispatch {scene.arguments}\r\n")
    environment = {"GITHUB_TOKEN": TOKEN, "SSL_CERT_FILE": pki.ca, "TERM": "xterm-256color",
                   "LANG": "C.UTF-8"}
    process = subprocess.Popen(term.launch([binary, *scene.arguments.split()]), env=environment,
                               stdin=term.slave, stdout=term.slave, stderr=term.slave, cwd=folder,
                               start_new_session=True)
    try:
        if scene.until:
            wanted = re.compile(scene.until)
            term.wait_for(lambda screen: wanted.search("\n".join(screen.lines())), PATIENCE,
                          scene.until)
            with term.changed:
                rows = copy.deepcopy(term.screen.rows)
        else:
            code = process.wait(PATIENCE)
            term.settle()
            with term.changed:
                term.screen.feed(f"$ echo $?\r\n{code}\r\n" if code else "")
            rows = list(term.screen.rows)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
        server.stop()
        server.log_host.stop()
        term.close()
    while rows and not rows[-1].cells:
        rows.pop()
    return rows


# ---- the drawing

CELL, LINE, MARGIN, BAR = 8.4, 19, 18, 30     # of a font of 14 pixels
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
INK, GROUND, EDGE, DIM = "#d8dee4", "#0d1117", "#3d444d", "#8b949e"


def paint(numbers):
    """The colour that an xterm shows for it (SGR 38;5;N, of the cube 16 to 231)."""
    parts = numbers.split(";")
    if parts[:2] != ["38", "5"]:
        raise ValueError(f"no colour of the cube: {numbers!r}")
    cube = int(parts[2]) - 16
    steps = (0, 95, 135, 175, 215, 255)
    return "#" + "".join(f"{steps[cube // n % 6]:02x}" for n in (36, 6, 1))


def pieces(row):
    """(column, text, colour) of what stands together in one colour."""
    out = []
    for at in sorted(row.cells):
        text, colour = row.cells[at], row.colours.get(at, "")
        if text == " ":
            continue
        gap = at - (out[-1][0] + len(out[-1][1])) if out else 0
        if out and out[-1][2] == colour and gap <= 1:
            out[-1][1] += " " * gap + text
        else:
            out.append([at, text, colour])
    return out


def draw(rows, columns):
    lines = [row.text() for row in rows]
    if any(unicodedata.east_asian_width(character) in "WF" for line in lines for character in line):
        raise ValueError("wide characters are not drawn")
    width, height = MARGIN * 2 + CELL * columns, BAR + MARGIN * 1.5 + LINE * len(rows)
    quote = xml.sax.saxutils.escape
    out = ["<!-- SPDX-License-Identifier: ISC; made by tools/picture.py -->",
           f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
           f' width="{width:.0f}" height="{height:.0f}" role="img"'
           ' aria-labelledby="title text">',
           '<title id="title">A terminal with return-dispatch at work</title>',
           f'<desc id="text">{quote(chr(10).join(lines))}</desc>',
           f'<rect x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="9"'
           f' fill="{GROUND}" stroke="{EDGE}"/>',
           f'<path d="M.5 {BAR}.5H{width - .5:.1f}" stroke="{EDGE}"/>']
    out += [f'<circle cx="{20 + 18 * n}" cy="{BAR / 2 + .5}" r="5" fill="{EDGE}"/>'
            for n in range(3)]
    out.append(f'<g font-family="{FONT}" font-size="14" fill="{INK}" xml:space="preserve">')
    for number, row in enumerate(rows):
        y = BAR + MARGIN + LINE * number + 8
        for at, text, colour in pieces(row):
            fill = f' fill="{paint(colour)}"' if colour else ""
            # The text is as wide as its cells, whatever the font.
            out.append(f'<text x="{MARGIN + CELL * at:.1f}" y="{y:.0f}"'
                       f' textLength="{CELL * len(text):.1f}"{fill}>{quote(text)}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


def text_of(rows):
    return "".join(row.text() + "\n" * (not row.continues) for row in rows)


# ---- what README.md has

def alike(text):
    """Its lines, without what is different each time: times, and a spinner's place."""
    return [re.sub(r"(\d+h)?(\d+m)?\d+s\b", "TIME", re.sub(r"^( *)[-|/\\\\] ", r"\1- ", line)).strip()
            for line in text.splitlines()]


def shown(name):
    """What is shown of a scene; a line of an ellipsis stands for any number of lines."""
    if SCENES[name].until:
        found = re.search(r'<desc id="text">(.*?)</desc>',
                          (TOP / f"doc/{name}.svg").read_text(), re.S)
    else:
        found = re.search(rf"^    (\$ return-dispatch {re.escape(SCENES[name].arguments)}\n"
                          r"(?:    .*\n)*)", (TOP / "README.md").read_text(), re.M)
    return alike(xml.sax.saxutils.unescape(found[1])) if found else ["nothing"]


def check(name, rows):
    """None, or what is shown of the scene, but is not so."""
    if SCENES[name].until:
        played, expected = alike("\n".join(row.text() for row in rows)), shown(name)
    else:
        played, expected = alike(text_of(rows)), shown(name)
    pattern = "".join("(.*\n)*" if line == "…" else re.escape(line) + "\n" for line in expected)
    if not re.fullmatch(pattern, "".join(line + "\n" for line in played)):
        return f"{name}: shown is\n  " + "\n  ".join(expected) + "\nbut it is\n  " + \
            "\n  ".join(played)
    return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(TOP / "build/return-dispatch"))
    parser.add_argument("--text", action="store_true", help="print the screen's text")
    parser.add_argument("--check", action="store_true", help="compare, and draw nothing")
    parser.add_argument("scene", choices=SCENES, nargs="?")
    options = parser.parse_args()
    if bool(options.scene) == options.check:
        parser.error("give a scene, or --check")
    binary = os.path.abspath(options.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is missing; tools/build.sh makes it")
    if INSIDE not in os.environ:
        go_inside()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="picture-"))
    try:
        furnish(folder)
        played = {name: play(SCENES[name], binary, folder)
                  for name in ([options.scene] if options.scene else SCENES)}
    finally:
        shutil.rmtree(folder)
    if options.check:
        wrong = [problem for name, rows in played.items() if (problem := check(name, rows))]
        print("\n".join([*wrong, f"{len(played) - len(wrong)} passed, {len(wrong)} failed"]))
        sys.exit(bool(wrong))
    rows = played[options.scene]
    print(text_of(rows) if options.text else draw(rows, SCENES[options.scene].columns), end="")


if __name__ == "__main__":
    main()
