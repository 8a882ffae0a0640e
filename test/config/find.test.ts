import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { findConfig, isCode, searchPlaces } from "../../src/config/find.js";
import { createFolder, plainConfig, removeFolders } from "./folder.js";

afterAll(removeFolders);

const cwd = process.cwd();
const markers = globalThis as { psyncCodeRan?: boolean };
const marker = "globalThis.psyncCodeRan = true; module.exports = {};";

afterEach(() => {
  process.chdir(cwd);
  delete markers.psyncCodeRan;
});

describe("src/config/find.ts", () => {
  test("looks in cosmiconfig's places and psync's own, never for code", () => {
    expect(searchPlaces).toEqual([
      "package.json",
      ".psyncrc",
      ".psyncrc.json",
      ".psyncrc.yaml",
      ".psyncrc.yml",
      ".config/psyncrc",
      ".config/psyncrc.json",
      ".config/psyncrc.yaml",
      ".config/psyncrc.yml",
      "package.yaml",
      "psync.yaml",
      "psync.yml",
      "psync.json",
      "psync.config.yaml",
      "psync.config.yml",
      "psync.config.json",
    ]);
    expect(searchPlaces.filter(isCode)).toEqual([]);
  });

  test.each(searchPlaces.filter((place) => !place.startsWith("package.")))("finds %s", async (place) => {
    const folder = await createFolder();
    const file = await folder.write(place, plainConfig);
    expect(await findConfig(folder.dir)).toEqual({ file, text: plainConfig, warnings: [] });
  });

  test("finds the key psync of a package's file, and passes a package without it", async () => {
    const folder = await createFolder();
    await folder.write("package.json", '{"name": "x"}');
    const yaml = await folder.write("psync.yaml", plainConfig);
    expect((await findConfig(folder.dir)).file).toBe(yaml);
    const json = await folder.write("package.json", '{"psync": {"source": {}}}');
    expect((await findConfig(folder.dir)).file).toBe(json);
  });

  test("says what is also there", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", plainConfig);
    await folder.write("psync.yml", plainConfig);
    await folder.write("psync.config.js", marker);
    const { file, warnings } = await findConfig(folder.dir);
    expect(path.basename(file)).toBe("psync.yaml");
    expect(warnings).toEqual([
      "psync.yml is also here and is not used; psync.yaml is",
      "psync.config.js is also here and is not used; psync.yaml is",
    ]);
  });

  test.each(["psync.config.js", ".psyncrc.cjs", ".config/psyncrc.ts", "psync.config.mjs"])(
    "does not run %s, and says how it would be",
    async (place) => {
      const folder = await createFolder();
      await folder.write(place, marker);
      await expect(findConfig(folder.dir)).rejects.toMatchObject({
        code: "config-is-code",
        hint: `if you trust it, add --config ${place}`,
      });
      expect(markers.psyncCodeRan).toBeUndefined();
    },
  );

  test("does not look into folders above", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", plainConfig);
    await folder.write("psync.config.js", marker);
    await mkdir(path.join(folder.dir, "sub"));
    await expect(findConfig(path.join(folder.dir, "sub"))).rejects.toMatchObject({
      code: "config-not-found",
    });
    expect(markers.psyncCodeRan).toBeUndefined();
  });

  test.each(["config.js", "config.cjs", "config.ts", "config.mjs"])(
    "does not let cosmiconfig run its own .config/%s",
    async (name) => {
      const folder = await createFolder();
      await folder.write(`.config/${name}`, marker);
      await folder.write("psync.yaml", plainConfig);
      process.chdir(folder.dir);
      await expect(findConfig(folder.dir)).rejects.toMatchObject({ code: "config-search-unsafe" });
      expect(markers.psyncCodeRan).toBeUndefined();
    },
  );

  test("code that cosmiconfig is told to look for is refused", async () => {
    const folder = await createFolder();
    await folder.write(".config/config.json", '{"cosmiconfig": {"searchPlaces": ["mine.js"]}}');
    await folder.write("mine.js", marker);
    process.chdir(folder.dir);
    await expect(findConfig(folder.dir)).rejects.toMatchObject({ code: "config-is-code" });
    expect(markers.psyncCodeRan).toBeUndefined();
  });

  test("does not follow $import", async () => {
    const folder = await createFolder();
    await folder.write("other.yaml", "planted: true\n");
    await folder.write("psync.yaml", `$import: other.yaml\n${plainConfig}`);
    expect((await findConfig(folder.dir)).text).toContain("$import");
    const error = await folder.fail();
    expect(error.faults).toMatchObject([{ path: "$import", line: 1, message: "unknown key" }]);
  });

  test("an empty config is found, and not passed over", async () => {
    const folder = await createFolder();
    const file = await folder.write("psync.yaml", " \n");
    expect(await findConfig(folder.dir)).toMatchObject({ file, text: "" });
  });

  test("a folder that is called like a config", async () => {
    const folder = await createFolder();
    await mkdir(path.join(folder.dir, "psync.yaml"));
    await expect(findConfig(folder.dir)).rejects.toMatchObject({ code: "config-unreadable" });
  });

  test("a file that is too large is not read", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `# ${"x".repeat(1_100_000)}`);
    await expect(findConfig(folder.dir)).rejects.toMatchObject({ code: "config-too-large" });
  });

  test("a broken package.json is not quoted", async () => {
    const folder = await createFolder();
    await folder.write("package.json", '{"psync": {"source": planted}}');
    process.chdir(folder.dir);
    await expect(findConfig(folder.dir)).rejects.toMatchObject({
      code: "config-unreadable",
      message: expect.not.stringContaining("planted"),
    });
  });

  test("nothing at all", async () => {
    const { dir } = await createFolder();
    await expect(findConfig(dir)).rejects.toMatchObject({
      code: "config-not-found",
      message: `no config found in ${dir}`,
      hint: expect.stringContaining("Configure"),
    });
    await expect(findConfig(path.join(dir, "no"))).rejects.toMatchObject({ code: "config-not-found" });
  });
});
