// @pnp/sp reads a profile, puts the three files of a photo into User Photos and names them there.
import { readFileSync } from "node:fs";
import { BrowserFetchWithRetry, DefaultParse, InjectHeaders } from "@pnp/queryable";
import { DefaultHeaders, DefaultInit, spfi } from "@pnp/sp";
import "@pnp/sp/webs/index.js";
import "@pnp/sp/folders/index.js";
import "@pnp/sp/files/index.js";
import "@pnp/sp/profiles/index.js";

const { TENANT_URL, TOKEN, READ, WRITE, PICTURE } = process.env;
const CLAIMS = "i:0#.f|membership|";
const FOLDER = "/User Photos/Profile Pictures";
const sp = spfi(TENANT_URL).using(
  DefaultHeaders(),
  DefaultInit(),
  BrowserFetchWithRetry(),
  DefaultParse(),
  InjectHeaders({ Authorization: `Bearer ${TOKEN}` }),
);

const profile = await sp.profiles.getPropertiesFor(CLAIMS + READ);
const prefix = WRITE.replace(/[@.]/g, "_");
const folder = sp.web.getFolderByServerRelativePath(FOLDER);
for (const letter of ["S", "M", "L"]) {
  await folder.files.addUsingPath(`${prefix}_${letter}Thumb.jpg`, readFileSync(PICTURE), { Overwrite: true });
}
await sp.profiles.setSingleValueProfileProperty(
  CLAIMS + WRITE,
  "PictureURL",
  `${TENANT_URL}${FOLDER}/${prefix}_MThumb.jpg`,
);
const after = await sp.profiles.getPropertiesFor(CLAIMS + WRITE);
console.log(JSON.stringify({ account: profile.AccountName, before: profile.PictureUrl, after: after.PictureUrl }));
