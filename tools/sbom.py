"""Write the bill of materials of a running community, as CycloneDX, from the lock file."""

import re
import sys
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from packageurl import PackageURL

RELEASE = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)", re.MULTILINE)


def bill(lock: str) -> Bom:
    """Make the bill: the community, and one component for each locked release."""
    community = Component(name="community", type=ComponentType.APPLICATION)
    parts = [
        Component(
            type=ComponentType.LIBRARY,
            name=release["name"],
            version=release["version"],
            purl=PackageURL("pypi", name=release["name"], version=release["version"]),
        )
        for release in RELEASE.finditer(lock)
    ]
    bom = Bom(components=parts)
    bom.metadata.component = community
    bom.register_dependency(community, parts)
    return bom


def main() -> None:
    """Read the lock file named first and write the bill named second."""
    lock, target = (Path(word) for word in sys.argv[1:3])
    target.write_text(JsonV1Dot5(bill(lock.read_text())).output_as_string(indent=1))


if __name__ == "__main__":
    main()
