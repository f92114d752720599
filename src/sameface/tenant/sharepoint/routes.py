"""Where SharePoint's interfaces are found: `/_api`, `/_layouts/15` and the files themselves."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call
from sameface.tenant.gate import Gate
from sameface.tenant.members import COMPANY
from sameface.tenant.organisation import Organisation
from sameface.tenant.quotas import Tariff
from sameface.tenant.routing import Routes
from sameface.tenant.sharepoint import addresses, errors, quotas, wire
from sameface.tenant.sharepoint.digests import Digests
from sameface.tenant.sharepoint.entry import Entry
from sameface.tenant.sharepoint.files import Files
from sameface.tenant.sharepoint.finding import Finding
from sameface.tenant.sharepoint.passes import PATH as PASSES
from sameface.tenant.sharepoint.passes import Passes
from sameface.tenant.sharepoint.profiles import Profiles

_PEOPLE = "_api/sp.userprofiles.peoplemanager"
_PICKER = "sp.ui.applicationpages.clientpeoplepickerwebserviceinterface"


class SharePoint:
    """The service, in the root web and below any other (`/sites/a/_api/…`)."""

    name = "sharepoint"

    def __init__(self, organisation: Organisation, gate: Gate, digests: Digests) -> None:
        self._entry = Entry(gate, digests)
        self.tariff = Tariff(
            lambda call, grant: quotas.charges(call, grant, len(organisation.members)),
            lambda call, over: errors.too_many(call, over.retry_after_s),
            quotas.headers,
        )
        profiles = Profiles(organisation, self._entry)
        files = Files(organisation, self._entry, Passes(digests.life_s))
        finding = Finding(organisation, self._entry, profiles)
        self.routes = Routes()
        add = self.routes.add
        add("POST", "_api/contextinfo", self.context)
        add("GET", "_api/web", self.web)
        add("GET POST", f"{_PEOPLE}/getpropertiesfor", profiles.of_anybody)
        add("GET", f"{_PEOPLE}/getmyproperties", profiles.own)
        add("GET", f"{_PEOPLE}/getuserprofilepropertyfor", profiles.one_property)
        add("POST", f"{_PEOPLE}/setsinglevalueprofileproperty", profiles.set_property)
        add("POST", f"{_PEOPLE}/setmyprofilepicture", profiles.set_own_picture)
        for folder in ("getfolderbyserverrelativeurl", "getfolderbyserverrelativepath"):
            add("GET", f"_api/web/{folder}", files.folder)
            add("GET", f"_api/web/{folder}/files", files.many)
            add("POST", f"_api/web/{folder}/files/add", files.add)
            add("POST", f"_api/web/{folder}/files/addusingpath", files.add)
        for file in ("getfilebyserverrelativeurl", "getfilebyserverrelativepath"):
            add("GET POST", f"_api/web/{file}", files.one)
            add("GET", f"_api/web/{file}/$value", files.content)
        add("GET", f"{organisation.pictures}/{{name}}", files.content)
        add("GET", "_layouts/15/userphoto.aspx", files.page)
        add("GET", PASSES, files.passed)
        add("GET", "_api/search/query", finding.search)
        add("POST", "_api/search/postquery", finding.post)
        add("POST", f"_api/{_PICKER}.clientpeoplepickersearchuser", finding.pick)

    def segments(self, call: Call) -> list[str]:
        return addresses.names(call)

    def headers(self, call: Call) -> dict[str, str]:
        return {
            "request-id": call.request_id,
            "SPRequestGuid": call.request_id,
            "MicrosoftSharePointTeamServices": "16.0.0.27000",
        }

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def context(self, call: Call) -> Answer:
        """A form digest and how long it lasts."""
        self._entry.reader(call)
        digests = self._entry.digests
        told = {
            "FormDigestTimeoutSeconds": digests.life_s,
            "FormDigestValue": digests.make(),
            "LibraryVersion": "16.0.27000.12000",
            "SiteFullUrl": call.origin,
            "SupportedSchemaVersions": ["14.0.0.0", "15.0.0.0"],
            "WebFullUrl": call.origin,
        }
        return wire.told(call, told, "GetContextWebInformation")

    async def web(self, call: Call) -> Answer:
        """The web itself, in few words."""
        self._entry.reader(call)
        told = {"Title": COMPANY, "Url": call.origin, "ServerRelativeUrl": "/", "Language": 1033}
        return wire.told(call, told)
