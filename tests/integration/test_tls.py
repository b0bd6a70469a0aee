"""TLS by configuration, with a certificate made for the test."""
import os
import socket
import ssl
import subprocess
import unittest

from consort_server import TestCase, run


class TlsTest(TestCase):
    def certificate(self):
        key, certificate = (os.path.join(self.folder, name) for name in ("key.pem", "cert.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", certificate], check=True, capture_output=True)
        return certificate, key

    def test_serves_https_that_verifies(self):
        certificate, key = self.certificate()
        music = self.subfolder("music")
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=20", "-c:a", "flac",
                        os.path.join(music, "tone.flac")], check=True)
        server = self.server(media=[music], config=f'[server]\ntls_certificate = "{certificate}"\n'
                                                   f'tls_key = "{key}"\n')
        server.context = ssl.create_default_context(cafile=certificate)
        with server:
            self.assertTrue(server.url.startswith("https://"), server.url)
            connection = server.connection()
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()
            self.assertIn(connection.sock.version(), ("TLSv1.2", "TLSv1.3"))
            connection.request("GET", "/metrics")  # the same connection again
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()

            with self.assertRaises(ssl.SSLError):
                wrong = ssl.create_default_context()
                with socket.create_connection(("127.0.0.1", server.port)) as plain:
                    wrong.wrap_socket(plain, server_hostname="127.0.0.1")
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname = False
            old.verify_mode = ssl.CERT_NONE
            old.maximum_version = ssl.TLSVersion.TLSv1_1
            with self.assertRaises((ssl.SSLError, OSError)):
                with socket.create_connection(("127.0.0.1", server.port)) as plain:
                    old.wrap_socket(plain)
            with socket.create_connection(("127.0.0.1", server.port)) as plain:
                plain.settimeout(30)
                plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                try:
                    self.assertNotIn(b"200 OK", plain.recv(4096))
                except ConnectionResetError:
                    pass
            self.assertTrue(server.answers())

    def test_a_key_without_certificate_is_refused(self):
        _, key = self.certificate()
        path = os.path.join(self.folder, "half.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'[server]\ntls_key = "{key}"\n')
        done = run("serve", "--config", path, "--port", "0", "--data", self.subfolder("data"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("tls_certificate", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
