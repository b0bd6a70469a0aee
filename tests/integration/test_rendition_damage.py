"""kill -9 while segments are made, and damage to what is kept: nothing wrong is ever served."""
import os
import random
import threading
import unittest

from consort_server import until
from media_files import make
from rendition_case import RenditionCase


def damages(good, other):
    """What may become of a stored segment, by name; `other` is another's bytes."""
    def flipped(*places):
        bad = bytearray(good)
        for place in places:
            bad[place] ^= 0x40
        return bytes(bad)

    return {"empty": b"", "a byte": good[:1], "half a header": good[:24], "a header": good[:48],
            "half": good[:len(good) // 2], "all but one byte": good[:-1],
            "one byte more": good + b"\0", "zeros": bytes(len(good)),
            "zeros from a page on": good[:4096] + bytes(len(good) - 4096),
            "magic": flipped(0), "checksum": flipped(8), "size": flipped(16), "key": flipped(50),
            "first sample": flipped(160), "middle": flipped(len(good) // 2),
            "end": flipped(len(good) - 1), "many bytes": flipped(*range(200, len(good), 97)),
            "another's": other}


class RenditionDamageTest(RenditionCase):
    def setUp(self):
        super().setUp()
        make(self.media, "lossless.flac", seconds=25, title="One")
        make(self.media, "pcm.wav", seconds=25, title="Two", frequency=523)

    def test_what_a_kill_leaves_is_never_wrong(self):
        with self.node("reference") as reference:
            right = self.digests(reference)
        noise = random.Random(11)
        server = self.node("victim")
        for after in (0, 1, 3, 6, 9):
            server.start()
            addresses = self.all_addresses(server)
            order = list(addresses)
            noise.shuffle(order)
            wrong, answered = [], threading.Semaphore(0)

            def listen(names):
                try:
                    for name in names:
                        if self.digest(server, addresses[name]) != right[name]:
                            wrong.append(name)
                        answered.release()
                except OSError:
                    pass  # the server was killed

            listeners = [threading.Thread(target=listen, args=(order[first::6],))
                         for first in range(6)]
            for listener in listeners:
                listener.start()
            for _ in range(after):
                answered.acquire(timeout=60)
            server.kill()
            for listener in listeners:
                listener.join()
            self.assertEqual(wrong, [])
            with open(os.path.join(self.new_folder(server), "0" * 32), "wb") as file:
                file.write(b"cut off")  # as if it had been killed here, whenever it was
        with server:
            self.assertEqual(self.digests(server), right)
            self.assertEqual(server.metric("consort_rendition_store_damaged_total"), 0)
            self.assertGreater(server.metric("consort_rendition_hits_total"), 0,
                               "what had been made was found again")
            until(lambda: not self.under_way(server), "the remains were cleaned up")
            until(lambda: len(self.stored(server)) >= len(right), "all segments are on disk")
        self.assertEqual(self.under_way(server), [])

    def new_folder(self, server):
        folder = os.path.join(server.data, "segments", "new")
        os.makedirs(folder, exist_ok=True)
        return folder

    def test_damage_is_noticed_and_mended(self):
        with self.node("one") as server:
            right = self.digests(server)
            until(lambda: len(self.stored(server)) >= len(right), "the segments are on disk")
        files = {}
        for path in self.stored(server):
            with open(path, "rb") as file:
                files[path] = file.read()
        # The largest are segments; each gets a kind of damage of its own.
        paths = sorted(files, key=lambda path: -len(files[path]))
        kinds = list(damages(files[paths[0]], b""))
        for number, kind in enumerate(kinds):
            with open(paths[number], "wb") as file:
                file.write(damages(files[paths[number]], files[paths[number + 1]])[kind])
        with server:
            self.assertEqual(self.digests(server), right)
            self.assertEqual(server.metric("consort_rendition_store_damaged_total"), len(kinds))
            self.assertEqual(server.metric("consort_rendition_segments_total"), len(kinds))

            def mended():
                now = {}
                for path in self.stored(server):
                    with open(path, "rb") as file:
                        now[path] = file.read()
                return all(now.get(path) == files[path] for path in paths[:len(kinds)])

            until(mended, "what was made anew is on disk, the same as before")
        with server:
            self.assertEqual(self.digests(server), right)
            self.assertEqual(server.metric("consort_rendition_segments_total"), 0)


if __name__ == "__main__":
    unittest.main()
