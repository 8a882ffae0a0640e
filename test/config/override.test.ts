import { afterAll, describe, expect, test } from "@jest/globals";
import { applyOverrides } from "../../src/config/override.js";
import { createFolder, plainConfig, removeFolders } from "./folder.js";

afterAll(removeFolders);

describe("src/config/override.ts", () => {
  test("replaces what is given, keeps the rest, and leaves the config alone", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `${plainConfig}options: { priceSync: true, interval: 5m }\n`);
    const { config } = await folder.load();
    const changed = applyOverrides(config, { updates: false });
    expect(changed.options).toEqual({ ...config.options, updates: false, priceSync: true, interval: "5m" });
    expect(applyOverrides(config, { priceSync: false }).options).toMatchObject({
      updates: true,
      priceSync: false,
    });
    expect(applyOverrides(config, {})).toEqual(config);
    expect(config.options.updates).toBe(true);
    expect(Object.isFrozen(changed.options)).toBe(true);
  });
});
