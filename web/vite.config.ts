import { defineConfig } from 'vitest/config';

// `npm run dev` serves the app with live reload and passes the API on to a running server.
const server = process.env['CONSORT_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Everything stays a file of its own: the security policy forbids inline data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // hls.js, fetched only when a stream needs it
  },
  server: { proxy: { '/api': server } },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
