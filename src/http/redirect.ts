import { createServer } from "node:http";
import { ConfigError, InterruptedError, TransientError } from "../errors.js";

/** Five minutes: signing in with a second factor, reading what is asked for, clicking. */
const longestWaitMs = 5 * 60_000;

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
  `<body style="font-family:sans-serif;margin:4em"><h1>${title}</h1><p>${text}</p></body></html>`;

/** Whether a browser on this machine reaches us at an address: plain http to the loopback, with a port. */
export function isLoopbackRedirect(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, port } = new URL(uri);
  return protocol === "http:" && port !== "" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

/**
 * Listens on this machine only until a browser is sent to `uri` with an answer in its query; gives the whole address
 * that it was sent to. `onListening` is called when the browser may be sent. Throws ConfigError when the port is taken,
 * TransientError when nobody comes, InterruptedError on abort.
 */
export async function receiveRedirect(
  uri: string,
  signal: AbortSignal,
  onListening: () => void,
): Promise<string> {
  const { hostname, port, pathname } = new URL(uri);
  if (signal.aborted) throw new InterruptedError();
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const target = new URL(request.url ?? "/", uri);
      const isAnswer = target.pathname === pathname && target.search !== "";
      response.writeHead(isAnswer ? 200 : 404, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        connection: "close",
      });
      response.end(isAnswer ? page("psync has it", "You can close this window.") : page("Not here", ""));
      if (isAnswer) finish(() => resolve(target.href));
    });
    const onAbort = (): void => finish(() => reject(new InterruptedError()));
    const timer = setTimeout(() => {
      const hint =
        "The browser may not have been sent back: the redirect URI must be registered with the app letter by letter.";
      const error = new TransientError("no-redirect", "nobody came back from the browser in five minutes", {
        hint,
      });
      finish(() => reject(error));
    }, longestWaitMs);
    function finish(settle: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      server.close();
      settle();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    server.once("error", (error: NodeJS.ErrnoException) => {
      const message = `port ${port} cannot be listened on (${error.code ?? "unknown reason"})`;
      const hint = "stop what uses it, register another redirect URI, or paste the address by hand (--paste)";
      finish(() => reject(new ConfigError("port-taken", message, [], { hint })));
    });
    server.listen(Number(port), hostname === "[::1]" ? "::1" : hostname, onListening);
  });
}
