let underWay = 0;

/** The policy of an HTTP client, with its requests counted while they are under way. */
export function watched(policy) {
  const wrap = (pacer) => ({
    ...pacer,
    async acquire(cost, signal) {
      const release = await pacer.acquire(cost, signal);
      underWay += 1;
      return () => {
        underWay -= 1;
        release();
      };
    },
  });
  const known = new Map();
  const of = (pacer) => known.get(pacer) ?? known.set(pacer, wrap(pacer)).get(pacer);
  const { pacer } = policy;
  return { ...policy, pacer: typeof pacer === "function" ? (request) => of(pacer(request)) : of(pacer) };
}

/** A clock: time passes when nothing else is left to do, and stands still while a request is under way. */
export function createClock(start) {
  let at = start;
  let planned = false;
  const sleepers = [];
  const plan = () => {
    if (planned || sleepers.length === 0) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      if (underWay === 0) {
        const next = sleepers.shift();
        at = Math.max(at, next.at);
        next.resolve();
      }
      plan();
    });
  };
  return {
    now: () => at,
    pass: (ms) => (at += ms),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: at + Math.max(0, ms), resolve };
        signal?.addEventListener(
          "abort",
          () => {
            const place = sleepers.indexOf(sleeper);
            if (place >= 0) sleepers.splice(place, 1);
            reject(signal.reason);
          },
          { once: true },
        );
        sleepers.push(sleeper);
        sleepers.sort((a, b) => a.at - b.at);
        plan();
      }),
  };
}
