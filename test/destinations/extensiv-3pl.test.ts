import { beforeAll, describe } from "@jest/globals";
import type { ItemMapper } from "../../src/model/item.js";
import { destinationSuite } from "../conformance/destination.js";
import { createExtensivBed, loadExtensivMapper } from "../support/extensiv-bed.js";

describe("src/destinations/extensiv-3pl/index.ts", () => {
  let mapper: ItemMapper;
  beforeAll(async () => {
    mapper = await loadExtensivMapper();
  });

  destinationSuite("3PL Warehouse Manager", {
    kind: "items",
    async open() {
      const bed = createExtensivBed(mapper);
      const warehouse = await bed.openWarehouse();
      const { destination } = bed.openClient(warehouse);
      return {
        destination,
        snapshot: async () => warehouse.items(),
        refuse: (sku) => void warehouse.faults.add("refuse", { sku }),
        // The long description stands in for the short one, and one length alone is no size.
        exactFields: new Set(["sku", "name", "UPC", "retail_price", "weight_lbs"]),
        close: () => bed.close(),
      };
    },
  });
});
