// A real `consort serve` with a data folder and a free port of its own.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import { until } from './harness.mjs';

const patience = 90; // seconds; sanitizers and a busy machine are slow

// `settings`: more lines for its configuration.
export class Server {
  constructor(folder, { executable, web, media, settings = '' }) {
    this.folder = folder;
    this.options = { executable, web, media, settings };
    this.logFile = path.join(folder, 'consort.log');
  }

  async start() {
    const { executable, web, media, settings } = this.options;
    const data = path.join(this.folder, 'data');
    await mkdir(data, { recursive: true });
    const config = path.join(this.folder, 'consort.toml');
    await writeFile(config, `[plugins.webapp]\nroot = ${JSON.stringify(web)}\n${settings}`);
    const log = createWriteStream(this.logFile);
    await once(log, 'open');
    this.process = spawn(executable, ['serve', '--config', config, '--data', data, '--port', '0',
      ...media.flatMap((folder) => ['--media', folder])], { stdio: ['ignore', log, log] });
    const said = path.join(data, 'address');
    const address = await until(async () => {
      if (this.process.exitCode !== null) {
        throw new Error(`consort ended with ${this.process.exitCode}:\n${await this.log()}`);
      }
      return existsSync(said) && (await readFile(said, 'utf8')).trim().split(/\s+/)[0];
    }, 'the server told its address', patience);
    this.url = address.includes('://') ? address.replace(/\/$/, '') : `http://${address}`;
    await until(() => this.scanned(), 'the library was read', patience);
    return this;
  }

  async scanned() {
    const state = await this.json('/api/v1/library/scan').catch(() => undefined);
    return state !== undefined && !state.running && state.scans > 0;
  }

  async json(address) {
    const response = await fetch(this.url + address, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`${address}: HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async text(address) {
    const response = await fetch(this.url + address);
    if (!response.ok) throw new Error(`${address}: HTTP ${response.status}: ${await response.text()}`);
    return response.text();
  }

  log() {
    return readFile(this.logFile, 'utf8');
  }

  // False: it did not end by itself, or it ended badly.
  async stop() {
    if (this.process === undefined || this.process.exitCode !== null) return false;
    this.process.kill('SIGTERM');
    const ended = once(this.process, 'exit');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 30_000);
    const [code] = await ended;
    clearTimeout(timer);
    return code === 0;
  }
}
