import type { PlanSummary } from "./plan.js";

/** What a run tells while it goes on. Counts are of records, or of changes where a plan is carried out. */
export type RunEvent =
  | { readonly kind: "resumed"; readonly run: string; readonly phase: string }
  | { readonly kind: "reading"; readonly read: number; readonly declared?: number }
  | { readonly kind: "second-look"; readonly message: string }
  | { readonly kind: "planning"; readonly looked: number }
  | { readonly kind: "planned"; readonly plan: PlanSummary }
  | { readonly kind: "writing"; readonly written: number; readonly total: number; readonly failed: number }
  | { readonly kind: "warning"; readonly message: string };

export type Emit = (event: RunEvent) => void;
