"""What the safety tests stand on, beside the harness of the API tests. A test is a function without arguments, marked
with @test; it makes the servers that it needs, or says Skipped with the reason why it cannot run here."""
import contextlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "api"))
import harness  # noqa: E402

registry = []
shared = []  # closed at the end of the run


class Skipped(Exception):
    pass


def test(function):
    registry.append(function)
    return function


def test_name(function):
    return function.__module__.removeprefix("test_") + "." + function.__name__


def close_shared():
    while shared:
        shared.pop()()


@contextlib.contextmanager
def stopped_server(*flags):
    """A server that was never started on a directory that was never made."""
    server = harness.Server("sqlite", flags)
    try:
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def running_server(*flags):
    with stopped_server(*flags) as server:
        server.init()
        server.start()
        yield server


def run(server, *words, data=None):
    """A command on the server's directory, or another; refused or not."""
    line = [harness.BINARY, *words, "--data", data or server.data]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, env=server.environment)


def refuses(server, words, *texts, data=None, status=1):
    """It ends by itself with this status and its standard error holds the texts."""
    try:
        done = run(server, *words, data=data)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{' '.join(words)} was not refused: it runs") from None
    assert done.returncode == status, f"{' '.join(words)}: exit {done.returncode}, not {status}: {done.stderr}"
    for text in texts:
        assert text in done.stderr, f"{' '.join(words)}: the refusal does not say \"{text}\": {done.stderr}"


SERVE = ("serve", "--listen", "127.0.0.1:0")


def luhn_digit(body):
    return next(digit for digit in "0123456789" if harness.luhn_sum(body + digit) == 0)
