// Counts the requests that psync makes for catalogues of a size, against the sandbox shops, on a clock where waiting takes
// no time. Usage: node bench/requests.js [records]. Prints the table of docs/requests.md.
import { channels } from "../dist/channels/index.js";
import { createHttpClient } from "../dist/http/client.js";
import { startAmazonShop } from "../dist/sandbox/amazon/server.js";
import { startEtsyShop } from "../dist/sandbox/etsy/server.js";
import { startShopifyShop } from "../dist/sandbox/shopify/server.js";
import { startWooShop } from "../dist/sandbox/woocommerce/server.js";
import { createClock, watched } from "./clock.js";

const wanted = Number(process.argv[2] ?? 100_000);
const clock = createClock(Date.UTC(2026, 10, 24, 8));
const now = () => clock.now();
const memory = createMemory();

const common = { clock: now, odd: false };
const carts = {
  woocommerce: {
    start: (products) => startWooShop({ ...common, products, assumeHttps: true }),
    sizeOf: (shop) => shop.store.rows.length,
  },
  shopify: {
    start: (products, more) => startShopifyShop({ ...common, products, ...more }),
    sizeOf: (shop) => shop.variants.length,
  },
  etsy: { start: (listings) => startEtsyShop({ ...common, listings }), sizeOf: (shop) => shop.keys().length },
  amazon: {
    start: (listings) => startAmazonShop({ ...common, listings }),
    sizeOf: (shop) => shop.skus().length,
  },
};

const atHarbor = { inventoryLocation: "Harbor Warehouse" };
/** `settings` of the channel, `options` of the shop. */
const shapes = [
  { title: "WooCommerce", id: "woocommerce", settings: { auth: "basic" } },
  {
    title: "Shopify, page by page",
    id: "shopify",
    settings: atHarbor,
    options: { faults: ["bulk-refused"] },
  },
  // Where pages cost that much, paging would take more than five minutes.
  { title: "Shopify, as an export", id: "shopify", settings: atHarbor, options: { costFactor: 6 } },
  { title: "Etsy", id: "etsy" },
  { title: "Amazon, by report", id: "amazon" },
  { title: "Amazon, by report, without enrichment", id: "amazon", settings: { enrich: false } },
];

console.log(
  "| cart | records | requests of a full read | of an unchanged incremental pass | throttled | hours at the sandbox's limits |",
);
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { title, id, settings, options } of shapes) {
  const { start, sizeOf } = carts[id];
  memory.clear();
  const products = await productsFor(start, sizeOf);
  const shop = await start(products, options);
  const maker = await channels[id].load();
  const open = () => {
    const secrets = [];
    const http = createHttpClient({
      ...watched(maker.http(clock)),
      userAgent: "psync/bench (Language=Node.js; Platform=any)",
      clock,
      random: () => 0.5,
    });
    const parts = {
      http,
      clock,
      warn: console.error,
      memory,
      redact: (text) => text,
      hide: (secret) => secrets.push(secret),
    };
    return { http, channel: maker.create({ ...shop.config, ...settings }, parts) };
  };
  const startedAt = clock.now();
  const full = await read(open(), {});
  const hours = (clock.now() - startedAt) / 3_600_000;
  clock.pass(15 * 60_000);
  const again = await read(open(), { since: full.cursor });
  console.log(
    `| ${title} | ${full.records} | ${full.sent} | ${again.sent} (${again.records} records) | ${full.throttled + again.throttled} | ${hours.toFixed(2)} |`,
  );
  await shop.close();
}

async function read({ http, channel }, request) {
  let [records, cursor] = [0, undefined];
  for await (const page of channel.read(request, new AbortController().signal)) {
    records += page.records.length + page.rejects.length;
    cursor ??= page.cursor;
  }
  return { records, cursor, ...http.counts() };
}

/** How many products a shop needs for the wanted number of records: counted on a small one. */
async function productsFor(start, sizeOf) {
  const sample = 2000;
  const shop = await start(sample);
  const size = sizeOf(shop);
  await shop.close();
  return Math.ceil((wanted * sample) / size);
}

function createMemory() {
  const kept = new Map();
  const set = async (entries) => void entries.forEach((value, name) => kept.set(name, value));
  return {
    clear: () => kept.clear(),
    get: async (names) =>
      new Map(names.filter((name) => kept.has(name)).map((name) => [name, kept.get(name)])),
    set,
    exclusive: (_name, _signal, work) => work(set),
  };
}
