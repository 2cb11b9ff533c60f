#!/usr/bin/env python3
"""A mail server for tests: takes every mail and writes it to a folder.

    smtp_sink.py PORT DIR [--tls CERT KEY] [--auth USER PASSWORD]

PORT 0 takes a free one. DIR/port appears, with the port, once it listens. Each mail becomes DIR/NNNN.eml (as it came) and
then DIR/NNNN.json: mail_from, rcpt_to, subject, body (decoded), tls, user. With --tls, STARTTLS is offered and required; with
--auth, signing in is. A recipient whose address begins with "refused" gets 550, with "later" 451.
"""
import argparse
import asyncio
import email
import email.policy
import json
import logging
import os
import pathlib
import shutil
import ssl
import sys
import warnings

try:
    from aiosmtpd.smtp import AuthResult, SMTP
except ImportError:  # the first python3 on the path may be one without it
    system = shutil.which("python3", path=os.defpath)
    if system is None or os.path.realpath(system) == os.path.realpath(sys.executable):
        raise
    os.execv(system, [system, *sys.argv])


def write(path, content):
    """Whole or not at all: others poll for the name."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(content)
    part.rename(path)


class Sink:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            return "451 4.3.0 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        content = envelope.original_content
        message = email.message_from_bytes(content, policy=email.policy.default)
        user = session.auth_data.login.decode() if getattr(session, "auth_data", None) else None
        told = {
            "mail_from": envelope.mail_from, "rcpt_to": envelope.rcpt_tos, "subject": message["Subject"],
            "body": message.get_content(), "tls": session.ssl is not None, "user": user,
        }
        write(self.folder / f"{self.count:04}.eml", content)
        write(self.folder / f"{self.count:04}.json", json.dumps(told).encode())
        return "250 OK"


def main():
    logging.disable(logging.CRITICAL)  # handshakes that fail on purpose
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--auth", nargs=2, metavar=("USER", "PASSWORD"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    settings = {}
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        settings.update(tls_context=context, require_starttls=True)
    if arguments.auth:
        def authenticate(server, session, envelope, mechanism, data):
            right = [data.login.decode(), data.password.decode()] == arguments.auth
            return AuthResult(success=right, handled=False, auth_data=data if right else None)

        settings.update(authenticator=authenticate, auth_required=True, auth_require_tls=bool(arguments.tls))

    async def serve():
        sink = Sink(arguments.folder)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(sink, hostname="sink.example", **settings), "127.0.0.1", arguments.port)
        write(arguments.folder / "port", str(server.sockets[0].getsockname()[1]).encode())
        await server.serve_forever()

    asyncio.run(serve())


main()
