#!/usr/bin/env python3
"""An SMS gateway for tests: takes form posts of To, From and Body and writes each to a folder.

    sms_sink.py PORT DIR

PORT 0 takes a free one. DIR/port appears, with the port, once it listens. Each message becomes DIR/NNNN.json: to, from,
body, user, password, path. The last digits of To choose the answer: ...400 gets 400, ...429 429, ...500 500, ...302 a redirect;
all others 201. Messages that are not answered with 201 are written to DIR/refused-NNNN.json.
"""
import base64
import http.server
import json
import pathlib
import sys
import threading
import urllib.parse

ANSWERS = {"400": 400, "429": 429, "500": 500, "302": 302}


def write(path, content):
    """Whole or not at all: others poll for the name."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(content)
    part.rename(path)


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock, count, folder = threading.Lock(), 0, None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(credentials).decode().partition(":") if scheme == "Basic" else ("", "", "")
        answer = ANSWERS.get(form["To"][-3:], 201)
        told = {"to": form["To"], "from": form["From"], "body": form["Body"], "user": user, "password": password, "path": self.path}
        with Gateway.lock:
            Gateway.count += 1
            name = f"{'' if answer == 201 else 'refused-'}{Gateway.count:04}.json"
        write(Gateway.folder / name, json.dumps(told).encode())
        reply = b'{"status":"queued"}'
        self.send_response(answer)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        if answer == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *arguments):
        pass


def main():
    Gateway.folder = pathlib.Path(sys.argv[2])
    Gateway.folder.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway)
    write(Gateway.folder / "port", str(server.server_address[1]).encode())
    server.serve_forever()


main()
