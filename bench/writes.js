// Counts the requests that psync makes to 3PL Warehouse Manager for so many products, against the sandbox, on a clock where
// waiting takes no time. Usage: node bench/writes.js [products]. Prints the table of docs/requests.md.
import { fileURLToPath } from "node:url";
import { destinations } from "../dist/destinations/index.js";
import { createHttpClient } from "../dist/http/client.js";
import { compileItemTable } from "../dist/mapping/compile-items.js";
import { loadItemTable } from "../dist/mapping/load.js";
import { startExtensivWarehouse } from "../dist/sandbox/extensiv-3pl/server.js";
import { createClock, watched } from "./clock.js";

const wanted = Number(process.argv[2] ?? 20_000);
const clock = createClock(Date.UTC(2026, 10, 24, 8));
const signal = new AbortController().signal;
const tables = fileURLToPath(new URL("../mappings/destinations/", import.meta.url));
const mapper = compileItemTable(await loadItemTable("extensiv-3pl", ".", tables));
const maker = await destinations["extensiv-3pl"].load();
const defaults = {
  unitOfMeasure: "Each",
  inventoryMethod: "fifo",
  description2Limit: 250,
  inventoryUnitSizes: "auto",
  requestsPerMinute: 600,
};

/** Products whose SKUs ascend as the pipeline hands them over. */
const products = Array.from({ length: wanted }, (_, index) => ({
  sku: `SKU-${String(index).padStart(7, "0")}`,
  name: `Product ${index}`,
  UPC: String(100_000_000_000 + index),
  weight_lbs: 1 + (index % 100) / 100,
  length_in: 10,
  width_in: 5,
  height_in: 2.5,
}));

console.log("| what | products | requests | for each | hours at 600 a minute |");
console.log("| --- | --- | --- | --- | --- |");
const warehouse = await startExtensivWarehouse({ clock: () => clock.now(), seed: 1 });
await measure("a first import into an empty warehouse", products, async (destination) => {
  await findAll(destination, products);
  await write(destination, products, "create", new Map());
});
let ids = new Map();
await measure("the same with a lost state: look-ups only", products, async (destination) => {
  ids = await findAll(destination, products);
});
const some = products.filter((_, index) => index % 100 === 0);
await measure("1 % of the products changed", some, async (destination) => {
  const renamed = some.map((product) => ({ ...product, name: `${product.name}, new` }));
  await write(destination, renamed, "update", ids);
});
await warehouse.close();

async function measure(title, list, work) {
  const settings = { ...defaults, ...warehouse.config, customerId: "42", requestsPerMinute: 600 };
  const http = createHttpClient({
    ...watched(maker.http(settings, clock)),
    userAgent: "psync/bench (Language=Node.js; Platform=any)",
    clock,
    random: () => 0.5,
  });
  const parts = {
    http,
    clock,
    warn: console.error,
    redact: (text) => text,
    hide: () => undefined,
    mapper,
  };
  const startedAt = clock.now();
  await work(maker.create(settings, parts));
  const { sent } = http.counts();
  const hours = (clock.now() - startedAt) / 3_600_000;
  console.log(
    `| ${title} | ${list.length} | ${sent} | ${(sent / list.length).toFixed(3)} | ${hours.toFixed(2)} |`,
  );
}

async function findAll(destination, list) {
  const found = new Map();
  const { maxBatch } = destination.features;
  for (let at = 0; at < list.length; at += maxBatch) {
    const skus = list.slice(at, at + maxBatch).map(({ sku }) => sku);
    for (const [sku, { id }] of await destination.find(skus, signal)) found.set(sku, id);
  }
  return found;
}

async function write(destination, list, action, remoteIds) {
  const { maxBatch } = destination.features;
  for (let at = 0; at < list.length; at += maxBatch) {
    const changes = list.slice(at, at + maxBatch).map((product) => ({
      action,
      sku: product.sku,
      product,
      fields: action === "create" ? toChanges(product) : { name: { to: product.name } },
      ...(remoteIds.has(product.sku) ? { remoteId: remoteIds.get(product.sku) } : {}),
    }));
    for await (const { outcome, message } of destination.write(changes, signal)) {
      if (outcome !== "written") throw new Error(message);
    }
  }
}

function toChanges(product) {
  return Object.fromEntries(Object.entries(product).map(([field, to]) => [field, { to }]));
}
