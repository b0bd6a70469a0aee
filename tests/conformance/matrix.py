"""One source in one rendition by every protocol: what the matrices of sounds and of films check.

Nothing here ends a test: a case collects sentences on what is wrong, so that cases run side by side.
"""
import os
import shutil
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import consort_server
import matrix_sources
import media_reader
import mpd_rules
import playlist_rules
import streams
import ts_rules

ENCODED = ["aac-64", "aac-128", "aac-256", "aac-320", "flac", "opus-128", "mp3-320"]
STREAMED = ("aac", "mp3", "ac3")  # what a transport stream carries
TICKS = 90_000
FRAMES = {0x03: 1152, 0x81: 1536}  # samples, by stream_type


class World:
    """A running server with sources made by `make(folder, signals)`, for these sounds."""

    def __init__(self, sounds, make):
        self.folder = tempfile.mkdtemp(prefix="consort-matrix-")
        self.media = os.path.join(self.folder, "media")
        os.mkdir(self.media)
        self.signals = matrix_sources.signals(self.folder, sounds)
        make(self.media, self.signals)
        self.server = consort_server.Server(self.folder, [self.media]).start()
        self.server.scanned()
        self.items = matrix_sources.items(self.server)

    def close(self):
        try:
            self.server.stop()
        finally:
            if self.server.process:
                self.server.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path):
        answer = self.server.get(path)
        if answer.status != 200:
            raise Wrong(f"{path}: {answer.status} {answer.body[:300]!r}")
        return answer.body

    def playlist(self, path):
        """It, and the segments that it names."""
        found, complaints = playlist_rules.check(self.get(path))
        if complaints:
            raise Wrong(f"{path}: {complaints}")
        return found, [self.get(urljoin(path, one["uri"])) for one in found.segments]

    @lru_cache(maxsize=None)
    def signal(self, rate, layout, wanted):
        return media_reader.read(self.signals[rate, layout], rate=None if wanted == rate else wanted)


class Wrong(Exception):
    pass


def untagged(segment):
    """Packed audio without the tag that holds its time (RFC 8216, 3.4; ID3v2.4, 3.1)."""
    if segment[:3] != b"ID3" or b"com.apple.streaming.transportStreamTimestamp" not in segment[:100]:
        raise Wrong("a segment of packed audio without its time")
    size = sum(byte << shift for byte, shift in zip(segment[6:10], (21, 14, 7, 0)))
    return segment[10 + size:]


class Case:
    """One source in one rendition. Kinds of renditions say how in `work`."""

    def __init__(self, world, name, rendition):
        self.world, self.name, self.rendition = world, name, rendition
        self.path = os.path.join(world.media, name)
        self.base = f"/api/v1/stream/{world.items[name]}/"
        self.wrong = []

    def __str__(self):
        return f"{self.name} as {self.rendition}"

    @property
    def original(self):
        return self.rendition == "original" or self.rendition.startswith("audio-")

    def expect(self, what, got, wanted):
        if got != wanted:
            self.wrong.append(f"{self}: {what} is {got}, not {wanted}")

    def check(self):
        try:
            self.work()
        except Wrong as error:
            self.wrong.append(f"{self}: {error}")
        except Exception:  # an answer that no reader here understands
            self.wrong.append(f"{self}: {traceback.format_exc()}")
        return self.wrong

    def dash(self, path, told, times, end):
        """The same segments are in the manifest, if it names the rendition, and end where they do."""
        manifest = self.world.server.url + self.base + "manifest.mpd"
        found, complaints = mpd_rules.check(self.world.get(urlsplit(manifest).path), manifest)
        self.wrong += [f"{self}: {one}" for one in complaints]
        for one in found:
            if one.id != self.rendition:
                continue
            here = self.world.server.url + path
            self.expect("the segments in DASH", [each.url for each in one.segments],
                        [urljoin(here, each["uri"]) for each in told.segments])
            init = urljoin(here, told.map["URI"])
            if one.init == init + "&note=none":
                self.expect("the edit in DASH", *(streams.edit(self.world.get(urlsplit(each).path + "?" +
                                                                              urlsplit(each).query))
                                                  for each in (one.init, init)))
            else:
                self.expect("the init segment in DASH", one.init, init)
            self.expect("the segments' times in DASH", [each.start for each in one.segments], times)
            self.expect("the end in DASH", one.segments[-1].start + one.segments[-1].duration, end)


