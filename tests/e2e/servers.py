# SPDX-License-Identifier: ISC
"""Real servers, as `openssl s_server` and nginx are, each for one scenario: on a free port of the
loopback interface, with all its files in the scenario's folder, ended with it."""

import os
import socket
import subprocess
import time

from harness import Failed, Skipped

NGINX = "/usr/sbin/nginx"
READY_WITHIN = 20       # seconds
RUN_ID = 4711
RUN_URL = f"https://github.example/octo-org/octo-repo/actions/runs/{RUN_ID}"
ANSWER = '{"workflow_run_id": %d, "html_url": "%s"}' % (RUN_ID, RUN_URL)

NGINX_CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 16; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port}{ssl};
    ssl_certificate {chain};
    ssl_certificate_key {key};
    {options}
    location / {{ default_type application/json; return 200 '{ANSWER}'; }}
  }}
}}
"""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def launch(t, command, port):
    """Runs a server until the scenario ends, and waits until it takes connections."""
    log = t.cleanup.enter_context(open(t.path(f"server-{port}.log"), "wb"))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               cwd=t.folder)

    def stop():
        process.kill()
        process.wait()

    t.cleanup.callback(stop)
    until = time.monotonic() + t.scaled(READY_WITHIN)
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return f"https://localhost:{port}"
        except OSError:
            time.sleep(0.02)
    with open(log.name, "rb") as file:
        raise Failed(f"{command[0]} didn't start:\n" + file.read().decode("utf-8", "replace"))


def openssl(t, pki, leaf, *options, chain=None):
    """The URL of an `openssl s_server` with this leaf, whose file has its chain too."""
    port = free_port()
    files = pki.path(leaf)
    return launch(t, ["openssl", "s_server", "-quiet", "-www", "-accept", f"127.0.0.1:{port}",
                      "-cert", files + ".pem", "-key", files + ".key",
                      "-cert_chain", chain or files + ".chain.pem", *options], port)


def nginx(t, pki, leaf, *options, chain=None, tls=True):
    """The URL of an nginx with this leaf, which takes each dispatch and tells of one run."""
    if not os.access(NGINX, os.X_OK):
        raise Skipped("nginx is not installed")
    port = free_port()
    files = pki.path(leaf)
    config = t.file(f"nginx-{port}.conf", NGINX_CONFIG.format(
        folder=t.folder, port=port, ssl=" ssl" if tls else "",
        chain=chain or files + ".chain.pem", key=files + ".key",
        options="\n    ".join(options), ANSWER=ANSWER))
    return launch(t, [NGINX, "-p", t.folder, "-c", config, "-e", t.path("nginx.log")], port)
