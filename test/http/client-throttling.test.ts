import { describe, expect, test } from "@jest/globals";
import type { ClientRequest } from "../../src/http/client.js";
import { failure, quiet, testClient } from "./support.js";
import { withServer } from "./with-server.js";

const get = (url: string): ClientRequest => ({ method: "GET", url, signal: quiet() });
const post = (url: string): ClientRequest => ({ method: "POST", url, body: "{}", signal: quiet() });

describe("src/http/client.ts", () => {
  test.each([
    ["seconds", "7", 7000],
    ["a date, by the server's clock", "Mon, 23 Nov 2026 08:00:12 GMT", 12_000],
    ["nothing", undefined, 750],
    ["a negative number", "-1", 750],
    ["no time at all", "0", 750],
  ])(
    "429 with %s: waits at least that long and sends even a create again",
    async (_name, retryAfter, waitMs) => {
      const { client, clock } = testClient();
      const times: number[] = [];
      await withServer(
        (response, _request, number) => {
          times.push(clock.now());
          response.sendDate = false;
          response.setHeader("date", "Mon, 23 Nov 2026 08:00:00 GMT");
          if (number === 1 && retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
          response.writeHead(number === 1 ? 429 : 201).end();
        },
        async ({ url }) => {
          expect(await client.request(post(url))).toMatchObject({ status: 201 });
          expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(waitMs);
          expect(client.counts()).toEqual({ sent: 2, retried: 1, throttled: 1 });
        },
      );
    },
  );

  test("a wait of years ends the request, and nobody else knocks before it is over", async () => {
    await withServer(
      (response) => response.writeHead(429, { "retry-after": "1000000000" }).end(),
      async ({ url, seen }) => {
        const { client, clock } = testClient();
        const errors = await Promise.all([get(url), post(url)].map((one) => failure(client.request(one))));
        for (const error of [...errors, await failure(client.request(get(url)))]) {
          expect(error).toMatchObject({ code: "retry-after", exitCode: 5, retryAfterMs: 10 ** 12 });
          expect(error.hint).toBe(`Try again after ${new Date(clock.now() + 10 ** 12).toISOString()}.`);
        }
        expect(seen.length).toBeLessThanOrEqual(2);
        expect(errors[0]?.message).toContain(`429 to GET ${url}`);
      },
    );
  });

  test("others in the queue wait as well when one is throttled", async () => {
    const { client, clock } = testClient({ concurrency: 1 });
    const times: number[] = [];
    await withServer(
      (response, _request, number) => {
        times.push(clock.now());
        response.writeHead(number === 1 ? 429 : 200, { "retry-after": "10" }).end();
      },
      async ({ url }) => {
        await Promise.all(Array.from({ length: 5 }, () => client.request(get(url))));
        for (const time of times.slice(1)) expect(time - (times[0] ?? 0)).toBeGreaterThanOrEqual(10_000);
        expect(client.counts()).toEqual({ sent: 6, retried: 1, throttled: 1 });
      },
    );
  });

  test("a storm of ten minutes is survived with few calls", async () => {
    const { client, clock } = testClient({ attempts: 20, concurrency: 2 });
    const end = clock.now() + 600_000;
    await withServer(
      (response, _request, number) => {
        response.writeHead(clock.now() >= end ? 200 : number % 2 === 0 ? 429 : 503).end();
      },
      async ({ url, seen }) => {
        const answers = await Promise.all([get(url), get(url), get(url)].map((one) => client.request(one)));
        expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
        expect(seen.length).toBeLessThanOrEqual(60);
      },
    );
  });

  test("in the end a throttled request is told so, even where errors are given back", async () => {
    await withServer(
      (response) => response.writeHead(429, { "retry-after": "2" }).end(),
      async ({ url }) => {
        const { client } = testClient({ attempts: 2, finalResponse: "return" });
        expect(await failure(client.request(get(url)))).toMatchObject({
          code: "throttled",
          retryAfterMs: 2000,
          message: `the shop is asked too often: 429 to GET ${url}/ (2 attempts)`,
        });
      },
    );
  });

  test("a vendor may call any answer throttled, and name the wait", async () => {
    await withServer(
      (response, _request, number) => response.end(number === 1 ? "THROTTLED" : "data"),
      async ({ url }) => {
        const { client, clock } = testClient({
          shouldRetry: ({ text }) => (text === "THROTTLED" ? { throttled: true, retryAfterMs: 1480 } : false),
        });
        expect((await client.request(post(url))).text).toBe("data");
        expect(clock.sleeps).toContain(1480);
        expect(client.counts()).toEqual({ sent: 2, retried: 1, throttled: 1 });
      },
    );
  });

  test("a vendor may let any status stand", async () => {
    await withServer(
      (response) => response.writeHead(429).end(),
      async ({ url }) => {
        const { client } = testClient({ shouldRetry: () => false });
        expect((await client.request(get(url))).status).toBe(429);
      },
    );
  });
});
