"""Every source format by DASH through the real server: manifests, segments, samples.

Run by CTest with CONSORT naming the executable; needs ffmpeg with its DASH reader.
"""
import os
import shutil
import struct
import sys
import tempfile
import unittest
from fractions import Fraction
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import consort_server  # noqa: E402
import mpd_rules  # noqa: E402
import playlist_rules  # noqa: E402
import sources  # noqa: E402
import streams  # noqa: E402
from test_mpd_rules import MpdRules  # noqa: E402,F401  the checker is checked as well

TARGET = 6  # seconds of a segment, nearly
LOSSLESS = ("plain.flac", "picture.flac", "alac.m4a", "pcm.wav", "pcm.aiff")


def setUpModule():
    global FOLDER, MEDIA, MADE, SERVER, ITEMS, MANIFESTS
    FOLDER = tempfile.mkdtemp(prefix="consort-dash-")
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    MEDIA = os.path.join(FOLDER, "media")
    os.mkdir(MEDIA)
    MADE = sources.make_all(MEDIA)
    SERVER = consort_server.Server(FOLDER, [MEDIA]).start()
    unittest.addModuleCleanup(lambda: SERVER.process and SERVER.kill())
    SERVER.scanned()
    ITEMS, MANIFESTS = {}, {}
    for path in ("/api/v1/tracks", "/api/v1/movies", "/api/v1/episodes"):
        for item in SERVER.items(path):
            ITEMS[item["title"]] = item["id"]
    if "adts" in ITEMS:  # ADTS has no place for a title
        ITEMS["adts.aac"] = ITEMS.pop("adts")


def tearDownModule():
    SERVER.stop()


def address(name):
    return f"/api/v1/stream/{ITEMS[name]}/manifest.mpd"


def get(test, url):
    parts = urlsplit(url)
    answer = SERVER.get(parts.path + ("?" + parts.query if parts.query else ""))
    test.assertEqual(answer.status, 200, f"{url}: {answer.body[:300]}")
    return answer


def representations(test, name):
    if name not in MANIFESTS:
        answer = get(test, SERVER.url + address(name))
        test.assertEqual(answer.headers["Content-Type"], "application/dash+xml")
        found, complaints = mpd_rules.check(answer.body, SERVER.url + address(name))
        test.assertEqual(complaints, [], answer.body.decode())
        MANIFESTS[name] = found
    return MANIFESTS[name]


def is_original(one):
    return one.id == "original" or one.id.startswith("audio-")


def decode_time(segment):
    """Of the first sample."""
    for path, payload in streams.boxes(segment):
        if path == ("moof", "traf", "tfdt"):
            return struct.unpack_from(">Q", payload, 4)[0]
    raise AssertionError("a fragment without tfdt")


class Manifests(unittest.TestCase):
    def test_every_manifest_keeps_the_rules(self):
        for name, expected in MADE.items():
            with self.subTest(source=name):
                found = representations(self, name)
                has_original = any(one.id == "original" for one in found)
                self.assertEqual(has_original, expected["hls"] not in (None, "mp4a.40.34"))
                self.assertEqual(any(one.kind == "video" for one in found), bool(expected.get("video")))
                ends = [one.segments[-1].start + one.segments[-1].duration for one in found]
                self.assertAlmostEqual(float(max(ends)), sources.SECONDS, delta=0.06)
                if "edit" in expected and expected["hls"] != "mp4a.40.34" and not expected.get("video"):
                    original = next(one for one in found if one.id == "original")
                    rate = expected.get("rate", sources.RATE)
                    self.assertEqual(ends[found.index(original)], Fraction(expected["edit"][1], rate))

    def test_the_ladder_is_there_and_alike(self):
        for name, expected in MADE.items():
            if expected.get("video"):
                continue
            with self.subTest(source=name):
                ladder = [one for one in representations(self, name) if one.id.startswith("aac-")]
                # Nothing that takes more than a lossy source, but always something.
                self.assertGreaterEqual(len(ladder), 4 if name in LOSSLESS else 1)
                self.assertEqual(len({one.parent.get("id") for one in ladder}), 1, "one set")
                self.assertEqual(int(ladder[0].parent.get("selectionPriority")), len(
                    mpd_rules.find(ladder[0].parent, "Representation")))

    def test_segments_begin_where_the_manifest_says(self):
        for name in MADE:
            for one in representations(self, name):
                init = get(self, one.init).body
                start, _, _ = streams.edit(init) or (0, 0, 0)
                with self.subTest(source=name, representation=one.id):
                    numbers = range(len(one.segments)) if is_original(one) else (0, 1, len(one.segments) - 1)
                    sizes = []
                    for number in numbers:
                        answer = get(self, one.segments[number].url)
                        self.assertIn("immutable", answer.headers["Cache-Control"])
                        sizes.append(len(answer.body))
                        if one.kind == "audio":
                            time = Fraction(decode_time(answer.body) - start, one.timescale)
                            self.assertEqual(max(time, 0), one.segments[number].start)
                    if is_original(one):
                        durations = [float(segment.duration) for segment in one.segments]
                        peak = playlist_rules.peak_bandwidth(sizes, durations, TARGET)
                        self.assertGreaterEqual(one.bandwidth, peak - 1)
                        self.assertLess(one.bandwidth, peak * 1.1 + 2_000)


class Players(unittest.TestCase):
    def test_ffmpeg_reads_every_manifest_without_a_word(self):
        for name in MADE:
            with self.subTest(source=name):
                self.assertEqual(streams.complaints(SERVER.url + address(name)), "")

    def test_ffmpeg_loses_nothing_at_joins(self):
        for name, expected in MADE.items():
            address_of = SERVER.url + address(name)
            for number, (codec, rate, channels) in enumerate(streams.sounds(address_of)):
                with self.subTest(source=name, codec=codec, number=number):
                    data = streams.decoded_track(address_of, number)
                    over = len(data) // 4 // channels - sources.LENGTH * rate // sources.RATE
                    # Encoder delay is played, and padding: ffmpeg applies no edit here.
                    self.assertGreaterEqual(over, 0)
                    self.assertLess(over, 3 * 4608)

    def test_lossless_is_the_signal_itself(self):
        signal, _ = streams.decoded(os.path.join(FOLDER, "signal.wav"))
        for name in ("plain.flac", "picture.flac", "h264.mkv"):
            with self.subTest(source=name):
                got, _ = streams.decoded_stream(SERVER.url + address(name), "flac")
                self.assertEqual(len(got), len(signal))
                self.assertEqual(got, signal)


class Answers(unittest.TestCase):
    def test_validators(self):
        path = address("aac.m4a")
        first = SERVER.get(path)
        self.assertEqual(SERVER.get(path, {"If-None-Match": first.headers["ETag"]}).status, 304)
        self.assertEqual(SERVER.get(path).body, first.body)
        self.assertEqual(SERVER.get("/api/v1/stream/nothing/manifest.mpd").status, 404)

    def test_offers(self):
        for name, expected in MADE.items():
            with self.subTest(source=name):
                told = SERVER.get(f"/api/v1/stream/{ITEMS[name]}", {"Accept": "application/json"}).json()
                original = next(one for one in told["offers"]
                                if (one["delivery"], one["rendition"]) == ("dash", "original"))
                if expected["hls"] in (None, "mp4a.40.34"):
                    self.assertFalse(original["playable"])
                    self.assertRegex(original["reason"], r"^[A-Z].{20,}\.$")
                else:
                    self.assertEqual((original["kind"], original["path"]), ("remux", address(name)))


if __name__ == "__main__":
    unittest.main()
