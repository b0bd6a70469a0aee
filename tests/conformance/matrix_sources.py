"""Short sources for the matrix of formats: each with the exact length that its file tells.

No length is a multiple of a codec's frame, and each source has two segments of six seconds, nearly.
"""
import os
import re
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import media_reader
import sources

SECONDS = 13.37
LENGTH = {rate: int(SECONDS * rate) | 1 for rate in (22050, 44100, 48000, 96000)}
PICTURES, RATE = 335, 25  # of a film: 13.4 s
LAYOUTS = {"mono": 1, "stereo": 2, "5.1": 6}
AAC = ["-c:a", "aac", "-aac_pns", "0", "-b:a", "128k"]
FRAGMENTS = ["-movflags", "+frag_keyframe+empty_moov", "-frag_duration", "2000000"]
MP3 = ["-c:a", "libmp3lame", "-b:a", "192k"]


class Sound:
    """One source of sound, in frames of `frame` samples. `told`: what the file says of it: both "ends", its
    "start" or its "end" alone, the number of "blocks", which are Vorbis', or "nothing", so that all of its
    frames are presented. Where the start is not told, `delay` samples come before the signal. `bits`: it is
    lossless."""

    def __init__(self, arguments, rate=44100, layout="stereo", bits=None, told="ends", frame=1024, delay=1024,
                 after=None):
        self.arguments, self.rate, self.layout, self.bits = arguments, rate, layout, bits
        self.told, self.frame, self.delay, self.after = told, frame, delay, after

    @property
    def lossless(self):
        return self.bits is not None

    @property
    def codec(self):
        encoder = self.arguments[self.arguments.index("-c:a") + 1]
        return {"libmp3lame": "mp3", "libopus": "opus", "libvorbis": "vorbis"}.get(encoder, encoder)

    @property
    def packaged(self):
        """Whether it is also brought as it is."""
        return self.codec in ("aac", "mp3", "alac", "flac", "opus")

    @property
    def decoded_rate(self):
        return 2 * self.rate if self.after else self.rate

    @property
    def lead(self):
        """Samples presented before the signal."""
        return self.delay if self.told in ("end", "nothing") else 0

    def length(self, path):
        if self.told in ("ends", "end"):
            return LENGTH[self.rate] + self.lead
        if self.told == "blocks":  # of Vorbis, whose lengths vary
            return media_reader.read(path).length
        return self.frame * packet_count(path) - (self.delay if self.told == "start" else 0)


