import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.addin import render_manifest
from tests.unit.addin.manifest_rules import RULES, XSI_TYPE, Manifest

CHECKOUT = Path(__file__).resolve().parents[3]
ASSETS = CHECKOUT / "addin" / "assets"
SCHEMAS = CHECKOUT.parent / "shared" / "xsd"
TEMPLATE = (CHECKOUT / "addin" / "manifest.xml").read_text()
RENDERED = render_manifest(TEMPLATE, "https://register.example", "1.4.0")

HOSTILE_ADDRESSES = [
    "",
    "register.example",
    "//register.example",
    "$origin",
    "https://",
    "javascript:alert(1)",
    "ftp://register.example",
    "http://register.example",
    "http://localhost.register.example",
    "http://127.0.0.1.register.example",
    "http://127.0.0.1@register.example",
    "http://localho\u017ft:8000",
    "https://user:password@register.example",
    "https://register.example/bitacora",
    "https://register.example?next=/",
    "https://register.example#top",
    "https://register.example:port",
    "https://register.example\n",
    " https://register.example",
    "https://register\t.example",
    "https://register .example",
    "https://register.example\\@evil.example",
    "https://españa.example",
    'https://register.example"/><SourceLocation DefaultValue="https://evil.example',
    "https://register.example</AppDomain><AppDomain>https://evil.example",
    "https://register.example&evil;",
    "https://register.example]]>",
]


@pytest.mark.parametrize("rule", RULES)
def test_the_manifest_keeps_every_rule(rule: Callable) -> None:
    manifest = Manifest.parse(RENDERED, ASSETS)

    assert list(rule(manifest)) == []


MUTANTS = [
    ("children_stand_in_order", "<SupportsSharedFolders>true</SupportsSharedFolders>", "<FunctionFile/>"),
    (
        "children_stand_in_order",
        '<Label resid="compose.label"/>',
        '<Action><SourceLocation resid="taskpane.url"/></Action><Label resid="compose.label"/>',
    ),
    ("references_resolve", '<bt:String id="read.title"', '<bt:String id="read.heading"'),
    ("references_resolve", '<bt:Image size="16" resid="icon.16"/>', '<bt:Image size="16" resid="icon.20"/>'),
    ("resources_are_used", '<Title resid="compose.title"/>', '<Title resid="read.title"/>'),
    ("resource_ids_are_short", 'bt:String id="compose.title"', f'bt:String id="{"x" * 33}"'),
    (
        "addresses_are_encrypted",
        "https://register.example/addin/taskpane/",
        "http://register.example/addin/taskpane/",
    ),
    ("addresses_are_encrypted", "<AppDomain>https:", "<AppDomain>http:"),
    (
        "addresses_are_public",
        "https://register.example/addin/taskpane/",
        "https://localhost:3000/addin/taskpane/",
    ),
    (
        "addresses_are_served",
        "https://register.example/addin/taskpane/",
        "https://register.example/taskpane.html",
    ),
    ("domains_are_origins", "register.example</AppDomain>", "register.example/</AppDomain>"),
    ("icons_have_their_size", "/addin/assets/icon-50.png", "/addin/assets/icon-48.png"),
    ("icons_have_their_size", "/addin/assets/icon-80.png", "/addin/assets/icon-81.png"),
    ("store_icons_have_their_size", "/addin/assets/icon-128.png", "/addin/assets/icon-64.png"),
    (
        "store_icons_have_their_size",
        '<HighResolutionIconUrl DefaultValue="https://register.example/addin/assets/icon-128.png"/>',
        "",
    ),
    ("icons_are_complete", '<bt:Image size="48" scale="3" resid="icon.144"/>', ""),
    ("icons_are_complete", '<bt:Image size="80" resid="icon.80"/>', ""),
    ("ids_are_unique", 'id="compose.open"', 'id="read.open"'),
    ("ids_are_unique", 'id="mobile.group"', 'id="compose.group"'),
    ("strings_are_in_spanish", '<bt:Override Locale="es-ES" Value="Ver clientes"/>', ""),
    (
        "strings_are_in_spanish",
        '<bt:Override Locale="es-ES" Value="Ver clientes"/>',
        '<bt:Override Locale="es" Value="Ver clientes"/>',
    ),
    ("strings_are_in_spanish", '<Override Locale="es-ES" Value="Bitácora"/>', ""),
    ("strings_are_short", "Registro de comunicaciones", "x" * 126),
    ("strings_are_short", "Mira a qué clientes pertenecen los destinatarios antes de enviar.", "x" * 251),
    ("mobile_labels_fit", "Ver registro", "Ver este registro"),
]


