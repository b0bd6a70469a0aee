// The web app and the streams in a real browser, against a real server.
//   CONSORT      the consort executable
//   CONSORT_WEB  the built web app
// An argument runs only the cases whose name contains it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launch } from './lib/browser.mjs';
import { runAll } from './lib/harness.mjs';
import { makeLibrary } from './lib/library.mjs';
import { Server } from './lib/server.mjs';
import './cases/pages.mjs';
import './cases/music.mjs';
import './cases/film.mjs';
import './cases/formats.mjs';
import './cases/samples.mjs';
import './cases/playlists.mjs';
import './cases/entry.mjs';
import './cases/dash.mjs';
import './cases/radio.mjs';
import './cases/accessibility.mjs';

for (const name of ['CONSORT', 'CONSORT_WEB']) {
  if (!process.env[name]) {
    console.error(`${name} is not set; tests/browser/run sets it`);
    process.exit(2);
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'consort-browser-'));
const media = path.join(folder, 'media');
const world = {
  folder,
  media,
  contexts: [],
  async tidy() {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  },
};
let failed = 1;
try {
  await makeLibrary(media);
  world.server = new Server(folder, {
    executable: process.env.CONSORT, web: process.env.CONSORT_WEB, media: [media],
  });
  await world.server.start();
  world.browser = await launch();
  failed = await runAll(world, process.argv[2]);
  if (failed > 0) console.log(`---- the end of the server's log ----\n${(await world.server.log()).slice(-4000)}`);
} finally {
  await world.browser?.close();
  for (const server of [world.server, world.radio]) {
    if (await server?.stop() !== false) continue;
    console.log(`the server did not end well:\n${(await server.log()).slice(-4000)}`);
    failed++;
  }
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
