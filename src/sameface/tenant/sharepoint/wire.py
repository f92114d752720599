"""SharePoint's bodies: both spellings of JSON, profiles, files, search results, picker entities."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.members import Member

SIZES_PX = {"S": 48, "M": 72, "L": 200}
"""The thumbnails, by the letter in their names (protocols 3.3)."""

FILES = {"S": "small", "M": "medium", "L": "large"}
"""What the rulebooks call them."""

_PEOPLE = uuid.UUID("5a3ef4ce-0000-4000-8000-0000000000f1")


def told(call: Call, value: Any, method: str = "") -> Answer:
    """A reply as the caller asked for it: bare, or verbose under `d` and the method's name."""
    if not _verbose(call):
        return json_answer(value, media_type=_media_type("nometadata"))
    verbose = _with_results(value)
    if method:
        verbose = {method: verbose}
    return json_answer({"d": verbose}, media_type=_media_type("verbose"))


def told_many(call: Call, values: list[Any], following: str | None = None) -> Answer:
    """A list of things, with the address of what follows."""
    if _verbose(call):
        body: dict[str, Any] = {"results": [_with_results(value) for value in values]}
        body |= {"__next": following} if following else {}
        return json_answer({"d": body}, media_type=_media_type("verbose"))
    body = {"odata.nextLink": following} if following else {}
    return json_answer(body | {"value": values}, media_type=_media_type("nometadata"))


def told_value(call: Call, value: Any, method: str) -> Answer:
    """A single value."""
    return told(call, value, method) if _verbose(call) else told(call, {"value": value})


def told_null(call: Call, method: str) -> Answer:
    """Nothing, as SharePoint spells it (protocols 3.2)."""
    return told(call, None, method) if _verbose(call) else told(call, {"odata.null": True})


def _verbose(call: Call) -> bool:
    return "odata=verbose" in call.headers.get("accept", "")


def _media_type(flavour: str) -> str:
    return f"application/json;odata={flavour};streaming=true;charset=utf-8"


def _with_results(value: Any) -> Any:
    if isinstance(value, list):
        return {"results": [_with_results(item) for item in value]}
    if isinstance(value, dict):
        return {key: _with_results(item) for key, item in value.items()}
    return value


# --- addresses of pictures ---------------------------------------------------------------------


def file_name(member: Member, letter: str) -> str:
    """The name of a thumbnail (protocols 3.3)."""
    return f"{member.prefix}_{letter}Thumb.jpg"


def file_owner(name: str) -> tuple[str, str] | None:
    """The prefix and the size letter of a thumbnail's name; None where it is no such name."""
    for letter in SIZES_PX:
        ending = f"_{letter}Thumb.jpg".lower()
        if name.lower().endswith(ending):
            return name[: -len(ending)], letter
    return None


def picture_url(member: Member, origin: str, folder: str) -> str:
    """`PictureURL`: always the medium file, whatever the photo is (facts A-S8b)."""
    return f"{origin}/{quote(folder)}/{file_name(member, 'M')}"


def page_url(member: Member, origin: str, letter: str, stamp: int) -> str:
    """`userphoto.aspx` with the timestamp that the people picker adds."""
    account = quote(member.upn)
    return f"{origin}/_layouts/15/userphoto.aspx?size={letter}&accountname={account}&t={stamp}"


# --- profiles ----------------------------------------------------------------------------------


def person(member: Member, properties: Mapping[str, str], origin: str) -> dict[str, Any]:
    """PersonProperties (protocols 3.2): no picture is `PictureUrl: null` and `PictureURL: ""`."""
    return {
        "AccountName": member.claims,
        "DirectReports": [],
        "DisplayName": member.name,
        "Email": member.mail,
        "ExtendedManagers": [],
        "ExtendedReports": [member.claims],
        "IsFollowed": False,
        "LatestPost": None,
        "Peers": [],
        "PersonalSiteHostUrl": f"{origin}/",
        "PersonalUrl": f"{origin}/personal/{member.prefix}/",
        "PictureUrl": properties["PictureURL"] or None,
        "Title": member.job_title,
        "UserProfileProperties": [
            {"Key": key, "Value": value, "ValueType": "Edm.String"}
            for key, value in properties.items()
        ],
        "UserUrl": f"{origin}/Person.aspx?accountname={quote(member.claims)}",
    }


