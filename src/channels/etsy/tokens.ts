import { createHash } from "node:crypto";
import { z } from "zod";
import { AuthError, LockHeldError } from "../../errors.js";
import { type AccessToken, createTokenCache, type TokenCache } from "../../http/token.js";
import type { ChannelMemory, ChannelParts } from "../channel.js";
import { defaultTokenUrl, type EtsySettings } from "./settings.js";
import { requestToken } from "./token-request.js";

const memoryName = "token";

/** What is kept between runs. */
const keptSchema = z.object({
  v: z.literal(1),
  /** The hash of the configured token that the pair descends from: a changed one is the operator's new word. */
  lineage: z.string(),
  refreshToken: z.string().min(1),
  accessToken: z.string().min(1),
  /** Milliseconds since 1970. */
  renewAtMs: z.number(),
});
type Kept = z.infer<typeof keptSchema>;
type Keep = ChannelMemory["set"];

/**
 * Keeps an access token for all processes of one account. Etsy gives a new refresh token with each access token, and
 * the old one may be dead at once: a new pair is kept durably before it is used for the first time, and only one
 * process refreshes at a time. Throws AuthError when no token that is known is good for another one.
 */
export function createEtsyTokens(settings: EtsySettings, parts: ChannelParts): TokenCache {
  const { memory, clock } = parts;
  const tokenUrl = settings.tokenUrl ?? defaultTokenUrl;
  const lineage = createHash("sha256").update(settings.refreshToken).digest("base64url");
  /** The last access token that Etsy refused. */
  let refused: string | undefined;

  async function recall(): Promise<Kept | undefined> {
    const text = (await memory.get([memoryName])).get(memoryName);
    const kept = text === undefined ? undefined : parseKept(text);
    if (kept === undefined) return undefined;
    parts.hide(kept.accessToken);
    parts.hide(kept.refreshToken);
    return kept;
  }

  function toUsable(kept: Kept | undefined): AccessToken | undefined {
    if (kept === undefined || kept.lineage !== lineage || kept.accessToken === refused) return undefined;
    return clock.now() >= kept.renewAtMs ? undefined : toAccess(kept);
  }

  async function refresh(refreshToken: string, signal: AbortSignal): Promise<Kept> {
    const grant = { grant_type: "refresh_token", client_id: settings.keystring, refresh_token: refreshToken };
    const pair = await requestToken(tokenUrl, grant, parts, { repeatable: true, signal });
    return { v: 1, lineage, refreshToken, ...pair };
  }

  /** Tries what may be good, the likeliest first. What memory holds is read anew after each refusal. */
  async function refreshAny(signal: AbortSignal): Promise<{ readonly fresh: Kept; readonly from: string }> {
    const tried = new Set<string>();
    let refusal: AuthError | undefined;
    for (;;) {
      const next = candidates(await recall()).find((token) => !tried.has(token));
      if (next === undefined) throw refusal ?? new AuthError("no-token", "there is no refresh token");
      tried.add(next);
      try {
        const fresh = await refresh(next, signal);
        if (refusal !== undefined && next !== settings.refreshToken)
          parts.warn("Etsy refuses source.refreshToken; the one that psync kept is still good and is used");
        return { fresh, from: next };
      } catch (error) {
        if (!(error instanceof AuthError && error.code === "invalid-grant")) throw error;
        refusal ??= error;
      }
    }
  }

  function candidates(kept: Kept | undefined): readonly string[] {
    if (kept === undefined) return [settings.refreshToken];
    if (kept.lineage === lineage) return [kept.refreshToken, settings.refreshToken];
    return [settings.refreshToken, kept.refreshToken];
  }

  async function refreshAlone(keep: Keep, signal: AbortSignal): Promise<AccessToken> {
    const found = toUsable(await recall());
    if (found !== undefined) return found;
    const { fresh, from } = await refreshAny(signal);
    try {
      await keep(toEntry(fresh));
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      throw new LostPair(fresh, from, error);
    }
    return toAccess(fresh);
  }

  /** The lock went to somebody else while Etsy answered: the pair is kept all the same, unless a newer one is there. */
  async function rescue(lost: LostPair, signal: AbortSignal): Promise<AccessToken> {
    return memory.exclusive(memoryName, signal, async (keep) => {
      const kept = await recall();
      const found = toUsable(kept);
      if (found !== undefined) return found;
      if (kept !== undefined && kept.refreshToken !== lost.from) throw lost.reason;
      await keep(toEntry(lost.pair));
      return toAccess(lost.pair);
    });
  }

  async function fetch(signal: AbortSignal): Promise<AccessToken> {
    // Most runs find a token that is good, and need no lock.
    const found = toUsable(await recall());
    if (found !== undefined) return found;
    try {
      return await memory.exclusive(memoryName, signal, (keep) => refreshAlone(keep, signal));
    } catch (error) {
      if (error instanceof LostPair) return rescue(error, signal);
      throw error;
    }
  }

  const cache = createTokenCache(clock, 0, fetch);
  return {
    current: (signal) => cache.current(signal),
    renew: (stale, signal) => {
      refused = stale;
      return cache.renew(stale, signal);
    },
  };
}

/** A new pair that could not be kept because the lock was lost. Never leaves this file. */
class LostPair extends Error {
  readonly pair: Kept;
  readonly from: string;
  readonly reason: LockHeldError;

  constructor(pair: Kept, from: string, reason: LockHeldError) {
    super("the lock was lost");
    this.pair = pair;
    this.from = from;
    this.reason = reason;
  }
}

function toAccess({ accessToken, renewAtMs }: Kept): AccessToken {
  return { value: accessToken, expiresAtMs: renewAtMs };
}

function toEntry(kept: Kept): ReadonlyMap<string, string> {
  return new Map([[memoryName, JSON.stringify(kept)]]);
}

function parseKept(text: string): Kept | undefined {
  try {
    return keptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
