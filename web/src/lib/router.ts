// Addresses of the app: patterns to parameters, and the browser's history behind one signal.
import { signal } from '@preact/signals';

export interface Location {
  path: string;
  query: URLSearchParams;
  key: number; // counts up with every navigation; the scroll position is kept under it
}

// "/albums/:id" and "/albums/a1" give { id: "a1" }; undefined if they do not fit.
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (let i = 0; i < wanted.length; i++) {
    const want = wanted[i] ?? '';
    const have = given[i] ?? '';
    if (!want.startsWith(':')) {
      if (want !== have) return undefined;
      continue;
    }
    if (have === '') return undefined;
    try {
      parameters[want.slice(1)] = decodeURIComponent(have);
    } catch {
      return undefined;
    }
  }
  return parameters;
}

// Where a radio station answers at "/", the server has the app's first page at "/app". The app says
// "/" for it everywhere; only the address bar knows, and the tab remembers.
const elsewhere = '/app';
const atElsewhere = (path: string): boolean => path === elsewhere || path === `${elsewhere}/`;
const memory = 'consort-home';

function homeIsElsewhere(): boolean {
  try {
    if (atElsewhere(location.pathname)) sessionStorage.setItem(memory, elsewhere);
    return sessionStorage.getItem(memory) === elsewhere;
  } catch {
    return atElsewhere(location.pathname);
  }
}

function addressOf(url: string): string {
  return /^\/($|[?#])/.test(url) && homeIsElsewhere() ? elsewhere + url.slice(1) : url;
}

let keys = 0;
const scrolls = new Map<number, number>();

function read(): Location {
  const state: unknown = history.state;
  const key = typeof state === 'object' && state !== null && 'key' in state
    ? Number((state as { key: unknown }).key) || 0 : 0;
  keys = Math.max(keys, key);
  const path = atElsewhere(location.pathname) ? '/' : location.pathname.replace(/(.)\/+$/, '$1');
  return { path, query: new URLSearchParams(location.search), key };
}

export const here = signal<Location>(read());

export function navigate(url: string, replace = false): void {
  if (replace) {
    history.replaceState({ key: here.peek().key }, '', addressOf(url));
  } else {
    scrolls.set(here.peek().key, window.scrollY);
    history.pushState({ key: ++keys }, '', addressOf(url));
    window.scrollTo(0, 0);
  }
  here.value = read();
}

export const savedScroll = (key: number): number => scrolls.get(key) ?? 0;

export function startRouter(): void {
  homeIsElsewhere();
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => {
    here.value = read();
  });
  addEventListener('scroll', () => scrolls.set(here.peek().key, window.scrollY), { passive: true });
  // One listener serves every link, so plain <a href> is all that views need.
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.origin !== location.origin || link.target !== '' ||
        link.hasAttribute('download') || link.pathname.startsWith('/api/')) return;
    event.preventDefault();
    if (link.href !== location.href) navigate(link.pathname + link.search);
  });
}
