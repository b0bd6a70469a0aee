import { describe, expect, it } from 'vitest';
import { pictureOf, sized } from './picture';

describe('covers in sizes', () => {
  it('asks for what is shown, and for finer screens', () => {
    expect(pictureOf('/c', 192)).toEqual({
      src: '/c?size=192', srcset: '/c?size=192 1x, /c?size=384 2x, /c?size=576 3x',
    });
  });
  it('asks for no more than there is', () => {
    expect(sized('/c', 5000)).toBe('/c?size=1024');
    expect(sized('', 64)).toBe('');
  });
});
