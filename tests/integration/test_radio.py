"""Radio stations: a real server with real files, and clients as they are in the world."""
import base64
import json
import os
import re
import socket
import subprocess
import threading
import time
import unittest
from urllib.parse import urlencode

from consort_server import TestCase, run, until
from media_files import ffmpeg

PASSWORD = "open sesame"
TOKEN = {"X-Control-Token": PASSWORD}
FRAMES = {"mp3": "audio/mpeg", "aac": "audio/aac", "ogg": "audio/ogg", "opus": "audio/ogg",
          "flac": "audio/ogg"}


def tone(folder, name, seconds, frequency, title, codec=(), rate=44100):
    path = os.path.join(folder, name)
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency={frequency}:sample_rate={rate}:duration={seconds}",
           "-ac", "2", *codec, "-metadata", f"title={title}", "-metadata", "artist=Ärzte", path)
    return path


class Ear:
    """A listener with a socket of its own, so that nothing is hidden."""

    def __init__(self, server, path, headers=(), version="1.1"):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=240)
        lines = [f"GET {path} HTTP/{version}", "Host: radio", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in
                        (line.split(": ", 1) for line in lines)}

    def _receive(self):
        got = self.socket.recv(65536)
        if not got:
            raise EOFError
        return got

    def read(self, size):
        while len(self.rest) < size:
            self.rest += self._receive()
        got, self.rest = self.rest[:size], self.rest[size:]
        return got

    def ended(self):
        """Whether the server has closed or reset the connection by now."""
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class RadioTest(TestCase):
    def radio(self, *arguments, environment=None, config=None, password=PASSWORD):
        variables = {"STATUS_PASSWORD": password} if password else {}
        return self.server(arguments=arguments, config=config,
                           environment={**variables, **(environment or {})})

    def music(self, name="music"):
        folder = self.subfolder(name)
        tone(folder, "1.flac", 3, 440, "One")
        tone(folder, "2.mp3", 3, 550, "It's; 'Two'", ["-c:a", "libmp3lame"], rate=48000)
        tone(folder, "3.ogg", 3, 660, "Three", ["-c:a", "libvorbis"])
        return folder

    @staticmethod
    def now(server, route="/"):
        return server.json("/now-playing?" + urlencode({"route": route}))

    def wait_for_sound(self, server, route="/"):
        return until(lambda: self.now(server, route)["state"] == "playing" and self.now(server, route),
                     f"{route} played")

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

    # Controls

    def test_controls_need_the_password_in_one_of_three_ways(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
            ways = (TOKEN, {"Authorization": "Basic " + basic})
            for method, path in (("POST", "/next-track"), ("POST", "/prev-track"),
                                 ("POST", "/reload-playlist"), ("GET", "/reload-playlist"),
                                 ("POST", "/reload-playlist/")):
                with self.subTest(path, method=method):
                    self.assertEqual(server.request(method, path).status, 401)
                    self.assertEqual(server.request(method, path, {"Cookie": "consort_radio=x"})
                                     .status, 401)
                    for way in ways:
                        self.assertEqual(server.request(method, path, way).status, 200)
            self.assertEqual(server.request("GET", "/next-track", TOKEN).status, 405)
            self.assertEqual(server.request("POST", "/next-track/none", TOKEN).status, 404)

    def test_next_and_previous_change_what_plays(self):
        folder = self.subfolder("long")
        for i in range(3):
            tone(folder, f"{i}.flac", 60, 300 + 100 * i, f"Long {i}")
        with self.radio("--audio-dir", folder) as server:
            self.assertEqual(self.wait_for_sound(server)["title"], "Long 0")
            server.request("POST", "/next-track", TOKEN)
            until(lambda: self.now(server).get("title") == "Long 1", "the next track played")
            server.request("POST", "/next-track", TOKEN)
            until(lambda: self.now(server).get("title") == "Long 2", "the one after played")
            server.request("POST", "/prev-track", TOKEN)
            until(lambda: self.now(server).get("title") == "Long 1", "the previous one played")

    def test_the_page_with_the_buttons(self):
        with self.radio("--audio-dir", self.music()) as server:
            self.wait_for_sound(server)
            page = server.get("/status")
            self.assertEqual(page.status, 401)
            self.assertIn(b'type="password"', page.body)
            self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
            form = {"Content-Type": "application/x-www-form-urlencoded"}

            def login(password, headers=None):
                return server.request("POST", "/status/login", {**form, **(headers or {})},
                                      urlencode({"password": password}))

            self.assertEqual(login("wrong").status, 401)
            self.assertEqual(login(PASSWORD, {"Origin": "https://evil.example"}).status, 403)
            answer = login(PASSWORD)
            self.assertEqual((answer.status, answer.headers["Location"]), (303, "/status"))
            cookie = answer.headers["Set-Cookie"]
            self.assertIn("HttpOnly", cookie)
            self.assertIn("SameSite=Strict", cookie)
            session = {"Cookie": cookie.split(";")[0]}
            page = server.get("/status", session)
            self.assertEqual(page.status, 200)
            html = page.body.decode()
            self.assertIn("listeners", html)
            csrf = re.search(r'name="csrf" value="(\w+)"', html)[1]
            self.assertEqual(server.request("POST", "/next-track", session).status, 403)
            self.assertEqual(server.request("POST", "/next-track", {**session, **form},
                                            urlencode({"csrf": csrf})).status, 303)
            self.assertEqual(server.request("POST", "/status/logout", {**session, **form},
                                            urlencode({"csrf": csrf})).status, 303)
            self.assertEqual(server.get("/status", session).status, 401)

    def test_titles_are_escaped(self):
        folder = self.subfolder("evil")
        tone(folder, "x.flac", 5, 440, "<script>alert(1)</script>")
        with self.radio("--audio-dir", folder) as server:
            self.wait_for_sound(server)
            for path in ("/status", "/web"):
                html = server.get(path, TOKEN).body.decode()
                self.assertIn("&lt;script&gt;alert(1)", html)
                self.assertNotIn("<script>alert", html)

    def test_wrong_passwords_are_limited(self):
        with self.radio("--audio-dir", self.music()) as server:
            statuses = [server.request("POST", "/next-track", {"X-Control-Token": "no"}).status
                        for _ in range(12)]
            self.assertEqual(statuses[:10], [401] * 10)
            self.assertEqual(statuses[11], 429)
            limited = server.request("POST", "/next-track", TOKEN)
            self.assertEqual(limited.status, 429)
            self.assertGreater(int(limited.headers["Retry-After"]), 1)

    def test_without_a_password_the_controls_are_off(self):
        with self.radio("--audio-dir", self.music(), password=None) as server:
            self.assertIn("STATUS_PASSWORD", server.log())
            for method, path in (("GET", "/status"), ("POST", "/next-track"),
                                 ("GET", "/reload-playlist")):
                self.assertEqual(server.request(method, path, {"X-Control-Token": ""}).status, 403)
            self.assertEqual(server.get("/web").status, 200)

    # Limits

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

    # Files that are no good

    def test_bad_files_are_told_and_the_rest_plays(self):
        folder = self.music()
        with open(os.path.join(folder, "broken.mp3"), "wb") as file:
            file.write(os.urandom(20_000))
        with self.radio("--audio-dir", folder) as server:
            self.wait_for_sound(server)
            until(lambda: "broken.mp3" in server.log(), "the log names the file")
            until(lambda: "broken.mp3" in server.get("/status", TOKEN).body.decode(),
                  "the page names the file")

    def test_an_empty_folder_waits_for_its_first_file(self):
        folder = self.subfolder("empty")
        with self.radio("--audio-dir", folder) as server:
            until(lambda: folder in server.log() and self.now(server)["state"] == "waiting",
                  "the log says that there is nothing")
            self.tells_listeners(server, "directory_empty", "The station's folder holds nothing to play.")
            tone(folder, "new.flac", 5, 440, "At last")
            self.assertEqual(self.wait_for_sound(server)["title"], "At last")

    def test_a_folder_that_is_not_there_is_told(self):
        missing = os.path.join(self.folder, "missing")
        with self.radio("--audio-dir", missing) as server:
            until(lambda: missing in server.get("/status", TOKEN).body.decode(), "it is named")
            self.tells_listeners(server, "directory_missing", "The station's folder is not there.")

    def test_a_folder_of_broken_files_is_told(self):
        folder = self.subfolder("music")
        for name in ("a.mp3", "b.flac"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(os.urandom(20_000))
        with self.radio("--audio-dir", folder) as server:
            until(lambda: self.now(server).get("reason_code") == "files_broken", "none can be played")
            self.tells_listeners(server, "files_broken", "None of the station's files can be played.")

    def tells_listeners(self, server, code, reason):
        """All that anybody may ask says why there is silence, and nothing of the machine's folders."""
        until(lambda: self.now(server).get("reason_code") == code, f"the reason was {code}")
        self.assertEqual(self.now(server)["reason"], reason)
        self.assertEqual(server.json("/streams")["items"][0]["now_playing"]["reason_code"], code)
        with Ear(server, "/now-playing/events") as ear:
            heard = b""
            while b"\n\nevent: now-playing\ndata: " not in heard or not heard.endswith(b"\n\n"):
                heard += ear.read(1)
        self.assertIn(f'"reason_code":"{code}"', heard.decode())
        self.assertNotIn(self.folder, heard.decode() + server.get("/web").body.decode())

    # Schedules

    def test_an_hour_that_begins_ends_the_track_or_waits_for_its_end(self):
        music, lunch = self.subfolder("music"), self.subfolder("lunch")
        tone(music, "long.flac", 600, 440, "Morning")
        tone(lunch, "lunch.flac", 600, 550, "Lunch")
        stations = [f'route=/{switch} directory={music} switch={switch} schedule="daily 12:00-13:00 {lunch}"'
                    for switch in ("now", "track")]
        # A time zone in which it is noon in half a minute, more than the server takes to start.
        west = (int(time.time()) % 86400 - 12 * 3600 + 30) % 86400
        zone = f"NOON{west // 3600}:{west // 60 % 60:02}:{west % 60:02}"
        with self.radio(config="[plugins.radio]\nstations = " + json.dumps(stations) + "\n",
                        environment={"TZ": zone}) as server:
            for route in ("/now", "/track"):
                self.assertEqual(self.wait_for_sound(server, route)["title"], "Morning")
            until(lambda: self.now(server, "/now")["title"] == "Lunch", "the hour's folder played")
            self.assertEqual(self.now(server, "/track")["title"], "Morning")
            server.request("POST", "/next-track/track", TOKEN)
            until(lambda: self.now(server, "/track")["title"] == "Lunch", "it came with the next track")

    # Settings

    def test_every_mistake_is_named_at_once(self):
        with self.radio("--directory-routes", '{"/status": "/music", "/a": "/x"}',
                        "--stream-format", "wma",
                        config='[plugins.radio]\nstations = ["route=/a directory=/y", '
                               '"route=/b bitrate=9000", "directory"]\n') as server:
            log = server.log()
            for wrong in ("'wma'", "'/status' is taken", "route /a, which another", "'9000'",
                          "'directory', which is not key=value"):
                self.assertIn(wrong, log)
            plugins = server.json("/api/v1/admin/plugins")["items"]
            self.assertEqual([one["state"] for one in plugins if one["name"] == "radio"],
                             ["failed"])
        bad = run("serve", "--data", self.subfolder("d"), "--port", "0", "--audio-dirs", "x")
        self.assertIn("--audio-dir", bad.stderr)


if __name__ == "__main__":
    unittest.main()
