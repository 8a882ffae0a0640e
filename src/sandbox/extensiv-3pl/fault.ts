import type * as sandbox from "../fault.js";
import { createRandom } from "../random.js";
import type { ExtensivAnswer, ExtensivRequest } from "./answer.js";
import type { Role } from "./model.js";
import type { ExtensivStore } from "./store.js";
import type { TokenBook } from "./tokens.js";

/** What goes wrong with one request to the warehouse. */
export type Fault = sandbox.Fault<ExtensivRequest, ExtensivAnswer>;

/** Decides for each request to the warehouse whether something goes wrong. */
export type FaultScript = sandbox.FaultScript<ExtensivRequest, ExtensivAnswer>;

/** How a named fault is turned up or down. Each has defaults for those that it knows; others are ignored. */
export interface FaultSettings extends sandbox.FaultSettings {
  /** The first request (of the kind that the fault is about) that it may meet, from 1. */
  readonly from?: number;
  /** The SKU that it is about; compared as the server compares SKUs. */
  readonly sku?: string;
  /** The member of an item that it is about; with dots for one that lies deeper. */
  readonly field?: string;
  readonly role?: Role;
  /** Seconds of the server's clock. */
  readonly seconds?: number;
  /** Bytes of a body or of a query. */
  readonly bytes?: number;
}

/** A fault by its name, and how it is set. */
export interface FaultWish extends FaultSettings {
  readonly name: string;
}

/** What faults work upon. */
export interface FaultScene {
  readonly store: ExtensivStore;
  readonly book: TokenBook;
  /** What the server itself answers; what it changes stays changed. */
  readonly answer: (request: ExtensivRequest) => ExtensivAnswer;
  /** Of all faults that are not given their own. */
  readonly seed: number;
}

export interface ExtensivFault extends sandbox.NamedFault<FaultScene, ExtensivRequest, ExtensivAnswer> {
  readonly make: (scene: FaultScene, settings: FaultSettings) => FaultScript;
}

/** When a fault meets a request, where the settings do not say. With neither `every` nor `share`: always. */
interface Standard {
  readonly every?: number;
  /** 0 to 1, by seed. */
  readonly share?: number;
  readonly times?: number;
  readonly of?: (request: ExtensivRequest) => boolean;
}

/** Makes a script that does `fault` to the requests that the settings choose. */
export function script(
  scene: FaultScene,
  settings: FaultSettings,
  standard: Standard,
  fault: Fault | ((request: ExtensivRequest) => Fault | undefined),
): FaultScript {
  const share = settings.share ?? (settings.every === undefined ? standard.share : undefined);
  const every = settings.every ?? standard.every ?? 1;
  const times = settings.times ?? standard.times ?? Infinity;
  const random = createRandom(settings.seed ?? scene.seed, 0x3b1);
  let [seen, done] = [0, 0];
  return {
    onRequest: (_n, request) => {
      if (standard.of !== undefined && !standard.of(request)) return undefined;
      seen += 1;
      if (seen < (settings.from ?? 1) || done >= times) return undefined;
      if (share === undefined ? (seen - (settings.from ?? 1) + 1) % every !== 0 : !random.chance(share))
        return undefined;
      const found = typeof fault === "function" ? fault(request) : fault;
      if (found !== undefined) done += 1;
      return found;
    },
  };
}
