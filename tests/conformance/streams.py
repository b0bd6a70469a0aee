"""What a stream holds, as ffmpeg and a reader of our own see it."""
import hashlib
import json
import os
import struct
import subprocess


def packets(source, kind):
    """Size and MD5 of every packet of the first track of a kind ("a", "v"), in order."""
    if source.endswith(".aac"):
        return adts_packets(source)
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", f"{kind}:0", "-show_packets", "-show_data_hash",
         "MD5", "-show_entries", "packet=size,data_hash", "-of", "json", source],
        text=True, capture_output=True, check=True)
    return [(int(one["size"]), one["data_hash"]) for one in json.loads(done.stdout)["packets"]]


def adts_packets(path):
    """The raw AAC frames of an ADTS file (ISO/IEC 13818-7), without their headers."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 0
    while at + 7 <= len(data):
        assert data[at] == 0xFF and data[at + 1] & 0xF6 == 0xF0, "no ADTS header"
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        payload = data[at + (7 if data[at + 1] & 1 else 9):at + size]
        found.append((len(payload), "MD5:" + hashlib.md5(payload).hexdigest()))
        at += size
    return found


def decoded(source):
    """The first sound track as 32-bit floats, and what ffmpeg complained about."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", "-i", source, "-map", "0:a:0", "-f",
                           "f32le", "-"], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout, done.stderr.decode()


def decoded_stream(source, codec):
    """As decoded(), of the first sound track in that codec."""
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries",
                           "stream=index,codec_name", "-of", "csv=p=0", source],
                          text=True, capture_output=True, check=True)
    index = next(line.split(",")[0] for line in done.stdout.split() if line.split(",")[1] == codec)
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", "-i", source, "-map", f"0:{index}", "-f",
                           "f32le", "-"], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout, done.stderr.decode()


def complaints(source):
    """What ffmpeg says when it decodes everything; an accepted stream: nothing."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", "-i", source, "-map", "0", "-f", "null",
                           "-"], text=True, capture_output=True)
    return done.stderr if done.returncode == 0 else f"ended with {done.returncode}: {done.stderr}"


def m3u8_parser(texts):
    """What m3u8-parser makes of playlists: name -> {"warnings", "manifest"}."""
    tests = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
    toolchain = os.path.join(tests, os.pardir, "web", "toolchain")
    subprocess.run([os.path.join(toolchain, "install"), os.path.join(tests, "browser")], check=True)
    done = subprocess.run([os.path.join(toolchain, "node"),
                           os.path.join(tests, "conformance", "m3u8_parser.mjs")],
                          input=json.dumps(texts), text=True, capture_output=True, check=True)
    return json.loads(done.stdout)


def boxes(data, path=()):
    """Every box of ISO/IEC 14496-12 as (path, payload), containers opened."""
    containers = {"moov", "trak", "edts", "mdia", "minf", "stbl", "mvex", "moof", "traf"}
    at = 0
    while at < len(data):
        assert at + 8 <= len(data), f"half a box header in {'/'.join(path)}"
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        assert head <= size <= len(data) - at, f"box {kind} in {'/'.join(path)} is {size} bytes"
        name = path + (kind.decode("latin-1"),)
        payload = data[at + head:at + size]
        yield name, payload
        if name[-1] in containers:
            yield from boxes(payload, name)
        at += size


def edit(init):
    """(media_time, duration, movie timescale) of the first edit of an init segment, or None."""
    scale = None
    for path, payload in boxes(init):
        if path[-1] == "mvhd":
            scale = struct.unpack_from(">I", payload, 12)[0]
        if path[-1] == "elst":
            assert payload[0] == 1 and struct.unpack_from(">I", payload, 4)[0] == 1
            duration, start = struct.unpack_from(">Qq", payload, 8)
            return start, duration, scale
    return None


def sound(source):
    """Codec, sample rate and decoded samples a channel of the first sound track."""
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
                           "stream=codec_name,sample_rate,channels", "-of", "json", source],
                          text=True, capture_output=True, check=True)
    told = json.loads(done.stdout)["streams"][0]
    data, _ = decoded(source)
    return told["codec_name"], int(told["sample_rate"]), len(data) // 4 // told["channels"]


def sounds(source):
    """Codec, sample rate and channels of every sound track."""
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries",
                           "stream=codec_name,sample_rate,channels", "-of", "json", source],
                          text=True, capture_output=True, check=True)
    return [(one["codec_name"], int(one["sample_rate"]), one["channels"]) for one in json.loads(done.stdout)["streams"]]


def decoded_track(source, number):
    """As decoded(), of that sound track."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", source, "-map", f"0:a:{number}", "-f", "f32le",
                           "-"], capture_output=True, check=True)
    return done.stdout


def pictures(data):
    """How many pictures ffmpeg decodes from a file."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-map", "0:v:0", "-f", "framemd5", "-"],
                          input=data, capture_output=True)
    return sum(not line.startswith(b"#") for line in done.stdout.splitlines())


def cues(text):
    """(start, end, text) of each cue of a WebVTT file."""
    def seconds(clock):
        hours, minutes, rest = clock.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)
    blocks = text.strip().split("\n\n")
    assert blocks[0].startswith("WEBVTT"), blocks[0]
    found = []
    for block in blocks[1:]:
        times, _, lines = block.partition("\n")
        start, end = times.split(" --> ")
        found.append((seconds(start), seconds(end), lines))
    return found
