import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { InterruptedError, RemoteError, TransientError } from "../../src/errors.js";
import { createHttpClient } from "../../src/http/client.js";
import { createFakeClock } from "../support/fake-clock.js";
import { withServer } from "./with-server.js";

function openClient() {
  const clock = createFakeClock({ autoAdvance: true });
  const lines: string[] = [];
  const http = createHttpClient({
    who: "the host",
    userAgent: "psync/test",
    clock,
    trace: (line) => lines.push(line),
  });
  return { http, clock, lines };
}

const signal = new AbortController().signal;

async function contentOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

describe("src/http/download.ts", () => {
  test("takes a body of any size down, gives it as often as asked, and unpacks nothing", async () => {
    const body = gzipSync(Buffer.from("x".repeat(3_000_000) + Math.random()));
    const large = Buffer.concat([body, Buffer.alloc(900_000, 7)]);
    await withServer(
      (response) => response.setHeader("content-type", "text/plain; charset=Cp1252").end(large),
      async ({ url, seen }) => {
        const { http } = openClient();
        const download = await http.download({
          method: "GET",
          url: `${url}/report?X-Amz-Signature=abc`,
          signal,
        });
        expect(download).toMatchObject({
          status: 200,
          size: large.length,
          headers: { "content-type": "text/plain; charset=Cp1252" },
        });
        for (const _ of [1, 2]) expect(large.equals(await contentOf(download.read()))).toBe(true);
        await download.discard();
        await download.discard();
        expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual([
          "accept-encoding",
          "connection",
          "host",
          "user-agent",
        ]);
        expect(http.counts()).toEqual({ sent: 1, retried: 0, throttled: 0 });
      },
    );
  });

  test("a body that is cut, and a host that is busy, are asked again from the first byte", async () => {
    await withServer(
      (response, _request, number) => {
        if (number === 1) {
          response.writeHead(200, { "content-length": 1000 });
          response.write("half", () => response.destroy());
        } else if (number === 2) response.writeHead(503).end("busy");
        else response.end("whole");
      },
      async ({ url }) => {
        const { http, clock } = openClient();
        const download = await http.download({ method: "GET", url, signal });
        expect((await contentOf(download.read())).toString()).toBe("whole");
        await download.discard();
        expect(clock.sleeps).toHaveLength(2);
        expect(http.counts()).toMatchObject({ sent: 3, retried: 2 });
      },
    );
  });

  test("a refusal is told with its status, at once, and no signature is in what is told", async () => {
    await withServer(
      (response) => response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>"),
      async ({ url }) => {
        const { http, clock, lines } = openClient();
        const error: unknown = await http
          .download({ method: "GET", url: `${url}/r?X-Amz-Signature=s3cr3t`, signal })
          .catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(RemoteError);
        expect(error).toMatchObject({ status: 403 });
        expect(clock.sleeps).toEqual([]);
        expect(JSON.stringify([String(error), lines])).not.toContain("s3cr3t");
      },
    );
  });

  test("a redirect is not followed, and a host that stays silent or busy ends it", async () => {
    await withServer(
      (response, { url }) =>
        url === "/moved"
          ? response.writeHead(302, { location: "http://127.0.0.1:9/" }).end()
          : response.writeHead(503).end(),
      async ({ url, seen }) => {
        const { http } = openClient();
        const ask = (path: string) => http.download({ method: "GET", url: url + path, signal, attempts: 3 });
        await expect(ask("/moved")).rejects.toMatchObject({ status: 302 });
        await expect(ask("/busy")).rejects.toBeInstanceOf(TransientError);
        expect(seen).toHaveLength(4);
      },
    );
  });

  test("an abort in the middle ends it", async () => {
    const abort = new AbortController();
    await withServer(
      (response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write("half", () => abort.abort());
      },
      async ({ url }) => {
        const { http } = openClient();
        const asked = http.download({ method: "GET", url, signal: abort.signal });
        await expect(asked).rejects.toBeInstanceOf(InterruptedError);
      },
    );
  });

  test("an abort after the end disturbs nobody", async () => {
    const abort = new AbortController();
    await withServer(
      (response) => response.end("whole"),
      async ({ url }) => {
        const { http } = openClient();
        const download = await http.download({ method: "GET", url, signal: abort.signal });
        abort.abort();
        await new Promise((resolve) => setImmediate(resolve));
        expect((await contentOf(download.read())).toString()).toBe("whole");
        await download.discard();
      },
    );
  });
});