def identity(member: Member) -> dict[str, str]:
    """The properties of a profile that come from the directory."""
    return {
        "UserProfile_GUID": str(uuid.uuid5(_PEOPLE, member.id)),
        "ADGuid": member.object_id,
        "AccountName": member.claims,
        "FirstName": member.given_name,
        "LastName": member.surname,
        "PreferredName": member.name,
        "WorkEmail": member.mail,
        "UserName": member.upn,
        "SPS-UserPrincipalName": member.upn,
        "Title": member.job_title,
        "Department": member.department,
        "msOnline-ObjectId": member.object_id,
    }


# --- files -------------------------------------------------------------------------------------


def file(
    member: Member, letter: str, etag: str, modified: datetime, length: int | None, *, folder: str
) -> dict[str, Any]:
    """SP.File in that folder of the site; `length` None where nobody asked for it."""
    name = file_name(member, letter)
    return {
        "CheckOutType": 2,
        "ETag": etag,
        "Exists": True,
        **({} if length is None else {"Length": str(length)}),
        "Level": 1,
        "Name": name,
        "ServerRelativeUrl": f"/{folder}/{name}",
        "TimeCreated": "2013-09-02T08:00:00Z",
        "TimeLastModified": f"{modified:%Y-%m-%dT%H:%M:%SZ}",
        "UniqueId": file_id(member, letter),
    }


def folder(path: str, files: int) -> dict[str, Any]:
    """SP.Folder at that path of the site, with so many files in it."""
    return {
        "Exists": True,
        "ItemCount": files,
        "Name": path.rpartition("/")[2],
        "ServerRelativeUrl": f"/{path}",
        "TimeCreated": "2013-09-02T08:00:00Z",
        "UniqueId": str(uuid.uuid5(_PEOPLE, path)),
        "WelcomePage": "",
    }


def file_id(member: Member, letter: str) -> str:
    """The GUID of a thumbnail."""
    return str(uuid.uuid5(_PEOPLE, f"{member.id}/{letter}"))


# --- search and picker -------------------------------------------------------------------------


def results(rows: Iterable[Mapping[str, str]], total: int) -> dict[str, Any]:
    """A search result table (protocols 3.6)."""
    told_rows = [
        {"Cells": [{"Key": k, "Value": v, "ValueType": "Edm.String"} for k, v in row.items()]}
        for row in rows
    ]
    relevant = {
        "RowCount": len(told_rows),
        "TotalRows": total,
        "TotalRowsIncludingDuplicates": total,
        "Table": {"Rows": told_rows},
        "Properties": [],
    }
    return {
        "ElapsedTime": 12,
        "PrimaryQueryResult": {"QueryId": "", "RelevantResults": relevant},
        "SecondaryQueryResults": [],
        "SpellingSuggestion": None,
        "TriggeredRules": [],
    }


def entity(member: Member, picture: str | None) -> dict[str, Any]:
    """Somebody in the people picker; `picture` None where the picker shows none."""
    return {
        "Key": member.claims,
        "Description": member.upn,
        "DisplayText": member.name,
        "EntityType": "User",
        "ProviderDisplayName": "Tenant",
        "ProviderName": "Tenant",
        "IsResolved": True,
        "EntityData": {
            "IsAltSecIdPresent": "False",
            "Title": member.job_title,
            "Email": member.mail,
            "MobilePhone": "",
            "ObjectId": member.object_id,
            "Department": member.department,
            **({} if picture is None else {"PictureUrl": picture}),
        },
        "MultipleMatches": [],
    }


def in_text(value: Any) -> str:
    """JSON inside a text, as the people picker replies."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
