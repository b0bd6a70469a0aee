"""What a client that keeps to the standards gets out of segments, to the sample: the times that fragments
tell (ISO/IEC 14496-12), the sound as decoded before anything is cut, and the edit, applied here, because
ffmpeg 5.1 applies none to the end of fragments.
"""
import math
import struct
import subprocess
from array import array

import streams


class Track:
    """One track's init segment: its times and codec."""

    def __init__(self, init):
        self.scale = self.movie_scale = 0
        self.edit = None  # (start in `scale`, length in `movie_scale`)
        for path, payload in streams.boxes(init):
            wide = payload[:1] == b"\1"
            if path[-1] == "mvhd":
                self.movie_scale = struct.unpack_from(">I", payload, 20 if wide else 12)[0]
            elif path[-1] == "mdhd":
                self.scale = struct.unpack_from(">I", payload, 20 if wide else 12)[0]
            elif path[-1] == "elst":
                count, length, start = struct.unpack_from(">IQq" if wide else ">IIi", payload, 4)
                assert count == 1, "more edits than one"
                self.edit = (start, length)
            elif path[-1] == "trex":
                self.default_duration = struct.unpack_from(">I", payload, 12)[0]


def samples(track, segment):
    """(decode time, duration, composition offset) of each sample of a segment, in the track's scale."""
    found = []
    time = default = None
    for path, payload in streams.boxes(segment):
        if path[-1] == "tfhd":
            flags, at = struct.unpack_from(">I", payload)[0] & 0xFFFFFF, 8
            at += 8 * bool(flags & 1) + 4 * bool(flags & 2)
            default = struct.unpack_from(">I", payload, at)[0] if flags & 8 else track.default_duration
        elif path[-1] == "tfdt":
            time = struct.unpack_from(">Q" if payload[0] else ">I", payload, 4)[0]
        elif path[-1] == "trun":
            flags = struct.unpack_from(">I", payload)[0] & 0xFFFFFF
            count, at = struct.unpack_from(">I", payload, 4)[0], 8
            at += 4 * bool(flags & 1) + 4 * bool(flags & 4)
            for _ in range(count):
                duration, offset = default, 0
                if flags & 0x100:
                    duration = struct.unpack_from(">I", payload, at)[0]
                    at += 4
                at += 4 * bool(flags & 0x200) + 4 * bool(flags & 0x400)
                if flags & 0x800:
                    offset = struct.unpack_from(">i", payload, at)[0]
                    at += 4
                found.append((time, duration, offset))
                time += duration
    return found


def all_samples(track, segments):
    """Of all segments; complains where one does not begin at the time at which the one before ends."""
    found, complaints = [], []
    for number, segment in enumerate(segments):
        more = samples(track, segment)
        if not more:
            complaints.append(f"segment {number} is empty")
        elif found and more[0][0] != found[-1][0] + found[-1][1]:
            complaints.append(f"segment {number} begins at {more[0][0]}, the one before ends at "
                              f"{found[-1][0] + found[-1][1]}")
        found += more
    return found, complaints


class Pcm:
    """Sound as 32-bit integers or floats, interleaved."""

    def __init__(self, data, rate, channels):
        self.data, self.rate, self.channels = data, rate, channels

    @property
    def length(self):
        return len(self.data) // 4 // self.channels

    def cut(self, start, length):
        size = 4 * self.channels
        return Pcm(self.data[start * size:(start + length) * size], self.rate, self.channels)

    def mix(self, start, length):
        """The sum of the channels of a 32-bit float piece."""
        values = array("f")
        values.frombytes(self.cut(start, length).data)
        return [math.fsum(values[i:i + self.channels]) for i in range(0, len(values), self.channels)]


def parsed(wave):
    """The sound of what ffmpeg writes as WAV."""
    at, rate, channels = 12, 0, 0
    while True:
        kind, size = struct.unpack_from("<4sI", wave, at)
        if kind == b"fmt ":
            channels, rate = struct.unpack_from("<HI", wave, at + 10)
        elif kind == b"data":
            end = at + 8 + size  # a writer that cannot go back leaves it open
            return Pcm(wave[at + 8:end if 0 < size and end <= len(wave) else None], rate, channels)
        at += 8 + size + size % 2


def decode(data, form="pcm_f32le", cut=False):
    """The first sound track of a file's bytes, and what ffmpeg complained about; `cut` leaves it to ffmpeg
    to cut delay and padding."""
    options = [] if cut else ["-flags2", "skip_manual"]
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", *options, "-i", "-", "-map", "0:a:0", "-c:a", form,
                           "-f", "wav", "-"], input=data, capture_output=True)
    if done.returncode != 0:
        return Pcm(b"", 1, 1), f"ended with {done.returncode}: {done.stderr.decode()[-500:]}"
    return parsed(done.stdout), done.stderr.decode()


def read(path, form="pcm_f32le", rate=None):
    """The sound of a file as ffmpeg cuts it; `rate`: resampled to it."""
    options = ["-af", f"aresample={rate}:filter_size=64"] if rate else []
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:a:0", *options, "-c:a", form,
                           "-f", "wav", "-"], capture_output=True, check=True)
    return parsed(done.stdout)


def lag(got, wanted, at, width=768, reach=8, near=0):
    """By how many samples `got` is late against `wanted` around the place `at`, `near` so many, and the
    correlation."""
    at = max(reach - near, 0, min(at, wanted.length - width - reach - max(near, 0)))
    piece = wanted.mix(at, width)
    around = got.mix(at + near - reach, width + 2 * reach)
    if len(around) < width + 2 * reach:
        return None, 0.0
    own = math.sqrt(sum(value * value for value in piece))
    best, where = -2.0, 0
    for shift in range(2 * reach + 1):
        part = around[shift:shift + width]
        power = math.sqrt(sum(value * value for value in part))
        score = sum(map(float.__mul__, part, piece)) / (own * power) if own and power else 0.0
        if score > best:
            best, where = score, near + shift - reach
    return where, best
