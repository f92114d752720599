"""Real photographs for the tests: files that lie inside the wheels of well-known packages.

`make test` puts those wheels into `.venv/photographs`. The packages are never imported; only their
lists of files are read. What each picture is, and whose, is said in its own package.
"""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath

FOLDER = Path(sys.prefix) / "photographs"
"""Where `make test` puts the wheels."""

_LIE_AT = {
    "astronaut": "skimage/data/astronaut.png",  # a portrait, 512 x 512 px
    "hopper": "matplotlib/mpl-data/sample_data/grace_hopper.jpg",  # a portrait, 512 x 600 px
    "camera": "skimage/data/camera.png",  # a man with a camera, grey, 512 x 512 px
    "cat": "skimage/data/chelsea.png",  # 451 x 300 px
    "coffee": "skimage/data/coffee.png",  # 600 x 400 px
    "rocket": "skimage/data/rocket.jpg",  # 640 x 427 px
    "retina": "skimage/data/retina.jpg",  # 1411 x 1411 px
    "china": "sklearn/datasets/images/china.jpg",  # 640 x 427 px
    "flower": "sklearn/datasets/images/flower.jpg",  # 640 x 427 px
}


def photographs() -> dict[str, Path]:
    """All of them by name: what is on it -> the file. Raises LookupError where one is missing."""
    return {name: photograph(name) for name in _LIE_AT}


def photograph(name: str) -> Path:
    """One of them by name, such as "astronaut"."""
    wanted = PurePosixPath(_LIE_AT[name])
    for package in distributions(path=[str(FOLDER), *sys.path]):
        for file in package.files or ():
            if file == wanted:
                return Path(str(package.locate_file(file)))
    raise LookupError(f'The photograph "{wanted}" is not installed; `make test` installs it.')
