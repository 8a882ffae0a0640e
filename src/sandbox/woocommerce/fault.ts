import type * as sandbox from "../fault.js";
import type { Answer, WooRequest } from "./answer.js";

export type { FaultSettings } from "../fault.js";

/** What goes wrong with one request to the shop. */
export type Fault = sandbox.Fault<WooRequest, Answer>;

/** Decides for each request to the shop whether something goes wrong. */
export type FaultScript = sandbox.FaultScript<WooRequest, Answer>;
