import type { Listing } from "./connection.js";
import type { ShopifyObject } from "./execute.js";
import { gid } from "./model.js";
import { readSearch, type SearchOptions } from "./search.js";
import { stamp } from "./nodes.js";
import type { Values } from "./values.js";

/** What becomes of an operation instead of a result. */
export type BulkFate = "failed" | "partial" | "canceled" | "expired" | "stalled" | "torn" | "short" | "cut";

/** What a finished export holds. */
export interface BulkResult {
  readonly objects: number;
  readonly roots: number;
  /** In bytes. */
  readonly size: number;
  /** Undefined when nothing matched. */
  readonly url: string | undefined;
  readonly error?: "ACCESS_DENIED" | "INTERNAL_SERVER_ERROR";
}

export interface BulkOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long an operation takes on that clock. */
  readonly durationMs: number;
  /** How many may run at a time. */
  readonly most: number;
  /** Says why an inner query cannot run; undefined when it can. */
  readonly refusal: (query: string) => string | undefined;
  /** Runs an inner query; `fate` is asked when it is written down. */
  readonly run: (
    query: string,
    groupObjects: boolean,
    fate: () => BulkFate | undefined,
  ) => Promise<BulkResult>;
}

type Status = "CREATED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELING" | "CANCELED" | "EXPIRED";

const cancelMs = 1000;

/** One export, in the making or done. */
export class BulkOperation {
  readonly id: string;
  /** Set by a fault. */
  fate: BulkFate | undefined;
  readonly #options: BulkOptions;
  readonly #query: string;
  readonly #created: number;
  readonly #job: Promise<BulkResult>;
  #result: BulkResult | undefined;
  #canceled: number | undefined;

  constructor(id: string, query: string, groupObjects: boolean, options: BulkOptions) {
    this.id = id;
    this.#options = options;
    this.#query = query;
    this.#created = options.clock();
    this.#job = options.run(query, groupObjects, () => this.fate).then((result) => (this.#result = result));
    // Whoever waits for it hears of a failure; if nobody does, nothing is lost.
    this.#job.catch(() => undefined);
  }

  get #end(): number {
    return this.#created + this.#options.durationMs;
  }

  get status(): Status {
    const now = this.#options.clock();
    if (this.#canceled !== undefined) return now - this.#canceled < cancelMs ? "CANCELING" : "CANCELED";
    if (now <= this.#created) return "CREATED";
    if (this.fate === "stalled" || now < this.#end || this.#result === undefined) return "RUNNING";
    if (this.fate === "canceled") return "CANCELED";
    if (this.fate === "expired") return "EXPIRED";
    const isFailed = this.fate === "failed" || this.fate === "partial" || this.#result.error !== undefined;
    return isFailed ? "FAILED" : "COMPLETED";
  }

  get isRunning(): boolean {
    return ["CREATED", "RUNNING", "CANCELING"].includes(this.status);
  }

  /** Waits for the work behind it when its time is over, so that no poll comes too early. */
  async settle(): Promise<void> {
    if (this.#options.clock() >= this.#end) await this.#job;
  }

  cancel(): void {
    if (this.isRunning) this.#canceled ??= this.#options.clock();
  }

  node(): ShopifyObject {
    const { status } = this;
    const result = this.#result;
    const isDone = status === "COMPLETED";
    const share = Math.min(1, (this.#options.clock() - this.#created) / this.#options.durationMs);
    const stuck = this.fate === "stalled" ? 0.4 : 1;
    const counted = (total: number | undefined): string =>
      String(isDone ? (total ?? 0) : Math.floor((total ?? 0) * Math.min(share, stuck)));
    return {
      __typename: "BulkOperation",
      id: this.id,
      type: "QUERY",
      status,
      errorCode: status === "FAILED" ? (result?.error ?? "INTERNAL_SERVER_ERROR") : null,
      createdAt: stamp(this.#created),
      completedAt: this.isRunning || status === "CANCELED" ? null : stamp(this.#end),
      objectCount: counted(result?.objects),
      rootObjectCount: counted(result?.roots),
      fileSize: isDone && result?.url !== undefined ? String(result.size) : null,
      url: isDone ? (result?.url ?? null) : null,
      partialDataUrl: status === "FAILED" && this.fate === "partial" ? (result?.url ?? null) : null,
      query: this.#query,
    };
  }
}

/** The exports of one app in one shop. */
export class BulkOperations {
  readonly #options: BulkOptions;
  readonly #operations: BulkOperation[] = [];
  /** Set by a fault: the next starts are refused with this code. */
  refuse: "OPERATION_IN_PROGRESS" | "LIMIT_REACHED" | "INVALID" | undefined;

  constructor(options: BulkOptions) {
    this.#options = options;
  }

  find(id: string): BulkOperation | undefined {
    return this.#operations.find((operation) => operation.id === id);
  }

  newest(): BulkOperation | undefined {
    return this.#operations.at(-1);
  }

  /** Waits for what is due. */
  async settle(): Promise<void> {
    for (const operation of this.#operations) if (operation.isRunning) await operation.settle();
  }

  listing(query: unknown, search: SearchOptions): Listing<BulkOperation> {
    const { matches } = readSearch<BulkOperation>(
      query,
      {
        status: { kind: "text", of: ({ status }) => status },
        operation_type: { kind: "text", of: () => "QUERY" },
      },
      search,
    );
    return {
      type: "BulkOperation",
      rows: this.#operations.filter(matches),
      idOf: ({ id }) => id.replace(/^.*\//, ""),
      node: (operation) => operation.node(),
    };
  }

  start(args: Values): ShopifyObject {
    const query = String(args["query"]);
    const running = this.#operations.filter(({ isRunning }) => isRunning).length;
    const invalid = this.#options.refusal(query);
    const code = this.refuse ?? (invalid === undefined ? undefined : "INVALID");
    if (code !== undefined) return refused(code, invalid ?? "The operation was refused.");
    // Which code it is when all places are taken is unverified.
    if (running >= this.#options.most) {
      return refused("LIMIT_REACHED", `You already have ${running} bulk operations running.`);
    }
    const id = gid("BulkOperation", String(5_001_000_000_001 + this.#operations.length));
    const operation = new BulkOperation(id, query, args["groupObjects"] === true, this.#options);
    this.#operations.push(operation);
    return {
      __typename: "BulkOperationRunQueryPayload",
      bulkOperation: () => operation.node(),
      userErrors: [],
    };
  }

  cancel(id: string): ShopifyObject {
    const operation = this.find(id);
    const message =
      operation === undefined
        ? "Bulk operation does not exist"
        : operation.isRunning
          ? undefined
          : `A bulk operation cannot be canceled when it is ${operation.status.toLowerCase()}`;
    operation?.cancel();
    return {
      __typename: "BulkOperationCancelPayload",
      bulkOperation: operation?.node() ?? null,
      userErrors: message === undefined ? [] : [{ __typename: "UserError", field: ["id"], message }],
    };
  }
}

function refused(code: string, message: string): ShopifyObject {
  return {
    __typename: "BulkOperationRunQueryPayload",
    bulkOperation: null,
    userErrors: [{ __typename: "BulkOperationUserError", code, field: ["query"], message }],
  };
}
