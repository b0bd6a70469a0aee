"""Every film, every rendition of its picture and of its sound, every protocol: all pictures, each at its
time, and the sound beside them to the sample.

Run by CTest with CONSORT naming the executable; needs ffmpeg. An argument picks films by a part of their
names.
"""
import os
import subprocess
import sys
import unittest
from fractions import Fraction
from urllib.parse import urljoin

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import matrix  # noqa: E402
import matrix_sources  # noqa: E402
import media_reader  # noqa: E402
import streams  # noqa: E402
import ts_rules  # noqa: E402

HEIGHTS = (360, 480, 720, 1080)
STREAMED = ("h264", "hevc")  # what a transport stream carries


def setUpModule():
    global WORLD, FILMS
    FILMS = {name: film for name, film in matrix_sources.FILMS.items() if PICK in name}
    WORLD = matrix.World([one.sound for one in FILMS.values()],
                         lambda *where: matrix_sources.make_films(*where, FILMS))
    unittest.addModuleCleanup(WORLD.close)


def decoded(data, source="-"):
    """A hash of each picture, as shown, and what ffmpeg complained about."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", "-i", source, "-map", "0:v:0", "-fps_mode",
                           "passthrough", "-pix_fmt", "yuv420p", "-f", "framehash", "-hash", "adler32", "-"],
                          input=data, capture_output=True)
    lines = [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]
    return [line.split(",")[-1].strip() for line in lines], done.stderr.decode()


class PictureCase(matrix.Case):
    def __init__(self, world, name, rendition, film):
        super().__init__(world, name, rendition)
        self.film = film
        # Matroska counts milliseconds.
        self.grain = Fraction(1, 1000) if name.endswith((".mkv", ".webm")) else Fraction(0)
        self.length = Fraction(matrix_sources.PICTURES, matrix_sources.RATE) + (film.start if film.inside else 0)

    def work(self):
        path = f"{self.base}{self.rendition}/playlist.m3u8"
        told, segments = self.world.playlist(path)
        init = self.world.get(urljoin(path, told.map["URI"]))
        track = media_reader.Track(init)
        samples, complaints = media_reader.all_samples(track, segments)
        self.wrong += [f"{self}: {one}" for one in complaints]
        start, length = track.edit or (0, 0)
        self.at_their_times([Fraction(time + offset - start, track.scale) for time, _, offset in samples])
        if track.edit:
            lasts = Fraction(length, track.movie_scale)
            self.near("the edit", lasts - (0 if self.film.inside else self.film.start), self.length)
        total = sum(float(one["duration"]) for one in told.segments)
        self.near("the playlist", total, self.length)
        self.dash(path, told, *self.starts(track, segments))
        self.pictures(init, segments)
        if (self.film.codec if self.original else "h264") in STREAMED:
            self.transport_stream()

    def near(self, what, got, wanted):
        if abs(got - wanted) > self.grain:
            self.wrong.append(f"{self}: {what} lasts {float(got)}, not {float(wanted)}")

    def at_their_times(self, times, grain=Fraction(0)):
        times = sorted(times)
        wanted = [Fraction(n, matrix_sources.RATE) + self.film.start
                  for n in range(matrix_sources.PICTURES)]
        if self.film.inside and not self.original:
            wanted[0] = Fraction(0)  # the first picture stands until then
        self.expect("the number of pictures", len(times), len(wanted))
        late = max((abs(got - one) for got, one in zip(times, wanted)), default=0)
        if late > self.grain + grain:
            self.wrong.append(f"{self}: a picture is {float(late)} s off; the first is at {float(times[0])}, the last "
                              f"at {float(times[-1])}")

    def starts(self, track, segments):
        """What the manifest must say: each segment begins with its key picture, and all of them end."""
        begin = track.edit[0] if track.edit else 0
        samples = [media_reader.samples(track, one) for one in segments]
        times = [Fraction(one[0][0] + one[0][2] - begin, track.scale) for one in samples]
        if self.film.inside:
            times[0] = Fraction(0)
        return times, Fraction(max(time + duration + offset for time, duration, offset in samples[-1]) - begin,
                               track.scale)

    def pictures(self, init, segments):
        """All can be decoded, from each segment alone too; the source's own are the source's."""
        whole, said = decoded(init + b"".join(segments))
        self.expect("what ffmpeg says", said, "")
        self.expect("the number of decoded pictures", len(whole), matrix_sources.PICTURES)
        if self.original:
            self.expect("equality with the source's pictures", whole == decoded(None, self.path)[0], True)
        if not self.film.open:
            alone = [one for segment in segments for one in decoded(init + segment)[0]]
            self.expect("equality of segments decoded alone", alone == whole, True)

    def transport_stream(self):
        _, segments = self.world.playlist(f"{self.base}{self.rendition}/playlist.m3u8?segments=ts")
        by_pid, complaints = ts_rules.check(segments)
        self.wrong += [f"{self}, stream: {one}" for one in complaints]
        (stream,) = by_pid.values()
        self.at_their_times([Fraction(unit[0] - 10 * matrix.TICKS, matrix.TICKS) for unit in stream.units],
                            Fraction(1, matrix.TICKS))
        found, said = decoded(b"".join(segments))
        self.expect("what ffmpeg says of the stream", said, "")
        self.expect("the number of pictures in the stream", len(found), matrix_sources.PICTURES)


class Films(unittest.TestCase):
    def test_every_film_in_every_rendition_by_every_protocol(self):
        cases = []
        for name, film in FILMS.items():
            for height in [one for one in HEIGHTS if one <= film.height] or HEIGHTS[:1]:
                cases.append(PictureCase(WORLD, name, f"h264-{height}", film))
            if film.packaged:
                cases.append(PictureCase(WORLD, name, "original", film))
            if film.sound.packaged:
                cases.append(matrix.SoundCase(WORLD, name, "audio-0", film.sound))
            cases += [matrix.SoundCase(WORLD, name, one, film.sound) for one in matrix.ENCODED]
        for case, wrong in matrix.run(cases):
            with self.subTest(case=str(case)):
                if wrong:
                    self.fail("\n".join(wrong))

    def test_the_file_holds_the_same_pictures_and_sound(self):
        for name, film in FILMS.items():
            base = f"/api/v1/stream/{WORLD.items[name]}/"
            if not film.packaged or not film.sound.packaged:
                self.assertEqual(WORLD.server.get(base + "progressive.mp4").status, 404)
                continue
            for kind, rendition in (("v", "original"), ("a", "audio-0")):
                with self.subTest(film=name, track=kind):
                    self.assertEqual(streams.packets(f"{WORLD.server.url}{base}progressive.mp4", kind),
                                     streams.packets(f"{WORLD.server.url}{base}{rendition}/playlist.m3u8", kind))


PICK = sys.argv.pop() if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else ""
if __name__ == "__main__":
    unittest.main()
