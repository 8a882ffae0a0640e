import type { Clock } from "./contract.js";

/** What a token endpoint gave. */
export interface AccessToken {
  readonly value: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly expiresAtMs: number;
}

export interface TokenCache {
  /** A token that is good for a while yet, fetched when there is none. */
  current(signal: AbortSignal): Promise<string>;
  /** A token other than `stale`, which the server has refused: fetched unless somebody already did. */
  renew(stale: string, signal: AbortSignal): Promise<string>;
}

/**
 * Keeps an access token in memory and renews it `earlyMs` before it ends. However many ask at a time, one request is
 * made. What `fetch` throws goes to all who wait, and the next to ask tries again.
 */
export function createTokenCache(
  clock: Clock,
  earlyMs: number,
  fetch: (signal: AbortSignal) => Promise<AccessToken>,
): TokenCache {
  let kept: AccessToken | undefined;
  let pending: Promise<AccessToken> | undefined;

  async function fresh(signal: AbortSignal): Promise<string> {
    pending ??= fetch(signal).finally(() => {
      pending = undefined;
    });
    kept = await pending;
    return kept.value;
  }

  return {
    async current(signal) {
      if (kept !== undefined && clock.now() < kept.expiresAtMs - earlyMs) return kept.value;
      return fresh(signal);
    },
    async renew(stale, signal) {
      if (kept !== undefined && kept.value !== stale) return kept.value;
      return fresh(signal);
    },
  };
}
