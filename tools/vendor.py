"""Refresh the third-party files of the add-in, which are checked in so that running it needs no build.

    python tools/vendor.py                               make the files of the recorded versions again
    python tools/vendor.py @azure/msal-browser@5.31.0    move a package to another version

Needs npm and node. An archive whose digest is not the one in VENDORED.toml stops the run before any file is
written.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ADDIN = Path(__file__).resolve().parents[1] / "addin"
LEDGER = ADDIN / "vendor" / "VENDORED.toml"

# Fluent's own names, which become CSS custom properties. Taken are those that a page of ours may want.
TOKENS = re.compile(
    "|".join(
        [
            "colorNeutralForeground[1-4](Hover)?",
            "colorNeutralForeground(Disabled|OnBrand|Inverted)",
            "colorBrandForeground([12]|Link(Hover|Pressed)?)",
            "colorNeutralBackground1(Hover|Pressed|Selected)?",
            "colorNeutralBackground([2-6]|Disabled|Inverted)",
            "colorSubtleBackground(Hover|Pressed|Selected)?",
            "colorNeutral(CardBackground|Stencil[12])",
            "colorBackgroundOverlay",
            "colorBrandBackground2?(Hover|Pressed|Selected)?",
            "colorCompoundBrand(Foreground1|Background|Stroke)(Hover|Pressed)?",
            "colorNeutralStroke(1|Accessible)(Hover|Pressed)?",
            "colorNeutralStroke([23]|Disabled)",
            "color(TransparentStroke|BrandStroke[12]|StrokeFocus[12])",
            "colorStatus(Success|Warning|Danger)(Background[13]|Foreground[13]|Border[12])",
            "shadow(2|4|8|16|28)",
            "fontFamily(Base|Numeric|Monospace)",
            "fontWeight(Regular|Medium|Semibold|Bold)",
            "(fontSize|lineHeight)Base[1-6]00",
            "spacing(Horizontal|Vertical)(XXS|XS|SNudge|S|MNudge|M|L|XL|XXL|XXXL)",
            "borderRadius(Small|Medium|Large|XLarge|Circular)",
            "strokeWidth(Thin|Thick|Thicker)",
            "duration(UltraFast|Faster|Fast|Normal|Gentle)",
            "curve(EasyEase|DecelerateMid|AccelerateMid)",
        ]
    )
)
# In forced colours the person's own palette wins. The first part of a name that fits decides.
SYSTEM_COLOURS = {
    "shadow": "none",
    "ForegroundDisabled": "GrayText",
    "StrokeDisabled": "GrayText",
    "ForegroundOnBrand": "HighlightText",
    "ForegroundInverted": "Canvas",
    "Link": "LinkText",
    "Foreground": "CanvasText",
    "BrandBackground2": "Canvas",
    "BrandBackground": "Highlight",
    "BackgroundInverted": "CanvasText",
    "TransparentStroke": "CanvasText",
    "StrokeFocus1": "Canvas",
    "Stroke": "CanvasText",
    "Border": "CanvasText",
    "Stencil": "GrayText",
    "Background": "Canvas",
}
# Fluent's own names with hyphens, drawn at 20 px: regular, or filled where the name says so.
ICONS = [
    "add",
    "alert",
    "arrow-down",
    "arrow-download",
    "arrow-left",
    "arrow-reply",
    "arrow-right",
    "arrow-sync",
    "arrow-undo",
    "arrow-up",
    "attach",
    "call",
    "chat",
    "checkmark",
    "checkmark-circle",
    "checkmark-circle-filled",
    "chevron-down",
    "chevron-left",
    "clock",
    "cloud-arrow-up",
    "delete",
    "dismiss",
    "document",
    "document-pdf",
    "edit",
    "error-circle",
    "filter",
    "folder-zip",
    "globe",
    "handshake",
    "image",
    "info",
    "lightbulb",
    "link",
    "lock-closed",
    "mail",
    "mail-read",
    "more-horizontal",
    "note",
    "open",
    "people",
    "person",
    "prohibited",
    "question-circle",
    "search",
    "settings",
    "sign-out",
    "table",
    "task-list-square-ltr",
    "video",
    "warning",
    "wifi-off",
]


@dataclass(frozen=True)
class Package:
    """An npm package that we take files from; `integrity` is npm's own digest of its archive."""

    name: str
    version: str
    licence: str
    integrity: str
    sha256: Mapping[str, str]


