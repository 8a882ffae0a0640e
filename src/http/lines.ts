const lineFeed = 0x0a;

/** One line, without its line feed; a carriage return before that stays. */
export interface Line {
  readonly bytes: Buffer;
  /** Counts from 1. */
  readonly number: number;
  /** Whether a line feed ended it: the last line of a file may be torn. */
  readonly ended: boolean;
  /** Longer than the limit: only its beginning is here. */
  readonly tooLong: boolean;
}

/**
 * Cuts a stream of bytes into lines without decoding them: UTF-8, the Windows code pages and Shift_JIS never have a
 * line feed inside of a character. A line of more than `maxBytes` is cut there. An empty last line is none.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const add = (part: Buffer): void => {
    const room = maxBytes - length;
    if (room > 0) parts.push(part.subarray(0, room));
    length += part.length;
  };
  const take = (ended: boolean): Line => {
    const [whole = Buffer.alloc(0)] = parts;
    // Most lines lie in one chunk, and are not copied.
    const line = {
      bytes: parts.length > 1 ? Buffer.concat(parts) : whole,
      number,
      ended,
      tooLong: length > maxBytes,
    };
    parts = [];
    length = 0;
    number += 1;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      yield take(true);
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield take(false);
}
