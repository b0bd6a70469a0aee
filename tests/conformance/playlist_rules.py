"""The rules of RFC 8216 that our playlists must keep. `check(text)` returns (playlist, complaints).

It reads strictly: a tag that it does not know, an attribute list that is not one, a tag in the wrong
place are complaints, so that nothing slips through unread.
"""
import re
from datetime import datetime

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",]*)(?:,|$)')
MEDIA_ONLY = {"EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-PLAYLIST-TYPE", "EXT-X-ENDLIST",
              "EXT-X-MAP", "EXT-X-BYTERANGE", "EXTINF", "EXT-X-DISCONTINUITY", "EXT-X-I-FRAMES-ONLY",
              "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-PROGRAM-DATE-TIME", "EXT-X-SERVER-CONTROL",
              "EXT-X-PART-INF", "EXT-X-PART", "EXT-X-PRELOAD-HINT"}
MULTIVARIANT_ONLY = {"EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF"}
BOTH = {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START"}
ONCE = {"EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE",
        "EXT-X-PLAYLIST-TYPE", "EXT-X-ENDLIST", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-I-FRAMES-ONLY",
        "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-SERVER-CONTROL", "EXT-X-PART-INF"}


class Playlist:
    def __init__(self):
        self.multivariant = False
        self.version = 1
        self.target = None
        # {"uri", "duration", "range": (length, offset) or None; live also "date" in seconds,
        # "discontinuity", "parts": [attributes]}
        self.segments = []
        self.sequence = 0         # of the first segment
        self.discontinuities = 0  # before the first segment
        self.control = {}         # attributes of EXT-X-SERVER-CONTROL
        self.part_target = None
        self.open_parts = []      # of the segment that is not complete
        self.hint = None          # attributes
        self.map = None     # {"URI", "BYTERANGE"}
        self.variants = []  # attributes with "uri"
        self.media = []     # attributes
        self.iframes = []   # attributes of I-frame playlists
        self.tags = set()


def attributes(text, complain):
    found, position = {}, 0
    while position < len(text):
        match = ATTRIBUTE.match(text, position)
        if not match:
            complain(f"not an attribute list: {text!r}")
            return found
        if match[1] in found:
            complain(f"attribute {match[1]} twice")
        found[match[1]] = match[2].strip('"')
        position = match.end()
    return found


def check(text, live=False):
    """`text` is the playlist as bytes. `live`: of a stream that goes on, by draft-pantos-hls-rfc8216bis
    as well."""
    complaints = []
    complain = complaints.append
    playlist = Playlist()
    if text.startswith(b"\xef\xbb\xbf"):
        complain("begins with a byte order mark (4.1)")
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return playlist, ["is not UTF-8 (4.1)"]
    if lines[0].rstrip("\r") != "#EXTM3U":
        complain("the first line is not #EXTM3U (4.3.1.1)")
    pending, seen = {}, []
    ended = False
    for line in (raw.rstrip("\r") for raw in lines):
        if not line:
            continue
        if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in line):
            complain(f"control characters in {line!r} (4.1)")
        if not line.startswith("#"):
            _uri(playlist, line, pending, complain)
            pending = {}
            continue
        if not line.startswith("#EXT"):
            continue
        name, _, value = line[1:].partition(":")
        if name in ONCE and name in seen:
            complain(f"{name} appears twice")
        if name not in MEDIA_ONLY | MULTIVARIANT_ONLY | BOTH:
            complain(f"unknown tag {name}")
        seen.append(name)
        _tag(playlist, name, value, pending, complain)
        ended = ended or name == "EXT-X-ENDLIST"
    playlist.tags = set(seen)
    playlist.multivariant = bool(playlist.tags & MULTIVARIANT_ONLY)
    playlist.open_parts = pending.pop("parts", [])
    if playlist.open_parts:
        pending.pop("date", None)
        pending.pop("discontinuity", None)
    if pending:
        complain(f"{', '.join(pending)} without a URI after it")
    if playlist.multivariant and playlist.tags & MEDIA_ONLY:
        complain("media and multivariant tags in one playlist (4.1)")
    if playlist.multivariant:
        _multivariant(playlist, ended, complain)
    else:
        _media(playlist, ended, live, complain)
        if live:
            _live(playlist, ended, complain)
        elif playlist.tags & {"EXT-X-PART", "EXT-X-PRELOAD-HINT"}:
            complain("parts in a playlist of finished media")
    return playlist, complaints


