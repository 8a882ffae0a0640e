import { z } from "zod";
import { addressField, allowInsecureHttp, credentialField, idField, rootField, textField } from "./fields.js";
import { blockOf, insecureFindings } from "./side.js";
import type { ConfigSlice } from "./slice.js";

const extensivSchema = z
  .strictObject({
    type: z
      .literal("extensiv-3pl")
      .meta({ description: "The warehouse system's kind.", examples: ["extensiv-3pl"] }),
    customerId: idField().meta({
      description:
        "Id of the customer whose items these are (Customers > Manage Customers, column Customer ID).",
      examples: ["42"],
    }),
    clientId: credentialField().meta({
      description: "Client id of the REST credential (Support Portal > Manage Credentials).",
      examples: ["${EXTENSIV_CLIENT_ID}"],
    }),
    clientSecret: credentialField().meta({
      description: "Client secret that belongs to it.",
      examples: ["${EXTENSIV_CLIENT_SECRET}"],
    }),
    userLogin: textField()
      .exactOptional()
      .meta({
        description: "Name of the user that changes are written down under.",
        examples: ["warehouse-bot"],
      }),
    userLoginId: idField()
      .exactOptional()
      .meta({ description: "Id of that user, for credentials that want it instead of userLogin." }),
    tpl: textField().exactOptional().meta({
      description: "GUID of the 3PL; only credentials that are not bound to one want it.",
    }),
    unitOfMeasure: textField().default("Each").meta({
      description: "Unit that new items are counted in; it must be assigned to the customer.",
    }),
    inventoryMethod: z.enum(["fifo", "lifo", "fefo"]).default("fifo").meta({
      description: "Order in which the stock of new items is picked.",
    }),
    descriptionLimit: z.int().min(1).exactOptional().meta({
      description:
        "Cuts the item's description (the product's name) at so many characters. No limit is published; by default nothing is cut and 3PL Warehouse Manager has its say.",
    }),
    description2Limit: z.int().min(0).default(250).meta({
      description: "The item's second line is left out when it has more characters. 0: always.",
    }),
    inventoryUnitSizes: z.enum(["auto", "always", "never"]).default("auto").meta({
      description:
        "Whether weight and size are written to the inventory unit too; auto: where the server shows such fields.",
    }),
    requestsPerMinute: z.int().min(1).max(6000).default(600).meta({
      description: "Upper limit of the request rate, lowered by 429s; no limit is published.",
    }),
    baseUrl: rootField().default("https://secure-wms.com").meta({
      description: "Server in the place of 3PL Warehouse Manager; the vendor's paths follow.",
    }),
    tokenUrl: addressField().exactOptional().meta({
      description: "Whole address of the token endpoint; by default /AuthServer/api/Token at baseUrl.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "3PL Warehouse Manager", description: "Extensiv 3PL Warehouse Manager." });

/** The `destination` that is a customer in 3PL Warehouse Manager. */
export const extensiv3pl: ConfigSlice<typeof extensivSchema> = {
  schema: extensivSchema,
  findings(config) {
    const { userLogin, userLoginId } = blockOf(config, "destination");
    const findings = [...insecureFindings(config, "destination", ["baseUrl", "tokenUrl"])];
    if (userLogin !== undefined && userLoginId !== undefined) {
      findings.push({
        kind: "fault",
        path: ["destination", "userLoginId"],
        message: "userLogin and userLoginId name one user twice",
        hint: "leave one of them out",
      });
    }
    return findings;
  },
};