@pytest.mark.parametrize(("rule", "part", "change"), MUTANTS)
def test_a_rule_notices_the_fault_that_it_is_for(rule: str, part: str, change: str) -> None:
    assert part in RENDERED
    mutant = Manifest.parse(RENDERED.replace(part, change, 1), ASSETS)

    faults = next(check for check in RULES if check.__name__ == rule)(mutant)

    assert list(faults)


def test_no_rule_is_without_a_fault_to_notice() -> None:
    assert {rule for rule, _, _ in MUTANTS} == {rule.__name__ for rule in RULES}


def test_the_manifest_asks_for_no_more_than_the_pane_needs() -> None:
    manifest = Manifest.parse(RENDERED, ASSETS)

    assert [element.text for element in manifest.all("Permissions")] == ["ReadWriteItem"]
    assert {element.get("DefaultMinVersion") for element in manifest.all("Sets")} == {"1.5"}
    assert manifest.all("LaunchEvent") == manifest.all("ExtendedPermissions") == []


def test_the_pane_opens_from_reading_writing_and_the_phone() -> None:
    manifest = Manifest.parse(RENDERED, ASSETS)

    surfaces = [element.get(XSI_TYPE) for element in manifest.all("ExtensionPoint")]

    assert surfaces == [
        "MessageReadCommandSurface",
        "MessageComposeCommandSurface",
        "MobileMessageReadCommandSurface",
    ]


def test_the_pane_can_be_pinned_and_works_in_shared_mailboxes() -> None:
    manifest = Manifest.parse(RENDERED, ASSETS)

    assert [element.text for element in manifest.all("SupportsPinning")] == ["true", "true"]
    assert [element.text for element in manifest.all("SupportsSharedFolders")] == ["true"]


def test_the_identity_of_the_addin_never_changes() -> None:
    (identity,) = Manifest.parse(RENDERED, ASSETS).all("Id")

    assert identity.text == "df57d8d3-cfa9-4d56-87bf-75ce61763c3d"


@pytest.fixture(scope="module")
def schemas() -> ModuleType:
    if not SCHEMAS.is_dir():
        pytest.skip(f"the schemas are not beside the checkout ({SCHEMAS.name})")
    specification = importlib.util.spec_from_file_location("validate", SCHEMAS / "validate.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("public_url", ["https://register.example", "http://localhost:8000"])
def test_the_manifest_fits_the_schemas(schemas: ModuleType, tmp_path: Path, public_url: str) -> None:
    file = tmp_path / "manifest.xml"
    file.write_text(render_manifest(TEMPLATE, public_url, "1.4.0"))

    assert schemas.check(schemas.load(), str(file)) == []


def test_the_schemas_refuse_a_missing_phone_icon(schemas: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "manifest.xml"
    file.write_text(RENDERED.replace('<bt:Image size="48" scale="3" resid="icon.144"/>', ""))

    assert schemas.check(schemas.load(), str(file))


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://register.example", "https://register.example"),
        ("https://register.example/", "https://register.example"),
        ("HTTPS://Register.Example:8443", "https://register.example:8443"),
        ("https://xn--espaa-rta.example", "https://xn--espaa-rta.example"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_every_address_begins_with_the_public_origin(public_url: str, origin: str) -> None:
    manifest = Manifest.parse(render_manifest(TEMPLATE, public_url, "1.4.0"), ASSETS)

    assert all(address == origin or address.startswith(f"{origin}/") for address in manifest.addresses)


@pytest.mark.parametrize("public_url", HOSTILE_ADDRESSES)
def test_an_address_that_outlook_would_not_load_is_refused(public_url: str) -> None:
    with pytest.raises(ValueError, match=r"The public address .* must"):
        render_manifest(TEMPLATE, public_url, "1.4.0")


@given(st.text() | st.text().map("https://{}".format) | st.text().map("https://register.example{}".format))
def test_no_address_writes_into_the_manifest_around_it(public_url: str) -> None:
    try:
        rendered = render_manifest(TEMPLATE, public_url, "1.4.0")
    except ValueError:
        return

    origins = {
        address.split("/addin/")[0].rstrip("/") for address in Manifest.parse(rendered, ASSETS).addresses
    }

    assert len(origins) == 1


@pytest.mark.parametrize(
    ("version", "written"), [("2", "2.0.0.0"), ("0.1.0", "0.1.0.0"), ("1.2.3.4", "1.2.3.4")]
)
def test_the_version_is_written_as_four_numbers(version: str, written: str) -> None:
    manifest = Manifest.parse(render_manifest(TEMPLATE, "https://register.example", version), ASSETS)

    assert [element.text for element in manifest.all("Version")] == [written]


@pytest.mark.parametrize("version", ["", "1.0rc1", "1..2", "1.2.3.4.5", "123456", "1.0\n", "\u0661.0", "<1>"])
def test_a_version_of_another_form_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"The version .* must be one to four numbers"):
        render_manifest(TEMPLATE, "https://register.example", version)
