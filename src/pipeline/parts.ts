import type { SourceChannel } from "../channels/channel.js";
import type { Destination } from "../destinations/destination.js";
import type { Projection, RecordMapper } from "../mapping/contract.js";
import type { RequestCounts } from "../model/report.js";
import type { StateStore } from "../state/store.js";

/** Everything a run is made of, built by the runtime. */
export interface RunParts {
  readonly channel: SourceChannel;
  readonly destination: Destination;
  readonly store: StateStore;
  readonly mapper: RecordMapper;
  readonly projection: Projection;
  readonly options: RunOptions;
  /** Hash of all that decides what a record becomes: tables, options, accounts. */
  readonly setup: string;
  /** Requests sent so far to each side. */
  requests(): { readonly source: RequestCounts; readonly destination: RequestCounts };
  readonly now: () => Date;
}

export interface RunOptions {
  readonly updates: boolean;
  readonly onDuplicateSku: "fail" | "first";
  /** Absent: half of the known products, once there are 100. */
  readonly maxChanges?: MaxChanges;
  readonly includeDigital: boolean;
}

export type MaxChanges =
  { readonly kind: "count"; readonly count: number } | { readonly kind: "share"; readonly share: number };

/** The one name of a source account and a destination account together. */
export function connectionName(channel: SourceChannel, destination: Destination): string {
  return `${channel.id} ${channel.account} -> ${destinationName(destination)}`;
}

/** The name of the slot that all connections to one destination account share. */
export function destinationName(destination: Destination): string {
  return `${destination.id} ${destination.account}`;
}
