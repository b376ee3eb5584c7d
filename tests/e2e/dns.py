# SPDX-License-Identifier: ISC
"""A nameserver that can misbehave: over UDP and TCP, with what it says in a table."""

import dataclasses
import socket
import struct
import threading
import time

TYPES = {1: "A", 28: "AAAA"}
NUMBERS = {"A": 1, "CNAME": 5, "AAAA": 28}
RCODES = {"formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4, "refused": 5}
UDP_MAX = 512


@dataclasses.dataclass
class Reply:
    """What one question is answered with."""
    addresses: tuple = ()       # of both families; those that were asked for are sent
    rcode: str = ""             # of RCODES; none is success
    wrong: str = ""             # drop, garbage, empty, id, name: what is not as it should be
    aliases: tuple = ()         # CNAMEs on the way
    delay: float = 0            # seconds before it
    truncated: bool = False     # over UDP; too long answers are so anyway


def encode_name(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def decode_question(data):
    """(name without its final dot, type, length of the question)."""
    labels, at = [], 12
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
        at += 1 + data[at]
    return ".".join(labels), struct.unpack_from(">H", data, at + 1)[0], at + 5 - 12


def record(name, kind, data):
    return encode_name(name) + struct.pack(">HHIH", NUMBERS[kind], 1, 60, len(data)) + data


class Nameserver:
    """`zone` maps a name, or (name, "A" or "AAAA"), to a Reply or to addresses. A name that isn't
    there doesn't exist; `default` says something else of it."""

    def __init__(self, zone, tcp=True, default=None, address="127.0.0.1"):
        self.zone, self.default = zone, default or Reply(rcode="nxdomain")
        self.questions = []             # (name, type)
        self.asked = threading.Condition()
        self.over_tcp = 0
        self.stopping = threading.Event()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.udp.bind((address, 53))
        self.tcp = None
        if tcp:
            self.tcp = socket.socket(family)
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.tcp.bind((address, 53))
            self.tcp.listen(16)
            threading.Thread(target=self.serve_tcp, daemon=True).start()
        threading.Thread(target=self.serve_udp, daemon=True).start()

    def serve_udp(self):
        while not self.stopping.is_set():
            try:
                data, client = self.udp.recvfrom(4096)
            except OSError:
                return
            if not data:                # the end
                return
            threading.Thread(target=self.answer_udp, args=(data, client), daemon=True).start()

    def answer_udp(self, data, client):
        answer = self.answer(data, UDP_MAX)
        try:
            if answer is not None:
                self.udp.sendto(answer, client)
        except OSError:
            pass

    def serve_tcp(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.answer_tcp, args=(sock,), daemon=True).start()

    def answer_tcp(self, sock):
        with sock:
            try:
                sock.settimeout(10)
                length = struct.unpack(">H", sock.recv(2, socket.MSG_WAITALL))[0]
                data = sock.recv(length, socket.MSG_WAITALL)
                self.over_tcp += 1
                answer = self.answer(data, 65535)
                if answer is not None:
                    sock.sendall(struct.pack(">H", len(answer)) + answer)
            except (OSError, struct.error):
                pass

    def wait_for(self, count, timeout=30):
        """Blocks until so many questions were asked."""
        with self.asked:
            if not self.asked.wait_for(lambda: len(self.questions) >= count, timeout):
                raise TimeoutError(f"no {count} questions within {timeout} s")

    def reply_for(self, name, kind):
        found = self.zone.get((name, kind), self.zone.get(name))
        if found is None:
            return self.default
        return found if isinstance(found, Reply) else Reply(tuple(found))

    def answer(self, data, most):
        name, number, length = decode_question(data)
        kind = TYPES.get(number, str(number))
        with self.asked:
            self.questions.append((name, kind))
            self.asked.notify_all()
        reply = self.reply_for(name, kind)
        if reply.delay:
            # After that, because others are served meanwhile.
            time.sleep(reply.delay)
        if reply.wrong == "drop" or self.stopping.is_set():
            return None
        if reply.wrong == "garbage":
            return data[:2] + b"\x81\x80" + b"\xff" * 40
        if reply.wrong == "empty":
            return data[:2] + b"\x81\x80"
        query_id, question = data[:2], data[12:12 + length]
        owner = name
        if reply.wrong == "id":
            query_id = bytes(byte ^ 0x55 for byte in query_id)
        if reply.wrong == "name":
            owner = "somebody.else"
            question = encode_name(owner) + question[-4:]
        records = []
        for alias in reply.aliases:
            records.append(record(owner, "CNAME", encode_name(alias)))
            owner = alias
        for address in reply.addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            if TYPES.get(number) == ("A" if family == socket.AF_INET else "AAAA"):
                records.append(record(owner, kind, socket.inet_pton(family, address)))
        truncated = reply.truncated and most == UDP_MAX
        if truncated:
            records = []
        while 12 + len(question) + sum(map(len, records)) > most:
            records.pop()
            truncated = True
        flags = 0x8180 | 0x0200 * truncated | RCODES.get(reply.rcode, 0)
        return (query_id + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + question
                + b"".join(records))

    def stop(self):
        self.stopping.set()
        for sock in (self.udp, self.tcp):
            if sock:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                sock.close()