class SoundCase(Case):
    def __init__(self, world, name, rendition, source):
        super().__init__(world, name, rendition)
        self.source = source

    def work(self):
        codec = self.source.codec if self.original else self.rendition.split("-")[0]
        if codec == "mp3":
            self.packed()
        else:
            self.fragments()
        # What is made into HE-AAC lacks what tells it from AAC where no configuration does.
        if codec in STREAMED and not (self.original and self.source.after):
            self.transport_stream()

    def length(self, rate):
        samples, own = self.source.length(self.path), self.source.decoded_rate
        samples = samples * own // self.source.rate
        return (2 * samples * rate + own) // (2 * own)

    def bit_exact(self):
        return self.source.lossless and (self.rendition == "flac" or self.original)

    def fragments(self):
        """HLS and DASH, whose segments are the same, and the file."""
        path = f"{self.base}{self.rendition}/playlist.m3u8"
        told, segments = self.world.playlist(path)
        init = self.world.get(urljoin(path, told.map["URI"]))
        whole = self.presented("fMP4", init, segments)
        total = sum(float(one["duration"]) for one in told.segments)
        if abs(total - whole.length / whole.rate) > 1e-6 * len(told.segments):
            self.wrong.append(f"{self}: the playlist lasts {total}")
        track = media_reader.Track(init)
        start = track.edit[0] if track.edit else 0
        begins = [Fraction(max(0, media_reader.samples(track, one)[0][0] - start), track.scale) for one in segments]
        self.dash(path, told, begins, Fraction(whole.length, whole.rate))
        if self.original and (self.source.codec == "alac" or self.rendition != "original"):
            return  # that file is FLAC, or a film's: other cases
        file = self.progressive()
        self.expect("the progressive file's sound", self.presented("file", file, [file]).data == whole.data, True)

    def progressive(self):
        query = "" if self.rendition == "original" else f"?rendition={self.rendition}"
        return self.world.get(f"{self.base}progressive.m4a{query}")

    def presented(self, what, init, segments):
        """Decodes all and applies the edit, as Media Source does."""
        track = media_reader.Track(init)
        times, complaints = media_reader.all_samples(track, segments)
        self.wrong += [f"{self}, {what}: {one}" for one in complaints]
        data = init if segments[0] is init else init + b"".join(segments)
        sound, said = media_reader.decode(data)
        self.expect(f"what ffmpeg says of {what}", said, "")
        media = times[-1][0] + times[-1][1]
        self.expect(f"the decoded length, {what},", sound.length, media)
        wanted = self.length(track.scale)
        start, length = track.edit or (0, media)
        self.expect(f"the length, {what},", Fraction(length, track.movie_scale if track.edit else 1),
                    Fraction(wanted, track.movie_scale if track.edit else 1))
        if start + length > media:
            self.wrong.append(f"{self}, {what}: {start + length - media} samples are missing at the end")
        shown = sound.cut(start, length)
        self.aligned(what, shown)
        if self.bit_exact():
            ours, _ = media_reader.decode(data, "pcm_s32le")
            equal = ours.cut(start, length).data == media_reader.read(self.path, "pcm_s32le").data
            self.expect(f"equality bit for bit, {what},", equal, True)
        return shown

    def aligned(self, what, sound):
        # Decoders of HE-AAC add a delay of their own, so what they make of the source is what counts, from
        # where the delay ends: before it is a whisper, of which the least bit rate keeps only a sketch.
        first = 0
        if self.source.after:
            reference = media_reader.read(self.path, rate=sound.rate)
            first = 2 * self.source.frame
        else:
            reference = self.world.signal(self.source.rate, self.source.layout, sound.rate)
        lead = (2 * self.source.lead * sound.rate + self.source.rate) // (2 * self.source.rate)
        end = min(reference.length, sound.length - lead)
        for place in (first, end * 6 // 13, end):
            late, score = media_reader.lag(sound.cut(lead, end), reference.cut(0, end), place)
            if late != 0 or score < 0.9:
                self.wrong.append(f"{self}, {what}: {late} samples late at {place} (correlation {score:.2f})")

    def packed(self):
        """MP3 in HLS: an Info frame tells delay and padding, which ffmpeg applies. The file is MP4."""
        _, segments = self.world.playlist(f"{self.base}{self.rendition}/playlist.m3u8")
        sound, _ = media_reader.decode(b"".join(map(untagged, segments)), cut=True)
        self.expect("the length, packed audio,", sound.length, self.length(sound.rate))
        self.aligned("packed audio", sound)
        file = self.progressive()
        self.expect("the progressive file's length", self.presented("file", file, [file]).length, sound.length)

    def transport_stream(self):
        """No edit: the presentation begins at ten seconds, and only whole frames follow."""
        _, segments = self.world.playlist(f"{self.base}{self.rendition}/playlist.m3u8?segments=ts")
        by_pid, complaints = ts_rules.check(segments)
        self.wrong += [f"{self}: {one}" for one in complaints]
        (stream,) = by_pid.values()
        sound, said = media_reader.decode(b"".join(segments))
        self.expect("what ffmpeg says of the stream", said, "")
        before = Fraction(10 * TICKS - stream.units[0][0], TICKS) * sound.rate
        delay = round(before)
        if abs(before - delay) > Fraction(sound.rate, 2 * TICKS):
            self.wrong.append(f"{self}, stream: the presentation begins within a sample, at {float(before)}")
        wanted, frame = self.length(sound.rate), FRAMES.get(stream.kind, 1024)
        over = sound.length - delay - wanted
        if not 0 <= over < 2 * frame:
            self.wrong.append(f"{self}, stream: {over} samples more than {wanted}")
        self.aligned("stream", sound.cut(delay, wanted))


def run(cases):
    """(case, its complaints) of all, side by side."""
    with ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        return list(zip(cases, pool.map(Case.check, cases)))
