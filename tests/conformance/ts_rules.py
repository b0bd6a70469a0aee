"""The rules of ISO/IEC 13818-1 that our transport streams must keep. `check(segments)` takes the bytes of
all segments of a rendition in order and returns (streams, complaints); streams are by PID.
"""
PACKET = 188
TICKS = 90_000
WRAP = 1 << 33


class Stream:
    def __init__(self, kind):
        self.kind = kind     # stream_type
        self.units = []      # (pts, dts, payload) of each PES packet, in order
        self.counter = None
        self.begun = False


def crc32(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


def timestamp(data):
    return (data[0] >> 1 & 7) << 30 | data[1] << 22 | data[2] >> 1 << 15 | data[3] << 7 | data[4] >> 1


def section(payload, complain):
    table = payload[1 + payload[0]:]
    length = (table[1] & 15) << 8 | table[2]
    if crc32(table[:3 + length]) != 0:
        complain("the checksum of a table is wrong (2.4.4)")
    return table[:3 + length - 4]


class Checker:
    def __init__(self):
        self.complaints, self.streams = [], {}
        self.map_pid = self.clock_pid = self.clock = None
        self.counters = {}

    def complain(self, text):
        if len(self.complaints) < 20:
            self.complaints.append(text)

    def segment(self, number, data):
        where = f"segment {number}"
        if not data or len(data) % PACKET:
            self.complain(f"{where} is no whole number of packets")
        seen = []
        for stream in self.streams.values():
            stream.begun = False
        for at in range(0, len(data) - PACKET + 1, PACKET):
            seen.append(self.packet(data[at:at + PACKET], f"{where}, packet {at // PACKET}"))
        if seen[:2] != [0, self.map_pid]:
            self.complaints.insert(0, f"{where} does not begin with PAT and PMT (RFC 8216, 3.2)")

    def packet(self, packet, where):
        if packet[0] != 0x47:
            self.complain(f"{where}: no sync byte")
        if packet[1] & 0x80:
            self.complain(f"{where}: marked as damaged")
        pid, start = (packet[1] & 0x1F) << 8 | packet[2], bool(packet[1] & 0x40)
        control, counter, payload = packet[3] >> 4 & 3, packet[3] & 15, packet[4:]
        if packet[3] >> 6:
            self.complain(f"{where}: scrambled")
        if control & 2:
            length = payload[0]
            if length > 183 or (control == 2 and length != 183):
                self.complain(f"{where}: adaptation field of {length} bytes")
            if length:
                self.field(pid, payload[1:1 + length], where)
            payload = payload[1 + length:]
        last = self.counters.get(pid)
        if control & 1:
            if last is not None and counter != (last + 1) % 16:
                self.complain(f"{where}: PID {pid} counts {counter} after {last} (2.4.3.3)")
            self.counters[pid] = counter
            if not payload:
                self.complain(f"{where}: no payload")
        elif last is not None and counter != last:
            self.complain(f"{where}: the counter moves without payload")
        if control & 1:
            self.payload(pid, start, payload, where)
        return pid

    def field(self, pid, field, where):
        if field[0] & 0x80:
            self.complain(f"{where}: a discontinuity")
        if not field[0] & 0x10:
            return
        if pid != self.clock_pid:
            self.complain(f"{where}: PCR on PID {pid}, the map says {self.clock_pid}")
        clock = (field[1] << 25 | field[2] << 17 | field[3] << 9 | field[4] << 1 | field[5] >> 7)
        if self.clock is not None:
            step = (clock - self.clock) % WRAP
            if not 0 < step <= TICKS // 10:
                self.complain(f"{where}: {step / 90:.1f} ms from PCR to PCR, 100 allowed (2.7.2)")
        self.clock = clock

    def payload(self, pid, start, payload, where):
        if pid == 0:
            table = section(payload, self.complain)
            self.map_pid = (table[10] & 0x1F) << 8 | table[11]
        elif pid == self.map_pid:
            table = section(payload, self.complain)
            self.clock_pid = (table[8] & 0x1F) << 8 | table[9]
            at = 12 + ((table[10] & 15) << 8 | table[11])
            while at < len(table):
                found = (table[at + 1] & 0x1F) << 8 | table[at + 2]
                known = self.streams.setdefault(found, Stream(table[at]))
                if known.kind != table[at]:
                    self.complain(f"{where}: PID {found} changes its kind")
                at += 5 + ((table[at + 3] & 15) << 8 | table[at + 4])
        elif pid in self.streams:
            self.unit(self.streams[pid], start, payload, where)
        else:
            self.complain(f"{where}: PID {pid} is not in the map")

    def unit(self, stream, start, payload, where):
        if not start:
            if not stream.begun:
                self.complain(f"{where}: the segment begins within a unit")
            elif stream.units:
                stream.units[-1][2].extend(payload)
            return
        if payload[:3] != b"\0\0\1":
            self.complain(f"{where}: no PES packet where one is said to begin")
            return
        both = payload[7] >> 6 == 3
        pts = timestamp(payload[9:14])
        dts = timestamp(payload[14:19]) if both else pts
        if (pts - dts) % WRAP > 10 * TICKS:
            self.complain(f"{where}: shown before it is decoded")
        if stream.units and not 0 < (dts - stream.units[-1][1]) % WRAP < 60 * TICKS:
            self.complain(f"{where}: decode times do not rise")
        if self.clock is not None and not 0 <= (dts - self.clock) % WRAP < 5 * TICKS:
            self.complain(f"{where}: decoded before it arrives")
        stream.units.append((pts, dts, bytearray(payload[9 + payload[8]:])))
        length = payload[4] << 8 | payload[5]
        stream.begun = True
        if length:
            stream.units[-1] = (*stream.units[-1], length - 3 - payload[8])

    def finish(self):
        for pid, stream in self.streams.items():
            for unit in stream.units:
                if len(unit) > 3 and len(unit[2]) != unit[3]:
                    self.complain(f"PID {pid}: a unit of {len(unit[2])} bytes that claims {unit[3]}")


def check(segments):
    checker = Checker()
    for number, data in enumerate(segments):
        checker.segment(number, data)
    checker.finish()
    return checker.streams, checker.complaints
