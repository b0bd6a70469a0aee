// What m3u8-parser, which video players use, makes of playlists: a JSON object name -> text on the
// standard input becomes name -> { warnings, manifest } on the standard output. The package is one of
// tests/browser's.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../browser/package.json', import.meta.url));
const { Parser } = createRequire(home)('m3u8-parser');

const found = {};
for (const [name, playlist] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const warnings = [];
  const parser = new Parser();
  parser.on('warn', ({ message }) => warnings.push(message));
  parser.push(playlist);
  parser.end();
  found[name] = { warnings, manifest: parser.manifest };
}
process.stdout.write(JSON.stringify(found));
