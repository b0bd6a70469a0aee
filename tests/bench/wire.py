"""A client with as little in it as possible, so that what is measured is the server."""
import socket
import time


class Wire:
    """One keep-alive connection. `first_byte` is when the last answer began, of perf_counter()."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.first_byte = 0.0
        self.buffer = bytearray(b"\1") * (4 << 20)  # written to, so that its pages are there

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def answer(self, path):
        """(status, body); the body's length must be known. Of a body larger than the buffer only what
        came first is kept: nobody reads such a one, and keeping it takes longer than getting it."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        got, start = 0, -1
        while start < 0:
            more = self.receive(path, got)
            if got == 0:
                self.first_byte = time.perf_counter()
            got += more
            start = self.buffer.find(b"\r\n\r\n", 0, got)
        head = bytes(self.buffer[:start])
        start += 4
        end = start + int(next(line.split(b":")[1] for line in head.split(b"\r\n")
                               if line.lower().startswith(b"content-length:")))
        while got < end:
            got += self.receive(path, got if end <= len(self.buffer) else start)
        return int(head.split(b" ", 2)[1]), bytes(self.buffer[start:min(end, len(self.buffer))])

    def get(self, path):
        status, body = self.answer(path)
        assert status == 200, (path, status, body[:500])
        return body

    def receive(self, path, at):
        """Into a buffer that is there already: to get new memory takes longer than to receive."""
        with memoryview(self.buffer) as buffer:
            more = self.socket.recv_into(buffer[at:])
        if more == 0:
            raise ConnectionError(f"{path}: the server closed the connection")
        return more


def after(playlist, mark, base):
    """The path of the URI that follows `mark`; found without reading the rest, which takes longer
    in Python than the answer takes."""
    at = playlist.find(mark)
    if at < 0:
        return None
    start = at + len(mark)
    end = min(found for found in (playlist.find(b'"', start), playlist.find(b"\n", start),
                                  len(playlist)) if found >= 0)
    return resolved(playlist[start:end].decode(), base)


def resolved(uri, base):
    return uri if uri.startswith("/") else base[:base.rindex("/") + 1] + uri


def first_line(playlist, tag, base):
    at = playlist.find(tag)
    return after(playlist[playlist.index(b"\n", at):], b"\n", base)


def segments(playlist, base):
    """[(seconds, path)] of a media playlist."""
    found, seconds = [], 0.0
    for line in playlist.decode().splitlines():
        if line.startswith("#EXTINF:"):
            seconds = float(line[8:].partition(",")[0])
        elif line and not line.startswith("#"):
            found.append((seconds, resolved(line, base)))
    return found
