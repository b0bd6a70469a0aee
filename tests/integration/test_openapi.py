"""The interface as /api/v1/openapi.json tells it is the interface as it is."""
import json
import os
import re
import subprocess
import unittest
from base64 import b64encode
from urllib.parse import quote

import jsonschema

from consort_server import TestCase, until
from media_files import ffmpeg, make

# Pages of the web app, and nothing that a client program would call.
UNDOCUMENTED = {("GET", "/"), ("GET", "/{path*}")}
# What the radio's pages are made of, what answers that it wants POST, and a method that OpenAPI has no name for.
UNDOCUMENTED_RADIO = {
    ("GET", "/web/radio.css"), ("GET", "/web/radio.js"), ("GET", "/status/status.js"), ("SOURCE", "/{station}"),
    ("GET", "/next-track"), ("GET", "/prev-track"), ("GET", "/next-track/{route*}"), ("GET", "/prev-track/{route*}"),
}


def without_extras(text):
    """`audio/mpeg; charset=…` -> `audio/mpeg`"""
    return text.split(";")[0].strip()


class Documented(TestCase):
    """A running server in `running`, and what it says of itself in `api`."""

    def resolve(self, node):
        while "$ref" in node:
            at = self.api
            for name in node["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            node = at
        return node

    def operations(self, radio=False):
        for path, operations in self.api["paths"].items():
            for method, operation in operations.items():
                if ("radio" in operation["tags"]) == radio:
                    yield method.upper(), path, operation

    def validate(self, value, schema, what):
        # References lead into the document's components.
        whole = {**schema, "components": self.api["components"]}
        errors = sorted(jsonschema.Draft202012Validator(whole).iter_errors(value), key=str)
        self.assertEqual([f"{list(one.path)}: {one.message}" for one in errors], [], what)

    def check_answer(self, method, path, operation, answer, expected):
        what = f"{method} {path}: {answer.status} {answer.body[:300]!r}"
        self.assertIn(answer.status, expected, what)
        documented = operation["responses"].get(str(answer.status))
        self.assertIsNotNone(documented, f"not documented: {what}")
        documented = self.resolve(documented)
        content = documented.get("content")
        kind = without_extras(answer.headers.get("Content-Type", ""))
        if not content:
            return
        patterns = {name: re.escape(name).replace(r"\*", "[^/]+") for name in content}
        match = next((name for name, one in patterns.items() if re.fullmatch(one, kind)), None)
        self.assertIsNotNone(match, f"{kind} is not documented: {what}")
        if kind.endswith("json"):
            self.validate(answer.json(), content[match].get("schema", {}), what)

    def registered(self):
        found = re.findall(r"debug +http: route method=(\w+) pattern=(\S+)$", self.running.log(), re.M)
        return {tuple(one) for one in found}


class OpenApiTest(Documented):
    def setUp(self):
        super().setUp()
        media = self.subfolder("media")
        for name in ("aac.m4a", "cbr.mp3", "film.mp4"):
            make(media, name, seconds=9, artist="An Artist", album="An Album", genre="A Genre")
        os.makedirs(os.path.join(media, "Show", "Season 1"))
        os.rename(make(media, "film.mp4", seconds=9, title="Pilot"),
                  os.path.join(media, "Show", "Season 1", "Show S01E01.mp4"))
        self.add_subtitles(make(media, "film.mp4", seconds=9))
        with open(os.path.join(media, "broken.flac"), "wb") as file:
            file.write(b"fLaC and then nothing")
        for folder in (media, os.path.join(media, "Show", "Season 1")):
            self.cover(folder)
        self.running = self.server(media=[media], arguments=["--log-level", "debug"])
        self.running.start()
        self.running.scanned()
        self.api = self.running.json("/api/v1/openapi.json")

    @staticmethod
    def subtitle(film):
        """Puts a film with subtitles beside the film."""
        folder = os.path.dirname(film)
        cues = os.path.join(folder, os.pardir, "cues.srt")
        with open(cues, "w", encoding="utf-8") as file:
            file.write("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", film, "-i", cues, "-map", "0", "-map",
                        "1", "-c", "copy", "-c:s", "mov_text", "-metadata", "title=Subtitled",
                        "-metadata:s:s:0", "language=ger", os.path.join(folder, "subtitled.mp4")], check=True)

    @staticmethod
    def cover(folder):
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                        "testsrc2=s=640x480", "-frames:v", "1", os.path.join(folder, "cover.jpg")],
                       check=True)

    def add_subtitles(self, film):
        cues, bare = self.subfolder("cues") + "/en.srt", self.subfolder("bare") + "/film.mp4"
        with open(cues, "w", encoding="utf-8") as file:
            file.write("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
        os.rename(film, bare)
        ffmpeg("-i", bare, "-i", cues, "-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "copy",
               "-c:s", "mov_text", "-metadata:s:s:0", "language=eng", film)

    def values(self):
        """An existing value for {id} of each kind of path."""
        first = {}
        for kind in ("tracks", "albums", "artists", "genres", "movies", "shows", "episodes"):
            items = self.running.items(f"/api/v1/{kind}")
            self.assertTrue(items, f"the library has no {kind}")
            first[kind] = items
        by_title = {one["title"]: one["id"] for one in first["tracks"]}
        return first, by_title

    def concrete(self, path, first, by_title):
        """(path with values, the id in it)"""
        listed = re.match(r"/api/v1/(\w+)/\{id\}", path)
        if listed and listed[1] in first:
            chosen = first[listed[1]][0]["id"]
        elif path.endswith(".mp3"):
            chosen = by_title["cbr.mp3"]
        elif re.search(r"progressive\.mp4|iframes|subtitles|thumbnails", path):
            chosen = first["movies"][0]["id"]
        else:
            chosen = by_title["aac.m4a"]
        path = path.replace("{id}", chosen).replace("{file}", chosen)
        return self.filled(path)

    @staticmethod
    def filled(path):
        for name, value in {"rendition": "original", "number": "0", "lang": "en"}.items():
            path = path.replace("{" + name + "}", value)
        return path

    def test_every_documented_operation_answers_as_documented(self):
        first, by_title = self.values()
        # What a first playback makes known is documented, too.
        self.running.get(f"/api/v1/stream/{by_title['aac.m4a']}/playlist.m3u8")
        checked = 0
        for method, path, operation in self.operations():
            needed = "&".join(f"{one['name']}={quote(str(one.get('example', 'a')))}"
                              for one in map(self.resolve, operation.get("parameters", []))
                              if one["in"] == "query" and one.get("required"))
            target = self.concrete(path, first, by_title) + ("?" + needed if needed else "")
            with self.subTest(method=method, path=path):
                accept = {"Accept": "application/json"}
                answer = self.running.request(method, target, accept)
                good = [int(code) for code in operation["responses"] if code[0] in "23"]
                self.check_answer(method, target, operation, answer, good)
                checked += 1
                if method == "GET" and "304" in operation["responses"]:
                    again = self.running.get(target, {"If-None-Match": answer.headers["ETag"]})
                    self.assertEqual(again.status, 304)
                if method == "GET" and "206" in operation["responses"]:
                    part = self.running.get(target, {"Range": "bytes=0-9"})
                    self.assertEqual((part.status, len(part.body)), (206, 10))
                    beyond = self.running.get(target, {"Range": "bytes=99999999999-"})
                    self.check_answer(method, target, operation, beyond, [416])
                if "{id}" in path and "404" in operation["responses"]:
                    gone = self.filled(path.replace("{id}", "nothing").replace("{file}", "nothing"))
                    answer = self.running.request(method, gone, accept)
                    self.check_answer(method, gone, operation, answer, [404])
                for one in map(self.resolve, operation.get("parameters", [])):
                    if one["in"] == "query" and one["schema"].get("type") == "integer":
                        self.assertIn("400", operation["responses"], one["name"])
                        separator = "&" if "?" in target else "?"
                        bad = self.running.request(method, f"{target}{separator}{one['name']}=x")
                        self.check_answer(method, target, operation, bad, [400])
        self.assertGreater(checked, 35)

    def test_every_route_is_documented_and_the_other_way_round(self):
        registered = self.registered()
        self.assertGreater(len(registered), 35)
        documented = {(method, path) for method, path, _ in self.operations()}
        self.assertEqual(sorted(registered - UNDOCUMENTED - documented), [], "not documented")
        self.assertEqual(sorted(documented - registered), [], "documented, but not there")

    def test_the_document_is_openapi(self):
        self.assertRegex(self.api["openapi"], r"^3\.1\.")
        names = [operation["operationId"] for operations in self.api["paths"].values()
                 for operation in operations.values()]
        self.assertEqual(len(names), len(set(names)))
        for name, schema in self.api["components"]["schemas"].items():
            jsonschema.Draft202012Validator.check_schema(schema)
        for method, path, operation in [*self.operations(), *self.operations(radio=True)]:
            told = {one["name"] for one in map(self.resolve, operation.get("parameters", []))
                    if one["in"] == "path"}
            self.assertEqual(told, set(re.findall(r"\{(\w+)\*?\}", path)), f"{method} {path}")


class RadioOpenApiTest(Documented):
    """The same of radio stations, whose routes are there only where there is one."""

    LOGIN = {"X-Control-Token": "secret"}
    SOURCE = {"Authorization": "Basic " + b64encode(b"source:secret").decode()}

    def setUp(self):
        super().setUp()
        music = self.subfolder("music")
        for i in range(2):
            make(music, "cbr.mp3", seconds=5, title=f"Title {i}")
            os.rename(os.path.join(music, "cbr.mp3"), os.path.join(music, f"{i}.mp3"))
        stations = [f"route=/jazz directory={music} format=aac"]
        self.running = self.server(
            config="[plugins.radio]\nstatus_password = \"secret\"\nsource_password = \"secret\"\n"
                   f"stations = {json.dumps(stations)}\n", arguments=["--log-level", "debug"])
        self.running.start()
        self.api = self.running.json("/api/v1/openapi.json")
        until(lambda: self.running.get("/jazz/hls/live.m3u8").status == 200, "the station plays")

    def test_every_route_is_documented_and_the_other_way_round(self):
        registered = {(method, re.sub(r"^/jazz(?=/|$)", "/{station}", pattern))
                      for method, pattern in self.registered()}
        documented = {(method, path) for radio in (False, True) for method, path, _ in self.operations(radio)}
        self.assertEqual(sorted(registered - UNDOCUMENTED - UNDOCUMENTED_RADIO - documented), [], "not documented")
        told = {(method, path) for method, path, _ in self.operations(radio=True)}
        self.assertEqual(sorted(told - registered), [], "documented, but not there")

    def test_every_operation_answers_as_documented(self):
        without_end = {("GET", "/{station}"), ("GET", "/now-playing/events"), ("PUT", "/{station}")}
        checked = 0
        for method, path, operation in self.operations(radio=True):
            if (method, path) in without_end:
                continue
            target = path.replace("{route*}", "jazz").replace("{station}", "jazz")
            for file in ("index.m3u8", "live.m3u8") if "{file}" in path else ("",):
                with self.subTest(method=method, path=path, file=file):
                    answer = self.running.request(method, target.replace("{file}", file), self.LOGIN)
                    self.check_documented(method, path, operation, answer)
                    checked += 1
        self.assertGreater(checked, 15)

    def check_documented(self, method, path, operation, answer):
        known = [int(code) for code in operation["responses"]]
        self.check_answer(method, path, operation, answer, known)
        # A form without its fields, and what only a live source may do, is refused.
        refused = path in ("/status/login", "/admin/metadata")
        self.assertEqual(answer.status >= 400, refused, f"{method} {path}: {answer.status} {answer.body[:300]!r}")

    def test_segments_and_refusals_are_documented(self):
        operations = {(method, path): operation for method, path, operation in self.operations(radio=True)}
        hls = operations["GET", "/{station}/hls/{file}"]
        playlist = self.running.get("/jazz/hls/live.m3u8").body.decode()
        segment = re.search(r"^segment.*$", playlist, re.M)[0]
        for file, status in ((segment, 200), ("segment1.aac", 404), ("live.m3u8?_HLS_msn=x", 400)):
            answer = self.running.get("/jazz/hls/" + file)
            self.check_answer("GET", file, hls, answer, [status])
        for name, status in (("/next-track", 401), ("/next-track/{route*}", 401)):
            answer = self.running.request("POST", name.replace("{route*}", "none"))
            self.check_answer("POST", name, operations["POST", name], answer, [status])
        missing = self.running.request("POST", "/next-track/none", self.LOGIN)
        self.check_answer("POST", "/next-track/none", operations["POST", "/next-track/{route*}"], missing, [404])
        nobody = self.running.get("/admin/metadata?mount=/jazz&mode=updinfo&song=x", self.SOURCE)
        self.check_answer("GET", "/admin/metadata", operations["GET", "/admin/metadata"], nobody, [409])


if __name__ == "__main__":
    unittest.main()
