"""The configuration: all mistakes are told at once, the order of precedence holds."""
import os
import unittest

from consort_server import TestCase, run

FIVE_MISTAKES = """\
[server]
prot = 8000
port = 70000
max_connections = "many"

[log]
level = "loud"

[libary]
media = ["/srv/music"]
"""


class ConfigTest(TestCase):
    def write(self, text):
        path = os.path.join(self.folder, "consort.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def check_says_all(self, done):
        said = done.stdout + done.stderr
        self.assertNotEqual(done.returncode, 0, said)
        for mistake, line in (("prot", 2), ("port", 3), ("max_connections", 4), ("level", 7),
                              ("libary", 9)):
            matching = [text for text in said.splitlines() if mistake in text]
            self.assertTrue(matching, f"{mistake} is not named in:\n{said}")
            self.assertTrue(any(str(line) in text for text in matching),
                            f"line {line} of {mistake} is not named in:\n{said}")
        self.assertIn("library", said, "the nearest known name is not offered")
        return said

    def test_check_names_five_mistakes_at_once(self):
        self.check_says_all(run("config", "check", "--config", self.write(FIVE_MISTAKES)))

    def test_serve_refuses_the_same_file_with_the_same_words(self):
        self.check_says_all(run("serve", "--port", "0", "--data", self.subfolder("data"),
                                "--config", self.write(FIVE_MISTAKES)))

    def test_the_shipped_file_is_right(self):
        shipped = os.path.join(os.path.dirname(__file__), "../../config/consort.toml")
        done = run("config", "check", "--config", shipped)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_missing_file_is_said(self):
        done = run("config", "check", "--config", os.path.join(self.folder, "none.toml"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("none.toml", done.stdout + done.stderr)

    def test_environment_overrides_file_and_flag_overrides_environment(self):
        config = '[log]\nlevel = "loud"\n'
        wrong = run("config", "check", "--config", self.write(config))
        self.assertNotEqual(wrong.returncode, 0)
        # A level from the environment is used by the server; a flag beats both.
        path = self.write('[server]\naccess_log = ""\n[log]\nlevel = "error"\n')
        for environment, flags, chatty in (({}, (), False), ({"CONSORT_LOG_LEVEL": "info"}, (), True),
                                           ({"CONSORT_LOG_LEVEL": "info"},
                                            ("--log-level", "error"), False)):
            server = self.server(f"level-{chatty}-{len(flags)}-{len(environment)}",
                                 arguments=("--config", path, *flags), environment=environment)
            with server:
                pass
            self.assertEqual(bool(server.log().strip()), chatty, server.log())


if __name__ == "__main__":
    unittest.main()
