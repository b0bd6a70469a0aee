"""FFmpeg, VLC and Chromium play radio stations of every format over many changes of track, all at once.

Run by CTest with CONSORT naming the executable; needs ffmpeg, chromium, npm, and the packages vlc-bin and
vlc-plugin-base. It takes half a minute; `--minutes N` plays longer. The stations play short files of every format
and of many rates, one after the other. What players complain about, a hole in the sound, an end, and titles that do
not follow fail the test.
"""
import array
import json
import os
import pwd
import re
import struct
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "integration")]

from consort_server import TestCase, until  # noqa: E402
from media_files import ffmpeg  # noqa: E402

FORMATS = ("mp3", "aac", "ogg", "opus", "flac")
OGG = ("ogg", "opus", "flac")  # tracks are chained unless a station says no
PATIENCE = 90  # seconds that a player may take beyond what it plays
FILES = {"mp3": ["-c:a", "libmp3lame"], "m4a": ["-c:a", "aac"], "flac": ["-c:a", "flac"], "ogg": ["-c:a", "libvorbis"],
         "opus": ["-c:a", "libopus"], "wav": ["-c:a", "pcm_s16le"]}
RATES = (44100, 48000, 32000, 44100, 48000, 96000, 22050)


def make_music(folder):
    for i in range(3 * len(FILES)):
        ending, codec = list(FILES.items())[i % len(FILES)]
        rate = RATES[i % len(RATES)] if ending in ("flac", "wav") else 48000 if ending == "opus" else 44100
        ffmpeg("-f", "lavfi", "-i", f"aevalsrc='0.2*sin(2*PI*{300 + 40 * i}*t)+0.1*(random(0)-0.5)|"
               f"0.2*sin(2*PI*{400 + 30 * i}*t)+0.1*(random(1)-0.5)':s={rate}:d={3 + i * 7 % 11 / 2}", *codec,
               "-metadata", f"title=Title {i}", "-metadata", "artist=Somebody", os.path.join(folder, f"{i}.{ending}"))


def setUpModule():
    global SERVER, FOLDER
    case = TestCase()
    case.setUp()
    unittest.addModuleCleanup(case.doCleanups)
    FOLDER = case.subfolder("players")
    music = case.subfolder("music")
    os.chmod(case.folder, 0o755)  # another user plays in it
    make_music(music)
    stations = [f"route=/{name} directory={music} format={name}" for name in FORMATS]
    stations += [f"route=/unchained/{name} directory={music} format={name} chained=false" for name in OGG]
    SERVER = case.server(config='[server]\naccess_log = ""\n[plugins.radio]\nstations = ' + json.dumps(stations) + "\n")
    SERVER.start()
    unittest.addModuleCleanup(SERVER.stop)
    # VLC does not bear Ogg links of half a second, such as that of the silence before a station's first track.
    until(lambda: SERVER.metric("consort_plugin_radio_tracks_total") >= 3 * len(stations), "all stations played")


def play_ffmpeg(name):
    """What is wrong, as of the others. An Ogg stream that is joined in its middle does not begin at 0."""
    try:
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-xerror", "-seekable", "0", "-i", f"{SERVER.url}/{name}", "-t",
             str(SECONDS), "-af", "asetpts=N/SR/TB", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"], capture_output=True, timeout=SECONDS + PATIENCE)
    except subprocess.TimeoutExpired:
        return ["it hangs"]
    wrong = done.stderr.decode().splitlines()
    if done.returncode != 0:
        wrong.append(f"it ended with {done.returncode}")
    sound = array.array("h", done.stdout)
    if len(sound) < (SECONDS - 0.5) * 8000:
        wrong.append(f"it played {len(sound) / 8000:.1f} s")
    return wrong + holes(sound, 8000)


def holes(sound, rate, width=0.1):
    """Where a sound that is never quiet is."""
    block = int(rate * width)
    quiet = [at / rate for at in range(rate, len(sound) - block, block)
             if max(map(abs, sound[at:at + block])) < 300]
    return [f"it was silent at {quiet} s"] if quiet else []


