import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { announcement } from '../store';

// Sets the document's title, and says it to screen readers, which notice no change of page.
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Consort' : `${title} · Consort`;
    announcement.value = title;
  }, [title]);
}

export function PageHead({ title, children }: { title: string; children?: ComponentChildren }) {
  useTitle(title);
  return <div class="page-head"><h1>{title}</h1>{children}</div>;
}
