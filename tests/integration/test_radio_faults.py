"""Radio stations whose files and folders go wrong while they play, and whose server is killed: the
station says what is wrong and goes on or waits; who listens hears a whole stream all the time."""
import html
import json
import os
import pwd
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
import unittest
from urllib.parse import urlencode

from consort_server import TestCase, executable, until
from media_files import ffmpeg

PASSWORD = "open sesame"
TOKEN = {"X-Control-Token": PASSWORD}
FRAME = 1152 / 44100  # seconds


def tone(folder, name, seconds, frequency=440, codec=(), **tags):
    path = os.path.join(folder, name)
    tags = {"title": name.split(".")[0], **tags}
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency={frequency}:duration={seconds}", "-ac", "2", *codec,
           *(word for key, value in tags.items() for word in ("-metadata", f"{key}={value}")), path)
    return path


class Listener:
    """Hears an MP3 station until it is asked how that was."""

    def __init__(self, server, route="/"):
        self.wire = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.wire.sendall(f"GET {route} HTTP/1.0\r\nHost: radio\r\n\r\n".encode())
        self.data, self.ended, self.stop = b"", None, False
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        while not self.stop:
            try:
                got = self.wire.recv(65536)
            except OSError as error:
                self.ended = f"nothing came any more: {error}"
                return
            if not got:
                self.ended = "the stream ended"
                return
            self.data += got

    def frames(self):
        """How many frames have come, one after the other without a byte in between."""
        data = self.data.partition(b"\r\n\r\n")[2]
        at = count = 0
        while at + 4 <= len(data):
            head = struct.unpack_from(">I", data, at)[0]
            assert head >> 16 == 0xFFFB, f"no frame at {at} after {count} frames"
            kbits = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[head >> 12 & 15]
            at += 144_000 * kbits // 44_100 + (head >> 9 & 1)
            count += at <= len(data)
        return count

    def close(self):
        self.stop = True
        self.thread.join()
        self.wire.close()


