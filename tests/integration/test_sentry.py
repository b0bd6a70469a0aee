"""Errors go to Sentry: a real server, and a collector that writes down what arrives."""
import http.server
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import unittest

from consort_server import TestCase, run, until

KEY = "0123456789abcdef0123456789abcdef"


class Collector:
    """An HTTP server that keeps every request; `answers` are (status, headers), the last one stays.

    `certificate` is a PEM file with its key; with it the server speaks HTTPS.
    """

    def __init__(self, port=0, answers=((200, {}),), hold=None, certificate=None):
        self.requests, self.answers, self.hold = [], list(answers), hold
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append((self.path, self.headers, body))
                if collector.hold is not None:
                    collector.hold.wait()
                status, headers = collector.answers[0]
                if len(collector.answers) > 1:
                    collector.answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def port(self):
        return self.server.server_address[1]

    def dsn(self, project="42", path="", secret=""):
        return f"http://{KEY}{secret}@127.0.0.1:{self.port}{path}/{project}"

    def messages(self):
        return [event["message"] for event in map(self.event, self.requests)]

    @staticmethod
    def event(request):
        return json.loads(request[2].split(b"\n")[2])

    def stop(self):
        if self.hold is not None:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class SentryTest(TestCase):
    def collector(self, **arguments):
        collector = Collector(**arguments)
        self.addCleanup(collector.stop)
        return collector

    def sentry_server(self, dsn="", keys="", name="server", environment=None, sections=""):
        """A server whose configuration can be spoiled, so that it logs errors."""
        clean = {f"SENTRY_{key}": "" for key in ("DSN", "RELEASE", "ENVIRONMENT")}
        config = f'{sections}\n[plugins.sentry]\ndsn = "{dsn}"\n{keys}\n'
        server = self.server(name, config=config, environment={**clean, **(environment or {})})
        server.config = config
        return server

    @staticmethod
    def spoil(server, names):
        """One error in the log for each name, and one more: the configuration has mistakes."""
        with open(os.path.join(server.folder, "consort.toml"), "w", encoding="utf-8") as file:
            file.write(server.config + "\n[server]\n" + "".join(f"{name} = 1\n" for name in names))
        before = server.log().count("nothing was changed")
        server.signal(signal.SIGHUP)
        until(lambda: server.log().count("nothing was changed") > before, "the mistakes are logged")

    def outcomes(self, server):
        text = server.get("/metrics").body.decode()
        found = re.findall(r'consort_plugin_sentry_events_total\{outcome="(\w+)"\} (\d+)', text)
        return {name: int(count) for name, count in found}

    def test_an_error_at_start_arrives_as_an_envelope_without_personal_data(self):
        collector = self.collector()
        folder = self.subfolder("home/alice/plugins")
        with open(os.path.join(folder, "broken.so"), "w", encoding="utf-8") as file:
            file.write("no shared library")
        built_in = os.path.join(os.path.dirname(os.path.dirname(os.environ["CONSORT"])),
                                "lib/consort/plugins")
        server = self.sentry_server(
            environment={"SENTRY_DSN": collector.dsn()},
            sections=f'[plugins]\ndirectories = ["{built_in}", "{folder}"]')
        with server:
            until(lambda: collector.requests, "the error arrived")
            self.assertIn(f"127.0.0.1:{collector.port}, project 42", server.log())
        self.assertNotIn(KEY, server.log())
        self.assertEqual(len(collector.requests), 1, collector.messages())
        path, headers, body = collector.requests[0]
        self.assertEqual(path, "/api/42/envelope/")
        self.assertEqual(headers["Content-Type"], "application/x-sentry-envelope")
        self.assertRegex(headers["X-Sentry-Auth"],
                         rf"^Sentry sentry_version=7, sentry_client=\S+/\S+, sentry_key={KEY}$")

        head, item, payload, rest = body.split(b"\n")
        self.assertEqual(rest, b"")
        head, item, event = json.loads(head), json.loads(item), json.loads(payload)
        self.assertEqual(item["type"], "event")
        self.assertEqual(item["length"], len(payload))
        self.assertRegex(event["event_id"], r"^[0-9a-f]{32}$")
        self.assertEqual(head["event_id"], event["event_id"])
        for time in (head["sent_at"], event["timestamp"]):
            self.assertRegex(time, r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual((event["level"], event["logger"], event["platform"]),
                         ("error", "plugins", "native"))
        self.assertRegex(event["release"], r"^consort@\d+\.\d+")
        self.assertEqual(event["environment"], "production")
        self.assertIn("broken", event["message"])
        self.assertIn("/home/<user>/plugins/broken.so", event["message"])
        for private in (b"alice", b"127.0.0.1", socket.gethostname().encode()):
            self.assertNotIn(private, body)
        for name in ("server_name", "user", "request"):
            self.assertNotIn(name, event)

    def test_rate_and_repetitions_are_bounded(self):
        collector = self.collector()
        with self.sentry_server(collector.dsn(), "burst = 5\nevents_per_minute = 0.01") as server:
            names = [f"strange_{i}" for i in range(40)]
            self.spoil(server, names)
            until(lambda: sum(self.outcomes(server).values()) == 41 and
                  self.outcomes(server)["sent"] == 5, "every error was counted")
            self.assertEqual(self.outcomes(server)["limited"], 36)
            # The same again: five are known, for the others there is still no room.
            self.spoil(server, names)
            until(lambda: sum(self.outcomes(server).values()) == 82, "every error was counted")
            self.assertEqual(self.outcomes(server)["repeated"], 5)
            self.assertEqual(self.outcomes(server)["limited"], 72)
        messages = collector.messages()
        self.assertEqual(len(messages), 5, messages)
        self.assertEqual(len(set(messages)), 5, messages)
        self.assertTrue(all("strange_" in message for message in messages), messages)

    def test_the_servers_limit_is_heeded(self):
        for status, headers in ((429, {"Retry-After": "3600"}),
                                (200, {"X-Sentry-Rate-Limits": "3600:error:organization:quota"})):
            with self.subTest(status=status):
                collector = self.collector(answers=[(status, headers)])
                with self.sentry_server(collector.dsn(), name=f"server-{status}") as server:
                    self.spoil(server, ["strange"])
                    until(lambda: sum(self.outcomes(server).values()) >= 1, "the answer came")
                    before = self.outcomes(server)["refused"]
                    self.spoil(server, ["one", "two"])
                    until(lambda: self.outcomes(server)["refused"] >= before + 2,
                          "the others were held back")
                self.assertEqual(len(collector.requests), 1, collector.messages())

    def test_a_secret_a_path_and_the_names_of_the_configuration(self):
        collector = self.collector()
        keys = 'environment = "test"\nrelease = "r7"\nserver_name = "box"\nlevel = "warning"'
        dsn = collector.dsn("7", "/below/it", ":secret99")
        with self.sentry_server(dsn, keys) as server:
            until(lambda: any("media folders" in text for text in collector.messages()),
                  "the warning arrived")
            self.assertNotIn("secret99", server.log())
        path, headers, _ = collector.requests[0]
        self.assertEqual(path, "/below/it/api/7/envelope/")
        self.assertTrue(headers["X-Sentry-Auth"].endswith(", sentry_secret=secret99"))
        event = collector.event(collector.requests[0])
        self.assertEqual((event["environment"], event["release"], event["server_name"],
                          event["level"]), ("test", "r7", "box", "warning"))

    def test_without_a_dsn_nothing_is_sent(self):
        collector = self.collector()
        proxy = f"http://127.0.0.1:{collector.port}"
        proxies = {name: proxy for name in ("http_proxy", "https_proxy", "all_proxy")}
        with self.sentry_server(environment=proxies) as server:
            self.spoil(server, ["strange"])
            self.assertEqual(self.outcomes(server), {})
            plugins = {plugin["name"]: plugin for plugin in server.items("/api/v1/admin/plugins")}
            self.assertEqual(plugins["sentry"]["state"], "active")
            self.assertEqual(plugins["sentry"]["components"], [])
        self.assertEqual(collector.requests, [])
        # The same proxy is used as soon as there is a DSN, so the test above could have failed.
        with self.sentry_server("http://key@sentry.invalid/1", environment=proxies,
                                name="with-dsn") as server:
            self.spoil(server, ["strange"])
            until(lambda: collector.requests, "the error went to the proxy")
        self.assertEqual(collector.requests[0][0], "http://sentry.invalid/api/1/envelope/")

    def test_what_cannot_be_sent_waits(self):
        first = Collector()
        port, dsn = first.port, first.dsn()
        first.stop()
        with self.sentry_server(dsn) as server:
            self.spoil(server, ["strange"])
            until(lambda: "errors do not reach Sentry" in server.log(), "the log told of it")
            collector = self.collector(port=port)
            until(lambda: len(collector.requests) == 2, "the errors arrived")
            until(lambda: "errors reach Sentry again" in server.log(), "the log told of it")
            until(lambda: self.outcomes(server)["sent"] == 2, "both are counted")
            self.assertEqual(self.outcomes(server)["lost"], 0)

    def test_the_end_sends_what_waits_and_does_not_wait_for_long(self):
        collector = self.collector()
        with self.sentry_server(collector.dsn(), "flush_seconds = 60") as server:
            self.spoil(server, ["last_words"])
        self.assertTrue(any("last_words" in text for text in collector.messages()))

        stuck = self.collector(hold=threading.Event())
        keys = "flush_seconds = 0\ntimeout_seconds = 120"
        with self.sentry_server(stuck.dsn(), keys, name="stuck") as server:
            self.spoil(server, ["strange"])
            until(lambda: stuck.requests, "the first error is on its way")
            self.spoil(server, [f"more_{i}" for i in range(20)])
            self.assertEqual(server.get("/healthz").status, 200, "nobody waits for Sentry")
        self.assertIn("errors that Sentry was not told before the end", server.log())

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        both = os.path.join(self.folder, "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", both, "-out", both + ".crt"], check=True, capture_output=True)
        with open(both, "a", encoding="utf-8") as file, open(both + ".crt", encoding="utf-8") as crt:
            file.write(crt.read())
        collector = self.collector(certificate=both)
        with self.sentry_server(collector.dsn().replace("http:", "https:")) as server:
            self.spoil(server, ["strange"])
            until(lambda: "errors do not reach Sentry: SSL certificate problem" in server.log(),
                  "the log told of it")
        self.assertEqual(collector.requests, [])

    def test_a_wrong_dsn_is_told_without_its_key(self):
        with self.sentry_server(f"https://{KEY}@sentry.invalid/") as server:
            self.assertIn("does not end in the number of a project", server.log())
            self.assertNotIn(KEY, server.log())
            self.assertEqual(server.get("/readyz").status, 200)
        listed = run("plugin", "list", "--config", os.path.join(server.folder, "consort.toml"),
                     "--data", server.data)
        self.assertIn("number of a project", listed.stdout)
        self.assertNotIn(KEY, listed.stdout + listed.stderr)


if __name__ == "__main__":
    unittest.main()
