/** One request that a sandbox server received, and what it was answered with. */
export interface RequestLogEntry {
  /** The server's own clock, milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  /** Path and query exactly as sent, credentials included: the log is for tests that look for leaks. */
  readonly url: string;
  /** Names in lower case; several of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0 when the connection was broken instead of answered. */
  readonly status: number;
  /** The names of the faults that had a hand in the answer. */
  readonly faults: readonly string[];
}

/** What every shop is started with. */
export interface ShopStart<Script> {
  /** Default: any free one. */
  readonly port?: number;
  /** Names of faults, or scripts. */
  readonly faults?: readonly (string | Script)[];
  /** The server's own clock, milliseconds since 1970. Default: the machine's. */
  readonly clock?: () => number;
  /** Another one makes another sample catalogue. */
  readonly seed?: number;
}

/** A local stand-in of a vendor's server, listening on the loopback interface only. */
export interface SandboxShop {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
  /** In the order in which they were answered. */
  readonly requests: readonly RequestLogEntry[];
  /** The `source` section of a psync config that reads this shop. */
  readonly config: Record<string, unknown>;
  /** Stops listening and breaks the connections that are open. May be called twice. */
  close(): Promise<void>;
}

/** A local stand-in of a warehouse system's server, likewise. */
export interface SandboxWarehouse extends Omit<SandboxShop, "config"> {
  /** The `destination` section of a psync config that writes into it. */
  readonly config: Record<string, unknown>;
}
