// The title in an ID3v2.4 tag, as live streams carry it (RFC 8216, 3.4).
import type { Heard } from './radio';

const decoder = new TextDecoder();
const utf8 = 3; // the only encoding that Consort's streams use

// Sizes have seven bits in each byte.
const sizeAt = (data: Uint8Array, at: number): number =>
  [0, 1, 2, 3].reduce((size, i) => (size << 7) | ((data[at + i] ?? 0) & 0x7f), 0);

// Undefined: the tag names nothing, or it is none.
export function heardInTag(data: Uint8Array): Heard | undefined {
  if (data.length < 10 || decoder.decode(data.subarray(0, 3)) !== 'ID3') return undefined;
  const end = Math.min(data.length, 10 + sizeAt(data, 6));
  const heard: Heard = { title: '', artist: '' };
  for (let at = 10; at + 10 <= end;) {
    const name = decoder.decode(data.subarray(at, at + 4));
    const next = at + 10 + sizeAt(data, at + 4);
    const text = (): string => (data[at + 10] === utf8 && next <= end
      ? decoder.decode(data.subarray(at + 11, next)).replace(/\0+$/, '') : '');
    if (name === 'TIT2') heard.title = text();
    if (name === 'TPE1') heard.artist = text();
    at = next;
  }
  return heard.title === '' ? undefined : heard;
}
