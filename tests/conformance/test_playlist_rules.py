"""The checker itself: it passes a right playlist and finds each single fault."""
import unittest

import playlist_rules

MEDIA = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4?v=1"
#EXTINF:6.000000,
segment0.m4s
#EXTINF:3.500000,
segment1.m4s
#EXT-X-ENDLIST
"""
MULTIVARIANT = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English, director",LANGUAGE="en",DEFAULT=YES,URI="a"
#EXT-X-STREAM-INF:BANDWIDTH=200,AVERAGE-BANDWIDTH=100,CODECS="avc1.42c01e,mp4a.40.2",AUDIO="audio"
v
"""
FAULTS = [
    (MEDIA, "#EXTM3U\n", "", "first line"),
    (MEDIA, "#EXT-X-VERSION:6", "#EXT-X-VERSION:3", "version"),
    (MEDIA, "#EXT-X-TARGETDURATION:6\n", "", "TARGETDURATION"),
    (MEDIA, "#EXT-X-TARGETDURATION:6", "#EXT-X-TARGETDURATION:5", "more than the target"),
    (MEDIA, "#EXTINF:6.000000,", "#EXTINF:abc,", "no duration"),
    (MEDIA, "#EXTINF:6.000000,\n", "", "no EXTINF"),
    (MEDIA, "#EXT-X-ENDLIST\n", "", "ENDLIST"),
    (MEDIA, "segment1.m4s\n", "", "without a URI"),
    (MEDIA, "PLAYLIST-TYPE:VOD", "PLAYLIST-TYPE:FILM", "neither VOD"),
    (MEDIA, "#EXT-X-ENDLIST", "#EXT-X-ALLOW-CACHE:YES\n#EXT-X-ENDLIST", "unknown tag"),
    (MULTIVARIANT, "BANDWIDTH=200,", "BANDWIDTH=50,", "above the peak"),
    (MULTIVARIANT, 'CODECS="avc1.42c01e,mp4a.40.2",', "", "without CODECS"),
    (MULTIVARIANT, ',AUDIO="audio"', ',AUDIO="other"', "names the group"),
    (MULTIVARIANT, 'NAME="English, director",', "", "without NAME"),
    (MULTIVARIANT, ',AUDIO="audio"', ',AUDIO="audio",SUBTITLES="text"', "names the group text"),
    (MULTIVARIANT, ',AUDIO="audio"', "", "no variant uses"),
    (MULTIVARIANT, "BANDWIDTH=200,", "BANDWIDTH=200,SCORE=best,", "SCORE"),
    (MULTIVARIANT, "#EXT-X-STREAM-INF", '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,CODECS="a"\n#EXT-X-STREAM-INF',
     "without URI"),
    (MEDIA, "#EXT-X-MAP", "#EXT-X-I-FRAMES-ONLY\n#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP", "appears twice"),
]


class PlaylistRules(unittest.TestCase):
    def test_right_playlists_pass(self):
        for text in (MEDIA, MULTIVARIANT):
            self.assertEqual(playlist_rules.check(text.encode())[1], [])

    def test_each_fault_is_found(self):
        for text, right, wrong, complaint in FAULTS:
            with self.subTest(complaint=complaint):
                self.assertIn(right, text)
                found = playlist_rules.check(text.replace(right, wrong, 1).encode())[1]
                self.assertTrue(any(complaint in one for one in found), found)

    def test_peak(self):
        self.assertEqual(playlist_rules.peak_bandwidth([100, 300, 100], [6, 6, 6], 6), 400)


if __name__ == "__main__":
    unittest.main()
