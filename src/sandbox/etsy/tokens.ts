import { createHash, randomBytes } from "node:crypto";

export interface TokenOptions {
  readonly userId: number;
  /** What the seller consented to for the first refresh token. */
  readonly scopes: readonly string[];
  /** Of an access token, in seconds. */
  readonly lifetime: number;
  /** An old refresh token is dead once a new pair was given. */
  readonly strictRotation: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** What a token gives the right to. */
export interface Grant {
  readonly userId: number;
  readonly scopes: ReadonlySet<string>;
}

interface Held extends Grant {
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What was asked for at /oauth/connect, and has to be proved at the token endpoint. */
export interface CodeRequest {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scopes: readonly string[];
}

const refreshMs = 90 * 86_400_000;
const codeMs = 600_000;

/** The tokens of one seller and one app. */
export class TokenBook {
  /** Every access and refresh token that was given out, in order. */
  readonly given: string[] = [];
  readonly first: string;
  readonly #options: TokenOptions;
  readonly #access = new Map<string, Held>();
  readonly #refresh = new Map<string, Held>();
  readonly #revoked = new Set<string>();
  readonly #codes = new Map<string, CodeRequest & { readonly until: number }>();

  constructor(options: TokenOptions) {
    this.#options = options;
    this.first = this.#draw();
    this.#refresh.set(this.first, this.#held(new Set(options.scopes), refreshMs));
  }

  /** The grant of an access token, or why it gives none. */
  judge(token: string): Grant | "expired" | "unknown" {
    const held = this.#access.get(token);
    if (held === undefined) return "unknown";
    return held.until <= this.#options.now() ? "expired" : held;
  }

  /** Gives a new pair for a refresh token, or says why not. */
  refresh(token: string): TokenPair | "revoked" | "expired" | "unknown" {
    if (this.#revoked.has(token)) return "revoked";
    const held = this.#refresh.get(token);
    if (held === undefined) return "unknown";
    if (held.until <= this.#options.now()) return "expired";
    if (this.#options.strictRotation) this.#retire(token);
    return this.#pair(held.scopes);
  }

  /** Remembers a consent, and gives the code that stands for it, once and for ten minutes. */
  consent(request: CodeRequest): string {
    const code = randomBytes(30).toString("base64url");
    this.#codes.set(code, { ...request, until: this.#options.now() + codeMs });
    return code;
  }

  /** Gives the first pair for a code, when the verifier and the address fit the consent. */
  exchange(
    code: string,
    redirectUri: string,
    verifier: string,
  ): TokenPair | "code" | "redirect" | "verifier" {
    const asked = this.#codes.get(code);
    if (asked === undefined || asked.until <= this.#options.now()) return "code";
    if (asked.redirectUri !== redirectUri) return "redirect";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier) || challenge !== asked.challenge) return "verifier";
    this.#codes.delete(code);
    return this.#pair(new Set(asked.scopes));
  }

  /** Makes every token worthless, as a changed password does. */
  revokeAll(): void {
    for (const token of this.#refresh.keys()) this.#retire(token);
    this.#access.clear();
  }

  /** Lets every access token be as old as it may be. */
  expireAccess(): void {
    for (const [token, held] of this.#access) this.#access.set(token, { ...held, until: 0 });
  }

  #retire(token: string): void {
    this.#refresh.delete(token);
    this.#revoked.add(token);
  }

  #pair(scopes: ReadonlySet<string>): TokenPair {
    const [accessToken, refreshToken] = [this.#draw(), this.#draw()];
    this.#access.set(accessToken, this.#held(scopes, this.#options.lifetime * 1000));
    this.#refresh.set(refreshToken, this.#held(scopes, refreshMs));
    return { accessToken, refreshToken, expiresIn: this.#options.lifetime };
  }

  #held(scopes: ReadonlySet<string>, ms: number): Held {
    return { userId: this.#options.userId, scopes, until: this.#options.now() + ms };
  }

  #draw(): string {
    const token = `${this.#options.userId}.${randomBytes(45).toString("base64url")}`;
    this.given.push(token);
    return token;
  }
}
