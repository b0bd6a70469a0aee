"""Hostile URLs and headers against the whole server: each gets a proper refusal, none gets a file."""
import os
import socket
import unittest

from consort_server import PATIENCE, TestCase
from media_files import make


class HostileTest(TestCase):
    def setUp(self):
        super().setUp()
        media = self.subfolder("media")
        make(media, "lossless.flac")
        with open(os.path.join(self.folder, "secret.txt"), "w", encoding="utf-8") as file:
            file.write("the-secret-text")
        self.running = self.server(media=[media], config="[server]\nheader_timeout_seconds = 1\n"
                                   "body_timeout_seconds = 1\nidle_timeout_seconds = 1\n")
        self.running.start()
        self.running.scanned()
        self.track = self.running.items("/api/v1/tracks")[0]["id"]

    def tearDown(self):
        self.running.stop()
        super().tearDown()

    def raw(self, request):
        """Status of the first answer, and all that came; None if the server just closed."""
        with socket.create_connection(("127.0.0.1", self.running.port), timeout=PATIENCE) as peer:
            try:
                peer.sendall(request)
            except OSError:
                pass  # refused before it was all sent
            came = b""
            try:
                while piece := peer.recv(65536):
                    came += piece
            except ConnectionError:
                pass
        if not came:
            return None, came
        self.assertTrue(came.startswith(b"HTTP/1.1 "), came[:80])
        return int(came[9:12]), came

    def test_paths(self):
        secret = os.path.join(self.folder, "secret.txt")
        up = "../" * 12
        paths = [f"/{up}etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd",
                 "/assets/../../../../etc/passwd", "/assets/%2e%2e%2f%2e%2e%2fetc/passwd",
                 f"/{secret}", f"//{secret}", "/%00", "/%", "/%zz", "/%c0%ae%c0%ae/", "/\\..\\..\\x",
                 "/api/v1/tracks/..%2f..%2f", "/api/v1/tracks/%00", "/api/v1/tracks/" + "a" * 5000,
                 f"/api/v1/stream/file:%2f%2f{secret}/direct", f"/api/v1/stream/{up}/direct",
                 f"/api/v1/stream/{self.track}/../../../../../etc/passwd",
                 f"/api/v1/stream/{self.track}/original/segment99999999999999999999.m4s",
                 f"/api/v1/stream/{self.track}/original/segment-1.m4s",
                 f"/api/v1/stream/{self.track}/original/segment0x0.m4s",
                 f"/api/v1/stream/{self.track}/%6eone/playlist.m3u8",
                 "/api/v1/tracks?limit=-1", "/api/v1/tracks?limit=99999999999999999999",
                 "/api/v1/tracks?cursor=%ff%fe", "/api/v1/tracks?sort=drop%20table",
                 "/api/v1/search?q=%27%22%3b--%00", "/?" + "a=b&" * 1000]
        for path in paths:
            with self.subTest(path[:80]):
                status, came = self.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                        .encode("latin-1"))
                self.assertNotIn(b"root:", came)
                self.assertNotIn(b"the-secret-text", came)
                self.assertIsNotNone(status)
                self.assertNotIn(status, (500, 502), came[:300])  # 503: no page is built

    def test_heads(self):
        requests = [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
                    b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
                    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", b"G" * 100_000,
                    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
                    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                    b"POST /api/v1/library/scan HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
        for request in requests:
            with self.subTest(request[:60]):
                status, came = self.raw(request)
                if status is not None:
                    self.assertTrue(400 <= status < 500 or status in (501, 503, 505), came[:300])

    def test_range_headers(self):
        path = f"/api/v1/stream/{self.track}/direct"
        size = int(self.running.request("HEAD", path).headers["Content-Length"])
        ranges = {"bytes=0-0": 206, "bytes=-1": 206, f"bytes={size - 1}-": 206,
                  f"bytes={size}-": 416, "bytes=-0": 416,
                  "bytes=99999999999999999999999-": None, "bytes=5-2": 200, "bytes=a-b": 200,
                  "lines=1-2": 200, "bytes=": 200, "bytes=0-18446744073709551615": 206,
                  "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 4000, 2)): None,
                  "bytes=" + ",".join(["0-"] * 1000): None}
        for value, status in ranges.items():
            with self.subTest(value[:40]):
                answer = self.running.get(path, {"Range": value})
                if status is None:
                    self.assertIn(answer.status, (200, 206, 400, 416, 431))
                else:
                    self.assertEqual(answer.status, status)
                self.assertLess(len(answer.body), 3 * size)

    def test_other_headers(self):
        for name, value in (("If-Modified-Since", "yesterday"), ("If-None-Match", '"' * 3000),
                            ("Accept-Encoding", "gzip;q=999, br;q=nan, *;q="), ("Accept", ";;;,,,"),
                            ("If-Range", "\xff\xfe"), ("Cookie", "=" * 4000), ("Expect", "a miracle"),
                            ("Origin", "null\x0b"), ("X-Request-Id", "a\tb" * 1000),
                            ("Connection", "close, close, keep-alive, upgrade"), ("Upgrade", "h2c")):
            with self.subTest(name):
                status, came = self.raw(f"GET /healthz HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n\r\n"
                                        .encode("latin-1"))
                if status is not None:
                    self.assertLess(status, 500, came[:200])
        self.assertTrue(self.running.answers())


if __name__ == "__main__":
    unittest.main()
