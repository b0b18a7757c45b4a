"""The service under test: `mwsd` on the demonstration school, which can be made anew at any time.

With `MWSD_BEHIND=service_pp2.php` (or `service_pp.php`) it stands behind another `mwsd`, as an OK Tech server that still runs, and clients
call that one."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import plan

PASSWORD = "Demo-pass-1"


class School:
    """A running `mwsd`, or two. `base` is its address; a request to `control` puts the school back to its beginning, at the same address."""

    def __init__(self, mwsd: Path, build: Path, work: Path):
        self.port, control = free_port(), free_port()
        self.script = os.environ.get("MWSD_BEHIND")
        self.school_port = free_port() if self.script else self.port
        self.base, self.control = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{control}/"
        self.work, self.processes, self.resets = work, [], 0
        self.log = (work / "mwsd.log").open("ab")
        self.build = build
        self.options = ["--build", build, "--store", work / "store" / "school.sqlite", "--base-url", self.base]
        self.mwsd = mwsd
        self.environment = os.environ | {"MWSD_DEMO_PASSWORD": PASSWORD}
        self.make()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", control), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def make(self):
        """Makes the school and its accounts, and keeps a copy."""
        (self.work / "store").mkdir()
        for name, options in plan.ACCOUNTS.items():
            command = [self.mwsd, "account", *self.options, "add", name, *options]
            subprocess.run(command, input=PASSWORD.encode(), env=self.environment, check=True, capture_output=True)
        # A login leaves its time, that of the one before and the address with the user, and not every client logs in: all users have,
        # twice, after all else was made.
        self.made = int(time.time())
        time.sleep(1)
        self.serve()
        for user in 2 * plan.users():
            self.visit(user)
        self.stop(signal.SIGTERM)
        (self.work / "store").rename(self.work / "new")

    def reset(self):
        self.stop()
        shutil.rmtree(self.work / "store", ignore_errors=True)
        shutil.copytree(self.work / "new", self.work / "store")
        self.serve()
        self.resets += 1

    def serve(self):
        self.start(self.school_port, self.options)
        if self.script:
            server = f"http://127.0.0.1:{self.school_port}/wspp/{self.script}"
            self.start(self.port, ["--build", self.build, "--upstream-wspp", server, "--base-url", self.base])

    def start(self, port, options):
        command = [self.mwsd, "serve", "--listen", f"127.0.0.1:{port}", *options]
        process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        self.processes.insert(0, process)
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.01)
        raise RuntimeError(f"mwsd does not start; its log is {self.work / 'mwsd.log'}")

    def visit(self, user):
        """A session that ends at once."""
        session = json.loads(self.ask(wsfunction="login", username=user, password=PASSWORD))
        self.ask(wsfunction="logout", client=session["client"], sesskey=session["sessionkey"])

    def ask(self, **fields):
        return self.fetch("/wspp/service_pp2.php?" + urllib.parse.urlencode(fields | {"wsformatout": "json"}))

    def stop(self, how=signal.SIGKILL):
        """Ends the service; without ceremony where what it stored is thrown away."""
        for process in self.processes:
            process.send_signal(how)
            process.wait()
        self.processes = []

    def handler(school):
        class Control(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                try:
                    school.reset()
                    self.send_response(204)
                except Exception as why:
                    self.send_response(500, str(why)[:200])
                self.end_headers()

            def log_message(self, *_):
                pass

        return Control

    def fetch(self, path: str) -> bytes:
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return answer.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
