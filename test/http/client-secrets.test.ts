import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "../../src/http/contract.js";
import { requestJson } from "../../src/http/json.js";
import { createRedactor } from "../../src/http/redaction.js";
import { failure, quiet, testClient } from "./support.js";
import { unusedUrl, withServer, withSocketServer, type Answer } from "./with-server.js";

const secrets = [
  "ck_5f0e1d2c3b4a",
  "cs_a1b2+c3/d4=e5",
  "shpat_0123456789abcdef",
  "Atzr|IwEBI-refresh",
  "amzn1.oa2-cs.v1.abc",
  "etsy:keystring:secret",
  "pässwörd with spaces",
  'quote"and\\slash',
  "<tag>&amp",
  "100%25",
  "(*!~')x",
  "eyJhbGciOi.J9.sig",
] as const;

/** Every place where a secret may stand in a request. */
function plant(url: string, signal: AbortSignal): HttpRequest {
  const target = new URL(`${url}/items/${encodeURIComponent(secrets[0])}`);
  secrets.forEach((secret, index) => {
    target.searchParams.set(`q${index}`, secret);
  });
  return {
    method: "POST",
    url: target.href,
    headers: {
      authorization: `Basic ${Buffer.from(`${secrets[0]}:${secrets[1]}`).toString("base64")}`,
      "x-shopify-access-token": secrets[2],
      "x-other": secrets.map((secret) => encodeURIComponent(secret)).join(" "),
    },
    body: JSON.stringify(secrets),
    signal,
  };
}

/** All that a secret may look like. */
const disguises = secrets.flatMap((secret) => {
  const bytes = Buffer.from(secret);
  const form = new URLSearchParams({ x: secret }).toString().slice(2);
  return [
    secret,
    encodeURIComponent(secret),
    form,
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("hex"),
  ];
});

/** What the server was told, in the server's words. */
const echo: Answer = (response, request) =>
  response.end(
    `<!doctype html><title>${request.url} ${request.headers.authorization} ${request.body.slice(0, 300)}</title>`,
  );

const answers: Readonly<Record<string, Answer>> = {
  "a page that echoes the request": echo,
  "a failing page that echoes the request": (response, request, number) => {
    response.writeHead(503);
    echo(response, request, number);
  },
  "too many requests": (response) => response.writeHead(429, { "retry-after": "1" }).end(),
  "left alone": (response) => response.writeHead(429, { "retry-after": "86400" }).end(),
  "a notice": (response, request) => response.end(`Notice: ${request.body} in /srv/x.php\n{"a":1}`),
  "torn data": (response, request) => response.end(request.body.slice(0, -1)),
  "a bomb": (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(10 ** 6))),
  "a strange encoding": (response, request) =>
    response.writeHead(200, { "content-encoding": encodeURIComponent(request.body.slice(2, 17)) }).end("x"),
};

async function provoke(url: string): Promise<void> {
  for (const repeatable of [true, false]) {
    const { client, lines } = testClient({
      redact: createRedactor(secrets),
      attempts: 2,
      maxBodyBytes: 10_000,
      timeouts: { idleMs: 50 },
    });
    const error = await failure(requestJson(client, { ...plant(url, quiet()), repeatable }, "the shop"));
    const told = [
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify(error),
      error.stack,
      ...lines,
    ].join("\n");
    expect(lines.length).toBeGreaterThan(0);
    for (const disguise of disguises) expect(told).not.toContain(disguise);
    expect(told).not.toMatch(/x-other|set-cookie|authorization: (?!\*)/i);
  }
}

describe("src/http/client.ts", () => {
  test.each(Object.keys(answers))("twelve secrets, and none in error or trace: %s", async (name) => {
    await withServer(answers[name] ?? echo, ({ url }) => provoke(url));
  });

  test.each(["reset", "silence", "nobody"])(
    "twelve secrets, and none in error or trace: %s",
    async (name) => {
      if (name === "nobody") {
        await provoke(await unusedUrl());
        return;
      }
      await withSocketServer(
        (socket) =>
          socket.once("data", () => {
            if (name === "reset") socket.resetAndDestroy();
          }),
        (url) => provoke(url),
      );
    },
  );
});
