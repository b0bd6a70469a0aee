import { describe, expect, it, vi } from 'vitest';
import { Api, ApiError, isAbort } from './client';

const answering = (body: unknown, status = 200) => vi.fn<typeof fetch>(() =>
  Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })));

describe('Api', () => {
  it('asks for pages with what is set', async () => {
    const fetcher = answering({ items: [{ id: '1', title: 'A' }], next: 'c2' });
    const page = await new Api(fetcher).tracks({ limit: 2, cursor: 'c 1', album: undefined });
    expect(fetcher.mock.calls[0]?.[0]).toBe('/api/v1/tracks?limit=2&cursor=c+1');
    expect(page.next).toBe('c2');
    expect(page.items[0]?.title).toBe('A');
  });

  it('keeps ids out of the path', async () => {
    const fetcher = answering({});
    await new Api(fetcher).album('a/../b?');
    expect(fetcher.mock.calls[0]?.[0]).toBe('/api/v1/albums/a%2F..%2Fb%3F');
  });

  it('shows the sentence of a problem', async () => {
    const api = new Api(answering({ code: 'busy', detail: 'Try again in a minute.' }, 503));
    await expect(api.scan()).rejects.toMatchObject({
      message: 'Try again in a minute.', status: 503, code: 'busy',
    });
  });

  it('has a sentence when the server has none', async () => {
    await expect(new Api(answering('oops', 500)).scan()).rejects.toThrow('HTTP 500');
    await expect(new Api(answering('<html>')).scan()).rejects.toThrow('reload the page');
    const dead = new Api(vi.fn(() => Promise.reject(new TypeError('failed'))));
    await expect(dead.scan()).rejects.toThrow('does not answer');
    await expect(dead.scan()).rejects.toBeInstanceOf(ApiError);
  });

  it('tells an abort from a failure', async () => {
    const controller = new AbortController();
    controller.abort();
    const api = new Api(vi.fn(() => Promise.reject(new DOMException('stop', 'AbortError'))));
    await expect(api.search('x', controller.signal)).rejects.toSatisfy(isAbort);
  });

  it('collects all pages, but not for ever', async () => {
    const api = new Api(answering({}));
    const fetchPage = vi.fn(({ cursor }: { cursor?: string }) => Promise.resolve({
      items: [cursor ?? 'start'], next: cursor === 'c' ? null : cursor === undefined ? 'b' : 'c',
    }));
    expect(await api.all(fetchPage, {})).toEqual(['start', 'b', 'c']);
    const endless = vi.fn(() => Promise.resolve({ items: [1, 2], next: 'again' }));
    expect(await api.all(endless, {}, 5)).toHaveLength(6);
  });
});
