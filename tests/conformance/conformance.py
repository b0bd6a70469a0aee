"""Every source format through the real server: packets, samples, playlists, ranges, counters.

Run by CTest with CONSORT naming the executable; needs ffmpeg, and the packages of tests/browser.
"""
import os
import random
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
from test_playlist_rules import PlaylistRules  # noqa: E402,F401  the checker is checked as well


def setUpModule():
    global FOLDER, MEDIA, MADE, SERVER, ITEMS
    FOLDER = tempfile.mkdtemp(prefix="consort-conformance-")
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    MEDIA = os.path.join(FOLDER, "media")
    os.mkdir(MEDIA)
    MADE = sources.make_all(MEDIA)
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


def stream(name):
    return f"/api/v1/stream/{ITEMS[name]}/"


def finished(path):
    """A playlist that grows while the server encodes, when it has ended."""
    def ended():
        answer = SERVER.get(path)
        return answer if answer.status != 200 or b"#EXT-X-ENDLIST" in answer.body else None
    return consort_server.until(ended, f"{path} ends")


def playlist_of(test, path):
    answer = finished(path) if "progressive" in path or "/hls/streaming/" in path else SERVER.get(path)
    test.assertEqual(answer.status, 200, answer.body[:500])
    test.assertEqual(answer.headers["Content-Type"], "application/vnd.apple.mpegurl")
    playlist, complaints = playlist_rules.check(answer.body)
    test.assertEqual(complaints, [], answer.body.decode())
    return playlist


def packaged():
    return {name: expected for name, expected in MADE.items() if expected["hls"]}


def original(name, kind="a"):
    """The media playlist of the source's own sound ("a") or picture ("v")."""
    return "audio-0/playlist.m3u8" if kind == "a" and MADE[name].get("video") else "original/playlist.m3u8"


def renditions(test, name):
    """Path and playlist of each media playlist of the source's own tracks; the main one first."""
    master = stream(name) + "playlist.m3u8"
    multivariant = playlist_of(test, master)
    test.assertTrue(multivariant.multivariant)
    paths = ["original/playlist.m3u8"] + [one["URI"] for one in multivariant.media
                                          if one["URI"].startswith("audio-")]
    paths = [urljoin(master, path) for path in paths]
    return multivariant, [(path, playlist_of(test, path)) for path in paths]


class Catalogued(unittest.TestCase):
    def test_every_source_is_there(self):
        self.assertEqual(sorted(ITEMS), sorted(MADE))


