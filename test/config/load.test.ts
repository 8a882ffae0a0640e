import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadSource } from "../../src/config/load.js";
import { createFolder, plainConfig, removeFolders, toLines, toldBy } from "./folder.js";

afterAll(removeFolders);

const everyFault = `source:
  chanel: woocommerce
  channel: woocommerce
  url: \${SHOP_URL}
  consumerKey: planted-one
  consumer_secret: planted-two
  auth: bascic
  weightUnit:
  statuses: publish
destination:
  type: file
  path: out/products
  formulaGuard: "planted-three"
  type: file
options:
  updates: planted-four
  interval: 15 minutes
  maxChanges: 150%
  inventoryLocation: 7001
  fields: { omit: [descripton, sku, custom_fields.x] }
  concurrency: 1.5
mapping: [planted-five]
interval: 5m
optoins: {}
state: mysql://u:planted-six@h/db
`;

describe("src/config/load.ts", () => {
  test("fills in defaults, makes paths absolute and freezes", async () => {
    const folder = await createFolder();
    const file = await folder.write("psync.yaml", plainConfig);
    const loaded = await folder.load({ env: { XDG_STATE_HOME: "/state" } });
    expect(loaded).toEqual({
      config: {
        source: {
          channel: "woocommerce",
          url: "https://shop.example",
          consumerKey: "ck_planted_key",
          consumerSecret: "cs_planted_secret",
          auth: "auto",
          statuses: ["publish"],
          allowInsecureHttp: false,
        },
        destination: {
          type: "file",
          path: `${folder.dir}/out/products.jsonl`,
          format: "jsonl",
          content: "catalogue",
          formulaGuard: false,
          allowInsecureHttp: false,
        },
        options: {
          updates: true,
          priceSync: false,
          interval: "15m",
          reconcileEvery: "24h",
          onDuplicateSku: "fail",
          fields: { omit: [] },
          includeDigital: false,
        },
        mapping: {},
        state: "sqlite:/state/psync/state.sqlite",
      },
      file,
      dir: folder.dir,
      warnings: [],
      secrets: ["ck_planted_key", "cs_planted_secret"],
    });
    expect(Object.isFrozen(loaded.config.options.fields.omit)).toBe(true);
    expect(() => Object.assign(loaded.config.source, { url: "x" })).toThrow(TypeError);
  });

  test("paths count from the config's folder, not from the working folder", async () => {
    const folder = await createFolder();
    await folder.write(
      "shops/one.yaml",
      `${plainConfig}mapping: { channel: ./mine.yaml, destination: /abs.yaml }\nstate: sqlite:../s.sqlite\n`,
    );
    const { config, dir } = await folder.load({ file: "shops/one.yaml" });
    expect(dir).toBe(path.join(folder.dir, "shops"));
    expect(config.destination).toMatchObject({ path: path.join(folder.dir, "shops/out/products.jsonl") });
    expect(config.mapping).toEqual({
      channel: path.join(folder.dir, "shops/mine.yaml"),
      destination: "/abs.yaml",
    });
    expect(config.state).toBe(`sqlite:${path.join(folder.dir, "s.sqlite")}`);
  });

  test("tells every fault at once, each with its place, in order", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", everyFault);
    const error = await folder.fail();
    expect(error).toMatchObject({ code: "config-invalid", message: "21 faults in psync.yaml", exitCode: 4 });
    expect(toLines(error)).toEqual([
      "1:1 source.consumerSecret: the key is missing",
      "2:3 source.chanel: unknown key",
      "4:3 source.url: the environment variable SHOP_URL is not set",
      "6:3 source.consumer_secret: unknown key",
      "7:3 source.auth: expected one of auto, basic, query, oauth1",
      "8:3 source.weightUnit: the key has no value",
      "9:3 source.statuses: expected a list, got text",
      "12:3 destination.path: the extension does not tell the format of the file",
      "13:3 destination.formulaGuard: expected true or false, got text",
      "14:3 destination.type: the key stands here a second time",
      "16:3 options.updates: expected true or false, got text",
      "17:3 options.interval: expected a duration such as 15m or 1h30m, or a cron expression of five fields",
      '18:3 options.maxChanges: expected a whole number, or a percentage such as "50%"',
      "19:3 options.inventoryLocation: WooCommerce has one stock and no locations",
      "20:20 options.fields.omit[0]: this is not a canonical field",
      "20:32 options.fields.omit[1]: sku is what a product is known by and cannot be left out",
      "21:3 options.concurrency: expected a whole number",
      "22:1 mapping: expected a block of keys, got a list",
      "23:1 interval: unknown key",
      "24:1 optoins: unknown key",
      "25:1 state: expected sqlite: or postgres://",
    ]);
    expect(toldBy(error)).not.toContain("planted");
  });

  test("one fault is one fault", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", plainConfig.replace("  consumerKey: ck_planted_key\n", ""));
    const error = await folder.fail();
    expect(error.message).toBe("1 fault in psync.yaml");
    expect(error.faults).toEqual([
      {
        file: "psync.yaml",
        path: "source.consumerKey",
        line: 1,
        column: 1,
        message: "the key is missing",
        hint: "for example: consumerKey: ${WOOCOMMERCE_CONSUMER_KEY}",
      },
    ]);
  });

  test("all missing variables are told at once, and nothing else about their keys", async () => {
    const folder = await createFolder();
    await folder.write(
      "psync.yaml",
      "source: { channel: woocommerce, url: '${A}', consumerKey: '${B}', consumerSecret: '${C}', auth: '${D}' }\n" +
        "destination: { type: '${E}', path: '${F}' }\nstate: '${G}'\noptions: { interval: '${H}' }\n",
    );
    const error = await folder.fail({ env: { B: "planted b" } });
    expect(error.faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "source.url: the environment variable A is not set",
      "source.consumerKey: there is white space in it, which no credential has",
      "source.consumerSecret: the environment variable C is not set",
      "source.auth: the environment variable D is not set",
      "destination.type: the environment variable E is not set",
      "destination.path: the environment variable F is not set",
      "state: the environment variable G is not set",
      "options.interval: expected a duration such as 15m or 1h30m, or a cron expression of five fields",
    ]);
    expect(toldBy(error)).not.toContain("planted");
  });

  test("variables come from the environment, then from .env beside the config", async () => {
    const folder = await createFolder();
    await folder.write(
      "shops/psync.yaml",
      plainConfig.replace("ck_planted_key", "${KEY}").replace("cs_planted_secret", "${SECRET:-none}"),
    );
    await folder.write("shops/.env", "KEY=from-file\nSECRET=from-file\n");
    await folder.write(".env", "KEY=from-elsewhere\n");
    const { config, secrets, warnings } = await folder.load({
      file: "shops/psync.yaml",
      env: { KEY: "from-env" },
    });
    expect(config.source).toMatchObject({ consumerKey: "from-env", consumerSecret: "from-file" });
    expect(secrets).toEqual(["from-env", "from-file"]);
    expect(warnings).toEqual([]);
  });

  test("options and mapping are not filled in", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `${plainConfig}mapping: { channel: "\${KEY}.yaml" }\n`);
    const { config } = await folder.load({ env: { KEY: "planted" } });
    expect(config.mapping.channel).toBe(`${folder.dir}/\${KEY}.yaml`);
  });

  test("warns of a readable file only when a secret is written in it", async () => {
    const folder = await createFolder();
    const { warnings } = await folder.write("psync.yaml", plainConfig, 0o644).then(() => folder.load());
    expect(warnings).toEqual([expect.stringMatching(/^psync\.yaml holds a secret .* \(mode 0644\)/u)]);
    expect(warnings.join()).not.toContain("planted");
    await folder.write(
      "psync.yaml",
      plainConfig.replace("ck_planted_key", "${K}").replace("cs_planted_secret", "${S}"),
      0o644,
    );
    expect((await folder.load({ env: { K: "kkkk", S: "ssss" } })).warnings).toEqual([]);
  });

  test("a rule's warning is no fault", async () => {
    const folder = await createFolder();
    await folder.write(
      "psync.yaml",
      plainConfig.replace("https://shop.example/", "http://localhost:1\n  auth: basic"),
    );
    expect((await folder.load()).warnings).toEqual([
      "source.auth: WooCommerce itself ignores the keys of auth: basic over plain http; write https://, or auth: oauth1, which signs requests and never sends the secret",
    ]);
  });

  test.each([
    [
      "psync.json",
      '{\n  "$schema": "./s.json",\n  "source": 1\n}',
      "3:3 source: expected a block of keys, got a number",
    ],
    [
      "package.json",
      '{\n  "name": "x",\n  "psync": {\n    "source": 1\n  }\n}',
      "4:5 source: expected a block of keys, got a number",
    ],
    [".psyncrc", '{ "source": 1 }', "1:3 source: expected a block of keys, got a number"],
  ])("%s has lines too", async (name, text, expected) => {
    const folder = await createFolder();
    await folder.write(name, text);
    const error = await folder.fail();
    expect(toLines(error)).toContain(expected);
    expect(error.faults[0]?.file).toBe(name);
  });

  test.each([
    ["", "config-empty"],
    ["# only a comment\n", "config-empty"],
    ["just words\n", "config-invalid"],
    ["- a\n- b\n", "config-invalid"],
    ["a: [\n", "config-invalid"],
    ["42", "config-invalid"],
  ])("a file that holds %j is %s", async (text, code) => {
    const folder = await createFolder();
    await folder.write("psync.yaml", text);
    expect(await folder.fail()).toMatchObject({ code, message: expect.stringContaining("psync.yaml") });
    expect((await folder.fail({ file: "psync.yaml" })).code).toBe(code);
  });

  test("empty optional blocks are as good as none", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `${plainConfig}options:\n  # updates: false\nmapping:\n`);
    expect((await folder.load()).config).toMatchObject({ options: { updates: true }, mapping: {} });
  });

  test("a named file that is missing, a folder, too large, or a package without psync", async () => {
    const folder = await createFolder();
    await folder.write("package.json", '{"name": "x"}');
    await folder.write("large.yaml", `${plainConfig}# ${"x".repeat(1_100_000)}`);
    expect(await folder.fail({ file: "no.yaml" })).toMatchObject({
      code: "config-not-found",
      message: "no.yaml does not exist",
    });
    expect((await folder.fail({ file: "." })).code).toBe("config-unreadable");
    expect((await folder.fail({ file: "large.yaml" })).code).toBe("config-too-large");
    expect((await folder.fail({ file: "package.json" })).code).toBe("config-empty");
  });

  test("harmful files end as config errors", async () => {
    const folder = await createFolder();
    const circle = "source: &s\n  self: *s\n";
    const bomb =
      "a: &a [x, x]\n" +
      "bcdefghijklmnopqrstuvwxyz"
        .split("")
        .map((name, index) => {
          const last = String.fromCodePoint(97 + index);
          return `${name}: &${name} [*${last}, *${last}, *${last}]\n`;
        })
        .join("");
    const deep = `source: ${"[".repeat(100_000)}`;
    const keys = Array.from({ length: 5_000 }, (_, index) => `key${index}: 1`).join("\n");
    for (const [text, message] of [
      [circle, "nested deeper"],
      [bomb, "1 fault"],
      [deep, "1 fault"],
      [keys, "5002 faults in psync.yaml; the first 50 are told"],
      ["source: !!js/function 'x'\n", "faults"],
      ["__proto__: { source: 1 }\n", "3 faults"],
    ] as const) {
      await folder.write("psync.yaml", text);
      expect((await folder.fail()).message).toContain(message);
    }
  });

  test("the password of a state store is a secret", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", `${plainConfig}state: "postgres://psync:\${PW}@db.example/psync"\n`);
    const { config, secrets } = await folder.load({ env: { PW: "hunter22" } });
    expect(config.state).toBe("postgres://psync:hunter22@db.example/psync");
    expect(secrets).toEqual(expect.arrayContaining(["hunter22", config.state]));
    expect(secrets).not.toContain("db.example");
  });

  test("reads what there is of a source, for the command that obtains the rest", async () => {
    const folder = await createFolder();
    const cwd = folder.dir;
    expect(await loadSource({ cwd, env: {} })).toEqual({ values: {}, variables: {}, dir: cwd });
    await folder.write(".env", "ETSY_KEYSTRING=k1\n", 0o600);
    await folder.write(
      "psync.yaml",
      "source:\n  channel: etsy\n  shopId: 7\n  keystring: ${ETSY_KEYSTRING}\n  refreshToken: ${MY_TOKEN}\n  odd: [1]\n",
    );
    expect(await loadSource({ cwd, env: {} })).toEqual({
      values: { channel: "etsy", shopId: "7", keystring: "k1" },
      variables: { keystring: "ETSY_KEYSTRING", refreshToken: "MY_TOKEN" },
      dir: cwd,
    });
    await folder.write("psync.yaml", "source: [\n");
    await expect(loadSource({ cwd, env: {} })).rejects.toMatchObject({ code: "config-invalid" });
    await expect(loadSource({ cwd, env: {}, file: "none.yaml" })).rejects.toMatchObject({ exitCode: 4 });
  });

  test("PSYNC_STATE_KEY is taken from the environment or .env, and is a secret", async () => {
    const folder = await createFolder();
    await folder.write("psync.yaml", plainConfig);
    expect(await folder.load({ env: { PSYNC_STATE_KEY: "" } })).not.toHaveProperty("stateKey");
    await folder.write(".env", "PSYNC_STATE_KEY=a-long-key\n", 0o600);
    const loaded = await folder.load({ env: {} });
    expect(loaded).toMatchObject({ stateKey: "a-long-key" });
    expect(loaded.secrets).toContain("a-long-key");
  });
});
