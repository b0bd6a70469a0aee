// A slider for time and volume: pointer, touch and keyboard.
import { useRef, useState } from 'preact/hooks';

export function Slider({ label, value, max, secondary = 0, step, page, text, commit, live = false }: {
  label: string;
  value: number;
  max: number;
  secondary?: number; // a second, paler bar: what is loaded
  step: number; // of the arrow keys
  page: number; // of Page Up and Page Down
  text: string; // the value as it is read aloud
  commit: (value: number) => void;
  live?: boolean; // commit while dragging, too
}) {
  const track = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<number | undefined>(undefined);
  const shown = drag ?? value;
  const percent = (part: number): string => `${max > 0 ? Math.min(100, (part / max) * 100) : 0}%`;

  const at = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return value;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * max;
  };
  const move = (event: PointerEvent): void => {
    const to = at(event);
    setDrag(to);
    if (live) commit(to);
  };
  const keys: Record<string, () => number> = {
    ArrowRight: () => value + step,
    ArrowUp: () => value + step,
    ArrowLeft: () => value - step,
    ArrowDown: () => value - step,
    PageUp: () => value + page,
    PageDown: () => value - page,
    Home: () => 0,
    End: () => max,
  };
  return (
    <div class={`slider${drag === undefined ? '' : ' dragging'}`} role="slider" tabIndex={0}
      aria-label={label} aria-valuemin={0} aria-valuemax={Math.round(max * 100) / 100}
      aria-valuenow={Math.round(shown * 100) / 100} aria-valuetext={text}
      onPointerDown={(event) => {
        if (event.button !== 0 || max <= 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => { if (drag !== undefined) move(event); }}
      onPointerUp={(event) => {
        if (drag !== undefined) commit(at(event));
        setDrag(undefined);
      }}
      onPointerCancel={() => setDrag(undefined)}
      onKeyDown={(event) => {
        const to = event.shiftKey ? undefined : keys[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        commit(Math.min(max, Math.max(0, to())));
      }}>
      <div ref={track} class="slider-track">
        <div class="slider-secondary" style={{ width: percent(secondary) }} />
        <div class="slider-fill" style={{ width: percent(shown) }} />
        <div class="slider-thumb" style={{ left: percent(shown) }} />
      </div>
    </div>
  );
}
