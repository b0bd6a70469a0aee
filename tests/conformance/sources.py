"""One source file of every format, made with ffmpeg from one signal."""
import os
import subprocess

RATE = 44100
SECONDS = 21
LENGTH = RATE * SECONDS  # samples of sound in every source

# name -> (ffmpeg's output arguments, expectations):
#   hls, progressive   codecs as announced, or None: cannot be packaged
#   edit               (encoder delay, length) in `rate` units, as the init segment must say it
#   flac               the progressive file is FLAC, coded anew
#   tail               ffmpeg cannot cut the end when it reads our container: so many samples more
AAC = ["-c:a", "aac", "-aac_pns", "0", "-b:a", "128k"]
H264 = ["VIDEO", "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "50"]
SOURCES = {
    "aac.m4a": (AAC, {"hls": "mp4a.40.2", "edit": (1024, LENGTH)}),
    "alac.m4a": (["-c:a", "alac"], {"hls": "alac", "flac": True}),
    "adts.aac": (AAC + ["-f", "adts"], {"hls": "mp4a.40.2"}),
    "cbr.mp3": (["-c:a", "libmp3lame", "-b:a", "192k"], {"hls": "mp4a.40.34", "edit": (1105, LENGTH)}),
    "vbr.mp3": (["-c:a", "libmp3lame", "-q:a", "3"], {"hls": "mp4a.40.34", "edit": (1105, LENGTH)}),
    "picture.mp3": (["PICTURE", "-c:a", "libmp3lame", "-b:a", "128k"],
                    {"hls": "mp4a.40.34", "edit": (1105, LENGTH)}),
    "plain.flac": (["-c:a", "flac"], {"hls": "fLaC"}),
    "picture.flac": (["PICTURE", "-c:a", "flac"], {"hls": "fLaC"}),
    "opus.opus": (["-c:a", "libopus", "-b:a", "96k"],
                  {"hls": "Opus", "edit": (312, 48000 * SECONDS), "rate": 48000}),
    "vorbis.ogg": (["-c:a", "libvorbis"], {"hls": None}),
    "pcm.wav": (["-c:a", "pcm_s16le"], {"hls": None, "flac": True}),
    "pcm.aiff": (["-c:a", "pcm_s16be"], {"hls": None, "flac": True}),
    "h264.mp4": (H264 + AAC, {"hls": "avc1.", "video": True, "edit": (1024, LENGTH)}),
    "h264.mov": (H264 + AAC + ["-movflags", "+faststart"], {"hls": "avc1.", "video": True}),
    "h264.mkv": (H264 + ["-c:a", "flac"], {"hls": "avc1.", "video": True}),
    "vp9.webm": (["VIDEO", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "50",
                  "-c:a", "libopus"], {"hls": "vp09.", "video": True}),
    "hevc.mp4": (["VIDEO", "-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params",
                  "log-level=error:keyint=50"] + AAC, {"hls": "hvc1.", "video": True}),
    "av1.mp4": (["VIDEO", "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "50"] +
                AAC, {"hls": "av01.", "video": True}),
}


def encoders():
    text = subprocess.run(["ffmpeg", "-v", "error", "-encoders"], text=True,
                          capture_output=True, check=True).stdout
    return {line.split()[1] for line in text.splitlines() if len(line.split()) > 1}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def make_all(folder):
    """Makes the sources in `folder`; returns name -> expectations of those that could be made."""
    signal = os.path.join(folder, os.pardir, "signal.wav")
    picture = os.path.join(folder, os.pardir, "picture.png")
    ffmpeg("-f", "lavfi", "-i",
           "aevalsrc='0.3*sin(2*PI*(300+20*t)*t)+0.05*(random(0)*2-1)|"
           f"0.3*sin(2*PI*554*t)+0.05*(random(1)*2-1)':s={RATE}:d={SECONDS}", "-c:a", "pcm_s16le", signal)
    ffmpeg("-f", "lavfi", "-i", "nullsrc=s=640x640,geq=random(1)*255:128:128", "-frames:v", "1", picture)
    known, made = encoders(), {}
    for name, (arguments, expected) in SOURCES.items():
        arguments = list(arguments)
        codec = [arguments[i + 1] for i, word in enumerate(arguments) if word in ("-c:v", "-c:a")]
        if not all(one in known for one in codec):
            print(f"skipped: this ffmpeg has no encoder for {name}")
            continue
        inputs = ["-i", signal]
        if arguments[0] == "VIDEO":
            inputs += ["-f", "lavfi", "-i", f"testsrc2=s=160x90:r=25:d={SECONDS}", "-pix_fmt", "yuv420p",
                       "-map", "0:a", "-map", "1:v"]
            arguments = arguments[1:]
        elif arguments[0] == "PICTURE":
            inputs += ["-i", picture, "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v",
                       "attached_pic"]
            arguments = arguments[1:]
        ffmpeg(*inputs, *arguments, "-metadata", f"title={name}", os.path.join(folder, name))
        made[name] = expected
    return made
