/** Makes a page token that means nothing to whom it is given. */
export function sealToken(value: unknown): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64");
}

/** Reads a page token of one's own; undefined for any other text. */
export function openToken(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** A number out of a page token. */
export function numberIn(token: Readonly<Record<string, unknown>> | undefined, name: string): number {
  const value = token?.[name];
  return typeof value === "number" ? value : 0;
}
