# SPDX-License-Identifier: ISC
"""A network of a scenario's own: a namespace with loopback and black holes, whose port 53 is free
and which nothing leaves. Threads can be in different namespaces, and sockets and processes stay
in the one they were made in; so one thread goes there and makes them."""

import ctypes
import os
import queue
import subprocess
import threading

CLONE_NEWNET = 0x40000000
HOLE_V4, HOLE_V6 = "192.0.2", "2001:db8:"      # RFC 5737, RFC 3849: nobody is there


class Unavailable(Exception):
    pass


class Network:
    def __init__(self):
        self.jobs = queue.Queue()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()
        try:
            self.call(self.enter)
            self.ip("link set lo up")
        except (OSError, FileNotFoundError, subprocess.CalledProcessError) as error:
            self.close()
            raise Unavailable(f"no network namespaces here: {error}")

    @staticmethod
    def enter():
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def work(self):
        while True:
            job, done = self.jobs.get()
            if not job:
                return
            try:
                done.put((job(), None))
            except BaseException as error:
                done.put((None, error))

    def call(self, job):
        """What the job returns or raises, run inside."""
        done = queue.Queue()
        self.jobs.put((job, done))
        result, error = done.get()
        if error:
            raise error
        return result

    def ip(self, command):
        self.call(lambda: subprocess.run(["ip", *command.split()], check=True,
                                         stdin=subprocess.DEVNULL, capture_output=True))

    def black_holes(self):
        """From now on, what is sent to 192.0.2.1 to .20 and 2001:db8::1 to ::20 is never
        answered."""
        try:
            self.ip("link add hole0 type veth peer name hole1")
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"no veth here: {error.stderr.decode().strip()}")
        self.ip(f"addr add {HOLE_V4}.254/24 dev hole0")
        self.ip(f"-6 addr add {HOLE_V6}:fe/64 dev hole0 nodad")
        for end in ("hole0", "hole1"):
            self.ip(f"link set {end} up")
        # With an address on the link that nobody there has, it's the others who don't answer.
        for number in range(1, 21):
            for address in (f"{HOLE_V4}.{number}", f"{HOLE_V6}:{number}"):
                self.ip(f"neigh add {address} lladdr 02:00:00:00:00:01 dev hole0 nud permanent")

    def connections(self):
        """(local port, remote port, state) of every TCP socket inside; 1 is established."""
        def look():
            found = []
            for name in ("tcp", "tcp6"):
                with open(f"/proc/thread-self/net/{name}") as file:
                    for line in file.readlines()[1:]:
                        _, local, remote, state = line.split()[:4]
                        found.append((int(local.rpartition(":")[2], 16),
                                      int(remote.rpartition(":")[2], 16), int(state, 16)))
            return found
        return self.call(look)

    def close(self):
        self.jobs.put((None, None))
