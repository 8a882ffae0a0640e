import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { InterruptedError, TransientError } from "../../src/errors.js";
import type { ClientRequest } from "../../src/http/client.js";
import { createPacer, type Pacer } from "../../src/http/pacing.js";
import { createFakeClock } from "../support/fake-clock.js";
import { failure, quiet, testClient } from "./support.js";
import { unusedUrl, withServer, withSocketServer } from "./with-server.js";

const get = (url: string, more: Partial<ClientRequest> = {}): ClientRequest => ({
  method: "GET",
  url,
  signal: quiet(),
  ...more,
});
const post = (url: string, more: Partial<ClientRequest> = {}): ClientRequest =>
  get(url, { method: "POST", body: "{}", ...more });

/** The time between each and the next. */
function gaps(times: readonly number[] = []): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe("src/http/client.ts", () => {
  test.each([200, 201, 301, 400, 401, 403, 404, 409, 412, 422, 501])(
    "a %i stands as it is",
    async (status) => {
      await withServer(
        (response) => response.writeHead(status).end("x"),
        async ({ url }) => {
          const { client } = testClient();
          expect(await client.request(get(url))).toMatchObject({ status, text: "x" });
          expect(client.counts()).toEqual({ sent: 1, retried: 0, throttled: 0 });
        },
      );
    },
  );

  test.each([500, 502, 503, 504, 520, 521, 522, 523, 524])(
    "a %i is asked for again, ever later",
    async (status) => {
      await withServer(
        (response, _request, number) => response.writeHead(number < 4 ? status : 200).end("x"),
        async ({ url }) => {
          const { client, clock } = testClient();
          const response = await client.request(get(url));
          expect(response.status).toBe(200);
          expect(clock.sleeps).toEqual([750, 1500, 3000]);
          expect(client.counts()).toEqual({ sent: 4, retried: 3, throttled: 0 });
        },
      );
    },
  );

  test("in the end a server's error is told, with status, title and attempts, but without the query", async () => {
    await withServer(
      (response) =>
        response.writeHead(503, { "content-type": "text/html" }).end("<title>Maintenance</title>"),
      async ({ url, seen }) => {
        const { client, clock } = testClient({ attempts: 8, random: () => 1 });
        const error = await failure(client.request(get(`${url}/items?page=1`)));
        expect(error).toBeInstanceOf(TransientError);
        expect(error).toMatchObject({
          code: "server-error",
          message: `the shop answered 503 to GET ${url}/items, a web page: "Maintenance" (8 attempts)`,
        });
        expect(seen).toHaveLength(8);
        expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]);
      },
    );
  });

  test.each([
    ["the client's", { finalResponse: "return" }, {}],
    ["the request's", {}, { finalResponse: "return", attempts: 2 }],
  ] as const)("a server's last error is given back by %s wish", async (_name, options, more) => {
    await withServer(
      (response) => response.writeHead(500).end('{"code":"crash"}'),
      async ({ url, seen }) => {
        const { client } = testClient({ attempts: 2, ...options });
        expect(await client.request(get(url, more))).toMatchObject({ status: 500, text: '{"code":"crash"}' });
        expect(seen).toHaveLength(2);
        expect(await client.request(post(url, { finalResponse: "return" }))).toMatchObject({ status: 500 });
        expect(seen).toHaveLength(3);
      },
    );
  });

  test.each([500, 503])("a create that is answered by %i is not sent again", async (status) => {
    await withServer(
      (response) => response.writeHead(status).end(),
      async ({ url, seen }) => {
        const { client } = testClient();
        expect(await failure(client.request(post(url)))).toMatchObject({
          code: "unknown-outcome",
          message: `it is not known what became of a request: the shop answered ${status} to POST ${url}/`,
        });
        expect(seen).toHaveLength(1);
      },
    );
  });

  test("a create whose answer is lost is not sent again; a read is, and so is what may be repeated", async () => {
    await withSocketServer(
      (socket) => socket.once("data", () => socket.resetAndDestroy()),
      async (url, connections) => {
        const { client } = testClient({ attempts: 3 });
        expect(await failure(client.request(post(url)))).toMatchObject({
          code: "unknown-outcome",
          exitCode: 5,
        });
        expect(connections()).toBe(1);
        expect(await failure(client.request(post(url, { repeatable: true })))).toMatchObject({
          code: "no-answer",
        });
        expect(connections()).toBe(4);
        expect(await failure(client.request(get(url)))).toMatchObject({
          code: "no-answer",
          message: expect.stringMatching(
            /^the shop did not answer GET http.*: .*ECONNRESET.* \(3 attempts\)$/,
          ),
        });
        expect(connections()).toBe(7);
        expect(await failure(client.request(get(url, { repeatable: false })))).toMatchObject({
          code: "unknown-outcome",
        });
        expect(connections()).toBe(8);
      },
    );
  });

  test("a cut body is asked for again and never seen as a short one", async () => {
    const whole = JSON.stringify([1, 2, 3]);
    await withSocketServer(
      (socket, number) =>
        socket.once("data", () => {
          const body = number === 3 ? whole : whole.slice(0, number);
          socket.end(
            `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${whole.length}\r\n\r\n${body}`,
          );
        }),
      async (url) => {
        const { client } = testClient();
        expect((await client.request(get(url))).text).toBe(whole);
        expect(client.counts()).toEqual({ sent: 3, retried: 2, throttled: 0 });
      },
    );
  });

  test("a create that nobody heard is sent again", async () => {
    const { client } = testClient({ attempts: 3 });
    const error = await failure(client.request(post(await unusedUrl())));
    expect(error).toMatchObject({ code: "no-answer", message: expect.stringContaining("ECONNREFUSED") });
    expect(client.counts()).toEqual({ sent: 3, retried: 2, throttled: 0 });
  });

  test("one call in twenty fails: reads all succeed, nothing is created twice", async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const created: string[] = [];
      await withServer(
        (response, request, number) => {
          if (request.method === "POST") created.push(request.body);
          response.writeHead((number * 7 + seed) % 20 === 0 ? 502 : 200).end();
        },
        async ({ url }) => {
          const { client } = testClient();
          for (let item = 0; item < 40; item += 1) {
            expect((await client.request(get(url))).status).toBe(200);
            await client.request(post(url, { body: String(item) })).catch(() => undefined);
          }
          expect(created).toHaveLength(new Set(created).size);
          expect(created).toHaveLength(40);
        },
      );
    }
  });

  test("each attempt is prepared anew, and its signature is shown nowhere", async () => {
    await withServer(
      (response, _request, number) => response.writeHead(number < 3 ? 500 : 200).end(),
      async ({ url, seen }) => {
        const { client, lines } = testClient();
        let nonce = 0;
        const response = await client.request(get(`${url}/p?page=1`), (request) => {
          nonce += 1;
          return {
            ...request,
            url: `${request.url}&oauth_signature=sig-${nonce}`,
            headers: { "x-nonce": `${nonce}` },
          };
        });
        expect(seen.map((one) => one.url)).toEqual(
          [1, 2, 3].map((n) => `/p?page=1&oauth_signature=sig-${n}`),
        );
        expect(seen.map((one) => one.headers["x-nonce"])).toEqual(["1", "2", "3"]);
        expect(response.url).toBe(`${url}/p?page=1`);
        expect(lines).toEqual([
          `GET ${url}/p?page=1&oauth_signature=***: 500, 0 bytes, 0 ms`,
          `GET ${url}/p?page=1&oauth_signature=*** (attempt 2): 500, 0 bytes, 0 ms`,
          `GET ${url}/p?page=1&oauth_signature=*** (attempt 3): 200, 0 bytes, 0 ms`,
        ]);
      },
    );
  });

  test("what a vendor's code throws comes through, and the place at the pacer is free again", async () => {
    await withServer(
      (response) => response.end(),
      async ({ url }) => {
        const { client } = testClient({ concurrency: 1 });
        const bug = new Error("bug");
        const fail = (): never => {
          throw bug;
        };
        await expect(client.request(get(url), fail)).rejects.toBe(bug);
        expect(client.counts().sent).toBe(0);
        await expect(client.request(get(url, { inspect: fail }))).rejects.toBe(bug);
        expect((await client.request(get(url))).status).toBe(200);
      },
    );
  });

  test("answers feed the pacer, each operation's its own", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacers = new Map<string, Pacer>();
    for (const path of ["/slow", "/fast"]) {
      pacers.set(
        path,
        createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 1000 }], maxConcurrent: 1 }),
      );
    }
    const times: Record<string, number[]> = { "/slow": [], "/fast": [] };
    await withServer(
      (response, { url: path }) => {
        times[path]?.push(clock.now());
        response.writeHead(200, path === "/slow" ? { "x-rate": "0.5" } : {}).end();
      },
      async ({ url }) => {
        const { client } = testClient({
          clock,
          pacer: (request) =>
            pacers.get(new URL(request.url).pathname) ?? createPacer({ clock, maxConcurrent: 1 }),
          observe: ({ headers }) => [{ refillPerSec: Number(headers["x-rate"]) }],
        });
        for (const path of ["/slow", "/slow", "/slow", "/fast", "/fast"])
          await client.request(get(url + path));
        expect(gaps(times["/slow"])).toEqual([2000, 2000]);
        expect(gaps(times["/fast"])).toEqual([1]);
      },
    );
  });

  test("a request's cost is what the pacer counts", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 100, refillPerSec: 100 }], maxConcurrent: 2 });
    await withServer(
      (response) => response.end(),
      async ({ url }) => {
        const { client } = testClient({ clock, pacer });
        const start = clock.now();
        for (let round = 0; round < 3; round += 1) await client.request(get(url, { cost: 100 }));
        expect(clock.now() - start).toBe(2000);
      },
    );
  });

  test("many requests at once on one signal: no more connections than allowed, no listener left", async () => {
    await withServer(
      (response) => response.end("[]"),
      async ({ url, connections }) => {
        const { client } = testClient({ concurrency: 3 });
        const { signal } = new AbortController();
        await Promise.all(Array.from({ length: 40 }, () => client.request(get(url, { signal }))));
        expect(connections()).toBeLessThanOrEqual(3);
        expect(getEventListeners(signal, "abort")).toHaveLength(0);
      },
    );
  });

  test("an abort ends a request wherever it is", async () => {
    const clock = createFakeClock();
    const pacer = createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 0.001 }], maxConcurrent: 1 });
    await withServer(
      (response, _request, number) => {
        if (number === 1) response.writeHead(500).end();
      },
      async ({ url, seen }) => {
        const inBackoff = new AbortController();
        const first = failure(
          testClient({ clock, pacer }).client.request(get(url, { signal: inBackoff.signal })),
        );
        while (clock.pending() === 0) await clock.advance(0);
        inBackoff.abort();
        expect(await first).toBeInstanceOf(InterruptedError);

        const inQueue = new AbortController();
        const second = failure(
          testClient({ clock, pacer }).client.request(get(url, { signal: inQueue.signal })),
        );
        inQueue.abort();
        expect(await second).toBeInstanceOf(InterruptedError);

        const before = new AbortController();
        before.abort();
        const third = failure(testClient().client.request(get(url, { signal: before.signal })));
        expect(await third).toBeInstanceOf(InterruptedError);
        expect(seen).toHaveLength(1);
        expect(clock.pending()).toBe(0);
      },
    );
  });
});
