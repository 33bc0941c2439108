"""What Outlook expects of a manifest beyond its schemas: rules that yield a sentence for each fault."""

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

BT = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
PAGES = {"/", "/addin/taskpane/"}
ASSETS = "/addin/assets/"

# The children of each element, in the order of [MS-OWEMXML]; an element that is not named here has none.
CHILDREN = {
    "OfficeApp": (
        "Id Version ProviderName DefaultLocale DisplayName Description IconUrl HighResolutionIconUrl "
        "SupportUrl AppDomains Hosts Requirements FormSettings Permissions Rule DisableEntityHighlighting "
        "VersionOverrides"
    ),
    "DisplayName": "Override",
    "AppDomains": "AppDomain",
    "Sets": "Set",
    "FormSettings": "Form",
    "Form": "DesktopSettings",
    "DesktopSettings": "SourceLocation RequestedHeight",
    "Rule": "Rule",
    "VersionOverrides": "Description Requirements Hosts Resources VersionOverrides",
    "Requirements": "Sets",
    "Hosts": "Host",
    "Host": "DesktopFormFactor MobileFormFactor",
    "DesktopFormFactor": "SupportsSharedFolders ExtensionPoint",
    "MobileFormFactor": "ExtensionPoint",
    "ExtensionPoint": "OfficeTab Group",
    "OfficeTab": "Group",
    "Group": "Label Control",
    "Control": "Label Supertip Icon Action",
    "Supertip": "Title Description",
    "Description": "Override",
    "Icon": "Image",
    "Action": "SourceLocation SupportsPinning",
    "Resources": "Images Urls ShortStrings LongStrings",
    "Images": "Image",
    "Urls": "Url",
    "ShortStrings": "String",
    "LongStrings": "String",
    "String": "Override",
}
MOBILE_IMAGES = {(size, scale) for size in (25, 32, 48) for scale in (1, 2, 3)}


@dataclass(frozen=True)
class Manifest:
    root: etree._Element
    assets: Path

    @classmethod
    def parse(cls, text: str, assets: Path) -> "Manifest":
        return cls(etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False)), assets)

    def all(self, name: str) -> list[etree._Element]:
        return [element for element in self.root.iter(etree.Element) if local(element) == name]

    @cached_property
    def resources(self) -> dict[str, etree._Element]:
        return {
            element.get("id"): element
            for group in self.all("Resources")
            for element in group.iter()
            if element.get("id")
        }

    @cached_property
    def references(self) -> list[str]:
        return [element.get("resid") for element in self.root.iter() if element.get("resid") is not None]

    @cached_property
    def addresses(self) -> list[str]:
        values = [
            element.get(name, "")
            for element in self.root.iter(etree.Element)
            for name in ("DefaultValue", "Value")
        ]
        return [value for value in values if "://" in value] + [
            domain.text for domain in self.all("AppDomain")
        ]


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def children_stand_in_order(manifest: Manifest) -> Iterator[str]:
    for parent in manifest.root.iter(etree.Element):
        order = CHILDREN.get(local(parent), "").split()
        names = [local(child) for child in parent.iterchildren(etree.Element)]
        yield from (f"{name} is unknown in {local(parent)}" for name in names if name not in order)
        places = [order.index(name) for name in names if name in order]
        if places != sorted(places):
            yield f"{local(parent)} has its children in the wrong order: {', '.join(names)}"


def references_resolve(manifest: Manifest) -> Iterator[str]:
    yield from (f"{resid} is no resource" for resid in manifest.references if resid not in manifest.resources)


def resources_are_used(manifest: Manifest) -> Iterator[str]:
    yield from (f"{id} is never used" for id in manifest.resources if id not in manifest.references)


def resource_ids_are_short(manifest: Manifest) -> Iterator[str]:
    yield from (f"{id} is longer than 32 characters" for id in manifest.resources if len(id) > 32)


def addresses_are_encrypted(manifest: Manifest) -> Iterator[str]:
    yield from (
        f"{address} is not https" for address in manifest.addresses if not address.startswith("https://")
    )


def addresses_are_public(manifest: Manifest) -> Iterator[str]:
    loopback = {"localhost", "127.0.0.1", "::1"}
    yield from (
        f"{address} is this machine"
        for address in manifest.addresses
        if urlsplit(address).hostname in loopback
    )


