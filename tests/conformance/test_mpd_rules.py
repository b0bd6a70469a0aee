"""The checker itself: it passes a right manifest and finds each single fault."""
import unittest
from fractions import Fraction

import mpd_rules

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011"
 mediaPresentationDuration="PT10.5S" minBufferTime="PT4S" maxSegmentDuration="PT4S">
 <Period id="0" start="PT0S">
  <AdaptationSet id="0" lang="en" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">
   <Label>Sound</Label>
   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
   <SegmentTemplate timescale="10" startNumber="0">
    <SegmentTimeline><S t="0" d="40" r="1"/><S d="25"/></SegmentTimeline>
   </SegmentTemplate>
   <Representation id="a" bandwidth="64000" codecs="mp4a.40.2" audioSamplingRate="44100">
    <AudioChannelConfiguration schemeIdUri="urn:x" value="2"/>
    <SegmentTemplate initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/s$Number$.m4s"/>
   </Representation>
  </AdaptationSet>
 </Period>
</MPD>
"""
FAULTS = [
    ("</MPD>", "", "no XML"),
    ("schema:mpd:2011\"", "schema:mpd:2010\"", "the root is"),
    ("PT10.5S", "PT10.6S", "ends at"),
    (' mediaPresentationDuration="PT10.5S"', "", "without mediaPresentationDuration"),
    (' minBufferTime="PT4S"', "", "minBufferTime is missing"),
    ('maxSegmentDuration="PT4S"', 'maxSegmentDuration="PT3S"', "longer than maxSegmentDuration"),
    ('"PT4S" maxS', '"4" maxS', "wrong type"),
    ('bandwidth="64000"', 'bandwidth="0"', "wrong type"),
    ('bandwidth="64000"', 'bandwith="64000"', "unknown attribute"),
    (' bandwidth="64000"', "", "bandwidth is missing"),
    (' codecs="mp4a.40.2"', "", "no codecs"),
    (' mimeType="audio/mp4"', "", "no mimeType"),
    (' audioSamplingRate="44100"', "", "no audioSamplingRate"),
    ('<AudioChannelConfiguration schemeIdUri="urn:x" value="2"/>', "", "no AudioChannelConfiguration"),
    ('   <Label>Sound</Label>\n   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>',
     '   <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>\n   <Label>Sound</Label>', "wrong order"),
    ("<Label>Sound</Label>", "<Lable>Sound</Lable>", "has no place here"),
    ("<S d=\"25\"/>", "<S t=\"79\" d=\"26\"/>", "goes back"),
    ("r=\"1\"", "r=\"-1\"", "open end"),
    ('"PT4S" maxS', '"PT" maxS', "wrong type"),
    ('bandwidth="64000"', 'bandwidth="4294967296"', "too large"),
    ('d="25"', 'd="18446744073709551616"', "too large"),
    ("<Label>Sound</Label>", "<Label> </Label>", "is empty"),
    ("</Representation>", "</Representation>and more", "holds text"),
    ('schemeIdUri="urn:x" ', "", "schemeIdUri is missing"),
    ('<S d="25"/>', "<S/>", "d is missing"),
    (' id="a"', "", "id is missing"),
    (' id="a"', ' id="a b"', "wrong type"),
    (' profiles="urn:mpeg:dash:profile:isoff-live:2011"', "", "profiles is missing"),
    ('startNumber="0"', 'startNumber="0" duration="40"', "both a time line"),
    ("$RepresentationID$/init", "$RepresentationId$/init", "names what there is not"),
    ("s$Number$.m4s", "s$Number$-$.m4s", "names what there is not"),
    (' </Period>\n', ' </Period>\n <Period id="0"/>\n', "ids of periods"),
    ('startWithSAP="1"', 'startWithSAP="7"', "wrong type"),
    ('segmentAlignment="true"', 'segmentAlignment="yes"', "wrong type"),
    ("<SegmentTimeline>", "<SegmentTimeline><T/>", "has no place here"),
    ('   <SegmentTemplate timescale', '   <SegmentTemplate/>\n   <SegmentTemplate timescale', "times SegmentTemplate"),
    (' type="static"', ' type="static" xmlns:y="urn:y" y:more="1"', "unknown attribute"),
    ("s$Number$.m4s", "s.m4s", "without $Number$"),
    (' initialization="$RepresentationID$/init.mp4"', "", "no media, initialization"),
    ('lang="en"', 'lang="e_n"', "wrong type"),
]


class MpdRules(unittest.TestCase):
    def test_a_right_manifest_passes(self):
        found, complaints = mpd_rules.check(MANIFEST, "http://h/x/manifest.mpd")
        self.assertEqual(complaints, [])
        self.assertEqual(found[0].init, "http://h/x/a/init.mp4")
        self.assertEqual([one.url for one in found[0].segments],
                         [f"http://h/x/a/s{number}.m4s" for number in range(3)])
        self.assertEqual(found[0].segments[2].start, 8)
        self.assertEqual(found[0].segments[2].duration, Fraction(5, 2))

    def test_every_single_fault_is_found(self):
        for right, wrong, expected in FAULTS:
            with self.subTest(fault=expected, wrong=wrong):
                self.assertIn(right, MANIFEST)
                _, complaints = mpd_rules.check(MANIFEST.replace(right, wrong, 1))
                self.assertTrue(any(expected in one for one in complaints), complaints)


if __name__ == "__main__":
    unittest.main()
