"""What ISO/IEC 23009-1 demands of a static manifest with segment templates.

The schema of the standard is in no package of Debian or npm, so what it says of the elements that a
packager of such manifests writes is written down below: their order, how often each may stand, which
attributes each must and may have, and their types with their bounds. An element or attribute that is not
below is a complaint, so nothing slips through unread. Then come the rules that no schema can tell.
"""
import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from urllib.parse import urljoin

NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

UNSIGNED = r"\d+"              # xs:unsignedInt, unless the attribute is in LONG
POSITIVE = r"0*[1-9]\d*"
LONG = {"t", "d", "n", "presentationTimeOffset"}  # xs:unsignedLong
BOOLEAN = r"true|false|0|1"
DURATION = r"P(?!$)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
LANGUAGE = r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"
RATIO = r"\d+:\d+"
FRAME_RATE = r"\d+(?:/[1-9]\d*)?"
NO_SPACE = r"\S+"
ANY = r".*"
SAP = r"[0-6]"

# name -> (attributes: type, "!" after the name: required; children in order: "?" "*" "+" or once)
COMMON = {"profiles": ANY, "width": POSITIVE, "height": POSITIVE, "sar": RATIO, "frameRate": FRAME_RATE,
          "audioSamplingRate": r"\d+(?: \d+)?", "mimeType": r"[a-z]+/[a-z0-9.+-]+", "codecs": r"[^,\s]+(?:,[^,\s]+)*",
          "startWithSAP": SAP, "selectionPriority": UNSIGNED, "codingDependency": BOOLEAN}
# RepresentationBaseType.
BASE = ["FramePacking*", "AudioChannelConfiguration*", "ContentProtection*", "OutputProtection?", "EssentialProperty*",
        "SupplementalProperty*", "InbandEventStream*", "Switching*", "RandomAccess*", "GroupLabel*", "Label*",
        "ProducerReferenceTime*", "ContentPopularityRate*", "Resync*"]
DESCRIPTOR = ({"schemeIdUri!": NO_SPACE, "value": ANY, "id": ANY}, [])
TEMPLATE = {"timescale": POSITIVE, "presentationTimeOffset": UNSIGNED, "duration": POSITIVE, "startNumber": UNSIGNED,
            "endNumber": UNSIGNED, "media": ANY, "index": ANY, "initialization": ANY}
ELEMENTS = {
    "MPD": ({"id": ANY, "profiles!": NO_SPACE, "type": r"static", "mediaPresentationDuration": DURATION,
             "minBufferTime!": DURATION, "maxSegmentDuration": DURATION, XSI + "schemaLocation": r"\S+ \S+(?: \S+ \S+)*"},
            ["ProgramInformation*", "BaseURL*", "Location*", "Period+", "Metrics*", "EssentialProperty*",
             "SupplementalProperty*", "UTCTiming*"]),
    "Period": ({"id": ANY, "start": DURATION, "duration": DURATION, "bitstreamSwitching": BOOLEAN},
               ["BaseURL*", "SegmentTemplate?", "AssetIdentifier?", "EventStream*", "AdaptationSet*", "Subset*",
                "SupplementalProperty*"]),
    "AdaptationSet": ({**COMMON, "id": UNSIGNED, "group": UNSIGNED, "lang": LANGUAGE,
                       "contentType": r"video|audio|text|image", "par": RATIO, "segmentAlignment": BOOLEAN,
                       "subsegmentAlignment": BOOLEAN, "bitstreamSwitching": BOOLEAN},
                      BASE + ["Accessibility*", "Role*", "Rating*", "Viewpoint*", "ContentComponent*", "BaseURL*",
                              "SegmentBase?", "SegmentList?", "SegmentTemplate?", "Representation*"]),
    "Representation": ({**COMMON, "id!": NO_SPACE, "bandwidth!": POSITIVE, "qualityRanking": UNSIGNED},
                       BASE + ["BaseURL*", "ExtendedBandwidth*", "SubRepresentation*", "SegmentBase?", "SegmentList?",
                                "SegmentTemplate?"]),
    "SegmentTemplate": (TEMPLATE, ["Initialization?", "RepresentationIndex?", "FailoverContent?", "SegmentTimeline?",
                                   "BitstreamSwitching?"]),
    "SegmentTimeline": ({}, ["Pattern*", "S+"]),
    "S": ({"t": UNSIGNED, "n": UNSIGNED, "d!": POSITIVE, "r": r"-?\d+"}, []),
    "Label": ({"id": UNSIGNED, "lang": LANGUAGE}, None),
    "BaseURL": ({"serviceLocation": ANY, "byteRange": ANY}, None),
    **{name: DESCRIPTOR for name in ("AudioChannelConfiguration", "Role", "Accessibility", "EssentialProperty",
                                     "SupplementalProperty", "UTCTiming")},
}
IDENTIFIERS = {"", "RepresentationID", "Bandwidth"}


