// The play queue: pure state, no media.

export type Repeat = 'off' | 'all' | 'one';

export interface QueueState<T> {
  readonly items: readonly T[]; // in the order of playing
  readonly index: number; // -1: empty
  readonly shuffled: boolean;
  readonly repeat: Repeat;
}

interface Entry<T> {
  item: T;
  place: number; // where it stands without shuffle
}

export class Queue<T> {
  private entries: Entry<T>[] = [];
  private index = -1;
  private shuffled = false;
  private repeat: Repeat = 'off';
  private nextPlace = 0;

  constructor(private readonly random: () => number = Math.random) {}

  state(): QueueState<T> {
    return {
      items: this.entries.map((entry) => entry.item),
      index: this.index,
      shuffled: this.shuffled,
      repeat: this.repeat,
    };
  }

  current(): T | undefined {
    return this.entries[this.index]?.item;
  }

  // Replaces all; plays from `start`. With shuffle on, `start` comes first and the rest is mixed.
  set(items: readonly T[], start = 0): void {
    this.entries = items.map((item, place) => ({ item, place }));
    this.nextPlace = items.length;
    this.index = items.length === 0 ? -1 : Math.min(Math.max(start, 0), items.length - 1);
    if (this.shuffled) this.mix();
  }

  append(items: readonly T[]): void {
    for (const item of items) this.entries.push({ item, place: this.nextPlace++ });
    if (this.index < 0 && this.entries.length > 0) this.index = 0;
  }

  playNext(items: readonly T[]): void {
    const added = items.map((item) => ({ item, place: this.nextPlace++ }));
    this.entries.splice(this.index + 1, 0, ...added);
    if (this.index < 0 && this.entries.length > 0) this.index = 0;
  }

  // Removing the current entry makes the one after it current.
  remove(at: number): void {
    if (at < 0 || at >= this.entries.length) return;
    this.entries.splice(at, 1);
    if (at < this.index) this.index--;
    if (this.index >= this.entries.length) this.index = this.entries.length - 1;
  }

  jump(to: number): T | undefined {
    if (to < 0 || to >= this.entries.length) return undefined;
    this.index = to;
    return this.current();
  }

  // What follows without moving there; undefined: the queue ends. `byHand`: the listener asked,
  // so `repeat one` does not hold.
  peek(byHand: boolean): number | undefined {
    if (this.index < 0) return undefined;
    if (this.repeat === 'one' && !byHand) return this.index;
    if (this.index + 1 < this.entries.length) return this.index + 1;
    return this.repeat === 'off' ? undefined : 0;
  }

  next(byHand: boolean): T | undefined {
    const to = this.peek(byHand);
    return to === undefined ? undefined : this.jump(to);
  }

  previous(): T | undefined {
    if (this.index > 0) return this.jump(this.index - 1);
    return this.repeat === 'all' ? this.jump(this.entries.length - 1) : undefined;
  }

  setRepeat(repeat: Repeat): void {
    this.repeat = repeat;
  }

  setShuffle(on: boolean): void {
    if (on === this.shuffled) return;
    this.shuffled = on;
    if (on) {
      this.mix();
      return;
    }
    const current = this.entries[this.index];
    this.entries.sort((a, b) => a.place - b.place);
    this.index = current === undefined ? -1 : this.entries.indexOf(current);
  }

  // Fisher and Yates, with the current entry first.
  private mix(): void {
    if (this.index > 0) {
      const [current] = this.entries.splice(this.index, 1);
      if (current !== undefined) this.entries.unshift(current);
      this.index = 0;
    }
    for (let i = this.entries.length - 1; i > 1; i--) {
      const j = 1 + Math.floor(this.random() * i);
      const a = this.entries[i];
      const b = this.entries[j];
      if (a !== undefined && b !== undefined) {
        this.entries[i] = b;
        this.entries[j] = a;
      }
    }
  }
}
