// Keys that work everywhere. A focused control keeps the keys it needs itself.
import { navigate } from '../lib/router';
import { radio, radioPlayer } from '../radio_store';
import { engine, helpOpen, player, queueOpen } from '../store';

export const shortcuts: [keys: string, what: string][] = [
  ['Space', 'Play or pause'],
  ['← →', 'Back or on by 5 seconds'],
  ['Shift ← →', 'Previous or next track'],
  ['↑ ↓', 'Louder or softer'],
  ['M', 'Sound off and on'],
  ['S', 'Shuffle'],
  ['R', 'Repeat: off, all, one'],
  ['Q', 'Show the queue'],
  ['/', 'Search'],
  ['F', 'Full screen (film)'],
  ['?', 'Show this help'],
];

export const nextRepeat = { off: 'all', all: 'one', one: 'off' } as const;

const typing = (target: Element): boolean =>
  target.matches('input:not([type=range]), textarea, select, [contenteditable]');

function seekKey(event: KeyboardEvent, seconds: number): void {
  if (event.shiftKey) seconds > 0 ? engine.next() : engine.previous();
  else engine.seekBy(seconds);
}

// Undefined: not ours.
function actionFor(event: KeyboardEvent, target: Element): (() => void) | undefined {
  const slider = target.matches('[role=slider], input[type=range]');
  const pressable = target.matches('button, a[href], summary');
  const tuned = radio.peek().station !== undefined;
  const some = !tuned && player.peek().track !== undefined;
  const heard = tuned ? radio.peek().playing : player.peek().playing;
  switch (event.key) {
    case ' ':
      if (pressable) return undefined;
      if (tuned) return () => radioPlayer.toggle();
      return some ? () => engine.toggle() : undefined;
    case 'ArrowLeft':
      return slider || !some ? undefined : () => seekKey(event, -5);
    case 'ArrowRight':
      return slider || !some ? undefined : () => seekKey(event, 5);
    case 'ArrowUp':
      return slider || !heard ? undefined
        : () => engine.setVolume(player.peek().volume + 0.05);
    case 'ArrowDown':
      return slider || !heard ? undefined
        : () => engine.setVolume(player.peek().volume - 0.05);
    case 'm': return () => engine.setMuted(!player.peek().muted);
    case 's': return () => engine.setShuffle(!player.peek().queue.shuffled);
    case 'r': return () => engine.setRepeat(nextRepeat[player.peek().queue.repeat]);
    case 'q': return () => { queueOpen.value = !queueOpen.peek(); };
    case '?': return () => { helpOpen.value = true; };
    case '/': return focusSearch;
    default: return undefined;
  }
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('#search');
  if (field !== null && field.offsetParent !== null) field.focus();
  else navigate('/search');
}

export function startKeyboard(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (typing(target) || document.querySelector('dialog[open]') !== null) return;
    const action = actionFor(event, target);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
