import { chunks, type Param, type Session, textBySize, tuples } from "./database.js";

/** A text with the number that it is found by. */
export type NumberedText = readonly [id: number, text: string];

const putText = textBySize(
  (size) =>
    `insert into psync_texts (id, text) values ${tuples(size, 2)}
      on conflict (id) do update set text = excluded.text`,
);

/** Keeps texts; one whose number is taken replaces what stands there. */
export async function putTexts(session: Session, texts: readonly NumberedText[]): Promise<void> {
  for (const chunk of chunks(texts)) {
    const params: Param[] = [];
    for (const [id, text] of chunk) params.push(id, text);
    await session.run(putText(chunk.length), params);
  }
}
