import { afterAll, describe, expect, test } from "@jest/globals";
import { runCodeConfig } from "../../src/config/code-config.js";
import { createFolder, removeFolders } from "./folder.js";

afterAll(removeFolders);

const code = `export default {
  source: { channel: "woocommerce", url: "https://shop.example", consumerKey: "\${K}", consumerSecret: "s", auth: undefined },
  destination: { type: "file", path: "out.csv" },
};
`;

describe("src/config/code-config.ts", () => {
  test("runs a module that is named, and fills variables in", async () => {
    const folder = await createFolder();
    await folder.write("my.mjs", code);
    const { config, file, secrets } = await folder.load({ file: "my.mjs", env: { K: "ck_from_env" } });
    expect(file).toBe(`${folder.dir}/my.mjs`);
    expect(config.source).toMatchObject({ consumerKey: "ck_from_env", auth: "auto" });
    expect(config.destination).toMatchObject({ path: `${folder.dir}/out.csv` });
    expect(secrets).toContain("ck_from_env");
  });

  test("runs CommonJS too", async () => {
    const folder = await createFolder();
    await folder.write("my.cjs", 'module.exports = { source: "x" };');
    const error = await folder.fail({ file: "my.cjs" });
    expect(error.faults.map(({ path, line }) => [path, line])).toEqual([
      ["source", undefined],
      ["destination", undefined],
    ]);
  });

  test("code that throws, exports nothing, or exports no config", async () => {
    const folder = await createFolder();
    await folder.write("throws.mjs", 'throw new RangeError("planted");');
    await folder.write("nothing.mjs", "export const other = 1;");
    await folder.write("function.mjs", "export default () => ({});");
    const thrown = await folder.fail({ file: "throws.mjs" });
    expect(thrown).toMatchObject({
      code: "config-code-failed",
      message: "throws.mjs threw RangeError when it was run",
    });
    expect((await folder.fail({ file: "nothing.mjs" })).message).toBe("nothing.mjs has no default export");
    expect((await folder.fail({ file: "function.mjs" })).message).toBe("function.mjs is not a block of keys");
    expect((await folder.fail({ file: "missing.mjs" })).code).toBe("config-not-found");
  });

  test("TypeScript runs where Node can, and is refused in words elsewhere", async () => {
    const folder = await createFolder();
    const file = await folder.write("my.ts", "export default { a: 1 as number };");
    const canRun = Boolean((process.features as { typescript?: unknown }).typescript);
    // Jest's own loader cannot read this file, so where Node could it is only certain that it was tried.
    const message = canRun ? "threw" : "is TypeScript, which Node";
    await expect(runCodeConfig(file, "my.ts")).rejects.toThrow(message);
  });
});
