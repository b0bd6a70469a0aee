"""The rules of RFC 8216 that our playlists must keep. `check(text)` returns (playlist, complaints).

It reads strictly: a tag that it does not know, an attribute list that is not one, a tag in the wrong
place are complaints, so that nothing slips through unread.
"""
import re

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",]*)(?:,|$)')
MEDIA_ONLY = {"EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-PLAYLIST-TYPE", "EXT-X-ENDLIST",
              "EXT-X-MAP", "EXT-X-BYTERANGE", "EXTINF", "EXT-X-DISCONTINUITY", "EXT-X-I-FRAMES-ONLY"}
MULTIVARIANT_ONLY = {"EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF"}
BOTH = {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START"}
ONCE = {"EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE",
        "EXT-X-PLAYLIST-TYPE", "EXT-X-ENDLIST", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-I-FRAMES-ONLY"}


class Playlist:
    def __init__(self):
        self.multivariant = False
        self.version = 1
        self.target = None
        self.segments = []  # {"uri", "duration", "range": (length, offset) or None}
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


def check(text):
    """`text` is the playlist as bytes."""
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
    if pending:
        complain(f"{', '.join(pending)} without a URI after it")
    if playlist.multivariant and playlist.tags & MEDIA_ONLY:
        complain("media and multivariant tags in one playlist (4.1)")
    (_multivariant if playlist.multivariant else _media)(playlist, ended, complain)
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
        if playlist.segments:
            complain("EXT-X-MEDIA-SEQUENCE after the first segment (4.3.3.2)")
    elif name == "EXT-X-PLAYLIST-TYPE":
        if value not in ("VOD", "EVENT"):
            complain("EXT-X-PLAYLIST-TYPE is neither VOD nor EVENT (4.3.3.5)")
    elif name == "EXT-X-MAP":
        playlist.map = attributes(value, complain)
        if "URI" not in playlist.map:
            complain("EXT-X-MAP without URI (4.3.2.5)")
        if playlist.segments:
            complain("our EXT-X-MAP stands before the first segment")
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
                                  "range": pending.get("EXT-X-BYTERANGE")})
    else:
        complain(f"{uri} has no EXTINF (4.3.2.1)")


def _media(playlist, ended, complain):
    if playlist.target is None:
        complain("no EXT-X-TARGETDURATION (4.3.3.1)")
        return
    if not playlist.segments:
        complain("no segments")
    if not ended:
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
