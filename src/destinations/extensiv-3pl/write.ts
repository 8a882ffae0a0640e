import { PsyncError, TransientError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import { pause } from "../../http/storm.js";
import type { PlannedChange, WriteResult } from "../destination.js";
import { type Answer, type ExtensivApi, isGood, type Sending } from "./api.js";
import type { Outlast } from "./calm.js";
import type { Catalogue } from "./catalogue.js";
import { configError, plain, type Refusal, toRefusal, who } from "./errors.js";
import { type ExactObject, isObject, writeExact } from "./exact-json.js";
import { createHolderSearch } from "./holder.js";
import { isInventorySize, type ItemForm, type SentPlace } from "./item.js";
import type { Learnt } from "./learnt.js";
import { type Proof } from "./proof.js";
import { foldSku } from "./rql.js";
import { findItemFacts, findItemId } from "./schema.js";
import type { ExtensivSettings } from "./settings.js";

export interface WriteContext {
  readonly api: ExtensivApi;
  readonly outlast: Outlast;
  readonly catalogue: Catalogue;
  readonly form: ItemForm;
  readonly learnt: Learnt;
  readonly proof: Proof;
  readonly settings: ExtensivSettings;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** Writes one change. Throws what ends the run. */
export type Writer = (change: PlannedChange, signal: AbortSignal) => Promise<WriteResult>;

/** How often one item is tried while nobody acknowledges it, and how often an edit of others is read anew. */
const mostTries = 4;
const mostEdits = 5;
const firstPauseMs = 2000;
/** So many items in a row without any word: it is not the items. */
const mostSilent = 5;

export function createWriter(context: WriteContext): Writer {
  const { api, outlast, catalogue, form, learnt, proof, settings, clock, redact } = context;
  const findHolder = createHolderSearch(context);
  let silent = 0;
  /** While it is not known where sizes go, creates come one by one: the first one shows it. */
  let turn: Promise<unknown> = Promise.resolve();

  const pathOf = (id: string): string => `${api.customer}/items/${encodeURIComponent(id)}`;

  function get(id: string, signal: AbortSignal): Promise<Answer> {
    return outlast(signal, (attempts) => api.get(pathOf(id), "", "ItemView", signal, attempts));
  }

  /** A sample is not worth waiting for: what was acknowledged is to be told. */
  function lookAgain(id: string, signal: AbortSignal): Promise<Answer> {
    return api.get(pathOf(id), "", "ItemView", signal, 2);
  }

  /** Undefined when it is not known what became of it. */
  async function send(sending: Sending, signal: AbortSignal): Promise<Answer | undefined> {
    try {
      return await outlast(signal, (attempts) => api.send(sending, signal, attempts));
    } catch (error) {
      if (error instanceof TransientError && error.code === "unknown-outcome") return undefined;
      throw error;
    }
  }

  function written(change: PlannedChange, id: string, reserved?: readonly string[]): WriteResult {
    silent = 0;
    return {
      sku: change.sku,
      outcome: "written",
      remoteId: id,
      ...(reserved === undefined ? {} : { reserved }),
    };
  }

  function failed(change: PlannedChange, code: string, message: string): WriteResult {
    return { sku: change.sku, outcome: "failed", code, message };
  }

  /** One item that the server always fails at is that item's trouble; many are the server's. */
  function unacknowledged(change: PlannedChange, sight: string): WriteResult {
    silent += 1;
    const message = `${who} does not acknowledge it, and ${sight}`;
    if (silent >= mostSilent) {
      throw new TransientError(
        "no-acknowledgement",
        `${who} acknowledges no write: the last ${silent} items got none`,
        {
          hint: "Try again later. What was acknowledged is recorded.",
        },
      );
    }
    return failed(change, "no-acknowledgement", message);
  }

  async function create(change: PlannedChange, signal: AbortSignal, depth: number): Promise<WriteResult> {
    const sizes = learnt.inventorySizes() ?? true;
    const { item, sent } = form.create(change.product, sizes);
    const sending: Sending = { method: "POST", path: `${api.customer}/items`, body: writeExact(item) };
    for (let tries = 1; ; tries += 1) {
      const answer = await send(sending, signal);
      if (answer !== undefined && !isGood(answer.status)) {
        const refusal = toRefusal(answer.response, redact);
        if (isTaken(refusal)) return takeUp(change, refusal, tries > 1, signal, depth);
        if (isUnit(refusal)) throw noSuchUnit(refusal);
        return failed(change, refusal.code, refusal.words);
      }
      const id = answer === undefined ? undefined : idOf(answer);
      if (id !== undefined) {
        await afterCreate(change, id, sent, signal);
        return written(change, id);
      }
      // Nothing is sent again before it is known that nothing stands there.
      const { item: found } = await catalogue.lookUp(change.sku, signal);
      if (found !== undefined) return update(change, found.id, signal, depth + 1);
      if (tries >= mostTries) return unacknowledged(change, "shows no such item");
      await pause(clock, firstPauseMs * 2 ** (tries - 1), signal);
    }
  }

  /** The first item shows what becomes of what is written, and where sizes go. What was acknowledged stays so. */
  async function afterCreate(
    change: PlannedChange,
    id: string,
    sent: readonly SentPlace[],
    signal: AbortSignal,
  ): Promise<void> {
    await optional(async () => {
      const before = learnt.inventorySizes();
      if (!proof.isWanted("create", sent, before === undefined)) return;
      const { value } = await lookAgain(id, signal);
      if (!isObject(value)) return;
      learnt.see(value);
      proof.compare("create", change.sku, value, sent, before === undefined);
      if (sent.some(({ place }) => isInventorySize(place))) learnt.giveUp();
      // It does show a place that got nothing yet.
      if (before === false && learnt.inventorySizes() === true) await update(change, id, signal, 1);
    });
  }

  async function update(
    change: PlannedChange,
    id: string,
    signal: AbortSignal,
    depth = 0,
  ): Promise<WriteResult> {
    const fields = new Set(Object.keys(change.fields));
    let edits = 0;
    for (let tries = 1; ;) {
      const got = await get(id, signal);
      if (got.status === 404) return replaceLost(change, id, signal, depth);
      const item = got.value;
      if (!isGood(got.status) || !isObject(item)) {
        const refusal = toRefusal(got.response, redact);
        return failed(change, refusal.code, refusal.words);
      }
      const { sku } = findItemFacts(item) ?? change;
      // Somebody gave the item another SKU: it is another product's by now.
      if (foldSku(sku) !== foldSku(change.sku)) return replaceLost(change, id, signal, depth);
      learnt.see(item);
      const sizes = learnt.inventorySizes() ?? false;
      const { reserved } = form.tell(item, sizes);
      const changed = form.merge(item, change.product, fields, sizes);
      if (changed.length === 0) return written(change, id, reserved);
      const answer = await send(toPut(pathOf(id), item, got.etag), signal);
      if (answer === undefined) {
        // The next look tells whether it was carried out.
        if (tries >= mostTries) return unacknowledged(change, "shows the item as it was");
        await pause(clock, firstPauseMs * 2 ** (tries - 1), signal);
        tries += 1;
      } else if (isGood(answer.status)) {
        await afterUpdate(change, id, changed, signal);
        return written(change, id, reserved);
      } else if (answer.status === 412) {
        edits += 1;
        if (edits > mostEdits)
          return failed(change, "edited-meanwhile", `somebody edits the item at ${who} all the time (412)`);
      } else if (answer.status !== 404 || tries >= mostTries) {
        const refusal = toRefusal(answer.response, redact);
        return failed(change, refusal.code, refusal.words);
      } else {
        tries += 1;
      }
    }
  }

  async function afterUpdate(
    change: PlannedChange,
    id: string,
    sent: readonly SentPlace[],
    signal: AbortSignal,
  ): Promise<void> {
    await optional(async () => {
      if (!proof.isWanted("update", sent, false)) return;
      const { value } = await lookAgain(id, signal);
      if (isObject(value)) proof.compare("update", change.sku, value, sent, false);
    });
  }

  /** The item that psync knew is gone: another one may have its SKU. */
  async function replaceLost(
    change: PlannedChange,
    id: string,
    signal: AbortSignal,
    depth: number,
  ): Promise<WriteResult> {
    const { item: found } = await catalogue.lookUp(change.sku, signal);
    if (found === undefined && depth <= 2) return create(change, signal, depth + 1);
    if (found !== undefined && found.id !== id && depth <= 2)
      return update(change, found.id, signal, depth + 1);
    return failed(change, "no-such-item", `${who} lists item ${id} and does not show it by its id (404)`);
  }

  /** The SKU is taken: by another client, in another letter case, by an alias, or by an item that does not show yet. */
  async function takeUp(
    change: PlannedChange,
    refusal: Refusal,
    unsure: boolean,
    signal: AbortSignal,
    depth: number,
  ): Promise<WriteResult> {
    if (depth > 2) return failed(change, refusal.code, refusal.words);
    const there = await findHolder(change.sku, unsure, signal);
    if (there !== undefined && "words" in there) {
      return failed(change, refusal.code, `${refusal.words}. ${there.words}`);
    }
    if (there !== undefined) return update(change, there.id, signal, depth + 1);
    return failed(
      change,
      "not-visible",
      `${refusal.words}. The item does not show yet; the next run takes it up.`,
    );
  }

  function noSuchUnit(refusal: Refusal): PsyncError {
    const units = [...learnt.units].map((unit) => `"${plain(unit, redact)}"`);
    const seen = units.length === 0 ? "no item shows another one" : `existing items have ${units.join(", ")}`;
    return configError(
      "no-such-unit",
      "destination.unitOfMeasure",
      `${who} does not take the unit of measure "${settings.unitOfMeasure}" for new items (${refusal.words}); ${seen}`,
      "Set destination.unitOfMeasure to a unit that is assigned to the customer, or have it assigned.",
    );
  }

  async function inTurn(change: PlannedChange, work: () => Promise<WriteResult>): Promise<WriteResult> {
    const open = (): boolean =>
      learnt.inventorySizes() === undefined &&
      form.create(change.product, true).sent.some(({ place }) => isInventorySize(place));
    if (!open()) return work();
    const before = turn;
    const own = (async () => {
      await before.catch(() => undefined);
      return work();
    })();
    turn = own;
    return own;
  }

  return async (change, signal) => {
    if (change.action === "update")
      return change.remoteId === undefined
        ? replaceLost(change, "", signal, 0)
        : update(change, change.remoteId, signal);
    return inTurn(change, () => create(change, signal, 0));
  };
}

/** What is done for the sake of knowledge fails in silence: the write stands. */
async function optional(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PsyncError)) throw error;
  }
}

/** `_links` are the server's; qualifiers lie in `_embedded`, which a change that replaces must repeat. */
function toPut(path: string, item: ExactObject, etag: string | undefined): Sending {
  const { _links: _, ...rest } = item;
  return { method: "PUT", path, body: writeExact(rest), ...(etag === undefined ? {} : { etag }) };
}

function idOf({ value, response }: Answer): string | undefined {
  return findItemId(value) ?? /\/items\/(\d+)\/?$/i.exec(response.headers["location"] ?? "")?.[1];
}

function isTaken({ status, code, properties }: Refusal): boolean {
  if (status === 409) return true;
  return (
    code === "duplicate" && (properties.length === 0 || properties.some((name) => /(^|\.)sku$/.test(name)))
  );
}

function isUnit({ properties }: Refusal): boolean {
  return properties.some((name) => /(^|\.)unitidentifier(\.|$)/.test(name));
}
