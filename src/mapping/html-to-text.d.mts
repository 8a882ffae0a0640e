/** The part of html-to-text 10 that is used here; the package brings no types. */
declare module "html-to-text" {
  export interface Element {
    readonly children: readonly unknown[];
    attribs: Readonly<Record<string, string>>;
  }

  export interface Builder {
    readonly options: { readonly formatters: Readonly<Record<string, Formatter | undefined>> };
    addInline(text: string): void;
  }

  export type Formatter = (
    element: Element,
    walk: (children: readonly unknown[], builder: Builder) => void,
    builder: Builder,
    formatOptions: object,
  ) => void;

  export interface Options {
    readonly wordwrap: false;
    readonly decodeEntities: boolean;
    readonly baseElements: { readonly selectors: readonly string[] };
    readonly limits: {
      readonly maxInputLength: number;
      readonly maxDepth: number;
      readonly ellipsis: string;
    };
    readonly formatters: Readonly<Record<string, Formatter>>;
    readonly selectors: readonly {
      readonly selector: string;
      readonly format?: string;
      readonly options?: object;
    }[];
  }

  /** Makes a converter of HTML to text that serves many documents. */
  export function compile(options: Options): (html: string) => string;
}
