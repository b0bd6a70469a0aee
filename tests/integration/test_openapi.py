"""The interface as /api/v1/openapi.json tells it is the interface as it is."""
import os
import re
import subprocess
import unittest
from urllib.parse import quote

import jsonschema

from consort_server import TestCase
from media_files import ffmpeg, make

# Pages of the web app, and nothing that a client program would call.
UNDOCUMENTED = {("GET", "/"), ("GET", "/{path*}")}


def without_extras(text):
    """`audio/mpeg; charset=…` -> `audio/mpeg`"""
    return text.split(";")[0].strip()


class OpenApiTest(TestCase):
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

    def resolve(self, node):
        while "$ref" in node:
            at = self.api
            for name in node["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            node = at
        return node

    def operations(self):
        for path, operations in self.api["paths"].items():
            for method, operation in operations.items():
                yield method.upper(), path, operation

    def validate(self, value, schema, what):
        # References lead into the document's components.
        whole = {**schema, "components": self.api["components"]}
        errors = sorted(jsonschema.Draft202012Validator(whole).iter_errors(value), key=str)
        self.assertEqual([f"{list(one.path)}: {one.message}" for one in errors], [], what)

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
        log = self.running.log()
        registered = {tuple(one) for one in re.findall(
            r"debug +http: route method=(\w+) pattern=(\S+)$", log, re.M)}
        self.assertGreater(len(registered), 35)
        documented = {(method, path) for method, path, _ in self.operations()}
        self.assertEqual(sorted(registered - UNDOCUMENTED - documented), [], "not documented")
        self.assertEqual(sorted(documented - registered), [], "documented, but not there")

    def test_the_document_is_openapi(self):
        self.assertRegex(self.api["openapi"], r"^3\.1\.")
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))
        for name, schema in self.api["components"]["schemas"].items():
            jsonschema.Draft202012Validator.check_schema(schema)
        for method, path, operation in self.operations():
            told = {one["name"] for one in map(self.resolve, operation.get("parameters", []))
                    if one["in"] == "path"}
            self.assertEqual(told, set(re.findall(r"\{(\w+)\*?\}", path)), f"{method} {path}")


if __name__ == "__main__":
    unittest.main()
