import type { TrytonSession } from "./tryton-rpc.js";

/** A product variant with its template, as it stands in the warehouse. Null is what Tryton holds as null. */
export interface TrytonProduct {
  readonly id: number;
  readonly templateId: number;
  readonly code: string | null;
  readonly templateCode: string | null;
  readonly suffixCode: string | null;
  readonly name: string;
  readonly description: string | null;
  /** Decimal text as it was written: "19.990" stays so. */
  readonly listPrice: string | null;
  readonly costPrice: string | null;
  readonly weight: Measure | null;
  readonly length: Measure | null;
  readonly width: Measure | null;
  readonly height: Measure | null;
  /** In order of their ids. */
  readonly identifiers: readonly TrytonIdentifier[];
  readonly type: string;
  /** The unit's symbol. */
  readonly defaultUom: string;
  readonly active: boolean;
  readonly templateActive: boolean;
  readonly quantity: number;
  /** When the variant and the template were last written, to the microsecond: equal means untouched. */
  readonly writtenAt: string;
  readonly templateWrittenAt: string;
}

interface Measure {
  readonly value: number;
  /** The unit's symbol. */
  readonly uom: string | null;
}

interface TrytonIdentifier {
  readonly id: number;
  /** Null is a code without a kind. */
  readonly type: string | null;
  readonly code: string;
}

type Row = Readonly<Record<string, unknown>>;

const measures = ["weight", "length", "width", "height"] as const;

const fields = [
  "code suffix_code name description list_price cost_price type default_uom.symbol active quantity".split(
    " ",
  ),
  "write_date create_date identifiers.type identifiers.code template template.code template.active".split(
    " ",
  ),
  "template.write_date template.create_date".split(" "),
  measures.flatMap((name) => [name, `${name}_uom.symbol`]),
].flat();

/** Every product, inactive ones too, in order of their ids; or only those with one of these codes. */
export async function readTrytonProducts(
  session: TrytonSession,
  codes?: readonly string[],
): Promise<readonly TrytonProduct[]> {
  const domain = [["active", "in", [true, false]], ...(codes === undefined ? [] : [["code", "in", codes]])];
  const params = [domain, 0, null, [["id", "ASC"]], fields];
  const rows = (await session.call("model.product.product.search_read", params)) as readonly Row[];
  return rows.map(toProduct);
}

function toProduct(row: Row): TrytonProduct {
  const template = row["template."] as Row;
  const [weight = null, length = null, width = null, height = null] = measures.map((name) =>
    toMeasure(row, name),
  );
  return {
    id: row["id"] as number,
    templateId: row["template"] as number,
    code: row["code"] as string | null,
    templateCode: template["code"] as string | null,
    suffixCode: row["suffix_code"] as string | null,
    name: row["name"] as string,
    description: row["description"] as string | null,
    listPrice: row["list_price"] as string | null,
    costPrice: row["cost_price"] as string | null,
    weight,
    length,
    width,
    height,
    identifiers: (row["identifiers."] as TrytonIdentifier[])
      .map(({ id, type, code }) => ({ id, type, code }))
      .sort((one, other) => one.id - other.id),
    type: row["type"] as string,
    defaultUom: (row["default_uom."] as Row)["symbol"] as string,
    // SQLite has no booleans: 0 and 1.
    active: Boolean(row["active"]),
    templateActive: Boolean(template["active"]),
    quantity: row["quantity"] as number,
    writtenAt: toWrittenAt(row),
    templateWrittenAt: toWrittenAt(template),
  };
}

function toMeasure(row: Row, name: string): Measure | null {
  const value = row[name] as number | null;
  const uom = row[`${name}_uom.`] as Row | null;
  return value === null ? null : { value, uom: uom === null ? null : (uom["symbol"] as string) };
}

/** A record that was never written since it was made has no write date. */
function toWrittenAt(row: Row): string {
  return (row["write_date"] ?? row["create_date"]) as string;
}
