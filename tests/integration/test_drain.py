"""SIGTERM: a slow download is finished, new connections are refused, the exit code is 0."""
import hashlib
import http.client
import os
import signal
import socket
import unittest

from consort_server import TestCase, until
from media_files import make


class DrainTest(TestCase):
    def test_a_slow_download_is_completed(self):
        media = self.subfolder("media")
        path = make(media, "pcm.wav", seconds=240)  # larger than all the sockets' buffers together
        with open(path, "rb") as file:
            whole = hashlib.sha256(file.read()).hexdigest()
        server = self.server(media=[media])
        server.start()
        server.scanned()
        track = server.items("/api/v1/tracks")[0]["id"]

        idle = server.connection()
        idle.request("GET", "/healthz")
        idle.getresponse().read()
        slow = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        slow.connect()
        slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        slow.request("GET", f"/api/v1/stream/{track}/direct")
        answer = slow.getresponse()
        self.assertEqual(answer.status, 200)
        body = hashlib.sha256(answer.read(100_000))

        server.signal(signal.SIGTERM)

        def refused():
            try:
                socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
                return False
            except OSError:
                return True

        until(refused, "new connections are refused")
        idle.sock.settimeout(30)
        self.assertEqual(idle.sock.recv(1), b"", "an idle connection is closed at once")
        self.assertIsNone(server.process.poll(), "the server waits for the download")
        received = 100_000
        while piece := answer.read(1 << 16):
            body.update(piece)
            received += len(piece)
        self.assertEqual(received, os.path.getsize(path))
        self.assertEqual(body.hexdigest(), whole)
        slow.close()
        server.stop()

    def test_drain_does_not_wait_for_ever(self):
        media = self.subfolder("media")
        make(media, "pcm.wav", seconds=240)
        server = self.server(media=[media], config='[server]\ndrain_timeout_seconds = 1\n')
        server.start()
        server.scanned()
        track = server.items("/api/v1/tracks")[0]["id"]
        stuck = socket.create_connection(("127.0.0.1", server.port))
        stuck.sendall(f"GET /api/v1/stream/{track}/direct HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        self.assertTrue(stuck.recv(100))
        server.stop()
        stuck.close()

    def test_interrupt_ends_an_idle_server(self):
        server = self.server(media=[self.subfolder("media")])
        server.start()
        server.signal(signal.SIGINT)
        server.stop()


if __name__ == "__main__":
    unittest.main()