class Segment:
    def __init__(self, url, start, duration):
        self.url, self.start, self.duration = url, start, duration  # times in seconds, exact


class Representation:
    def __init__(self, node, parent):
        self.id = node.get("id", "")
        self.bandwidth = int(node.get("bandwidth", "0") or 0)
        self.codecs = node.get("codecs") or parent.get("codecs") or ""
        self.kind = parent.get("contentType") or (parent.get("mimeType") or "").split("/")[0]
        self.language = parent.get("lang")
        self.node, self.parent = node, parent
        self.init, self.segments, self.timescale = None, [], 1


def seconds(text):
    parts = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text)
    days, hours, minutes, rest = parts.groups()
    return Fraction(rest or 0) + 60 * int(minutes or 0) + 3600 * int(hours or 0) + 86400 * int(days or 0)


def check(body, url="http://localhost/manifest.mpd"):
    """(representations, complaints)"""
    complaints = []
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        return [], [f"no XML: {error}"]
    if root.tag != NAMESPACE + "MPD":
        return [], [f"the root is {root.tag}"]
    check_element(root, "MPD", complaints)
    if complaints:
        return [], complaints
    return check_presentation(root, url, complaints), complaints


def local(node):
    return node.tag.removeprefix(NAMESPACE)


def check_element(node, path, complaints):
    name = local(node)
    if name not in ELEMENTS:
        complaints.append(f"{path}: unknown element")
        return
    attributes, children = ELEMENTS[name]
    known = {key.rstrip("!"): pattern for key, pattern in attributes.items()}
    for key, value in node.attrib.items():
        if key not in known:
            complaints.append(f"{path}: unknown attribute {key}")
        elif not re.fullmatch(known[key], value):
            complaints.append(f"{path}: {key}={value!r} is of the wrong type")
        elif known[key] in (UNSIGNED, POSITIVE) and int(value) >= 1 << (64 if key in LONG else 32):
            complaints.append(f"{path}: {key}={value!r} is too large for its type")
    for key in attributes:
        if key.endswith("!") and key[:-1] not in node.attrib:
            complaints.append(f"{path}: {key[:-1]} is missing")
    if children is None:
        if len(node):
            complaints.append(f"{path}: holds elements instead of text")
        elif not (node.text or "").strip():
            complaints.append(f"{path}: is empty")
        elif name == "BaseURL" and not re.fullmatch(NO_SPACE, node.text):
            complaints.append(f"{path}: {node.text!r} is no URI")
        return
    if any((text or "").strip() for text in [node.text, *(one.tail for one in node)]):
        complaints.append(f"{path}: holds text")
    order = [one.rstrip("?*+") for one in children]
    names = [local(one) for one in node]
    places = [order.index(one) if one in order else -1 for one in names]
    for one, place in zip(names, places):
        if place < 0:
            complaints.append(f"{path}: {one} has no place here")
    if places != sorted(places):
        complaints.append(f"{path}: children in the wrong order: {names}")
    for rule, one in zip(children, order):
        count = names.count(one)
        if (rule[-1] not in "?*" and count == 0) or (rule[-1] not in "*+" and count > 1):
            complaints.append(f"{path}: {count} times {one}")
    for one in node:
        check_element(one, f"{path}/{local(one)}", complaints)


def find(node, name):
    return node.findall(NAMESPACE + name)


