"""Covers in sizes, from the real plugin: pictures in files and beside them, and hostile ones."""
import os
import struct
import subprocess
import unittest
import zlib

from consort_server import TestCase
from media_files import ffmpeg, make


def size_of(picture):
    """(codec, width, height) as ffprobe sees it."""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height",
                           "-of", "csv=p=0", "-"], input=picture, capture_output=True, check=True)
    codec, width, height = done.stdout.decode().strip().split(",")[:3]
    return codec, int(width), int(height)


def bomb():
    """A PNG of a few bytes that claims 40000 x 40000 pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) +
            chunk(b"IEND", b""))


class CoversTest(TestCase):
    def library(self):
        media = self.subfolder("media")
        for name in ("beside", "bomb", "cut", "none"):
            os.makedirs(os.path.join(media, name))
            os.rename(make(media, "lossless.flac", seconds=1, title=name, album=name),
                      os.path.join(media, name, "1.flac"))
        picture = os.path.join(media, "beside", "cover.jpg")
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1500x1000", "-frames:v", "1", picture)
        with open(os.path.join(media, "bomb", "cover.png"), "wb") as file:
            file.write(bomb())
        with open(picture, "rb") as file, open(os.path.join(media, "cut", "cover.jpg"), "wb") as cut:
            cut.write(file.read(300))
        embedded = os.path.join(self.folder, "embedded.png")
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=400x800", "-frames:v", "1", embedded)
        song = os.path.join(media, "none", "1.flac")
        os.makedirs(os.path.join(media, "inside"))
        ffmpeg("-i", song, "-i", embedded, "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v",
               "attached_pic", "-metadata", "title=inside", "-metadata", "album=inside",
               os.path.join(media, "inside", "1.flac"))
        return media

    def test_covers_in_sizes(self):
        with self.server(media=[self.library()]) as server:
            server.scanned()
            ids = {one["title"]: one["id"] for one in server.items("/api/v1/tracks")}

            def cover(name, query="", headers=None):
                return server.get(f"/api/v1/tracks/{ids[name]}/cover{query}", headers)

            self.assertEqual(size_of(cover("beside").body), ("mjpeg", 1500, 1000))
            for size, expected in ((64, (64, 43)), (300, (300, 200)), (1024, (1024, 683)),
                                   (5000, (1024, 683))):
                answer = cover("beside", f"?size={size}")
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"))
                self.assertEqual(size_of(answer.body), ("mjpeg", *expected))
                self.assertEqual(answer.headers.get_all("X-Content-Type-Options"), ["nosniff"])
                # The address does not name the content: kept for a while, then asked for again.
                self.assertNotIn("immutable", answer.headers["Cache-Control"])
                again = cover("beside", f"?size={size}", {"If-None-Match": answer.headers["ETag"]})
                self.assertEqual((again.status, again.body), (304, b""))
            whole = cover("inside")
            self.assertEqual(size_of(whole.body), ("png", 400, 800))
            self.assertEqual(size_of(cover("inside", "?size=100").body), ("png", 50, 100))
            self.assertEqual(cover("inside", "?size=900").body, whole.body)  # never made larger
            album = server.items("/api/v1/albums", q="beside")[0]["id"]
            self.assertEqual(server.get(f"/api/v1/albums/{album}/cover?size=64").body,
                             cover("beside", "?size=64").body)

            refused = cover("bomb", "?size=64")
            self.assertEqual((refused.status, refused.json()["code"]), (422, "cover_unusable"))
            self.assertIn("40000 x 40000 pixels", refused.json()["detail"])
            self.assertIn(cover("cut", "?size=64").status, (200, 422))
            self.assertEqual(cover("none", "?size=64").status, 404)
            self.assertEqual(cover("beside", "?size=x").status, 400)
            self.assertEqual(server.get("/healthz").status, 200)

    def test_made_once(self):
        with self.server(media=[self.library()]) as server:
            server.scanned()
            ids = {one["title"]: one["id"] for one in server.items("/api/v1/tracks")}
            first = server.get(f"/api/v1/tracks/{ids['beside']}/cover?size=200")
            hits = server.metric("consort_segment_cache_hits_total")
            again = server.get(f"/api/v1/tracks/{ids['beside']}/cover?size=200")
            self.assertEqual(again.body, first.body)
            self.assertEqual(server.metric("consort_segment_cache_hits_total"), hits + 1)


if __name__ == "__main__":
    unittest.main()
