// What the server's catalog says, by title.

export async function itemByTitle(server, title) {
  for (const list of ['tracks', 'movies']) {
    const { items } = await server.json(`/api/v1/${list}?limit=500`);
    const found = items.find((item) => item.title === title);
    if (found !== undefined) return found;
  }
  throw new Error(`“${title}” is not in the library`);
}

export async function offersOf(server, title) {
  const item = await itemByTitle(server, title);
  const { offers } = await server.json(`/api/v1/stream/${item.id}`);
  return { item, offers };
}

// The source as it is coded.
export const offer = (offers, delivery) => offers.find(
  (one) => one.delivery === delivery && one.playable && one.rendition === 'original');
