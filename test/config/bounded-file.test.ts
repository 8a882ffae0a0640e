import { afterAll, describe, expect, test } from "@jest/globals";
import { maxConfigBytes, readBoundedFile } from "../../src/config/bounded-file.js";
import { createFolder, removeFolders } from "./folder.js";

afterAll(removeFolders);

describe("src/config/bounded-file.ts", () => {
  test("takes a file of exactly the limit, and nothing beyond it", async () => {
    const folder = await createFolder();
    const fits = await folder.write("fits", "x".repeat(maxConfigBytes));
    expect(await readBoundedFile(fits, "fits")).toHaveLength(maxConfigBytes);
    const large = await folder.write("large", "x".repeat(maxConfigBytes + 1));
    await expect(readBoundedFile(large, "large")).rejects.toMatchObject({ code: "config-too-large" });
  });

  test("ends with a file that has no end", async () => {
    await expect(readBoundedFile("/dev/zero", "zero")).rejects.toMatchObject({ code: "config-too-large" });
  });

  test("tells what is wrong with a file", async () => {
    const { dir } = await createFolder();
    await expect(readBoundedFile(dir, "it")).rejects.toMatchObject({ message: "it is a folder" });
    await expect(readBoundedFile(`${dir}/no`, "it")).rejects.toMatchObject({
      code: "config-not-found",
      message: "it does not exist",
    });
  });
});
