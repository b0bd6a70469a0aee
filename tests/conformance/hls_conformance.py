"""HLS of every source format: the whole ladder as fMP4 and as transport streams, and subtitles.

Run by CTest with CONSORT naming the executable; needs ffmpeg.
"""
import os
import shutil
import sys
import tempfile
import unittest
from urllib.parse import urljoin

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import consort_server  # noqa: E402
import playlist_rules  # noqa: E402
import sources  # noqa: E402
import streams  # noqa: E402
import ts_rules  # noqa: E402
from test_ts_rules import TsRules  # noqa: E402,F401  the checker is checked as well

MUSIC = ("aac.m4a", "alac.m4a", "adts.aac", "cbr.mp3", "vbr.mp3", "plain.flac", "opus.opus", "vorbis.ogg",
         "pcm.wav", "pcm.aiff")
FILMS = ("h264.mp4", "h264.mov", "h264.mkv", "vp9.webm", "hevc.mp4")
# Longest frame of each codec in samples: ffmpeg reads no edit at the end of fragments, and transport
# streams have none, so up to one frame of padding may follow.
FRAME = {"aac": 1024, "mp3": 1152, "opus": 960, "flac": 4608, "vorbis": 2048}
STREAM_TYPES = {"mp4a.40.2": 0x0F, "mp4a.40.34": 0x03, "avc1": 0x1B, "hvc1": 0x24}


def setUpModule():
    global FOLDER, MEDIA, MADE, SERVER, ITEMS
    FOLDER = tempfile.mkdtemp(prefix="consort-hls-conformance-")
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    MEDIA = os.path.join(FOLDER, "media")
    os.mkdir(MEDIA)
    MADE = sources.make_all(MEDIA)
    make_subtitles()
    SERVER = consort_server.Server(FOLDER, [MEDIA]).start()
    unittest.addModuleCleanup(lambda: SERVER.process and SERVER.kill())
    SERVER.scanned()
    ITEMS = {}
    for path in ("/api/v1/tracks", "/api/v1/movies", "/api/v1/episodes"):
        for item in SERVER.items(path):
            ITEMS[item["title"]] = item["id"]
    if "adts" in ITEMS:  # ADTS has no place for a title
        ITEMS["adts.aac"] = ITEMS.pop("adts")


def tearDownModule():
    SERVER.stop()


def make_subtitles():
    cues = os.path.join(FOLDER, "cues.srt")
    with open(cues, "w", encoding="utf-8") as file:
        file.write("1\n00:00:01,000 --> 00:00:02,000\nGrüße & <i>Küsse</i>\n\n"
                   "2\n00:00:19,000 --> 00:00:20,500\nzwei\nZeilen\n")
    for name, codec in (("text.mkv", "srt"), ("text.mp4", "mov_text"), ("styled.mkv", "ass")):
        sources.ffmpeg("-i", os.path.join(MEDIA, "h264.mp4"), "-i", cues, "-map", "0", "-map", "1", "-c",
                       "copy", "-c:s", codec, "-metadata:s:s:0", "language=ger", "-metadata", f"title={name}",
                       os.path.join(MEDIA, name))


def stream(name):
    return f"/api/v1/stream/{ITEMS[name]}/"


def playlist_of(test, path):
    answer = SERVER.get(path)
    test.assertEqual(answer.status, 200, (path, answer.body[:500]))
    playlist, complaints = playlist_rules.check(answer.body)
    test.assertEqual(complaints, [], answer.body.decode())
    return playlist


def segments(test, path, playlist):
    bodies = []
    for one in playlist.segments:
        answer = SERVER.get(urljoin(path, one["uri"]))
        test.assertEqual(answer.status, 200, (one["uri"], answer.body[:300]))
        test.assertIn("immutable", answer.headers["Cache-Control"])
        bodies.append(answer.body)
    return bodies


def all_renditions(test, name, query=""):
    """The multivariant playlist, and path and playlist of each media playlist that it names."""
    master = stream(name) + "playlist.m3u8" + query
    multivariant = playlist_of(test, master)
    paths = [one["uri"] for one in multivariant.variants]
    paths += [one["URI"] for one in multivariant.media if one["TYPE"] == "AUDIO"]
    paths = [urljoin(master, path) for path in dict.fromkeys(paths)]
    return multivariant, [(path, playlist_of(test, path)) for path in paths]


