"""Damaged, empty and wrongly named files: told of or served, and the server lives on."""
import concurrent.futures
import http.client
import os
import unittest

from consort_server import TestCase
from media_files import FORMATS, damage, make

SEED = 20_240_229
STREAMS = ("direct", "playlist.m3u8", "original/playlist.m3u8", "original/init.mp4",
           "original/segment0.m4s", "progressive.m3u8", "progressive.m4a", "progressive.mp4")


class BadFilesTest(TestCase):
    def damaged_library(self):
        good, bad = self.subfolder("good"), self.subfolder("bad")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda name: make(good, name), FORMATS))
        for number, name in enumerate(sorted(FORMATS)):
            with open(os.path.join(good, name), "rb") as file:
                data = file.read()
            stem, extension = os.path.splitext(name)
            for kind in ("truncated", "flipped", "head", "empty"):
                with open(os.path.join(bad, f"{stem}-{kind}{extension}"), "wb") as file:
                    file.write(damage(data, kind, SEED + number))
            other = sorted(FORMATS)[(number + 5) % len(FORMATS)]
            with open(os.path.join(bad, f"{stem}-named{os.path.splitext(other)[1]}"), "wb") as file:
                file.write(data)
        for name, data in (("text.flac", b"I am a poem.\n" * 40), ("zeros.mp3", bytes(70_000)),
                           ("page.m4a", b"<!doctype html><html>404 Not Found</html>")):
            with open(os.path.join(bad, name), "wb") as file:
                file.write(data)
        return bad

    def told_properly(self, answer, about):
        """Served, or refused with a reason that a person understands; never an internal error."""
        if answer.status >= 400:
            problem = answer.json()
            self.assertNotEqual(problem["code"], "internal", (about, problem))
            self.assertGreater(len(problem["detail"]), 10, (about, problem))

    def test_every_file_is_listed_or_told_broken(self):
        bad = self.damaged_library()
        with self.server(media=[bad]) as server:
            server.scanned()
            broken = server.items("/api/v1/library/broken")
            for entry in broken:
                self.assertGreater(len(entry["reason"]), 10, entry)
            told = {entry["file"] for entry in broken}
            items = server.items("/api/v1/tracks") + server.items("/api/v1/movies") + \
                server.items("/api/v1/episodes")
            self.assertEqual(len(items) + len(told), len(os.listdir(bad)),
                             "a file is neither listed nor told broken")
            for name in os.listdir(bad):
                if "-empty" in name or name in ("text.flac", "page.m4a"):
                    self.assertIn(name, told)

            def play(item):
                return item, {what: server.get(f"/api/v1/stream/{item['id']}/{what}")
                              for what in STREAMS}

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                for item, answers in pool.map(play, items):
                    for what, answer in answers.items():
                        self.told_properly(answer, (item, what))
            self.assertTrue(server.answers())

    def test_a_file_that_breaks_after_the_scan(self):
        media = self.subfolder("media")
        path = make(media, "aac.m4a", seconds=20)
        with self.server(media=[media], config="[library]\nwatch = false\n") as server:
            server.scanned()
            track = server.items("/api/v1/tracks")[0]["id"]
            with open(path, "r+b") as file:
                file.truncate(3000)
            for what in STREAMS:
                try:
                    self.told_properly(server.get(f"/api/v1/stream/{track}/{what}"), what)
                except (OSError, http.client.HTTPException):
                    continue  # cut off: the promised bytes are not there any more
            os.unlink(path)
            self.assertTrue(server.answers())


if __name__ == "__main__":
    unittest.main()
