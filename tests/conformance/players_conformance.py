"""GStreamer and VLC, which read HLS, DASH and MP4 with code of their own, play everything to its end.

Run by CTest with CONSORT naming the executable; needs ffmpeg, and the packages gstreamer1.0-tools,
gstreamer1.0-plugins-{base,good,bad}, gstreamer1.0-libav, vlc-bin and vlc-plugin-base. An argument picks
sources by a part of their names.

What is known of GStreamer 1.22 and left out or allowed for here, as it is not ours:
- hlsdemux2 fails where it changes to a variant in another codec, so of sources whose ladder has several
  codecs it is given the renditions' own playlists;
- it fails now and then where all is downloaded before its outputs are there; that alone is tried again;
- it asks for the whole file where playlist and EXT-X-MAP name ranges of one file (progressive.m3u8);
- qtdemux, over a source that can seek, cuts the edit's start off once more whenever it finds that the
  file is longer than it thought, so of progressive files up to two encoder delays are missing.
And of VLC 3.0: it loses the last frame of ALAC in fragments, also in those that ffmpeg makes.
"""
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import matrix  # noqa: E402
import matrix_sources  # noqa: E402
import media_reader  # noqa: E402

PATIENCE = 120  # seconds until a player counts as hanging
SOUNDS = ("aac.m4a", "alac-16.m4a", "adts.aac", "cbr.mp3", "cd.flac", "24-96.flac", "opus.opus", "vorbis.ogg", "16.wav")
FILMS = ("h264.mp4", "h264.mkv", "vp9.webm")
LISTED = ("playlist.m3u8", "playlist.m3u8?segments=ts", "manifest.mpd")
OWN = ("aac-128/playlist.m3u8", "aac-256/playlist.m3u8?segments=ts", "flac/playlist.m3u8", "opus-128/playlist.m3u8",
       "mp3-320/playlist.m3u8", "mp3-320/playlist.m3u8?segments=ts")
TRIES = 3       # of GStreamer, see above
DELAY = 2400  # samples at most of an encoder's delay, which players may play, and of padding


def setUpModule():
    global WORLD
    sounds = {name: matrix_sources.SOUNDS[name] for name in SOUNDS if PICK in name}
    films = {name: matrix_sources.FILMS[name] for name in FILMS if PICK in name}

    def make(*where):
        matrix_sources.make_sounds(*where, sounds)
        matrix_sources.make_films(*where, films)
    WORLD = matrix.World([*sounds.values(), *(one.sound for one in films.values())], make)
    unittest.addModuleCleanup(WORLD.close)


class Player:
    """One run: the sound that a player brings to its output, and what it complains about."""

    def __init__(self, url, video):
        self.url, self.video = url, video
        self.sound, self.pictures, self.said = None, None, ""
        with tempfile.TemporaryDirectory(prefix="consort-player-") as self.folder:
            self.out = os.path.join(self.folder, "out.wav")
            self.play()
            if os.path.exists(self.out):
                with open(self.out, "rb") as file:
                    data = file.read()
                self.sound = media_reader.parsed(data) if data else None

    def run(self, command, **options):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, **options)
        except subprocess.TimeoutExpired:
            self.said = f"no end after {PATIENCE} s"
            return
        wrong = [line for line in (done.stdout + done.stderr).splitlines() if self.is_complaint(line)]
        if done.returncode != 0:
            wrong.append(f"ended with {done.returncode}")
        self.said = "\n".join(wrong)


class GStreamer(Player):
    @staticmethod
    def is_complaint(line):
        return "ERROR" in line or "Error" in line

    def play(self):
        for _ in range(TRIES):
            self.once()
            if "Can't push EOS on non-exposed pad" not in self.said:
                return

    def once(self):
        pictures = os.path.join(self.folder, "out.y4m")
        # Flags: picture and sound, no text, no buffering.
        self.run(["gst-launch-1.0", "-q", "playbin3", "flags=0x3", f"uri={self.url}",
                  f"video-sink=videoconvert ! video/x-raw,format=I420 ! y4menc ! filesink sync=false "
                  f"location={pictures}",
                  f"audio-sink=audioconvert ! audio/x-raw,format=F32LE ! wavenc ! filesink sync=false "
                  f"location={self.out}"],
                 env={**os.environ, "GST_DEBUG": "1", "GST_REGISTRY": os.path.join(REGISTRY, "registry.bin")})
        if os.path.exists(pictures):
            with open(pictures, "rb") as file:
                self.pictures = file.read().count(b"FRAME\n")


