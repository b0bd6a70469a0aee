"""What the tests of encoded segments share."""
import hashlib
import os
import re
from urllib.parse import urljoin

from consort_server import TestCase

AAC = ("aac-64", "aac-128", "aac-256", "aac-320")


class RenditionCase(TestCase):
    def setUp(self):
        super().setUp()
        self.media = self.subfolder("media")

    def node(self, name, config="[renditions]\nmake_ahead = 0\n", **rest):
        return self.server(name, media=[self.media], config=config, **rest)

    def addresses(self, server, item, rendition="aac-128"):
        """The paths of the segments; the test is skipped where no plugin encodes."""
        base = f"/api/v1/stream/{item}/{rendition}/playlist.m3u8"
        answer = server.get(base)
        if answer.status == 404 and server.metric("consort_rendition_available") == 0:
            self.skipTest("no codec plugins are loaded")
        self.assertEqual(answer.status, 200, answer.body)
        names = re.findall(r"^(segment\d+\.m4s\S*)$", answer.body.decode(), re.M)
        return [urljoin(base, name) for name in names]

    def all_addresses(self, server, renditions=AAC):
        """Those of every track and rendition, by (title, rendition, number)."""
        server.scanned()
        found = {}
        for track in server.items("/api/v1/tracks"):
            for rendition in renditions:
                for number, path in enumerate(self.addresses(server, track["id"], rendition)):
                    found[track["title"], rendition, number] = path
        self.assertTrue(found)
        return found

    def digest(self, server, address):
        answer = server.get(address)
        self.assertEqual(answer.status, 200, answer.body[:300])
        return hashlib.sha256(answer.body).hexdigest()

    def digests(self, server, renditions=AAC):
        return {name: self.digest(server, path)
                for name, path in self.all_addresses(server, renditions).items()}

    def stored(self, server):
        """The files of the disk tier, without those that are being written."""
        return sorted(os.path.join(folder, name)
                      for folder, _, names in os.walk(os.path.join(server.data, "segments"))
                      for name in names if os.path.basename(folder) != "new")

    def under_way(self, server):
        """The files that are being written, or that a crash left behind."""
        folder = os.path.join(server.data, "segments", "new")
        return os.listdir(folder) if os.path.isdir(folder) else []
