"""Radio stations as their owner sees them: controls, the status page, folders and hours, mistakes."""
import base64
import json
import os
import re
import time
import unittest
from urllib.parse import urlencode

from consort_server import run, until
from radio_case import Ear, PASSWORD, RadioCase, TOKEN, tone


class StationsTest(RadioCase):
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
