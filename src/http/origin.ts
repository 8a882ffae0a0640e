import { RemoteError } from "../errors.js";

/** Whether two absolute addresses have the same scheme, host and port. False when one of them is no web address. */
export function sameOrigin(a: string, b: string): boolean {
  const first = originOf(a);
  return first !== undefined && first === originOf(b);
}

/**
 * Resolves an address that a vendor gave (a next page) against the one that was called. It may be relative. Throws
 * RemoteError when it leads to another origin, for credentials would go there too.
 */
export function resolveSameOrigin(base: string, next: string): string {
  const origin = originOf(base);
  const target = URL.canParse(next, base) ? new URL(next, base) : undefined;
  if (target === undefined || origin === undefined) {
    throw new RemoteError("foreign-address", `${origin ?? "the server"} gave an address that cannot be read`);
  }
  if (target.origin !== origin) {
    throw new RemoteError(
      "foreign-address",
      `${origin} gave an address on ${target.origin === "null" ? target.protocol : target.origin}, which is not followed`,
      {
        hint: "If the server moved, or answers under another scheme or host, put that address into the config.",
      },
    );
  }
  target.username = "";
  target.password = "";
  return target.href;
}

function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, origin } = new URL(address);
  return protocol === "https:" || protocol === "http:" ? origin : undefined;
}
