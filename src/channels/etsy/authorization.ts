import { createHash, randomBytes } from "node:crypto";
import { AuthError, UsageError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import { appsPage, defaultTokenUrl, neededScopes, type TokenParts } from "./settings.js";
import { requestToken } from "./token-request.js";

interface EtsyAuthorizationSettings {
  readonly keystring: string;
  /** The whole address of the page that asks the owner. Default: `https://www.etsy.com/oauth/connect`. */
  readonly authorizeUrl?: string;
  /** The whole address. Default: `https://api.etsy.com/v3/public/oauth/token`. */
  readonly tokenUrl?: string;
}

/** Obtains a shop's first refresh token by its owner's consent (OAuth 2.0 with PKCE). */
export interface EtsyAuthorization {
  /**
   * Begins anew and gives the address to open in a browser. `redirectUri` must be registered for the app, sign by
   * sign. `state` comes back with the answer.
   */
  begin(redirectUri: string): { readonly url: string; readonly state: string };
  /**
   * Takes the address that Etsy sent the browser to, also as pasted text, and exchanges its code. Throws AuthError
   * for a denial, for an answer to another question, without a code, or with a code that Etsy refuses; UsageError
   * before `begin`.
   */
  finish(
    redirectedUrl: string,
    signal: AbortSignal,
  ): Promise<{ readonly refreshToken: string; readonly userId: string }>;
}

const defaultAuthorizeUrl = "https://www.etsy.com/oauth/connect";

interface Question {
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
}

export function createEtsyAuthorization(
  settings: EtsyAuthorizationSettings,
  parts: TokenParts,
): EtsyAuthorization {
  let question: Question | undefined;

  return {
    begin(redirectUri) {
      // 86 characters of those that a verifier may have.
      const verifier = randomBytes(64).toString("base64url");
      const state = randomBytes(18).toString("base64url");
      parts.hide(verifier);
      question = { redirectUri, state, verifier };
      const url = new URL(settings.authorizeUrl ?? defaultAuthorizeUrl);
      const query = {
        response_type: "code",
        client_id: settings.keystring,
        redirect_uri: redirectUri,
        scope: neededScopes.join(" "),
        state,
        code_challenge: toChallenge(verifier),
        code_challenge_method: "S256",
      };
      // Written with %20: a plus sign in `scope` is not a blank to everybody.
      url.search = Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&");
      return { url: url.href, state };
    },

    async finish(redirectedUrl, signal) {
      if (question === undefined) throw new UsageError("no-question", "nobody was asked for consent yet");
      const { redirectUri, verifier } = question;
      const code = findCode(redirectedUrl, question, parts.redact);
      parts.hide(code);
      const grant = {
        grant_type: "authorization_code",
        client_id: settings.keystring,
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
      };
      const pair = await exchange(settings.tokenUrl ?? defaultTokenUrl, grant, parts, signal);
      if (pair.refreshToken === undefined) {
        throw new AuthError("no-token", "Etsy gave no refresh token", { hint: againHint });
      }
      // A code is good for one exchange.
      question = undefined;
      return { refreshToken: pair.refreshToken, userId: pair.accessToken.split(".", 1)[0] ?? "" };
    },
  };
}

const againHint = "Run `psync auth etsy` again.";

/** The code in the answer, once it is proved to be the answer to this question. */
function findCode(redirected: string, { state }: Question, redact: (text: string) => string): string {
  const query = queryOf(redirected.trim());
  if (query === undefined) {
    throw new AuthError("no-address", "what was pasted is no address", {
      hint: "Copy the whole address out of the browser, after Etsy has sent it on.",
    });
  }
  if (query.get("state") !== state) {
    throw new AuthError("other-state", "the answer does not belong to this question: its state differs", {
      hint: `It may be the address of an earlier attempt. ${againHint}`,
    });
  }
  const error = query.get("error");
  if (error !== null) {
    const words = redact(pageTitle(`${error}: ${query.get("error_description") ?? ""}`));
    throw new AuthError("denied", `the owner, or Etsy, refused: ${words}`, {
      hint: `Sign in as the shop's owner and allow access. ${againHint}`,
    });
  }
  const code = query.get("code") ?? "";
  if (code === "") {
    throw new AuthError("no-code", "Etsy's answer holds no code", {
      hint: `Copy the whole address out of the browser. The callback must be registered at ${appsPage}, sign by sign.`,
    });
  }
  return code;
}

/** Takes an address, or only what stands behind its question mark. */
function queryOf(text: string): URLSearchParams | undefined {
  if (URL.canParse(text)) return new URL(text).searchParams;
  return /^\??[\w.]+=/.test(text) ? new URLSearchParams(text) : undefined;
}

async function exchange(
  tokenUrl: string,
  grant: Readonly<Record<string, string>>,
  parts: TokenParts,
  signal: AbortSignal,
): ReturnType<typeof requestToken> {
  try {
    // A code is spent by its first use: a repeated request would be refused for that.
    return await requestToken(tokenUrl, grant, parts, { repeatable: false, signal });
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "invalid-grant") throw error;
    throw new AuthError("code-refused", error.message.replace("the refresh token", "the code"), {
      hint: `A code is good for some minutes and for one use. ${againHint}`,
    });
  }
}

function toChallenge(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