def _tag(playlist, name, value, pending, complain):
    if name == "EXT-X-VERSION":
        playlist.version = int(value) if value.isdigit() else complain("EXT-X-VERSION is no number") or 0
    elif name == "EXT-X-TARGETDURATION":
        if not value.isdigit() or int(value) < 1:
            complain("EXT-X-TARGETDURATION is no positive integer (4.3.3.1)")
        else:
            playlist.target = int(value)
        if playlist.segments:
            complain("EXT-X-TARGETDURATION after the first segment")
    elif name == "EXT-X-MEDIA-SEQUENCE":
        if not value.isdigit():
            complain("EXT-X-MEDIA-SEQUENCE is no integer (4.3.3.2)")
        else:
            playlist.sequence = int(value)
        if playlist.segments:
            complain("EXT-X-MEDIA-SEQUENCE after the first segment (4.3.3.2)")
    elif name == "EXT-X-DISCONTINUITY-SEQUENCE":
        if not value.isdigit():
            complain("EXT-X-DISCONTINUITY-SEQUENCE is no integer (4.3.3.3)")
        else:
            playlist.discontinuities = int(value)
        if playlist.segments or "discontinuity" in pending:
            complain("EXT-X-DISCONTINUITY-SEQUENCE after a segment or a discontinuity (4.3.3.3)")
    elif name == "EXT-X-DISCONTINUITY":
        pending["discontinuity"] = True
    elif name == "EXT-X-PROGRAM-DATE-TIME":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value):
            complain(f"EXT-X-PROGRAM-DATE-TIME:{value} is no time with zone and milliseconds (4.3.2.6)")
        else:
            pending["date"] = datetime.fromisoformat(value[:-1] + "+00:00").timestamp()
    elif name == "EXT-X-SERVER-CONTROL":
        playlist.control = attributes(value, complain)
    elif name == "EXT-X-PART-INF":
        try:
            playlist.part_target = float(attributes(value, complain)["PART-TARGET"])
        except (KeyError, ValueError):
            complain("EXT-X-PART-INF without PART-TARGET (bis, 4.4.3.7)")
    elif name == "EXT-X-PART":
        part = attributes(value, complain)
        if not re.fullmatch(r"\d+(\.\d+)?", part.get("DURATION", "")) or "URI" not in part:
            complain("EXT-X-PART without DURATION or URI (bis, 4.4.4.9)")
        if playlist.hint:
            complain("EXT-X-PART after the hint at what comes next")
        pending.setdefault("parts", []).append(part)
    elif name == "EXT-X-PRELOAD-HINT":
        playlist.hint = attributes(value, complain)
        if playlist.hint.get("TYPE") != "PART" or "URI" not in playlist.hint:
            complain("EXT-X-PRELOAD-HINT without TYPE=PART or URI (bis, 4.4.5.3)")
    elif name == "EXT-X-PLAYLIST-TYPE":
        if value not in ("VOD", "EVENT"):
            complain("EXT-X-PLAYLIST-TYPE is neither VOD nor EVENT (4.3.3.5)")
    elif name == "EXT-X-MAP":
        playlist.map = attributes(value, complain)
        if "URI" not in playlist.map:
            complain("EXT-X-MAP without URI (4.3.2.5)")
        if playlist.segments and "discontinuity" not in pending:
            complain("our EXT-X-MAP stands before the first segment, or after a discontinuity")
    elif name == "EXTINF":
        match = re.fullmatch(r"(\d+(?:\.\d+)?),(.*)", value)
        if not match:
            complain(f"EXTINF:{value} is no duration with a comma (4.3.2.1)")
        pending["EXTINF"] = match[1] if match else "0"
    elif name == "EXT-X-BYTERANGE":
        match = re.fullmatch(r"(\d+)(?:@(\d+))?", value)
        if not match:
            complain(f"EXT-X-BYTERANGE:{value} is no range (4.3.2.2)")
        else:
            pending["EXT-X-BYTERANGE"] = (int(match[1]), int(match[2]) if match[2] else None)
    elif name == "EXT-X-STREAM-INF":
        pending["EXT-X-STREAM-INF"] = attributes(value, complain)
    elif name == "EXT-X-I-FRAME-STREAM-INF":
        playlist.iframes.append(attributes(value, complain))
    elif name == "EXT-X-MEDIA":
        playlist.media.append(attributes(value, complain))


def _uri(playlist, uri, pending, complain):
    if uri != uri.strip() or " " in uri:
        complain(f"{uri!r} is no URI")
    if "EXT-X-STREAM-INF" in pending:
        playlist.variants.append({**pending["EXT-X-STREAM-INF"], "uri": uri})
    elif "EXTINF" in pending:
        playlist.segments.append({"uri": uri, "duration": pending["EXTINF"],
                                  "range": pending.get("EXT-X-BYTERANGE"),
                                  "date": pending.get("date"), "parts": pending.get("parts", []),
                                  "discontinuity": "discontinuity" in pending})
        if playlist.hint:
            complain(f"{uri} after the hint at what comes next")
    else:
        complain(f"{uri} has no EXTINF (4.3.2.1)")


