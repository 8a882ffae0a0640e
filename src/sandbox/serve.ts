import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, FaultSwitches } from "./fault.js";
import type { RequestLogEntry } from "./sandbox.js";

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly url: string;
  /** Names in lower case; several of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer ready for the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names as sent. `Date` and `Content-Length` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface ServeOptions<Request, Answer extends { readonly status: number }> {
  /** Default: any free one. */
  readonly port?: number;
  /** Serves https with this certificate (PEM). */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The server's own clock, milliseconds since 1970. */
  readonly clock: () => number;
  readonly read: (request: WireRequest) => Request;
  /** What the vendor answers. */
  readonly answer: (request: Request) => Answer | Promise<Answer>;
  readonly write: (answer: Answer) => WireAnswer;
  /** May be known only after the server listens, since much depends on its address. */
  readonly faults: () => FaultSwitches<Request, Answer>;
}

export interface RunningServer {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
  /** In the order in which they were answered. */
  readonly requests: readonly RequestLogEntry[];
  /** Stops listening and breaks the connections that are open. May be called twice. */
  readonly close: () => Promise<void>;
}

/** Listens on the loopback interface, applies the faults and keeps the log. Rejects when the port is taken. */
export async function serve<Request, Answer extends { readonly status: number }>(
  options: ServeOptions<Request, Answer>,
): Promise<RunningServer> {
  const { clock } = options;
  const requests: RequestLogEntry[] = [];
  const stopped = new AbortController();
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    // A broken connection is what the client made of it; there is nobody left to tell.
    handle(message, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);

  async function respond(given: Request, found: readonly Fault<Request, Answer>[]): Promise<Answer> {
    let request = given;
    for (const fault of found) {
      if (fault.delayMs !== undefined) await sleep(fault.delayMs, undefined, { signal: stopped.signal });
      if (fault.request !== undefined) request = fault.request(request);
    }
    const instead = found.find((fault) => fault.instead !== undefined)?.instead;
    let answer = instead?.(request) ?? (await options.answer(request));
    for (const fault of found) answer = fault.answer?.(answer, request) ?? answer;
    return answer;
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = clock();
    const raw: WireRequest = {
      method: message.method ?? "GET",
      url: message.url ?? "/",
      headers: plainHeaders(message),
      body: await readBody(message),
    };
    const request = options.read(raw);
    const found = options.faults().next(request);
    const faults = found.map((fault) => fault.name);
    const connection = found.find((fault) => fault.connection !== undefined)?.connection;
    const log = (status: number): void => void requests.push({ at, ...raw, status, faults });
    if (connection === "hang") return log(0);
    if (connection === "reset") {
      log(0);
      message.socket.resetAndDestroy();
      return;
    }
    const answer = await respond(request, found);
    log(answer.status);
    send(response, options.write(answer), {
      head: raw.method === "HEAD",
      cut: connection === "cut",
      date: clock(),
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    async close() {
      stopped.abort();
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends an answer; with `cut` only half of its body, and then the connection is broken. `date` is in milliseconds. */
function send(
  response: ServerResponse,
  answer: WireAnswer,
  options: { readonly head: boolean; readonly cut: boolean; readonly date: number },
): void {
  const bytes = typeof answer.body === "string" ? Buffer.from(answer.body, "utf8") : answer.body;
  // Node would write its own clock's date.
  response.sendDate = false;
  response.writeHead(answer.status, {
    Date: new Date(options.date).toUTCString(),
    ...answer.headers,
    "Content-Length": bytes.byteLength,
  });
  if (options.head) response.end();
  else if (options.cut) {
    response.write(bytes.subarray(0, bytes.byteLength >> 1), () => void response.destroy());
  } else response.end(bytes);
}

/** Header lines as one record: names in lower case, several of one name joined by ", ". */
function plainHeaders(message: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}

/** Reads a request's body as text. Rejects when the connection breaks. */
async function readBody(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
