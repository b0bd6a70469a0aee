"""A sound that is cut into the files of an album comes out of a radio station as if it had never been cut.

Run by CTest with CONSORT naming the executable; needs ffmpeg. A sweep and noise, cut at odd places into FLAC and WAV,
go through stations of every format. Of FLAC every sample must be the original's, bit for bit and however loud, with
levelling one gain's multiple of it; of the others the sound must be in step with the original on both sides of each join, and no nearer to it
elsewhere than there. Vorbis is unchained here: its decoders fade 20 ms where a chained stream turns.
"""
import json
import math
import os
import random
import re
import socket
import statistics
import sys
import threading
import unittest
from array import array

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import media_reader  # noqa: E402
from consort_server import TestCase, until  # noqa: E402
from media_files import ffmpeg  # noqa: E402

RATE = 44100
SECONDS = 15
PIECES = 6
LEAST = 8_001       # samples of the shortest piece, an interlude of a fifth of a second
TURNS = 11          # tracks that are heard
WIDTH = 4_000       # samples on each side of a join that are looked at
SOUNDS = {
    "sweep": "aevalsrc='0.4*sin(2*PI*(60*t+{k}*t*t))|0.4*sin(2*PI*(90*t+{l}*t*t))'".format(k=300, l=220),
    "loud": "aevalsrc='2*(random(0)-0.5)|2*(random(1)-0.5)'",
    "noise": "aevalsrc='0.5*(random(0)-0.5)|0.5*(random(1)-0.5)'",
}
# name -> (sound, files, format, more settings of the station)
STATIONS = {
    "flac-sweep": ("sweep", "flac", "flac", "loudness=off"),
    "flac-noise": ("noise", "wav", "flac", "loudness=off"),
    "flac-loud": ("loud", "wav", "flac", "loudness=off"),
    "flac-unchained": ("sweep", "wav", "flac", "loudness=off chained=false"),
    "flac-levelled-sweep": ("sweep", "flac", "flac", ""),
    "flac-levelled-noise": ("noise", "flac", "flac", "loudness=-20"),
    "flac-crossfade": ("noise", "flac", "flac", "loudness=off crossfade=3"),
    "mp3": ("sweep", "flac", "mp3", "loudness=off"),
    "aac": ("sweep", "wav", "aac", "loudness=off"),
    "ogg": ("sweep", "flac", "ogg", "loudness=off chained=false"),
    "opus": ("sweep", "flac", "opus", "loudness=off"),
    "opus-noise": ("noise", "flac", "opus", "loudness=off bitrate=256"),
    "mp3-noise": ("noise", "flac", "mp3", "loudness=off bitrate=320"),
    "aac-noise": ("noise", "flac", "aac", "loudness=off bitrate=256"),
}


