import type * as sandbox from "../fault.js";
import type { EtsyAnswer, EtsyRequest } from "./answer.js";

export type { FaultSettings } from "../fault.js";

/** Decides for each request to the shop whether something goes wrong. */
export type FaultScript = sandbox.FaultScript<EtsyRequest, EtsyAnswer>;
