// Data from the server with its three states, kept while the app runs, so that going back shows
// the page at once and as it was.
import { signal, type Signal } from '@preact/signals';
import { messageOf } from '../api/client';
import type { Page } from '../api/types';

export interface Loaded<T> {
  value: T | undefined;
  error: string;
}

const cache = new Map<string, Signal<Loaded<unknown>>>();
const lists = new Map<string, Pages<unknown>>();
const mostKept = 60;

export function forgetAll(): void {
  cache.clear();
  lists.clear();
}

function keep<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.delete(key);
  map.set(key, found);
  const oldest = map.keys().next();
  if (map.size > mostKept && !oldest.done) map.delete(oldest.value);
  return found;
}

// So that a page that failed is tried again when one comes back to it.
export function forgetFailures(): void {
  for (const [key, state] of cache) if (state.peek().error !== '') cache.delete(key);
}

// The resource named `key`, fetched on first use.
export function resource<T>(key: string, fetcher: () => Promise<T>): Signal<Loaded<T>> {
  const kept = keep(cache, key, () => {
    const state = signal<Loaded<unknown>>({ value: undefined, error: '' });
    fetcher().then(
      (value) => { state.value = { value, error: '' }; },
      (error: unknown) => {
        state.value = { value: undefined, error: messageOf(error) };
      });
    return state;
  });
  return kept as Signal<Loaded<T>>;
}

// A list that grows page by page as it is scrolled.
export class Pages<T> {
  readonly items = signal<readonly T[]>([]);
  readonly error = signal('');
  readonly done = signal(false);
  private cursor: string | null = null;
  private busy = false;

  constructor(private readonly fetchPage: (cursor: string | undefined) => Promise<Page<T>>) {}

  async more(): Promise<void> {
    if (this.busy || this.done.peek()) return;
    this.busy = true;
    this.error.value = '';
    try {
      const page = await this.fetchPage(this.cursor ?? undefined);
      this.items.value = [...this.items.peek(), ...page.items];
      // A server that repeats its cursor must not be asked for ever.
      this.done.value = page.next === null || page.next === this.cursor;
      this.cursor = page.next;
    } catch (error) {
      this.error.value = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}

export function pages<T>(
  key: string, fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
): Pages<T> {
  return keep(lists, key, () => {
    const made = new Pages(fetchPage);
    void made.more();
    return made as Pages<unknown>;
  }) as Pages<T>;
}
