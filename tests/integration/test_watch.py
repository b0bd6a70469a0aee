"""Changes in the media folders show up while the server runs."""
import os
import shutil
import unittest

from consort_server import TestCase, until
from media_files import make


class WatchTest(TestCase):
    def test_files_come_change_move_and_go(self):
        media, outside = self.subfolder("media"), self.subfolder("outside")
        make(media, "vorbis.ogg", title="There from the start")
        new = make(outside, "lossless.flac", title="Newcomer")
        with self.server(media=[media]) as server:
            server.scanned()

            def titles():
                return sorted(track["title"] for track in server.items("/api/v1/tracks"))

            self.assertEqual(titles(), ["There from the start"])
            shutil.copy(new, media)
            until(lambda: titles() == ["Newcomer", "There from the start"], "the copied file is listed")
            track = next(t for t in server.items("/api/v1/tracks") if t["title"] == "Newcomer")
            self.assertEqual(server.get(f"/api/v1/stream/{track['id']}/direct").status, 200)

            os.makedirs(os.path.join(media, "deep", "er"))
            shutil.copy(make(outside, "cbr.mp3", title="Deep"), os.path.join(media, "deep", "er"))
            until(lambda: "Deep" in titles(), "a file in a new folder is listed")

            replaced = make(outside, "lossless.flac", title="Newcomer, second edition", frequency=500)
            os.replace(replaced, os.path.join(media, "lossless.flac"))
            until(lambda: "Newcomer, second edition" in titles() and "Newcomer" not in titles(),
                  "the replaced file shows its new title")

            os.unlink(os.path.join(media, "lossless.flac"))
            shutil.rmtree(os.path.join(media, "deep"))
            until(lambda: titles() == ["There from the start"], "what was removed is gone")
            self.assertEqual(server.get(f"/api/v1/stream/{track['id']}/direct").status, 404)


if __name__ == "__main__":
    unittest.main()
