// A process of its own, so that the shop's work is not counted: serves the sample catalogue, prints its config as JSON.
import { startWooShop } from "../dist/sandbox/woocommerce/server.js";

const shop = await startWooShop({ products: Number(process.argv[2]) });
process.stdout.write(`${JSON.stringify(shop.config)}\n`);
process.stdin.resume();
process.stdin.on("end", () => void shop.close());
