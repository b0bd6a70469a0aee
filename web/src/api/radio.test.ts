import { describe, expect, it } from 'vitest';
import { fetchHistory, fetchStations, routeOfAddress, stationAddress } from './radio';

const answering = (body: string, type: string, status = 200): typeof fetch =>
  () => Promise.resolve(new Response(body, { status, headers: { 'content-type': type } }));

describe('fetchStations', () => {
  it('gives them in the order of their names', async () => {
    const json = JSON.stringify({ items: [
      { route: '/z', name: 'zebra', format: 'mp3', bitrate: 128, hls: '/z/hls/index.m3u8' },
      { route: '/', name: 'Älter', now_playing: { title: 'One', artist: 'Two', listeners: 3 } },
      { route: '/b', name: 'Birds' },
      'nonsense',
    ] });
    const stations = await fetchStations(answering(json, 'application/json'));
    expect(stations.map(({ name }) => name)).toEqual(['Älter', 'Birds', 'zebra']);
    expect(stations[0]?.nowPlaying).toMatchObject({ title: 'One', artist: 'Two', listeners: 3 });
    expect(stations[1]?.hls).toBe('');
    expect(stations[2]?.hls).toBe('/z/hls/index.m3u8');
  });

  it('finds none where the server has no radio', async () => {
    expect(await fetchStations(answering('<!doctype html>', 'text/html; charset=utf-8'))).toEqual([]);
    expect(await fetchStations(answering('{}', 'application/problem+json', 404))).toEqual([]);
    expect(await fetchStations(answering('{}', 'application/json'))).toEqual([]);
  });
});

describe('fetchHistory', () => {
  it('gives what was played', async () => {
    const json = JSON.stringify({ items: [{ title: 'A', artist: 'B', began_ms: 5, live: true }, {}] });
    expect(await fetchHistory('/x', answering(json, 'application/json'))).toEqual([
      { title: 'A', artist: 'B', began: 5, live: true },
      { title: 'Untitled', artist: '', began: 0, live: false },
    ]);
  });
  it('says in a sentence that it could not', async () => {
    await expect(fetchHistory('/x', () => Promise.reject(new Error('net')))).rejects.toThrow('server');
    await expect(fetchHistory('/x', answering('{}', 'application/json', 503))).rejects.toThrow('server');
  });
});

describe('addresses in the app', () => {
  it('lead back to the route', () => {
    for (const route of ['/', '/jazz', '/rock/live', '/a.b~c']) {
      const address = stationAddress(route);
      expect(address.split('/')).toHaveLength(3);
      expect(routeOfAddress(decodeURIComponent(address.split('/')[2] ?? ''))).toBe(route);
    }
  });
});
