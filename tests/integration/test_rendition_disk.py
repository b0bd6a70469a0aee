"""The disk tier of encoded segments: its bound, and a disk that is full."""
import concurrent.futures
import os
import random
import resource
import signal
import subprocess
import unittest

from consort_server import until
from disk import disk_usage
from media_files import make
from rendition_case import RenditionCase

ALL = ("aac-64", "aac-320", "flac", "mp3-320")  # about 6 MB
SAID = "segments can't be kept on disk, playing goes on from memory"


def mounting():
    """What stands before a command that mounts and runs another; None: not allowed here."""
    own = ["unshare", "--mount"] if os.getuid() == 0 else \
        ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        tried = subprocess.run([*own, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    except OSError:
        return None
    return own if tried.returncode == 0 else None


class RenditionDiskTest(RenditionCase):
    def setUp(self):
        super().setUp()
        make(self.media, "lossless.flac", seconds=31, title="Long")

    def usage(self, server):
        """Of the disk tier, as du says it, at one moment: the server stands still meanwhile."""
        def stopped():
            with open(f"/proc/{server.process.pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] == "T"

        server.signal(signal.SIGSTOP)
        try:
            until(stopped, "the server stood still")
            return disk_usage(os.path.join(server.data, "segments"))
        finally:
            server.signal(signal.SIGCONT)

    def within(self, server, bound, work):
        """Runs the pieces of work on several threads, and looks at the disk all the time."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            running = [pool.submit(piece) for piece in work]
            looks = 0
            while looks == 0 or not all(one.done() for one in running):
                self.assertLessEqual(self.usage(server), bound)
                looks += 1
            for one in running:
                one.result()

    def test_the_bound_holds_at_every_moment(self):
        with self.node("reference") as reference:
            right = self.digests(reference, ALL)
        # A part of what is asked for; the smaller one holds no segment of FLAC.
        for bound in (2_000_000, 300_000):
            config = (f"[cache]\ndisk_bytes = {bound}\ncoded_bytes = 500000\n"
                      "[renditions]\nmake_ahead = 1\n")
            server = self.node("small", config)
            with server:
                until(lambda: self.usage(server) <= bound, "what is too much was removed")
                addresses = self.all_addresses(server, ALL)
                order = 2 * list(addresses)
                random.Random(bound).shuffle(order)

                def ask(name, server=server, addresses=addresses):
                    self.assertEqual(self.digest(server, addresses[name]), right[name], name)

                self.within(server, bound, [lambda name=name: ask(name) for name in order])
                until(lambda: self.stored(server), "segments are on disk")
                self.assertLessEqual(self.usage(server), bound)
                self.assertEqual(server.metric("consort_rendition_store_errors_total"), 0)
                self.assertEqual(server.metric("consort_rendition_store_damaged_total"), 0)

    def plays_from_memory(self, server, right):
        """All is right, and of what was made nothing is made again, though the disk is full."""
        self.assertEqual(self.digests(server, ALL), right)
        until(lambda: server.metric("consort_rendition_store_full") == 1, "the metric tells it")
        self.assertGreaterEqual(server.metric("consort_rendition_store_errors_total"), 1)
        made = server.metric("consort_rendition_segments_total")
        self.assertEqual(self.digests(server, ALL), right)
        self.assertEqual(server.metric("consort_rendition_segments_total"), made)
        self.assertEqual(server.log().count(SAID), 1, "it is said once")
        self.assertEqual(server.get("/healthz").status, 200)

    def reference(self):
        with self.node("reference") as server:
            return self.digests(server, ALL)

    def test_a_full_disk(self):
        own = mounting()
        if own is None:
            print("skipped: mounting a small disk is allowed neither to this user nor in a user "
                  "namespace of its own")
            self.skipTest("no mounting")
        right = self.reference()
        server = self.server("full", media=[self.media], config="[renditions]\nmake_ahead = 0\n")
        segments = os.path.join(server.data, "segments")
        os.makedirs(segments)
        server.command = [*own, "sh", "-c", 'mount -t tmpfs -o size=1m none "$0" && exec "$@"',
                          segments, *server.command]
        with server:
            self.plays_from_memory(server, right)
            self.assertIn("No space left on device", server.log())
            inside = f"/proc/{server.process.pid}/root{os.path.realpath(segments)}"
            self.assertTrue(os.path.ismount(inside))
            self.assertEqual(os.listdir(os.path.join(inside, "new")), [], "nothing half is left")

    def test_a_limit_on_files_that_goes_away(self):
        right = self.reference()
        server = self.node("limited", '[server]\naccess_log = ""\n[renditions]\nmake_ahead = 0\n')
        with server:
            addresses = self.all_addresses(server, ALL)
            pid = server.process.pid
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (80_000, most))
            self.plays_from_memory(server, right)
            self.assertEqual(self.under_way(server), [], "nothing half is left")
            self.assertEqual([path for path in self.stored(server)
                              if os.path.getsize(path) > 80_000], [])
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        with server:
            self.assertEqual({name: self.digest(server, path)
                              for name, path in addresses.items()}, right)
            until(lambda: len(self.stored(server)) >= len(right), "segments are kept again")
            self.assertEqual(server.metric("consort_rendition_store_full"), 0)


if __name__ == "__main__":
    unittest.main()
