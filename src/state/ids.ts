import type { Database, Session } from "./database.js";
import type { StageKey } from "./store.js";

/** The numbers that stand for the names of a stage; 0 for a name that nothing was ever kept under. */
export interface StageIds {
  readonly connection: number;
  readonly records: number;
  readonly run: number;
  readonly destination: number;
}

/** Takes numbers that nobody else gets, as long as the transaction is not rolled back; the first of them. */
export async function takeIds(session: Session, count: number): Promise<number> {
  const [row] = await session.all<{ readonly next: number }>(
    "update psync_ids set next = next + ? returning next",
    [count],
  );
  if (row === undefined) throw new Error("the table psync_ids is empty");
  return row.next - count;
}

/** More names than any run uses; when there are more, all are looked up anew. */
const namesCached = 100;

/** Looks up the numbers of names, and gives numbers to new ones. */
export class Names {
  readonly #database: Database;
  readonly #known = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The numbers of a stage's names, as far as there are any. */
  find(stage: StageKey): Promise<StageIds> {
    return this.#idsOf(stage, false);
  }

  /** The numbers of a stage's names; a name without one gets one. */
  make(stage: StageKey): Promise<StageIds> {
    return this.#idsOf(stage, true);
  }

  /** The number of one name, as `find` gives it. */
  async findOne(name: string): Promise<number> {
    await this.#learn([name], false);
    return this.#known.get(name) ?? 0;
  }

  /** To be called when names have been deleted. */
  forget(): void {
    this.#known.clear();
  }

  async #idsOf({ connection, records, run, destination }: StageKey, make: boolean): Promise<StageIds> {
    await this.#learn([connection, records, run, destination], make);
    const id = (name: string): number => this.#known.get(name) ?? 0;
    return {
      connection: id(connection),
      records: id(records),
      run: id(run),
      destination: id(destination),
    };
  }

  async #learn(names: readonly string[], make: boolean): Promise<void> {
    if (names.every((name) => this.#known.has(name))) return;
    if (this.#known.size > namesCached) this.#known.clear();
    // Kept only behind the commit: a number of a transaction that was rolled back stands for nothing.
    const found = make
      ? await this.#database.transaction(false, (session) => makeNames(session, names))
      : await findNames(this.#database, names);
    for (const [name, id] of found) this.#known.set(name, id);
  }
}

async function findNames(session: Session, names: readonly string[]): Promise<[string, number][]> {
  const rows = await session.kysely
    .selectFrom("psync_names")
    .select(["id", "name"])
    .where("name", "in", [...new Set(names)])
    .execute();
  return rows.map(({ id, name }) => [name, id]);
}

async function makeNames(session: Session, names: readonly string[]): Promise<[string, number][]> {
  const wanted = [...new Set(names)];
  const first = await takeIds(session, wanted.length);
  await session.kysely
    .insertInto("psync_names")
    .values(wanted.map((name, index) => ({ id: first + index, name })))
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  return findNames(session, wanted);
}
