import type { ClientPolicy } from "../../src/http/client.js";
import type { HttpRequest } from "../../src/http/contract.js";
import { createPacer, type Pacer } from "../../src/http/pacing.js";
import type { FakeClock } from "./fake-clock.js";

/** Counts requests between their start and their answer, so that a fake clock can stand still meanwhile. */
export class UnderWay {
  #count = 0;

  readonly busy = (): boolean => this.#count > 0;

  /** The same policy, watched. */
  watch(policy: ClientPolicy, clock: FakeClock): ClientPolicy {
    const { pacer = createPacer({ clock, maxConcurrent: policy.concurrency ?? 4 }) } = policy;
    const watched = new Map<Pacer, Pacer>();
    const of = (one: Pacer): Pacer => {
      const known = watched.get(one) ?? this.#wrap(one);
      watched.set(one, known);
      return known;
    };
    return {
      ...policy,
      pacer: typeof pacer === "function" ? (request: HttpRequest) => of(pacer(request)) : of(pacer),
    };
  }

  #wrap(pacer: Pacer): Pacer {
    return {
      maxConcurrent: pacer.maxConcurrent,
      observe: (seen) => pacer.observe(seen),
      acquire: async (cost, signal) => {
        const release = await pacer.acquire(cost, signal);
        this.#count += 1;
        return () => {
          this.#count -= 1;
          release();
        };
      },
    };
  }
}
