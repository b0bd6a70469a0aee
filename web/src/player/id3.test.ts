import { describe, expect, it } from 'vitest';
import { heardInTag } from './id3';

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
const frame = (name: string, content: number[]): number[] =>
  [...bytes(name), 0, 0, content.length >> 7, content.length & 0x7f, 0, 0, ...content];
const tag = (...frames: number[][]): Uint8Array => {
  const all = frames.flat();
  return new Uint8Array([...bytes('ID3'), 4, 0, 0, 0, 0, all.length >> 7, all.length & 0x7f, ...all]);
};
const time = frame('PRIV', [...bytes('com.apple.streaming.transportStreamTimestamp'), 0, 0, 0, 0, 0, 0, 0, 0, 9]);

describe('heardInTag', () => {
  it('reads title and artist', () => {
    const long = 'ü'.repeat(100);
    expect(heardInTag(tag(time, frame('TIT2', [3, ...bytes(long)]), frame('TPE1', [3, ...bytes('Ärzte')]))))
      .toEqual({ title: long, artist: 'Ärzte' });
  });
  it('finds nothing where no title is', () => {
    expect(heardInTag(tag(time))).toBeUndefined();
    expect(heardInTag(new Uint8Array())).toBeUndefined();
    expect(heardInTag(new Uint8Array(bytes('no tag at all')))).toBeUndefined();
  });
  it('bears tags that lie about their length', () => {
    const whole = tag(frame('TIT2', [3, ...bytes('Name')]));
    for (let length = 0; length < whole.length; length++) expect(heardInTag(whole.subarray(0, length))).toBeUndefined();
  });
});
