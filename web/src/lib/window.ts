// Which rows of a long list stand in the window.

export interface Span {
  first: number;
  end: number; // one past the last
}

// `top` is the list's upper edge relative to the viewport's, in pixels: negative once scrolled past.
export function visibleSpan(
  count: number, rowHeight: number, top: number, viewport: number, margin = 12,
): Span {
  const first = Math.max(0, Math.floor(-top / rowHeight) - margin);
  const end = Math.min(count, Math.ceil((viewport - top) / rowHeight) + margin);
  return { first: Math.min(first, count), end: Math.max(end, Math.min(first, count)) };
}
