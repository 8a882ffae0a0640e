import { gzipSync } from "node:zlib";
import type { DocumentKind } from "./columns.js";
import {
  failure,
  hash,
  lastPart,
  parameter,
  storageFailure,
  type AmazonAnswer,
  type AmazonRequest,
} from "./answer.js";
import { declaredCharset, makeDocument, type DocumentFlaws } from "./document.js";
import type { DocumentContent, Reports } from "./reports.js";

const urlLifeSeconds = 300;

export interface DocumentOptions {
  readonly reports: Reports;
  /** Which of the shapes the reports have now. */
  readonly kind: () => DocumentKind;
  readonly gzip: boolean;
  readonly now: () => number;
  /** The document host's own address. */
  readonly origin: string;
}

/** The addresses of documents, and the host behind them. */
export interface Documents {
  readonly locate: (request: AmazonRequest) => AmazonAnswer;
  readonly serve: (request: AmazonRequest) => Promise<AmazonAnswer>;
}

export function createDocuments(options: DocumentOptions): Documents {
  const { reports, now, origin } = options;
  const signature = (id: string, date: string, encoding: string) => hash(`${id} ${date} ${encoding}`, 64);

  return {
    locate(request) {
      const id = lastPart(request);
      if (reports.content(id) === undefined)
        return failure(404, "NotFound", "The requested report document was not found.");
      const asked = parameter(request, "enableContentEncodingUrlHeader");
      if (asked !== undefined && asked !== "true" && asked !== "false")
        return failure(400, "InvalidInput", "enableContentEncodingUrlHeader is true or false.");
      const date = String(now());
      const encoding = asked === "true" && options.gzip ? "gzip" : "identity";
      const query = new URLSearchParams({
        "response-content-encoding": encoding,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        // Amazon's own stamp is a date in its basic form; a whole number keeps the sandbox's milliseconds.
        "X-Amz-Date": date,
        "X-Amz-Expires": String(urlLifeSeconds),
        "X-Amz-Signature": signature(id, date, encoding),
      });
      const compression =
        options.gzip || request.flaws?.plain === true ? { compressionAlgorithm: "GZIP" } : {};
      const url = `${origin}/${encodeURIComponent(id)}?${query.toString()}`;
      return { status: 200, headers: {}, json: { ...compression, reportDocumentId: id, url } };
    },

    async serve(request) {
      const { headers, flaws = {} } = request;
      // The signature in the address is all that the storage takes.
      if (headers["x-amz-access-token"] !== undefined || headers["authorization"] !== undefined)
        return storageFailure(400, "InvalidArgument", "Only one auth mechanism allowed");
      if (headers["cookie"] !== undefined)
        return storageFailure(400, "InvalidRequest", "No cookies, please.");
      const id = lastPart(request);
      const date = parameter(request, "X-Amz-Date") ?? "";
      const encoding = parameter(request, "response-content-encoding") ?? "";
      const isSigned = parameter(request, "X-Amz-Signature") === signature(id, date, encoding);
      if (request.method !== "GET" || !isSigned)
        return storageFailure(403, "SignatureDoesNotMatch", "The request signature does not match.");
      if (now() - Number(date) >= urlLifeSeconds * 1000) return expired();
      const content = reports.content(id);
      if (content === undefined) return storageFailure(404, "NoSuchKey", "The specified key does not exist.");
      const kind = options.kind();
      const isText = content.kind === "text";
      const made: DocumentFlaws = isText ? flaws : { ...flawsOf(content), ...flaws };
      const bytes = isText
        ? makeText(content.text, options.gzip)
        : await makeDocument(content.picture.rows(), kind, options.gzip, made);
      const charset = declaredCharset(kind, flaws);
      return {
        status: 200,
        headers: {
          "Content-Type": charset === "" ? "text/plain" : `text/plain; charset=${charset}`,
          "Content-Encoding": encoding,
        },
        bytes,
      };
    },
  };
}

function flawsOf(content: Extract<DocumentContent, { readonly kind: "listings" }>): DocumentFlaws {
  return {
    headerOnly: !content.isHome,
    ...(content.without === undefined ? {} : { without: content.without }),
  };
}

/** The document host's answer to an address that is too old. */
export function expired(): AmazonAnswer {
  return storageFailure(403, "AccessDenied", "Request has expired");
}

function makeText(text: string, gzip: boolean): Buffer {
  return gzip ? gzipSync(text) : Buffer.from(text, "utf8");
}
