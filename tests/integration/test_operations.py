"""/healthz, /readyz, /metrics: with promtool and a real Prometheus."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import unittest
import urllib.parse

from consort_server import TestCase, until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(name):
    return shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/sbin")


class OperationsTest(TestCase):
    def test_health_and_readiness(self):
        media = self.subfolder("media")
        with self.server(media=[media]) as server:
            self.assertEqual(server.get("/healthz").status, 200)
            ready = until(lambda: server.get("/readyz").status == 200 and server.json("/readyz"),
                          "the server is ready")
            self.assertIn("database", json.dumps(ready["checks"]))
            self.assertTrue(all("ok" in check for check in ready["checks"].values()), ready)

            os.rename(media, media + "-gone")
            gone = until(lambda: next((answer for answer in [server.get("/readyz")]
                                       if answer.status == 503), None),
                         "/readyz told that the media directory is gone")
            self.assertIn(media, gone.body.decode())
            self.assertEqual(server.get("/healthz").status, 200, "alive although not ready")
            os.rename(media + "-gone", media)
            until(lambda: server.get("/readyz").status == 200, "the directory is back")

    def test_metrics_pass_promtool_and_a_real_prometheus_scrapes_them(self):
        with self.server(media=[self.subfolder("media")]) as server:
            for path in ("/healthz", "/api/v1/tracks", "/api/v1/tracks/none"):
                server.get(path)
            exposed = server.get("/metrics")
            self.assertEqual(exposed.status, 200)
            self.assertTrue(exposed.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            checked = subprocess.run([tool("promtool"), "check", "metrics"], input=exposed.body,
                                     capture_output=True)
            self.assertEqual((checked.stdout + checked.stderr).decode(), "")
            self.assertEqual(checked.returncode, 0)
            self.assertGreater(server.metric("consort_plugins"), 0)

            port = free_port()
            config = os.path.join(self.folder, "prometheus.yml")
            with open(config, "w", encoding="utf-8") as file:
                json.dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [
                    {"job_name": "consort",
                     "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}]}]}, file)
            with open(os.path.join(self.folder, "prometheus.log"), "wb") as log:
                prometheus = subprocess.Popen(
                    [tool("prometheus"), f"--config.file={config}",
                     f"--storage.tsdb.path={self.subfolder('tsdb')}",
                     f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
            self.addCleanup(prometheus.wait)
            self.addCleanup(prometheus.kill)

            def ask(query):
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                    connection.request("GET", "/api/v1/query?" +
                                       urllib.parse.urlencode({"query": query}))
                    answer = connection.getresponse()
                    body = answer.read()
                    connection.close()
                    return json.loads(body)["data"]["result"] if answer.status == 200 else None
                except OSError:
                    self.assertIsNone(prometheus.poll(), "prometheus ended")
                    return None

            up = until(lambda: ask("up{job='consort'} == 1"), "Prometheus says that Consort is up")
            self.assertEqual(up[0]["value"][1], "1")
            for series in ("consort_http_requests_total", "consort_http_request_duration_seconds_bucket",
                           "consort_http_bytes_sent_total", "consort_http_open_connections",
                           "consort_plugins", "consort_segment_cache_bytes",
                           "consort_library_items", "process_resident_memory_bytes"):
                with self.subTest(series):
                    self.assertTrue(ask(f"count({series})"), f"Prometheus has no {series}")
            labelled = ask("consort_http_requests_total{code='404',route=~'.*tracks.*'}")
            self.assertTrue(labelled, "requests are counted by route and status")


if __name__ == "__main__":
    unittest.main()
