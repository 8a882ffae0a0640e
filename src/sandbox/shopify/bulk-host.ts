import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished, pipeline } from "node:stream/promises";
import type { RequestLogEntry } from "../sandbox.js";

const weekMs = 7 * 86_400_000;

/** A file that is being written for a download. */
export interface HostedFile {
  readonly write: (text: string) => void;
  /** Resolves once what was written has left the memory. */
  readonly drain: () => Promise<void>;
  /** Ends it, `missing` bytes short, and returns its address and its size; `cutOnce` breaks the first download. */
  readonly publish: (how?: {
    readonly missing?: number;
    readonly cutOnce?: boolean;
  }) => Promise<{ readonly url: string; readonly size: number }>;
}

/** A second server, on another origin: results of exports lie in a storage service, not in the shop. */
export interface BulkHost {
  readonly url: string;
  readonly requests: readonly RequestLogEntry[];
  readonly create: (name: string) => Promise<HostedFile>;
  readonly close: () => Promise<void>;
}

interface Published {
  readonly path: string;
  readonly size: number;
  readonly expires: number;
  cutOnce: boolean;
}

function refusal(code: string, message: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** Starts the storage service on the loopback interface. `clock` is in milliseconds since 1970. */
export async function startBulkHost(clock: () => number): Promise<BulkHost> {
  const secret = randomBytes(16);
  const requests: RequestLogEntry[] = [];
  const files = new Map<string, Published>();
  let folder: string | undefined;
  const sign = (text: string): string => createHmac("sha256", secret).update(text).digest("hex");

  function refuse(given: URL, headers: IncomingMessage["headers"]): [number, string] | undefined {
    // A storage service takes a second credential beside the signed address for an attempt at something else.
    if (headers["x-shopify-access-token"] !== undefined || headers.authorization !== undefined)
      return [400, refusal("InvalidArgument", "Only one auth mechanism allowed.")];
    const file = files.get(given.pathname);
    const expected = Buffer.from(sign(given.pathname));
    const signature = Buffer.from(given.searchParams.get("Signature") ?? "");
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature))
      return [403, refusal("SignatureDoesNotMatch", "The signature does not match.")];
    if (file === undefined) return [404, refusal("NoSuchKey", "The specified key does not exist.")];
    return clock() > file.expires ? [400, refusal("ExpiredToken", "Invalid argument.")] : undefined;
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = new URL(message.url ?? "/", "http://host.invalid");
    const refused = refuse(given, message.headers);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
    requests.push({
      at: clock(),
      method: message.method ?? "GET",
      url: message.url ?? "/",
      headers,
      body: "",
      status: refused?.[0] ?? 200,
      faults: [],
    });
    const file = files.get(given.pathname);
    if (refused !== undefined || file === undefined) {
      response.writeHead(refused?.[0] ?? 404, { "Content-Type": "application/xml" });
      response.end(refused?.[1]);
      return;
    }
    response.writeHead(200, { "Content-Type": "application/jsonl", "Content-Length": file.size });
    if (message.method === "HEAD" || file.size === 0) return void response.end();
    const isCut = file.cutOnce;
    file.cutOnce = false;
    const end = (isCut ? file.size >> 1 : file.size) - 1;
    await pipeline(createReadStream(file.path, { end }), response, { end: !isCut });
    if (isCut) response.destroy();
  }

  const server = createServer((message, response) => {
    // A broken connection is what the client made of it.
    handle(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  async function create(name: string): Promise<HostedFile> {
    folder ??= await mkdtemp(join(tmpdir(), "psync-sandbox-"));
    const path = join(folder, name);
    const stream = createWriteStream(path, { mode: 0o600 });
    let size = 0;
    return {
      write(text) {
        size += Buffer.byteLength(text);
        stream.write(text);
      },
      async drain() {
        if (stream.writableNeedDrain) await new Promise<void>((resolve) => stream.once("drain", resolve));
      },
      async publish({ missing = 0, cutOnce = false } = {}) {
        stream.end();
        await finished(stream);
        const pathname = `/harbor-goods-exports/${name}`;
        const kept = Math.max(0, size - missing);
        files.set(pathname, { path, size: kept, expires: clock() + weekMs, cutOnce });
        return { url: `${url}${pathname}?Expires=604800&Signature=${sign(pathname)}`, size };
      },
    };
  }

  return {
    url,
    requests,
    create,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
