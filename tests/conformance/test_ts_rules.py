"""The checker of transport streams itself: it passes what ffmpeg writes, and finds each single fault."""
import subprocess
import unittest

import ts_rules


def made():
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=2", "-c:v", "libx264", "-bf",
         "0", "-g", "10", "-f", "mpegts", "-mpegts_flags", "-system_b", "-sdt_period", "100", "-"],
        capture_output=True, check=True)
    # Without ffmpeg's service description, and with tables at the beginning only.
    out, tables = bytearray(), 0
    for at in range(0, len(done.stdout), ts_rules.PACKET):
        packet = done.stdout[at:at + ts_rules.PACKET]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid == 17 or (pid in (0, 0x1000) and tables == 2):
            continue
        tables += pid in (0, 0x1000)
        out += packet
    return bytes(out)


class TsRules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.right = made()

    def complaints(self, data):
        return " ".join(ts_rules.check([bytes(data)])[1])

    def packet_with(self, condition):
        for at in range(2 * ts_rules.PACKET, len(self.right), ts_rules.PACKET):
            if condition(self.right[at:at + ts_rules.PACKET]):
                return at
        raise AssertionError("no such packet")

    def test_a_right_stream_passes(self):
        self.assertEqual(self.complaints(self.right), "")

    def test_a_lost_packet(self):
        at = self.packet_with(lambda packet: not packet[1] & 0x40)
        self.assertIn("counts", self.complaints(self.right[:at] + self.right[at + ts_rules.PACKET:]))

    def test_a_lost_byte(self):
        self.assertIn("no whole number", self.complaints(self.right[:-1]))

    def test_no_sync_byte(self):
        broken = bytearray(self.right)
        broken[5 * ts_rules.PACKET] = 0x48
        self.assertIn("sync byte", self.complaints(broken))

    def test_damaged_tables(self):
        broken = bytearray(self.right)
        broken[ts_rules.PACKET + 20] ^= 1
        self.assertIn("checksum", self.complaints(broken))

    def test_tables_missing(self):
        self.assertIn("begin with PAT and PMT", self.complaints(self.right[ts_rules.PACKET:]))

    def test_a_clock_that_jumps(self):
        at = self.packet_with(lambda packet: packet[3] & 0x20 and packet[4] > 6 and packet[5] & 0x10)
        broken = bytearray(self.right)
        broken[at + 6] ^= 1
        self.assertIn("PCR", self.complaints(broken))

    def test_decode_times_that_fall(self):
        starts = [at for at in range(2 * ts_rules.PACKET, len(self.right), ts_rules.PACKET)
                  if self.right[at + 1] & 0x40]
        swapped = self.right[:starts[3]] + self.right[starts[1]:starts[2]] + self.right[starts[3]:]
        self.assertIn("do not rise", self.complaints(swapped))


if __name__ == "__main__":
    unittest.main()
