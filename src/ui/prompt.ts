import { InterruptedError } from "../errors.js";

/** Asks a yes-or-no question on stderr. Throws InterruptedError on Ctrl-C and when `signal` aborts. */
export async function confirm(message: string, signal: AbortSignal): Promise<boolean> {
  const { default: inquirer } = await import("inquirer");
  const prompt = inquirer.createPromptModule({ output: process.stderr, signal });
  const { answer } = await interruptible(
    prompt([{ type: "confirm", name: "answer", message, default: false }]),
  );
  return answer;
}

/** Asks for a line of text on stderr, trimmed. Throws InterruptedError on Ctrl-C and when `signal` aborts. */
export async function askText(message: string, signal: AbortSignal): Promise<string> {
  const { default: inquirer } = await import("inquirer");
  const prompt = inquirer.createPromptModule({ output: process.stderr, signal });
  const { answer } = await interruptible(prompt([{ type: "input", name: "answer", message }]));
  return answer.trim();
}

async function interruptible<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name))
      throw new InterruptedError();
    throw error;
  }
}
