#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A simulated GitHub: the Actions endpoints of github.com or of an old GHES, scripted.

From a shell:  ghsim.py serve --kind github.com|ghes-3.20|ghes-3.8   (see --help)
"""

import argparse
import base64
import dataclasses
import copy
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True

import certs
import lives
import logs
import objects
import texts
import wire

KINDS = {
    # name: (path prefix, versions it speaks or None when the header is ignored, its own version)
    "github.com": ("", ("2022-11-28", "2026-03-10"), None),
    "ghes-3.21": ("/api/v3", ("2022-11-28", "2026-03-10"), "3.21.0"),
    "ghes-3.20": ("/api/v3", ("2022-11-28",), "3.20.1"),
    "ghes-3.8": ("/api/v3", None, "3.8.7"),
    "silent": ("/api/v3", None, None),      # ignores the version, and tells nothing of itself
}
DISPATCH = "workflow_dispatch"
EVENT = "repository_dispatch"
FILTERS = ("actor", "branch", "event", "status", "created", "head_sha", "check_suite_id")
FIRST_RUN = 17654320000     # above 2^32, as real ones are
FIRST_JOB = 52345678000
FIRST_JOB_OF_RETRY = 10 ** 9    # above those of the attempt before
INDEX_LAG = 20              # seconds that filtered lists are behind
CANCELLED = "in_progress:1 completed/cancelled"


@dataclasses.dataclass
class Input:
    required: bool = False
    options: tuple = ()


@dataclasses.dataclass
class Job:
    """Names may hold {INPUT}, filled in from the dispatch as ${{ inputs.INPUT }} would be, or from
    the payload of an event as ${{ github.event.client_payload.INPUT }} would. A run
    with a life takes its jobs along, unless they have lives of their own, which go by looks at
    the list of jobs (see lives.py); what is "absent" is not in it yet."""
    name: str = "build"
    steps: tuple = ("Run actions/checkout@v5", "Run make -j\"$(nproc)\" test")    # or lives.Step
    conclusion: object = None   # instead of the run's; of each attempt, where it is a tuple
    attempts: object = None     # that ran it; None: all
    life: str = ""
    log: object = None          # a logs.Log, or its lines


@dataclasses.dataclass
class Lag:
    """How much later things show, each in looks (list requests of the kind that would show them)
    or in seconds: `listed` before the run is in a list; then `jobs` with no jobs at all, `queued`
    with jobs that have no steps, `setup` with only `Set up job`."""
    listed: float = 0
    jobs: float = 0
    queued: float = 0
    setup: float = 0
    unit: str = "looks"


@dataclasses.dataclass
class Workflow:
    file: str
    id: int
    name: str = "Build"
    inputs: object = None       # {name: Input}; None accepts every input
    run_name: str = ""
    jobs: tuple = (Job(),)
    refs: tuple = ("main",)
    state: str = "active"
    trigger: bool = True
    listens: object = None      # types of events that start it; () is all, None no event
    broken: object = None       # a row of texts, such as YAML_INVALID
    lag: Lag = dataclasses.field(default_factory=Lag)
    title: object = None        # fixed title of its runs
    life: str = ""              # of its runs; without one they stay as they are
    deaf: int = 0               # 1: a cancel does not end them; 2: nor does force
    text: object = None         # of its file, at every branch, or {branch: text}; None: as above

    def text_at(self, branch):
        """The file, or None if that branch has none."""
        if isinstance(self.text, dict):
            return self.text.get(branch)
        if self.text is not None or branch not in self.refs:
            return self.text if branch in self.refs else None
        if not self.trigger:
            return "on: push\n"
        rows = [f"      {name}: {{required: {json.dumps(one.required)}" + (
            f", type: choice, options: [{', '.join(one.options)}]" if one.options else "") + "}\n"
            for name, one in (self.inputs or {}).items()]
        return "".join([f"name: {self.name}\non:\n  workflow_dispatch:\n",
                        "    inputs:\n" if rows else "", *rows, "jobs: {}\n"])

    @property
    def path(self):
        return self.file if "/" in self.file else ".github/workflows/" + self.file


@dataclasses.dataclass
class Run:
    id: int
    workflow: Workflow
    number: int
    event: str
    created: float
    born: float                 # on the monotonic clock
    inputs: dict
    branch: str
    actor: tuple
    jobs: tuple
    lag: Lag
    title: str
    name: str
    done: bool = False
    first_job: int = 0
    list_looks: int = 0
    job_looks: int = 0
    html_url: str = ""
    life: object = None         # a lives.Life
    job_lives: dict = dataclasses.field(default_factory=dict)      # by the job's place
    deaf: int = 0
    on_cancel: str = CANCELLED

    def listed(self):
        return self.passed(self.list_looks - 1) >= self.lag.listed

    def passed(self, looks):
        return looks if self.lag.unit == "looks" else time.monotonic() - self.born

    def stage(self):
        """none, queued, setup or all: how much of the jobs shows."""
        if self.done:
            return "all"
        passed = self.passed(max(self.job_looks - 1, 0))
        for name in ("jobs", "queued", "setup"):
            length = getattr(self.lag, name)
            if passed < length:
                return {"jobs": "none"}.get(name, name)
            passed -= length
        return "all"

    def status(self):
        if self.life:
            return self.life.peek().status
        if self.done:
            return "completed"
        return "queued" if self.stage() in ("none", "queued") else "in_progress"

    def conclusion(self):
        if self.life:
            return self.life.peek().conclusion
        return "success" if self.done else None

    def attempt(self):
        return self.life.peek().attempt if self.life else 1

    def job_id(self, index, attempt):
        return self.first_job + index + (attempt - 1) * FIRST_JOB_OF_RETRY

    def job_state(self, index, job, attempt=None):
        """(status, conclusion, its Life or the run's)."""
        own, phase = self.job_lives.get(index), self.life.peek()
        if attempt is not None and attempt < phase.attempt:
            said = job.conclusion[attempt - 1] if isinstance(job.conclusion, tuple) else "failure"
            return "completed", said, self.life
        if own and phase.attempt == 1:
            mine = own.last() if phase.completed and own.last().completed else own.peek()
            return mine.status, mine.conclusion, own
        if not phase.completed:
            return phase.status, None, self.life
        said = job.conclusion
        if isinstance(said, tuple):
            said = said[min(phase.attempt, len(said)) - 1]
        return "completed", said or phase.conclusion, self.life


def fill(text, inputs):
    return re.sub(r"\{(\w+)\}", lambda m: str(inputs.get(m[1], "")), text)


def step_named(text):
    """One job with a step of that name."""
    return (Job("build", ("Run actions/checkout@v5", text)),)


def matrix(count, marker_at=0, marker="{distinct_id}", **others):
    """`count` jobs; the step `marker` is in the one numbered `marker_at` (from 1). `others` are
    fields of single jobs by number: _7={"conclusion": "failure"}."""
    return tuple(Job(f"test ({n})", ("Run actions/checkout@v5",) + ((marker,) * (n == marker_at)),
                     **others.get(f"_{n}", {})) for n in range(1, count + 1))


class GitHub(wire.Server):
    def __init__(self, kind="github.com", context=None, token="ghs_simulated", owner="octo-org",
                 repo="octo-repo", clock_offset=0, **server):
        super().__init__(context, **server)
        self.kind = kind
        self.prefix, self.versions, self.enterprise = KINDS[kind]
        self.token = token
        self.owner, self.repo, self.repo_id = owner, repo, 1296269
        self.old_name = None            # "owner/repo" it was renamed from
        self.others = {}                # the repositories beside it
        self.clock_offset = clock_offset
        self.host = f"localhost:{self.port}"    # as the client last called it
        self.workflows = []
        self.runs = []
        self.dispatched = []            # the runs that dispatches created
        self.next_run, self.next_job = FIRST_RUN, FIRST_JOB
        self.created_after = 1          # seconds between the reply's Date and created_at
        self.after_dispatch = None      # called with this server and the new run
        self.index_lag = INDEX_LAG
        self.etags = True
        self.limits = kind == "github.com"
        self.remaining = 4999
        self.reset_at = None            # of the server's clock; else an hour away, always
        self.app = None                 # an apps.App, whose tokens count then
        self.token_ends = None          # (requests that are still good, the token after that)
        self.log_host = None            # where jobs' logs are
        self.log_links = []             # that were given out
        self.serial = 0
        # What the repository and the token are like, for those who only look.
        self.facts_told = {"private": True, "archived": False, "disabled": False,
                           "permissions": {"admin": False, "push": True, "pull": True}}
        self.actions_enabled = None     # None: only administrators are told
        self.readable = True            # what the repository contains
        self.tags = ()
        self.token_headers = {}         # X-OAuth-Scopes and the like
        self.asked = None               # the API version that the latest request asked for

    # ---- what a scenario sets up

    def url(self, host="localhost"):
        return f"{self.scheme}://{host}:{self.port}{self.prefix}"

    @property
    def html(self):
        return "https://github.com" if not self.enterprise else \
            f"{self.scheme}://localhost:{self.port}"

    @property
    def api(self):
        """The base of the links in answers: what the client called, so that it can follow them."""
        return f"{self.scheme}://{self.host}{self.prefix}"

    def now(self):
        return time.time() + self.clock_offset

    def moment(self, wall):
        """A time of a life on the server's clock, in line with when runs say they were created."""
        return wall + self.clock_offset + self.created_after if wall else None

    def workflow(self, file="build.yml", id=159038, **more):
        flow = Workflow(file, id, **more)
        self.workflows.append(flow)
        return flow

    def beside(self, repo, owner="octo-org", **more):
        """Another repository on this server, with one workflow: the fields are its own, all that
        has to do with requests is shared."""
        other = copy.copy(self)
        other.owner, other.repo = owner, repo
        other.repo_id = self.repo_id + len(self.others) + 1
        other.next_run = FIRST_RUN + (len(self.others) + 1) * 1_000_000
        other.workflows, other.runs, other.dispatched, other.others = [], [], [], {}
        other.workflow(**more)
        self.others[owner.lower(), repo.lower()] = other
        return other

    def add_run(self, workflow=None, event=DISPATCH, age=0, inputs=None, title=None, name=None,
                jobs=None, lag=None, done=False, actor=("octocat", 583231), branch="main",
                gap=137, id=None, life=None, deaf=None):
        """A run created `age` seconds ago, newer than all before it by id."""
        with self.lock:
            workflow = workflow or self.workflows[0]
            inputs = inputs or {}
            jobs = tuple(workflow.jobs if jobs is None else jobs)
            self.next_run += gap
            if title is None:
                title = workflow.title if workflow.title is not None else \
                    fill(workflow.run_name, inputs) or (
                        "Create linter.yaml" if event == "push" else workflow.name)
            run = Run(id or self.next_run, workflow, 500 + len(self.runs), event,
                      self.now() + self.created_after - age, time.monotonic(), inputs, branch,
                      actor, jobs, lag or Lag(), title, workflow.name if name is None else name,
                      done, self.next_job, deaf=workflow.deaf if deaf is None else deaf)
            if life is None and not done:
                life = workflow.life
            if life:
                run.life = lives.Life(life)
                run.job_lives = {index: lives.Life(job.life) for index, job in enumerate(jobs)
                                 if job.life}
            if workflow.run_name and name is None and event in (DISPATCH, EVENT):
                run.name = title
            run.html_url = f"{self.html}/{self.owner}/{self.repo}/actions/runs/{run.id}"
            self.next_job += len(jobs) + 3
            self.runs.append(run)
            return run

    def neighbours(self, count, workflow=None, event=DISPATCH, **more):
        """Runs that other people started; each has names of its own."""
        made = []
        for n in range(count):
            unique = hashlib.sha1(f"{n} {self.next_run}".encode()).hexdigest()
            more.setdefault("jobs", (Job("build", ("Run actions/checkout@v5", "{distinct_id}")),))
            made.append(self.add_run(workflow, event, inputs={"distinct_id": unique},
                                     actor=("hubot", 480938), **more))
        return made

    def quota(self, remaining, seconds):
        """So many requests are left until then; what comes after is refused."""
        self.remaining, self.reset_at = remaining, self.now() + seconds

    def cancelled(self):
        """The requests that asked for an end of a run, as ("cancel", "202"), in their order."""
        return [(request.path.rpartition("/")[2], str(request.status)) for request in self.requests
                if request.method == "POST" and request.path.endswith("cancel")]

    # ---- requests

    def prepares(self, request):
        """A server that is not GitHub's own is asked for the newest run before the dispatch; on a
        new one that only tells what kind of server it is, as a refused version does."""
        version = request.header("X-GitHub-Api-Version", "2022-11-28")
        if request.method != "GET" or not request.target.endswith("/runs?per_page=1"):
            return False
        return bool(self.versions) and (
            "2026-03-10" in self.versions or version not in self.versions)

    def handle(self, request):
        self.asked = request.header("X-GitHub-Api-Version", "2022-11-28")
        self.host = request.header("Host") or self.host
        if self.reset_at and self.now() >= self.reset_at:
            self.remaining, self.reset_at = 5000, None
        if self.reset_at and self.remaining <= 0:
            return self.dress(self.refuse(texts.primary_limit(int(self.reset_at) + 1)))
        if self.token_ends:
            good, after = self.token_ends
            self.token_ends = (good - 1, after) if good else None
            self.token = self.token if good else after
        return self.dress(self.route(request))

    def blank(self):
        return self.dress(self.answer(200, {}))

    def dress(self, answer):
        """The headers that every answer has."""
        headers = [("Server", "GitHub.com"), ("Date", objects.http_date(self.now()))]
        if answer.status not in wire.BODILESS and not any(
                name.lower() == "content-type" for name, _ in answer.headers):
            headers.append(("Content-Type", "application/json; charset=utf-8"))
        headers += answer.headers + list(self.token_headers.items())
        headers.append(("X-GitHub-Media-Type", "github.v3; format=json"))
        if self.enterprise:
            headers.append(("X-GitHub-Enterprise-Version", self.enterprise))
        if self.versions and self.asked in self.versions:
            headers.append(("X-GitHub-Api-Version-Selected", self.asked))
        if self.limits and not any(name.lower() == "x-ratelimit-reset" for name, _ in headers):
            self.remaining -= answer.status != 304
            headers += [
                ("X-RateLimit-Limit", "5000"), ("X-RateLimit-Remaining", str(self.remaining)),
                ("X-RateLimit-Reset", str(int(self.reset_at or self.now() + 3599) + 1)),
                ("X-RateLimit-Used", str(5000 - self.remaining)),
                ("X-RateLimit-Resource", "core")]
        self.serial += 1
        headers += [("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP"),
                    ("Vary", "Accept-Encoding, Accept, X-Requested-With"),
                    ("X-GitHub-Request-Id", f"0682:0EDB:113D9B:209D41:{self.serial:08X}")]
        answer.headers = headers
        return answer

    def refuse(self, row):
        status, headers, body = row
        return self.answer(status, body, headers.items())

    def route(self, request):
        if not request.header("User-Agent"):
            return wire.Answer(403, [("Content-Type", "text/html"), ("Cache-Control", "no-cache"),
                                     ("Connection", "close")],
                               texts.NO_USER_AGENT.encode(), "http10")
        token = re.fullmatch(r"(?:Bearer|token) (.+)", request.header("Authorization") or "")
        if token and not self.app and token[1] != self.token:
            return self.refuse(texts.BAD_CREDENTIALS)
        version = request.header("X-GitHub-Api-Version", "2022-11-28")
        if self.versions and version not in self.versions:
            return self.refuse(texts.unsupported_version(version))
        if not request.path.startswith(self.prefix + "/"):
            return self.refuse(texts.not_found())
        path = request.path[len(self.prefix):]
        answer = self.app.guard(self, request, path, token and token[1]) if self.app else None
        if answer:
            return answer
        if self.old_name and path.lower().startswith(f"/repos/{self.old_name}/".lower()):
            return self.moved(request, path.split("/", 4)[4])
        found = re.match(r"/repos/([^/]+)/([^/]+)(/.*|$)", path)
        name = found and (found[1].lower(), found[2].lower())
        if name in self.others:
            other = self.others[name]
            other.host = self.host
            # An App has judged it already.
            other.app, other.token = None, token and token[1] if self.app else self.token
            return other.route(request)
        if name == (self.owner.lower(), self.repo.lower()):
            rest = found[3]
        elif path.startswith(f"/repositories/{self.repo_id}/"):
            rest = path[len(f"/repositories/{self.repo_id}"):]
        else:
            return self.refuse(texts.not_found())
        if not token:
            return self.refuse(texts.REQUIRES_AUTHENTICATION if request.method == "POST"
                               else texts.not_found())
        for method, pattern, action in self.ROUTES:
            match = re.fullmatch(pattern, rest)
            if match and method == request.method:
                answer = action(self, request, *map(urllib.parse.unquote, match.groups()))
                return self.conditional(request, answer) if method == "GET" else answer
        return self.refuse(texts.not_found())

    def moved(self, request, tail):
        url = f"{self.api}/repositories/{self.repo_id}/{tail}"
        query = request.target.partition("?")[2]
        url += "?" + query if query else ""
        return self.answer(301 if request.method == "GET" else 307, {
            "message": "Moved Permanently", "url": url,
            "documentation_url": "https://docs.github.com/v3/#http-redirects"},
            [("Location", url)])

    def conditional(self, request, answer):
        if not self.etags or answer.status != 200:
            return answer
        tag = '"' + hashlib.sha256(answer.body).hexdigest() + '"'
        answer.set("ETag", tag)
        answer.set("Cache-Control", "private, max-age=60, s-maxage=60")
        if request.header("If-None-Match") == tag:
            answer.status, answer.body = 304, b""
        return answer

    def find_workflow(self, key):
        for flow in self.workflows:
            if key in (flow.file, str(flow.id), flow.path):
                return flow
        return None

    # ---- endpoints

    @staticmethod
    def object_of(request):
        """The object that a request brings, or None and what is wrong with it."""
        try:
            body = request.json()
        except ValueError:
            return None, texts.NOT_JSON
        return (body, None) if isinstance(body, dict) else (None, texts.NOT_AN_OBJECT)

    def dispatch(self, request, key):
        flow = self.find_workflow(key)
        if not flow:
            return self.refuse(texts.not_found())
        body, wrong = self.object_of(request)
        if wrong:
            return self.refuse(wrong)
        if not isinstance(body.get("ref"), str):
            return self.refuse(texts.REF_NOT_TEXT)
        inputs = body.get("inputs") or {}
        if not isinstance(inputs, dict):
            return self.refuse(texts.INPUTS_NOT_OBJECT)
        wrong = self.reason_against(flow, body["ref"], inputs)
        if wrong:
            return self.refuse(wrong)
        request.acted = True
        run = self.add_run(flow, inputs=inputs, lag=flow.lag,
                           branch=re.sub("^refs/(heads|tags)/", "", body["ref"]))
        self.dispatched.append(run)
        if self.after_dispatch:
            self.after_dispatch(self, run)
        version = request.header("X-GitHub-Api-Version", "2022-11-28")
        if self.versions is None or version != "2026-03-10":
            return wire.Answer(204, [])
        return self.answer(200, {
            "workflow_run_id": run.id,
            "run_url": f"{self.api}/repos/{self.owner}/{self.repo}/actions/runs/{run.id}",
            "html_url": run.html_url})

    def send_event(self, request):
        """A repository_dispatch starts all workflows that listen for it, on the default branch."""
        body, wrong = self.object_of(request)
        if wrong:
            return self.refuse(wrong)
        kind, payload = body.get("event_type"), body.get("client_payload", {})
        wrong = self.reason_against_event(kind, payload)
        if wrong:
            return self.refuse(wrong)
        request.acted = True
        started = [self.add_run(flow, EVENT, inputs=payload, lag=flow.lag,
                                title=None if flow.run_name else kind)
                   for flow in self.workflows if flow.state == "active"
                   and flow.listens is not None and (not flow.listens or kind in flow.listens)]
        self.dispatched += started
        for run in started if self.after_dispatch else ():
            self.after_dispatch(self, run)
        return wire.Answer(204, [])

    @staticmethod
    def reason_against_event(kind, payload):
        if not isinstance(kind, str) or not kind:
            return texts.EVENT_WITHOUT_TYPE
        if len(kind) > 100:
            return texts.too_long_a_type(len(kind))
        if not isinstance(payload, dict):
            return texts.PAYLOAD_NOT_OBJECT
        if len(payload) > 10:
            return texts.too_many_keys(len(payload))
        if len(json.dumps(payload, ensure_ascii=False, separators=(",", ":"))) > 65535:
            return texts.PAYLOAD_TOO_LARGE
        return None

    @staticmethod
    def reason_against(flow, ref, inputs):
        if flow.state != "active":
            return texts.DISABLED
        if re.sub("^refs/(heads|tags)/", "", ref) not in flow.refs:
            return texts.no_ref(ref)
        if flow.broken:
            return flow.broken
        if not flow.trigger:
            return texts.NO_TRIGGER
        if flow.inputs is not None:
            unknown = [name for name in inputs if name not in flow.inputs]
            if unknown:
                return texts.unexpected_inputs(unknown)
            for name, spec in flow.inputs.items():
                if spec.required and inputs.get(name, "") == "":
                    return texts.required_input(name)
                if spec.options and name in inputs and inputs[name] not in spec.options:
                    return texts.not_a_choice(inputs[name], name)
        if len(json.dumps(inputs, ensure_ascii=False, separators=(",", ":"))) > 65535:
            return texts.TOO_LARGE
        return None

    def list_runs(self, request, key=None):
        flow = self.find_workflow(key) if key else None
        if key and not flow:
            return self.refuse(texts.not_found())
        rows = [run for run in self.runs if not flow or run.workflow is flow]
        if request.query.get("page", "1") == "1":
            for run in rows:
                run.list_looks += 1
        rows = [run for run in rows if run.listed()]
        if any(name in request.query for name in FILTERS):
            rows = [run for run in rows if self.filtered(run, request.query)]
        rows.sort(key=lambda run: run.id, reverse=True)
        return self.page(request, rows, "workflow_runs", self.show_run)

    def filtered(self, run, query):
        """Any filter goes through an index that lags; `created` is taken as `>=T`."""
        if self.now() - run.created < self.index_lag:
            return False
        since = query.get("created", "").lstrip(">=")
        return (query.get("event", run.event) == run.event
                and query.get("branch", run.branch) == run.branch
                and query.get("status", run.status()) == run.status()
                and query.get("actor", run.actor[0]) == run.actor[0]
                and objects.stamp(run.created) >= since)

    def page(self, request, rows, key, show):
        size = min(max(int(request.query.get("per_page") or 30), 1), 100)
        number = max(int(request.query.get("page") or 1), 1)
        last = max((len(rows) + size - 1) // size, 1)
        shown = rows[(number - 1) * size:number * size]
        answer = self.answer(200, {"total_count": len(rows), key: [show(row) for row in shown]})
        if last > 1:
            tail = request.path[len(self.prefix):]
            tail = re.sub(r"^/repos/[^/]+/[^/]+", f"/repositories/{self.repo_id}", tail)
            links = []
            for rel, target in (("prev", number - 1), ("next", number + 1), ("last", last),
                                ("first", 1)):
                if (rel in ("prev", "first") and number == 1) or (
                        rel in ("next", "last") and number >= last):
                    continue
                query = urllib.parse.urlencode({**request.query, "page": target})
                links.append(f'<{self.api}{tail}?{query}>; rel="{rel}"')
            answer.headers.append(("Link", ", ".join(links)))
        return answer

    def facts(self, run):
        return {"id": run.id, "name": run.name, "title": run.title, "number": run.number,
                "event": run.event, "status": run.status(),
                "conclusion": run.conclusion(), "workflow_id": run.workflow.id,
                "workflow_name": run.workflow.name, "path": run.workflow.path,
                "branch": run.branch, "html_url": run.html_url, "created": run.created,
                "updated": self.moment(run.life.since) if run.life else run.created + 7,
                "actor": run.actor, "attempt": run.attempt(),
                "started": self.moment(run.life.started) if run.attempt() > 1 else None}

    def show_run(self, run):
        return objects.run(self.api, self.html, self.owner, self.repo, self.repo_id,
                           self.facts(run))

    def find_run(self, run_id):
        return next((run for run in self.runs if str(run.id) == run_id), None)

    def get_run(self, request, run_id):
        run = self.find_run(run_id)
        if not run:
            return self.refuse(texts.not_found())
        if run.life:
            run.life.look()
        return self.answer(200, self.show_run(run))

    def cancel(self, request, run_id, force=False):
        run = self.find_run(run_id)
        if not run:
            return self.refuse(texts.not_found())
        if run.status() == "completed":
            return self.refuse(texts.CANCEL_CONFLICT)
        if run.life and run.deaf <= force:
            run.life.turn(run.on_cancel)
        return self.answer(202, {})

    def force_cancel(self, request, run_id):
        return self.cancel(request, run_id, True)

    def list_jobs(self, request, run_id):
        run = self.find_run(run_id)
        if not run:
            return self.refuse(texts.not_found())
        if request.query.get("page", "1") == "1":
            run.job_looks += 1
            for life in run.job_lives.values():
                life.look()
        if run.life:
            return self.list_living_jobs(request, run)
        stage = run.stage()
        rows = [] if stage == "none" else list(enumerate(run.jobs))
        return self.page(request, rows, "jobs", lambda row: self.show_job(run, *row, stage))

    def list_living_jobs(self, request, run):
        attempt = run.attempt()
        attempts = range(1, attempt + 1) if request.query.get("filter") == "all" else (attempt,)
        # A run that could not even start has none.
        rows = [] if run.conclusion() == "startup_failure" else [
            (one, index, job) for one in attempts for index, job in enumerate(run.jobs)
            if run.job_state(index, job)[0] != "absent"
            and (job.attempts is None or one in job.attempts)]
        return self.page(request, rows, "jobs", lambda row: self.show_living_job(run, *row))

    def show_living_job(self, run, attempt, index, job):
        status, conclusion, life = run.job_state(index, job, attempt)
        steps = [step if isinstance(step, lives.Step) else lives.Step(step) for step in job.steps]
        steps = [lives.Step(fill(step.name, run.inputs), step.conclusion) for step in steps]
        begun = self.moment(life.started or life.since)
        if status == "completed" and conclusion != "skipped":
            rows = [(name, "completed", said)
                    for name, said in lives.conclude_steps(steps, conclusion)]
            rows = [("Set up job", "completed", "success"), *rows,
                    ("Complete job", "completed", "success")]
        elif status == "in_progress":
            rows = [("Set up job", "completed", "success")] + [
                (step.name, "queued" if place else "in_progress", None)
                for place, step in enumerate(steps)] + [("Complete job", "queued", None)]
        else:
            rows = []
        facts = {"id": run.job_id(index, attempt), "name": fill(job.name, run.inputs),
                 "status": status, "conclusion": conclusion, "started": begun,
                 "completed": self.moment(life.completed or life.since), "steps": [
                     objects.step(name, number, state, begun + number, said)
                     for number, (name, state, said) in enumerate(rows, 1)]}
        return objects.job(self.api, self.html, self.owner, self.repo,
                           {**self.facts(run), "attempt": attempt}, facts)

    def get_log(self, request, job_id):
        """Only of jobs that have ended: a link to the other host, good for a minute."""
        found = [(run, index, job) for run in self.runs if run.life
                 for index, job in enumerate(run.jobs)
                 if str(run.job_id(index, run.attempt())) == job_id]
        if not found or not self.log_host or found[0][0].job_state(*found[0][1:])[0] != "completed":
            return self.refuse(texts.not_found())
        log = found[0][2].log or ("nothing was said",)
        link = self.log_host.link(log if isinstance(log, logs.Log) else logs.Log(tuple(log)))
        self.log_links.append(link)
        return wire.Answer(302, [("Location", link), ("Content-Type", "text/html;charset=utf-8"),
                                 ("Cache-Control", "no-cache")])

    def show_job(self, run, index, job, stage):
        status = {"queued": "queued", "setup": "in_progress"}.get(stage, run.status())
        names = [fill(name, run.inputs) for name in job.steps]
        steps = []
        if stage == "setup":
            steps = [objects.step("Set up job", 1, "in_progress", run.created + 6)]
        elif stage == "all":
            names = ["Set up job", *names, "Post Run actions/checkout@v5", "Complete job"]
            # Numbers skip where post steps begin.
            numbers = [*range(1, len(names) - 1), len(names) + 3, len(names) + 4]
            running = len(names) if run.done else 3
            for place, (name, number) in enumerate(zip(names, numbers), 1):
                state = "completed" if place < running or run.done else \
                    "in_progress" if place == running else "queued"
                steps.append(objects.step(name, number, state, run.created + 6 + place))
        facts = {"id": run.first_job + index, "name": fill(job.name, run.inputs),
                 "status": status, "conclusion": "success" if run.done else None, "steps": steps}
        return objects.job(self.api, self.html, self.owner, self.repo, self.facts(run), facts)

    def list_workflows(self, request):
        return self.page(request, self.workflows, "workflows", self.show_workflow)

    def show_workflow(self, flow):
        return objects.workflow(self.api, self.html, self.owner, self.repo, {
            "id": flow.id, "name": flow.name, "path": flow.path, "state": flow.state})

    def get_workflow(self, request, key):
        flow = self.find_workflow(key)
        return self.answer(200, self.show_workflow(flow)) if flow else \
            self.refuse(texts.not_found())

    def get_repository(self, request):
        return self.answer(200, {**objects.repository(
            self.api, self.html, self.owner, self.repo, self.repo_id), "default_branch": "main",
            **self.facts_told})

    def get_actions_permissions(self, request):
        if self.actions_enabled is None:
            return self.refuse(texts.ADMIN_ONLY)
        return self.answer(200, {"enabled": self.actions_enabled, "allowed_actions": "all"})

    def get_ref(self, request, ref):
        if not self.readable:
            return self.refuse(texts.NO_CONTENTS)
        kind, _, name = ref.partition("/")
        there = any(name in flow.refs for flow in self.workflows) or name == "main" \
            if kind == "heads" else name in self.tags
        if kind not in ("heads", "tags") or not there:
            return self.refuse(texts.not_found("https://docs.github.com/rest/git/refs#get-a-reference"))
        return self.answer(200, {"ref": f"refs/{ref}", "object": {
            "type": "commit", "sha": objects.sha(name)}})

    def get_contents(self, request, path):
        if not self.readable:
            return self.refuse(texts.NO_CONTENTS)
        flow = next((flow for flow in self.workflows if flow.path == path), None)
        ref = request.query.get("ref", "main")
        text = flow.text_at("main" if ref in self.tags else ref) if flow else None
        if text is None:
            return self.refuse(texts.not_found(
                "https://docs.github.com/rest/repos/contents#get-repository-content"))
        data = text.encode()
        return self.answer(200, {
            "type": "file", "encoding": "base64", "size": len(data), "path": path,
            "content": base64.encodebytes(data).decode()})

    ROUTES = (
        ("POST", r"/actions/workflows/([^/]+)/dispatches", dispatch),
        ("POST", r"/dispatches", send_event),
        ("GET", r"/actions/workflows/([^/]+)/runs", list_runs),
        ("GET", r"/actions/workflows/([^/]+)", get_workflow),
        ("GET", r"/actions/workflows", list_workflows),
        ("GET", r"/actions/runs", list_runs),
        ("GET", r"/actions/runs/(\d+)", get_run),
        ("GET", r"/actions/runs/(\d+)/jobs", list_jobs),
        ("GET", r"/actions/jobs/(\d+)/logs", get_log),
        ("POST", r"/actions/runs/(\d+)/cancel", cancel),
        ("POST", r"/actions/runs/(\d+)/force-cancel", force_cancel),
        ("GET", r"/actions/permissions", get_actions_permissions),
        ("GET", r"/git/ref/([^/]+)", get_ref),
        ("GET", r"/contents/([^/]+)", get_contents),
        ("GET", r"", get_repository),
    )


# ---- the command line, for demonstrations

def serve(options):
    folder = tempfile.mkdtemp(prefix="ghsim-")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        pki = certs.Pki(folder, only="good")
        sim = GitHub(options.kind, pki.context(), options.token)
        lag = Lag(options.lag, options.lag / 2, options.lag / 2, options.lag / 2, "seconds")
        fast = options.kind == "github.com"
        flow = sim.workflow(inputs=None, lag=lag, jobs=(
            Job("build", ("Run actions/checkout@v5", "{distinct_id}", "Run make")),),
            life=options.life)
        sim.log_host = logs.LogHost(pki.context()).start()
        other = sim.workflow("lint.yml", 159039, name="Lint", jobs=(Job("lint"),))
        sim.neighbours(2, flow, age=300, done=True)
        sim.neighbours(2, other, event="push", age=200, done=True, jobs=other.jobs)

        def crowd(server, run):
            if not fast:
                server.neighbours(options.neighbours, flow)
                server.neighbours(2, other, event="push", jobs=other.jobs)

        sim.after_dispatch = crowd
        sim.start()
        print(f"url={sim.url()}\nport={sim.port}\nca={pki.ca}", flush=True)
        while not stop.wait(0.2):
            if os.getppid() == 1 and options.with_parent:
                break
        if options.report:
            with open(options.report, "w") as file:
                file.writelines(f"{request.line()} -> {request.status}\n"
                                for request in sorted(sim.preparations + sim.requests,
                                                      key=lambda request: request.time))
        sim.stop()
        sim.log_host.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("serve", help="run until a signal; prints url=, port= and ca=")
    one.add_argument("--kind", choices=sorted(KINDS), default="github.com")
    one.add_argument("--token", default="ghs_simulated", help="the one token that is accepted")
    one.add_argument("--lag", type=float, default=1.0, metavar="SECONDS",
                     help="before a run is listed; half of it for each further stage")
    one.add_argument("--neighbours", type=int, default=5, metavar="N",
                     help="runs that others start right after a dispatch")
    one.add_argument("--life", default="", metavar="WORDS",
                     help='what becomes of runs, as "queued:2s in_progress:5s completed/success"')
    one.add_argument("--report", metavar="FILE", help="write the requests there when stopped")
    one.add_argument("--with-parent", action="store_true", help="stop when orphaned")
    serve(parser.parse_args())


if __name__ == "__main__":
    main()