def _media(playlist, ended, live, complain):
    if playlist.target is None:
        complain("no EXT-X-TARGETDURATION (4.3.3.1)")
        return
    if not playlist.segments and not live:
        complain("no segments")
    if not ended and not live:
        complain("a playlist of finished media has no EXT-X-ENDLIST (4.3.3.4)")
    needed = 1
    for segment in playlist.segments:
        seconds = float(segment["duration"])
        if int(seconds + 0.5) > playlist.target:
            complain(f"{segment['uri']} lasts {seconds} s, more than the target (4.3.3.1)")
        if seconds <= 0:
            complain(f"{segment['uri']} lasts no time")
        if "." in segment["duration"]:
            needed = max(needed, 3)
        if segment["range"]:
            needed = max(needed, 4)
    if playlist.map:
        needed = max(needed, 5 if "EXT-X-I-FRAMES-ONLY" in playlist.tags else 6)
    if "EXT-X-I-FRAMES-ONLY" in playlist.tags:
        needed = max(needed, 4)
    if playlist.version < needed:
        complain(f"version {playlist.version}, but its features need {needed} (7)")
    ranged = [segment for segment in playlist.segments if segment["range"]]
    if ranged and len(ranged) != len(playlist.segments):
        complain("only some segments are byte ranges")
    for before, after in zip(ranged, ranged[1:]):
        if after["range"][1] is not None and before["uri"] == after["uri"] and \
                after["range"][1] < before["range"][0] + (before["range"][1] or 0):
            complain("byte ranges overlap")


def _live(playlist, ended, complain):
    if not playlist.segments:
        complain("no segments, at which hls.js gives up")
    if ended:
        complain("EXT-X-ENDLIST in a stream that goes on")
    if "EXT-X-PLAYLIST-TYPE" in playlist.tags:
        complain("EXT-X-PLAYLIST-TYPE, but segments are taken away (4.3.3.5)")
    if "EXT-X-MEDIA-SEQUENCE" not in playlist.tags:
        complain("no EXT-X-MEDIA-SEQUENCE, but segments are taken away (6.2.2)")
    if any(one["discontinuity"] for one in playlist.segments) and \
            "EXT-X-DISCONTINUITY-SEQUENCE" not in playlist.tags:
        complain("no EXT-X-DISCONTINUITY-SEQUENCE (6.2.2)")
    for before, after in zip(playlist.segments, playlist.segments[1:]):
        if before["date"] is None or after["date"] is None:
            complain("a segment of ours without a date")
        elif not after["discontinuity"] and \
                abs(after["date"] - before["date"] - float(before["duration"])) > 0.005:
            complain(f"{after['uri']} begins at another time than {before['uri']} ends")
    if playlist.part_target is None:
        if playlist.tags & {"EXT-X-PART", "EXT-X-PRELOAD-HINT"}:
            complain("parts without EXT-X-PART-INF (bis, 4.4.3.7)")
        return
    _parts(playlist, complain)
    control = playlist.control
    if control.get("CAN-BLOCK-RELOAD") != "YES":
        complain("CAN-BLOCK-RELOAD is not YES (bis, 4.4.3.8, and Apple's profile)")
    if playlist.hint is None:
        complain("no hint at the part that comes next (Apple's profile)")
    if not float(control.get("PART-HOLD-BACK", 0)) >= 2 * playlist.part_target:
        complain("PART-HOLD-BACK is less than two parts (bis, 4.4.3.8)")
    if float(control.get("HOLD-BACK", 3 * playlist.target)) < 3 * playlist.target:
        complain("HOLD-BACK is less than three target durations (bis, 4.4.3.8)")


def _parts(playlist, complain):
    target = playlist.part_target
    after = 0  # seconds of segments that follow
    for segment in reversed(playlist.segments):
        # Within 3 target durations of the end there may be parts, before that there should be none.
        if segment["parts"] and after >= 3 * playlist.target:
            complain(f"{segment['uri']} has parts although it is old (bis, 6.2.2)")
        after += float(segment["duration"])
        total = sum(float(part["DURATION"]) for part in segment["parts"])
        if segment["parts"] and abs(total - float(segment["duration"])) > 0.001:
            complain(f"the parts of {segment['uri']} last {total} s")
    for parts, whole in [(one["parts"], True) for one in playlist.segments] + [(playlist.open_parts, False)]:
        for i, part in enumerate(parts):
            seconds = float(part["DURATION"])
            if seconds > target:
                complain(f"{part['URI']} lasts longer than PART-TARGET (bis, 4.4.4.9)")
            if seconds < 0.85 * target and not (whole and i == len(parts) - 1):
                complain(f"{part['URI']} lasts less than 85 % of PART-TARGET (bis, 4.4.4.9)")


