import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { got } from "got";
import { InterruptedError, RemoteError } from "../errors.js";
import type { HttpRequest } from "./contract.js";
import { type ExchangeOptions, flattenHeaders } from "./exchange.js";
import { explain } from "./failure.js";

/** A body in a temporary file that nobody else can read. */
export interface Download {
  readonly status: number;
  /** Names in lower case; several of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** In bytes. */
  readonly size: number;
  /** The bytes as they came, nothing unpacked; from the first one, as often as it is called. */
  readonly read: () => AsyncIterable<Buffer>;
  /** Takes the file away. May be called twice. */
  readonly discard: () => Promise<void>;
}

/** More than any vendor's export; less than what fills a disk unnoticed. */
const longestBody = 8 * 2 ** 30;
const longestRefusal = 2 ** 20;
const chunkBytes = 64 * 1024;
/** An export of gigabytes takes longer than any answer. */
const totalMs = 60 * 60_000;

/**
 * Makes a function that sends a request once and takes its body down into a file, whatever the status. Throws
 * ExchangeFailure when the body is cut or the server is silent, RemoteError, ConfigError, InterruptedError.
 */
export function createDownloader(
  options: Pick<ExchangeOptions, "who" | "userAgent" | "timeouts" | "redact">,
): (request: HttpRequest) => Promise<Download> {
  const { timeouts } = options;
  const client = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: false,
    timeout: {
      lookup: timeouts.connectMs,
      connect: timeouts.connectMs,
      secureConnect: timeouts.connectMs,
      socket: timeouts.idleMs,
      request: totalMs,
    },
    // Packed files stay as they are: what is cut is then noticed by the packer's own checksum as well.
    headers: { "user-agent": options.userAgent, "accept-encoding": "identity" },
  });

  return async (request) => {
    const { signal, url, headers } = request;
    if (signal.aborted) throw new InterruptedError();
    const context = { ...options, request, maxBodyBytes: longestBody, timeouts: { ...timeouts, totalMs } };
    const spool = await openSpool();
    // Of its own, because got listens to it for as long as it lives, also when the body has long come.
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const stream = client.stream(url, {
        ...(headers === undefined ? {} : { headers }),
        signal: stop.signal,
      });
      let status = 0;
      let answered: Record<string, string> = {};
      stream.on("response", (response: { statusCode: number; headers: Record<string, string> }) => {
        status = response.statusCode;
        answered = flattenHeaders(response.headers);
      });
      for await (const chunk of stream) {
        await spool.write(chunk as Buffer);
        if (spool.size > (status < 300 ? longestBody : longestRefusal)) {
          throw new RemoteError("body-too-large", `${options.who} sent more than a download may hold`);
        }
      }
      return { status, headers: answered, size: spool.size, read: spool.read, discard: spool.discard };
    } catch (error) {
      await spool.discard();
      if (signal.aborted) throw new InterruptedError();
      if (error instanceof RemoteError) throw error;
      throw explain(error, context);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };
}

interface Spool {
  readonly size: number;
  write(chunk: Buffer): Promise<void>;
  readonly read: () => AsyncGenerator<Buffer>;
  readonly discard: () => Promise<void>;
}

/** Opens a file that is gone as soon as nobody holds it, also after a kill, where the system can do that. */
async function openSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), "psync-"));
  let file: FileHandle | undefined;
  try {
    file = await open(join(folder, "body"), "wx+", 0o600);
  } finally {
    if (file === undefined) await rm(folder, { recursive: true, force: true });
  }
  const handle = file;
  let isGone = await removeNow(folder);
  let size = 0;
  let isOpen = true;
  return {
    get size() {
      return size;
    },
    async write(chunk) {
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, size + done);
        done += bytesWritten;
      }
      size += chunk.length;
    },
    async *read() {
      for (let at = 0; at < size;) {
        const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - at));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    async discard() {
      if (isOpen) await handle.close();
      isOpen = false;
      if (!isGone) await rm(folder, { recursive: true, force: true });
      isGone = true;
    },
  };
}

/** Windows keeps a file that is open; there it goes when it is discarded. */
async function removeNow(folder: string): Promise<boolean> {
  try {
    await rm(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
