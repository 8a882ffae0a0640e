/** Columns of the listings report as English headers call them, each with its name in other languages. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  "item-name": [
    "Artikelbezeichnung",
    "nom-produit",
    "Nome dell'articolo",
    "Título del producto",
    "nazwa-produktu",
    "商品名",
    "商品名称",
  ],
  "item-description": [
    "Artikelbeschreibung",
    "Descrizione dell'articolo",
    "Descripción del producto",
    "opis-produktu",
    "商品の説明",
    "商品描述",
  ],
  "listing-id": [
    "Angebotsnummer",
    "id-offre",
    "Numero offerta",
    "Identificador del listing",
    "identyfikator-oferty",
    "出品ID",
  ],
  "seller-sku": [
    "Händler-SKU",
    "sku-vendeur",
    "SKU venditore",
    "SKU del vendedor",
    "sku-sprzedawcy",
    "出品者SKU",
    "卖家 SKU",
  ],
  price: ["Preis", "prix", "Prezzo", "Precio", "cena", "価格", "价格"],
  quantity: ["Menge", "quantité", "Quantità", "Cantidad", "ilość", "数量"],
  "open-date": [
    "Erstellungsdatum",
    "date-ouverture",
    "Data di creazione",
    "Fecha de creación",
    "data-otwarcia",
    "出品日",
    "开售日期",
  ],
  "product-id-type": [
    "Produkt-ID-Typ",
    "type-id-produit",
    "Tipo di identificativo del prodotto",
    "Tipo de identificador de producto",
    "typ-identyfikatora-produktu",
    "商品IDタイプ",
    "商品编码类型",
  ],
  "product-id": [
    "Produkt-ID",
    "id-produit",
    "Identificativo del prodotto",
    "Identificador del producto",
    "identyfikator-produktu",
    "商品ID",
    "商品编码",
  ],
  asin1: ["ASIN 1"],
  "item-condition": [
    "Artikelzustand",
    "état-produit",
    "Condizione dell'articolo",
    "stan-produktu",
    "コンディション",
    "商品状况",
  ],
  "item-note": [
    "Anmerkung zum Artikel",
    "note-état-article",
    "Note sull'articolo",
    "Nota sobre el producto",
    "uwaga-o-produkcie",
    "コンディション説明",
    "商品备注",
  ],
  // Japan's 在庫数 ("stock") stands where others have pending-quantity; its quantity is 数量.
  "pending-quantity": [
    "Quantità in sospeso",
    "Cantidad pendiente",
    "ilość-oczekująca",
    "在庫数",
    "等待购买数量",
  ],
  "fulfillment-channel": [
    "fulfilment-channel",
    "Versender",
    "canal-traitement",
    "Canale di gestione",
    "Canal de gestión logística",
    "kanał-realizacji",
    "フルフィルメント・チャンネル",
    "配送渠道",
  ],
  "merchant-shipping-group": [
    "Händlerversandgruppe",
    "groupe-expédition-vendeur",
    "gruppo-spedizione-venditore",
    "grupa-wysyłki-sprzedawcy",
    "卖家配送组",
  ],
  status: ["état", "stato", "Estado del producto", "ステータス", "状态"],
};

/** What Amazon calls every column that it has given up. */
const deprecated = "deprecated column";

const byAlias: ReadonlyMap<string, string> = new Map(
  Object.entries(aliases).flatMap(([name, others]) =>
    [name, ...others].map((alias) => [fold(alias), name] as const),
  ),
);

/** The first line of a report. */
export interface ReportHeader {
  /** By position; undefined for a column that is not to be read. */
  readonly columns: readonly (string | undefined)[];
  readonly names: ReadonlySet<string>;
}

/**
 * Reads the header by name, never by position: columns differ by account, date and language. Of two columns of one
 * name the first counts. Undefined when there is no column for the SKU: then it is not a header.
 */
export function parseHeader(line: string): ReportHeader | undefined {
  const names = new Set<string>();
  const columns = line.split("\t").map((cell) => {
    const name = toColumnName(cell);
    // Names are a stranger's: this one would be no field but another prototype.
    if (name === "" || name === deprecated || name === "__proto__" || names.has(name)) return undefined;
    names.add(name);
    return name;
  });
  if (!names.has("seller-sku")) {
    // Related reports call the key "sku".
    const at = columns.indexOf("sku");
    if (at < 0) return undefined;
    columns[at] = "seller-sku";
    names.delete("sku");
    names.add("seller-sku");
  }
  return { columns, names };
}

/** The English name of a column, whatever language it is written in; an unknown one in lower case. */
function toColumnName(cell: string): string {
  const plain = fold(cell);
  const known = byAlias.get(plain);
  if (known !== undefined) return known;
  // Turkish headers have the English name first: "seller-sku (satıcı sku)".
  const cut = plain.indexOf(" (");
  return (cut > 0 ? byAlias.get(plain.slice(0, cut)) : undefined) ?? plain;
}

function fold(text: string): string {
  return text.normalize("NFC").replace(/[’‘]/g, "'").replace(/\s+/g, " ").trim().toLowerCase();
}
