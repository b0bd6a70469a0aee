"""Radio stations: a real server with real files, and clients as they are in the world."""
import json
import os
import re
import socket
import subprocess
import threading
import time
import unittest

from consort_server import run, until
from radio_case import Ear, RadioCase, tone

FRAMES = {"mp3": "audio/mpeg", "aac": "audio/aac", "ogg": "audio/ogg", "opus": "audio/ogg",
          "flac": "audio/ogg"}


class RadioTest(RadioCase):
    @staticmethod
    def tracks(server, name):
        line = f'consort_plugin_radio_tracks_total{{station="/{name}"}} '
        return float(re.search(re.escape(line) + r"(\S+)", server.get("/metrics").body.decode())[1])

    @staticmethod
    def decode(path):
        """What ffmpeg complains of, and the seconds that it decoded. It reads a pipe, since its
        seeking does not know chained Ogg."""
        with open(path, "rb") as file:
            done = subprocess.run(["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ar",
                                   "8000", "-ac", "1", "-"], input=file.read(), capture_output=True)
        lines = [line for line in done.stderr.decode().splitlines()
                 if "non monotonically" not in line]
        return lines, len(done.stdout) / 16000

    def first_pages(self, server, name):
        """(flags, serial number) of each page of Ogg that somebody gets first who comes now."""
        with Ear(server, "/" + name, version="1.0") as ear:
            data = ear.read(8_000)
        pages, at = [], 0
        while len(data) - at >= 27:
            self.assertEqual(data[at:at + 4], b"OggS", f"{name} after {at} bytes: {pages}")
            pages.append((data[at + 5], data[at + 14:at + 18]))
            at += 27 + data[at + 26] + sum(data[at + 27:at + 27 + data[at + 26]])
        return pages

    def test_who_comes_later_begins_with_whole_pages(self):
        folder = self.subfolder("long")
        tone(folder, "1.flac", 60, 440, "One")
        stations = [f"route=/{name} directory={folder} format={name}" for name in ("ogg", "opus", "flac")]
        with self.radio(config="[plugins.radio]\nstations = " + json.dumps(stations) + "\n") as server:
            for name in ("ogg", "opus", "flac"):
                until(lambda: self.now(server, "/" + name).get("position_seconds", 0) > 5,
                      f"there is a whole burst of {name}")
                for _ in range(20):  # wherever in a chunk that is
                    pages = self.first_pages(server, name)
                    self.assertEqual(pages[0][0], 2, "the beginning of a stream")
                    self.assertEqual({flags for flags, _ in pages[1:]} - {0, 1}, set())
                    self.assertEqual(len({serial for _, serial in pages}), 1)

    def test_every_format_decodes_over_track_changes(self):
        folder = self.music()
        stations = [f"route=/{name} directory={folder} format={name} bitrate=96" for name in FRAMES]
        config = "[plugins.radio]\nstations = " + json.dumps(stations) + "\n"
        with self.radio(config=config) as server:
            listening = {}
            for name in FRAMES:
                self.wait_for_sound(server, "/" + name)
                path = os.path.join(self.folder, "heard." + name)
                listening[name] = (path, subprocess.Popen(
                    ["curl", "-s", "-N", "-o", path, f"{server.url}/{name}"]))
            for name, (_, client) in listening.items():
                # Between two joins, since what is cut within headers is no stream.
                until(lambda: self.tracks(server, name) >= 5 and
                      1 < self.now(server, "/" + name).get("position_seconds", 0) < 2,
                      f"five tracks began on {name}, and the last one goes on")
                client.terminate()
                client.wait()
            for name, (path, _) in listening.items():
                with self.subTest(name):
                    complaints, seconds = self.decode(path)
                    self.assertEqual(complaints, [])
                    self.assertGreater(seconds, 8)
                    self.assertEqual(server.request("HEAD", "/" + name).headers["Content-Type"],
                                     FRAMES[name])

    def test_the_main_station_is_at_the_root_and_the_app_at_app(self):
        with self.radio("--audio-dir", self.music(), "--bitrate", "64") as server:
            with Ear(server, "/") as ear:
                self.assertEqual(ear.status, 200)
                self.assertEqual(ear.headers["content-type"], "audio/mpeg")
                self.assertEqual(ear.headers["icy-br"], "64")
                self.assertEqual(ear.headers["icy-name"], "Radio")
                self.assertNotIn("icy-metaint", ear.headers)
                self.assertNotIn("content-length", ear.headers)
                self.assertNotIn("transfer-encoding", ear.headers)
                self.assertIn("no-cache", ear.headers["cache-control"])
            app = server.get("/app")
            self.assertIn(app.status, (200, 503), "503: the app is not built")
            self.assertTrue(app.headers["Content-Type"].startswith("text/html"))
            self.assertNotIn("is left out", server.log())

    def test_stations_elsewhere_leave_the_root_to_the_app(self):
        routes = json.dumps({"/jazz": self.music()})
        with self.radio(environment={"DIRECTORY_ROUTES": routes, "STREAM_FORMAT": "aac"}) as server:
            self.assertTrue(server.get("/").headers["Content-Type"].startswith("text/html"))
            listed = server.json("/streams")["items"]
            self.assertEqual([(one["route"], one["format"]) for one in listed], [("/jazz", "aac")])

    def test_old_clients_and_head(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            with Ear(server, "/", version="1.0") as ear:
                self.assertEqual(ear.status, 200)
                self.assertNotIn("transfer-encoding", ear.headers)
                self.assertGreater(len(ear.read(10_000)), 0)
            answer = server.request("HEAD", "/")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, b"")
            self.assertNotIn("Content-Length", answer.headers)
            self.assertEqual(answer.headers["Content-Type"], "audio/mpeg")

    def test_icy_metadata(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            with Ear(server, "/", ["Icy-MetaData: 1"]) as ear:
                every = int(ear.headers["icy-metaint"])
                audio, titles = b"", []
                while len(titles) < 4:
                    audio += ear.read(every)
                    size = ear.read(1)[0] * 16
                    block = ear.read(size).rstrip(b"\0").decode()
                    if block:
                        titles.append(re.fullmatch(r"StreamTitle='(.*?)';StreamUrl='.*';", block)[1])
            self.assertGreaterEqual({*titles}, {"Ärzte - One", "Ärzte - Three", "Ärzte - It's; 'Two’"})
            path = os.path.join(self.folder, "audio.mp3")
            with open(path, "wb") as file:
                file.write(audio)
            self.assertEqual(self.decode(path)[0], [], "the audio is whole without the metadata")

    def test_listeners_hear_the_same(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            until(lambda: self.now(server)["position_seconds"] > 1, "there is a burst to give")
            with Ear(server, "/") as one, Ear(server, "/") as two:
                first, second = one.read(120_000), two.read(120_000)
            place = first.find(second[:2_000])
            self.assertGreaterEqual(place, 0, "the second is not in the first")
            self.assertLess(place, 64_000)
            self.assertEqual(first[place:], second[:len(first) - place])

    def test_events_tell_of_track_changes(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            with Ear(server, "/now-playing/events?route=/", version="1.0") as ear:
                self.assertEqual(ear.headers["content-type"], "text/event-stream")
                titles, text = [], ""
                while len({*titles}) < 3:
                    text += ear.read(1).decode(errors="replace")
                    if text.endswith("\n\n"):
                        told = re.search(r"^data: (.*)$", text, re.M)
                        if told:
                            titles.append(json.loads(told[1])["title"])
                        text = ""
            self.assertIn("One", titles)
            self.assertEqual(server.get("/now-playing/events?route=/none").status, 404)
            self.assertEqual(server.get("/now-playing?route=/none").status, 404)

    def test_a_full_station_says_so(self):
        with self.radio("--audio-dir", self.music(), "--max-clients", "2") as server:
            with Ear(server, "/"), Ear(server, "/"):
                answer = server.get("/")
                self.assertEqual(answer.status, 503)
                self.assertEqual(answer.json()["code"], "station_full")
                self.assertIn("Retry-After", answer.headers)
                self.assertEqual(server.request("HEAD", "/").status, 200)
            until(lambda: server.metric("consort_plugin_radio_listeners") == 0, "both have left")
            with Ear(server, "/") as ear:
                self.assertEqual(ear.status, 200)

    def test_listeners_by_hls_count_too(self):
        with self.radio("--audio-dir", self.music(), "--max-clients", "2", "--stream-format", "aac") as server:
            until(lambda: server.get("/hls/live.m3u8").status == 200, "there is a playlist")
            playlist = server.get("/hls/live.m3u8").body.decode()
            segment = "/hls/" + next(line for line in playlist.split("\n") if line.startswith("segment"))

            def listen(program):
                return server.get(segment, {"User-Agent": program})
            heard = listen("one")
            self.assertEqual((heard.status, listen("one").status, listen("two").status), (200, 200, 200))
            full = listen("three")
            self.assertEqual((full.status, full.json()["code"]), (503, "station_full"))
            with Ear(server, "/") as ear:
                self.assertEqual(ear.status, 200)
                station = server.json("/streams")["items"][0]
                self.assertEqual((station["listeners"], station["hls_listeners"]), (3, 2))
                self.assertEqual(server.json("/now-playing?route=/")["listeners"], 3)
                until(lambda: server.metric("consort_plugin_radio_hls_listeners") == 2, "the metric follows")
                self.assertGreaterEqual(server.metric("consort_plugin_radio_bytes_total"), 3 * len(heard.body))
            until(lambda: server.metric("consort_plugin_radio_hls_listeners") == 0, "they asked for nothing more")
            self.assertEqual(listen("three").status, 200)

    def test_segment_names_never_come_again(self):
        def names(server):
            until(lambda: server.get("/hls/live.m3u8").status == 200, "there is a playlist")
            playlist = server.get("/hls/live.m3u8").body.decode()
            return {line for line in playlist.split("\n") if line.startswith("segment")}
        folder, seen = self.music(), set()
        for _ in range(2):
            with self.radio("--audio-dir", folder) as server:  # MP3, whose segments are the shortest
                first = names(server)
                until(lambda: len(names(server)) > len(first) + 1, "there are more segments")
                now = names(server)
            self.assertFalse(seen & now)
            seen |= now

    def test_a_listener_who_reads_too_slowly_is_dropped_and_others_do_not_notice(self):
        config = "[server]\nwrite_timeout_seconds = 300\n[plugins.radio]\nbehind_seconds = 2\njumps = 2\n"
        with self.radio("--audio-dir", self.music(), "--bitrate", "320", config=config) as server:
            self.wait_for_sound(server)
            slow = Ear(server, "/")
            slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.addCleanup(slow.close)
            stop = threading.Event()

            def trickle():
                while not stop.wait(0.1):
                    try:
                        if not slow.socket.recv(2000):
                            return
                    except OSError:
                        return

            thread = threading.Thread(target=trickle)
            thread.start()
            self.addCleanup(thread.join)
            self.addCleanup(stop.set)
            with Ear(server, "/") as good:
                while server.metric("consort_plugin_radio_drops_total") == 0:
                    good.read(20_000)
                good.read(20_000)
            self.assertGreaterEqual(server.metric("consort_plugin_radio_jumps_total"), 2)
            self.assertEqual(server.metric("consort_plugin_radio_drops_total"), 1)

    def test_listeners_end_when_the_server_does(self):
        server = self.radio("--audio-dir", self.music())
        server.start()
        self.wait_for_sound(server)
        ears = [Ear(server, "/") for _ in range(5)] + [Ear(server, "/now-playing/events")]
        began = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - began, 25, "it waited for the listeners")
        for ear in ears:
            until(ear.ended, "the stream ended")
            ear.close()


if __name__ == "__main__":
    unittest.main()