class Playlists(unittest.TestCase):
    def test_playlists_keep_the_rules_and_tell_the_truth(self):
        for name, expected in packaged().items():
            with self.subTest(source=name):
                multivariant, found = renditions(self, name)
                variant = next(one for one in multivariant.variants
                               if one["uri"] == "original/playlist.m3u8" and
                               one.get("AUDIO", "original") == "original")
                self.assertTrue(variant["CODECS"].startswith(expected["hls"]), variant["CODECS"])
                self.assertEqual("RESOLUTION" in variant, bool(expected.get("video")))
                self.assertEqual(len(found), 2 if expected.get("video") else 1)
                peak = 0
                for path, playlist in found:
                    durations = [float(one["duration"]) for one in playlist.segments]
                    self.assertAlmostEqual(sum(durations), sources.SECONDS, delta=0.06)
                    self.assertTrue(all(one >= 3 for one in durations), durations)
                    bodies = [SERVER.get(urljoin(path, one["uri"])) for one in playlist.segments]
                    self.assertTrue(all(one.status == 200 for one in bodies))
                    for body in bodies:
                        self.assertIn("immutable", body.headers["Cache-Control"])
                    peak += playlist_rules.peak_bandwidth([len(one.body) for one in bodies],
                                                          durations, 6)
                self.assertAlmostEqual(int(variant["BANDWIDTH"]), peak, delta=3)

    def test_ffmpeg_accepts_every_playlist_without_a_word(self):
        for name, expected in packaged().items():
            for path in (original(name, "v"), original(name, "a"), "progressive.m3u8"):
                with self.subTest(source=name, playlist=path):
                    playlist_of(self, stream(name) + path)
                    said = streams.complaints(SERVER.url + stream(name) + path).splitlines()
                    if expected["hls"] == "mp4a.40.34":
                        # ffmpeg gives the last frame of a segment of packed audio the time of the
                        # next segment's tag when its parser has read so far already.
                        said = [one for one in said if "non monotonically increasing dts" not in one]
                    self.assertEqual(said, [])

    def test_m3u8_parser_reads_the_same_out_of_every_playlist(self):
        texts, ours = {}, {}
        for name in packaged():
            base = stream(name)
            multivariant, found = renditions(self, name)
            progressive = base + "progressive.m3u8"
            library = f"/hls/streaming/{ITEMS[name]}/playlist.m3u8"
            for path, playlist in [(base + "playlist.m3u8", multivariant), *found,
                                   (progressive, playlist_of(self, progressive)),
                                   (library, playlist_of(self, library))]:
                texts[path] = SERVER.get(path).body.decode()
                ours[path] = playlist
        theirs = streams.m3u8_parser(texts)
        self.assertEqual(sorted(theirs), sorted(ours))
        for path, playlist in ours.items():
            with self.subTest(playlist=path):
                self.assertEqual(theirs[path]["warnings"], [])
                manifest = theirs[path]["manifest"]
                if playlist.multivariant:
                    self.compare_multivariant(manifest, playlist)
                else:
                    self.compare_media(manifest, playlist)

    def compare_multivariant(self, manifest, ours):
        self.assertEqual([one["uri"] for one in manifest["playlists"]],
                         [one["uri"] for one in ours.variants])
        for theirs, variant in zip(manifest["playlists"], ours.variants):
            self.assertEqual(theirs["attributes"]["BANDWIDTH"], int(variant["BANDWIDTH"]))
            self.assertEqual(theirs["attributes"]["CODECS"], variant["CODECS"])
        groups = manifest.get("mediaGroups", {}).get("AUDIO", {})
        self.assertEqual(sorted(one["uri"] for group in groups.values() for one in group.values()
                                if "uri" in one),
                         sorted(one["URI"] for one in ours.media if "URI" in one))

    def compare_media(self, manifest, ours):
        self.assertTrue(manifest["endList"])
        self.assertEqual(manifest["targetDuration"], ours.target)
        theirs = manifest["segments"]
        self.assertEqual([one["uri"] for one in theirs], [one["uri"] for one in ours.segments])
        self.assertEqual([one["duration"] for one in theirs],
                         [float(one["duration"]) for one in ours.segments])
        self.assertAlmostEqual(sum(one["duration"] for one in theirs), sources.SECONDS, delta=0.06)
        ranges = [(one["byterange"]["length"], one["byterange"]["offset"])
                  if "byterange" in one else None for one in theirs]
        self.assertEqual(ranges, [one["range"] for one in ours.segments])
        if ours.map:
            self.assertTrue(all(one["map"]["uri"] == ours.map["URI"] for one in theirs))

    def test_exact_edit_in_the_init_segment(self):
        for name, expected in packaged().items():
            if "edit" not in expected or expected["hls"] == "mp4a.40.34":
                continue
            with self.subTest(source=name):
                rendition = "audio-0" if expected.get("video") else "original"
                init = SERVER.get(f"{stream(name)}{rendition}/init.mp4").body
                start, length, scale = streams.edit(init)
                self.assertEqual((start, length), expected["edit"])
                self.assertEqual(scale, expected.get("rate", sources.RATE))

    def test_byte_range_playlist_covers_the_file(self):
        for name in packaged():
            with self.subTest(source=name):
                base = stream(name)
                playlist = playlist_of(self, base + "progressive.m3u8")
                whole = SERVER.get(urljoin(base, playlist.segments[0]["uri"])).body
                end = None
                for one in playlist.segments:
                    length, offset = one["range"]
                    self.assertEqual(whole[offset + 4:offset + 8], b"moof")
                    self.assertTrue(end is None or offset == end)
                    end = offset + length
                self.assertEqual(end, len(whole))


class Packets(unittest.TestCase):
    def test_packets_are_the_sources_bit_for_bit(self):
        for name, expected in packaged().items():
            for kind in "av" if expected.get("video") else "a":
                wanted = streams.packets(os.path.join(MEDIA, name), kind)
                for way in (original(name, kind), "progressive." + ("mp4" if expected.get("video") else "m4a"),
                            "progressive.m3u8"):
                    if expected.get("flac") and way.startswith("progressive"):
                        continue
                    with self.subTest(source=name, track=kind, way=way):
                        got = streams.packets(SERVER.url + stream(name) + way, kind)
                        self.assertEqual(len(got), len(wanted))
                        self.assertEqual(got, wanted)


