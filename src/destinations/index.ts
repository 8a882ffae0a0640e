import type { ClientPolicy } from "../http/client.js";
import type { Clock } from "../http/contract.js";
import type { Destination, DestinationParts } from "./destination.js";
import type { ExtensivSettings } from "./extensiv-3pl/index.js";
import type { FileSettings } from "./file/index.js";
import type { TrytonSettings } from "./tryton/index.js";

/** What each destination is opened with: its `destination` section of the config. */
interface DestinationSettings {
  readonly "extensiv-3pl": ExtensivSettings;
  readonly file: FileSettings;
  readonly tryton: TrytonSettings;
}

export type DestinationId = keyof DestinationSettings;

/** A `destination` with its type, so that the right entry gets the right settings. */
export type DestinationTarget<Id extends DestinationId = DestinationId> = {
  [Each in Id]: { readonly type: Each } & DestinationSettings[Each];
}[Id];

export interface DestinationMaker<Settings> {
  /** Opens an account; nothing is sent or written before it is asked for something. */
  readonly create: (settings: Settings, parts: DestinationParts) => Destination;
  /** How its requests are to be sent. `concurrency` is the operator's wish. */
  readonly http: (settings: Settings, clock: Clock, concurrency?: number) => ClientPolicy;
}

interface DestinationEntry<Settings> {
  /** Loads the destination's code: a run needs one of them. */
  readonly load: () => Promise<DestinationMaker<Settings>>;
  /** Name of its built-in mapping table; undefined where it takes products as they are. */
  readonly table: (settings: Settings) => string | undefined;
}

type Registry = { readonly [Id in DestinationId]: DestinationEntry<DestinationTarget<Id>> };

/** Every destination, by the name that the config calls it. */
export const destinations: Registry = {
  "extensiv-3pl": {
    load: async () => {
      const { createExtensivDestination, extensivHttpPolicy } = await import("./extensiv-3pl/index.js");
      return { create: createExtensivDestination, http: extensivHttpPolicy };
    },
    table: () => "extensiv-3pl",
  },
  file: {
    load: async () => {
      const { createFileDestination } = await import("./file/index.js");
      // It sends nothing.
      return {
        create: (settings, { mapper }) => createFileDestination(settings, { mapper }),
        http: () => ({ who: "the file" }),
      };
    },
    table: ({ format }) => (format === "extensiv-items" ? "extensiv-items" : undefined),
  },
  tryton: {
    load: async () => {
      const { createTrytonDestination, trytonHttpPolicy } = await import("./tryton/index.js");
      return { create: createTrytonDestination, http: trytonHttpPolicy };
    },
    table: () => "tryton",
  },
};
