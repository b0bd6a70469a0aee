"""What the benchmarks share: media, servers pinned to a core, load by wrk, figures and tables."""
import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urljoin, urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
os.environ.setdefault("CONSORT", os.path.join(ROOT, "build", "release", "bin", "consort"))

from consort_server import Server, until  # noqa: E402

SERVER_CORE, LOAD_CORE = "0", "1"


def arguments(description, **extra):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--media", default=os.path.join(ROOT, "build", "bench-media"),
                        help="where the media is made and kept (default: build/bench-media)")
    parser.add_argument("--json", help="append the figures to this file, a JSON object a line")
    for name, (kind, default, text) in extra.items():
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{text} ({default})")
    chosen = parser.parse_args()
    if not os.access(os.environ["CONSORT"], os.X_OK):
        sys.exit(f"{os.environ['CONSORT']} is missing: scripts/run builds it, or set CONSORT")
    return chosen


def need(*tools):
    for tool in tools:
        if shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin") is None:
            sys.exit(f"{tool} is missing: scripts/setup --bench installs it")


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, words)], check=True)


MUSIC = ("aevalsrc='0.2*sin(2*PI*(220+20*sin(t))*t)+0.1*sin(2*PI*331*t)*(0.5+0.5*sin(3*t))"
         "+0.05*(random(0)-0.5)|0.2*sin(2*PI*(277+15*cos(t))*t)+0.1*sin(2*PI*440*t)"
         "+0.05*(random(1)-0.5)':s=44100:d=240")


def maker(folder):
    """once(name, *words) makes a file of the folder with ffmpeg, unless it is there; its path."""
    os.makedirs(folder, exist_ok=True)

    def once(name, *words):
        path, part = os.path.join(folder, name), os.path.join(folder, "part-" + name)
        if not os.path.exists(path):
            print(f"making {name} …", file=sys.stderr, flush=True)
            ffmpeg(*words, part)
            os.rename(part, path)
        return path

    return once


def make_media(folder):
    """a4.m4a, a60.m4a (4 and 60 minutes of AAC), v2.mp4 (2 minutes of 720p) and small.wav (160 KiB)."""
    once = maker(folder)
    aac = ("-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart")
    once("a4.m4a", "-f", "lavfi", "-i", MUSIC, *aac, "-metadata", "title=a4")
    # In one go: joined copies would have an odd sample at each join.
    once("a60.m4a", "-f", "lavfi", "-i", MUSIC.replace("d=240", "d=3600"), *aac, "-metadata",
         "title=a60")
    once("v2.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=120", "-f", "lavfi", "-i",
         "sine=f=440:d=120:b=4", "-c:v", "libx264", "-preset", "veryfast", "-b:v", "2500k", "-maxrate",
         "2500k", "-bufsize", "5000k", "-g", 60, "-keyint_min", 60, "-sc_threshold", 0, "-pix_fmt",
         "yuv420p", "-c:a", "aac", "-b:a", "128k", "-ac", 2, "-movflags", "+faststart", "-metadata",
         "title=v2")
    once("small.wav", "-f", "lavfi", "-i", "anoisesrc=r=44100:d=1", "-ac", 2, "-c:a", "pcm_s16le",
         "-bitexact", "-fs", 160 * 1024)
    return folder


def make_lossless(folder):
    """f4.flac and f60.flac (4 and 60 minutes)."""
    once = maker(folder)
    f4 = once("f4.flac", "-f", "lavfi", "-i", MUSIC, "-sample_fmt", "s16", "-metadata", "title=f4")
    once("f60.flac", "-stream_loop", 14, "-i", f4, "-t", 3600, "-metadata", "title=f60")
    return folder


class Consort(Server):
    """One I/O thread on the server's core, no access log, unless a configuration says otherwise."""

    def __init__(self, folder, media=(), config=None, pinned=True, **rest):
        super().__init__(folder, media, ("--log-level", "warning"),
                         config or '[server]\nio_threads = 1\naccess_log = ""\n',
                         prefix=("taskset", "-c", SERVER_CORE) if pinned else (), **rest)

    @property
    def pid(self):
        return self.process.pid


