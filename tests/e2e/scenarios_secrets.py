# SPDX-License-Identifier: ISC
"""What held a secret is cleared before its memory is given back: a later fault that shows memory
shows no token."""

import base64
import os
import shutil
import subprocess

from harness import Skipped, plain_only, scenario

VALUE = "an-inputs-value-5f1a7c2e9b10"
PASSWORD = "hunter2-of-the-proxy"


class Watched:
    """Runs with an allocator that looks for texts in every block that is freed."""
    def __init__(self, t, *texts):
        cc = shutil.which("cc")
        if not cc or not t.setup.on_glibc:
            raise Skipped("no cc here" if not cc else "the C library is not glibc")
        self.t, self.texts, self.report = t, texts, t.path("freed")
        self.library = t.path("watching.so")
        source = os.path.join(os.path.dirname(__file__), "watching_free.c")
        subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", self.library, source],
                       check=True, stdin=subprocess.DEVNULL)

    def __call__(self, **more):
        """What a run needs to be watched; `more` is added to its environment."""
        return {"preload": self.library,
                "env": {"WATCH_REPORT": self.report,
                        "WATCH_FOR": "".join(text + "\n" for text in self.texts), **more}}

    def leaks(self):
        """Which of the texts were in freed blocks since the last call."""
        lines = self.t.read("freed").decode().splitlines()
        os.unlink(self.report)
        freed = [int(line.split()[1]) for line in lines if line.startswith("freed ")]
        self.t.expect(len(freed) == 1 and freed[0] > 20, f"blocks looked at: {freed}")
        return {self.texts[int(line.split()[1])] for line in lines if line.startswith("leak ")}

    def nothing_leaked(self):
        leaks = self.leaks()
        self.t.expect(not leaks, f"freed without being cleared: {leaks}")


@plain_only
@scenario
def the_watching_allocator_sees_what_is_freed(t):
    """What is no secret is not cleared: otherwise the others would prove nothing."""
    hub = t.github()
    watched = Watched(t, "octo-repo")
    t.dispatch(**watched())
    t.found(hub.dispatched[0])
    t.expect(watched.leaks() == {"octo-repo"}, "a text that is freed as it is was not seen")
    t.dispatched(1)


@plain_only
@scenario
def a_dispatch_and_a_wait_free_no_secret(t):
    hub = t.github("ghes-3.20", run_name="Build [{distinct_id}]", life="in_progress:3 "
                   "completed/failure")
    watched = Watched(t, t.token, VALUE)
    t.wait("-f", f"env={VALUE}", **watched())
    t.exits(1)
    watched.nothing_leaked()
    t.wait("--inputs", "@" + t.file("inputs", f'{{"env":"{VALUE}"}}'.encode()), "-v",
           **watched())
    t.exits(1)
    watched.nothing_leaked()
    t.dispatch("--dry-run", "-f", f"env={VALUE}", **watched())
    t.exits(0)
    watched.nothing_leaked()
    t.dispatched(2)


@plain_only
@scenario
def a_token_that_is_renewed_is_not_freed_as_it_is(t):
    hub = t.github(life="in_progress:5 completed/success")
    old, new = t.token, "ghs_" + "another0token9" * 3
    t.secrets.append(new)
    file = t.file("token", (old + "\n").encode())
    watched = Watched(t, old, new)

    def renew(request, answer):
        with open(file, "w") as stream:
            stream.write(new + "\n")
        hub.token = new
        answer.status, answer.body = 401, b'{"message":"Bad credentials"}'
    hub.fault("GET", r"/runs/\d+($|\?)", 2, hook=renew)
    t.wait("--token-file", file, token=False, **watched())
    t.concluded(hub.dispatched[0])
    watched.nothing_leaked()
    t.dispatched(1)


@plain_only
@scenario
def the_proxys_credentials_are_not_freed_as_they_are(t):
    hub = t.github()
    proxy = t.proxy(credentials=f"user:{PASSWORD}")
    encoded = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    watched = Watched(t, PASSWORD, encoded, t.token)
    t.dispatch(**watched(https_proxy=proxy.url(user=f"user:{PASSWORD}")))
    t.found(hub.dispatched[0])
    watched.nothing_leaked()
    t.dispatched(1)
