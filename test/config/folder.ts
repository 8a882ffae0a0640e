import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConfigError } from "../../src/errors.js";
import { loadConfig, type LoadedConfig } from "../../src/config/load.js";

/** A folder for one test, with what it takes to load a config from it. */
export interface TestFolder {
  readonly dir: string;
  write(name: string, text: string, mode?: number): Promise<string>;
  load(options?: { file?: string; env?: Record<string, string> }): Promise<LoadedConfig>;
  fail(options?: { file?: string; env?: Record<string, string> }): Promise<ConfigError>;
}

const folders: string[] = [];

/** Makes a new empty folder. `removeFolders` takes it away. */
export async function createFolder(): Promise<TestFolder> {
  const dir = await mkdtemp(path.join(tmpdir(), "psync-config-"));
  folders.push(dir);
  const folder: TestFolder = {
    dir,
    async write(name, text, mode = 0o600) {
      const file = path.join(dir, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
      await chmod(file, mode);
      return file;
    },
    load: ({ file, env = {} } = {}) => loadConfig({ cwd: dir, file, env }),
    async fail(options) {
      let loaded: LoadedConfig;
      try {
        loaded = await folder.load(options);
      } catch (error) {
        if (error instanceof ConfigError) return error;
        throw error;
      }
      throw new Error(`expected a ConfigError, but ${loaded.file} was loaded`);
    },
  };
  return folder;
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** Everything that an error tells. */
export function toldBy(error: ConfigError): string {
  return JSON.stringify([
    error.message,
    error.hint,
    error.code,
    error.faults,
    String(error.stack),
    String(error.cause),
  ]);
}

/** One fault as `line:column path: message`. */
export function toLines(error: ConfigError): string[] {
  return error.faults.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

/** A config that is right, with literal credentials. */
export const plainConfig = `source:
  channel: woocommerce
  url: https://shop.example/
  consumerKey: ck_planted_key
  consumerSecret: cs_planted_secret
destination:
  type: file
  path: out/products.jsonl
`;
