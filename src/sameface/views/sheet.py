"""A sheet: one HTML file that needs no server and no script, with every picture in it once."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def sheet(template: str, thumbnails: Mapping[str, bytes], **told: Any) -> str:
    """The file. `thumbnails` are small JPEGs by digest; `names` in the template their classes."""
    names = {digest: f"p{number}" for number, digest in enumerate(thumbnails)}
    pictures = {names[digest]: _uri(data) for digest, data in thumbnails.items()}
    return _templates().get_template(template).render(names=names, pictures=pictures, **told)


def _uri(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("sameface.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
