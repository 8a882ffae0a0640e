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
      const isRequired = node.required?.includes(key) === true;
      const name = variant === "" || child.const !== undefined ? `\`${path}\`` : `\`${path}\` (${variant})`;
      const value = child.const === undefined ? "" : `\`${child.const}\`: `;
      const choice =
        child.enum === undefined ? "" : ` One of ${child.enum.map((name) => `\`${name}\``).join(", ")}.`;
      yield `| ${name} | ${toDefaultText(child, isRequired)} | ${value}${toCell(child.description ?? "")}${choice} |`;
    }
    for (const option of child.oneOf ?? []) yield* toRows(option, `${path}.`, toVariantName(option));
  }
}

function toVariantName(option: JsonSchemaNode): string {
  const tag = Object.values(option.properties ?? {}).find((property) => property.const !== undefined);
  return tag?.const ?? option.title ?? "";
}

function toDefaultText(node: JsonSchemaNode, isRequired: boolean): string {
  if (isRequired) return "required";
  if (node.default === undefined) return "";
  return `\`${typeof node.default === "string" ? node.default : JSON.stringify(node.default)}\``;
}

function toCell(text: string): string {
  return text.replace(/\|/gu, "\\|").replace(/[<>]/gu, (sign) => (sign === "<" ? "&lt;" : "&gt;"));
}
