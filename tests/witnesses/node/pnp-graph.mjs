// @pnp/graph pages through the users, reads a photo in two sizes, and sets one (by PATCH).
import { readFileSync } from "node:fs";
import { BrowserFetchWithRetry, DefaultParse, InjectHeaders } from "@pnp/queryable";
import { DefaultHeaders, DefaultInit, graphfi } from "@pnp/graph";
import "@pnp/graph/users/index.js";
import "@pnp/graph/photos/index.js";

const { TENANT_URL, TOKEN, READ, WRITE, PICTURE } = process.env;
const graph = graphfi(`${TENANT_URL}/v1.0`).using(
  DefaultHeaders(),
  DefaultInit(`${TENANT_URL}/v1.0`),
  BrowserFetchWithRetry(),
  DefaultParse(),
  InjectHeaders({ Authorization: `Bearer ${TOKEN}` }),
);

const everybody = [];
for await (const page of graph.users.select("userPrincipalName").top(10)) {
  everybody.push(...page.map((user) => user.userPrincipalName));
}
const read = graph.users.getById(READ);
const photo = await read.photo.getBuffer();
const small = await read.photos.getBySize("48x48").getBuffer();
await graph.users.getById(WRITE).photo.setContent(readFileSync(PICTURE));
console.log(
  JSON.stringify({
    everybody,
    photo: Buffer.from(photo).toString("base64"),
    small: Buffer.from(small).toString("base64"),
  }),
);
