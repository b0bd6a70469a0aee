"""Radio stations as live HLS: what players get, from the real server, in real time.

Run by CTest with CONSORT naming the executable; needs ffmpeg and curl.
"""
import json
import os
import re
import struct
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import playlist_rules  # noqa: E402
import streams  # noqa: E402
from consort_server import TestCase, until  # noqa: E402
from media_files import ffmpeg  # noqa: E402

FORMATS = {"mp3": "mp4a.40.34", "aac": "mp4a.40.2"}
RATE = 44100
MINUTE = 60


def split_id3(data):
    """(90 kHz time, {frame id: text}, audio) of a packed segment (RFC 8216, 3.4)."""
    assert data[:3] == b"ID3" and data[3] == 4, data[:10]
    size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0)))
    time, texts, at = None, {}, 10
    while at < 10 + size:
        name = data[at:at + 4].decode()
        length = sum(byte << shift for byte, shift in zip(data[at + 4:at + 8], (21, 14, 7, 0)))
        content = data[at + 10:at + 10 + length]
        if name == "PRIV":
            owner, _, value = content.partition(b"\0")
            assert owner == b"com.apple.streaming.transportStreamTimestamp", owner
            time = struct.unpack(">Q", value)[0]
        else:
            assert content[0] == 3, "UTF-8"
            texts[name] = content[1:].decode()
        at += 10 + length
    return time, texts, data[10 + size:]


