"""A folder of real music: everything is listed and everything plays."""
import hashlib
import os
import subprocess
import unittest

from consort_server import TestCase
from media_files import make, real_music


def decoded(source):
    """Hash of the first audio stream as ffmpeg decodes it."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", source, "-map", "0:a:0",
                           "-c:a", "pcm_s16le", "-f", "hash", "-"], text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr


class LibraryTest(TestCase):
    def test_real_music_is_listed_and_plays(self):
        folders, sources = real_music()
        self.assertGreater(len(sources), 20, "the music packages are not installed")
        with self.server(media=folders) as server:
            progress = server.scanned()
            tracks = server.items("/api/v1/tracks")
            broken = server.items("/api/v1/library/broken")
            # Some of the packaged files are damaged: what FFmpeg rejects has to be told, no more.
            for entry in broken:
                path = next(p for p in sources if os.path.basename(p) == entry["file"])
                self.assertNotEqual(decoded(path)[0], 0, entry)
            self.assertLess(len(broken), 5, broken)
            self.assertEqual(len(tracks) + len(broken), len(sources), progress)
            self.assertEqual(len({track["id"] for track in tracks}), len(tracks))
            self.assertEqual(server.metric("consort_library_items"), len(sources))
            self.assertTrue(all(track["duration"] > 0 for track in tracks))

            by_size = sorted(sources, key=os.path.getsize)
            chosen = {os.path.getsize(path): path for path in by_size[:3] + by_size[-2:]}
            checked = 0
            for track in tracks:
                direct = f"/api/v1/stream/{track['id']}/direct"
                head = server.request("HEAD", direct)
                self.assertEqual(head.status, 200, head.headers)
                size = int(head.headers["Content-Length"])
                if size not in chosen:
                    continue
                with open(chosen[size], "rb") as file:
                    whole = file.read()
                answer = server.get(direct)
                if hashlib.sha256(answer.body).digest() != hashlib.sha256(whole).digest():
                    continue  # another piece of the same size
                checked += 1
                middle = size // 2
                part = server.get(direct, {"Range": f"bytes={middle}-{middle + 9999}"})
                self.assertEqual((part.status, part.body), (206, whole[middle:middle + 10000]))
                code, text = decoded(server.url + direct)
                self.assertEqual((code, text), decoded(chosen[size]))
            self.assertGreaterEqual(checked, 4)

    def test_an_album_with_cover_and_a_film_play_by_hls(self):
        media = self.subfolder("media")
        for name in ("lossless.flac", "aac.m4a", "cbr.mp3", "opus.opus", "film.mp4"):
            make(media, name, seconds=9)
        with self.server(media=[media]) as server:
            server.scanned()
            tracks = {track["title"]: track for track in server.items("/api/v1/tracks")}
            self.assertEqual(sorted(tracks), ["aac.m4a", "cbr.mp3", "lossless.flac", "opus.opus"])
            movies = server.items("/api/v1/movies")
            self.assertEqual(len(movies), 1)
            for item in [*tracks.values(), *movies]:
                with self.subTest(item["title"]):
                    playlist = f"{server.url}/api/v1/stream/{item['id']}/playlist.m3u8"
                    probed = subprocess.run(["ffprobe", "-v", "error", "-show_entries",
                                             "format=duration", "-of", "csv=p=0", playlist],
                                            text=True, capture_output=True)
                    self.assertEqual(probed.stderr, "")
                    self.assertAlmostEqual(float(probed.stdout), 9.0, delta=0.2)
                    code, said = decoded(playlist)
                    self.assertEqual(code, 0, said)
            # The first stream of the ladder is coded anew; the source's own sound is this one.
            original = f"/api/v1/stream/{tracks['lossless.flac']['id']}/original/playlist.m3u8"
            self.assertEqual(decoded(server.url + original),
                             decoded(os.path.join(media, "lossless.flac")))

    def test_nothing_is_read_again_after_a_restart(self):
        media = self.subfolder("media")
        for number in range(4):
            os.rename(make(media, "lossless.flac", title=f"Piece {number}", frequency=200 + number),
                      os.path.join(media, f"{number}.flac"))
        server = self.server(media=[media])
        with server:
            first = server.scanned()
            ids = sorted(track["id"] for track in server.items("/api/v1/tracks"))
        self.assertEqual((first["probed"], first["added"]), (4, 4))
        with server:
            second = server.scanned()
            self.assertEqual((second["found"], second["probed"]), (4, 0))
            self.assertEqual(sorted(track["id"] for track in server.items("/api/v1/tracks")), ids)


if __name__ == "__main__":
    unittest.main()
