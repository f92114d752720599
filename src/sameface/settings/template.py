"""The sameface.toml that `sameface init` writes: it teaches, and lets nothing be written."""

from __future__ import annotations

import json

_TEXT = """\
# Sameface: the same face everywhere.
#
# Next: fill in what stands in capitals, then `sameface check` and `sameface status`.
# Nothing here lets Sameface write anywhere; that takes mode = "both" in a store's table below.
# Paths are relative to this file.

[organisation]
name = {name}
rulebook = "office365-2014"          # which rules explain what people see: `sameface rulebook list`

[vault]
folder = "sameface-vault"            # every photo ever seen is kept here, and what was done to it
# keep = "2 years"                   # how long a photo that no store shows any more; else for ever
# For workers on several hosts `database` and `blobs` are elsewhere: docs/operations.md.

# [schedule]
# sync = "30 2 * * *"                # when `sameface worker` syncs: five fields of cron, in UTC

[policy]
authorities = ["exchange"]           # whose photo wins, best first; only stores that are read
stop-above = "20%"                   # a plan that would change more people stops; or a number: 25
# empty-store = "50%"                # a store that lost more of its photos than this stops the run
# wins = "authority"                 # or "newest": the photo that was changed last
# conflict = "authority"             # two places changed since they agreed: or "newest", or "ask"
# removal = "ask"                    # the authority's photo was removed: or "propagate", or "keep"
# own-choice = "overwrite"           # somebody's own photo elsewhere: or "keep", or "spread"
# faces = "one"                      # no face, or several: asks before spreading; or "any"
# exclude-stores = ["yammer"]        # shown, and left alone
# exclude-people = "left-alone.txt"  # a file with a UPN or mail address on each line
# A [[policy.groups]] or [[policy.people]] table says any of this for some people: docs/keep.md.

# The console (`sameface serve`) is for this machine only until people can sign in: docs/console.md.
# [console]
# url = "https://faces.YOUR-DOMAIN"  # how browsers reach it
# issuer = "https://login.microsoftonline.com/YOUR-TENANT/v2.0"
# client-id = "YOUR-CLIENT-ID"
# client-secret-file = "console.secret"
# administrators = ["GROUP-OBJECT-ID"]   # and help-desk, auditors; who has none is a person
# certificate-file = "console.pem"   # and key-file; or trusted-proxies = ["10.0.0.5"]
# approval = false                   # a second person looks at each photo that somebody gives

# [people]
# mapping = "accounts.csv"           # whose accounts are that no key tells: person,account,store

# Facts about your organisation that the rulebook asks for: `sameface rulebook show`.
[options]

# ---------------------------------------------------------------------------
# One [[stores]] table per store. Remove the "# " in front of those you want to connect.
#
#   mode = "read"    look only (what every store does that says nothing else)
#   mode = "both"    look, and write what a plan says once you apply it
#   mode = "write"   the same, and never let this store's photo win
#   writes = "seed-once"   where it writes: give a photo where there is none, never another one

# Photos of people with a mailbox, through Microsoft Graph. The application is registered in Entra
# ID, with the application permissions User.Read.All and ProfilePhoto.Read.All (to write:
# ProfilePhoto.ReadWrite.All) and admin consent.
[[stores]]
id = "exchange"
connector = "graph"
mode = "read"
tenant = "YOUR-TENANT"               # its name or GUID; elsewhere than in the public cloud also
                                     # cloud = "gcc-high", "dod" or "china"
client-id = "YOUR-CLIENT-ID"
client-secret-file = "graph.secret"  # a file with the secret's value, readable by you alone
                                     # or client-secret-env = "NAME" of a variable that holds it
                                     # or client-certificate-file = "sameface.pem", with its key
                                     # (managed identity, device code: docs/connectors.md)
# ca-file = "company-ca.pem"         # where a proxy of your company signs certificates
# patience = "2m"                    # how long to ask again while the store is busy

# People without a mailbox: Graph keeps their photos in Entra ID.
# [[stores]]
# id = "entra-id"
# connector = "graph"
# tenant = "YOUR-TENANT"
# client-id = "YOUR-CLIENT-ID"
# client-secret-file = "graph.secret"

# An Exchange of your own, beside or instead of Exchange Online: docs/connectors.md.
# [[stores]]
# id = "exchange-on-premises"
# connector = "exchange"
# url = "https://mail.YOUR-DOMAIN"
# user = 'YOUR-DOMAIN\\sameface'
# password-file = "exchange.secret"
# group = "everybody@YOUR-DOMAIN"

# SharePoint's own copies. It takes no secret from an application, only a certificate, with the
# SharePoint permissions Sites.Read.All and User.Read.All (to write: Sites.FullControl.All and
# User.ReadWrite.All).
# [[stores]]
# id = "sharepoint"
# connector = "sharepoint"
# url = "https://YOUR-TENANT-my.sharepoint.com"
# tenant = "YOUR-TENANT"
# client-id = "YOUR-CLIENT-ID"
# client-certificate-file = "sameface.pem"
# licences = 12000                   # of your organisation: beyond 1,000 more may be asked a minute

# Yammer (Viva Engage) lets itself be read with a person's sign-in only, and never be written.
# [[stores]]
# id = "yammer"
# connector = "yammer"
# url = "https://www.yammer.com"
# token-file = "yammer.token"

# Active Directory, and below it OpenLDAP, with the extra: pip install "sameface[ldap]". What the
# account must be allowed: docs/active-directory.md.
# [[stores]]
# id = "active-directory"
# connector = "active-directory"
# url = "ldaps://dc1.YOUR-DOMAIN"    # or urls = ["ldaps://dc1...", "ldaps://dc2..."]
# base-dn = "OU=People,DC=YOUR,DC=DOMAIN"
# bind-dn = "sameface@YOUR-DOMAIN"
# bind-password-file = "ad.secret"

# [[stores]]
# id = "openldap"
# connector = "openldap"
# url = "ldaps://ldap.YOUR-DOMAIN"
# base-dn = "ou=people,dc=YOUR,dc=DOMAIN"
# bind-dn = "cn=sameface,dc=YOUR,dc=DOMAIN"
# bind-password-file = "ldap.secret"

# A folder of portraits, each named by UPN, mail or account name (alice@contoso.com.jpg), or by a
# list with the columns file and upn, mail, account-name or employee-id. It is never written.
# [[stores]]
# id = "folder"
# connector = "folder"
# path = "portraits"
# csv = "people.csv"                 # leave out where the files' names say whose they are
"""


def template(organisation: str = "Contoso") -> str:
    """A commented sameface.toml that connects one store, read only.

    It loads once the file with the secret is there, and with every table uncommented too.
    """
    return _TEXT.format(name=json.dumps(organisation, ensure_ascii=False))
