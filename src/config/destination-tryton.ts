import { z } from "zod";
import { addressField, allowInsecureHttp, textField } from "./fields.js";
import { insecureFindings } from "./side.js";
import type { ConfigSlice } from "./slice.js";

const trytonSchema = z
  .strictObject({
    type: z.literal("tryton").meta({ description: "The warehouse system's kind.", examples: ["tryton"] }),
    url: addressField().meta({
      description: "Address of the Tryton server, without the database.",
      examples: ["https://tryton.example"],
    }),
    database: textField().meta({ description: "Name of the database.", examples: ["warehouse"] }),
    username: textField().meta({
      description: "User that psync works as; needs the group Product Administration.",
      examples: ["psync"],
    }),
    password: textField().meta({ description: "The user's password.", examples: ["${TRYTON_PASSWORD}"] }),
    auth: z.enum(["session", "basic"]).default("session").meta({
      description:
        "session: logs in once; basic: sends name and password with each request, for servers behind a proxy that does so.",
    }),
    unitOfMeasure: textField().default("Unit").meta({
      description: "Name or symbol of the unit that new products are counted in.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "Tryton", description: "A Tryton server with the modules product and stock." });

/** The `destination` that is a Tryton database. */
export const tryton: ConfigSlice<typeof trytonSchema> = {
  schema: trytonSchema,
  findings: (config) => insecureFindings(config, "destination", ["url"]),
};
