import type { JsonValue } from "./product.js";

/** What became of a record in a run. Every record that was read has exactly one of these in the end. */
export const outcomes = ["created", "updated", "unchanged", "skipped", "rejected", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** `read` is the sum of all outcomes; `missing` counts products that a complete read no longer found. */
export type RunCounts = { readonly [K in "read" | Outcome | "missing"]: number };

export interface RunIssue {
  readonly outcome: "skipped" | "rejected" | "failed";
  readonly code: string;
  /** The record's key in the cart. */
  readonly key: string;
  readonly sku: string | null;
  readonly message: string;
}

/** One field of a change. `from` is absent where the destination holds nothing yet. */
export interface FieldChange {
  readonly from?: JsonValue;
  readonly to: JsonValue;
}

export interface PlanEntry {
  readonly action: "create" | "update";
  readonly sku: string;
  /** By canonical field; an entry of custom_fields has its own name: `custom_fields.Color`. */
  readonly fields: Readonly<Record<string, FieldChange>>;
}

export interface RequestCounts {
  readonly sent: number;
  readonly retried: number;
  readonly throttled: number;
}

export type RunStatus = "ok" | "partial" | "failed" | "interrupted";

/** What scripts read of a run (product.md section 7), without `issues` and `plan`, which are streamed. */
export interface RunReport {
  readonly command: string;
  readonly run: string;
  readonly status: RunStatus;
  readonly dryRun: boolean;
  readonly source: { readonly channel: string; readonly account: string };
  readonly destination: { readonly type: string; readonly account: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly reconcile: boolean;
  readonly counts: RunCounts;
  readonly requests: { readonly source: RequestCounts; readonly destination: RequestCounts };
}

/** One line of `psync test`. A failed check is a result, not an error. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: "pass" | "warn" | "fail" | "skip";
  readonly message: string;
  /** What to do next; on `warn` and `fail`. */
  readonly hint?: string;
  /** The exit code that a failed check stands for (12 credentials, 5 no answer, 4 config); 3 where none fits. */
  readonly exitCode?: number;
}
