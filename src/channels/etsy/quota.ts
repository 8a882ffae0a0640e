import { createHash } from "node:crypto";
import { z } from "zod";
import { TransientError } from "../../errors.js";
import type { ChannelParts } from "../channel.js";
import { type Limits, parseLimits } from "./limits.js";

const memoryName = "quota";
const dayMs = 86_400_000;
/** Two machines' clocks differ. What was written in the future beyond that says nothing. */
const clockSlackMs = 5 * 60_000;
/** How many answers pass before what is left is written down again. */
const saveEvery = 50;

const keptSchema = z.object({
  v: z.literal(1),
  /** The hash of the app's key, which Etsy counts by: another app has a day of its own. */
  app: z.string(),
  /** Milliseconds since 1970, as all times here. */
  at: z.number(),
  perDay: z.number().exactOptional(),
  leftToday: z.number().exactOptional(),
  closedUntil: z.number().exactOptional(),
});
type Kept = z.infer<typeof keptSchema>;

/** What is left of the rolling day, over all processes of one account. */
export interface Quota {
  /** Throws TransientError, with the time of the next try, while Etsy has asked to be left alone. Sends nothing. */
  admit(): Promise<void>;
  /** Takes down what an answer tells. */
  note(headers: Readonly<Record<string, string>>): Promise<void>;
  /** Takes down that Etsy wants to be left alone for so long, and gives the error for it. */
  close(retryAfterMs: number): Promise<TransientError>;
  /** What the answers so far told. */
  limits(): Limits;
  /** How many requests are left today, as far as it is known; by now, not when it was told. */
  leftToday(): number | undefined;
  /** Writes down what is left. A failure is no error: the next answer tells it anew. */
  save(): Promise<void>;
}

export function createQuota(keystring: string, parts: Pick<ChannelParts, "memory" | "clock">): Quota {
  const { memory, clock } = parts;
  const app = createHash("sha256").update(keystring).digest("base64url");
  let kept: Kept | undefined;
  let loaded = false;
  let limits: Limits = {};
  let unsaved = 0;

  async function load(): Promise<void> {
    if (loaded) return;
    loaded = true;
    const text = (await memory.get([memoryName])).get(memoryName);
    const found = text === undefined ? undefined : parseKept(text);
    if (found?.app === app && found.at <= clock.now() + clockSlackMs) kept = found;
  }

  async function save(): Promise<void> {
    if (unsaved === 0) return;
    unsaved = 0;
    try {
      await memory.set(new Map([[memoryName, JSON.stringify(kept)]]));
    } catch {
      // Only a hint for the next run: no reason to end this one, or to hide why it ends.
    }
  }

  function closedError(untilMs: number): TransientError {
    const at = new Date(untilMs).toISOString();
    return new TransientError(
      "retry-after",
      `Etsy asks to be left alone, as a rule because the day's requests are used up; the next try is possible at ${at}`,
      {
        retryAfterMs: Math.max(0, untilMs - clock.now()),
        hint: `Etsy counts the last 24 hours. Run psync again after ${at}, and less often if it happens again.`,
      },
    );
  }

  return {
    async admit() {
      await load();
      const until = kept?.closedUntil ?? 0;
      if (until > clock.now()) throw closedError(until);
    },
    async note(headers) {
      const told = parseLimits(headers);
      limits = { ...limits, ...told };
      const { perDay, leftToday } = limits;
      if (told.perDay === undefined && told.leftToday === undefined) return;
      kept = {
        v: 1,
        app,
        at: clock.now(),
        ...(perDay === undefined ? {} : { perDay }),
        ...(leftToday === undefined ? {} : { leftToday }),
      };
      unsaved += 1;
      if (unsaved >= saveEvery) await save();
    },
    async close(retryAfterMs) {
      const at = clock.now();
      // A rolling day never asks for more than one.
      const closedUntil = at + Math.min(retryAfterMs, dayMs);
      kept = { v: 1, app, ...kept, at, closedUntil };
      unsaved += 1;
      await save();
      return closedError(closedUntil);
    },
    limits: () => limits,
    leftToday() {
      if (kept?.leftToday === undefined) return undefined;
      const { perDay = kept.leftToday } = kept;
      // The day rolls: after 24 hours nothing of what was used counts, in between a part of it.
      const freed = perDay * Math.max(0, (clock.now() - kept.at) / dayMs);
      return Math.min(perDay, Math.floor(kept.leftToday + freed));
    },
    save,
  };
}

function parseKept(text: string): Kept | undefined {
  try {
    return keptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
