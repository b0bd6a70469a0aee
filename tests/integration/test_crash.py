"""kill -9 in the middle of a scan: the next start completes it, nothing twice, nothing lost."""
import os
import shutil
import unittest

from consort_server import TestCase, until
from media_files import make

FILES = 600


class CrashTest(TestCase):
    def library(self):
        media = self.subfolder("media")
        first = make(media, "lossless.flac", seconds=1)
        with open(first, "rb") as file:
            flac = file.read()
        # Different files by a different tail behind the last frame of padding-free FLAC.
        for number in range(FILES):
            folder = os.path.join(media, f"{number // 50:02}")
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"{number:04}.flac"), "wb") as file:
                file.write(flac + number.to_bytes(4, "big"))
        os.unlink(first)
        return media

    def test_killed_scans_are_taken_up(self):
        server = self.server(media=[self.library()], arguments=("--log-level", "warning"))
        reached = []
        for share in (0.1, 0.4):
            server.start()
            until(lambda: server.json("/api/v1/library/scan")["done"] >= FILES * share,
                  "part of the scan is done")
            server.kill()  # SIGKILL
            reached.append(share)
        with server:
            progress = server.scanned()
            self.assertEqual(progress["found"], FILES)
            self.assertLess(progress["probed"], FILES, "what was committed is not read again")
            tracks = server.items("/api/v1/tracks")
            self.assertEqual(len(tracks), FILES)
            self.assertEqual(len({track["id"] for track in tracks}), FILES)
            self.assertEqual(server.items("/api/v1/library/broken"), [])
            self.assertEqual(server.metric("consort_library_items"), FILES)

    def test_killed_while_files_go_and_change(self):
        media = self.library()
        server = self.server(media=[media], arguments=("--log-level", "warning"))
        with server:
            server.scanned()
        shutil.rmtree(os.path.join(media, "00"))
        server.start()
        server.kill()
        with server:
            server.scanned()
            self.assertEqual(len(server.items("/api/v1/tracks")), FILES - 50)


if __name__ == "__main__":
    unittest.main()
