import { startTryton, type TestTryton, type TrytonProduct } from "./tryton.js";

/** Passes Tryton's own rules for passwords. */
const password = "Plum-cask72";

export interface OpenTryton {
  readonly tryton: TestTryton;
  /** The `destination` section of a psync config, for a user who may write products. */
  readonly destination: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** A Tryton of its own with a user "psync" who may write products, and "reader" who may not. */
export async function openTryton(): Promise<OpenTryton> {
  const tryton = await startTryton();
  await tryton.createUser({ name: "psync", password, groups: ["Product Administration"] });
  await tryton.createUser({ name: "reader", password });
  const { url, database } = tryton;
  const destination = { type: "tryton", url, database, username: "psync", password };
  return { tryton, destination, close: () => tryton.close() };
}

/** What psync has a say in. Ids, stamps and how a code is put together are Tryton's. */
export function ownPart(product: TrytonProduct): Readonly<Record<string, unknown>> {
  const { code, name, description, listPrice, weight, length, width, height } = product;
  const { type, defaultUom, active, quantity } = product;
  const identifiers = product.identifiers.map(({ type: kind, code: digits }) => ({
    type: kind,
    code: digits,
  }));
  const measures = { weight, length, width, height };
  return { code, name, description, listPrice, ...measures, identifiers, type, defaultUom, active, quantity };
}

/** Everything that stands there, in order of code. */
export async function standing(tryton: TestTryton): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const products = [...(await tryton.products())];
  const code = (product: TrytonProduct): Buffer => Buffer.from(product.code ?? "");
  return products.sort((one, other) => Buffer.compare(code(one), code(other))).map(ownPart);
}