class Ladder(unittest.TestCase):
    def test_every_rendition_has_the_same_length_and_target(self):
        for name in MADE:
            for query in ("", "?segments=ts"):
                with self.subTest(source=name, query=query):
                    multivariant, found = all_renditions(self, name, query)
                    self.assertEqual(len({playlist.target for _, playlist in found}), 1,
                                     "target durations differ (6.2.4)")
                    for path, playlist in found:
                        total = sum(float(one["duration"]) for one in playlist.segments)
                        self.assertAlmostEqual(total, sources.SECONDS, delta=0.06, msg=path)
                        self.assertIn(".ts?" if query else ".m", playlist.segments[0]["uri"])
                    if not MADE[name].get("video") and not query:
                        self.assertTrue(any("aac-64/" in path for path, _ in found), found)

    def test_bandwidths_hold(self):
        """BANDWIDTH bounds what is sent, and AVERAGE-BANDWIDTH is not far off, once all is measured."""
        for name in ("plain.flac", "aac.m4a", "vorbis.ogg", "h264.mp4"):
            for query in ("", "?segments=ts"):
                for path, playlist in all_renditions(self, name, query)[1]:
                    segments(self, path, playlist)
                multivariant, found = all_renditions(self, name, query)
                sizes = {}
                for path, playlist in found:
                    bodies = [len(body) for body in segments(self, path, playlist)]
                    lengths = [float(one["duration"]) for one in playlist.segments]
                    # A stream's segment has 0 to 15 packets more for its counter; 7 are expected.
                    spread = 8 * 188 * 8 * len(bodies) / sum(lengths) if query else 0
                    sizes[path.split("/")[-2]] = (playlist_rules.peak_bandwidth(bodies, lengths, 6),
                                                  8 * sum(bodies) / sum(lengths), spread)
                for variant in multivariant.variants:
                    with self.subTest(source=name, variant=variant["uri"]):
                        parts = [variant["uri"].split("/")[0]]
                        parts += [one["URI"].split("/")[0] for one in multivariant.media
                                  if one["GROUP-ID"] == variant.get("AUDIO")]
                        peak = sum(sizes[part][0] for part in parts)
                        average = sum(sizes[part][1] for part in parts)
                        self.assertGreaterEqual(int(variant["BANDWIDTH"]) * 1.005 + 3, peak)
                        spread = sum(sizes[part][2] for part in parts)
                        told = int(variant["AVERAGE-BANDWIDTH"])
                        self.assertGreaterEqual(told * 1.02 + spread, average)
                        self.assertLess(told, average * 1.10 + 1)

    def test_sound_is_exact(self):
        for name in MUSIC:
            if name not in MADE:
                continue
            for query in ("", "?segments=ts"):
                for path, _ in all_renditions(self, name, query)[1]:
                    with self.subTest(path=path, source=name):
                        self.check_sound(name, path, bool(query))

    def check_sound(self, name, path, is_stream):
        codec, rate, samples = streams.sound(SERVER.url + path)
        wanted = sources.LENGTH * rate // sources.RATE
        self.assertGreaterEqual(samples, wanted, "samples are missing")
        # A transport stream plays the encoder's delay, too, and ADTS does not tell it.
        frames = (2 if is_stream else 0) + (2 if name == "adts.aac" else 1)
        self.assertLess(samples - wanted, frames * FRAME.get(codec, 4096) + 1)
        if codec in ("flac", "alac") or (codec == "mp3" and not is_stream):
            self.assertEqual(samples, wanted)

    def test_lossless_stays_lossless(self):
        signal, _ = streams.decoded(os.path.join(FOLDER, "signal.wav"))
        for name in ("pcm.wav", "pcm.aiff", "alac.m4a", "plain.flac"):
            for path, _ in all_renditions(self, name)[1]:
                if "/flac/" in path or "/original/" in path:
                    with self.subTest(source=name, path=path):
                        self.assertEqual(streams.decoded(SERVER.url + path)[0], signal)

    def test_ffmpeg_accepts_all_of_it(self):
        for name in MADE:
            for query in ("", "?segments=ts"):
                for path, _ in all_renditions(self, name, query)[1]:
                    with self.subTest(source=name, path=path):
                        said = streams.complaints(SERVER.url + path).splitlines()
                        if "/original/" in path and name.endswith(".mp3") and not query:
                            # See conformance.py on packed audio.
                            said = [one for one in said if "non monotonically" not in one]
                        self.assertEqual(said, [])