class Nginx:
    """Debian's nginx with sendfile, one worker on the server's core, serving a folder."""

    def __init__(self, folder, documents):
        os.makedirs(folder, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        user = "user root;" if os.getuid() == 0 else ""
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"""{user} worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error;
events {{ worker_connections 4096; }}
http {{ {temporary} access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
keepalive_requests 1000000000; open_file_cache max=1000;
types {{ application/vnd.apple.mpegurl m3u8; }}
server {{ listen 127.0.0.1:{self.port}; root {documents}; }} }}
""")
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, "nginx", "-c",
                                         os.path.join(folder, "nginx.conf"), "-e",
                                         os.path.join(folder, "error")],
                                        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
        until(lambda: self._children(), "nginx started its worker")
        self.pid = int(self._children()[0])

    def _children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return file.read().split()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024


def own_bytes(pid):
    """What of it is the process's alone and no file's: not code, libraries and mapped indexes."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return int(re.search(r"Anonymous:\s+(\d+)", file.read())[1]) * 1024


def load(url, targets, pid, seconds, connections=16):
    """Runs wrk against targets, (path, range) pairs drawn at random; returns the figures."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{path}\t{span}\n" for path, span in targets)
        file.flush()
        before = processor_seconds(pid)
        done = subprocess.run(["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}",
                               f"-d{seconds}s", "-s", os.path.join(HERE, "load.lua"), url],
                              env={**os.environ, "LOAD_TARGETS": file.name}, text=True,
                              capture_output=True)
        used = processor_seconds(pid) - before
    found = re.search(r"^FIGURES (.*)$", done.stdout, re.M)
    if not found:
        sys.exit(f"wrk failed: {done.stdout}{done.stderr}")
    raw = json.loads(found[1])
    taken = raw["microseconds"] / 1e6
    return {"requests_s": raw["requests"] / taken, "mb_s": raw["bytes"] / taken / 1e6,
            "p50_ms": raw["p50"] / 1e3, "p99_ms": raw["p99"] / 1e3, "errors": raw["errors"],
            "cpu_us": used * 1e6 / max(1, raw["requests"])}


def alternate(targets, runs, seconds):
    """targets: name -> (url, list, pid). Measures them in turns, A B A B; medians by name."""
    taken = {name: [] for name in targets}
    for _ in range(runs):
        for name, (url, paths, pid) in targets.items():
            taken[name].append(load(url, paths, pid, seconds))
    return {name: {key: statistics.median(one[key] for one in figures) for key in figures[0]}
            for name, figures in taken.items()}


def playlist_entries(server, url):
    """(media playlist URL, its map URL, its segment URLs), from a multivariant or media playlist."""
    lines = server.get(urlsplit(url).path).body.decode().splitlines()
    if any(line.startswith("#EXT-X-STREAM-INF") for line in lines):
        first = next(line for line in lines if line and not line.startswith("#"))
        return playlist_entries(server, urljoin(url, first))
    header = next((re.search(r'URI="([^"]+)"', line)[1] for line in lines
                   if line.startswith("#EXT-X-MAP")), None)
    return (url, urljoin(url, header) if header else None,
            [urljoin(url, line) for line in lines if line and not line.startswith("#")])


class Report:
    """Prints a table at the end, and a JSON line for each row if a file was asked for."""

    def __init__(self, path):
        self.path, self.rows = path, []

    def add(self, **row):
        self.rows.append(row)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                                       **row}) + "\n")

    def show(self):
        columns = list(dict.fromkeys(key for row in self.rows for key in row))

        def text(value):
            if isinstance(value, float):
                return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
            return "" if value is None else str(value)

        table = [columns] + [[text(row.get(column)) for column in columns] for row in self.rows]
        widths = [max(len(line[i]) for line in table) for i in range(len(columns))]
        for line in table:
            print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                            for i, (cell, width) in enumerate(zip(line, widths))))
