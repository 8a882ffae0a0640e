/** A request as the shop's PHP sees it. */
export interface WooRequest {
  readonly method: string;
  /** Without the query; percent-encoded, as sent. */
  readonly path: string;
  /** Decoded pairs in the order in which they were sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The query as it was sent, where a fault changed it on the way in: signatures are made over that. */
  readonly signedQuery?: WooRequest["query"];
}

/** What is sent back. Either `json` or `text` is set, or neither for an empty body. */
export interface Answer {
  readonly status: number;
  /** Names as sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  /** What a broken plugin prints before the body. */
  readonly before?: string;
  /** The ids of the records in the body, in order; never sent. */
  readonly ids?: readonly number[];
}

export const jsonType = "application/json; charset=UTF-8";
const noCache = "no-cache, must-revalidate, max-age=0, no-store, private";

/** Headers of an answer to somebody who is logged in. */
export const privateHeaders: Readonly<Record<string, string>> = { "Cache-Control": noCache };

/** Reads the query of a URL. The order is kept: signatures and paging links are made from it. */
export function readQuery(url: string): [string, string][] {
  const mark = url.indexOf("?");
  return mark < 0 ? [] : [...new URLSearchParams(url.slice(mark + 1))];
}

/** The link that WordPress puts on its answers when there is nothing better to point at. */
export function apiLink(home: string): Readonly<Record<string, string>> {
  return { Link: `<${home}/wp-json/>; rel="https://api.w.org/"` };
}

/** WordPress's envelope of an error. */
export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, json: { code, message, data: { status } } };
}

/** The answer to a path or method that no plugin has registered. */
export function noRoute(): Answer {
  return failure(
    404,
    "rest_no_route",
    "No route was found matching the URL and request method.",
    privateHeaders,
  );
}

export interface InvalidParameter {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** The answer to parameters that WordPress cannot accept; it names all of them. */
export function invalidParameters(
  faults: readonly InvalidParameter[],
  headers: Readonly<Record<string, string>>,
): Answer {
  const params: Record<string, string> = {};
  const details: Record<string, unknown> = {};
  for (const { name, code, message } of faults) {
    params[name] = message;
    details[name] = { code, message, data: null };
  }
  const message = `Invalid parameter(s): ${faults.map((fault) => fault.name).join(", ")}`;
  return {
    status: 400,
    headers,
    json: { code: "rest_invalid_param", message, data: { status: 400, params, details } },
  };
}

/** The answer after a PHP fatal error, as WordPress's handler words it. The details are a made-up plugin's. */
export function fatal(functionName: string): Answer {
  const file = "/var/www/html/wp-content/mu-plugins/site-tweaks.php";
  return {
    status: 500,
    headers: privateHeaders,
    json: {
      code: "internal_server_error",
      message:
        "<p>There has been a critical error on this website.</p>" +
        '<p><a href="https://wordpress.org/documentation/article/faq-troubleshooting/">' +
        "Learn more about troubleshooting WordPress.</a></p>",
      data: {
        status: 500,
        error: {
          type: 1,
          message: `Uncaught Error: Call to undefined function ${functionName}() in ${file}:5\nStack trace:\n#0 {main}\n  thrown`,
          file,
          line: 5,
        },
      },
      additional_errors: [],
    },
  };
}

/** A page that the web server makes before PHP runs. */
export function apachePage(status: number, title: string, heading: string, text: string): Answer {
  const page =
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
    `<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${heading}</h1>\n<p>${text}</p>\n</body></html>\n`;
  return { status, headers: { "Content-Type": "text/html; charset=iso-8859-1" }, text: page };
}