class TransportStreams(unittest.TestCase):
    def test_they_keep_the_rules(self):
        for name in MADE:
            multivariant, found = all_renditions(self, name, "?segments=ts")
            for path, playlist in found:
                with self.subTest(source=name, path=path):
                    bodies = segments(self, path, playlist)
                    by_pid, complaints = ts_rules.check(bodies)
                    self.assertEqual(complaints, [])
                    (one,) = by_pid.values()
                    self.assertIn(one.kind, STREAM_TYPES.values())
                    # All renditions begin at ten seconds, but for the encoder's delay before it.
                    first = min(unit[0] for unit in one.units)
                    self.assertAlmostEqual(first / 90_000, 10, delta=0.12)

    def test_packets_are_the_sources_bit_for_bit(self):
        for name, kind in (("aac.m4a", "a"), ("cbr.mp3", "a")):
            wanted = streams.packets(os.path.join(MEDIA, name), kind)
            path = stream(name) + "original/playlist.m3u8?segments=ts"
            bodies = segments(self, path, playlist_of(self, path))
            (one,) = ts_rules.check(bodies)[0].values()
            data = b"".join(bytes(unit[2]) for unit in one.units)
            dump = os.path.join(FOLDER, "dump" + (".aac" if name == "aac.m4a" else ".mp3"))
            with open(dump, "wb") as file:
                file.write(data)
            with self.subTest(source=name):
                got = streams.packets(dump, kind)
                self.assertEqual(got, wanted)

    def test_the_default_stream(self):
        for name in ("aac.m4a", "plain.flac", "vorbis.ogg", "h264.mp4"):
            with self.subTest(source=name):
                answer = SERVER.get(stream(name) + "segment1.ts")
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "video/mp2t"))
                self.assertEqual(ts_rules.check([answer.body])[1], [])
        self.assertEqual(SERVER.get(stream("aac.m4a") + "segment99.ts").status, 404)

    def test_what_it_cannot_carry_says_so(self):
        for name in ("plain.flac", "opus.opus"):
            answer = SERVER.get(stream(name) + "original/playlist.m3u8?segments=ts")
            self.assertEqual(answer.status, 404)
            self.assertIn("Transport streams", answer.json()["detail"])


class IFrames(unittest.TestCase):
    def test_each_range_is_a_fragment_with_a_picture_that_stands_alone(self):
        for name in FILMS:
            if name not in MADE:
                continue
            with self.subTest(source=name):
                master = stream(name) + "playlist.m3u8"
                (told,) = playlist_of(self, master).iframes
                path = urljoin(master, told["URI"])
                playlist = playlist_of(self, path)
                init = SERVER.get(urljoin(path, playlist.map["URI"])).body
                peak = 0
                for one in playlist.segments:
                    length, offset = one["range"]
                    part = SERVER.get(urljoin(path, one["uri"]),
                                      {"Range": f"bytes={offset}-{offset + length - 1}"})
                    self.assertEqual((part.status, len(part.body)), (206, length))
                    peak = max(peak, 8 * length / float(one["duration"]))
                    self.assertEqual(streams.pictures(init + part.body), 1)
                self.assertGreaterEqual(int(told["BANDWIDTH"]) + 1, int(peak))


class Subtitles(unittest.TestCase):
    WANTED = [(1.0, 2.0, "Grüße &amp; <i>Küsse</i>"), (19.0, 20.5, "zwei\nZeilen")]

    def test_text_tracks_become_webvtt(self):
        for name in ("text.mkv", "text.mp4", "styled.mkv"):
            with self.subTest(source=name):
                (told,) = [one for one in playlist_of(self, stream(name) + "playlist.m3u8").media
                           if one["TYPE"] == "SUBTITLES"]
                self.assertEqual(told["LANGUAGE"], "de")
                whole = SERVER.get(stream(name) + "subtitles/de.vtt")
                self.assertEqual(whole.headers["Content-Type"], "text/vtt; charset=utf-8")
                self.assert_cues(whole.body)
                for query, clock in (("", "MPEGTS:0,"), ("?segments=ts", "MPEGTS:900000,")):
                    path = stream(name) + "subtitles/de/playlist.m3u8" + query
                    playlist = playlist_of(self, path)
                    (body,) = segments(self, path, playlist)
                    self.assertIn(clock.encode(), body)
                    self.assert_cues(body)
                    self.assertAlmostEqual(float(playlist.segments[0]["duration"]), sources.SECONDS,
                                           delta=0.06)
                self.assertEqual(SERVER.get(stream(name) + "subtitles/en.vtt").status, 404)

    def assert_cues(self, body):
        cues = streams.cues(body.decode())
        self.assertEqual(len(cues), len(self.WANTED), body.decode())
        for (start, end, text), (want_start, want_end, want_text) in zip(cues, self.WANTED):
            self.assertAlmostEqual(start, want_start, delta=0.03)
            self.assertAlmostEqual(end, want_end, delta=0.03)
            # 3GPP timed text and SubStation Alpha keep italics elsewhere.
            self.assertEqual(text.replace("<i>", "").replace("</i>", ""),
                             want_text.replace("<i>", "").replace("</i>", ""))


if __name__ == "__main__":
    unittest.main()
