import { Chalk, type ChalkInstance } from "chalk";

/** The two streams of a command and what they can do. Results go to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** Whether somebody sits at stderr and can watch a spinner. */
  readonly interactive: boolean;
  /** Whether somebody can answer a question. */
  readonly canAsk: boolean;
  readonly paint: ChalkInstance;
  readonly paintNotes: ChalkInstance;
  /** Writes to stdout; resolves when the stream takes more. */
  readonly print: (text: string) => Promise<void>;
  /** Writes a line to stderr. */
  readonly note: (line: string) => void;
}

export interface OutputFlags {
  readonly json?: boolean;
  /** False after `--no-color`, or where the environment wants none. */
  readonly color: boolean;
}

export function createOutput(flags: OutputFlags): Output {
  const { stdin, stdout, stderr } = process;
  // Who reads may leave (psync ... | head); what psync does goes on all the same.
  for (const stream of [stdout, stderr]) {
    if (stream.listenerCount("error") === 0) stream.on("error", ignoreClosedPipe);
  }
  return {
    json: flags.json === true,
    interactive: stderr.isTTY && flags.json !== true,
    canAsk: stdin.isTTY && stderr.isTTY,
    paint: new Chalk({ level: flags.color && stdout.isTTY ? 1 : 0 }),
    paintNotes: new Chalk({ level: flags.color && stderr.isTTY ? 1 : 0 }),
    print: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error == null || isClosedPipe(error) ? resolve() : reject(error)));
      }),
    note: (line) => {
      stderr.write(`${line}\n`);
    },
  };
}

function ignoreClosedPipe(error: Error): void {
  if (!isClosedPipe(error)) throw error;
}

function isClosedPipe(error: Error): boolean {
  return "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED");
}