class Original:
    """The uncut sound, and where it is cut."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name + ".wav")
        ffmpeg("-f", "lavfi", "-i", f"{SOUNDS[name]}:s={RATE}:d={SECONDS}", "-c:a", "pcm_s16le", self.path)
        self.length = SECONDS * RATE
        chance = random.Random(name)
        self.cuts = sorted(chance.sample(range(RATE, self.length - RATE, 997), PIECES - 2))
        self.cuts = [0, *self.cuts, self.cuts[-1] + LEAST, self.length]

    def cut(self, folder, ending):
        os.makedirs(folder)
        for i, (start, end) in enumerate(zip(self.cuts, self.cuts[1:]), 1):
            ffmpeg("-i", self.path, "-af", f"atrim=start_sample={start}:end_sample={end}", "-c:a",
                   {"flac": "flac", "wav": "pcm_s16le"}[ending], "-metadata", "album=One", "-metadata", f"track={i}",
                   "-metadata", f"title=Part {i}", os.path.join(folder, f"{i}.{ending}"))

    def endless(self, rate, form):
        """The sound three times, as one, at a rate."""
        whole = media_reader.read(self.path, form="pcm_s16le")
        assert whole.rate == RATE
        three = self.path + ".three.wav"
        if not os.path.exists(three):
            ffmpeg("-stream_loop", 2, "-i", self.path, "-c:a", "pcm_s16le", three)
        return media_reader.read(three, form=form, rate=None if rate == RATE else rate)


class Tape(threading.Thread):
    """What a listener got; `stop` ends it."""

    def __init__(self, port, route):
        super().__init__()
        self.data, self.going = b"", True
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.wire.sendall(f"GET {route} HTTP/1.0\r\nHost: radio\r\n\r\n".encode())
        self.start()

    def run(self):
        while self.going:
            got = self.wire.recv(65536)
            if not got:
                break
            self.data += got

    def stop(self):
        self.going = False
        self.join()
        self.wire.close()
        return self.data.partition(b"\r\n\r\n")[2]


def setUpModule():
    global ORIGINALS, TAPES
    case = TestCase()
    case.setUp()
    unittest.addModuleCleanup(case.doCleanups)
    ORIGINALS = {name: Original(case.folder, name) for name in SOUNDS}
    for sound, ending, *_ in STATIONS.values():
        folder = os.path.join(case.folder, f"{sound}-{ending}")
        if not os.path.exists(folder):
            ORIGINALS[sound].cut(folder, ending)
    stations = [f"route=/{name} directory={case.folder}/{sound}-{ending} format={form} {more}"
                for name, (sound, ending, form, more) in STATIONS.items()]
    with case.server(config='[server]\naccess_log = ""\n[plugins.radio]\nbuffer_size = 1048576\nstations = ' + json.dumps(stations)
                     + "\n") as server:
        tapes = {name: Tape(server.port, "/" + name) for name in STATIONS}

        def turned():
            figures = dict(re.findall(r'^consort_plugin_radio_tracks_total\{station="/([^"]+)"\} (\S+)$',
                                      server.get("/metrics").body.decode(), re.M))
            return all(float(figures.get(name, 0)) >= TURNS for name in STATIONS)
        try:
            until(turned, f"{TURNS} tracks began on every station")
        finally:
            TAPES = {name: tape.stop() for name, tape in tapes.items()}
        underruns = server.metric("consort_plugin_radio_sound_underruns_total")
    assert underruns == 0, f"the machine was too busy: {underruns} underruns"


def whole(data, form):
    """Up to the last whole Ogg page: what is cut off within one is no fault of the stream."""
    if form in ("ogg", "opus", "flac"):
        at = 0
        while at + 27 <= len(data):
            count = data[at + 26]
            size = 27 + count + sum(data[at + 27:at + 27 + count])
            if data[at:at + 4] != b"OggS" or at + size > len(data):
                break
            at += size
        return data[:at]
    return data


class Joins(unittest.TestCase):
    def heard(self, name, form):
        sound = media_reader.decode(whole(TAPES[name], STATIONS[name][2]), form, cut=True)[0]
        self.assertGreater(sound.length, 20 * sound.rate, "too little was heard")
        return sound

    @staticmethod
    def samples(sound):
        values = array("i")
        values.frombytes(sound.data)
        return values

    def test_every_sample_is_the_originals(self):
        for name in ("flac-sweep", "flac-noise", "flac-loud", "flac-unchained", "flac-crossfade"):
            with self.subTest(name):
                original = ORIGINALS[STATIONS[name][0]]
                wanted = original.endless(RATE, "pcm_s32le")
                heard = self.heard(name, "pcm_s32le")
                late = self.lateness(name, self.heard(name, "pcm_f32le"), original.endless(RATE, "pcm_f32le"))
                count = min(heard.length - late, wanted.length)
                self.assertGreater(count, original.length + original.cuts[2], "it does not come round")
                if name == "flac-crossfade":  # from its last track to its first one it fades
                    count = original.cuts[-2]
                ours, theirs = (self.samples(one) for one in (heard.cut(late, count), wanted.cut(0, count)))
                first = next((i // 2 for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), None)
                self.assertIsNone(first, f"that sample differs; the joins are at {original.cuts}")

    def test_levelled_albums_have_one_gain(self):
        for name in ("flac-levelled-sweep", "flac-levelled-noise"):
            with self.subTest(name):
                original = ORIGINALS[STATIONS[name][0]]
                wanted = original.endless(RATE, "pcm_s32le")
                heard = self.heard(name, "pcm_s32le")
                late = self.lateness(name, self.heard(name, "pcm_f32le"), original.endless(RATE, "pcm_f32le"))
                gains = []  # each round of the album may have one of its own
                for begin in range(0, wanted.length, original.length):
                    count = min(original.length, heard.length - begin - late)
                    if count < original.cuts[2]:
                        break
                    theirs = self.samples(wanted.cut(begin, count))
                    ours = self.samples(heard.cut(begin + late, count))
                    gain = (math.fsum(map(float.__mul__, map(float, theirs), map(float, ours)))
                            / math.fsum(float(a) * a for a in theirs))
                    gains.append(round(20 * math.log10(gain), 2))
                    worst = max(abs(b - gain * a) for a, b in zip(theirs, ours)) / 65536
                    self.assertLess(worst, 1.6, f"steps of 16 bits, in round {len(gains)}, whose gain is {gains} dB")
                self.assertGreaterEqual(len(gains), 2)
                self.assertNotEqual(gains[0], 0, "nothing was levelled")

    # In step

    def lateness(self, name, heard, wanted):
        """At which sample of what was heard the original begins. The tapes begin with the station."""
        values = array("f")
        values.frombytes(heard.cut(0, 5 * heard.rate).data)
        start = next(i for i, value in enumerate(values) if abs(value) > 0.01) // 2
        late, score = media_reader.lag(heard, wanted, wanted.rate, 400, 3000, start)
        self.assertGreater(score, 0.9, f"{name}: it does not begin as the original")
        return late

    def test_joins_of_lossy_streams_are_not_to_be_heard(self):
        for name in ("mp3", "aac", "ogg", "opus", "mp3-noise", "aac-noise", "opus-noise"):
            with self.subTest(name):
                original = ORIGINALS[STATIONS[name][0]]
                heard = self.heard(name, "pcm_f32le")
                wanted = original.endless(heard.rate, "pcm_f32le")
                late = self.lateness(name, heard, wanted)
                end = min(wanted.length, heard.length - late) - WIDTH
                rounds = range(0, wanted.length, original.length * heard.rate // RATE)
                joins = [at for begin in rounds for cut in original.cuts[1:]
                         if (at := begin + cut * heard.rate // RATE) < end]
                self.assertGreaterEqual(len(joins), PIECES + 1, "it does not come round")
                for at in joins:
                    for place in (at - 1_500, at + 700):
                        there, score = media_reader.lag(heard, wanted, place, 768, 8, late)
                        # Within a sample two places of a tone are hard to tell apart, and within some where the
                        # sweep begins again, at 60 Hz.
                        low = STATIONS[name][0] == "sweep" and at in rounds and place > at
                        self.assertLessEqual(abs(there - late), 4 if low else 1, f"beside the join at {at} (correlation {score:.3f})")
                        self.assertGreater(score, 0.8, f"beside the join at {at}")
                if STATIONS[name][0] == "sweep":
                    self.no_clicks(heard.mix(late, end), wanted.mix(0, end), joins, rounds)

    def no_clicks(self, ours, theirs, joins, wraps):
        """What differs from the original does so no more at joins than elsewhere. Where the album begins
        again, the original itself clicks."""
        gain = math.fsum(map(float.__mul__, ours, theirs)) / math.fsum(map(float.__mul__, theirs, theirs))
        at_joins, elsewhere, block = {}, [], 128
        for start in range(WIDTH, len(ours) - block, block):
            if any(abs(start - wrap) < 2 * WIDTH for wrap in wraps):
                continue
            worst = max(abs(a - gain * b) for a, b in zip(ours[start:start + block], theirs[start:start + block]))
            near = next((at for at in joins if abs(start - at) < WIDTH), None)
            if near is None:
                elsewhere.append(worst)
            else:
                at_joins[near] = max(at_joins.get(near, 0), worst)
        self.assertGreaterEqual(len(at_joins), PIECES - 1)
        usual = statistics.median(elsewhere)
        for at, worst in at_joins.items():
            self.assertLess(worst, 4 * usual + 0.002, f"at the join {at}; elsewhere it is mostly {usual:.4f}")


if __name__ == "__main__":
    unittest.main()
