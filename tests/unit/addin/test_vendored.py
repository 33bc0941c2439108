import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

CHECKOUT = Path(__file__).resolve().parents[3]
ADDIN = CHECKOUT / "addin"
TOKENS = (ADDIN / "shared" / "tokens.css").read_text()
TOKEN_NAME = r"--(?:color|shadow|font|lineHeight|spacing|borderRadius|strokeWidth|duration|curve)[A-Z0-9]\w*"


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    specification = importlib.util.spec_from_file_location("vendor", CHECKOUT / "tools" / "vendor.py")
    sys.modules["vendor"] = module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def recorded(vendor: ModuleType) -> dict[str, str]:
    packages = vendor.read_ledger(vendor.LEDGER.read_text())
    return {path: digest for package in packages for path, digest in package.sha256.items()}


def digests(paths: list[str]) -> dict[str, str]:
    return {path: hashlib.sha256((ADDIN / path).read_bytes()).hexdigest() for path in paths}


def test_every_vendored_file_is_the_one_that_was_recorded(recorded: dict[str, str]) -> None:
    assert digests(list(recorded)) == recorded


def test_every_file_in_the_vendor_folder_is_recorded(recorded: dict[str, str]) -> None:
    present = {f"vendor/{file.name}" for file in (ADDIN / "vendor").iterdir()}

    assert present == {path for path in recorded if path.startswith("vendor/")} | {"vendor/VENDORED.toml"}


def test_every_package_comes_with_the_text_of_its_licence(vendor: ModuleType) -> None:
    for package in vendor.read_ledger(vendor.LEDGER.read_text()):
        (licence,) = (path for path in package.sha256 if path.endswith(".LICENSE"))

        assert f"{package.licence} License" in (ADDIN / licence).read_text()


def test_the_ledger_is_written_as_it_is_read(vendor: ModuleType) -> None:
    text = vendor.LEDGER.read_text()

    assert vendor.write_ledger(vendor.read_ledger(text)) == text


def test_a_tampered_archive_stops_the_refresh(tmp_path: Path, recorded: dict[str, str]) -> None:
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\necho tampered > "$5/x.tgz"\necho \'[{"filename": "x.tgz"}]\'\n')
    npm.chmod(0o755)

    refresh = subprocess.run(
        [sys.executable, CHECKOUT / "tools" / "vendor.py"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refresh.returncode == 1
    assert "is not the archive that was recorded" in refresh.stderr
    assert digests(list(recorded)) == recorded


def test_a_package_that_is_not_vendored_is_named(vendor: ModuleType) -> None:
    with pytest.raises(SystemExit, match="left-pad"):
        vendor.main(["left-pad@1.3.0"])


def test_the_dark_theme_repeats_only_what_differs(vendor: ModuleType) -> None:
    css = vendor.tokens_css(
        "1",
        {"colorNeutralBackground1": "#fff", "colorStatusDangerBorder1": "red", "spacingVerticalM": "12px"},
        {"colorNeutralBackground1": "#000", "colorStatusDangerBorder1": "red", "spacingVerticalM": "12px"},
    )

    assert re.findall(r"--colorNeutralBackground1: (.*);", css) == ["#fff", "#000", "#000", "Canvas"]
    assert re.findall(r"--colorStatusDangerBorder1: (.*);", css) == ["red", "CanvasText"]
    assert re.findall(r"--spacingVerticalM: (.*);", css) == ["12px"]


def test_every_token_that_a_page_uses_exists() -> None:
    defined = set(re.findall(rf"({TOKEN_NAME}):", TOKENS))
    used = {name for file in pages() for name in re.findall(rf"var\(({TOKEN_NAME})", file.read_text())}

    assert used <= defined


def test_every_icon_that_a_page_names_exists() -> None:
    sprite = etree.parse(ADDIN / "shared" / "icons.svg")
    drawn = {symbol.get("id") for symbol in sprite.iter("{*}symbol")}

    named = {name for file in pages() for name in icon_names(file.read_text())}

    assert named <= drawn


def icon_names(code: str) -> list[str]:
    """The icons that a script asks for: by name, and through its tables of icons."""
    tables = "".join(re.findall(r"_ICONS = [^;]*;", code))
    return re.findall(r"""\bicon\(["']([\w-]+)["']""", code) + re.findall(r""": ["']([\w-]+)["']""", tables)


def pages() -> list[Path]:
    return [
        file
        for kind in ("css", "html", "js")
        for file in ADDIN.rglob(f"*.{kind}")
        if file.parent.name != "vendor"
    ]


def test_the_icons_are_drawings_and_nothing_else() -> None:
    sprite = etree.parse(ADDIN / "shared" / "icons.svg")

    assert {etree.QName(element).localname for element in sprite.iter(etree.Element)} == {
        "svg",
        "symbol",
        "path",
    }


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", -2)])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (f"colorNeutralForeground{text}", f"colorNeutralBackground{ground}")
        for text in (1, 2, 3)
        for ground in (1, 2, 3)
    ]
    + [
        (f"colorStatus{status}Foreground1", f"colorStatus{status}Background1")
        for status in ("Success", "Warning", "Danger")
    ]
    + [
        ("colorBrandForegroundLink", "colorNeutralBackground1"),
        ("colorNeutralForegroundOnBrand", "colorBrandBackground"),
        ("colorNeutralForegroundInverted", "colorNeutralBackgroundInverted"),
    ],
)
def test_text_stands_out_from_its_ground(theme: str, place: int, text: str, ground: str) -> None:
    light, dark = sorted([luminance(text, place), luminance(ground, place)], reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def luminance(token: str, place: int) -> float:
    """Relative luminance by WCAG 2.2, of the token's value at a place in the style sheet."""
    values = re.findall(rf"--{token}: (.*);", TOKENS)
    colour = values[place] if len(values) > 2 else values[0]
    red, green, blue = (linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
