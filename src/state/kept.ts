import type { Cipher } from "./cipher.js";
import { type Database, list, paddedChunks, type Session, textBySize } from "./database.js";
import { checkFence } from "./slots.js";
import type { Slot } from "./store.js";

const selectText = textBySize(
  (size) => `select name, value from psync_kept where account = ? and name in ${list(size)}`,
);

/** What is kept for an account under some names. */
export async function readKept(
  database: Database,
  cipher: Cipher,
  account: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const piece of paddedChunks(names)) {
    const rows = await database.all<{ readonly name: string; readonly value: string }>(
      selectText(piece.length),
      [account, ...piece],
    );
    for (const { name, value } of rows) found.set(name, cipher.open(value, account, name));
  }
  return found;
}

/** Keeps values for an account in one durable transaction; with a slot only while that is held. */
export async function writeKept(
  database: Database,
  cipher: Cipher,
  account: string,
  entries: ReadonlyMap<string, string>,
  slot: Slot | undefined,
): Promise<void> {
  if (entries.size === 0) return;
  await database.transaction(true, async (session: Session) => {
    if (slot !== undefined) await checkFence(session, slot);
    for (const [name, value] of entries) {
      await session.run(
        `insert into psync_kept (account, name, value) values (?, ?, ?)
          on conflict (account, name) do update set value = excluded.value`,
        [account, name, cipher.close(value, account, name)],
      );
    }
  });
}
