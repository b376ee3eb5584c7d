# SPDX-License-Identifier: ISC
"""Full-size JSON objects as GitHub sends them: a run is about 12 KB, most of it nested objects."""

import datetime
import hashlib


def stamp(epoch):
    moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def step_stamp(epoch):
    return stamp(epoch)[:-1] + ".000Z"


def http_date(epoch):
    moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return (f"{days[moment.weekday()]}, {moment.day:02} {months[moment.month - 1]} "
            f"{moment.year} {moment:%H:%M:%S} GMT")


def sha(text):
    return hashlib.sha1(text.encode()).hexdigest()


def user(api, html, login, number):
    url = f"{api}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": f"U_kgDO{number:08X}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{html}/{login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": "User",
        "site_admin": False,
    }


# The order is GitHub's.
REPOSITORY_LINKS = (
    ("forks_url", "/forks"), ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"), ("teams_url", "/teams"),
    ("hooks_url", "/hooks"), ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"), ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"), ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"), ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"), ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"), ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"), ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"), ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"), ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"), ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"), ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"), ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"), ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"), ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"), ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)


def repository(api, html, owner, name, number):
    url = f"{api}/repos/{owner}/{name}"
    out = {
        "id": number,
        "node_id": "MDEwOlJlcG9zaXRvcnkyMTc3MjMzNzg=",
        "name": name,
        "full_name": f"{owner}/{name}",
        "private": True,
        "owner": user(api, html, owner, 1),
        "html_url": f"{html}/{owner}/{name}",
        "description": None,
        "fork": False,
        "url": url,
    }
    out.update((key, url + tail) for key, tail in REPOSITORY_LINKS)
    return out


def installation(api, html, number, owner):
    return {
        "id": number,
        "account": user(api, html, owner, 1),
        "repository_selection": "all",
        "access_tokens_url": f"{api}/app/installations/{number}/access_tokens",
        "repositories_url": f"{api}/installation/repositories",
        "html_url": f"{html}/organizations/{owner}/settings/installations/{number}",
        "app_id": 123456,
        "app_slug": "dispatcher",
        "target_id": 1,
        "target_type": "Organization",
        "events": [],
        "created_at": "2026-02-09T20:51:14Z",
        "updated_at": "2026-02-09T20:51:14Z",
    }


def run(api, html, owner, name, repo_id, facts):
    """`facts` has id, name, title, number, event, status, conclusion, workflow_id, path, branch,
    created, updated, actor (login, id), attempt; perhaps started, of a later attempt."""
    base = f"{api}/repos/{owner}/{name}"
    url = f"{base}/actions/runs/{facts['id']}"
    head = sha(facts["branch"] or "")
    repo = repository(api, html, owner, name, repo_id)
    actor = user(api, html, *facts["actor"])
    suite = facts["id"] + 11223213
    return {
        "id": facts["id"],
        "name": facts["name"],
        "node_id": f"WFR_kwLOABPHjc8{facts['id']:014X}",
        "check_suite_id": suite,
        "check_suite_node_id": f"CS_kwDOABPHjc8{suite:014X}",
        "head_branch": facts["branch"],
        "head_sha": head,
        "path": facts["path"],
        "run_number": facts["number"],
        "event": facts["event"],
        "display_title": facts["title"],
        "status": facts["status"],
        "conclusion": facts["conclusion"],
        "workflow_id": facts["workflow_id"],
        "url": url,
        "html_url": facts["html_url"],
        "pull_requests": [],
        "created_at": stamp(facts["created"]),
        "updated_at": stamp(facts["updated"]),
        "actor": actor,
        "run_attempt": facts["attempt"],
        "referenced_workflows": [],
        "run_started_at": stamp(facts.get("started") or facts["created"]),
        "triggering_actor": actor,
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{base}/check-suites/{suite}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{facts['attempt'] - 1}"
        if facts["attempt"] > 1 else None,
        "workflow_url": f"{base}/actions/workflows/{facts['workflow_id']}",
        "head_commit": {
            "id": head,
            "tree_id": sha("tree" + head),
            "message": "Create linter.yaml",
            "timestamp": stamp(facts["created"] - 7200),
            "author": {"name": "Octo Cat", "email": "octocat@github.com"},
            "committer": {"name": "GitHub", "email": "noreply@github.com"},
        },
        "repository": repo,
        "head_repository": repo,
    }


def step(name, number, state, at, conclusion="success"):
    """`state` is queued, in_progress or completed."""
    return {
        "name": name,
        "status": state,
        "conclusion": conclusion if state == "completed" else None,
        "number": number,
        "started_at": None if state == "queued" else step_stamp(at),
        "completed_at": step_stamp(at + 1) if state == "completed" else None,
    }


def job(api, html, owner, name, run_facts, facts):
    """`facts` has id, name, status, conclusion, steps; perhaps started and completed."""
    base = f"{api}/repos/{owner}/{name}"
    waiting = facts["status"] == "queued"
    created = run_facts["created"]
    return {
        "id": facts["id"],
        "run_id": run_facts["id"],
        "workflow_name": run_facts["workflow_name"],
        "head_branch": run_facts["branch"],
        "run_url": f"{base}/actions/runs/{run_facts['id']}",
        "run_attempt": run_facts["attempt"],
        "node_id": f"CR_kwDOABPHjc8{facts['id']:014X}",
        "head_sha": sha(run_facts["branch"] or ""),
        "url": f"{base}/actions/jobs/{facts['id']}",
        "html_url": f"{html}/{owner}/{name}/actions/runs/{run_facts['id']}/job/{facts['id']}",
        "status": facts["status"],
        "conclusion": facts["conclusion"],
        "created_at": stamp(created + 2),
        "started_at": stamp(facts.get("started") or created + 6),
        "completed_at": stamp(facts.get("completed") or created + 60)
        if facts["status"] == "completed" else None,
        "name": facts["name"],
        "steps": facts["steps"],
        "check_run_url": f"{base}/check-runs/{facts['id']}",
        "labels": ["ubuntu-latest"],
        "runner_id": None if waiting else 1000000123,
        "runner_name": None if waiting else "GitHub Actions 1000000123",
        "runner_group_id": None if waiting else 0,
        "runner_group_name": None if waiting else "GitHub Actions",
    }


def workflow(api, html, owner, name, facts):
    base = f"{api}/repos/{owner}/{name}"
    return {
        "id": facts["id"],
        "node_id": f"W_kwDOABPHjc8{facts['id']:010X}",
        "name": facts["name"],
        "path": facts["path"],
        "state": facts["state"],
        "created_at": "2020-01-08T23:48:37.000-08:00",
        "updated_at": "2020-01-08T23:50:21.000-08:00",
        "url": f"{base}/actions/workflows/{facts['id']}",
        "html_url": f"{html}/{owner}/{name}/blob/main/{facts['path']}",
        "badge_url": f"{html}/{owner}/{name}/workflows/{facts['name']}/badge.svg",
    }