class RadioHls(TestCase):
    def station(self, **settings):
        """A server with a station in each format, of tracks of some seconds."""
        music = self.subfolder("music")
        for i, seconds in enumerate((7, 5, 13, 3)):
            ffmpeg("-f", "lavfi", "-i", f"sine=frequency={330 + 110 * i}:sample_rate={RATE}:duration={seconds}",
                   "-f", "lavfi", "-i", f"anoisesrc=amplitude=0.05:sample_rate={RATE}:duration={seconds}",
                   "-filter_complex", "amix", "-ac", "2", "-metadata", f"title=Nummer {i} ä",
                   "-metadata", "artist=Somebody", os.path.join(music, f"{i}.flac"))
        lines = [f"route=/{name} directory={music} format={name} bitrate=96"
                 for name in (*FORMATS, "opus", "flac", "ogg")]
        return self.server(config="[plugins.radio]\nstations = " + json.dumps(lines) + "\n", **settings)

    def playlist(self, server, path):
        answer = server.get(path)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/vnd.apple.mpegurl")
        playlist, complaints = playlist_rules.check(answer.body, live="live.m3u8" in path)
        self.assertEqual(complaints, [], answer.body.decode())
        return playlist, answer

    def begun(self, server, name):
        path = f"/{name}/hls/live.m3u8"
        until(lambda: server.get(path).status == 200, f"{path} is there")
        return path

    def follow(self, server, name, seconds):
        """Reloads as low-latency players do; every version of the playlist."""
        path = self.begun(server, name)
        playlist, answer = self.playlist(server, path)
        self.assertEqual(answer.headers["Cache-Control"], "no-cache")
        versions = [(playlist, answer.body.decode())]
        first = playlist.sequence + len(playlist.segments)
        while len(versions) < seconds / playlist.part_target:
            before = versions[-1][0]
            number = before.sequence + len(before.segments)
            part = len(before.open_parts)
            playlist, answer = self.playlist(server, f"{path}?_HLS_msn={number}&_HLS_part={part}")
            self.assertEqual(playlist_rules.check_reload(before, playlist), [])
            known = playlist.sequence + len(playlist.segments)
            self.assertTrue((known, len(playlist.open_parts)) > (number, part), "it brings what was waited for")
            versions.append((playlist, answer.body.decode()))
        return first, versions

    def test_playlists_segments_and_parts(self):
        with self.station() as server:
            for name, codecs in FORMATS.items():
                with self.subTest(name):
                    top, _ = self.playlist(server, f"/{name}/hls/index.m3u8")
                    self.assertEqual([(one["uri"], one["CODECS"]) for one in top.variants], [("live.m3u8", codecs)])
                    self.check_station(server, name, int(top.variants[0]["BANDWIDTH"]))
            for name in ("opus", "flac", "ogg"):
                answer = server.get(f"/{name}/hls/index.m3u8")
                self.assertEqual((answer.status, answer.json()["code"]), (404, "not_available"))
            offers = {one["route"]: one.get("hls") for one in server.json("/streams")["items"]}
            self.assertEqual(offers, {"/mp3": "/mp3/hls/index.m3u8", "/aac": "/aac/hls/index.m3u8",
                                      "/opus": None, "/flac": None, "/ogg": None})

    def check_station(self, server, name, bandwidth):
        first, versions = self.follow(server, name, 25)
        last = versions[-1][0]
        parsed = streams.m3u8_parser({str(i): text for i, (_, text) in enumerate(versions)})
        for i, (ours, text) in enumerate(versions):
            theirs = parsed[str(i)]
            self.assertEqual(theirs["warnings"], [], text)
            self.assertEqual(theirs["manifest"]["mediaSequence"], ours.sequence)
            self.assertEqual([one["uri"] for one in theirs["manifest"]["segments"] if "uri" in one],
                             [one["uri"] for one in ours.segments])
        titles, end, total, sizes = [], None, b"", []
        for number, segment in enumerate(last.segments, last.sequence):
            answer = server.get(f"/{name}/hls/{segment['uri']}")
            self.assertEqual(answer.status, 200)
            self.assertIn("immutable", answer.headers["Cache-Control"])
            self.assertNotIn("Content-Encoding", answer.headers)
            time, texts, audio = split_id3(answer.body)
            if end is not None:
                self.assertAlmostEqual(time / 90_000, end, delta=0.0005, msg="segments follow each other")
            end = time / 90_000 + float(segment["duration"])
            total += audio
            sizes.append(len(answer.body))
            self.check_parts(server, name, segment, audio, time)
            if not texts and not titles:
                continue  # silence, before the first track
            if texts["TIT2"] not in titles[-1:]:
                titles.append(texts["TIT2"])
            self.assertEqual(texts["TPE1"], "Somebody")
        self.assertGreaterEqual(len(titles), 3, "tracks change")
        self.assertRegex(titles[0], r"^Nummer \d ä$")
        durations = [float(one["duration"]) for one in last.segments]
        self.assertLessEqual(playlist_rules.peak_bandwidth(sizes, durations, last.target), bandwidth)
        self.assertGreater(last.sequence + len(last.segments), first)

    def check_parts(self, server, name, segment, audio, time):
        joined, at = b"", time / 90_000
        for part in segment["parts"]:
            answer = server.get(f"/{name}/hls/{part['URI']}")
            self.assertEqual(answer.status, 200, part["URI"])
            time, _, piece = split_id3(answer.body)
            self.assertAlmostEqual(time / 90_000, at, delta=0.0002)
            at += float(part["DURATION"])
            joined += piece
        if segment["parts"]:
            self.assertEqual(joined, audio, "a segment is its parts")

    def test_what_cannot_come_is_refused(self):
        with self.station() as server:
            path = self.begun(server, "mp3")
            playlist, _ = self.playlist(server, path)
            number = playlist.sequence + len(playlist.segments)
            for query in (f"_HLS_msn={number + 3}", f"_HLS_msn={number}&_HLS_part=40", "_HLS_part=0", "_HLS_msn=x"):
                self.assertEqual(server.get(f"{path}?{query}").status, 400, query)
            self.assertEqual(server.get("/mp3/hls/segment1.mp3").status, 404)
            self.assertEqual(server.get("/mp3/hls/other").status, 404)

    def test_ffmpeg_plays_a_minute_frame_by_frame(self):
        """ffmpeg by HLS gets the very bytes that listeners of the stream get, none left out."""
        with self.station() as server:
            clients = {}
            for name in FORMATS:
                self.begun(server, name)
                heard = os.path.join(self.folder, "heard." + name)
                clients[name] = (heard, subprocess.Popen(["curl", "-s", "-N", "-o", heard, f"{server.url}/{name}"]))
            for name in FORMATS:
                until(lambda: len(self.playlist(server, f"/{name}/hls/live.m3u8")[0].segments) >= 4,
                      "there are four segments")
            players = {}
            for name in FORMATS:
                source = f"{server.url}/{name}/hls/index.m3u8"
                players[name] = (
                    self.player(source, "copied." + name, "-c", "copy", "-map", "0:a", "-f", "data"),
                    self.player(source, "decoded." + name, "-f", "s16le"))
            for name, (copied, decoded) in players.items():
                frames, said = self.result(*copied)
                sound, complaints = self.result(*decoded)
                heard, client = clients[name]
                client.terminate()
                client.wait()
                with self.subTest(name):
                    self.assertEqual(self.serious(said + complaints), [])
                    self.assertAlmostEqual(len(frames) / (96_000 / 8), MINUTE, delta=MINUTE * 0.1)
                    # -t counts by time stamps, which round.
                    self.assertAlmostEqual(len(sound) / 4, MINUTE * RATE, delta=2 * 1152)
                    with open(heard, "rb") as file:
                        self.assertIn(frames, file.read(), "the stream's own bytes, without a gap")

    def player(self, source, name, *arguments):
        path = os.path.join(self.folder, name)
        return path, subprocess.Popen(["ffmpeg", "-v", "warning", "-nostdin", "-i", source, "-t", str(MINUTE),
                                       *arguments, path], stderr=subprocess.PIPE)

    @staticmethod
    def result(path, player):
        _, said = player.communicate()
        with open(path, "rb") as file:
            return file.read(), said

    @staticmethod
    def serious(said):
        """ffmpeg says of changing titles that it cannot show them, and guesses the length of a live stream."""
        harmless = re.compile(r"Changing ID3 metadata|Estimating duration|Could not update timestamps|"
                              r"non monotonically increasing|sample rate.*mailing list|If you want to help")
        return [line for line in said.decode().splitlines() if line.strip() and not harmless.search(line)]


if __name__ == "__main__":
    unittest.main()
