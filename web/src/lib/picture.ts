// Addresses of covers in the size in which they are shown, for ordinary and for fine screens.

const largest = 1024; // the server makes none larger

export const sized = (address: string, pixels: number): string =>
  (address === '' ? '' : `${address}?size=${Math.min(largest, Math.ceil(pixels))}`);

// The attributes of an <img> that is `width` CSS pixels wide.
export const pictureOf = (address: string, width: number): { src: string; srcset: string } => ({
  src: sized(address, width),
  srcset: [1, 2, 3].map((density) => `${sized(address, width * density)} ${density}x`).join(', '),
});
