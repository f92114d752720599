// @azure/identity signs in, @microsoft/microsoft-graph-client pages, reads a photo and puts one.
import { readFileSync } from "node:fs";
import { ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { TENANT_URL, TENANT_ID, CLIENT_ID, CLIENT_SECRET, READ, WRITE, PICTURE } = process.env;
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, {
  authorityHost: TENANT_URL,
  disableInstanceDiscovery: true,
});
const scopes = ["https://graph.microsoft.com/.default"];
const client = Client.initWithMiddleware({
  baseUrl: TENANT_URL,
  customHosts: new Set(["localhost"]),
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes }),
});

const everybody = [];
for (let link = "/users?$top=10&$select=userPrincipalName"; link; ) {
  const page = await client.api(link).get();
  everybody.push(...page.value.map((user) => user.userPrincipalName));
  link = page["@odata.nextLink"];
}
const photo = await client.api(`/users/${READ}/photo/$value`).responseType("arraybuffer").get();
const about = await client.api(`/users/${READ}/photo`).get();
await client.api(`/users/${WRITE}/photo/$value`).header("Content-Type", "image/jpeg").put(readFileSync(PICTURE));
console.log(JSON.stringify({ everybody, photo: Buffer.from(photo).toString("base64"), width: about.width }));
