import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

import { transformSync } from "@swc/core";

/** Other programs that use the state room: it is compiled once into a folder from which they run. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), "psync-programs-"));
  #count = 0;

  constructor() {
    const root = resolve(import.meta.dirname, "../..");
    const src = join(root, "src");
    const files = ["errors.ts", "state", "model"].flatMap((name) =>
      name.endsWith(".ts") ? [name] : readdirSync(join(src, name)).map((file) => join(name, file)),
    );
    for (const file of files) {
      const target = join(this.folder, file.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      const { code } = transformSync(readFileSync(join(src, file), "utf8"), {
        jsc: { target: "es2022", parser: { syntax: "typescript" } },
        module: { type: "es6" },
      });
      writeFileSync(target, code);
    }
    writeFileSync(join(this.folder, "package.json"), '{"type":"module"}');
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Starts a program: a module beside `state/`, with arguments. */
  start(source: string, args: readonly string[]): Program {
    this.#count += 1;
    const file = join(this.folder, `program-${this.#count}.js`);
    writeFileSync(file, source);
    return new Program(spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] }));
  }
}

/** A running program that tells its progress in lines and ends when its input does. */
export class Program {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#exited = once(child, "exit");
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line; undefined when there are no more. */
  async line(): Promise<string | undefined> {
    const next = await this.#lines.next();
    return next.done === true ? undefined : next.value;
  }

  /** Ends it as a power cut would, and returns what it had still said. */
  async kill(): Promise<readonly string[]> {
    this.#child.kill("SIGKILL");
    return this.#rest();
  }

  async stop(): Promise<readonly string[]> {
    this.#child.stdin.end();
    return this.#rest();
  }

  async #rest(): Promise<readonly string[]> {
    const rest: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) rest.push(line);
    await this.#exited;
    return rest;
  }
}
