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
LIVE = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6.0,PART-HOLD-BACK=1.6
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.000Z
#EXTINF:2.00000,
segment7.mp3
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:07.000Z
#EXT-X-PART:DURATION=0.5,URI="part8.0.mp3",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.2,URI="part8.1.mp3",INDEPENDENT=YES
#EXTINF:0.70000,
segment8.mp3
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:09.500Z
#EXT-X-PART:DURATION=0.5,URI="part9.0.mp3",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part9.1.mp3"
"""
LIVE_FAULTS = [
    ("EXT-X-MEDIA-SEQUENCE:7\n", "EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-ENDLIST\n", "goes on"),
    ("#EXT-X-MEDIA-SEQUENCE:7\n", "", "taken away"),
    ("#EXT-X-MEDIA-SEQUENCE:7", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-SEQUENCE:7", "taken away"),
    ("03:04:07.000Z", "03:04:07.020Z", "another time"),
    ("03:04:05.000Z", "03:04:05", "no time with zone"),
    ("#EXT-X-PART-INF:PART-TARGET=0.5\n", "", "without EXT-X-PART-INF"),
    ("PART-TARGET=0.5", "PART-TARGET=0.4", "longer than PART-TARGET"),
    ("CAN-BLOCK-RELOAD=YES,", "", "CAN-BLOCK-RELOAD is not YES"),
    ('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part9.1.mp3"\n', "", "no hint"),
    ("PART-HOLD-BACK=1.6", "PART-HOLD-BACK=0.9", "less than two parts"),
    ("HOLD-BACK=6.0", "HOLD-BACK=5.9", "less than three"),
    ('DURATION=0.5,URI="part9.0', 'DURATION=0.4,URI="part9.0', "85 %"),
    ("DURATION=0.2", "DURATION=0.3", "parts of segment8"),
    ("EXTINF:0.70000", "EXTINF:3.00000", "more than the target"),
    ("#EXT-X-PRELOAD-HINT:TYPE=PART,", "#EXT-X-PRELOAD-HINT:", "without TYPE"),
    ("#EXT-X-DISCONTINUITY-SEQUENCE:3", "#EXT-X-DISCONTINUITY-SEQUENCE:-3", "no integer"),
]
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

    def test_live_playlists(self):
        playlist, complaints = playlist_rules.check(LIVE.encode(), live=True)
        self.assertEqual(complaints, [])
        self.assertEqual((playlist.sequence, playlist.discontinuities, len(playlist.segments),
                          len(playlist.open_parts)), (7, 3, 2, 1))
        self.assertTrue(playlist_rules.check(LIVE.encode())[1], "finished media have an end")
        for right, wrong, complaint in LIVE_FAULTS:
            with self.subTest(complaint=complaint, wrong=wrong):
                self.assertIn(right, LIVE)
                found = playlist_rules.check(LIVE.replace(right, wrong, 1).encode(), live=True)[1]
                self.assertTrue(any(complaint in one for one in found), found)

    def test_a_live_playlist_has_a_segment(self):
        bare = LIVE[:LIVE.index("#EXT-X-PROGRAM-DATE-TIME")] + LIVE[LIVE.index("#EXT-X-PART:DURATION=0.5,URI=\"part9"):]
        found = playlist_rules.check(bare.encode(), live=True)[1]
        self.assertTrue(any("no segments" in one for one in found), found)

    def test_reloads(self):
        def read(text):
            return playlist_rules.check(text.encode(), live=True)[0]
        lines = LIVE.split("\n")
        later = "\n".join(lines[:7] + lines[10:]).replace("SEQUENCE:7", "SEQUENCE:8", 1)
        self.assertEqual(playlist_rules.check_reload(read(LIVE), read(later)), [])
        self.assertEqual(playlist_rules.check_reload(read(LIVE), read(LIVE)), [])
        for wrong in (later.replace("0.70000", "0.80000"), later.replace("segment8", "segment9"),
                      later.replace("MEDIA-SEQUENCE:8", "MEDIA-SEQUENCE:6"),
                      later.replace("DISCONTINUITY-SEQUENCE:3", "DISCONTINUITY-SEQUENCE:4"),
                      later.replace("TARGETDURATION:2", "TARGETDURATION:3")):
            self.assertTrue(playlist_rules.check_reload(read(LIVE), read(wrong)), wrong)

    def test_peak(self):
        self.assertEqual(playlist_rules.peak_bandwidth([100, 300, 100], [6, 6, 6], 6), 400)


if __name__ == "__main__":
    unittest.main()