class RadioFaultsTest(TestCase):
    def radio(self, *arguments, stations=(), **rest):
        config = '[server]\naccess_log = ""\n[plugins.radio]\nstations = ' + json.dumps(stations) + "\n"
        return self.server(arguments=arguments, environment={"STATUS_PASSWORD": PASSWORD}, config=config, **rest)

    def listen(self, server, route="/"):
        listener = Listener(server, route)
        self.addCleanup(listener.close)
        return listener

    @staticmethod
    def now(server, route="/"):
        return server.json("/now-playing?" + urlencode({"route": route}))

    def plays(self, server, title=None, route="/"):
        def playing():
            now = self.now(server, route)
            return now["state"] == "playing" and title in (None, now["title"]) and now
        return until(playing, f"{route} played {title or 'something'}")

    def waits(self, server, why, route="/"):
        """Until the station waits, and page and log say why."""
        until(lambda: self.now(server, route)["state"] == "waiting", "the station waited")
        self.tells(server, why)

    @staticmethod
    def page(server):
        return html.unescape(server.get("/status", TOKEN).body.decode())

    def tells(self, server, *words):
        for word in words:
            until(lambda: word in self.page(server), f"the page says {word!r}")
            until(lambda: word in server.log(), f"the log says {word!r}")

    def history(self, server):
        """The titles that began, newest first."""
        return re.findall(r"<tr><td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td></tr>", self.page(server))

    def heard_all(self, listener):
        """It has come till now as time went, is one row of frames, and decodes."""
        until(lambda: listener.ended or
              listener.frames() * FRAME > time.monotonic() - listener.began, "the stream was in time")
        self.assertIsNone(listener.ended)
        done = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-f", "mp3", "-i", "-", "-f", "null", "-"],
                              input=listener.data.partition(b"\r\n\r\n")[2], capture_output=True)
        # The last frame may have come in part.
        complaints = [line for line in done.stderr.decode().splitlines() if "invalid new backstep" not in line
                      and "Invalid data found when processing input" not in line and "incomplete" not in line]
        self.assertEqual(complaints, [])

    # Files

    def test_the_playing_file_is_deleted(self):
        folder = self.subfolder("music")
        first = tone(folder, "1.flac", 60)
        tone(folder, "2.flac", 60, 550)
        tone(folder, "3.flac", 60, 660)
        with self.radio("--audio-dir", folder) as server:
            self.plays(server, "1")
            listener = self.listen(server)
            os.unlink(first)
            until(lambda: server.metric("consort_plugin_radio_files") == 2, "it was missed")
            self.assertIn(self.plays(server)["title"], ("1", "2"), "it may play to its end")
            server.request("POST", "/next-track", TOKEN)
            self.plays(server, "2")
            server.request("POST", "/prev-track", TOKEN)  # to one that is no more
            server.request("POST", "/next-track", TOKEN)
            self.plays(server, "3")
            server.request("POST", "/next-track", TOKEN)
            self.plays(server, "2")
            self.assertEqual(self.history(server).count("1"), 1)
            self.heard_all(listener)

    def test_the_playing_file_is_cut_off(self):
        folder = self.subfolder("music")
        first = tone(folder, "1.wav", 300)
        tone(folder, "2.flac", 60, 550)
        with self.radio("--audio-dir", folder) as server:
            self.plays(server, "1")
            listener = self.listen(server)
            os.truncate(first, 60_000)
            self.plays(server, "2")
            self.heard_all(listener)

    def test_files_that_hold_no_sound(self):
        folder = self.subfolder("music")
        good = tone(folder, "good.flac", 4)
        bad = {}

        def put(name, data):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
            bad[name] = file.name

        put("0 empty.mp3", b"")
        put("1 empty.flac", b"")
        put("2 text.ogg", b"This is a shopping list.\n" * 40)
        with open(good, "rb") as file:
            put("3 head.flac", file.read(300))
        moovless = tone(self.folder, "x.m4a", 2)
        with open(moovless, "rb") as file:
            put("4 no index.m4a", file.read(4000))
        silent = tone(self.folder, "x.wav", 1)
        with open(silent, "rb") as file:
            put("5 no samples.wav", file.read()[:44])
        put("6 zeros.opus", bytes(50_000))
        os.symlink(os.path.join(folder, "nowhere.mp3"), os.path.join(folder, "7 dangling.mp3"))
        os.symlink("8 loop.mp3", os.path.join(folder, "8 loop.mp3"))
        with self.radio("--audio-dir", folder) as server:
            self.plays(server, "good")
            listener = self.listen(server)
            self.tells(server, *bad)
            for _ in range(3):  # over all of them, again and again
                before = len(self.history(server))
                until(lambda: len(self.history(server)) > before, "another track began")
            self.assertEqual({*self.history(server)}, {"good"})
            self.assertEqual(server.log().count("0 empty.mp3"), 1, "the log is not filled with it")
            tone(folder, "1 empty.flac", 4, 550, title="mended")
            self.plays(server, "mended")
            self.heard_all(listener)

    def test_nothing_but_files_that_hold_no_sound(self):
        folder = self.subfolder("music")
        for i in range(30):
            with open(os.path.join(folder, f"{i}.mp3"), "wb") as file:
                file.write(os.urandom(3_000))
        with self.radio("--audio-dir", folder) as server:
            self.waits(server, "all 30 files fail")
            listener = self.listen(server)
            tone(folder, "good.flac", 30)
            self.plays(server, "good")
            self.heard_all(listener)

    # Folders

    def test_all_files_are_removed_and_put_back(self):
        folder, aside = self.subfolder("music"), self.subfolder("aside")
        for i in (1, 2):
            tone(folder, f"{i}.flac", 3, 440 + 110 * i)
        with self.radio("--audio-dir", folder) as server:
            self.plays(server)
            listener = self.listen(server)
            for _ in range(2):
                for name in os.listdir(folder):
                    os.rename(os.path.join(folder, name), os.path.join(aside, name))
                self.waits(server, "There is nothing to play in")
                for name in os.listdir(aside):
                    os.rename(os.path.join(aside, name), os.path.join(folder, name))
                self.plays(server)
            self.heard_all(listener)

    def test_the_folder_goes_away_and_comes_back(self):
        music, other = self.subfolder("music"), self.subfolder("other")
        tone(music, "1.flac", 3)
        tone(other, "other.flac", 3, 660)
        stations = [f"route=/moved directory={music}", f"route=/other directory={other}"]
        with self.radio(stations=stations) as server:
            self.plays(server, "1", "/moved")
            listener, undisturbed = self.listen(server, "/moved"), self.listen(server, "/other")
            os.rename(music, music + "-away")
            self.waits(server, f"{music}' does not exist", "/moved")
            os.rename(music + "-away", music)
            self.plays(server, "1", "/moved")
            shutil.rmtree(music)
            until(lambda: self.now(server, "/moved")["state"] == "waiting", "the station waited")
            os.makedirs(music)
            tone(music, "new.flac", 3, 550)
            self.plays(server, "new", "/moved")
            self.heard_all(listener)
            self.plays(server, "other", "/other")
            self.heard_all(undisturbed)
            self.assertEqual(undisturbed.data.count(b"HTTP/1.1 200"), 1)

    def test_folders_that_are_none(self):
        loop, file = os.path.join(self.folder, "loop"), os.path.join(self.folder, "file")
        os.symlink("loop", loop)
        with open(file, "wb") as made:
            made.write(b"x")
        below = os.path.join(file, "below")
        routes = {"/loop": loop, "/file": file, "/below": below}
        with self.radio("--directory-routes", json.dumps(routes)) as server:
            for route, path in routes.items():
                self.waits(server, path, route)
            listener = self.listen(server, "/file")
            os.unlink(file)
            os.unlink(loop)
            for path in (file, loop):
                tone(self.subfolder(os.path.basename(path)), "mended.flac", 3)
            tone(self.subfolder("file/below"), "mended.flac", 3)
            server.request("POST", "/reload-playlist", TOKEN)
            for route in routes:
                self.plays(server, "mended", route)
            self.heard_all(listener)

    def test_what_must_not_be_read(self):
        prefix = ()
        if os.geteuid() == 0:  # which may read everything
            nobody = pwd.getpwnam("nobody")
            prefix = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
            if not shutil.which(prefix[0]) or subprocess.run(
                    [*prefix, executable(), "--version"], capture_output=True).returncode != 0:
                self.skipTest("no other user can run the executable")
        folder, shut = self.subfolder("music"), self.subfolder("shut")
        secret = tone(folder, "secret.flac", 3)
        tone(folder, "open.flac", 3, 550)
        closed = self.subfolder("music/closed")
        tone(closed, "inside.flac", 3, 660)
        tone(shut, "shut.flac", 3, 770)
        os.chmod(secret, 0)
        os.chmod(closed, 0)
        os.chmod(shut, 0)
        os.chmod(self.folder, 0o755)
        data = self.subfolder("server/data")
        if prefix:
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        stations = [f"route=/part directory={folder}", f"route=/shut directory={shut}"]
        with self.radio(stations=stations, prefix=prefix) as server:
            self.plays(server, "open", "/part")
            self.waits(server, f"{shut}' cannot be read", "/shut")
            listener = self.listen(server, "/shut")
            self.tells(server, f"{secret}' cannot be read", f"{closed}' cannot be read", "chmod")
            self.assertEqual({*self.history(server)}, {"open"})
            for path in (secret, closed, shut):
                os.chmod(path, 0o755)
            server.request("POST", "/reload-playlist", TOKEN)
            self.plays(server, "shut", "/shut")
            for title in ("secret", "inside"):
                self.plays(server, title, "/part")
            until(lambda: "cannot be read" not in self.page(server), "the page no longer complains")
            self.heard_all(listener)

    # The server

    def test_place_and_history_survive_an_end_and_a_kill(self):
        folder = self.subfolder("music")
        for i in range(4):
            tone(folder, f"{i}.flac", 120, 300 + 100 * i)
        with self.radio("--audio-dir", folder, "--shuffle", "true") as server:
            order = [self.plays(server)["title"]]
            for _ in range(2):
                server.request("POST", "/next-track", TOKEN)
                until(lambda: self.plays(server)["title"] != order[-1], "the next track played")
                order.append(self.plays(server)["title"])
            before = 0
            for end in (server.stop, server.kill, server.kill):
                now = until(lambda: self.now(server)["position_seconds"] >= before + 4 and self.now(server),
                            "it played for a while")
                self.assertEqual(now["title"], order[-1])
                at = self.now(server)["position_seconds"]
                end()
                server.start()
                now = self.plays(server)
                self.assertEqual(now["title"], order[-1], f"after {end.__name__}")
                self.assertGreater(now["position_seconds"], at - 4)
                self.assertLess(now["position_seconds"], at + 10)
                self.assertEqual(self.history(server), order[::-1])
                before = now["position_seconds"]
            # What was not heard before the end comes after it, and only then what was.
            server.request("POST", "/next-track", TOKEN)
            until(lambda: self.plays(server)["title"] != order[-1], "the next track played")
            self.assertNotIn(self.plays(server)["title"], order)

    def test_damaged_state_is_put_aside(self):
        folder = self.subfolder("music")
        tone(folder, "1.flac", 30)
        server = self.radio("--audio-dir", folder)
        with server:
            until(lambda: self.plays(server, "1")["position_seconds"] > 3, "its place was written")
        states = [os.path.join(where, name) for where, _, names in os.walk(server.data)
                  for name in names if name.startswith("programme-")]
        self.assertEqual(len(states), 2)
        for path in states:
            with open(path, "wb") as file:
                file.write(b'{"version": 1, "current"')
        with server:
            self.plays(server, "1")
            for path in states:
                self.assertIn(path, server.log())


if __name__ == "__main__":
    unittest.main()
