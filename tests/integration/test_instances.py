"""--data holds all state: two instances side by side; one folder serves one instance."""
import os
import unittest

from consort_server import TestCase, executable, run
from media_files import make


class InstancesTest(TestCase):
    def test_two_instances_side_by_side(self):
        libraries = []
        for number in (1, 2):
            media = self.subfolder(f"media{number}")
            for piece in range(number):
                os.rename(make(media, "lossless.flac", seconds=1, frequency=300 + piece),
                          os.path.join(media, f"{piece}.flac"))
            libraries.append(media)
        with self.server("one", media=[libraries[0]]) as one, \
                self.server("two", media=[libraries[1]]) as two:
            self.assertNotEqual(one.port, two.port)
            for server, count in ((one, 1), (two, 2)):
                server.scanned()
                self.assertEqual(len(server.items("/api/v1/tracks")), count)

    def test_the_same_data_folder_twice_is_refused(self):
        with self.server(media=[self.subfolder("media")]) as server:
            second = run("serve", "--data", server.data, "--port", "0")
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(server.data, second.stdout + second.stderr)
            self.assertTrue(server.answers())

    def test_a_taken_port_is_told(self):
        with self.server(media=[self.subfolder("media")]) as server:
            second = run("serve", "--data", self.subfolder("other"), "--port", str(server.port))
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(str(server.port), second.stdout + second.stderr)

    def test_state_is_kept_in_the_data_folder_alone(self):
        home = self.subfolder("home")
        before = os.getcwd()
        os.chdir(home)
        self.addCleanup(os.chdir, before)
        self.assertTrue(os.path.isabs(executable()), "CONSORT is an absolute path")
        with self.server(media=[self.subfolder("media")], environment={"HOME": home}) as server:
            server.scanned()
        self.assertEqual(os.listdir(home), [])


if __name__ == "__main__":
    unittest.main()
