import { randomBytes, timingSafeEqual } from "node:crypto";
import { message, type ExtensivAnswer, type ExtensivRequest } from "./answer.js";
import { bodyOf, type Body } from "./model.js";

export interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userLogin: string;
  readonly userLoginId: number;
}

/** The tokens of one server. They die by its clock. */
export interface TokenBook {
  /** Every token that was given out, in order. */
  readonly given: readonly string[];
  /** Whether the request carries a token that still works. */
  readonly isGood: (request: ExtensivRequest) => boolean;
  /** Lets every token given so far be expired. */
  readonly expireAll: () => void;
  /** Answers the token endpoint. */
  readonly grant: (request: ExtensivRequest) => ExtensivAnswer;
}

const guid = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;

/** The answer to a client that is not known, as it was seen on the live service. */
export function invalidClient(): ExtensivAnswer {
  return message(401, "invalid_client: client not registered");
}

/** Makes the book. `lifetimeSeconds` is what a token lives, `now` in milliseconds. */
export function createTokenBook(
  credential: Credential,
  lifetimeSeconds: number,
  now: () => number,
): TokenBook {
  const given: string[] = [];
  const alive = new Map<string, number>();

  function grant(request: ExtensivRequest): ExtensivAnswer {
    if (request.method !== "POST")
      return message(405, `The requested resource does not support http method '${request.method}'.`, {
        Allow: "POST",
      });
    if (!isClient(request, credential)) return invalidClient();
    const form = readForm(request);
    // Guess: these three refusals, of which only the wrong client was seen.
    if (form?.["grant_type"] !== "client_credentials") return message(400, "unsupported_grant_type");
    const { tpl } = form;
    if (tpl !== undefined && !(typeof tpl === "string" && guid.test(tpl)))
      return message(400, "invalid_request: tpl");
    if (!isUser(form, credential)) return message(401, "invalid_grant: user not found");
    const token = randomBytes(24).toString("base64url");
    given.push(token);
    alive.set(token, now() + lifetimeSeconds * 1000);
    return {
      status: 200,
      json: {
        access_token: token,
        token_type: "Bearer",
        expires_in: lifetimeSeconds,
        refresh_token: null,
        scope: null,
      },
    };
  }

  return {
    given,
    isGood(request) {
      const token = /^bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
      const expires = alive.get(token);
      return expires !== undefined && now() < expires;
    },
    expireAll: () => alive.clear(),
    grant,
  };
}

function isClient(request: ExtensivRequest, { clientId, clientSecret }: Credential): boolean {
  const sent = /^basic +(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
  const [one, other] = [Buffer.from(sent, "base64"), Buffer.from(`${clientId}:${clientSecret}`)];
  return one.length === other.length && timingSafeEqual(one, other);
}

// Neither is accepted too. Guess: one that is sent must be known, though it is for the audit trail only.
function isUser(form: Body, { userLogin, userLoginId }: Credential): boolean {
  const [login, id] = [form["user_login"], form["user_login_id"]];
  if (login !== undefined && login !== null) return login === userLogin || login === String(userLoginId);
  return id === undefined || id === null || id === userLoginId || id === String(userLoginId);
}

function readForm({ headers, body }: ExtensivRequest): Body | undefined {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(body));
  // Guess: a body of any other kind is read as JSON.
  try {
    return bodyOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}
