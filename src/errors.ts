/** Exit codes are a promise to scripts (product.md section 7). */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  partial: 3,
  config: 4,
  transient: 5,
  remote: 6,
  guard: 7,
  incomplete: 8,
  lockHeld: 11,
  auth: 12,
  interrupted: 130,
} as const;

export interface ErrorDetails {
  /** The next thing to do. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * Every failure that psync foresees. `message` says what happened to what, `hint` the next thing to do; neither
 * ever holds a secret, a header or a whole response body. `code` is stable and kebab-case, `exitCode` says whose
 * move it is.
 */
export abstract class PsyncError extends Error {
  abstract readonly exitCode: number;
  readonly code: string;
  readonly hint?: string;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    if (details.hint !== undefined) this.hint = details.hint;
  }
}

/** The command line is wrong, or a question could not be answered by anybody. */
export class UsageError extends PsyncError {
  readonly exitCode = exitCodes.usage;
}

/** One fault in a file of the operator's. `line` and `column` count from 1, where the format has lines. */
export interface Fault {
  readonly file?: string;
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** The config is wrong. Carries every fault, not only the first. */
export class ConfigError extends PsyncError {
  readonly exitCode = exitCodes.config;
  readonly faults: readonly Fault[];

  constructor(code: string, message: string, faults: readonly Fault[] = [], details: ErrorDetails = {}) {
    super(code, message, details);
    this.faults = faults;
  }
}

/** A mapping table is wrong. Carries every fault, not only the first. */
export class MappingError extends ConfigError {}

/** The other side did not answer in the end: network, 429, 5xx, a web page instead of data. Later may work. */
export class TransientError extends PsyncError {
  readonly exitCode = exitCodes.transient;
  /** How long the other side asked to be left alone. */
  readonly retryAfterMs?: number;

  constructor(
    code: string,
    message: string,
    details: ErrorDetails & { readonly retryAfterMs?: number } = {},
  ) {
    super(code, message, details);
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** The other side refused in a way that psync does not understand. */
export class RemoteError extends PsyncError {
  readonly exitCode = exitCodes.remote;
  /** The HTTP status, where there was one. */
  readonly status?: number;

  constructor(code: string, message: string, details: ErrorDetails & { readonly status?: number } = {}) {
    super(code, message, details);
    if (details.status !== undefined) this.status = details.status;
  }
}

/** A guard stopped the run before its first write. */
export class GuardError extends PsyncError {
  readonly exitCode = exitCodes.guard;
}

/** The source sent fewer records than it declares to have. What it sent is good. */
export class IncompleteError extends PsyncError {
  readonly exitCode = exitCodes.incomplete;
}

/** Another run, or another active sync, holds the destination; or this one's lease was lost. */
export class LockHeldError extends PsyncError {
  readonly exitCode = exitCodes.lockHeld;
}

/** Credentials or rights were refused. */
export class AuthError extends PsyncError {
  readonly exitCode = exitCodes.auth;
}

/** The operator stopped the run. */
export class InterruptedError extends PsyncError {
  readonly exitCode = exitCodes.interrupted;

  constructor(message = "stopped by the operator", details: ErrorDetails = {}) {
    super("interrupted", message, details);
  }
}
