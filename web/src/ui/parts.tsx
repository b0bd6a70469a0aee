// Small pieces that several pages use.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { bucket, initials } from '../lib/format';
import { pictureOf } from '../lib/picture';
import type { ArtistRef } from '../api/types';
import { Icon, type IconName } from './icons';

// A picture, or a quiet tile with the initials while there is none. `width` is about how wide it is
// shown, in CSS pixels.
export function Cover({ src, title, width = 192, round = false, tall = false, eager = false }: {
  src: string; title: string; width?: number; round?: boolean; tall?: boolean; eager?: boolean;
}) {
  const [ended, setEnded] = useState<{ src: string; well: boolean } | undefined>(undefined);
  const shown = ended?.src === src && ended.well;
  const failed = ended?.src === src && !ended.well;
  const shape = `cover${round ? ' round' : ''}${tall ? ' tall' : ''} tint-${bucket(title, 6)}`;
  return (
    <span class={shape} aria-hidden="true">
      {!shown && <span class="initials" data-text={initials(title)} />}
      {src !== '' && !failed && (
        <img key={src} {...pictureOf(src, width)} alt="" loading={eager ? 'eager' : 'lazy'} decoding="async"
          class={shown ? 'shown' : ''}
          onLoad={() => setEnded({ src, well: true })} onError={() => setEnded({ src, well: false })} />
      )}
    </span>
  );
}

export function ArtistLinks({ artists, fallback }: { artists: ArtistRef[]; fallback: string }) {
  if (artists.length === 0) return <>{fallback}</>;
  return (
    <>
      {artists.map((artist, i) => (
        <span key={artist.id || artist.name}>
          {i > 0 && ', '}
          {artist.id === '' ? artist.name
            : <a href={`/artists/${encodeURIComponent(artist.id)}`}>{artist.name}</a>}
        </span>
      ))}
    </>
  );
}

export function IconButton({ icon, label, onClick, active = false, pressed, size, class: extra = '' }: {
  icon: IconName; label: string; onClick: () => void;
  active?: boolean; pressed?: boolean; size?: number; class?: string;
}) {
  return (
    <button type="button" class={`icon-button ${active ? 'active' : ''} ${extra}`} aria-label={label}
      title={label} onClick={onClick} {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}>
      <Icon name={icon} {...(size === undefined ? {} : { size })} />
    </button>
  );
}

// A page's state when there is nothing to show: what is the matter, and what to do.
export function Message({ title, children, action }: {
  title: string; children?: ComponentChildren; action?: { label: string; run: () => void };
}) {
  return (
    <section class="message">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <button type="button" class="button" onClick={action.run}>{action.label}</button>}
    </section>
  );
}

export function Failed({ error, retry }: { error: string; retry: () => void }) {
  return <Message title="This did not work" action={{ label: 'Try again', run: retry }}>{error}</Message>;
}

// Stands in for a page that loads; shown only if it takes a moment.
export function Waiting() {
  return <div class="waiting" role="status"><span class="sr-only">Loading</span></div>;
}

// Asks for more when the end of a list comes near the window.
export function Sentinel({ onNear }: { onNear: () => void }) {
  const element = useRef<HTMLDivElement>(null);
  const call = useRef(onNear);
  call.current = onNear;
  useEffect(() => {
    if (element.current === null || !('IntersectionObserver' in window)) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) call.current();
    }, { rootMargin: '800px' });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={element} class="sentinel" />;
}