def check_presentation(root, url, complaints):
    if root.get("mediaPresentationDuration") is None:
        complaints.append("a static manifest without mediaPresentationDuration")
        return []
    total = seconds(root.get("mediaPresentationDuration"))
    longest = seconds(root.get("maxSegmentDuration", root.get("mediaPresentationDuration")))
    out = []
    periods = [one.get("id") for one in find(root, "Period") if one.get("id")]
    if len(periods) != len(set(periods)):
        complaints.append(f"ids of periods occur twice: {periods}")
    for period in find(root, "Period"):
        sets = find(period, "AdaptationSet")
        ids = [one.get("id") for one in sets]
        if len(ids) != len(set(ids)):
            complaints.append(f"ids of adaptation sets occur twice: {ids}")
        for one in sets:
            out += check_set(one, url, complaints)
    ids = [one.id for one in out]
    if len(ids) != len(set(ids)):
        complaints.append(f"ids of representations occur twice: {ids}")
    ends = [one.segments[-1].start + one.segments[-1].duration for one in out if one.segments]
    if not ends:
        complaints.append("nothing to play")
    else:
        end = max(ends)
        if abs(end - total) > Fraction(1, 1_000_000):
            complaints.append(f"ends at {float(end)}, not at mediaPresentationDuration {float(total)}")
    for one in out:
        for segment in one.segments:
            if segment.duration > longest + Fraction(1, 1_000_000):
                complaints.append(f"{one.id}: a segment is longer than maxSegmentDuration")
    return out


def check_set(node, url, complaints):
    name = f"adaptation set {node.get('id')}"
    out = [Representation(one, node) for one in find(node, "Representation")]
    if not out:
        complaints.append(f"{name} is empty")
    times = set()
    for one in out:
        if not (one.node.get("mimeType") or node.get("mimeType")):
            complaints.append(f"{one.id}: no mimeType")
        if one.kind == "text" and find(one.node, "BaseURL"):
            one.init = urljoin(url, find(one.node, "BaseURL")[0].text)  # a file of its own, no segments
            continue
        if not one.codecs:
            complaints.append(f"{one.id}: no codecs")
        check_kind(one, complaints)
        check_segments(one, url, complaints)
        times.add(tuple((segment.start, segment.duration) for segment in one.segments))
    if len({one.codecs.split(".")[0] for one in out}) > 1:
        complaints.append(f"{name} mixes codecs")
    if node.get("segmentAlignment") in ("true", "1") and len(times) > 1:
        complaints.append(f"{name} says segmentAlignment, but its segments are not aligned")
    return out


def check_kind(one, complaints):
    def told(key):
        return one.node.get(key) or one.parent.get(key)
    if one.kind == "video":
        complaints += [f"{one.id}: no {key}" for key in ("width", "height", "frameRate", "sar") if not told(key)]
    elif one.kind == "audio":
        if not told("audioSamplingRate"):
            complaints.append(f"{one.id}: no audioSamplingRate")
        if not find(one.node, "AudioChannelConfiguration") + find(one.parent, "AudioChannelConfiguration"):
            complaints.append(f"{one.id}: no AudioChannelConfiguration")


def check_segments(one, url, complaints):
    """The template of the representation inherits from that of its set."""
    templates = find(one.parent, "SegmentTemplate") + find(one.node, "SegmentTemplate")
    told, timeline = {}, []
    for template in templates:
        told.update(template.attrib)
        timeline = find(template, "SegmentTimeline") or timeline
    if not told.get("media") or not told.get("initialization") or not timeline:
        complaints.append(f"{one.id}: no media, initialization or timeline")
        return
    if "duration" in told:
        complaints.append(f"{one.id}: both a time line and a duration (5.3.9.2.1)")
    if "$Number$" not in told["media"]:
        complaints.append(f"{one.id}: media without $Number$")
    for key, known in (("media", IDENTIFIERS | {"Number"}), ("initialization", IDENTIFIERS)):
        parts = told[key].split("$")
        if len(parts) % 2 == 0 or not set(parts[1::2]) <= known:
            complaints.append(f"{one.id}: {key} names what there is not (5.3.9.4.4): {told[key]}")
    one.timescale = int(told.get("timescale", 1))
    offset = int(told.get("presentationTimeOffset", 0))

    def address(template, number=None):
        text = template.replace("$RepresentationID$", one.id).replace("$Bandwidth$", str(one.bandwidth))
        return urljoin(url, text.replace("$Number$", str(number)) if number is not None else text)

    one.init = address(told["initialization"])
    number, time = int(told.get("startNumber", 1)), 0
    for run in find(timeline[0], "S"):
        start = int(run.get("t", time))
        if start < time:
            complaints.append(f"{one.id}: the time line goes back to {start}")
        time = start
        if int(run.get("r", 0)) < 0:
            complaints.append(f"{one.id}: an open end in a static time line")
        for _ in range(int(run.get("r", 0)) + 1):
            length = int(run.get("d"))
            one.segments.append(Segment(address(told["media"], number), Fraction(time - offset, one.timescale),
                                        Fraction(length, one.timescale)))
            number, time = number + 1, time + length
