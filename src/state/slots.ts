import { LockHeldError } from "../errors.js";
import type { Database, Session } from "./database.js";
import { isGone, type ProcessLook } from "./holder.js";
import { seal, unseal } from "./seal.js";
import type { Holder, Slot } from "./store.js";

/** What a slot needs to know of this machine. */
export interface SlotSenses {
  readonly processes: ProcessLook;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

interface SlotRow {
  readonly fence: number;
  readonly holder: string | null;
  readonly taken_at: string | null;
  readonly expires_at: number;
}

/** Takes a destination's slot, as `StateStore.acquireSlot` promises. */
export async function acquireSlot(
  database: Database,
  senses: SlotSenses,
  destination: string,
  holder: Holder,
  leaseMs: number,
): Promise<Slot> {
  const asked = askClocks(senses);
  const fence = await database.transaction(false, async (session) => {
    // Makes a row to lock: on PostgreSQL two first-comers would otherwise both see none.
    await session.kysely
      .insertInto("psync_slots")
      .values({ destination, fence: 0, expires_at: 0 })
      .onConflict((conflict) => conflict.column("destination").doNothing())
      .execute();
    const row = await readSlot(session, destination, "update");
    const now = await session.engine.now(session);
    const current = holderOf(session, destination, row);
    if (current !== undefined && row.expires_at > now && !isGone(current, holder, senses.processes)) {
      throw heldBy(destination, current, row.taken_at);
    }
    const fence = row.fence + 1;
    await session.kysely
      .updateTable("psync_slots")
      .set({
        fence,
        holder: seal(holder, destination),
        taken_at: new Date(now).toISOString(),
        expires_at: now + leaseMs,
      })
      .where("destination", "=", destination)
      .execute();
    return fence;
  });
  return new LeasedSlot(database, senses, destination, fence, leaseMs, asked);
}

/**
 * Throws LockHeldError unless `slot` is still the one that holds its destination. Inside a transaction nobody can take
 * it before the end of that.
 */
export async function checkFence(session: Session, slot: Slot): Promise<void> {
  const row = await readSlot(session, slot.destination, "share");
  if (row.fence === slot.fence && row.holder !== null) return;
  throw lostTo(slot.destination, holderOf(session, slot.destination, row), row.taken_at);
}

class LeasedSlot implements Slot {
  readonly destination: string;
  readonly fence: number;
  readonly #database: Database;
  readonly #senses: SlotSenses;
  readonly #leaseMs: number;
  #leasedAt: Clocks;

  constructor(
    database: Database,
    senses: SlotSenses,
    destination: string,
    fence: number,
    leaseMs: number,
    leasedAt: Clocks,
  ) {
    this.#database = database;
    this.#senses = senses;
    this.destination = destination;
    this.fence = fence;
    this.#leaseMs = leaseMs;
    this.#leasedAt = leasedAt;
  }

  async renew(): Promise<void> {
    // Taken before the question, so that a slow answer does not lengthen the lease in our eyes.
    const asked = askClocks(this.#senses);
    await this.#database.transaction(false, async (session) => {
      await checkFence(session, this);
      const now = await session.engine.now(session);
      await session.kysely
        .updateTable("psync_slots")
        .set({ expires_at: now + this.#leaseMs })
        .where("destination", "=", this.destination)
        .execute();
    });
    this.#leasedAt = asked;
  }

  async assertHeld(): Promise<void> {
    // The monotonic clock stands still while a machine sleeps, the wall clock may be set back: each sees what the
    // other misses.
    const now = askClocks(this.#senses);
    const passed = Math.max(now.monotonic - this.#leasedAt.monotonic, now.wall - this.#leasedAt.wall);
    if (passed >= this.#leaseMs) await this.renew();
  }

  async release(): Promise<void> {
    await this.#database.transaction(false, (session) =>
      session.kysely
        .updateTable("psync_slots")
        .set({ holder: null, taken_at: null, expires_at: 0 })
        .where("destination", "=", this.destination)
        .where("fence", "=", this.fence)
        .execute(),
    );
  }
}

interface Clocks {
  readonly monotonic: number;
  readonly wall: number;
}

function askClocks(senses: SlotSenses): Clocks {
  return { monotonic: senses.monotonicMs(), wall: senses.wallMs() };
}

async function readSlot(session: Session, destination: string, lock: "update" | "share"): Promise<SlotRow> {
  const wanted = session.kysely
    .selectFrom("psync_slots")
    .select(["fence", "holder", "taken_at", "expires_at"])
    .where("destination", "=", destination);
  // SQLite's transaction has locked everything already.
  const locking = lock === "update" ? wanted.forUpdate() : wanted.forShare();
  const row = await (session.engine.kind === "postgres" ? locking : wanted).executeTakeFirst();
  return row ?? { fence: 0, holder: null, taken_at: null, expires_at: 0 };
}

function holderOf(session: Session, destination: string, row: SlotRow): Holder | undefined {
  if (row.holder === null) return undefined;
  return unseal(session.engine.place, row.holder, destination) as Holder;
}

function heldBy(destination: string, holder: Holder, since: string | null): LockHeldError {
  const message = `${destination} is held by ${describe(holder, since)}`;
  const hint = "wait until that run ends, or stop it; a run that died is taken over within a minute";
  return new LockHeldError("slot-held", message, { hint });
}

function lostTo(destination: string, holder: Holder | undefined, since: string | null): LockHeldError {
  const by = holder === undefined ? "and was given back" : `to ${describe(holder, since)}`;
  const hint = "nothing was written after that; what is left is done by the next run";
  return new LockHeldError("slot-lost", `the slot of ${destination} was lost ${by}`, { hint });
}

function describe(holder: Holder, since: string | null): string {
  const { command, connection, host, pid } = holder;
  return `psync ${command} of ${connection} on ${host}, process ${pid}, since ${since ?? "an unknown time"}`;
}
