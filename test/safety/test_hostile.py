"""Clients that mean harm or break: slow ones, very many idle ones, bodies cut off, requests that two readers would read
in two ways. The server answers the others all the while. One server is shared; what takes 30 seconds begins first."""
import contextlib
import re
import resource
import socket
import threading
import time

import harness
from harness import equal
from support import Skipped, running_server, shared, test

HEADER_SECONDS = 30
IDLE_FEW, IDLE_MANY = 2000, 10000
ENOUGH_SECONDS = 15
state = {}


class Slow(threading.Thread):
    """A client that keeps its connection by sending a little now and then, or nothing any more."""

    def __init__(self, port, first, every):
        super().__init__(daemon=True)
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.first, self.every, self.ended_after, self.got = first, every, None, b""

    def run(self):
        started = time.monotonic()
        self.connection.sendall(self.first)
        if self.every is None:
            self.connection.shutdown(socket.SHUT_WR)
        with self.connection, contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 2 * HEADER_SECONDS + 15:
                self.connection.settimeout(0.5)
                try:
                    piece = self.connection.recv(4096)
                    if not piece:
                        break
                    self.got += piece
                except TimeoutError:
                    if self.every:
                        self.connection.sendall(self.every)
        self.ended_after = time.monotonic() - started


def hostile():
    if not state:
        opened = running_server()
        server = opened.__enter__()
        shared.append(lambda: opened.__exit__(None, None, None))
        state["world"] = harness.World(server)
        state["slow"] = {
            "a header that trickles": Slow(server.port, b"GET /health/live HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
            "a request line that trickles": Slow(server.port, b"GET /health/", b"x"),
            "a header that stops": Slow(server.port, b"GET /health/live HTTP/1.1\r\nHost: x\r\n", b""),
            "nothing at all": Slow(server.port, b"", b""),
            "a body cut off at once": Slow(server.port, b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", None),
            "a chunk cut off at once": Slow(server.port, b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{", None),
        }
        for slow in state["slow"].values():
            slow.start()
    return state["world"]


def raise_file_limit(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            return False
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return True


@test
def idle_connections():
    """Thousands of connections that say nothing; every request of others is answered, and soon."""
    world = hostile()
    count = IDLE_MANY if raise_file_limit(IDLE_MANY + 500) else IDLE_FEW
    if not raise_file_limit(count + 500):
        raise Skipped("too few open files are allowed")
    series, started, slowest, idle = world.series(), time.monotonic(), 0, []
    try:
        for i in range(count):
            idle.append(socket.create_connection(("127.0.0.1", world.server.port), timeout=ENOUGH_SECONDS))
            if i % 100 == 0:
                one = time.monotonic()
                world.issue(world.customer(), series=series)
                slowest = max(slowest, time.monotonic() - one)
        equal(world.anonymous().get("/health/ready").status // 100, 2, "a new connection")
        took = time.monotonic() - started
        assert took < ENOUGH_SECONDS, f"{count} connections took {took:.1f} s"
        assert slowest < 2, f"a request took {slowest:.2f} s beside them"
    finally:
        for connection in idle:
            connection.close()
    until = time.monotonic() + ENOUGH_SECONDS
    while open_connections(world) > 100:
        assert time.monotonic() < until, "closed connections are kept"
        time.sleep(0.1)


def open_connections(world):
    metrics = world.anonymous().get("/metrics").body.decode()
    return int(next(line for line in metrics.splitlines() if line.startswith("cardwright_http_connections_open ")).split()[1])


def answers(server, request, seconds=3):
    """All that comes back for these bytes, and whether the server closed the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        connection.sendall(request)
        got = b""
        try:
            while piece := connection.recv(65536):
                got += piece
        except TimeoutError:
            return got, False
        except ConnectionError:
            pass
        return got, True


@test
def smuggling():
    """What two readers could read in two ways is refused, the connection closed, and nothing behind it is answered."""
    world = hostile()
    behind = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    cases = {
        "length and chunked": post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunked and length": post + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "two lengths": post + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "two equal lengths": post + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "a list of lengths": post + b"Content-Length: 2, 2\r\n\r\n{}",
        "a length with a sign": post + b"Content-Length: +2\r\n\r\n{}",
        "a negative length": post + b"Content-Length: -2\r\n\r\n{}",
        "a length in hex": post + b"Content-Length: 0x2\r\n\r\n{}",
        "a length of letters": post + b"Content-Length: 2a\r\n\r\n{}",
        "a length too large": post + b"Content-Length: 18446744073709551618\r\n\r\n{}",
        "no length": post + b"Content-Length:\r\n\r\n",
        "a folded line": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: b\r\n Content-Length: 5\r\n\r\n",
        "a folded first line": b"GET /health/live HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n",
        "chunked in 1.0": post.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "another coding": post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "chunked twice": post + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunked misspelt": post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "identity": post + b"Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
        "a space before the colon": post + b"Content-Length : 0\r\n\r\n",
        "a space in a name": post + b"Content Length: 0\r\nContent-Length: 0\r\n\r\n",
        "a line without a colon": post + b"Content-Length\r\nContent-Length: 0\r\n\r\n",
        "a NUL in a value": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n",
        "a NUL in a name": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX\x00-A: b\r\n\r\n",
        "a NUL in the path": b"GET /health/\x00live HTTP/1.1\r\nHost: x\r\n\r\n",
        "a bare CR in a value": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: b\rContent-Length: 5\r\n\r\n",
        "two hosts": b"GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
        "an unknown version": b"GET /health/live HTTP/1.9.1\r\nHost: x\r\n\r\n",
        "a chunk length of letters": post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "a negative chunk": post + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        "a chunk too large": post + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{}\r\n0\r\n\r\n",
    }
    wrong = []
    for name, request in cases.items():
        got, closed = answers(world.server, request + behind)
        # libmicrohttpd 0.9 writes the head of its own refusal of a length twice; what stood behind answers with 2xx.
        statuses = {int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)}
        if not closed or len(statuses) > 1 or not statuses <= {400, 411, 413, 431, 501, 505}:
            wrong.append(f"{name}: answered {sorted(statuses)}, {'closed' if closed else 'left open'}")
    assert not wrong, "; ".join(wrong)
    got, _ = answers(world.server, behind + behind + b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    equal(got.count(b"HTTP/1.1 20"), 3, "three good ones in a row")


@test
def bodies_cut_off():
    """A body that ends early does nothing, and its connection is let go at once."""
    world = hostile()
    before = len(world.owner.pages("/v1/customers"))
    body = b'{"external_id":"cut-off"}'
    head = b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + world.owner.key.encode() + b"\r\n"
    for framing, sent in ((b"Content-Length: 100\r\n\r\n", body), (b"Content-Length: 26\r\n\r\n", body), (b"Content-Length: 25\r\n\r\n", b""),
                          (b"Transfer-Encoding: chunked\r\n\r\n", b"19\r\n" + body), (b"Transfer-Encoding: chunked\r\n\r\n", b"19\r\n" + body + b"\r\n"),
                          (b"Transfer-Encoding: chunked\r\n\r\n", b"19\r\n" + body + b"\r\n0\r\n"), (b"Transfer-Encoding: chunked\r\n\r\n", b"")):
        for way in ("shut", "close", "reset"):
            with socket.create_connection(("127.0.0.1", world.server.port), timeout=5) as connection:
                connection.sendall(head + framing + sent)
                time.sleep(0.02)
                if way == "shut":
                    connection.shutdown(socket.SHUT_WR)
                    got = b""
                    with contextlib.suppress(ConnectionError):
                        got = connection.recv(4096)
                    assert not got.startswith(b"HTTP/1.1 2"), (framing, sent, got[:60])
                elif way == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    equal(len(world.owner.pages("/v1/customers")), before, "customers")
    reply = world.owner.post("/v1/customers", {"external_id": "cut-off"})
    equal(reply.status, 201, "the whole one")


@test
def slow_clients():
    """What does not arrive within the bound is cut, however steadily it trickles."""
    world = hostile()
    late = []
    for name, slow in state["slow"].items():
        slow.join(2 * HEADER_SECONDS + 30)
        if slow.ended_after is None or slow.ended_after > 2 * HEADER_SECONDS + 5:
            late.append(f"{name}: {slow.ended_after and round(slow.ended_after)} s")
        elif slow.got.startswith(b"HTTP/1.1 2"):
            late.append(f"{name}: answered")
    assert not late, "; ".join(late)
    print("     cut after " + ", ".join(f"{slow.ended_after:.0f} s ({name})" for name, slow in state["slow"].items()), flush=True)
    equal(world.anonymous().get("/health/ready").status // 100, 2, "ready")
