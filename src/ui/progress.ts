import type { Ora } from "ora";

import type { RunEvent } from "../pipeline/events.js";
import type { Output } from "./output.js";
import { describePlan } from "./render-run.js";
import { groupDigits, visible } from "./text.js";

/** Shows what a run tells: a spinner on a terminal, a steady line now and then elsewhere. */
export interface Progress {
  show(event: RunEvent): void;
  /** Clears the spinner, so that something else may be written. */
  stop(): void;
}

/** Without a terminal a line comes at most so often. */
const lineEveryMs = 10_000;

export async function createProgress(output: Output, now: () => number): Promise<Progress> {
  if (!output.interactive) return new LineProgress(output, now);
  const { default: ora } = await import("ora");
  const color = output.paintNotes.level > 0;
  return new SpinnerProgress(
    output,
    ora({ stream: process.stderr, ...(color ? {} : { color: false }), discardStdin: false }),
  );
}

class SpinnerProgress implements Progress {
  readonly #output: Output;
  readonly #spinner: Ora;

  constructor(output: Output, spinner: Ora) {
    this.#output = output;
    this.#spinner = spinner;
  }

  show(event: RunEvent): void {
    const line = steadyLine(event);
    if (line !== undefined) {
      this.stop();
      this.#output.note(line);
      return;
    }
    this.#spinner.text = stageLine(event);
    if (!this.#spinner.isSpinning) this.#spinner.start();
  }

  stop(): void {
    this.#spinner.stop();
  }
}

class LineProgress implements Progress {
  readonly #output: Output;
  readonly #now: () => number;
  #last: number;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#last = now();
  }

  show(event: RunEvent): void {
    const line = steadyLine(event);
    if (line !== undefined) {
      this.#output.note(line);
      return;
    }
    if (this.#now() - this.#last < lineEveryMs) return;
    this.#last = this.#now();
    this.#output.note(stageLine(event));
  }

  stop(): void {
    // Nothing moves here.
  }
}

/** Events that deserve a line that stays. */
function steadyLine(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "resumed":
      return `Resuming the interrupted run ${event.run}, which got as far as "${event.phase}" (--fresh starts anew).`;
    case "second-look":
      return `Looking a second time: ${visible(event.message)}`;
    case "planned":
      return `Plan: ${describePlan(event.plan)}.`;
    case "warning":
      return `warning: ${visible(event.message)}`;
    case "reading":
    case "planning":
    case "writing":
      return undefined;
  }
}

function stageLine(event: RunEvent): string {
  switch (event.kind) {
    case "reading":
      return `Reading ${groupDigits(event.read)}${event.declared === undefined ? "" : ` of about ${groupDigits(event.declared)}`} records`;
    case "planning":
      return `Looking up ${groupDigits(event.looked)} SKUs in the destination`;
    case "writing": {
      const failed = event.failed === 0 ? "" : `, ${groupDigits(event.failed)} refused`;
      return `Writing ${bar(event.written, event.total)} ${groupDigits(event.written)} of ${groupDigits(event.total)}${failed}`;
    }
    case "resumed":
    case "second-look":
    case "planned":
    case "warning":
      return "";
  }
}

function bar(done: number, total: number): string {
  const width = 20;
  const full = total === 0 ? width : Math.floor((done / total) * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}]`;
}