def check_reload(before, after):
    """What may change between two versions of a live playlist (RFC 8216, 6.2.2)."""
    complaints = []
    if after.target != before.target:
        complaints.append("TARGETDURATION changed")
    if after.part_target != before.part_target:
        complaints.append("PART-TARGET changed")
    if after.sequence < before.sequence:
        complaints.append("the media sequence goes back")
    gone = before.segments[:after.sequence - before.sequence]
    if after.discontinuities != before.discontinuities + sum(one["discontinuity"] for one in gone):
        complaints.append("the discontinuity sequence does not follow what was taken away")
    kept = before.segments[after.sequence - before.sequence:]
    for old, new in zip(kept, after.segments):
        if any(old[key] != new[key] for key in ("uri", "duration", "date", "discontinuity")):
            complaints.append(f"{old['uri']} changed")
    if len(after.segments) < len(kept):
        complaints.append("segments are missing at the end")
    return complaints


def _multivariant(playlist, ended, complain):
    if not playlist.variants:
        complain("no variants")
    groups = {}
    for media in playlist.media:
        for name in ("TYPE", "GROUP-ID", "NAME"):
            if name not in media:
                complain(f"EXT-X-MEDIA without {name} (4.3.4.1)")
        groups.setdefault((media.get("TYPE"), media.get("GROUP-ID")), []).append(media)
        if media.get("DEFAULT") == "YES" and media.get("AUTOSELECT", "YES") != "YES":
            complain("DEFAULT=YES with AUTOSELECT=NO (4.3.4.1)")
    for members in groups.values():
        names = [media.get("NAME") for media in members]
        if len(set(names)) != len(names):
            complain("a name twice in a group (4.3.4.1.1)")
        if sum(media.get("DEFAULT") == "YES" for media in members) > 1:
            complain("two defaults in a group (4.3.4.1.1)")
    for variant in playlist.variants:
        for name in ("BANDWIDTH", "AVERAGE-BANDWIDTH"):
            if not variant.get(name, "").isdigit() or int(variant[name]) == 0:
                complain(f"{name} is no positive integer (4.3.4.2)")
        if int(variant.get("AVERAGE-BANDWIDTH", 0)) > int(variant.get("BANDWIDTH", 0)):
            complain("the average is above the peak (4.3.4.2)")
        if not variant.get("CODECS"):
            complain("EXT-X-STREAM-INF without CODECS (4.3.4.2)")
        if "RESOLUTION" in variant and not re.fullmatch(r"[1-9]\d*x[1-9]\d*", variant["RESOLUTION"]):
            complain("RESOLUTION is no width and height (4.2)")
        if "FRAME-RATE" in variant and not re.fullmatch(r"\d+\.\d{3}", variant["FRAME-RATE"]):
            complain("FRAME-RATE is not rounded to three places (4.3.4.2)")
        for kind in ("AUDIO", "SUBTITLES"):
            if kind in variant and (kind, variant[kind]) not in groups:
                complain(f"{kind} names the group {variant[kind]}, which there is not (4.3.4.2)")
        if "SCORE" in variant and not re.fullmatch(r"\d+(\.\d+)?", variant["SCORE"]):
            complain("SCORE is no positive decimal number (RFC 8216bis, 4.4.6.2)")
        if len({"SCORE" in one for one in playlist.variants}) > 1:
            complain("only some variants have a SCORE (RFC 8216bis, 4.4.6.2)")
    for one in playlist.iframes:
        for name in ("BANDWIDTH", "URI", "CODECS"):
            if name not in one:
                complain(f"EXT-X-I-FRAME-STREAM-INF without {name} (4.3.4.3)")
        if {"FRAME-RATE", "AUDIO", "SUBTITLES"} & set(one):
            complain("EXT-X-I-FRAME-STREAM-INF with an attribute of variants (4.3.4.3)")
    for media in playlist.media:
        if media.get("TYPE") == "SUBTITLES" and "URI" not in media:
            complain("subtitles without URI (4.3.4.1)")
        used = {variant.get(media.get("TYPE")) for variant in playlist.variants}
        if media.get("GROUP-ID") not in used:
            complain(f"no variant uses the group {media.get('GROUP-ID')}")


def peak_bandwidth(sizes, durations, target):
    """The largest bit rate of any run of segments of 0.5 to 1.5 target durations (4.3.4.2)."""
    peak = 8 * sum(sizes) / sum(durations)
    for first in range(len(sizes)):
        size = length = 0
        for i in range(first, len(sizes)):
            size, length = size + sizes[i], length + durations[i]
            if length > 1.5 * target:
                break
            if length >= 0.5 * target:
                peak = max(peak, 8 * size / length)
    return peak
