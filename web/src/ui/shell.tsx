// The frame around every page: navigation, search field, player.
import type { ComponentChildren } from 'preact';
import { here, navigate } from '../lib/router';
import { announcement, helpOpen, player, queueOpen, scan } from '../store';
import { radio, stations } from '../radio_store';
import { Help } from './help';
import { Icon, type IconName } from './icons';
import { IconButton } from './parts';
import { PlayerBar } from './player_bar';
import { QueuePanel } from './queue_panel';

const places: [path: string, label: string, icon: IconName][] = [
  ['/', 'Home', 'home'],
  ['/albums', 'Albums', 'album'],
  ['/artists', 'Artists', 'artist'],
  ['/tracks', 'Tracks', 'tracks'],
  ['/films', 'Films', 'film'],
  ['/shows', 'Shows', 'show'],
];
const radioPlace: typeof places[number] = ['/stations', 'Radio', 'radio'];

function inside(path: string, place: string): boolean {
  return place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`);
}

function Navigation() {
  const { path } = here.value;
  const shown = stations.value.length > 0 ? [...places, radioPlace] : places;
  return (
    <nav class="side-nav" aria-label="Library">
      <a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28" />Consort</a>
      <div class="places">{shown.map(([place, label, icon]) => (
        <a key={place} href={place} {...(inside(path, place) ? { 'aria-current': 'page' } : {})}>
          <Icon name={icon} /><span>{label}</span>
        </a>
      ))}</div>
    </nav>
  );
}

function SearchField() {
  const { path, query } = here.value;
  const text = path === '/search' ? query.get('q') ?? '' : '';
  const change = (value: string): void => {
    const url = value === '' ? '/search' : `/search?${new URLSearchParams({ q: value })}`;
    navigate(url, path === '/search');
  };
  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <Icon name="search" size={18} />
      <input id="search" type="search" placeholder="Search" aria-label="Search the library"
        autocomplete="off" spellcheck={false} enterkeyhint="search" value={text}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === 'Escape') event.currentTarget.blur(); }} />
    </form>
  );
}

function ScanBanner() {
  const state = scan.value;
  if (state === undefined || !state.running) return null;
  const known = state.total > 0;
  return (
    <div class="scan" role="status">
      <span>
        {known ? `Looking through your files: ${state.done.toLocaleString('en')} of ${state.total.toLocaleString('en')}`
          : 'Looking for your files'}
      </span>
      <progress {...(known ? { value: state.done, max: state.total } : {})} aria-label="Scan" />
    </div>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  const classes = ['shell'];
  if (player.value.track !== undefined || radio.value.station !== undefined) classes.push('with-player');
  if (queueOpen.value) classes.push('with-queue');
  return (
    <div class={classes.join(' ')}>
      <a class="skip" href="#content" onClick={(event) => {
        event.preventDefault();
        document.getElementById('content')?.focus();
      }}>Skip to the content</a>
      <header class="top">
        <a class="brand" href="/" aria-label="Consort, home"><img src="/icon.svg" alt="" width="28" height="28" /></a>
        <SearchField />
        <IconButton icon="keyboard" label="Keyboard shortcuts" class="help-button"
          onClick={() => { helpOpen.value = true; }} />
      </header>
      <Navigation />
      <main id="content" tabIndex={-1}>
        <ScanBanner />
        {children}
      </main>
      <QueuePanel />
      <div class="bottom"><PlayerBar /></div>
      <Help />
      <div class="sr-only" aria-live="polite">{announcement.value}</div>
    </div>
  );
}