def addresses_are_served(manifest: Manifest) -> Iterator[str]:
    for address in manifest.addresses:
        path = urlsplit(address).path
        if path and path not in PAGES and not path.startswith(ASSETS):
            yield f"{address} is no page of the server"


def domains_are_origins(manifest: Manifest) -> Iterator[str]:
    for domain in manifest.all("AppDomain"):
        if urlsplit(domain.text).path:
            yield f"{domain.text} must end after the host, without a slash"


def icons_have_their_size(manifest: Manifest) -> Iterator[str]:
    for image in manifest.root.iter(f"{BT}Image"):
        resource = manifest.resources.get(image.get("resid"))
        if resource is not None:
            size = int(image.get("size")) * int(image.get("scale", "1"))
            yield from _picture_faults(manifest, resource.get("DefaultValue"), size)


def store_icons_have_their_size(manifest: Manifest) -> Iterator[str]:
    for name, size in {"IconUrl": 64, "HighResolutionIconUrl": 128}.items():
        icons = manifest.all(name)
        if not icons:
            yield f"{name} is missing"
        for icon in icons:
            yield from _picture_faults(manifest, icon.get("DefaultValue"), size)


def _picture_faults(manifest: Manifest, address: str, size: int) -> Iterator[str]:
    file = manifest.assets / Path(urlsplit(address).path).name
    if not file.is_file():
        yield f"{address} has no file"
    elif png_size(file) != (size, size):
        yield f"{address} should measure {size} pixels"


def png_size(file: Path) -> tuple[int, int]:
    """Width and height in pixels, from the IHDR chunk that every PNG begins with."""
    width, height = struct.unpack(">II", file.read_bytes()[16:24])
    return width, height


def icons_are_complete(manifest: Manifest) -> Iterator[str]:
    for control in manifest.all("Control"):
        images = [
            (int(image.get("size")), int(image.get("scale", "1"))) for image in control.iter(f"{BT}Image")
        ]
        mobile = control.get(XSI_TYPE) == "MobileButton"
        if sorted(images) != sorted(MOBILE_IMAGES if mobile else {(16, 1), (32, 1), (80, 1)}):
            yield f"{control.get('id')} has the icons {images}"


def ids_are_unique(manifest: Manifest) -> Iterator[str]:
    ids = Counter(element.get("id") for element in [*manifest.all("Group"), *manifest.all("Control")])
    yield from (f"{id} names {count} groups or controls" for id, count in ids.items() if count > 1)


def strings_are_in_spanish(manifest: Manifest) -> Iterator[str]:
    texts = (
        manifest.root.findall("{*}DisplayName")
        + manifest.root.findall("{*}Description")
        + manifest.all("String")
    )
    for text in texts:
        locales = [override.get("Locale") for override in text if override.get("Value")]
        if locales != ["es-ES"]:
            yield f"{text.get('id') or local(text)} is translated into {locales}"


def strings_are_short(manifest: Manifest) -> Iterator[str]:
    for group, longest in {"ShortStrings": 125, "LongStrings": 250}.items():
        for text in (text for parent in manifest.all(group) for text in parent):
            yield from (
                f"{text.get('id')} is longer than {longest}" for value in _texts(text) if len(value) > longest
            )


def mobile_labels_fit(manifest: Manifest) -> Iterator[str]:
    for control in manifest.all("Control"):
        label = manifest.resources.get(control.find("{*}Label").get("resid"))
        if control.get(XSI_TYPE) == "MobileButton" and label is not None:
            yield from (f"{value!r} is too long for a phone" for value in _texts(label) if len(value) > 16)


def _texts(text: etree._Element) -> list[str]:
    return [text.get("DefaultValue"), *(override.get("Value") for override in text)]


RULES: list[Callable[[Manifest], Iterator[str]]] = [
    children_stand_in_order,
    references_resolve,
    resources_are_used,
    resource_ids_are_short,
    addresses_are_encrypted,
    addresses_are_public,
    addresses_are_served,
    domains_are_origins,
    icons_have_their_size,
    store_icons_have_their_size,
    icons_are_complete,
    ids_are_unique,
    strings_are_in_spanish,
    strings_are_short,
    mobile_labels_fit,
]
