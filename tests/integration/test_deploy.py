"""What stands in deploy/ and in the Dockerfile fits the product: files, ports, paths, keys, probes."""
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
import unittest

import yaml

from consort_server import TestCase, executable, run, until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
DEPLOY = os.path.join(ROOT, "deploy")
PREFIX = os.path.dirname(os.path.dirname(os.path.realpath(executable())))
CONFIGURATIONS = ("deploy/consort.toml", "deploy/kubernetes/consort.toml")


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def toml(path):
    return tomllib.loads(read(path))


def dockerfile():
    """The instructions in order, as (stage, name, rest); stages count from 0."""
    text = re.sub(r"^\s*#.*\n", "", read("Dockerfile"), flags=re.M).replace("\\\n", " ")
    stage, found = -1, []
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, rest = line.split(None, 1)
        stage += name == "FROM"
        found.append((stage, name, rest))
    return found


def manifests():
    folder = os.path.join(DEPLOY, "kubernetes")
    names = yaml.safe_load(read("deploy/kubernetes/kustomization.yaml"))["resources"]
    return [each for name in names for each in yaml.safe_load_all(read(folder, name))]


def of_kind(kind):
    return [each for each in manifests() if each["kind"] == kind]


class ImageTest(TestCase):
    def instructions(self, name, stage=None):
        return [rest for at, found, rest in dockerfile()
                if found == name and stage in (None, at)]

    def test_it_ends_as_somebody_who_is_not_root_and_has_no_build_tools(self):
        self.assertEqual(len(self.instructions("FROM")), 2)
        self.assertTrue(all(rest.startswith("debian:bookworm-slim")
                            for rest in self.instructions("FROM")))
        user = self.instructions("USER", 1)
        self.assertEqual(user, ["10001:10001"])
        installed = " ".join(self.instructions("RUN", 1))
        self.assertIn("--uid 10001", installed)
        self.assertIn("--gid 10001", installed)
        self.assertNotIn("scripts/setup", installed)
        self.assertNotIn("-dev", installed)

    def test_what_is_copied_is_there_and_not_ignored(self):
        ignored = [line for line in read(".dockerignore").split("\n")
                   if line and not line.startswith("#")]
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                                text=True, capture_output=True)
        copied = [rest.split() for rest in self.instructions("COPY") if "--from" not in rest]
        for source in (word for words in copied for word in words[:-1]):
            self.assertTrue(os.path.exists(os.path.join(ROOT, source)), source)
            self.assertFalse(any(fnmatch.fnmatch(source, pattern) for pattern in ignored), source)
        if listed.returncode != 0:
            self.skipTest("not a clone of the repository")
        # What CMake and the scripts name from outside their own folders.
        for needed in ("docs/openapi.json", "config/consort.toml", "CMakePresets.json", "LICENSE",
                       "scripts/setup", "web/build", "deploy/runtime-packages"):
            self.assertIn(needed, listed.stdout.split("\n"))
            self.assertFalse(any(fnmatch.fnmatch(needed, pattern) or
                                 needed.startswith(pattern + "/") for pattern in ignored), needed)

    def test_port_folders_and_command_are_those_of_its_configuration(self):
        settings = toml("deploy/consort.toml")
        self.assertEqual(self.instructions("EXPOSE"), [str(settings["server"]["port"])])
        volumes = json.loads(self.instructions("VOLUME")[0])
        self.assertEqual(volumes, [settings["data"]["directory"], *settings["library"]["media"]])
        entry = json.loads(self.instructions("ENTRYPOINT")[0])
        command = json.loads(self.instructions("CMD", 1)[0])
        self.assertEqual(entry, ["/opt/consort/bin/consort"])
        self.assertEqual(command[:2], ["serve", "--config"])
        placed = [rest.split()[-1] for rest in self.instructions("COPY", 1)]
        self.assertIn(command[2], placed)
        helped = run("serve", "--help").stdout
        for flag in (word for word in command if word.startswith("--")):
            self.assertIn(flag, helped)

    def test_the_health_check_asks_the_port(self):
        check = self.instructions("HEALTHCHECK")[0]
        command = json.loads(check[check.index("["):])
        port = toml("deploy/consort.toml")["server"]["port"]
        self.assertEqual(command[-1], f"http://127.0.0.1:{port}/healthz")
        self.assertIn(command[0], " ".join(self.instructions("RUN", 1)))
        # The very command, with the port of a server that runs, then of none.
        with self.server() as server:
            asked = command[:-1] + [command[-1].replace(str(port), str(server.port))]
            self.assertEqual(subprocess.run(asked).returncode, 0)
        self.assertNotEqual(subprocess.run(asked, capture_output=True).returncode, 0)

    def test_the_runtime_packages_hold_every_library(self):
        done = subprocess.run([os.path.join(DEPLOY, "runtime-packages"), PREFIX], text=True,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        packages = done.stdout.split()
        self.assertIn("libc6", packages)
        self.assertIn("libstdc++6", packages)
        self.assertEqual([name for name in packages if name.endswith("-dev")], [])
        owned = subprocess.run(["dpkg-query", "--listfiles", *packages], text=True,
                               capture_output=True, check=True).stdout.split("\n")
        names = {os.path.basename(path) for path in owned}
        plugins = os.path.join(PREFIX, "lib/consort/plugins")
        for file in [executable(), *(os.path.join(plugins, name) for name in os.listdir(plugins))]:
            for line in subprocess.run(["ldd", file], text=True, capture_output=True,
                                       check=True).stdout.split("\n"):
                found = re.match(r"\s*(\S+) => /", line)
                if found:
                    self.assertIn(found[1], names, f"{file} needs it")

    def test_the_runtime_packages_need_an_installed_consort(self):
        done = subprocess.run([os.path.join(DEPLOY, "runtime-packages"), self.folder], text=True,
                              capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage:", done.stderr)


class ConfigurationTest(TestCase):
    def test_no_key_is_wrong(self):
        for path in CONFIGURATIONS:
            done = run("config", "check", "--config", os.path.join(ROOT, path), "--data", self.folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_variables_are_known(self):
        compose = yaml.safe_load(read("deploy/compose.yaml"))["services"]["consort"]["environment"]
        pod = of_kind("Deployment")[0]["spec"]["template"]["spec"]["containers"][0]["env"]
        unit = re.findall(r"^Environment=(\S+)=", read("deploy/systemd/consort.service"), re.M)
        names = {*compose, *(each["name"] for each in pod), *unit}
        values = {name: value for name, value in compose.items() if name.startswith("CONSORT_")}
        for name in names - {"SENTRY_DSN"}:
            self.assertTrue(name.startswith("CONSORT_"), name)
            values.setdefault(name, self.folder)
        done = run("config", "check", "--data", self.folder, environment=values)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_server_runs_on_them(self):
        media = self.subfolder("media")
        for path in CONFIGURATIONS:
            with self.subTest(path=path):
                with self.server(path.replace("/", "-"), media=[media], arguments=[
                        "--config", os.path.join(ROOT, path), "--bind", "127.0.0.1"]) as server:
                    until(lambda: server.get("/readyz").status == 200, "it is ready")


class ComposeTest(TestCase):
    def test_it_fits_the_image(self):
        service = yaml.safe_load(read("deploy/compose.yaml"))["services"]["consort"]
        settings = toml("deploy/consort.toml")
        port = settings["server"]["port"]
        self.assertEqual(service["ports"], [f"127.0.0.1:{port}:{port}"])
        mounted = [volume.replace(":ro", "").rsplit(":", 1)[-1] for volume in service["volumes"]]
        self.assertEqual(mounted, [settings["data"]["directory"], *settings["library"]["media"]])
        context = os.path.join(DEPLOY, service["build"]["context"])
        self.assertTrue(os.path.exists(os.path.join(context, "Dockerfile")))
        self.assertTrue(service["read_only"])
        self.assertEqual(service["cap_drop"], ["ALL"])
        self.assertNotIn("privileged", service)
        self.assertGreater(int(service["stop_grace_period"].rstrip("s")), 30, "drain_timeout_seconds")


class KubernetesTest(TestCase):
    def setUp(self):
        super().setUp()
        self.deployment = of_kind("Deployment")[0]["spec"]
        self.pod = self.deployment["template"]["spec"]
        self.container = self.pod["containers"][0]
        self.settings = toml("deploy/kubernetes/consort.toml")

    def test_the_parts_name_each_other_rightly(self):
        labels = self.deployment["template"]["metadata"]["labels"]
        self.assertEqual(self.deployment["selector"]["matchLabels"], labels)
        service = of_kind("Service")[0]["spec"]
        self.assertEqual(service["selector"], labels)
        ports = {each["name"]: each["containerPort"] for each in self.container["ports"]}
        self.assertEqual(ports, {"http": self.settings["server"]["port"]})
        self.assertEqual(service["ports"][0]["targetPort"], "http")
        claims = {each["metadata"]["name"] for each in of_kind("PersistentVolumeClaim")}
        volumes = {each["name"]: each for each in self.pod["volumes"]}
        self.assertEqual(claims, {each["persistentVolumeClaim"]["claimName"]
                                  for each in volumes.values() if "persistentVolumeClaim" in each})
        maps = yaml.safe_load(read("deploy/kubernetes/kustomization.yaml"))["configMapGenerator"]
        self.assertEqual(volumes["config"]["configMap"]["name"], maps[0]["name"])
        mounts = {each["mountPath"]: each["name"] for each in self.container["volumeMounts"]}
        self.assertEqual(set(mounts.values()), set(volumes))
        self.assertEqual(mounts[self.settings["data"]["directory"]], "data")
        self.assertEqual([mounts[each] for each in self.settings["library"]["media"]], ["media"])
        config = self.container["args"][-1]
        self.assertEqual(mounts[os.path.dirname(config)], "config")
        self.assertIn(os.path.basename(config), maps[0]["files"])

    def test_it_may_do_little(self):
        pod, container = self.pod["securityContext"], self.container["securityContext"]
        self.assertTrue(pod["runAsNonRoot"])
        self.assertEqual(pod["runAsUser"], 10001)
        self.assertEqual(pod["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertTrue(container["readOnlyRootFilesystem"])
        self.assertFalse(container["allowPrivilegeEscalation"])
        self.assertEqual(container["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(set(self.container["resources"]["limits"]), {"cpu", "memory"})
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], 30, "drain_timeout_seconds")
        self.assertEqual((self.deployment["replicas"], self.deployment["strategy"]["type"]),
                         (1, "Recreate"), "one writer on the catalog")

    def test_probes_and_metrics_are_answered(self):
        notes = self.deployment["template"]["metadata"]["annotations"]
        self.assertEqual(notes["prometheus.io/scrape"], "true")
        self.assertEqual(int(notes["prometheus.io/port"]), self.settings["server"]["port"])
        probes = {name: self.container[name]["httpGet"]
                  for name in ("startupProbe", "livenessProbe", "readinessProbe")}
        self.assertEqual({name: probe["path"] for name, probe in probes.items()},
                         {"startupProbe": "/healthz", "livenessProbe": "/healthz",
                          "readinessProbe": "/readyz"})
        media = self.subfolder("media")
        with self.server(media=[media]) as server:
            for probe in probes.values():
                self.assertEqual(probe["port"], "http")
                until(lambda: server.get(probe["path"]).status == 200, probe["path"])
            metrics = server.get(notes["prometheus.io/path"])
            self.assertEqual(metrics.status, 200)
            self.assertIn(b"consort_plugins", metrics.body)

    def test_kustomize_takes_them(self):
        kubectl = shutil.which("kubectl")
        if kubectl is None:
            self.skipTest("kubectl is not installed")
        built = subprocess.run([kubectl, "kustomize", os.path.join(DEPLOY, "kubernetes")],
                               text=True, capture_output=True)
        self.assertEqual(built.returncode, 0, built.stderr)
        kinds = sorted(each["kind"] for each in yaml.safe_load_all(built.stdout))
        self.assertEqual(kinds, ["ConfigMap", "Deployment", "Namespace", "PersistentVolumeClaim",
                                 "PersistentVolumeClaim", "Service"])


class SystemdTest(TestCase):
    def test_the_unit_is_right(self):
        unit = read("deploy/systemd/consort.service")
        start = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1])
        self.assertEqual(start[1], "serve")
        helped = run("serve", "--help").stdout
        for flag in (word for word in start if word.startswith("--")):
            self.assertIn(flag, helped)
        self.assertGreater(int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.M)[1]), 30)
        self.assertRegex(unit, r"(?m)^User=consort$")
        tool = shutil.which("systemd-analyze")
        if tool is None:
            self.skipTest("systemd-analyze is not installed")
        path = os.path.join(self.folder, "consort.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(unit.replace(start[0], executable()))
        checked = subprocess.run([tool, "verify", path], text=True, capture_output=True)
        mine = [line for line in checked.stderr.split("\n") if "consort.service" in line]
        self.assertEqual(mine, [])


if __name__ == "__main__":
    unittest.main()
