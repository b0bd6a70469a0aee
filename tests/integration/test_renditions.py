"""Segments that are encoded on demand: the same bytes on every node, kept over restarts and crashes."""
import hashlib
import os
import random
import re
import signal
import threading
import unittest

from consort_server import TestCase, until
from media_files import make

RENDITION = "aac-128"


class RenditionsTest(TestCase):
    def setUp(self):
        super().setUp()
        self.media = self.subfolder("media")
        make(self.media, "lossless.flac", seconds=31, title="Long")

    def node(self, name, config="[renditions]\nmake_ahead = 0\n"):
        return self.server(name, media=[self.media], config=config)

    def segments(self, server):
        """The addresses of the segments of the rendition."""
        server.scanned()
        item = server.items("/api/v1/tracks")[0]["id"]
        base = f"/api/v1/stream/{item}/{RENDITION}"
        answer = server.get(f"{base}/playlist.m3u8")
        if answer.status == 404 and server.metric("consort_rendition_available") == 0:
            self.skipTest("no codec plugins are loaded")
        self.assertEqual(answer.status, 200, answer.body)
        names = re.findall(r"^(segment\d+\.m4s\S*)$", answer.body.decode(), re.M)
        self.assertEqual(len(names), 5)
        return [f"{base}/{name}" for name in names]

    def digest(self, server, address):
        answer = server.get(address)
        self.assertEqual(answer.status, 200, answer.body[:300])
        return hashlib.sha256(answer.body).hexdigest()

    def stored(self, server):
        return [os.path.join(folder, name)
                for folder, _, names in os.walk(os.path.join(server.data, "segments"))
                for name in names if os.path.basename(folder) != "new"]

    def test_two_nodes_make_the_same_bytes_in_any_order(self):
        with self.node("one") as one, self.node("two") as two:
            addresses, others = self.segments(one), self.segments(two)
            first = [self.digest(one, address) for address in addresses]
            order = list(range(len(others)))
            random.Random(7).shuffle(order)
            second = {number: self.digest(two, others[number]) for number in order}
            self.assertEqual(first, [second[number] for number in range(len(first))])
            self.assertEqual(len(set(first)), len(first))

    def test_a_restart_encodes_nothing_again_and_damage_is_mended(self):
        with self.node("one") as server:
            address = self.segments(server)
            before = [self.digest(server, one) for one in address]
            until(lambda: len(self.stored(server)) >= len(address), "the segments are on disk")
        with server:
            address = self.segments(server)
            self.assertEqual([self.digest(server, one) for one in address], before)
            self.assertEqual(server.metric("consort_rendition_segments_total"), 0)
        for path in self.stored(server):
            with open(path, "r+b") as file:
                file.seek(os.path.getsize(path) // 2)
                file.write(b"damage")
        with server:
            address = self.segments(server)
            self.assertEqual([self.digest(server, one) for one in address], before)
            self.assertGreaterEqual(server.metric("consort_rendition_store_damaged_total"),
                                    len(before))

    def test_what_a_kill_leaves_is_never_wrong(self):
        with self.node("reference") as reference:
            right = [self.digest(reference, one) for one in self.segments(reference)]
        server = self.node("victim")
        for after in (0, 1, 3):
            server.start()
            addresses = self.segments(server)
            answered = threading.Semaphore(0)

            def listen(address):
                try:
                    server.get(address)
                    answered.release()
                except OSError:
                    pass  # the server was killed

            listeners = [threading.Thread(target=listen, args=(one,)) for one in addresses]
            for listener in listeners:
                listener.start()
            for _ in range(after):
                answered.acquire(timeout=60)
            server.kill()
            for listener in listeners:
                listener.join()
        with server:
            addresses = self.segments(server)
            self.assertEqual([self.digest(server, one) for one in addresses], right)
            self.assertEqual(server.metric("consort_rendition_store_damaged_total"), 0)

    def test_a_changed_rendition_is_told_when_the_file_is_read_again(self):
        with self.node("one") as server:
            with open(os.path.join(server.folder, "consort.toml"), "a", encoding="utf-8") as file:
                file.write('[renditions.aac-96]\ncodec = "aac"\nbit_rate = 96000\n')
            server.signal(signal.SIGHUP)
            until(lambda: "need a restart: renditions.aac-96" in server.log(), "the log says so")

    def test_the_disk_tier_keeps_its_bound(self):
        bound = 220_000
        config = f"[cache]\ndisk_bytes = {bound}\ncoded_bytes = 0\n[renditions]\nmake_ahead = 0\n"
        with self.node("one", config) as server:
            for address in self.segments(server):
                self.digest(server, address)
                size = sum(os.path.getsize(path) for path in self.stored(server)
                           if os.path.exists(path))
                self.assertLessEqual(size, bound)
            until(lambda: self.stored(server), "a segment is on disk")


if __name__ == "__main__":
    unittest.main()
