/** A login on a running Tryton. */
export interface TrytonSession {
  /** `Session ...`, for the header Authorization. */
  readonly authorization: string;
  /**
   * Calls a method, `model.product.template.create`, and gives its decoded result: decimals as their text, dates as
   * ISO 8601. A method of a model takes a context behind its params, which is added here. Throws TrytonError.
   */
  call(
    method: string,
    params: readonly unknown[],
    context?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
}

/** An answer that is no result. */
export class TrytonError extends Error {
  /** The status of the answer; Tryton refuses with 200. */
  readonly status: number;
  /** As the server sent it: `["UserError", [message, description, domain]]`. */
  readonly error: unknown;

  constructor(method: string, status: number, error: unknown) {
    super(`${method} answered ${status}: ${(JSON.stringify(error) ?? "").slice(0, 300)}`);
    this.status = status;
    this.error = error;
  }
}

/** Logs a user in. Throws TrytonError; a network error passes. */
export async function loginTryton(
  url: string,
  database: string,
  user: string,
  password: string,
): Promise<TrytonSession> {
  const address = `${url}/${database}/`;
  const answer = await post(address, "common.db.login", [user, { password }, "en"]);
  const [id, key] = answer as [number, string];
  const authorization = `Session ${Buffer.from(`${user}:${id}:${key}`).toString("base64")}`;
  return {
    authorization,
    call: (method, params, context = {}) =>
      post(address, method, method.startsWith("model.") ? [...params, context] : params, authorization),
  };
}

async function post(
  address: string,
  method: string,
  params: readonly unknown[],
  authorization?: string,
): Promise<unknown> {
  const response = await fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify({ id: 1, method, params }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!response.ok) throw new TrytonError(method, response.status, text);
  const { result, error } = JSON.parse(text, decode) as { result?: unknown; error?: unknown };
  if (error !== undefined) throw new TrytonError(method, response.status, error);
  return result;
}

/** Makes what JSON has no words for readable; works from the inside out, as JSON.parse does. */
function decode(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("__class__" in value)) return value;
  const fields = value as Readonly<Record<string, number | string>>;
  if (fields["__class__"] === "Decimal") return fields["decimal"];
  const digits = (name: string, count: number): string => String(fields[name]).padStart(count, "0");
  const date = `${digits("year", 4)}-${digits("month", 2)}-${digits("day", 2)}`;
  if (fields["__class__"] === "date") return date;
  const time = `${digits("hour", 2)}:${digits("minute", 2)}:${digits("second", 2)}.${digits("microsecond", 6)}`;
  return fields["__class__"] === "datetime" ? `${date}T${time}Z` : value;
}
