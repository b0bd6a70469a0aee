import { describe, expect, it } from 'vitest';
import { Queue } from './queue';

const filled = (start = 0, random?: () => number): Queue<string> => {
  const queue = new Queue<string>(random);
  queue.set(['a', 'b', 'c', 'd'], start);
  return queue;
};

describe('Queue', () => {
  it('starts where it is told and ends after the last', () => {
    const queue = filled(2);
    expect(queue.current()).toBe('c');
    expect(queue.next(false)).toBe('d');
    expect(queue.next(false)).toBeUndefined();
    expect(queue.current()).toBe('d');
  });

  it('begins again with repeat all, both ways', () => {
    const queue = filled(3);
    queue.setRepeat('all');
    expect(queue.next(false)).toBe('a');
    expect(queue.previous()).toBe('d');
  });

  it('repeats one track by itself, but not against the listener', () => {
    const queue = filled(0);
    queue.setRepeat('one');
    expect(queue.next(false)).toBe('a');
    expect(queue.next(true)).toBe('b');
  });

  it('shuffles without losing or doubling anything, and back', () => {
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const queue = new Queue<number>(random);
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    queue.set(numbers, 20);
    queue.setShuffle(true);
    const { items, index } = queue.state();
    expect(index).toBe(0);
    expect(items[0]).toBe(20);
    expect([...items].sort((a, b) => a - b)).toEqual(numbers);
    expect(items).not.toEqual([20, ...numbers.filter((n) => n !== 20)]);
    queue.next(true);
    const current = queue.current();
    queue.setShuffle(false);
    expect(queue.state().items).toEqual(numbers);
    expect(queue.current()).toBe(current);
  });

  it('keeps the current entry when others go', () => {
    const queue = filled(2);
    queue.remove(0);
    expect(queue.current()).toBe('c');
    queue.remove(2);
    expect(queue.state().items).toEqual(['b', 'c']);
    queue.remove(1);
    expect(queue.current()).toBe('b');
    queue.remove(0);
    expect(queue.current()).toBeUndefined();
    expect(queue.state().index).toBe(-1);
  });

  it('puts entries next or last', () => {
    const queue = filled(1);
    queue.playNext(['x', 'y']);
    queue.append(['z']);
    expect(queue.state().items).toEqual(['a', 'b', 'x', 'y', 'c', 'd', 'z']);
    const empty = new Queue<string>();
    empty.append(['a']);
    expect(empty.current()).toBe('a');
  });

  it('survives places that do not exist', () => {
    const queue = filled(99);
    expect(queue.current()).toBe('d');
    expect(queue.jump(-1)).toBeUndefined();
    expect(queue.jump(4)).toBeUndefined();
    queue.remove(7);
    queue.set([], 3);
    expect(queue.current()).toBeUndefined();
    expect(queue.next(true)).toBeUndefined();
    expect(queue.previous()).toBeUndefined();
  });
});
