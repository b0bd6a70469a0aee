// Debian's Chromium, without a window and without its own network traffic.
import { chromium } from 'playwright-core';

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ],
});

// A page that keeps what went wrong in it. `quiet()` throws if anything did.
export async function openPage(world, options = {}) {
  const context = await world.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  world.contexts.push(context);
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== world.server.url) troubles.push(`asked ${request.url()}`);
  });
  const quiet = () => {
    if (troubles.length > 0) throw new Error(`the page had troubles: ${troubles.join('; ')}`);
  };
  const visit = async (address) => {
    await page.goto(world.server.url + address);
    await page.locator('main').waitFor();
  };
  return { page, visit, quiet, troubles };
}

// The page learns of no rendition but the original, as if the server had no encoders.
export const onlyOriginals = (page) => page.route('**/api/v1/stream/*', async (route) => {
  const response = await route.fetch();
  const told = await response.json();
  const offers = told.offers.filter(({ rendition }) => rendition === 'original');
  await route.fulfill({ response, json: { ...told, offers } });
});
