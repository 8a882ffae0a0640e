/** What goes wrong with one request. Parts may be combined; they work in the order in which they stand here. */
export interface Fault<Request, Answer> {
  /** Shown in the request log. */
  readonly name: string;
  /** The answer comes that much later, in milliseconds of real time. */
  readonly delayMs?: number;
  /** Changes the request before the server sees it. */
  readonly request?: (request: Request) => Request;
  /** Answers in the server's place. */
  readonly instead?: (request: Request) => Answer;
  /** Changes the server's answer. */
  readonly answer?: (answer: Answer, request: Request) => Answer;
  /**
   * What becomes of the connection: `reset` breaks it before an answer, `cut` after half of the body (the declared
   * length stays), `hang` keeps it open and silent.
   */
  readonly connection?: "reset" | "cut" | "hang";
}

/** Decides for each request whether something goes wrong. `n` counts the requests since the fault was added, from 1. */
export interface FaultScript<Request, Answer> {
  onRequest(n: number, request: Request): Fault<Request, Answer> | undefined;
}

/** How a named fault is turned up or down. Each fault has defaults for those that it knows; others are ignored. */
export interface FaultSettings {
  /** Every how many requests (of the kind that the fault is about). */
  readonly every?: number;
  /** How many times in all. */
  readonly times?: number;
  /** The share of requests, 0 to 1. */
  readonly share?: number;
  /** The record that it is about. */
  readonly id?: number;
  /** Milliseconds of real time. */
  readonly ms?: number;
  readonly seed?: number;
  /** Seconds in `Retry-After`. */
  readonly retryAfter?: number;
}

/** A fault that is switched on by its name. */
export interface NamedFault<Store, Request, Answer> {
  /** One line for `psync sandbox --fault list`. */
  readonly description: string;
  readonly make: (store: Store, settings: FaultSettings) => FaultScript<Request, Answer>;
}

export interface FaultSwitches<Request, Answer> {
  /**
   * Switches a fault on, by name or by script (RangeError for an unknown name); the function that comes back switches
   * it off again.
   */
  add(fault: string | FaultScript<Request, Answer>, settings?: FaultSettings): () => void;
  /** Switches everything off. */
  clear(): void;
  /** What goes wrong with this request. */
  next(request: Request): readonly Fault<Request, Answer>[];
}

/** Makes the switchboard of one server. */
export function createFaultSwitches<Store, Request, Answer>(
  named: Readonly<Record<string, NamedFault<Store, Request, Answer>>>,
  store: Store,
): FaultSwitches<Request, Answer> {
  const scripts = new Set<{ readonly script: FaultScript<Request, Answer>; seen: number }>();
  return {
    add: (fault, settings = {}) => {
      const known = typeof fault === "string" && Object.hasOwn(named, fault) ? named[fault] : undefined;
      if (typeof fault === "string" && known === undefined)
        throw new RangeError(`there is no fault called ${fault}`);
      const script = typeof fault === "string" ? known?.make(store, settings) : fault;
      if (script === undefined) return () => undefined;
      const entry = { script, seen: 0 };
      scripts.add(entry);
      return () => void scripts.delete(entry);
    },
    clear: () => scripts.clear(),
    next: (request) => {
      const found: Fault<Request, Answer>[] = [];
      for (const entry of scripts) {
        entry.seen += 1;
        const fault = entry.script.onRequest(entry.seen, request);
        if (fault !== undefined) found.push(fault);
      }
      return found;
    },
  };
}

/** A fault of every so many requests of a kind, a limited number of times. */
export function eachOf<Request, Answer>(
  fault: Fault<Request, Answer>,
  settings: FaultSettings,
  standard: {
    readonly every: number;
    readonly times?: number;
    readonly of?: (request: Request) => boolean;
  },
): FaultScript<Request, Answer> {
  const every = settings.every ?? standard.every;
  const times = settings.times ?? standard.times ?? Infinity;
  let [seen, done] = [0, 0];
  return {
    onRequest: (_n, request) => {
      if (standard.of !== undefined && !standard.of(request)) return undefined;
      seen += 1;
      if (seen % every !== 0 || done >= times) return undefined;
      done += 1;
      return fault;
    },
  };
}
