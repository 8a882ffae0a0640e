import { describe } from "@jest/globals";

import { type OpenedStore, Subject } from "../state/laws/kit.js";
import { keptLaws } from "../state/laws/kept.js";
import { planLaws } from "../state/laws/plan.js";
import { runsLaws } from "../state/laws/runs.js";
import { settleLaws } from "../state/laws/settle.js";
import { slotsLaws } from "../state/laws/slots.js";
import { stageLaws } from "../state/laws/stage.js";
import { tellLaws } from "../state/laws/tell.js";

/** The laws of StateStore. `open` gives an empty store, for each test another. */
export function stateStoreSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(`state store: ${name}`, () => {
    const subject = new Subject(open);
    slotsLaws(subject);
    runsLaws(subject);
    stageLaws(subject);
    planLaws(subject);
    settleLaws(subject);
    tellLaws(subject);
    keptLaws(subject);
  });
}
