/** Log lines for machines: JSON on stderr, every text redacted. */
export interface Log {
  readonly trace: (line: string) => void;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
}

const silent: Log = { trace: () => undefined, info: () => undefined, warn: () => undefined };

/** Without a level nothing is logged. Requests are told at `debug`. */
export async function createLog(level: string | undefined, redact: (text: string) => string): Promise<Log> {
  if (level === undefined || level === "silent") return silent;
  const { pino } = await import("pino");
  const log = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  return {
    trace: (line) => log.debug(redact(line)),
    info: (line) => log.info(redact(line)),
    warn: (line) => log.warn(redact(line)),
  };
}
