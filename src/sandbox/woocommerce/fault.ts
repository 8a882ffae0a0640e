import type { Answer, WooRequest } from "./answer.js";

/** What goes wrong with one request. Parts may be combined; they work in the order in which they stand here. */
export interface Fault {
  /** Shown in the request log. */
  readonly name: string;
  /** The answer comes that much later, in milliseconds of real time. */
  readonly delayMs?: number;
  /** Changes the request before the shop sees it. */
  readonly request?: (request: WooRequest) => WooRequest;
  /** Answers in the shop's place. */
  readonly instead?: (request: WooRequest) => Answer;
  /** Changes the shop's answer. */
  readonly answer?: (answer: Answer, request: WooRequest) => Answer;
  /**
   * What becomes of the connection: `reset` breaks it before an answer, `cut` after half of the body (the declared
   * length stays), `hang` keeps it open and silent.
   */
  readonly connection?: "reset" | "cut" | "hang";
}

/** Decides for each request whether something goes wrong. `n` counts the requests since the fault was added, from 1. */
export interface FaultScript {
  onRequest(n: number, request: WooRequest): Fault | undefined;
}

/** How a named fault is turned up or down. Each fault has defaults for those that it knows; others are ignored. */
export interface FaultSettings {
  /** Every how many requests (of the kind that the fault is about). */
  readonly every?: number;
  /** How many times in all. */
  readonly times?: number;
  /** The share of requests, 0 to 1. */
  readonly share?: number;
  /** The record that it is about. */
  readonly id?: number;
  /** Milliseconds of real time. */
  readonly ms?: number;
  readonly seed?: number;
  /** Seconds in `Retry-After`. */
  readonly retryAfter?: number;
}
