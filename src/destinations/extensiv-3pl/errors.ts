import { AuthError, ConfigError, type PsyncError, RemoteError } from "../../errors.js";
import { isWebPage, pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";
import { refusalSchema } from "./schema.js";

/** How messages name the server. */
export const who = "3PL Warehouse Manager";

/** A right that the credential must have. */
export type Role = "CustomerView" | "ItemView" | "ItemEdit";

const doings: Readonly<Record<Role, string>> = {
  CustomerView: "see the customer",
  ItemView: "read items",
  ItemEdit: "write items",
};

/** An answer of 4xx in the vendor's own words. */
export interface Refusal {
  readonly status: number;
  /** Kebab-case; `refused` where the vendor names none. */
  readonly code: string;
  /** Names of the members that it is about, in lower case. */
  readonly properties: readonly string[];
  /** One line without secrets. */
  readonly words: string;
}

type Redact = (text: string) => string;

/** The vendor's words as one line without secrets. */
export function plain(text: string, redact: Redact): string {
  // Hidden before it is cut: half a secret would not be recognised.
  return redact(pageTitle(redact(text)));
}

/** What a refusal says, whatever form it has. */
export function toRefusal(response: HttpResponse, redact: Redact): Refusal {
  const { status } = response;
  const envelope = readEnvelope(response.text);
  const names = (envelope?.Properties ?? [])
    .map(({ Name }) => plain(Name, redact))
    .filter((name) => name !== "");
  const said = [envelope?.ErrorCode, envelope?.Hint || envelope?.Message].filter(
    (part) => part !== undefined && part !== "",
  );
  const hint =
    said.length > 0
      ? plain(said.join(": "), redact)
      : plain(envelope === undefined ? response.text : "", redact);
  const about = names.length === 0 ? "" : ` (Properties: ${names.slice(0, 5).join(", ")})`;
  return {
    status,
    code: kebab(envelope?.ErrorCode ?? "") || (status === 413 ? "too-large" : "refused"),
    properties: names.map((name) => name.toLowerCase()),
    words: `${hint === "" ? `refused with ${status}, no reason given` : hint}${about}`,
  };
}

/**
 * The failure of the run that a status stands for; undefined for a refusal that is about this one request, and for 404,
 * 409, 412 and the like, which the caller knows better.
 */
export function toRunError(
  response: HttpResponse,
  role: Role,
  what: string,
  redact: Redact,
): PsyncError | undefined {
  const { status, headers } = response;
  if (status === 403 && isAboutRights(response)) return missingRole(response, role, redact);
  if (status >= 300 && status < 400) {
    const target = plain(originOf(headers["location"]), redact);
    return baseUrlError("redirect", `${who} sends psync on to ${target} (${status})`);
  }
  if (status === 428) {
    return new RemoteError(
      "no-etag",
      `${who} wants an If-Match with every change, and its answers hold no ETag (428)`,
      {
        status,
        hint: "Something between psync and the server removes the header ETag.",
      },
    );
  }
  if (status === 405 || status === 406 || status === 415 || status >= 500) {
    const { words } = toRefusal(response, redact);
    return new RemoteError("unexpected-answer", `${who} answered ${status} to ${what}: ${words}`, {
      status,
      hint: "Check destination.baseUrl. If it is right, this is a fault of psync: please report it.",
    });
  }
  return undefined;
}

/** A token that is refused although it is new. */
export function tokenRefused(): AuthError {
  return new AuthError("token-refused", `${who} refused the access token, a new one too (401)`, {
    hint: "Look at the credential in the Support Portal under Manage Credentials; some want destination.tpl, or another user in destination.userLogin or destination.userLoginId.",
  });
}

/** Says why no token was given. */
export function toTokenError(response: HttpResponse, redact: Redact): PsyncError {
  const { status } = response;
  const { words } = toRefusal(response, redact);
  if (status === 400 || status === 401 || status === 403) {
    return new AuthError(
      "client-refused",
      `${who} gave no token for the client id and secret (${status}): ${words}`,
      {
        hint: "Check destination.clientId, destination.clientSecret and the user (destination.userLogin or userLoginId): Support Portal > Manage Credentials (Beta) > External REST/Developer.",
      },
    );
  }
  if (status === 404 || status === 405) {
    return baseUrlError(
      "no-token-endpoint",
      `there is no token endpoint at this address (${status})`,
      "destination.tokenUrl",
    );
  }
  return (
    toRunError(response, "CustomerView", "the request for a token", redact) ??
    new RemoteError("unexpected-answer", `${who} answered ${status} to the request for a token: ${words}`, {
      status,
    })
  );
}

/** A config value that names what the server does not have. */
export function configError(code: string, path: string, message: string, hint: string): ConfigError {
  return new ConfigError(code, message, [{ path, message, hint }], { hint });
}

function baseUrlError(code: string, message: string, path = "destination.baseUrl"): ConfigError {
  return configError(
    code,
    path,
    message,
    "A credential is not carried to another address: set destination.baseUrl (and tokenUrl) to the server itself.",
  );
}

function missingRole(response: HttpResponse, role: Role, redact: Redact): AuthError {
  const { words } = toRefusal(response, redact);
  return new AuthError(
    "missing-role",
    `${who} does not let this credential ${doings[role]}, the role ${role} is missing (403): ${words}`,
    {
      hint: `Add ${role} to the credential's roles: Support Portal > Manage Credentials (Beta) > the credential. The set that is recommended there for outside developers does not hold ItemEdit.`,
    },
  );
}

/** A 403 may also be about the one item (in use), or a firewall's page about one body. */
function isAboutRights(response: HttpResponse): boolean {
  const envelope = readEnvelope(response.text);
  if (envelope === undefined) return !isWebPage(response);
  return /Authorization/i.test(envelope.$type) || (envelope.$type === "" && envelope.ActionName === "");
}

function readEnvelope(text: string): ReturnType<typeof refusalSchema.parse> | undefined {
  try {
    return refusalSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function kebab(code: string): string {
  return code
    .slice(0, 60)
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function originOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : "another address";
}
