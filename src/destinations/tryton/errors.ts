import { AuthError, ConfigError, type PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";

/** Where an operator gives rights to a user. */
export const groupHint =
  "Add the user to the group Product Administration (Administration > Users > Users, tab Access Permissions).";

/** What an answer is judged with. */
export interface ErrorContext {
  /** What was called: "model.product.template.create". */
  readonly what: string;
  /** Address of the server, without credentials. */
  readonly url: string;
  readonly username: string;
  /** Hides secrets in the server's words. */
  readonly redact: (text: string) => string;
}

/**
 * A call that Tryton carried out nothing of. `reason`: `user` for a rule that the data breaks, `stale` for a record that
 * somebody else changed, `size` for a request above the limit of the server or of a proxy, `fault` for anything that
 * its code stumbles over.
 */
export class TrytonRefusal extends RemoteError {
  readonly reason: "user" | "stale" | "size" | "fault";

  constructor(reason: TrytonRefusal["reason"], message: string, details: { readonly status?: number } = {}) {
    super(codes[reason], message, details);
    this.reason = reason;
  }
}

const codes = {
  user: "refused",
  stale: "changed-meanwhile",
  size: "too-large",
  fault: "server-fault",
} as const;

/** The server's words as one line without secrets. */
function plain(text: string, { redact }: Pick<ErrorContext, "redact">): string {
  return redact(pageTitle(redact(text)));
}

/**
 * What a database says that cannot be written at present, whatever the data: a lock was not had in time, the disk is
 * full, it restarts. The transaction was rolled back. Source: messages of SQLite and PostgreSQL.
 */
const troubledDatabase = new RegExp(
  [
    "database (?:table )?is locked|could not serialize|deadlock detected|could not obtain lock",
    "disk is full|disk I/O error|readonly database|unable to open database file",
    "read-only transaction|No space left on device|too many clients|connection slots are reserved",
    "could not connect to server|terminating connection|server closed the connection|connection already closed",
  ].join("|"),
  "i",
);

/** The words of a server that does not know the database; they hold a path on it, which is not shown. */
const unknownDatabase = /^Database .* (?:doesn't|does not) exist|^database ".*" does not exist/i;

/**
 * Says what an `error` of a JSON-RPC answer means; undefined for one that says the database does not exist. Its forms:
 * `["UserError", [message, description, domain]]`, `["ConcurrencyException", message]`, `["LoginException", [...]]`, and
 * two plain texts for whatever its code stumbled over. Source: Tryton 6.0.29.
 */
export function toRpcError(error: readonly unknown[], context: ErrorContext): PsyncError | undefined {
  const [name, detail] = error;
  const parts: readonly unknown[] = Array.isArray(detail) ? detail : [detail];
  const texts = parts.filter((part) => typeof part === "string" && part.trim() !== "") as string[];
  if (name === "UserError" || name === "UserWarning") {
    // A warning begins with its own key; the third part of an error is a structure for screens.
    const words = name === "UserError" ? texts.slice(0, 2) : texts.slice(1, 3);
    return new TrytonRefusal(
      "user",
      words.map((part) => plain(part, context)).join(" ") || "refused without a word",
    );
  }
  if (name === "ConcurrencyException") return new TrytonRefusal("stale", plain(texts[0] ?? "", context));
  if (name === "LoginException") {
    return new AuthError(
      "login-refused",
      `Tryton asks ${context.username} for more than a password: ${plain(texts[1] ?? "", context)}`,
      {
        hint: "Let psync work as a user who logs in with a password alone (trytond.conf, [session] authentications).",
      },
    );
  }
  const text = typeof name === "string" ? name : "";
  if (unknownDatabase.test(text)) return undefined;
  if (troubledDatabase.test(text)) {
    return new TransientError(
      "server-error",
      `Tryton's database failed at ${context.what}: ${plain(text, context)}`,
    );
  }
  return new TrytonRefusal("fault", `Tryton stumbled over ${context.what}: ${plain(text, context)}`);
}

/** Says what a status other than 200 and 401 means and whose move it is. */
export function toStatusError(response: HttpResponse, context: ErrorContext): PsyncError {
  const { status } = response;
  const words = plain(response.text, context);
  if (status === 403) {
    return new AuthError(
      "forbidden",
      `Tryton does not let ${context.username} call ${context.what} (403): ${words}`,
      {
        hint: `${groupHint} If the right is there, a proxy or firewall before Tryton blocks psync.`,
      },
    );
  }
  if (status === 413) {
    return new TrytonRefusal("size", `the request is larger than the server takes (413): ${words}`, {
      status,
    });
  }
  if (status >= 300 && status < 400) {
    const target = originOf(response.headers["location"], context.url);
    return urlError("redirect", `${context.url} sends psync on to ${plain(target, context)} (${status})`, {
      hint: "Credentials are not carried to another address: set destination.url to the server's own.",
    });
  }
  if (status === 404 || status === 405) {
    return urlError("no-tryton", `no Tryton answers at ${context.url} (${status}): ${words}`, {
      hint: "Set destination.url to the address of trytond, without the database.",
    });
  }
  return new RemoteError("unexpected-answer", `Tryton answered ${status} to ${context.what}: ${words}`, {
    status,
  });
}

/** A fault of `destination.url`. */
function urlError(code: string, message: string, details: { readonly hint: string }): ConfigError {
  return new ConfigError(code, message, [{ path: "destination.url", message, hint: details.hint }], details);
}

/** Says that there is no such database, and which there are where the server tells. */
export function unknownDatabaseError(database: string, known: readonly string[] | undefined): ConfigError {
  const message = `Tryton has no database ${database}`;
  const hint =
    known === undefined
      ? "Check destination.database; this server does not tell the names of its databases."
      : `It has: ${known.length === 0 ? "none" : known.slice(0, 20).join(", ")}.`;
  return new ConfigError("no-such-database", message, [{ path: "destination.database", message, hint }], {
    hint,
  });
}

function originOf(location: string | undefined, base: string): string {
  if (location === undefined || !URL.canParse(location, base)) return "an unreadable address";
  const { protocol, origin, pathname } = new URL(location, base);
  return protocol === "http:" || protocol === "https:" ? origin + pathname : "an unreadable address";
}
