// The server's API. Every call rejects with an ApiError whose message can be shown to a person.
import * as decode from './decode';
import type {
  Album, Artist, Film, Offer, Page, ScanState, SearchResult, Show, Track,
} from './types';

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number, // 0: the server was not reached
    readonly code: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface ListQuery {
  limit?: number;
  cursor?: string;
  sort?: string;
  [filter: string]: string | number | undefined;
}

export class Api {
  constructor(
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
    private readonly base = '/api/v1',
  ) {}

  tracks(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Track>> {
    return this.list('/tracks', query, decode.track, signal);
  }
  albums(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Album>> {
    return this.list('/albums', query, decode.album, signal);
  }
  artists(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Artist>> {
    return this.list('/artists', query, decode.artist, signal);
  }
  movies(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Film>> {
    return this.list('/movies', query, decode.movie, signal);
  }
  shows(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Show>> {
    return this.list('/shows', query, decode.show, signal);
  }
  episodes(query: ListQuery = {}, signal?: AbortSignal): Promise<Page<Film>> {
    return this.list('/episodes', query, decode.episode, signal);
  }

  async album(id: string): Promise<{ album: Album; tracks: Track[] }> {
    const json = decode.record(await this.get(`/albums/${encodeURIComponent(id)}`));
    return { album: decode.album(json), tracks: decode.list(json['tracks']).map(decode.track) };
  }
  async artist(id: string): Promise<{ artist: Artist; albums: Album[] }> {
    const json = decode.record(await this.get(`/artists/${encodeURIComponent(id)}`));
    return { artist: decode.artist(json), albums: decode.list(json['albums']).map(decode.album) };
  }
  async movie(id: string, signal?: AbortSignal): Promise<Film> {
    return decode.movie(await this.get(`/movies/${encodeURIComponent(id)}`, signal));
  }
  async episode(id: string, signal?: AbortSignal): Promise<Film> {
    return decode.episode(await this.get(`/episodes/${encodeURIComponent(id)}`, signal));
  }
  async show(id: string): Promise<{ show: Show; episodes: Film[] }> {
    const json = decode.record(await this.get(`/shows/${encodeURIComponent(id)}`));
    return { show: decode.show(json), episodes: decode.list(json['episodes']).map(decode.episode) };
  }

  async search(text: string, signal?: AbortSignal): Promise<SearchResult> {
    return decode.search(await this.get(`/search?${new URLSearchParams({ q: text })}`, signal));
  }

  async scan(signal?: AbortSignal): Promise<ScanState> {
    return decode.scan(await this.get('/library/scan', signal));
  }

  // What the server can do to bring this item to a player, in the server's order.
  async offers(id: string, signal?: AbortSignal): Promise<Offer[]> {
    return decode.offers(await this.get(`/stream/${encodeURIComponent(id)}`, signal));
  }

  // All items of a list that is known to be short, such as an album's tracks.
  async all<T>(
    fetchPage: (query: ListQuery) => Promise<Page<T>>,
    query: ListQuery,
    most = 2000,
  ): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<T> = await fetchPage(cursor === null ? query : { ...query, cursor });
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && items.length < most);
    return items;
  }

  private async list<T>(
    path: string,
    query: ListQuery,
    item: (value: unknown) => T,
    signal?: AbortSignal,
  ): Promise<Page<T>> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') parameters.set(name, String(value));
    }
    const suffix = parameters.size > 0 ? `?${parameters}` : '';
    return decode.page(await this.get(path + suffix, signal), item);
  }

  private async get(path: string, signal?: AbortSignal): Promise<unknown> {
    let response: Response;
    try {
      response = await this.fetcher(this.base + path, {
        headers: { accept: 'application/json' },
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(
        'The server does not answer. Check that it is running and that you are on its network.',
        0, 'unreachable');
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw problem(response, body);
    if (body === undefined) {
      throw new ApiError('The server sent an answer that this app does not understand. ' +
        'If it was just updated, reload the page.', response.status, 'malformed');
    }
    return body;
  }
}

// RFC 9457.
function problem(response: Response, body: unknown): ApiError {
  const json = decode.record(body);
  const detail = typeof json['detail'] === 'string' ? json['detail'] : '';
  const code = typeof json['code'] === 'string' ? json['code'] : '';
  const fallback = response.status === 404
    ? 'This is not in the library any more.'
    : `The server could not do this (HTTP ${response.status}). Its log says why.`;
  return new ApiError(detail || fallback, response.status, code);
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong. Reload the page.';
