"""Segments that are encoded on demand: the same bytes on every node, and kept over restarts."""
import os
import random
import signal
import unittest

from consort_server import until
from media_files import make
from rendition_case import RenditionCase


class RenditionsTest(RenditionCase):
    def setUp(self):
        super().setUp()
        make(self.media, "lossless.flac", seconds=31, title="Long")

    def segments(self, server):
        server.scanned()
        found = self.addresses(server, server.items("/api/v1/tracks")[0]["id"])
        self.assertEqual(len(found), 5)
        return found

    def test_two_nodes_make_the_same_bytes_in_any_order(self):
        with self.node("one") as one, self.node("two") as two:
            addresses, others = self.segments(one), self.segments(two)
            first = [self.digest(one, address) for address in addresses]
            order = list(range(len(others)))
            random.Random(7).shuffle(order)
            second = {number: self.digest(two, others[number]) for number in order}
            self.assertEqual(first, [second[number] for number in range(len(first))])
            self.assertEqual(len(set(first)), len(first))

    def test_a_restart_encodes_nothing_again(self):
        with self.node("one") as server:
            addresses = self.segments(server)
            before = [self.digest(server, address) for address in addresses]
            until(lambda: len(self.stored(server)) >= len(addresses), "the segments are on disk")
        with server:
            addresses = self.segments(server)
            self.assertEqual([self.digest(server, address) for address in addresses], before)
            self.assertEqual(server.metric("consort_rendition_segments_total"), 0)

    def test_a_changed_rendition_is_told_when_the_file_is_read_again(self):
        with self.node("one") as server:
            with open(os.path.join(server.folder, "consort.toml"), "a", encoding="utf-8") as file:
                file.write('[renditions.aac-96]\ncodec = "aac"\nbit_rate = 96000\n')
            server.signal(signal.SIGHUP)
            until(lambda: "need a restart: renditions.aac-96" in server.log(), "the log says so")


if __name__ == "__main__":
    unittest.main()