def main(arguments: Sequence[str]) -> None:
    versions = dict(argument.rsplit("@", 1) for argument in arguments)
    pinned = read_ledger(LEDGER.read_text())
    if unknown := versions.keys() - {package.name for package in pinned}:
        raise SystemExit(f"Not in {LEDGER.name}: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        made = [_make(package, versions.get(package.name), Path(folder)) for package in pinned]
    for _, files in made:
        for path, content in files.items():
            (ADDIN / path).write_bytes(content)
    LEDGER.write_text(write_ledger(package for package, _ in made))


def read_ledger(text: str) -> list[Package]:
    return [Package(**entry) for entry in tomllib.loads(text)["package"]]


def write_ledger(packages: Iterable[Package]) -> str:
    head = "# Third-party files of the add-in, with paths below addin/. Written by tools/vendor.py.\n"
    return head + "".join(map(_ledger_entry, packages))


def _ledger_entry(package: Package) -> str:
    hashes = "".join(f'"{path}" = "{digest}"\n' for path, digest in sorted(package.sha256.items()))
    return f"""
[[package]]
name = "{package.name}"
version = "{package.version}"
licence = "{package.licence}"
integrity = "{package.integrity}"

[package.sha256]
{hashes}"""


def _make(pinned: Package, version: str | None, folder: Path) -> tuple[Package, dict[str, bytes]]:
    """Fetch the package and make our files of it, with the ledger's new entry."""
    version = version or pinned.version
    archive = _fetch(f"{pinned.name}@{version}", folder)
    integrity = _integrity(archive)
    if version == pinned.version and integrity != pinned.integrity:
        raise SystemExit(f"{pinned.name}@{version} is not the archive that was recorded: {integrity}")
    unpacked = _unpack(archive)
    licence = json.loads((unpacked / "package.json").read_text())["license"]
    files = MAKERS[pinned.name](unpacked, version)
    sha256 = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return Package(pinned.name, version, licence, integrity, sha256), files


def _fetch(specification: str, folder: Path) -> Path:
    packed = _run("npm", "pack", specification, "--json", "--pack-destination", str(folder))
    name: str = json.loads(packed)[0]["filename"]
    return folder / name


def _run(program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise SystemExit(f"{program} is needed and was not found.")
    command = [path, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603  # no shell


def _integrity(archive: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def _unpack(archive: Path) -> Path:
    target = archive.with_suffix("")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def _msal(package: Path, _version: str) -> dict[str, bytes]:
    return {
        "vendor/msal-browser.min.js": (package / "lib" / "msal-browser.min.js").read_bytes(),
        "vendor/msal-browser.LICENSE": (package / "LICENSE").read_bytes(),
    }


def _fluent_tokens(package: Path, version: str) -> dict[str, bytes]:
    light, dark = _themes(package)
    return {
        "shared/tokens.css": tokens_css(version, light, dark).encode(),
        "vendor/fluentui-tokens.LICENSE": (package / "LICENSE").read_bytes(),
    }


def _themes(package: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The web themes, light and dark: the package is code, so node evaluates it."""
    script = f"""
        import {{ webLightTheme, webDarkTheme }} from {json.dumps((package / "lib" / "index.js").as_uri())};
        console.log(JSON.stringify([webLightTheme, webDarkTheme]));
    """
    light, dark = json.loads(_run("node", "--input-type=module", "--eval", script))
    return light, dark


def tokens_css(version: str, light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """The tokens as custom properties: light, dark by the system or by `data-theme`, and forced colours."""
    taken = {name: value for name, value in light.items() if TOKENS.fullmatch(name)}
    darkened = {name: dark[name] for name, value in taken.items() if dark[name] != value}
    forced = {name: colour for name in taken if (colour := _system_colour(name))}
    # :where() keeps every block as specific as :root, so that the later one wins.
    return f"""\
/*! Fluent 2 design tokens of @fluentui/tokens {version}, copyright Microsoft Corporation, MIT licence
    (vendor/fluentui-tokens.LICENSE). Generated by tools/vendor.py; do not edit. */
:root {{
  color-scheme: light dark;
{_declarations(taken)}
}}
@media (prefers-color-scheme: dark) {{
  :root:where(:not([data-theme="light"])) {{
{_declarations(darkened)}
  }}
}}
:root:where([data-theme="light"]) {{
  color-scheme: light;
}}
:root:where([data-theme="dark"]) {{
  color-scheme: dark;
{_declarations(darkened)}
}}
@media (forced-colors: active) {{
  :root {{
{_declarations(forced)}
  }}
}}
"""


def _declarations(tokens: Mapping[str, str]) -> str:
    return "\n".join(f"  --{name}: {value};" for name, value in tokens.items())


def _system_colour(name: str) -> str | None:
    """The colour of the person's palette that stands for a token; None for measures."""
    return next((colour for part, colour in SYSTEM_COLOURS.items() if part in name), None)


def _fluent_icons(package: Path, version: str) -> dict[str, bytes]:
    licence = "vendor/fluentui-svg-icons.LICENSE"
    drawings = {name: _drawing(package, name).read_text() for name in ICONS}
    return {
        "shared/icons.svg": icons_svg(version, drawings).encode(),
        # The archive names its licence and carries no text of it; the text is kept by hand.
        licence: (ADDIN / licence).read_bytes(),
    }


def _drawing(package: Path, name: str) -> Path:
    style = "filled" if name.endswith("-filled") else "regular"
    return package / "icons" / f"{name.removesuffix('-filled').replace('-', '_')}_20_{style}.svg"


def icons_svg(version: str, drawings: Mapping[str, str]) -> str:
    """One sprite of symbols that take the colour of the text around them."""
    symbols = "\n".join(_symbol(name, drawing) for name, drawing in drawings.items())
    return f"""\
<!-- Fluent System Icons of @fluentui/svg-icons {version}, copyright Microsoft Corporation, MIT licence
     (vendor/fluentui-svg-icons.LICENSE). Generated by tools/vendor.py; do not edit. -->
<svg xmlns="http://www.w3.org/2000/svg">
{symbols}
</svg>
"""


def _symbol(name: str, drawing: str) -> str:
    match = re.fullmatch(r'<svg [^>]*viewBox="0 0 20 20">(.*)</svg>\s*', drawing, re.DOTALL)
    if match is None:
        raise SystemExit(f"The icon {name} is not drawn on a grid of 20 any more.")
    return f'<symbol id="{name}" viewBox="0 0 20 20" fill="currentColor">{match[1]}</symbol>'


MAKERS: dict[str, Callable[[Path, str], dict[str, bytes]]] = {
    "@azure/msal-browser": _msal,
    "@fluentui/tokens": _fluent_tokens,
    "@fluentui/svg-icons": _fluent_icons,
}

if __name__ == "__main__":
    main(sys.argv[1:])