class Vlc(Player):
    @staticmethod
    def is_complaint(line):
        return " error: " in line

    def play(self):
        options = {}
        if os.geteuid() == 0:  # VLC does not run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.run(["cvlc", "-q", "--no-color", "--no-video", "--no-plugins-cache", "--sout",
                  f"#transcode{{acodec=fl32}}:std{{access=file,mux=wav,dst={self.out}}}", self.url, "vlc://quit"],
                 env={**os.environ, "HOME": self.folder}, cwd=self.folder, **options)


def ways(player, name):
    film = matrix_sources.FILMS.get(name)
    lists = list(LISTED)
    if player is GStreamer and not film and name not in ("aac.m4a", "adts.aac"):
        lists.remove("playlist.m3u8")  # of several codecs
    if film:
        return [*lists, "progressive.mp4"]
    if not matrix_sources.SOUNDS[name].packaged and not matrix_sources.SOUNDS[name].lossless:
        return [*lists, *OWN, "progressive.m4a?rendition=aac-128"]
    ranges = [] if player is GStreamer else ["progressive.m3u8"]
    own = ["original/playlist.m3u8"] if matrix_sources.SOUNDS[name].packaged else []
    if player is Vlc and matrix_sources.SOUNDS[name].codec == "alac":
        lists.remove("manifest.mpd")
        own = []
    return [*lists, *OWN, *own, "progressive.m4a", *ranges]


class Case:
    def __init__(self, player, name, way):
        self.player, self.name, self.way = player, name, way
        self.film = matrix_sources.FILMS.get(name)
        self.source = self.film.sound if self.film else matrix_sources.SOUNDS[name]

    def __str__(self):
        return f"{self.player.__name__}, {self.name} by {self.way}"

    def check(self):
        played = self.player(f"{WORLD.server.url}/api/v1/stream/{WORLD.items[self.name]}/{self.way}", bool(self.film))
        if played.said:
            return [f"{self}: it says {played.said}"]
        if played.sound is None or played.sound.length == 0:
            return [f"{self}: no sound"]
        return [f"{self}: {one}" for one in (*self.complete(played.sound), *self.shown(played.pictures))]

    def complete(self, sound):
        """All of it is there, once, without a hole: of FLAC each sample, else as far as a player lets see."""
        source = WORLD.signal(self.source.rate, self.source.layout, sound.rate)
        samples = self.source.length(os.path.join(WORLD.media, self.name)) * sound.rate // self.source.rate
        if not -DELAY <= sound.length - samples <= DELAY:
            yield f"{sound.length} samples instead of {samples}"
        late, score = media_reader.lag(sound, source, DELAY, 400, DELAY)
        if late is None or score < 0.9:
            yield f"it does not begin with the source's sound ({late}, correlation {score:.2f})"
            return
        if self.switches:
            return
        for place in (source.length * 6 // 13, source.length * 3 // 4, source.length - DELAY):
            there, score = media_reader.lag(sound, source, place, near=late)
            if there != late or score < 0.9:
                yield f"{late} samples late at the beginning, {there} at {place} (correlation {score:.2f})"
        if self.exact and sound.data != media_reader.read(os.path.join(WORLD.media, self.name)).data:
            yield "samples differ from the source's"

    @property
    def switches(self):
        """Between codecs of unlike delay, which a transport stream cannot tell."""
        return self.name.endswith(".mp3") and self.way in LISTED

    @property
    def exact(self):
        if self.player is not GStreamer or not self.source.lossless:  # VLC's clock drops the last 20
            return False
        return self.way.startswith("flac/") or (self.way == "progressive.m4a" and not self.film)

    def shown(self, pictures):
        # Where GStreamer cuts the edit off twice, pictures go with it.
        allowed = {matrix_sources.PICTURES, matrix_sources.PICTURES - 2 * self.way.startswith("progressive")}
        if self.film and pictures is not None and pictures not in allowed:
            yield f"{pictures} pictures instead of {matrix_sources.PICTURES}"


class Players(unittest.TestCase):
    def play_all(self, player):
        cases = [Case(player, name, way) for name in (*SOUNDS, *FILMS) if name in WORLD.items
                 for way in ways(player, name)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for case, wrong in zip(cases, pool.map(Case.check, cases)):
                with self.subTest(case=str(case)):
                    if wrong:
                        self.fail("\n".join(wrong))

    def test_gstreamer(self):
        global REGISTRY
        REGISTRY = tempfile.mkdtemp(prefix="consort-gstreamer-")
        self.addCleanup(shutil.rmtree, REGISTRY, ignore_errors=True)
        subprocess.run(["gst-inspect-1.0", "--print-all"], capture_output=True, check=True,
                       env={**os.environ, "GST_REGISTRY": os.path.join(REGISTRY, "registry.bin")})
        self.play_all(GStreamer)

    def test_vlc(self):
        self.play_all(Vlc)


PICK = sys.argv.pop() if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else ""
if __name__ == "__main__":
    unittest.main()
