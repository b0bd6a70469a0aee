"""Radio stations as live HLS: what players get, from the real server, in real time.

Run by CTest with CONSORT naming the executable; needs ffmpeg and curl.
"""
import json
import os
import re
import struct
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import playlist_rules  # noqa: E402
import streams  # noqa: E402
from consort_server import TestCase, until  # noqa: E402
from media_files import ffmpeg  # noqa: E402

FORMATS = {"mp3": "mp4a.40.34", "aac": "mp4a.40.2", "opus": "Opus", "flac": "fLaC"}
PACKED = ("mp3", "aac")  # as they are, behind an ID3 tag; the others in MP4
RATE = 44100
RATES = {"opus": 48000}
MINUTE = 60


def split_id3(data):
    """(seconds, {frame id: text}, audio) of a packed segment (RFC 8216, 3.4), or of a tag without a time."""
    assert data[:3] == b"ID3" and data[3] == 4, data[:10]
    size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0)))
    seconds, texts, at = None, {}, 10
    while at < 10 + size:
        name = data[at:at + 4].decode()
        length = sum(byte << shift for byte, shift in zip(data[at + 4:at + 8], (21, 14, 7, 0)))
        content = data[at + 10:at + 10 + length]
        if name == "PRIV":
            owner, _, value = content.partition(b"\0")
            assert owner == b"com.apple.streaming.transportStreamTimestamp", owner
            seconds = struct.unpack(">Q", value)[0] / 90_000
        else:
            assert content[0] == 3, "UTF-8"
            texts[name] = content[1:].decode()
        at += 10 + length
    return seconds, texts, data[10 + size:]


