// What all views share: the API, the player, and the player's state as signals.
import { batch, effect, signal } from '@preact/signals';
import { Api } from './api/client';
import type { ScanState } from './api/types';
import { Engine, type PlayerState, type Progress } from './player/engine';
import { makeHls } from './player/hls';
import { browserCapabilities, type Capabilities } from './player/offers';
import type { Repeat } from './player/queue';
import { forgetAll, forgetFailures } from './lib/resource';
import { here } from './lib/router';

export const api = new Api();
export const capabilities: Capabilities = browserCapabilities();

const audio = (): HTMLMediaElement => {
  const element = document.createElement('audio');
  element.preload = 'auto';
  return element;
};

export const engine = new Engine({
  offers: (id) => api.offers(id),
  elements: [audio(), audio()],
  capabilities,
  makeHls,
});

export const player = signal<PlayerState>(engine.state());
export const progress = signal<Progress>(engine.progress());
export const scan = signal<ScanState | undefined>(undefined);
export const queueOpen = signal(false);
export const helpOpen = signal(false);
export const announcement = signal(''); // read aloud by screen readers

const settingsKey = 'consort.player';

function restoreSettings(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(settingsKey) ?? '{}') as Record<string, unknown>;
    if (typeof kept['volume'] === 'number') engine.setVolume(kept['volume']);
    if (kept['muted'] === true) engine.setMuted(true);
    if (kept['shuffled'] === true) engine.setShuffle(true);
    const repeat = kept['repeat'];
    if (repeat === 'all' || repeat === 'one') engine.setRepeat(repeat satisfies Repeat);
  } catch {
    // Private windows may have no storage: the player starts with its defaults.
  }
}

export function startStore(): void {
  engine.onChange(() => batch(() => {
    player.value = engine.state();
    progress.value = engine.progress();
  }));
  engine.onProgress(() => {
    progress.value = engine.progress();
  });
  restoreSettings();
  effect(() => {
    const { volume, muted, queue } = player.value;
    const kept = JSON.stringify({ volume, muted, shuffled: queue.shuffled, repeat: queue.repeat });
    try {
      if (localStorage.getItem(settingsKey) !== kept) localStorage.setItem(settingsKey, kept);
    } catch {
      // As above.
    }
  });
  effect(() => {
    void here.value;
    forgetFailures();
  });
  void watchScan();
}

// Looks often while a scan runs, seldom otherwise. What was found shows when the scan is over.
async function watchScan(): Promise<void> {
  let wasRunning = false;
  try {
    const state = await api.scan();
    wasRunning = scan.peek()?.running ?? false;
    scan.value = state;
    if (wasRunning && !state.running) {
      forgetAll();
      libraryVersion.value++;
    }
  } catch {
    scan.value = undefined;
  }
  setTimeout(() => void watchScan(), scan.peek()?.running ? 1500 : 30_000);
}

export const libraryVersion = signal(0); // changes when views must ask the server again
