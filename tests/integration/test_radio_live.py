"""Live sources: real source clients take over a station, and the folder comes back."""
import base64
import json
import os
import signal
import socket
import struct
import subprocess
import unittest
from urllib.parse import quote

from consort_server import TestCase, until
from media_files import ffmpeg

PASSWORD = "pw of sources"
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"source:{PASSWORD}".encode()).decode()}
FOLDER_TONE, LIVE_TONE = 440, 1000


def frequencies(pcm, rate=8000, window=0.1):
    """The tone of each window of mono 16-bit samples, by its zero crossings; 0: silence."""
    size = int(rate * window)
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm[:len(pcm) // 2 * 2])
    found = []
    for at in range(0, len(samples) - size, size):
        part = samples[at:at + size]
        if max(part) < 500:
            found.append(0)
            continue
        crossings = sum(1 for a, b in zip(part, part[1:]) if (a < 0) != (b < 0))
        found.append(crossings / 2 / window)
    return found


def near(frequency, wanted):
    return abs(frequency - wanted) < wanted * 0.05


class RadioLiveTest(TestCase):
    def radio(self, password=PASSWORD, **settings):
        music = self.subfolder("music")
        ffmpeg("-f", "lavfi", "-i", f"sine=frequency={FOLDER_TONE}:duration=600", "-ac", "2",
               os.path.join(music, "folder.flac"))
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        environment = {"STATUS_PASSWORD": "status", **({"SOURCE_PASSWORD": password} if password else {})}
        routes = json.dumps({"/air": music})
        return self.server(arguments=["--directory-routes", routes], environment=environment,
                           config=f"[plugins.radio]\n{lines}")

    def now(self, server):
        return server.json("/now-playing?route=/air")

    def wait_for(self, server, state):
        return until(lambda: (now := self.now(server))["state"] == state and now, f"it was {state}")

    def source(self, server, *arguments, codec=("-c:a", "libmp3lame", "-b:a", "128k"), form="mp3",
               content_type="audio/mpeg", password=PASSWORD, seconds=300):
        process = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i",
             f"sine=frequency={LIVE_TONE}:duration={seconds}", "-ac", "2", *codec, "-f", form,
             "-content_type", content_type, *arguments,
             f"icecast://source:{quote(password)}@127.0.0.1:{server.port}/air"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()

    def listen(self, server):
        path = os.path.join(self.folder, "heard.mp3")
        process = subprocess.Popen(["curl", "-s", "-N", "-o", path, server.url + "/air"])
        self.addCleanup(self.end, process)
        return process, path

    def wait_for_growth(self, path, size):
        begin = os.path.getsize(path) if os.path.exists(path) else 0
        until(lambda: os.path.exists(path) and os.path.getsize(path) >= begin + size,
              "the listener heard more")

    def test_the_stream_goes_on_from_folder_to_source_to_folder(self):
        with self.radio() as server:
            self.wait_for(server, "playing")
            listener, path = self.listen(server)
            self.wait_for_growth(path, 16_000)
            source = self.source(server, "-ice_name", "Late show", "-ice_genre", "talk")
            now = self.wait_for(server, "live")
            self.assertEqual(now["title"], "Late show")
            self.assertTrue(now["live"])
            self.assertEqual(now["source"]["genre"], "talk")
            self.assertEqual(server.request("HEAD", "/air").headers["icy-name"], "Late show")

            answer = server.get("/admin/metadata?mode=updinfo&mount=/air&charset=ISO-8859-1&"
                                "song=Bj%F6rk+-+J%F3ga", LOGIN)
            self.assertEqual(answer.status, 200, answer.body)
            until(lambda: self.now(server)["title"] == "Björk - Jóga", "the title changed")
            icy = socket.create_connection(("127.0.0.1", server.port), timeout=60)
            self.addCleanup(icy.close)
            icy.sendall(b"GET /air HTTP/1.1\r\nHost: a\r\nIcy-MetaData: 1\r\n\r\n")
            heard = b""
            while "StreamTitle='Björk - Jóga';".encode() not in heard:
                got = icy.recv(65536)
                self.assertTrue(got)
                heard += got

            self.wait_for_growth(path, 64_000)
            source.send_signal(signal.SIGKILL)
            self.wait_for(server, "playing")
            self.assertNotIn("source", self.now(server))
            # What a listener hears is some seconds old.
            self.wait_for_growth(path, 160_000)
            listener.terminate()
            listener.wait()
        done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-ar", "8000",
                               "-ac", "1", "-"], capture_output=True)
        self.assertEqual(done.stderr.decode(), "")
        tones = frequencies(done.stdout)[:-1]
        # Before the folder was read there was silence.
        del tones[:next(i for i, tone in enumerate(tones) if near(tone, FOLDER_TONE))]
        kinds = []
        for tone in tones:
            kind = next((wanted for wanted in (FOLDER_TONE, LIVE_TONE) if near(tone, wanted)), None)
            if kind and (not kinds or kinds[-1] != kind):
                kinds.append(kind)
        self.assertEqual(kinds, [FOLDER_TONE, LIVE_TONE, FOLDER_TONE])
        # But for the fades, one of the two is always heard.
        self.assertNotIn(0, tones)
        odd = [tone for tone in tones if not near(tone, FOLDER_TONE) and not near(tone, LIVE_TONE)]
        self.assertLess(len(odd), 10, odd)

    def test_every_format_and_both_methods(self):
        kinds = {
            "mp3": (),
            "SOURCE": ("-legacy_icecast", "1"),
            "aac": (("-c:a", "aac"), "adts", "audio/aac"),
            "vorbis": (("-c:a", "libvorbis"), "ogg", "audio/ogg"),
            "opus": (("-c:a", "libopus"), "ogg", "application/ogg"),
            "flac in ogg": (("-c:a", "flac"), "ogg", "audio/ogg"),
            "flac": (("-c:a", "flac"), "flac", "audio/flac"),
            "unnamed": (("-c:a", "libmp3lame"), "mp3", "application/octet-stream"),
        }
        with self.radio() as server:
            self.wait_for(server, "playing")
            for name, kind in kinds.items():
                with self.subTest(name):
                    if name in ("mp3", "SOURCE"):
                        source = self.source(server, *kind)
                    else:
                        codec, form, content_type = kind
                        source = self.source(server, codec=codec, form=form,
                                             content_type=content_type)
                    try:
                        self.wait_for(server, "live")
                    finally:
                        source.terminate()
                        self.end(source)
                    self.wait_for(server, "playing")
                    until(lambda: "source" not in self.now(server), "the place was free")

    def test_ezstream_through_libshout(self):
        """A source client that asks first what the server can do, and sends a playlist with titles of its own."""
        playlist = os.path.join(self.folder, "list.m3u")
        with open(playlist, "w") as file:
            for title in ("Première", "Seconde"):
                path = os.path.join(self.folder, title + ".mp3")
                ffmpeg("-f", "lavfi", "-i", f"sine=frequency={LIVE_TONE}:duration=4", "-ac", "2", "-metadata",
                       f"title={title}", "-metadata", "artist=Amélie", path)
                file.write(path + "\n")
        config = os.path.join(self.folder, "ezstream.xml")
        with self.radio() as server:
            self.wait_for(server, "playing")
            with open(config, "w") as file:
                file.write(f"""<ezstream>
  <servers><server><protocol>HTTP</protocol><hostname>127.0.0.1</hostname><port>{server.port}</port>
    <password>{PASSWORD}</password><tls>none</tls><reconnect_attempts>1</reconnect_attempts></server></servers>
  <streams><stream><mountpoint>/air</mountpoint><format>MP3</format><stream_name>By ezstream</stream_name>
    <stream_genre>tones</stream_genre></stream></streams>
  <metadata><format_str>@a@ - @t@</format_str></metadata>
  <intakes><intake><type>playlist</type><filename>{playlist}</filename><stream_once>1</stream_once></intake></intakes>
</ezstream>""")
            source = subprocess.Popen(["ezstream", "-v", "-c", config], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.addCleanup(self.end, source)
            now = self.wait_for(server, "live")
            self.assertEqual(now["source"]["name"], "By ezstream")
            self.assertEqual(now["source"]["genre"], "tones")
            self.assertNotIn("127.0.0.1", json.dumps(now))
            page = server.get("/status", {"X-Control-Token": "status"}).body.decode()
            self.assertIn("Live source 'By ezstream' from 127.0.0.1", page)
            self.assertNotIn(quote(PASSWORD), page)
            self.assertNotIn(PASSWORD, page)
            self.assertEqual(server.metric("consort_plugin_radio_source_connected"), 1)
            until(lambda: server.metric("consort_plugin_radio_source_bytes_total") > 10_000, "bytes were counted")
            for title in ("Première", "Seconde"):
                until(lambda: self.now(server)["title"] == f"Amélie - {title}", f"{title} was told")
            self.wait_for(server, "playing")
            self.assertEqual(source.wait(60), 0, source.stderr.read())
            until(lambda: server.metric("consort_plugin_radio_source_connected") == 0, "it is gone")

    def test_a_wrong_password_is_refused_and_limited(self):
        with self.radio() as server:
            self.wait_for(server, "playing")
            source = self.source(server, password="wrong")
            self.assertNotEqual(source.wait(60), 0)
            self.assertIn(b"401", source.stderr.read())
            statuses = [server.request("PUT", "/air", {"Authorization": "Basic eDp5"}).status
                        for _ in range(12)]
            self.assertEqual(statuses[0], 401)
            self.assertEqual(statuses[-1], 429)
            self.assertEqual(server.request("PUT", "/air", LOGIN).status, 429)
            self.assertEqual(self.now(server)["state"], "playing")

    def test_only_one_source_at_a_time(self):
        with self.radio() as server:
            self.wait_for(server, "playing")
            first = self.source(server)
            self.wait_for(server, "live")
            second = self.source(server)
            self.assertNotEqual(second.wait(60), 0)
            self.assertIn(b"403", second.stderr.read())
            self.assertIsNone(first.poll())
            self.assertEqual(self.now(server)["state"], "live")

    def test_a_source_that_stalls_is_let_go(self):
        with self.radio(source_timeout=1) as server:
            self.wait_for(server, "playing")
            path = os.path.join(self.folder, "live.mp3")
            ffmpeg("-f", "lavfi", "-i", f"sine=frequency={LIVE_TONE}:duration=2", path)
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as source:
                source.sendall(f"SOURCE /air HTTP/1.0\r\nAuthorization: {LOGIN['Authorization']}\r\n"
                               "Content-Type: audio/mpeg\r\n\r\n".encode())
                head = source.recv(4096)
                self.assertIn(b" 200 ", head.split(b"\r\n")[0])
                with open(path, "rb") as file:
                    source.sendall(file.read())
                self.wait_for(server, "live")
                self.wait_for(server, "playing")
                rest = head
                while rest:  # until the server closes
                    rest = source.recv(4096)

    def test_bytes_that_are_no_sound_change_nothing(self):
        with self.radio(source_timeout=2) as server:
            self.wait_for(server, "playing")
            answer = server.request("PUT", "/air", {**LOGIN, "Content-Type": "audio/ogg",
                                                 "Expect": "100-continue"}, os.urandom(200_000))
            self.assertIn(answer.status, (200, 409))
            until(lambda: "source" not in self.now(server), "the place was free")
            self.assertEqual(self.now(server)["state"], "playing")

    def test_without_a_password_there_are_no_sources(self):
        with self.radio(password=None) as server:
            self.wait_for(server, "playing")
            answer = server.request("PUT", "/air", LOGIN)
            self.assertEqual(answer.status, 403)
            self.assertIn("SOURCE_PASSWORD", answer.json()["detail"])


if __name__ == "__main__":
    unittest.main()
