"""What the tests of radio stations share: a server with music, and listeners."""
import os
import socket
from urllib.parse import urlencode

from consort_server import TestCase, until
from media_files import ffmpeg

PASSWORD = "open sesame"
TOKEN = {"X-Control-Token": PASSWORD}


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


class RadioCase(TestCase):
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
