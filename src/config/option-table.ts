import { configJsonSchema, type JsonSchemaNode } from "./json-schema.js";

/** The README's table of config keys, in Markdown: key, default, meaning. Ends in a line break. */
export function optionTable(): string {
  const rows = [...toRows(configJsonSchema(), "", "")];
  return ["| Key | Default | Meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function* toRows(node: JsonSchemaNode, prefix: string, variant: string): Generator<string> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const path = prefix + key;
    if (child.properties !== undefined) {
      yield* toRows(child, `${path}.`, variant);
    } else if (child.oneOf === undefined) {
      // The key that tells the variants apart has one row for all of them.
      if (child.const !== undefined) continue;
      const isRequired = node.required?.includes(key) === true;
      const name = variant === "" ? `\`${path}\`` : `\`${path}\` (${variant})`;
      const choice =
        child.enum === undefined ? "" : ` One of ${child.enum.map((name) => `\`${name}\``).join(", ")}.`;
      yield `| ${name} | ${toDefaultText(child, isRequired)} | ${toCell(child.description ?? "")}${choice} |`;
    }
    if (child.oneOf !== undefined) yield toTagRow(`${path}.`, child.oneOf);
    for (const option of child.oneOf ?? []) yield* toRows(option, `${path}.`, toVariantName(option));
  }
}

function toTagRow(prefix: string, options: readonly JsonSchemaNode[]): string {
  const [first] = options.map((option) => findTag(option));
  const names = options.map((option) => `\`${toVariantName(option)}\``).join(", ");
  return `| \`${prefix}${first?.[0] ?? ""}\` | required | ${toCell(first?.[1].description ?? "")} One of ${names}. |`;
}

function findTag(option: JsonSchemaNode): readonly [string, JsonSchemaNode] | undefined {
  return Object.entries(option.properties ?? {}).find(([, property]) => property.const !== undefined);
}

function toVariantName(option: JsonSchemaNode): string {
  return findTag(option)?.[1].const ?? option.title ?? "";
}

function toDefaultText(node: JsonSchemaNode, isRequired: boolean): string {
  if (isRequired) return "required";
  if (node.default === undefined) return "";
  return `\`${typeof node.default === "string" ? node.default : JSON.stringify(node.default)}\``;
}

function toCell(text: string): string {
  return text.replace(/\|/gu, "\\|").replace(/[<>]/gu, (sign) => (sign === "<" ? "&lt;" : "&gt;"));
}
