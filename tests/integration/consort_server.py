"""What the integration tests share: a real `consort serve` with a data folder and a port of its own.

The environment variable CONSORT names the executable. A test waits for conditions (`until`), never
for a length of time; the bounds here only decide when to give up.
"""
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
from urllib.parse import urlencode, urlsplit

PATIENCE = 90.0  # seconds; generous, because sanitizers and a busy machine are slow
TROUBLE = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error:")


def executable():
    path = os.environ.get("CONSORT")
    if not path:
        raise RuntimeError("set CONSORT to the consort executable, for example "
                           "build/dev/bin/consort; ctest does")
    return path


def until(condition, what, patience=PATIENCE):
    """The first true value of condition(), asked again and again."""
    deadline = time.monotonic() + patience
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s in vain until {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Server:
    """A running Consort. Stop it with stop(); a with-block does so.

    `prefix` stands before the command, for example to pin it to a core.
    """

    def __init__(self, folder, media=(), arguments=(), config=None, environment=None,
                 prefix=()):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.log_path = os.path.join(folder, "consort.log")
        os.makedirs(self.data, exist_ok=True)
        command = [*prefix, executable(), "serve", "--data", self.data]
        if not any(argument == "--port" for argument in arguments):
            command += ["--port", "0"]
        if config is not None:
            path = os.path.join(folder, "consort.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(config)
            command += ["--config", path]
        for directory in media:
            command += ["--media", str(directory)]
        self.command = command + list(arguments)
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.url = None
        self.context = None

    def start(self):
        address = os.path.join(self.data, "address")
        if os.path.exists(address):
            os.unlink(address)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=self.environment)

        def said():
            if self.process.poll() is not None:
                raise AssertionError(f"consort ended with {self.process.returncode}:\n{self.log()}")
            try:
                with open(address, encoding="utf-8") as file:
                    return file.read().strip()
            except FileNotFoundError:
                return None

        self.url = until(said, "the server wrote its address").split()[0].rstrip("/")
        if "://" not in self.url:
            self.url = "http://" + self.url
        until(self.answers, "/healthz answered")
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(f"---- the end of the server's log ----\n{self.log()[-6000:]}")
        if self.process is None:
            return
        if kind is not None:
            self.kill()
        else:
            self.stop()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"consort ended with {self.process.returncode}:\n{self.log()}")
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    @property
    def port(self):
        return urlsplit(self.url).port

    def connection(self, timeout=PATIENCE):
        parts = urlsplit(self.url)
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout,
                                               context=self.context or ssl.create_default_context())
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def request(self, method, path, headers=None, body=None):
        connection = self.connection()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers)

    def json(self, path):
        answer = self.get(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.body[:500]!r}"
        return answer.json()

    def items(self, path, **query):
        """Every item of a paged list."""
        found, cursor = [], None
        while True:
            asked = dict(query, limit=100)
            if cursor:
                asked["cursor"] = cursor
            page = self.json(f"{path}?{urlencode(asked)}")
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found

    def scanned(self, scans=1):
        """Waits until so many scans have been completed since the start; returns the progress."""
        def finished():
            progress = self.json("/api/v1/library/scan")
            done = progress["scans"] >= scans and not progress["running"]
            return progress if done else None
        return until(finished, "the scan finished")

    def metric(self, name):
        """The sum of a metric over its labels; 0 if there is none."""
        total = 0.0
        for line in self.get("/metrics").body.decode().splitlines():
            found = re.match(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$", line)
            if found and found[1] == name:
                total += float(found[3])
        return total

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM; the server must end with 0 and without a sanitizer's complaint."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self.process = None
        log = self.log()
        assert code == 0, f"consort ended with {code}:\n{log[-6000:]}"
        assert not TROUBLE.search(log), f"a sanitizer complained:\n{log[-6000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None


class TestCase(unittest.TestCase):
    """Gives each test a folder of its own, and ends its servers."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="consort-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.servers = []
        self.addCleanup(self._kill_left)

    def _kill_left(self):
        for server in self.servers:
            if server.process is not None:
                server.kill()

    def subfolder(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path

    def server(self, name="server", **arguments):
        server = Server(self.subfolder(name), **arguments)
        self.servers.append(server)
        return server


def run(*arguments, environment=None):
    """Runs consort with these arguments to its end."""
    return subprocess.run([executable(), *arguments], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})},
                          timeout=PATIENCE)
