import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** How many connections were opened. */
  readonly connections: () => number;
}

/** What it returns is not used, so that an arrow may end with a call. */
export type Answer = (response: ServerResponse, request: SeenRequest, number: number) => unknown;

/** Runs `use` against a server on the loopback interface that answers each request, counted from 1, by `answer`. */
export async function withServer(
  answer: Answer,
  use: (server: TestServer) => Promise<void>,
  tls?: ServerOptions,
): Promise<void> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      seen.push(one);
      answer(response, one, seen.length);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await listen(server);
  try {
    const scheme = tls === undefined ? "http" : "https";
    await use({ url: `${scheme}://127.0.0.1:${portOf(server)}`, seen, connections: () => connections });
  } finally {
    server.closeAllConnections();
    await close(server);
  }
}

/** Runs `use` against a server below HTTP that gets each connection, counted from 1. */
export async function withSocketServer(
  onConnection: (socket: Socket, number: number) => unknown,
  use: (url: string, connections: () => number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    sockets.add(socket);
    // A test's client may leave at any time.
    socket.on("error", () => {});
    onConnection(socket, connections);
  });
  await listen(server);
  try {
    await use(`http://127.0.0.1:${portOf(server)}`, () => connections);
  } finally {
    for (const socket of sockets) socket.destroy();
    await close(server);
  }
}

/** The address of a port on which nobody listens. */
export async function unusedUrl(): Promise<string> {
  const server = createTcpServer();
  await listen(server);
  const port = portOf(server);
  await close(server);
  return `http://127.0.0.1:${port}`;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
