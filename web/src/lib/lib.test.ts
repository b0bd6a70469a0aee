import { describe, expect, it, vi } from 'vitest';
import { bucket, clock, initials, plural, spoken } from './format';
import { Pages } from './resource';
import { match } from './router';
import { visibleSpan } from './window';

describe('the first page', () => {
  it('may be at /app, and is found again there', async () => {
    vi.resetModules();
    history.replaceState(null, '', '/app');
    const { here, navigate, startRouter } = await import('./router');
    startRouter();
    expect(here.value.path).toBe('/');
    navigate('/albums/a1');
    expect(location.pathname).toBe('/albums/a1');
    navigate('/?x=1');
    expect(location.pathname + location.search).toBe('/app?x=1');
    expect(here.value.path).toBe('/');
    sessionStorage.clear();
  });
  it('is at / elsewhere', async () => {
    vi.resetModules();
    history.replaceState(null, '', '/albums');
    const { here, navigate } = await import('./router');
    expect(here.value.path).toBe('/albums');
    navigate('/');
    expect(location.pathname).toBe('/');
  });
});

describe('format', () => {
  it('writes times', () => {
    expect([0, 59.9, 61, 3600, 36061].map(clock)).toEqual(['0:00', '0:59', '1:01', '1:00:00', '10:01:01']);
    expect([NaN, Infinity, -1].map(clock)).toEqual(['0:00', '0:00', '0:00']);
  });
  it('says lengths', () => {
    expect([1, 59, 90, 3600, 7261].map(spoken))
      .toEqual(['1 second', '59 seconds', '2 minutes', '1 hour', '2 hours 1 minute']);
    expect(plural(1234, 'track')).toBe('1,234 tracks');
  });
  it('finds initials in any script', () => {
    expect(initials('The Rite of Spring')).toBe('TR');
    expect(initials('  (éclair) — 春')).toBe('É春');
    expect(initials('***')).toBe('');
  });
  it('chooses the same bucket every time', () => {
    expect(bucket('Aria', 6)).toBe(bucket('Aria', 6));
    expect(bucket('', 6)).toBeLessThan(6);
  });
});

describe('match', () => {
  it('takes parameters and decodes them', () => {
    expect(match('/albums/:id', '/albums/a%20b')).toEqual({ id: 'a b' });
    expect(match('/albums', '/albums')).toEqual({});
  });
  it('refuses what does not fit', () => {
    expect(match('/albums/:id', '/albums')).toBeUndefined();
    expect(match('/albums/:id', '/albums/')).toBeUndefined();
    expect(match('/albums/:id', '/albums/a/b')).toBeUndefined();
    expect(match('/albums/:id', '/albums/%E0%A4%A')).toBeUndefined();
  });
});

describe('visibleSpan', () => {
  it('covers the window and a margin', () => {
    expect(visibleSpan(1000, 50, 0, 500, 2)).toEqual({ first: 0, end: 12 });
    expect(visibleSpan(1000, 50, -5000, 500, 2)).toEqual({ first: 98, end: 112 });
    expect(visibleSpan(1000, 50, -49_900, 500, 2)).toEqual({ first: 996, end: 1000 });
  });
  it('is empty or whole where the list is elsewhere or short', () => {
    expect(visibleSpan(0, 50, 0, 500)).toEqual({ first: 0, end: 0 });
    const { first, end } = visibleSpan(10, 50, -9000, 500, 2);
    expect(first).toBe(10);
    expect(end).toBe(10);
  });
});

describe('Pages', () => {
  it('grows until the server has no more, and asks once at a time', async () => {
    const fetchPage = vi.fn((cursor: string | undefined) => Promise.resolve(
      cursor === undefined ? { items: [1, 2], next: 'b' } : { items: [3], next: null }));
    const list = new Pages<number>(fetchPage);
    await Promise.all([list.more(), list.more()]);
    expect(fetchPage).toHaveBeenCalledTimes(1);
    await list.more();
    await list.more();
    expect(list.items.value).toEqual([1, 2, 3]);
    expect(list.done.value).toBe(true);
    expect(fetchPage).toHaveBeenCalledTimes(2);
  });
  it('keeps what it has after an error and can go on', async () => {
    let broken = false;
    const list = new Pages<number>(() => (broken ? Promise.reject(new Error('no net'))
      : Promise.resolve({ items: [1], next: 'x' })));
    await list.more();
    broken = true;
    await list.more();
    expect(list.error.value).toBe('no net');
    expect(list.items.value).toEqual([1]);
    broken = false;
    await list.more();
    expect(list.error.value).toBe('');
    expect(list.done.value).toBe(true); // the same cursor again: it stops
  });
});
