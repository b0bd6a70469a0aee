"""Media for the integration tests: real music from Debian's packages, and small files of each format."""
import os
import random
import subprocess

MUSIC_PACKAGES = ("asc-music", "planetblupi-music-ogg", "hyperrogue-music", "singularity-music")
AUDIO = (".ogg", ".mp3", ".flac", ".m4a", ".wav", ".opus")

# file name -> what ffmpeg's command line makes of four seconds of sound (and pictures)
FORMATS = {
    "aac.m4a": ["-c:a", "aac", "-b:a", "96k"],
    "alac.m4a": ["-c:a", "alac"],
    "adts.aac": ["-c:a", "aac", "-f", "adts"],
    "cbr.mp3": ["-c:a", "libmp3lame", "-b:a", "128k"],
    "vbr.mp3": ["-c:a", "libmp3lame", "-q:a", "4"],
    "lossless.flac": ["-c:a", "flac"],
    "opus.opus": ["-c:a", "libopus", "-b:a", "64k"],
    "vorbis.ogg": ["-c:a", "libvorbis"],
    "pcm.wav": ["-c:a", "pcm_s16le"],
    "pcm.aiff": ["-c:a", "pcm_s16be"],
    "film.mp4": ["VIDEO", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
    "film.mov": ["VIDEO", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
    "film.mkv": ["VIDEO", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac"],
    "film.webm": ["VIDEO", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8",
                  "-c:a", "libopus"],
}


def real_music():
    """The folders with the music that the Debian packages of the tests install, and its files."""
    listed = subprocess.run(["dpkg", "-L", *MUSIC_PACKAGES], text=True, capture_output=True).stdout
    holding = {os.path.dirname(os.path.realpath(path)) for path in listed.splitlines()
               if path.endswith(AUDIO)}
    folders = [folder for folder in sorted(holding)
               if not any(folder.startswith(other + "/") for other in holding)]
    files = [os.path.join(folder, name) for top in folders for folder, _, names in os.walk(top)
             for name in names if name.endswith(AUDIO)]
    return folders, sorted(files)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def make(folder, name, seconds=4, title=None, frequency=330, **tags):
    """Makes one of FORMATS; returns its path."""
    path = os.path.join(folder, name)
    arguments = list(FORMATS[name])
    command = ["-f", "lavfi", "-i", f"aevalsrc='0.3*sin(2*PI*{frequency}*t)+0.02*(random(0)-0.5)"
               f"|0.3*sin(2*PI*{frequency * 1.5}*t)':s=48000:d={seconds}"]
    if arguments[0] == "VIDEO":
        command += ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}", "-pix_fmt",
                    "yuv420p", "-g", "25"]
        arguments = arguments[1:]
    for tag, value in {"title": title or name, **tags}.items():
        arguments += ["-metadata", f"{tag}={value}"]
    ffmpeg(*command, *arguments, path)
    return path


def damage(data, kind, seed):
    """A damaged copy of a file's bytes, the same for the same seed."""
    noise = random.Random(seed)
    if kind == "truncated":
        return data[:noise.randrange(1, max(2, len(data) * 3 // 4))]
    if kind == "flipped":
        changed = bytearray(data)
        for _ in range(max(8, len(changed) // 400)):
            changed[noise.randrange(len(changed))] ^= 1 << noise.randrange(8)
        return bytes(changed)
    if kind == "head":  # only the headers suffer: where the counts and sizes stand
        changed = bytearray(data)
        for _ in range(24):
            changed[noise.randrange(min(len(changed), 2048))] = noise.randrange(256)
        return bytes(changed)
    return b""
