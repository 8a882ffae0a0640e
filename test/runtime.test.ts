import { afterAll, describe, expect, test } from "@jest/globals";

import { ConfigError } from "../src/errors.js";
import { buildRuntime, redactorOf } from "../src/runtime.js";
import { createFolder, removeFolders } from "./config/folder.js";

afterAll(removeFolders);

const hooks = { command: "test", trace: () => undefined, warn: () => undefined };

const etsy = `source:
  channel: etsy
  shopId: 7
  keystring: planted-keystring
  sharedSecret: planted-secret
  refreshToken: planted-token
destination: { type: file, path: out.jsonl }
`;

describe("src/runtime.ts", () => {
  test("rotating tokens go into a PostgreSQL state only with a key", async () => {
    const folder = await createFolder();
    // Port 9 refuses: without a key nobody gets as far as that.
    await folder.write("psync.yaml", `${etsy}state: postgres://psync@127.0.0.1:9/psync\n`);
    const refused: unknown = await buildRuntime(await folder.load({ env: {} }), hooks).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ConfigError);
    expect(refused).toMatchObject({ code: "state-key", hint: expect.stringContaining("PSYNC_STATE_KEY") });
    const withKey = await folder.load({ env: { PSYNC_STATE_KEY: "a-long-random-text" } });
    await expect(buildRuntime(withKey, hooks)).rejects.toMatchObject({ exitCode: 5 });
  });

  test("a token that is learnt on the way is hidden by redactors that were made before", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `${etsy}state: sqlite:state.sqlite\n`);
    const loaded = await folder.load({ env: {} });
    const redact = redactorOf(loaded);
    const runtime = await buildRuntime(loaded, hooks);
    try {
      expect(runtime.parts.channel).toMatchObject({ id: "etsy", account: expect.stringContaining("7") });
      expect(redact("Bearer 88.learnt-later")).toContain("learnt-later");
      loaded.secrets.push("88.learnt-later");
      expect(redact("Bearer 88.learnt-later")).not.toContain("learnt-later");
    } finally {
      await runtime.close();
    }
  });
});
