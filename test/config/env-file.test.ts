import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import {
  findMode,
  isReadableByOthers,
  loadEnvironment,
  toModeText,
  writeVariable,
} from "../../src/config/env-file.js";
import { createFolder, removeFolders } from "./folder.js";

afterAll(removeFolders);

describe("src/config/env-file.ts", () => {
  test("no file, no change", async () => {
    const { dir } = await createFolder();
    expect(await loadEnvironment(dir, { A: "1" })).toEqual({ env: { A: "1" }, warnings: [] });
  });

  test("the environment wins", async () => {
    const folder = await createFolder();
    await folder.write(".env", '# keys\nA=file\nB="two words"\nC=\n');
    const { env, warnings } = await loadEnvironment(folder.dir, { A: "real" });
    expect(env).toEqual({ A: "real", B: "two words", C: "" });
    expect(warnings).toEqual([]);
  });

  test.each([
    [0o644, true],
    [0o640, true],
    [0o604, true],
    [0o600, false],
    [0o700, false],
  ])("mode %o: warns %s, without values", async (mode, warns) => {
    const folder = await createFolder();
    await folder.write(".env", "A=planted", mode);
    const { warnings } = await loadEnvironment(folder.dir, {});
    expect(warnings).toHaveLength(warns ? 1 : 0);
    expect(warnings.join()).not.toContain("planted");
    if (warns) expect(warnings[0]).toContain(`mode 0${mode.toString(8)}`);
  });

  test("a folder in its place is a fault", async () => {
    const { dir } = await createFolder();
    await mkdir(path.join(dir, ".env"));
    await expect(loadEnvironment(dir, {})).rejects.toMatchObject({
      code: "config-unreadable",
      message: ".env is a folder",
    });
  });

  test("rights as chmod writes them", async () => {
    expect([toModeText(0o600), toModeText(0o7)]).toEqual(["0600", "0007"]);
    expect([isReadableByOthers(0o600), isReadableByOthers(0o644)]).toEqual([false, true]);
    expect(await findMode("/no/such/file")).toBeUndefined();
  });

  test("a variable is put in place of the old one, everything else stays, and only the owner can read it", async () => {
    const folder = await createFolder();
    await folder.write(".env", "# keys\nexport TOKEN='old'\nTOKEN_2=kept\r\nLAST=1", 0o644);
    const file = await writeVariable(folder.dir, "TOKEN", "12.new-one");
    expect(await readFile(file, "utf8")).toBe("# keys\nTOKEN='12.new-one'\nTOKEN_2=kept\nLAST=1\n");
    await writeVariable(folder.dir, "OTHER", "x");
    const { env, warnings } = await loadEnvironment(folder.dir, {});
    expect(env).toEqual({ TOKEN: "12.new-one", TOKEN_2: "kept", LAST: "1", OTHER: "x" });
    expect(warnings).toEqual([]);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readdir(folder.dir)).toEqual([".env"]);
  });

  test("a variable makes a file where there is none", async () => {
    const { dir } = await createFolder();
    await writeVariable(dir, "TOKEN", "t");
    expect(await loadEnvironment(dir, {})).toEqual({ env: { TOKEN: "t" }, warnings: [] });
  });
});
