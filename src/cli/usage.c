#include "compat.h"

#include "cli/usage.h"

#define WAITING \
"      --wait-timeout DURATION    give up waiting after this (300s; 0: never)\n" \
"      --poll-interval DURATION   pause between two looks at the run (5s)\n" \
"      --job NAME                 wait for this job only; repeatable\n" \
"      --rerun-grace DURATION     after a failure, wait for a new attempt (0)\n" \
"      --cancel-after DURATION    cancel a run that takes longer, or that a\n" \
"                                 --job of it fails in (never)\n" \
"      --force-cancel-after DURATION\n" \
"                                 force it this long after that (never)\n" \
"      --cancel-on-interrupt      cancel the run on SIGINT and SIGTERM\n" \
"      --log-failed               print the end of failed jobs' logs ...\n" \
"      --log-lines N              ... of this many lines (100)\n"

#define SERVER_AND_OUTPUT \
"Server and trust:\n" \
"      --token-file FILE|-        read the token there; default: $INPUT_TOKEN,\n" \
"                                 $GH_TOKEN, $GITHUB_TOKEN\n" \
"      --api-url URL              default: $GITHUB_API_URL, else github.com's\n" \
"      --cacert FILE              PEM file of CAs instead of the system's\n" \
"      --proxy URL                default: $https_proxy but for $no_proxy\n" \
"      --no-proxy                 connect directly\n" \
"Output:\n" \
"      --format text|json|id|url  what stdout gets (text: run_id=, run_url=)\n" \
"  -q, --quiet                    log errors only\n" \
"  -v, --verbose                  log every request\n" \
"  -h, --help                     print this and exit\n" \
"  -V, --version                  print the version and exit\n" \
"A DURATION is 90, 90s, 5m, 1h or 1500ms.\n"

const char usage_dispatch[] =
"Usage: return-dispatch [OPTION]...               dispatch, print the run\n"
"       return-dispatch await [OPTION]... RUN...  wait for runs (await --help)\n"
"What to dispatch:\n"
"  -R, --repo [HOST/]OWNER/REPO   default: $GITHUB_REPOSITORY\n"
"  -w, --workflow FILE|PATH|ID    deploy.yml, or its numeric ID\n"
"  -r, --ref REF                  branch or tag, plain or refs/heads/..., ...\n"
"  -f, --field KEY=VALUE          one input, a string; repeatable\n"
"      --inputs JSON|@FILE|-      a flat object of them; --field wins\n"
"      --distinct-id[=ID]         always send the input distinct_id: this ID,\n"
"                                 or a random one\n"
"      --dry-run                  print the request and send nothing\n"
"Finding its run:\n"
"      --timeout DURATION         give up looking for it after this (300s)\n"
"      --retry-interval DURATION  n-th pause is n times this (adaptive)\n"
"Waiting:\n"
"      --wait                     wait for the dispatched run; with it:\n"
WAITING
SERVER_AND_OUTPUT
"Exit status: 0 done, 1 run did not succeed, 2 usage, 3 refused, 4 unknown\n"
"whether started, 5 started but not identified, 6 still going on, 7 network,\n"
"8 result not written.  The actions' inputs work as INPUT_* variables.\n"
"Examples (return-dispatch(1) has more):\n"
"  return-dispatch -R octo-org/octo-repo -w deploy.yml -r main -f env=prod\n"
"  id=$(return-dispatch -w deploy.yml -r main --format id)\n"
"  return-dispatch -w deploy.yml -r main --wait --wait-timeout 1h\n";

const char usage_await[] =
"Usage: return-dispatch await [OPTION]... RUN...\n"
"Wait for runs that exist already, side by side, and take over their verdict.\n"
"A RUN is its ID, or its URL on the configured server; default: $INPUT_RUN_ID.\n"
"Waiting:\n"
"  -R, --repo [HOST/]OWNER/REPO   of the IDs; default: $GITHUB_REPOSITORY\n"
WAITING
SERVER_AND_OUTPUT
"Exit status: 0 all succeeded, 1 one did not, 2 usage, 3 refused, 6 still going\n"
"on, 7 network, 8 result not written.\n"
"Examples (return-dispatch(1) has more):\n"
"  return-dispatch await -R octo-org/octo-repo 17654321098\n"
"  return-dispatch await https://github.com/octo-org/octo-repo/actions/runs/123\n"
"  return-dispatch await --job build --job test --wait-timeout 1h 17654321098\n";
