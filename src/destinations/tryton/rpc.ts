import { Buffer } from "node:buffer";
import { AuthError, InterruptedError, PsyncError, RemoteError, TransientError } from "../../errors.js";
import type { HttpRequest } from "../../http/contract.js";
import { type JsonAnswer, requestJson } from "../../http/json.js";
import { createTokenCache, type TokenCache } from "../../http/token.js";
import type { DestinationParts } from "../destination.js";
import { type ErrorContext, toRpcError, toStatusError, unknownDatabaseError } from "./errors.js";
import { loginSchema, namesSchema, replySchema, versionSchema } from "./schema.js";
import type { TrytonSettings } from "./settings.js";

/** Sent along with a call: the company whose prices are meant, what was read of the records that are written. */
export type CallContext = Readonly<Record<string, unknown>>;

export interface TrytonApi {
  /** The server's address as psync names it, without credentials. */
  readonly url: string;
  readonly database: string;
  /**
   * Calls a method that changes nothing, again where it failed; `attempts` limits that. Throws TrytonRefusal for a call
   * that was answered with an error, AuthError, ConfigError for an unknown database, TransientError.
   */
  read(
    method: string,
    params: readonly unknown[],
    context: CallContext,
    signal: AbortSignal,
    attempts?: number,
  ): Promise<unknown>;
  /** The same for a method that writes: sent once, and once begun it is finished, as its outcome would be unknown. */
  write(method: string, params: readonly unknown[], context: CallContext): Promise<unknown>;
  /** The server's version; needs no user. */
  version(signal: AbortSignal): Promise<string>;
  /** Throws ConfigError when the server does not know the database; needs no user. */
  findDatabase(signal: AbortSignal): Promise<void>;
}

/** One call, before it is signed. */
interface Call {
  /** "/" for the server itself, "/<database>/" for the rest. */
  readonly path: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly repeatable: boolean;
  readonly attempts?: number;
  readonly authorization?: string;
  readonly signal: AbortSignal;
}

/** How long a failed login counts against a user. Source: trytond's [session] timeout, 300 s. */
const loginPauseMs = 300_000;

