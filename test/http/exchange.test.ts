import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, InterruptedError, RemoteError } from "../../src/errors.js";
import type { HttpRequest } from "../../src/http/contract.js";
import {
  createExchange,
  defaultTimeouts,
  type ByteResponse,
  type Timeouts,
} from "../../src/http/exchange.js";
import { ExchangeFailure } from "../../src/http/failure.js";
import { failure, quiet } from "./support.js";
import { unusedUrl, withServer, withSocketServer } from "./with-server.js";

const mebibyte = 2 ** 20;
const tlsFiles = {
  key: readFileSync(new URL("../fixtures/tls/key.pem", import.meta.url)),
  cert: readFileSync(new URL("../fixtures/tls/cert.pem", import.meta.url)),
};

function send(
  url: string,
  request: Partial<HttpRequest> = {},
  timeouts: Partial<Timeouts> = {},
): Promise<ByteResponse> {
  const exchange = createExchange({
    who: "the shop",
    userAgent: "psync/test",
    timeouts: { ...defaultTimeouts, ...timeouts },
    maxBodyBytes: mebibyte,
    maxSockets: 4,
    redact: (text) => text,
  });
  return exchange({ method: "GET", url, signal: quiet(), ...request }, url);
}

/** Answers each connection with the same bytes as soon as a request has come, and then does as told. */
function saying(head: string, body: Buffer | string, then: "end" | "destroy" | "wait" = "end") {
  return (socket: Socket): void => {
    socket.once("data", () => {
      socket.write(head.replaceAll("\n", "\r\n"));
      socket.write(body, () => {
        if (then === "end") socket.end();
        if (then === "destroy") socket.resetAndDestroy();
      });
    });
  };
}

const packed = gzipSync(
  Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_one, index) => index * 7919))),
);

