"""A small My Site host for tests: files, profiles, a search index that may lag behind."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import httpx2 as httpx
from tests.http.kit import URL, VirtualClock

from sameface.connectors.sharepoint.connector import SharePointConnector, capabilities
from sameface.http import Door
from sameface.values import SHAREPOINT, Account, Observation

LIBRARY = "User Photos/Profile Pictures"
CLAIMS = "i:0#.f|membership|"


def picture_url(name: str, folder: str = "User%20Photos/Profile%20Pictures") -> str:
    return f"{URL}/{folder}/{name}_contoso_test_MThumb.jpg"


def account(name: str) -> Account:
    return Account(SHAREPOINT, f"{CLAIMS}{name}@contoso.test", name)


class MySite:
    """`files` by name: (version, bytes). `profiles` by name; `index` is what search tells."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, bytes]] = {}
        self.profiles: dict[str, dict[str, str]] = {}
        self.index: dict[str, str] = {}
        self.asked: list[str] = []
        self.digests = 0
        self.stale_digests: set[str] = set()
        self.library = LIBRARY
        self.siblings: list[str] = ["Forms"]  # beside the folder of photos

    def join(self, name: str, photo: bytes | None = None, *, shown: bool = True) -> None:
        """Somebody with three thumbnails, or none."""
        self.profiles[name] = {"PictureURL": "", "SPS-PicturePlaceholderState": "1"}
        self.index[name] = ""
        if photo is not None:
            for letter in "SML":
                self.files[f"{name}_contoso_test_{letter}Thumb.jpg"] = (1, photo)
        if photo is not None and shown:
            self.profiles[name] |= {"PictureURL": picture_url(name)}
            self.profiles[name] |= {"SPS-PicturePlaceholderState": "0"}
            self.index[name] = picture_url(name)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        if path.endswith("/search/query"):
            return httpx.Response(200, json=self.search(dict(request.url.params)))
        if path.endswith("/contextinfo"):
            self.digests += 1
            told = {"FormDigestValue": f"d{self.digests}", "FormDigestTimeoutSeconds": 1800}
            return httpx.Response(200, json=told)
        if request.method == "POST" and request.headers["x-requestdigest"] in self.stale_digests:
            return httpx.Response(403, json={"odata.error": {"code": "-2130575252, Expired"}})
        if "PeopleManager" in path:
            return self.profile(request)
        if "/GetFolderByServerRelativeUrl" in path:
            return self.folder(request)
        return self.file(request)

    def search(self, told: dict[str, str]) -> dict[str, Any]:
        start, rows = int(told["startrow"]), int(told["rowlimit"])
        some = list(self.index.items())[start : start + rows]
        table = [
            {
                "Cells": [
                    {"Key": "AccountName", "Value": f"{CLAIMS}{name}@contoso.test"},
                    {"Key": "PreferredName", "Value": name},
                    {"Key": "WorkEmail", "Value": f"{name}@contoso.test"},
                    {"Key": "PictureURL", "Value": url or None},
                ]
            }
            for name, url in some
        ]
        results = {"RowCount": len(some), "TotalRows": len(self.index), "Table": {"Rows": table}}
        return {"PrimaryQueryResult": {"RelevantResults": results}}

    def profile(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            told = json.loads(request.content)
            name = told["accountName"].rpartition("|")[2].partition("@")[0]
            self.profiles[name][told["propertyName"]] = told["propertyValue"]
            return httpx.Response(200, json={"odata.null": True})
        asked = unquote(dict(request.url.params)["@v"])
        name = asked.rpartition("|")[2].partition("@")[0]
        if name not in self.profiles:
            return httpx.Response(200, json={"odata.null": True})
        properties = self.profiles[name]
        told = {
            "AccountName": f"{CLAIMS}{name}@contoso.test",
            "DisplayName": name,
            "Email": f"{name}@contoso.test",
            "PictureUrl": properties["PictureURL"] or None,
            "UserProfileProperties": [{"Key": k, "Value": v} for k, v in properties.items()],
        }
        return httpx.Response(200, json=told)

    def folder(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path)
        parent, _, name = self.library.rpartition("/")
        if path.endswith("/Folders") and f"'/{parent}'" in path:
            rows = [{"Name": one} for one in (*self.siblings, name)]
            return httpx.Response(200, json={"value": rows})
        if any(f"'/{parent}/{one}'" in path for one in self.siblings):
            return httpx.Response(200, json={"value": []})
        if f"'/{self.library}'" not in path:
            return httpx.Response(404, json={"odata.error": {"code": "-2147024894, NotFound"}})
        if path.endswith("/Folders"):
            return httpx.Response(200, json={"value": []})
        if request.method == "POST":
            added = re.search(r"url='([^']+)'", path)
            assert added
            version = self.files.get(added[1], (0, b""))[0] + 1
            self.files[added[1]] = (version, request.content)
            return httpx.Response(200, json=self.listed(added[1]))
        params = dict(request.url.params)
        top, skip = int(params["$top"]), int(params.get("$skip", "0"))
        names = sorted(self.files)[skip : skip + top]
        wanted = params["$select"].split(",")
        rows = [self.listed(name) for name in names]
        return httpx.Response(200, json={"value": [{k: row[k] for k in wanted} for row in rows]})

    def file(self, request: httpx.Request) -> httpx.Response:
        named = re.search(r"/([^/']+)'\)(/\$value)?$", unquote(request.url.path))
        assert named
        if named[1] not in self.files:
            return httpx.Response(404, json={"odata.error": {"code": "-2147024894, NotFound"}})
        if request.method == "POST":
            assert request.headers["x-http-method"] == "DELETE"
            del self.files[named[1]]
            return httpx.Response(200, json={})
        if named[2]:
            return httpx.Response(200, content=self.files[named[1]][1])
        return httpx.Response(200, json=self.listed(named[1]))

    def listed(self, name: str) -> dict[str, str]:
        version, data = self.files[name]
        return {
            "Name": name,
            "ETag": f'"{{{name}}},{version}"',
            "TimeLastModified": f"2014-03-03T09:00:{version:02}Z",
            "Length": str(len(data)),
        }


def connector(
    site: MySite,
    clock: VirtualClock,
    *,
    writes: bool = True,
    library: str = LIBRARY,
    rows: int = 500,
) -> SharePointConnector:
    door = Door(SHAREPOINT, URL, clock=clock, transport=httpx.MockTransport(site))
    return SharePointConnector(SHAREPOINT, door, capabilities(writes=writes), library, rows)


async def observed(site: MySite, clock: VirtualClock, rows: int = 500) -> dict[str, Observation]:
    pages = [page async for page in connector(site, clock, rows=rows).observe()]
    return {seen.account.name: seen for page in pages for seen in page.observations}