/** Makes the client of one database. A session is opened when it is first needed, and anew when it has ended. */
export function createTrytonApi(settings: TrytonSettings, parts: DestinationParts): TrytonApi {
  const { username, password, database } = settings;
  const url = withoutCredentials(settings.url);
  const databasePath = `/${encodeURIComponent(database)}/`;
  const never = new AbortController().signal;

  function contextOf(what: string): ErrorContext {
    return { what, url, username, redact: parts.redact };
  }

  /** Sends a call and gives its answer, whatever the status; an answer that is no JSON is a failed attempt. */
  function send(call: Call): Promise<JsonAnswer> {
    const { method, params, attempts, authorization, signal } = call;
    const request = {
      method: "POST",
      url: url + call.path,
      headers: { "content-type": "application/json", accept: "application/json" },
      // Exactly three keys: with one more or less Tryton answers in another form.
      body: JSON.stringify({ id: 1, method, params }),
      repeatable: call.repeatable,
      signal,
      ...(attempts === undefined ? {} : { attempts }),
    } as const;
    const sign = (unsigned: HttpRequest): HttpRequest =>
      authorization === undefined
        ? unsigned
        : { ...unsigned, headers: { ...unsigned.headers, authorization } };
    return requestJson(parts.http, request, "Tryton", sign, parts.redact);
  }

  async function judge({ response, value }: JsonAnswer, call: Call): Promise<unknown> {
    const { method, path } = call;
    if (
      response.status === 404 &&
      path !== "/" &&
      (await version(call.signal).catch(rethrowAbort)) !== undefined
    )
      throw await noDatabase(call.signal);
    if (response.status !== 200) throw toStatusError(response, contextOf(method));
    const reply = replySchema.safeParse(value).data;
    if (reply?.error !== undefined) {
      throw toRpcError(reply.error, contextOf(method)) ?? (await noDatabase(call.signal));
    }
    if (reply === undefined || !("result" in reply)) throw unexpected(method);
    return reply.result;
  }

  async function noDatabase(signal: AbortSignal): Promise<PsyncError> {
    const known = await databases(signal).catch(rethrowAbort);
    return unknownDatabaseError(database, known);
  }

  async function server(method: string, signal: AbortSignal): Promise<unknown> {
    const call = { path: "/", method, params: [], repeatable: true, signal };
    return judge(await send(call), call);
  }

  async function version(signal: AbortSignal): Promise<string> {
    const answer = versionSchema.safeParse(await server("common.server.version", signal)).data;
    if (answer === undefined) throw unexpected("common.server.version");
    return answer;
  }

  async function databases(signal: AbortSignal): Promise<readonly string[] | undefined> {
    return namesSchema.safeParse(await server("common.db.list", signal)).data;
  }

  /** A refused login is not tried again: each failure makes the next login slower, and the seventh locks the user out. */
  let refused: AuthError | undefined;

  async function login(signal: AbortSignal): Promise<string> {
    if (refused !== undefined) throw refused;
    const call = {
      path: databasePath,
      method: "common.db.login",
      params: [username, { password }, "en"],
      repeatable: true,
      attempts: 1,
      signal,
    };
    const answer = await send(call).catch((error: unknown) => {
      if (error instanceof TransientError && error.code === "throttled") throw loginThrottled(username);
      throw error;
    });
    if (answer.response.status === 401) {
      refused = passwordRefused(username, database);
      throw refused;
    }
    const session = loginSchema.safeParse(await judge(answer, call)).data;
    if (session === undefined) throw unexpected("common.db.login");
    const [userId, key] = session;
    parts.hide(key);
    return `Session ${base64(`${username}:${userId}:${key}`)}`;
  }

  const sessions: TokenCache = createTokenCache(parts.clock, 0, async (signal) => ({
    value: await login(signal),
    expiresAtMs: Number.POSITIVE_INFINITY,
  }));

  async function signed(call: Call, loginSignal: AbortSignal): Promise<unknown> {
    if (settings.auth === "basic") {
      if (refused !== undefined) throw refused;
      const authorization = `Basic ${base64(`${username}:${password}`)}`;
      const answer = await send({ ...call, authorization });
      if (answer.response.status !== 401) return judge(answer, call);
      refused = passwordRefused(username, database);
      throw refused;
    }
    const session = await sessions.current(loginSignal);
    let answer = await send({ ...call, authorization: session });
    // Sessions end after a month, or when an operator ends them. Nothing was done yet, so that a write goes again too.
    if (answer.response.status === 401) {
      const authorization = await sessions.renew(session, loginSignal);
      answer = await send({ ...call, authorization });
      if (answer.response.status === 401) throw sessionRefused(username);
    }
    return judge(answer, call);
  }

  return {
    url,
    database,
    version,
    read: (method, params, context, signal, attempts) =>
      signed(
        {
          path: databasePath,
          method,
          params: [...params, context],
          repeatable: true,
          signal,
          ...(attempts === undefined ? {} : { attempts }),
        },
        signal,
      ),
    write: (method, params, context) =>
      signed(
        {
          path: databasePath,
          method,
          params: [...params, context],
          repeatable: false,
          attempts: 1,
          signal: never,
        },
        never,
      ),
    async findDatabase(signal) {
      // Without a password a database that is there asks for one, and counts no failure.
      const call = {
        path: databasePath,
        method: "common.db.login",
        params: [username, {}, "en"],
        repeatable: true,
        signal,
      };
      try {
        const answer = await send({ ...call, attempts: 1 });
        if (answer.response.status !== 401) await judge(answer, call);
      } catch (error) {
        const isThere =
          error instanceof AuthError || (error instanceof TransientError && error.code === "throttled");
        if (!isThere) throw error;
      }
    },
  };
}

/** An address as it may be shown: without user and password, and without a slash at its end. */
function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, "");
}

/** For a question whose answer only makes a message better. */
function rethrowAbort(error: unknown): undefined {
  if (error instanceof PsyncError && !(error instanceof InterruptedError)) return undefined;
  throw error;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function unexpected(method: string): RemoteError {
  return new RemoteError("unexpected-answer", `the answer to ${method} is not what Tryton gives`, {
    hint: "Set destination.url to the address of trytond. psync is tried with Tryton 6.0.",
  });
}

function passwordRefused(username: string, database: string): AuthError {
  return new AuthError(
    "password-refused",
    `Tryton refused the password of ${username} for the database ${database}`,
    {
      hint: "Check destination.username (the login) and destination.password. The user must be active. Every failure makes the next login slower.",
    },
  );
}

function sessionRefused(username: string): AuthError {
  return new AuthError("session-refused", `Tryton opened a session for ${username} and then refused it`, {
    hint: "A proxy may drop the Authorization header. Where it demands a password itself, set destination.auth: basic.",
  });
}

function loginThrottled(username: string): TransientError {
  return new TransientError(
    "login-throttled",
    `Tryton takes no login of ${username} at present: too many failed ones`,
    {
      hint: "Check destination.password, and wait five minutes before the next try.",
      retryAfterMs: loginPauseMs,
    },
  );
}
