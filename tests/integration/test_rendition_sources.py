"""Encoding what is damaged, and what changes meanwhile: an answer always, and never a wrong one kept."""
import concurrent.futures
import http.client
import os
import random
import re
import subprocess
import unittest

from media_files import damage, make
from rendition_case import RenditionCase

SEED = 77
SOURCES = ("lossless.flac", "cbr.mp3", "aac.m4a", "vorbis.ogg", "pcm.wav", "film.mp4", "film.mkv")
RENDITIONS = ("aac-64", "flac", "h264-360")
SECONDS = 20


def holed(data):
    """Zeros where a disk lost some sectors."""
    changed = bytearray(data)
    for part in (0.3, 0.55, 0.8):
        start = int(len(changed) * part)
        changed[start:start + len(changed) // 20] = bytes(len(changed) // 20)
    return bytes(changed)


def decoded_seconds(data):
    """What ffmpeg makes of all segments of sound, by the samples that come out."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", "-", "-vn", "-ac", "1", "-ar",
                           "8000", "-f", "s16le", "-"], input=data, capture_output=True)
    return len(done.stdout) / 2 / 8000


class RenditionSourcesTest(RenditionCase):
    def make_damaged(self):
        noise = random.Random(SEED)
        for name in SOURCES:
            with open(make(self.media, name, seconds=SECONDS), "rb") as file:
                data = file.read()
            stem, extension = os.path.splitext(name)
            for kind in ("truncated", "flipped", "head", "holed"):
                bad = holed(data) if kind == "holed" else damage(data, kind, noise.random())
                with open(os.path.join(self.media, f"{stem}-{kind}{extension}"), "wb") as file:
                    file.write(bad)

    def told_properly(self, answer, about):
        if answer.status >= 400:
            problem = answer.json()
            self.assertNotEqual(problem["code"], "internal", (about, problem))
            self.assertGreater(len(problem["detail"]), 10, (about, problem))

    def play_all(self, server, item, rendition):
        """All of a rendition; how many segments there are, and how many came. Sound that came whole
        is as long as the playlist says: what is damaged became silence."""
        base = f"/api/v1/stream/{item['id']}/{rendition}/"
        playlist = server.get(base + "playlist.m3u8")
        self.told_properly(playlist, (item, rendition))
        if playlist.status != 200:
            return 0, 0
        text = playlist.body.decode()
        names = re.findall(r"^(segment\d+\.m4s\S*)$", text, re.M)
        header = server.get(base + re.search(r'#EXT-X-MAP:URI="([^"]+)"', text)[1])
        answers = [server.get(base + name) for name in names]
        for answer in (header, *answers):
            self.told_properly(answer, (item, rendition))
        came = [answer.body for answer in answers if answer.status == 200]
        self.assertTrue(all(came), (item, rendition))
        if len(came) == len(names) and header.status == 200 and not rendition.startswith("h264"):
            said = sum(float(length) for length in re.findall(r"#EXTINF:([\d.]+)", text))
            self.assertAlmostEqual(decoded_seconds(header.body + b"".join(came)), said, delta=0.05,
                                   msg=(item["title"], rendition))
        return len(names), len(came)

    def test_every_segment_of_a_damaged_file_is_answered(self):
        self.make_damaged()
        with self.node("one") as server:
            server.scanned()
            items = server.items("/api/v1/tracks") + server.items("/api/v1/movies") + \
                server.items("/api/v1/episodes")
            if server.metric("consort_rendition_available") == 0:
                self.skipTest("no codec plugins are loaded")
            wanted = [(item, rendition) for item in items for rendition in RENDITIONS]
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                counts = list(pool.map(lambda one: self.play_all(server, *one), wanted))
            self.assertGreater(sum(came for _, came in counts), 3 * len(SOURCES))
            self.assertEqual(server.get("/healthz").status, 200)
            good = {item["title"] for (item, _), (there, came) in zip(wanted, counts)
                    if there and there == came}
            self.assertLessEqual(set(SOURCES), good, "the undamaged ones play whole")

    def test_a_file_that_changes_leaves_nothing_wrong(self):
        """Truncated, overwritten and gone while it is played; when it is back all is as it was."""
        path = make(self.media, "lossless.flac", seconds=SECONDS, title="One")
        make(self.media, "pcm.wav", seconds=SECONDS, title="Two")
        with open(path, "rb") as file:
            whole = file.read()
        with self.node("reference") as reference:
            right = self.digests(reference, ("aac-64", "flac"))
        middle = len(whole) // 2
        cases = {"truncated": whole[:middle], "zeros": whole[:middle] + bytes(len(whole) - middle),
                 "moved": whole[:middle] + b"more" + whole[middle:], "gone": None}
        for case, content in cases.items():
            with self.subTest(case):
                config = "[library]\nwatch = false\n[renditions]\nmake_ahead = 0\n"
                server = self.node("changes-" + case, config)
                with server:
                    addresses = self.all_addresses(server, ("aac-64", "flac"))
                    stat = os.stat(path)
                    self.change(path, content)
                    for name, address in addresses.items():
                        try:
                            answer = server.get(address)
                        except http.client.HTTPException:
                            continue
                        self.told_properly(answer, (case, name))
                        if name[0] == "Two":
                            self.assertEqual(answer.status, 200)
                    self.change(path, whole)
                    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
                with server:  # what was kept meanwhile is there still
                    self.assertEqual(self.digests(server, ("aac-64", "flac")), right, case)

    def change(self, path, content):
        """In place, as some programs do."""
        if content is None:
            os.unlink(path)
            return
        with open(path, "r+b" if os.path.exists(path) else "wb") as file:
            file.write(content)
            file.truncate()


if __name__ == "__main__":
    unittest.main()
