# SPDX-License-Identifier: ISC
"""What becomes of a run or a job, scripted in a line of words:

    queued:2 in_progress:1.5s completed/failure #2 in_progress completed/success

Each word is a phase: the status, after "/" the conclusion, after ":" how long it lasts, in looks
(1 if not said) or seconds; the last one lasts forever. "#2" begins the second attempt. Any words
will do, so that statuses nobody has heard of can be had; "null" is null.
"""

import dataclasses
import time


@dataclasses.dataclass
class Phase:
    status: object
    conclusion: object = None
    looks: int = 1
    seconds: object = None      # instead of looks
    attempt: int = 1

    @property
    def completed(self):
        return self.status == "completed"


def parse(text, attempt=1):
    phases = []
    for word in text.split():
        if word.startswith("#"):
            attempt = int(word[1:])
            continue
        what, _, length = word.partition(":")
        status, _, conclusion = what.partition("/")
        phase = Phase(None if status == "null" else status,
                      None if conclusion in ("", "null") else conclusion, attempt=attempt)
        if length.endswith("s"):
            phase.seconds = float(length[:-1])
        elif length:
            phase.looks = int(length)
        phases.append(phase)
    return phases


class Life:
    """Where in its script a run or a job is. Times are of the wall clock."""

    def __init__(self, text):
        self.phases = parse(text)
        self.at = 0
        self.looks = 0
        self.since = time.time()
        self.started = None         # when it was first in progress, in this attempt
        self.completed = None

    @property
    def phase(self):
        return self.phases[self.at]

    def last(self):
        return self.phases[-1]

    def look(self):
        """The phase that one more look finds it in."""
        self.peek()
        phase = self.phase
        if phase.seconds is None and self.looks >= phase.looks and not self.is_at_end():
            self.enter(self.at + 1, time.time())
        self.looks += 1
        return self.phase

    def peek(self):
        """The phase that it is in; only time moves it on."""
        while (self.phase.seconds is not None and not self.is_at_end()
               and time.time() >= self.since + self.phase.seconds):
            self.enter(self.at + 1, self.since + self.phase.seconds)
        self.note(self.since)
        return self.phase

    def is_at_end(self):
        return self.at == len(self.phases) - 1

    def enter(self, place, moment):
        before = self.phase
        self.note(self.since)
        self.at, self.looks, self.since = place, 0, moment
        if self.phase.attempt != before.attempt:
            self.started = self.completed = None
        self.note(moment)

    def note(self, moment):
        if self.phase.status not in ("queued", "waiting", "pending", "requested", None):
            self.started = self.started or moment
        if self.phase.completed:
            self.completed = self.completed or moment

    def turn(self, text):
        """Something happened: from now on it goes like this."""
        del self.phases[self.at + 1:]
        self.phases += parse(text, self.phase.attempt)
        self.enter(self.at + 1, time.time())


@dataclasses.dataclass
class Step:
    name: str
    conclusion: object = None   # None: what goes with the job's


FAILED = ("failure", "cancelled", "timed_out", "startup_failure", "action_required")


def conclude_steps(steps, conclusion):
    """[(name, conclusion)] of a job that concluded so. If no step says why, it was the last one;
    those after the culprit are skipped."""
    said = [step.conclusion for step in steps]
    if conclusion in FAILED and not any(one in FAILED for one in said) and steps:
        said[-1] = "cancelled" if conclusion == "cancelled" else "failure"
    out, over = [], False
    for step, own in zip(steps, said):
        out.append((step.name, own or ("skipped" if over else "success")))
        over = over or own in FAILED
    return out