class Samples(unittest.TestCase):
    """Decoded by ffmpeg, the first sample is the source's first, and all that follow are equal. At
    the end ffmpeg 5.1 reads no edit of an MP4 fragment, so up to one frame of padding may follow where
    its reader of the source does cut; the edit itself is checked in Playlists."""

    PADDING = 2 * 4096  # samples of one frame

    def test_decoded_sound_equals_the_sources(self):
        for name, expected in packaged().items():
            wanted, _ = streams.decoded(os.path.join(MEDIA, name))
            ways = [original(name)]
            if expected["hls"] != "mp4a.40.34":  # ffmpeg knows no delay of MP3 in MP4
                ways += ["progressive.m3u8", "progressive." + ("mp4" if expected.get("video") else "m4a")]
            for way in ways:
                with self.subTest(source=name, way=way):
                    got, _ = streams.decoded(SERVER.url + stream(name) + way)
                    if expected["hls"] in ("fLaC", "alac", "mp4a.40.34", "mp4a.40.2"):
                        self.assertEqual(len(got) // 8, len(wanted) // 8)
                    self.assertLessEqual(len(wanted), len(got))
                    self.assertLess(len(got) - len(wanted), 8 * self.PADDING)
                    self.assertTrue(got.startswith(wanted), "samples differ")

    def test_lossless_is_the_signal_itself(self):
        signal, _ = streams.decoded(os.path.join(FOLDER, "signal.wav"))
        for name in ("alac.m4a", "plain.flac", "picture.flac", "h264.mkv"):
            with self.subTest(source=name):
                got, _ = streams.decoded(SERVER.url + stream(name) + original(name))
                self.assertEqual(len(got), len(signal))
                self.assertEqual(got, signal)


class Bytes(unittest.TestCase):
    def test_segments_are_the_same_in_any_order_and_after_a_restart(self):
        wanted = {}
        for name in packaged():
            for path, playlist in renditions(self, name)[1]:
                for one in playlist.segments:
                    wanted[urljoin(path, one["uri"])] = None
        for path in wanted:
            wanted[path] = SERVER.get(path).body
        order = list(wanted)
        random.Random(1).shuffle(order)
        SERVER.stop()
        SERVER.start()
        for path in order:
            self.assertEqual(SERVER.get(path).body, wanted[path], path)

    def test_ranges_of_the_virtual_file(self):
        noise = random.Random(2)
        for name, expected in packaged().items():
            # Only when all of an encoded file is made, its length is known (RFC 9110, 8.6 and 14.2).
            finished(stream(name) + "progressive.m3u8")
            path = stream(name) + ("progressive.mp4" if expected.get("video") else "progressive.m4a")
            whole = SERVER.get(path)
            self.assertEqual(int(whole.headers["Content-Length"]), len(whole.body))
            for _ in range(8):
                first = noise.randrange(len(whole.body))
                last = min(len(whole.body) - 1, first + noise.randrange(1, 300_000))
                with self.subTest(source=name, first=first, last=last):
                    part = SERVER.get(path, {"Range": f"bytes={first}-{last}"})
                    self.assertEqual(part.status, 206)
                    self.assertEqual(part.body, whole.body[first:last + 1])
            self.assertEqual(SERVER.get(path, {"Range": "bytes=-100"}).body, whole.body[-100:])
            beyond = SERVER.get(path, {"Range": f"bytes={len(whole.body)}-"})
            self.assertEqual(beyond.status, 416)

    def test_the_file_itself(self):
        for name in MADE:
            with open(os.path.join(MEDIA, name), "rb") as file:
                self.assertEqual(SERVER.get(stream(name) + "direct").body, file.read(), name)

    def test_no_parsing_and_no_byte_too_many(self):
        for name in packaged():
            for path, playlist in renditions(self, name)[1]:
                SERVER.get(urljoin(path, "init.mp4"))
                for one in playlist.segments:
                    before = self.counters()
                    body = SERVER.get(urljoin(path, one["uri"])).body
                    after = self.counters()
                    with self.subTest(segment=urljoin(path, one["uri"])):
                        self.assertEqual(after["builds"], before["builds"])
                        self.assertLess(after["read"] - before["read"], len(body))

    @staticmethod
    def counters():
        # What sendfile takes from a file is read, too.
        return {"builds": SERVER.metric("consort_index_builds_total"),
                "read": SERVER.metric("consort_source_bytes_read_total") +
                SERVER.metric("consort_http_sendfile_bytes_total")}


class Refusals(unittest.TestCase):
    def test_what_cannot_be_packaged_is_listed_with_the_reason(self):
        for name in ("vorbis.ogg", "pcm.wav", "pcm.aiff"):
            with self.subTest(source=name):
                told = SERVER.get(f"/api/v1/stream/{ITEMS[name]}", {"Accept": "application/json"}).json()
                offers = {one["delivery"]: one for one in told["offers"] if one["rendition"] == "original"}
                self.assertTrue(offers["direct"]["playable"])
                for way in ("hls", "progressive"):
                    self.assertFalse(offers[way]["playable"])
                    self.assertRegex(offers[way]["reason"], r"^[A-Z].{20,}\.$")
                for path in ("original/playlist.m3u8",
                             *(() if MADE[name].get("flac") else ("progressive.m4a",))):
                    answer = SERVER.get(stream(name) + path)
                    self.assertEqual(answer.status, 404)
                    self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_names_that_there_are_not(self):
        base = stream("aac.m4a")
        for path in ("other/playlist.m3u8", "original/segment99.m4s", "original/segment-1.m4s",
                     "original/segment00.m4s", "original/segment4294967296.m4s", "original/segment0.mp3",
                     "original/segment%00.m4s", "audio-0/init.mp4", "progressive.mp4"):
            with self.subTest(path=path):
                answer = SERVER.get(base + path)
                self.assertIn(answer.status, (400, 404))
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_versions_in_urls(self):
        base = stream("aac.m4a") + "original/"
        self.assertIn("immutable", SERVER.get(base + playlist_of(self, base + "playlist.m3u8")
                                              .segments[0]["uri"]).headers["Cache-Control"])
        for query in ("", "?v=other"):
            answer = SERVER.get(base + "segment0.m4s" + query)
            self.assertEqual(answer.headers["Cache-Control"], "no-cache")
            again = SERVER.get(base + "segment0.m4s", {"If-None-Match": answer.headers["ETag"]})
            self.assertEqual(again.status, 304)


class EncodedFiles(unittest.TestCase):
    """Lossless sound that MP4 does not carry, or hardly any player takes out of it, becomes FLAC."""

    def test_the_file_is_the_signal_itself(self):
        signal, _ = streams.decoded(os.path.join(FOLDER, "signal.wav"))
        for name in (name for name, expected in MADE.items() if expected.get("flac")):
            for way in ("progressive.m4a", "progressive.m3u8"):
                with self.subTest(source=name, way=way):
                    if way.endswith("m3u8"):
                        finished(stream(name) + way)
                    got, said = streams.decoded(SERVER.url + stream(name) + way)
                    self.assertEqual((len(got), said), (len(signal), ""))
                    self.assertEqual(got, signal)

    def test_before_and_after_it_is_made(self):
        path = stream("pcm.wav") + "progressive.m4a?rendition=aac-64"
        whole = SERVER.get(path)
        self.assertEqual(whole.status, 200)
        finished(stream("pcm.wav") + "progressive.m3u8?rendition=aac-64")
        again = SERVER.get(path)
        self.assertEqual(again.body, whole.body)
        self.assertEqual(int(again.headers["Content-Length"]), len(whole.body))
        for start, end in ((0, 9), (700, 5000), (len(whole.body) - 10, len(whole.body) - 1)):
            part = SERVER.get(path, {"Range": f"bytes={start}-{end}"})
            self.assertEqual((part.status, part.body), (206, whole.body[start:end + 1]))
        playlist = playlist_of(self, stream("pcm.wav") + "progressive.m3u8?rendition=aac-64")
        self.assertEqual(playlist.segments[-1]["range"][0] + playlist.segments[-1]["range"][1],
                         len(whole.body))
        self.assertAlmostEqual(sum(float(one["duration"]) for one in playlist.segments),
                               sources.SECONDS, places=5)


class Aliases(unittest.TestCase):
    def test_library_interface(self):
        track = ITEMS["aac.m4a"]
        told = SERVER.json(f"/api/library/tracks/{track}/stream?progressive=true")
        self.assertEqual(told, {"playlistUrl": f"/hls/streaming/{track}/playlist.m3u8"})
        playlist = playlist_of(self, told["playlistUrl"])
        uri = urljoin(told["playlistUrl"], playlist.segments[0]["uri"])
        self.assertTrue(uri.startswith(f"/hls/streaming/{track}/track_{track}.m4a"))
        self.assertEqual(SERVER.get(uri).body, SERVER.get(stream("aac.m4a") + "progressive.m4a").body)


if __name__ == "__main__":
    unittest.main()
