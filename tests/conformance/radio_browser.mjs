// Chromium plays radio stations, each in a page of its own: radio_browser.mjs URL SECONDS ROUTE…
// Prints JSON, an object by route: the errors, the seconds played, and the titles that the page showed. A player
// that does not get on for half a minute has an error, too.
import { launch } from '../browser/lib/browser.mjs';

const [url, seconds, ...routes] = process.argv.slice(2);

async function listen(browser, route) {
  const page = await (await browser.newContext()).newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${url}/web`);
  const heard = await page.evaluate(([wanted, length]) => new Promise((resolve) => {
    const section = document.querySelector(`section[data-route="${wanted}"]`);
    const audio = section.querySelector('audio');
    const found = { errors: [], titles: [], seconds: 0, holes: 0 };
    let from, moved = performance.now(), place = 0;
    const end = () => {
      found.seconds = place - (from ?? place);
      audio.pause();
      resolve(found);
    };
    for (const event of ['error', 'ended', 'pause']) {
      audio.addEventListener(event, () => found.errors.push(`${event} ${audio.error?.message ?? ''}`));
    }
    audio.addEventListener('waiting', () => { if (from !== undefined) found.holes++; });
    audio.muted = true;
    audio.play().catch((error) => found.errors.push(String(error)));
    setInterval(() => {
      const title = section.querySelector('.now').textContent;
      if (found.titles.at(-1) !== title) found.titles.push(title);
      const now = performance.now();
      if (audio.currentTime > place) {
        // Its own start-up is over when it has played for a second.
        if (place > 0 && audio.currentTime - place < 1) from ??= place;
        [place, moved] = [audio.currentTime, now];
      }
      if (now - moved > 30_000) found.errors.push(`it stopped at ${place} s`);
      if (found.errors.length > 0 || (from !== undefined && place - from >= length)) end();
    }, 250);
  }), [route, Number(seconds)]);
  return [route, { ...heard, errors: [...errors, ...heard.errors] }];
}

const browser = await launch();
try {
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(routes.map((route) => listen(browser, route))))));
} finally {
  await browser.close();
}
