"""Microsoft's clouds: where each signs people in, and where its Graph is.

Source: Microsoft Graph national cloud deployments (learn.microsoft.com/graph/deployments).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds; SharePoint's hosts there end in `sites`."""

    login: str
    graph: str
    sites: str


CLOUDS = {
    "public": Cloud(
        "https://login.microsoftonline.com", "https://graph.microsoft.com", ".sharepoint.com"
    ),
    "gcc-high": Cloud(
        "https://login.microsoftonline.us", "https://graph.microsoft.us", ".sharepoint.us"
    ),
    "dod": Cloud(
        "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", ".sharepoint-mil.us"
    ),
    "china": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        ".sharepoint.cn",
    ),
}
"""By the name that sameface.toml uses; GCC without "high" lives in the public one."""
