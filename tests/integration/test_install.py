"""What `cmake --install` puts into a prefix works there: the server with its plugins, its page and its
configuration, and the SDK with which a plugin is built out of tree and loaded by that server."""
import os
import shutil
import subprocess
import unittest

from consort_server import Server, TestCase, executable
from media_files import make

BUILD = os.path.dirname(os.path.dirname(os.path.realpath(executable())))


class InstallTest(TestCase):
    def call(self, *command, environment=None):
        done = subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, **(environment or {})})
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def test_the_installed_server_and_a_plugin_built_for_it(self):
        prefix = os.path.join(self.folder, "prefix")
        self.call("cmake", "--install", BUILD, "--prefix", prefix)
        consort = os.path.join(prefix, "bin", "consort")
        example = os.path.join(prefix, "share", "consort", "consort.toml")
        self.call(consort, "config", "check", "--config", example)

        # Out of tree, from what is installed alone.
        source = os.path.join(self.folder, "template")
        shutil.copytree(os.path.join(prefix, "share", "consort-sdk", "template"), source)
        built = os.path.join(self.folder, "template-build")
        self.call("cmake", "-S", source, "-B", built, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
        self.call("cmake", "--build", built)
        self.call("ctest", "--test-dir", built, "--output-on-failure", "--no-tests=error")
        self.call("cmake", "--install", built, "--prefix", prefix)

        media = self.subfolder("media")
        make(media, "lossless.flac")
        # Nothing of the build tree is needed, and nothing of it is used.
        environment = {"CONSORT": consort}
        with_page = os.path.exists(os.path.join(prefix, "share", "consort", "web", "index.html"))
        server = Server(self.subfolder("server"), media=[media], arguments=["--config", example],
                        environment=environment)
        server.command[0] = consort
        self.servers.append(server)
        with server:
            server.scanned()
            self.assertEqual([one["title"] for one in server.items("/api/v1/tracks")],
                             ["lossless.flac"])
            plugins = {one["name"]: one for one in server.json("/api/v1/admin/plugins")["items"]}
            self.assertLessEqual({"local", "ffmpeg", "hls", "progressive", "webapp", "memory", "hello"},
                                 set(plugins))
            for name, plugin in plugins.items():
                self.assertEqual(plugin["state"], "active", plugin)
                self.assertTrue(os.path.realpath(plugin["file"]).startswith(os.path.realpath(prefix)),
                                plugin["file"])
            track = server.items("/api/v1/tracks")[0]["id"]
            playlist = server.get(f"/api/v1/stream/{track}/playlist.m3u8")
            self.assertEqual(playlist.status, 200)
            self.assertIn(b"fLaC", playlist.body)
            self.assertEqual(server.get("/hello/world").status, 200)
            if with_page:
                page = server.get("/")
                self.assertEqual(page.status, 200)
                self.assertIn(b"<script", page.body)


if __name__ == "__main__":
    unittest.main()