def high_efficiency(path):
    """Makes HE-AAC of AAC without spectral band replication data: the configuration announces it, so
    decoders bring twice the rate (ISO/IEC 14496-3, 1.6.5 and 4.6.18: "upsampling only")."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    # AAC-LC, 22050 Hz, stereo, then the extension that says: none.
    plain = bytes([2 << 3 | 7 >> 1, (7 & 1) << 7 | 2 << 3, 0x56, 0xE5, 0x00])
    assert data.count(plain) == 1, "another AudioSpecificConfig than expected"
    # Object type 5, 22050 Hz, stereo, extension 44100 Hz, object type 2, no more.
    explicit = (5 << 27 | 7 << 23 | 2 << 19 | 4 << 15 | 2 << 10) << 8
    at = data.index(plain)
    data[at:at + 5] = struct.pack(">Q", explicit)[3:]
    with open(path, "wb") as file:
        file.write(data)


SOUNDS = {
    "aac.m4a": Sound(AAC),
    "aac-48-mono.m4a": Sound(["-c:a", "aac", "-aac_pns", "0", "-b:a", "96k"], 48000, "mono"),
    "aac-5.1.m4a": Sound(["-c:a", "aac", "-aac_pns", "0", "-b:a", "384k"], 48000, "5.1"),
    "aac-fragments.m4a": Sound(AAC + FRAGMENTS, told="nothing"),
    "aac-fragments-edit.m4a": Sound(AAC + FRAGMENTS + ["-movflags", "+delay_moov"], told="start"),
    "he-aac.m4a": Sound(AAC, 22050, after=high_efficiency),
    "adts.aac": Sound(AAC + ["-f", "adts"], told="nothing"),
    "aac.mka": Sound(AAC, told="nothing"),
    "alac-16.m4a": Sound(["-c:a", "alac", "-sample_fmt", "s16p"], bits=16),
    "alac-24.m4a": Sound(["-c:a", "alac", "-sample_fmt", "s32p"], 48000, bits=24),
    "cbr.mp3": Sound(MP3),
    "vbr.mp3": Sound(["-c:a", "libmp3lame", "-q:a", "3"], 48000),
    "mono.mp3": Sound(["-c:a", "libmp3lame", "-b:a", "96k"], 44100, "mono"),
    "low.mp3": Sound(["-c:a", "libmp3lame", "-b:a", "96k"], 22050),
    "bare.mp3": Sound(MP3 + ["-write_xing", "0", "-id3v2_version", "0"], told="nothing", frame=1152, delay=1105),
    "cd.flac": Sound(["-c:a", "flac", "-sample_fmt", "s16"], bits=16),
    "24-48.flac": Sound(["-c:a", "flac", "-sample_fmt", "s32"], 48000, bits=24),
    "24-96.flac": Sound(["-c:a", "flac", "-sample_fmt", "s32"], 96000, bits=24),
    "mono.flac": Sound(["-c:a", "flac", "-sample_fmt", "s16"], 44100, "mono", 16),
    "5.1.flac": Sound(["-c:a", "flac", "-sample_fmt", "s32"], 48000, "5.1", 24),
    "flac.ogg": Sound(["-c:a", "flac", "-sample_fmt", "s16"], bits=16),
    "flac.mka": Sound(["-c:a", "flac", "-sample_fmt", "s16"], bits=16),
    "opus.opus": Sound(["-c:a", "libopus", "-b:a", "128k"], 48000),
    "opus-mono.opus": Sound(["-c:a", "libopus", "-b:a", "64k"], 48000, "mono"),
    "opus-5.1.opus": Sound(["-c:a", "libopus", "-b:a", "256k", "-mapping_family", "1"], 48000, "5.1"),
    "opus.webm": Sound(["-c:a", "libopus", "-b:a", "128k"], 48000),
    "vorbis.ogg": Sound(["-c:a", "libvorbis", "-q:a", "6"]),
    "vorbis.webm": Sound(["-c:a", "libvorbis", "-q:a", "6"], 48000, told="blocks"),
    "16.wav": Sound(["-c:a", "pcm_s16le"], bits=16),
    "24-96.wav": Sound(["-c:a", "pcm_s24le"], 96000, bits=24),
    "float.wav": Sound(["-c:a", "pcm_f32le"]),
    "5.1.wav": Sound(["-c:a", "pcm_s24le"], 48000, "5.1", 24),
    "16.aiff": Sound(["-c:a", "pcm_s16be"], bits=16),
    "24.aiff": Sound(["-c:a", "pcm_s24be"], 48000, bits=24),
    "pcm.mov": Sound(["-c:a", "pcm_s24le"], 48000, bits=24),
}

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50"]
BFRAMES = X264 + ["-bf", "3"]


class Film:
    """One film with its sound. `start`: seconds that the pictures begin after the sound, where the file
    says so itself; `inside`: within an edit that begins with the sound. `is_open`: pictures shown before a
    key picture need those before it."""

    def __init__(self, video, sound, size="320x180", start=0, inside=False, is_open=False):
        self.video, self.sound, self.size, self.inside, self.open = video, sound, size, inside, is_open
        self.start = Fraction(str(start))
        self.height = int(size.split("x")[1])
        self.codec = {"libx264": "h264", "libx265": "hevc", "libvpx": "vp8"}.get(video[1], video[1])
        self.packaged = self.codec != "vp8"


FILMS = {
    "h264.mp4": Film(BFRAMES, Sound(AAC)),
    "h264-full.mp4": Film(BFRAMES, Sound(AAC), "1920x1080"),
    # Nothing says that the presentation begins with the first picture: it does so two later.
    "h264-no-edit.mp4": Film(BFRAMES + ["-use_editlist", "0", "-avoid_negative_ts", "disabled"],
                             Sound(AAC, told="end"), start=0.08, inside=True),
    "h264-no-b.mp4": Film(X264 + ["-bf", "0"], Sound(AAC)),
    "h264-fragments.mp4": Film(BFRAMES + ["-movflags", "+frag_keyframe+empty_moov+delay_moov"],
                               Sound(AAC, told="start")),
    "h264.mov": Film(BFRAMES, Sound(["-c:a", "pcm_s24le"], 48000, bits=24)),
    "h264.mkv": Film(BFRAMES, Sound(["-c:a", "flac", "-sample_fmt", "s16"], bits=16)),
    "h264-opengop.mkv": Film(BFRAMES + ["-x264-params", "open-gop=1"], Sound(["-c:a", "libopus"], 48000),
                             start=0.007, is_open=True),
    "h264-interlaced.mkv": Film(BFRAMES + ["-flags", "+ildct+ilme", "-x264-params", "tff=1"],
                                Sound(["-c:a", "flac", "-sample_fmt", "s16"], bits=16)),
    "hevc.mp4": Film(["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params",
                      "log-level=error:keyint=50:bframes=3"], Sound(AAC), is_open=True),
    "hevc.mkv": Film(["-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                      "log-level=error:keyint=50:bframes=3"], Sound(["-c:a", "ac3"], 48000, told="nothing", frame=1536,
                                                                     delay=256), start=0.005, is_open=True),
    "vp9.webm": Film(["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "50"],
                     Sound(["-c:a", "libopus"], 48000), start=0.007),
    "vp9.mp4": Film(["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "50"], Sound(AAC)),
    "vp8.webm": Film(["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "50"],
                     Sound(["-c:a", "libvorbis"], 48000, told="blocks")),
    "av1.mp4": Film(["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "50"], Sound(AAC)),
    "av1.webm": Film(["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "50"],
                     Sound(["-c:a", "libopus"], 48000), start=0.007),
}


def packet_count(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a:0", "-count_packets", "-show_entries",
                           "stream=nb_read_packets", "-of", "csv=p=0", path], text=True, capture_output=True,
                          check=True)
    return int(re.search(r"\d+", done.stdout)[0])


def signal(folder, rate, layout):
    """One noise below 4 kHz in all channels, so that any mix keeps it, and in each a tone of its own."""
    path = os.path.join(folder, f"signal-{rate}-{layout}.wav")
    channels = LAYOUTS[layout]
    tones = "|".join(f"0.08*sin(2*PI*({300 + 170 * one}+{7 * one + 5}*t)*t)" for one in range(channels))
    noise = "|".join(["0.9*(random(0)-0.5)"] * channels)
    both = "".join(f"[a][n]amix=inputs=2:normalize=0,atrim=end_sample={LENGTH[rate]}")
    sources.ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{tones}':s={rate}:d=15:c={layout}",
                   "-f", "lavfi", "-i", f"aevalsrc='{noise}':s={rate}:d=15:c={layout}",
                   "-filter_complex", f"[1]lowpass=f=4000:p=2,lowpass=f=4000:p=2[n];[0]acopy[a];{both}",
                   "-c:a", "pcm_s24le", path)
    return path


def signals(folder, sounds):
    wanted = {(one.rate, one.layout) for one in sounds}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(wanted, pool.map(lambda one: signal(folder, *one), wanted)))


def make(folder, made_signals, name, arguments, sound, video=()):
    inputs = ["-i", made_signals[sound.rate, sound.layout]]
    path = os.path.join(folder, name)
    sources.ffmpeg(*inputs, *video, *arguments, *sound.arguments, "-metadata", f"title={name}",
                   "-fflags", "+bitexact", path)
    if sound.after:
        sound.after(path)


def make_sounds(folder, made_signals, sounds):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: make(folder, made_signals, name, [], sounds[name]), sounds))


def make_films(folder, made_signals, films):
    def one(name):
        film = films[name]
        make(folder, made_signals, name, film.video, film.sound,
             ["-f", "lavfi", "-i", f"testsrc2=s={film.size}:r={RATE}:d={PICTURES / RATE}", "-pix_fmt", "yuv420p",
              "-map", "0:a", "-map", "1:v"])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, films))


def items(server):
    """Name of the source -> id in the catalog."""
    found = {}
    for path in ("/api/v1/tracks", "/api/v1/movies", "/api/v1/episodes"):
        for item in server.items(path):
            found[item["title"]] = item["id"]
    # Neither ADTS nor an MP3 file without tags has a place for a title.
    for title, name in (("adts", "adts.aac"), ("bare", "bare.mp3")):
        if title in found:
            found[name] = found.pop(title)
    return found