def boxes(data):
    """(type, content) of each box of ISO/IEC 14496-12."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        assert 8 <= size <= len(data) - at, (kind, size)
        yield kind.decode(), data[at + 8:at + size]
        at += size


def split_mp4(data, rate):
    """(seconds, {frame id: text}, audio) of fragments that follow each other."""
    begin, texts, audio = None, {}, b""
    for kind, content in boxes(data):
        if kind == "emsg":
            assert content[0] == 1 and b"https://aomedia.org/emsg/ID3\0\0" in content, content
            scale, at = struct.unpack_from(">IQ", content, 4)
            event = at / scale
            texts = split_id3(content[content.index(b"ID3\4"):])[1]
        elif kind == "moof":
            (traf,) = [dict(boxes(one)) for name, one in boxes(content) if name == "traf"]
            begin = struct.unpack_from(">Q", traf["tfdt"], 4)[0] / rate if begin is None else begin
            count, offset = struct.unpack_from(">II", traf["trun"], 4)
            assert offset == len(content) + 16, "the sound follows the boxes"
            total = sum(struct.unpack_from(f">{count}I", traf["trun"], 12))
        else:
            assert kind == "mdat" and len(content) == total, kind
            audio += content
    assert not texts or event == begin, "the title begins with the segment"
    return begin, texts, audio


def split(name, data):
    return split_id3(data) if name in PACKED else split_mp4(data, RATES.get(name, RATE))


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
                 for name in (*FORMATS, "ogg")]
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
        while len(versions) < seconds / (playlist.part_target or playlist.target):
            before = versions[-1][0]
            number = before.sequence + len(before.segments)
            part = len(before.open_parts)
            wanted = f"_HLS_msn={number}" + (f"&_HLS_part={part}" if playlist.part_target else "")
            playlist, answer = self.playlist(server, f"{path}?{wanted}")
            self.assertEqual(playlist_rules.check_reload(before, playlist), [])
            known = playlist.sequence + len(playlist.segments)
            self.assertTrue((known, len(playlist.open_parts)) > (number, part), "it brings what was waited for")
            self.check_edge(server, name, playlist)
            versions.append((playlist, answer.body.decode()))
        return first, versions

    def check_edge(self, server, name, playlist):
        """The newest part is there, and ends just before now: measured at the clock of the playlist."""
        last = playlist.segments[-1]
        newest = last["date"] + float(last["duration"]) + sum(float(one["DURATION"]) for one in playlist.open_parts)
        self.assertLess(abs(time.time() - newest), 3, "the live edge")
        if playlist.open_parts:
            address = f"/{name}/hls/{playlist.open_parts[-1]['URI']}"
            self.assertEqual(server.get(address).status, 200, address)

    def test_playlists_segments_and_parts(self):
        with self.station() as server:
            for name, codecs in FORMATS.items():
                with self.subTest(name):
                    top, _ = self.playlist(server, f"/{name}/hls/index.m3u8")
                    self.assertEqual([(one["uri"], one["CODECS"]) for one in top.variants], [("live.m3u8", codecs)])
                    self.check_station(server, name, int(top.variants[0]["BANDWIDTH"]))
            answer = server.get("/ogg/hls/index.m3u8")
            self.assertEqual((answer.status, answer.json()["code"]), (404, "not_available"))
            self.assertIn("Vorbis", answer.json()["detail"])
            offers = {one["route"]: one.get("hls") for one in server.json("/streams")["items"]}
            self.assertEqual(offers, {"/ogg": None, **{f"/{name}": f"/{name}/hls/index.m3u8" for name in FORMATS}})

    def check_station(self, server, name, bandwidth):
        first, versions = self.follow(server, name, 24)
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
            begin, texts, audio = split(name, answer.body)
            if end is not None:
                self.assertAlmostEqual(begin, end, delta=0.0005, msg="segments follow each other")
            end = begin + float(segment["duration"])
            total += audio
            sizes.append(len(answer.body))
            self.check_parts(server, name, segment, audio, begin)
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
        if name not in PACKED:
            answer = server.get(f"/{name}/hls/{last.map['URI']}")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "audio/mp4"))
            self.assertEqual([kind for kind, _ in boxes(answer.body)], ["ftyp", "moov"])

    def check_parts(self, server, name, segment, audio, begin):
        joined, at = b"", begin
        self.assertTrue(name != "mp3" or not segment["parts"], "MP3 has no parts")
        for part in segment["parts"]:
            answer = server.get(f"/{name}/hls/{part['URI']}")
            self.assertEqual(answer.status, 200, part["URI"])
            begin, _, piece = split(name, answer.body)
            self.assertAlmostEqual(begin, at, delta=0.0002)
            at += float(part["DURATION"])
            joined += piece
        if segment["parts"]:
            self.assertEqual(joined, audio, "a segment is its parts")

    def test_what_cannot_come_is_refused(self):
        with self.station() as server:
            path = self.begun(server, "aac")
            playlist, _ = self.playlist(server, path)
            number = playlist.sequence + len(playlist.segments)
            for query in (f"_HLS_msn={number + 3}", f"_HLS_msn={number}&_HLS_part=40", "_HLS_part=0", "_HLS_msn=x"):
                self.assertEqual(server.get(f"{path}?{query}").status, 400, query)
            for file in ("aac/hls/segment1.aac", "aac/hls/other", "aac/hls/init1.mp4", "mp3/hls/segment1.mp3"):
                self.assertEqual(server.get("/" + file).status, 404, file)

    def test_ffmpeg_plays_a_minute_frame_by_frame(self):
        """ffmpeg by HLS gets all of the sound, and of packed audio the very bytes that listeners of the stream get."""
        with self.station() as server:
            clients = {}
            for name in FORMATS:
                self.begun(server, name)
                heard = os.path.join(self.folder, "heard." + name)
                if name not in PACKED:
                    continue
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
                rate = RATES.get(name, RATE)
                with self.subTest(name):
                    self.assertEqual(self.serious(said + complaints), [])
                    # -t counts by time stamps, which round.
                    self.assertAlmostEqual(len(sound) / 4, MINUTE * rate, delta=2 * 4608)
                    if name not in PACKED:
                        continue
                    self.assertAlmostEqual(len(frames) / (96_000 / 8), MINUTE, delta=MINUTE * 0.1)
                    heard, client = clients[name]
                    client.terminate()
                    client.wait()
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
        """ffmpeg says of changing titles that it cannot show them, guesses the length of a live stream, and
        reads the initialization of MP4 again after each reload of the playlist."""
        harmless = re.compile(r"Changing ID3 metadata|Estimating duration|Could not update timestamps|"
                              r"Found duplicated MOOV|Last message repeated|non monotonically increasing|sample rate.*mailing list|If you want to help")
        return [line for line in said.decode().splitlines() if line.strip() and not harmless.search(line)]


if __name__ == "__main__":
    unittest.main()