describe("src/http/exchange.ts", () => {
  test("sends what it is given and gives back what comes, as text and as bytes", async () => {
    const answer = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
    await withServer(
      (response) => {
        response.writeHead(418, {
          "X-Total": "2",
          "Set-Cookie": ["a=1", "b=2"],
          "content-type": "text/plain",
        });
        response.end(answer);
      },
      async ({ url, seen }) => {
        const headers = { "content-type": "application/json", authorization: "Basic x" };
        const response = await send(`${url}/p?q=a%20b`, { method: "PUT", headers, body: '{"ü":1}' });
        expect(response).toMatchObject({ status: 418, url: `${url}/p?q=a%20b`, text: "caf\uFFFD" });
        expect(response.headers).toMatchObject({ "x-total": "2", "set-cookie": "a=1, b=2" });
        expect(response.bytes.equals(answer)).toBe(true);
        expect(seen[0]).toMatchObject({
          method: "PUT",
          url: "/p?q=a%20b",
          body: '{"ü":1}',
          headers: {
            ...headers,
            "user-agent": "psync/test",
            "accept-encoding": "gzip, deflate, br",
            "content-length": "8",
          },
        });
      },
    );
  });

  test("a GET has neither body nor length, and no cookie is ever sent back", async () => {
    await withServer(
      (response) => response.writeHead(200, { "set-cookie": "a=1" }).end("[]"),
      async ({ url, seen }) => {
        await send(url);
        await send(url);
        for (const { headers } of seen) {
          expect(headers).not.toHaveProperty("content-length");
          expect(headers).not.toHaveProperty("transfer-encoding");
          expect(headers).not.toHaveProperty("cookie");
        }
      },
    );
  });

  test("unpacks what is packed", async () => {
    await withServer(
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed),
      async ({ url }) => {
        expect(JSON.parse((await send(url)).text)).toHaveLength(500);
      },
    );
  });

  test("a HEAD has no body, however long the one is that it speaks of", async () => {
    await withServer(
      (response) => response.writeHead(200, { "content-encoding": "gzip", "content-length": 10 ** 9 }).end(),
      async ({ url }) => {
        expect(await send(url, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
      },
    );
  });

  test("connections are kept and used again, errors of the server included", async () => {
    await withServer(
      (response, _request, number) => response.writeHead(number % 2 === 0 ? 500 : 200).end("{}"),
      async ({ url, seen, connections }) => {
        const exchange = createExchange({
          who: "the shop",
          userAgent: "psync/test",
          timeouts: defaultTimeouts,
          maxBodyBytes: mebibyte,
          maxSockets: 2,
          redact: (text) => text,
        });
        const { signal } = new AbortController();
        const one = async (): Promise<void> => {
          for (let round = 0; round < 10; round += 1) await exchange({ method: "GET", url, signal }, url);
        };
        await Promise.all([one(), one(), one()]);
        expect(seen).toHaveLength(30);
        expect(connections()).toBeLessThanOrEqual(2);
        expect(getEventListeners(signal, "abort")).toHaveLength(0);
      },
    );
  });

  test("a redirect is an answer: nothing goes to the other address", async () => {
    await withServer(
      (response) => response.end("stolen"),
      async (other) => {
        await withServer(
          (response) => response.writeHead(307, { location: `${other.url}/login` }).end(),
          async ({ url }) => {
            const response = await send(url, { headers: { authorization: "Basic x" } });
            expect(response).toMatchObject({ status: 307, headers: { location: `${other.url}/login` }, url });
            expect(other.seen).toHaveLength(0);
          },
        );
      },
    );
  });

  const ok = "HTTP/1.1 200 OK\ncontent-type: application/json\n";
  test.each([
    ["reset before the answer", (socket: Socket) => socket.once("data", () => socket.resetAndDestroy())],
    ["closed before the answer", (socket: Socket) => socket.once("data", () => socket.end())],
    ["reset in the head", saying("HTTP/1.1 200 OK\ncontent-", "", "destroy")],
    ["reset after the head", saying(`${ok}content-length: 10\n\n`, "", "destroy")],
    ["reset in the body", saying(`${ok}content-length: 10\n\n`, "[1,2", "destroy")],
    ["a body shorter than its length", saying(`${ok}content-length: 10\n\n`, "[1,2]")],
    ["a cut chunked body", saying(`${ok}transfer-encoding: chunked\n\n`, "5\r\n[1,2]\r\n")],
    ["a cut chunk", saying(`${ok}transfer-encoding: chunked\n\n`, "9\r\n[1,2]")],
    ["a cut packed body", saying(`${ok}content-encoding: gzip\n\n`, packed.subarray(0, -20))],
    [
      "a cut packed body of the right length",
      saying(`${ok}content-encoding: gzip\ncontent-length: 400\n\n`, packed.subarray(0, 400)),
    ],
    ["no HTTP at all", saying("SSH-2.0-OpenSSH_9.2p1\n", "")],
  ])("is a failure, never a short answer: %s", async (_name, onConnection) => {
    await withSocketServer(onConnection, async (url) => {
      const error = await failure(send(url));
      expect(error).toBeInstanceOf(ExchangeFailure);
      expect(error).toMatchObject({ nothingSent: false });
    });
  });

  test("a connection that is refused has sent nothing", async () => {
    const error = await failure(send(await unusedUrl(), { method: "POST", body: "{}" }));
    expect(error).toMatchObject({ name: "ExchangeFailure", nothingSent: true });
  });

  test("gives up in silence: before the head, and in the body", async () => {
    const silences = [saying("", "", "wait"), saying(`${ok}content-length: 10\n\n`, "[1", "wait")];
    for (const onConnection of silences) {
      await withSocketServer(onConnection, async (url) => {
        const error = await failure(send(url, {}, { idleMs: 40 }));
        expect(error).toMatchObject({
          name: "ExchangeFailure",
          message: "silence for 0.04 s",
          nothingSent: false,
        });
      });
    }
  });

  test("gives up on a server that never comes to an end", async () => {
    await withServer(
      (response) => {
        const timer = setInterval(() => response.write(" "), 5);
        response.on("close", () => {
          clearInterval(timer);
        });
      },
      async ({ url }) => {
        const error = await failure(send(url, {}, { idleMs: 1000, totalMs: 80 }));
        expect(error).toMatchObject({ name: "ExchangeFailure", message: "not done after 0.08 s" });
      },
    );
  });

  test("gives up on a TLS handshake that stalls, having sent nothing", async () => {
    await withSocketServer(
      () => {},
      async (url) => {
        const error = await failure(send(url.replace("http:", "https:"), {}, { connectMs: 40 }));
        expect(error).toMatchObject({ message: "no connection within 0.04 s", nothingSent: true });
      },
    );
  });

  test("a certificate that is not trusted ends it, with the way to trust it", async () => {
    await withServer(
      (response) => response.end("[]"),
      async ({ url, seen }) => {
        const error = await failure(send(`${url}/p?consumer_secret=cs`));
        expect(error).toBeInstanceOf(RemoteError);
        expect(error).toMatchObject({ code: "tls", hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") });
        expect(error.message).toBe(
          `the shop shows a certificate that is not trusted: self-signed certificate (GET ${url}/p)`,
        );
        expect(seen).toHaveLength(0);
      },
      tlsFiles,
    );
  });

  test("https to a server that speaks http", async () => {
    await withServer(
      (response) => response.end("[]"),
      async ({ url }) => {
        expect(await failure(send(url.replace("http:", "https:")))).toMatchObject({
          code: "tls",
          hint: "Does the address begin with https:// although the server speaks http on this port?",
        });
      },
    );
  });

  test.each([
    ["a bomb", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(mebibyte + 1))],
    ["a long body without a length", { "transfer-encoding": "chunked" }, Buffer.alloc(4 * mebibyte)],
    ["a body that says it is long", { "content-length": String(10 ** 12) }, Buffer.alloc(10)],
  ])("stops at the limit: %s", async (_name, headers, body) => {
    await withServer(
      (response) => {
        response.writeHead(200, headers);
        response.write(body);
        if (!("content-length" in headers)) response.end();
      },
      async ({ url }) => {
        const error = await failure(send(url));
        expect(error).toBeInstanceOf(RemoteError);
        expect(error).toMatchObject({
          code: "body-too-large",
          message: `the shop sent an answer of more than 1 MiB to GET ${url}/`,
        });
      },
    );
  });

  test("an encoding that was not asked for", async () => {
    await withServer(
      (response) => response.writeHead(200, { "content-encoding": "zstd" }).end("x"),
      async ({ url }) => {
        expect(await failure(send(url))).toMatchObject({ code: "unknown-encoding" });
      },
    );
  });

  test("a key that cannot stand in a header is the config's fault, and is not told", async () => {
    const error = await failure(send(await unusedUrl(), { headers: { authorization: "Basic secret\nx" } }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain("authorization");
    expect(error.message).not.toContain("secret");
  });

  test("a request that makes no sense is a bug, not a fault of the network", async () => {
    for (const wrong of [{ url: "nonsense" }, { url: "ftp://shop.example/" }, { body: "{}" }]) {
      const error = await failure(send(wrong.url ?? (await unusedUrl()), wrong));
      expect(error.constructor).toBe(Error);
    }
  });

  test("an abort ends a request under way at once", async () => {
    const controller = new AbortController();
    await withSocketServer(
      (socket) => {
        socket.once("data", () => {
          controller.abort();
        });
      },
      async (url) => {
        await expect(send(url, { signal: controller.signal })).rejects.toThrow(InterruptedError);
        await expect(send(url, { signal: controller.signal })).rejects.toThrow(InterruptedError);
        expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
      },
    );
  });
});
