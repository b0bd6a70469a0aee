"""Every source of sound, every rendition, every protocol: the length is exact to the sample, nothing is
shifted, and lossless sound is the source's bit for bit.

Run by CTest with CONSORT naming the executable; needs ffmpeg. An argument picks sources by a part of
their names.
"""
import os
import shutil
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

import matrix  # noqa: E402
import matrix_sources  # noqa: E402


def setUpModule():
    global WORLD, SOUNDS
    SOUNDS = {name: sound for name, sound in matrix_sources.SOUNDS.items() if PICK in name}
    WORLD = matrix.World(SOUNDS.values(), lambda *where: matrix_sources.make_sounds(*where, SOUNDS))
    unittest.addModuleCleanup(WORLD.close)


class Sound(unittest.TestCase):
    def test_every_source_in_every_rendition_by_every_protocol(self):
        cases = []
        for name, sound in SOUNDS.items():
            renditions = (["original"] if sound.packaged else []) + matrix.ENCODED
            cases += [matrix.SoundCase(WORLD, name, one, sound) for one in renditions]
        for case, wrong in matrix.run(cases):
            with self.subTest(case=str(case)):
                if wrong:
                    self.fail("\n".join(wrong))


PICK = sys.argv.pop() if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else ""
if __name__ == "__main__":
    unittest.main()