def play_vlc(name):
    """Of chained Ogg VLC begins every link anew, and its file with it: of that only what it says is looked at, and
    the sound of the same station unchained."""
    folder = os.path.join(FOLDER, "vlc-" + name.replace("/", ""))
    os.makedirs(folder)
    user = {}
    if os.geteuid() == 0:  # VLC does not run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    out, log = os.path.join(folder, "out.wav"), os.path.join(folder, "log")
    with open(log, "wb") as said:
        player = subprocess.Popen(
            ["cvlc", "-vv", "--no-color", "--no-video", "--no-plugins-cache", "--intf", "dummy", "--aout", "afile",
             "--audiofile-file", out, f"{SERVER.url}/{name}"], stdout=said, stderr=said, cwd=folder,
            env={**os.environ, "HOME": folder}, **user)
    chained = name in OGG

    def said():
        with open(log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def titles():
        return re.findall(r"New Icy-Title=Somebody - (.*)", said())

    def enough():
        if player.poll() is not None:
            return True
        if chained:
            return len(titles()) >= MANY
        # 16 bits, stereo, at 44.1 or 48 kHz
        return os.path.exists(out) and os.path.getsize(out) >= SECONDS * 4 * 48000
    wrong = []
    try:
        until(enough, f"VLC played {SECONDS} s of {name}", SECONDS + PATIENCE)
        if player.poll() is not None:
            wrong = [f"it ended with {player.returncode}"]
    except AssertionError as error:
        wrong = [str(error)]
    finally:
        player.terminate()
        player.wait()
    # Its control interfaces need a desktop; and while it begins it learns how much it has to keep.
    wrong += [line for line in said().splitlines()
              if " error: " in line and not re.search("interface|dbus|pts_delay increased", line)]
    if len({*titles()}) < MANY - 1:
        wrong.append(f"its titles were {titles()}")
    if not chained and os.path.exists(out):
        with open(out, "rb") as file:
            data = file.read()
        rate = struct.unpack_from("<I", data, 24)[0]
        sound = array.array("h", data[44:len(data) // 4 * 4])[::2]
        wrong += holes(sound, rate)
    return wrong


def play_chromium():
    """Complaints by format."""
    toolchain, browser = os.path.join(ROOT, "web", "toolchain"), os.path.join(ROOT, "tests", "browser")
    subprocess.run([os.path.join(toolchain, "install"), browser], check=True)
    done = subprocess.run(
        [os.path.join(toolchain, "node"), os.path.join(HERE, "radio_browser.mjs"), SERVER.url, str(SECONDS),
         *("/" + name for name in FORMATS)], capture_output=True, text=True, timeout=SECONDS + 2 * PATIENCE)
    if done.returncode != 0:
        return {name: [done.stderr[-2000:]] for name in FORMATS}
    found = {}
    for name, heard in ((name, json.loads(done.stdout)["/" + name]) for name in FORMATS):
        wrong = heard["errors"]
        if heard["seconds"] < SECONDS:
            wrong.append(f"it played {heard['seconds']:.1f} s")
        if len({*heard["titles"]}) < MANY:
            wrong.append(f"its titles were {heard['titles']}")
        if heard["holes"] > 1 + SECONDS // 60:  # a busy machine may starve it now and then
            wrong.append(f"it had nothing to play {heard['holes']} times")
        found[name] = wrong
    return found


class Players(unittest.TestCase):
    def test_all_play_all_formats_at_once(self):
        with ThreadPoolExecutor(2 * len(FORMATS) + len(OGG) + 1) as pool:
            chromium = pool.submit(play_chromium)
            plays = {("FFmpeg", name): pool.submit(play_ffmpeg, name) for name in FORMATS}
            plays.update({("VLC", name): pool.submit(play_vlc, name)
                          for name in (*FORMATS, *("unchained/" + name for name in OGG))})
            found = {case: play.result() for case, play in plays.items()}
            found.update({("Chromium", name): wrong for name, wrong in chromium.result().items()})
        for (player, name), wrong in found.items():
            with self.subTest(player=player, format=name):
                self.assertEqual(wrong, [])
        for one in ("encoder_failures_total", "drops_total", "sound_underruns_total"):
            with self.subTest(one):
                self.assertEqual(SERVER.metric("consort_plugin_radio_" + one), 0)


MINUTES = 0.5
if "--minutes" in sys.argv:
    at = sys.argv.index("--minutes")
    MINUTES = float(sys.argv[at + 1])
    del sys.argv[at:at + 2]
SECONDS = int(60 * MINUTES)
MANY = max(3, SECONDS // 10)  # titles at the least, but there are only so many
MANY = min(MANY, 3 * len(FILES) - 1)
if __name__ == "__main__":
    unittest.main()
