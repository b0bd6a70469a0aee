// Runs named cases one after the other and counts. A case fails by throwing.

const cases = [];

export function test(name, run, { seconds = 60 } = {}) {
  cases.push({ name, run, seconds });
}

// The first true value of `condition`, asked again and again: waits for what happens, not for time.
export async function until(condition, what, seconds = 20) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function equal(actual, expected, what) {
  const [have, want] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (have !== want) throw new Error(`${what}: ${have}, expected ${want}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

async function timed({ run, seconds }, world) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([run(world), late]);
  } finally {
    clearTimeout(timer);
  }
}

// `only`: run the cases whose name contains this text. Returns how many failed.
export async function runAll(world, only = '') {
  let passed = 0;
  const failures = [];
  for (const one of cases.filter(({ name }) => name.includes(only))) {
    const start = performance.now();
    try {
      await timed(one, world);
      passed++;
      console.log(`ok      ${one.name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failures.push(one.name);
      console.log(`FAILED  ${one.name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
    } finally {
      await world.tidy();
    }
  }
  console.log(`${passed} passed, ${failures.length} failed`);
  if (passed + failures.length === 0) throw new Error('no case has such a name');
  return failures.length;
}
