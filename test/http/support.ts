import { createHttpClient, type ClientOptions, type PacedClient } from "../../src/http/client.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

export interface TestClient {
  readonly client: PacedClient;
  readonly clock: FakeClock;
  /** The lines of the trace. */
  readonly lines: string[];
}

/** A client whose waits take no time and whose jitter is the middle of its range. */
export function testClient(options: Partial<ClientOptions> = {}): TestClient {
  const clock = createFakeClock({ autoAdvance: true });
  const lines: string[] = [];
  const client = createHttpClient({
    who: "the shop",
    userAgent: "psync/test",
    clock,
    random: () => 0.5,
    trace: (line) => lines.push(line),
    ...options,
  });
  return { client, clock, lines };
}

/** A signal that nobody raises. */
export function quiet(): AbortSignal {
  return new AbortController().signal;
}

/** The error that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; hint?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("not an Error was thrown", { cause: error });
  }
  throw new Error("nothing was thrown");
}
