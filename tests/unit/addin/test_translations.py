"""The sentences of pane, register and administration, in both languages."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from server.clients.models import Section
from server.ingest.backfill import BackfillState
from server.ingest.complaint import Cause
from server.ingest.models import DifferenceReason, Kind
from server.ingest.verdict import Light, Trouble
from server.mail import Role
from server.records.eligibility import Exclusion
from server.records.matching import Rule
from server.records.models import Direction, RecordType
from server.records.models import Path as ArrivalPath

ROOT = Path(__file__).parents[3]
SENTENCES = (
    ROOT / "addin/shared/i18n",
    ROOT / "server/web/pages/admin/i18n",
    ROOT / "server/web/pages/register/i18n",
)
SCRIPTS = [
    *ROOT.glob("addin/shared/*.js"),
    *ROOT.glob("addin/taskpane/**/*.js"),
    *ROOT.glob("server/web/pages/**/*.js"),
]
# A key is a literal inside t(…), has(…) or a table of keys: words with dots between.
KEY = re.compile(r'"([a-z_]+(?:\.[a-z_0-9]+)+)"')
FAMILY = re.compile(r"`([a-z]+(?:\.[a-z_]+)*\.(?:[a-z]+_)?)\$\{")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NO_KEYS = re.compile(r"\.(?:js|json|svg|css|html)$")


def sentences(language: str) -> dict[str, str]:
    """Those that everything shares, and those of one page alone: two pages may say one thing differently."""
    shared, *pages = (json.loads((folder / f"{language}.json").read_text("utf-8")) for folder in SENTENCES)
    assert not any(shared.keys() & page.keys() for page in pages)
    return {key: sentence for page in (shared, *pages) for key, sentence in page.items()}


def used(pattern: re.Pattern[str]) -> set[str]:
    found = {key for script in SCRIPTS for key in pattern.findall(script.read_text("utf-8"))}
    return {key for key in found if not NO_KEYS.search(key)}


def is_known(key: str, known: Iterable[str]) -> bool:
    return key in known or f"{key}_other" in known


def test_spanish_and_english_have_the_same_keys() -> None:
    assert sentences("es").keys() == sentences("en").keys()


def test_both_languages_fill_in_the_same_values() -> None:
    spanish, english = sentences("es"), sentences("en")

    differing = [
        key
        for key in spanish
        if set(PLACEHOLDER.findall(spanish[key])) != set(PLACEHOLDER.findall(english[key]))
    ]

    assert differing == []


def test_every_key_in_the_scripts_has_a_sentence() -> None:
    known = sentences("es")

    assert {key for key in used(KEY) if not is_known(key, known)} == set()
    assert {prefix for prefix in used(FAMILY) if not any(key.startswith(prefix) for key in known)} == set()


def test_every_sentence_is_used() -> None:
    literal, families = used(KEY), tuple(used(FAMILY))

    unused = {
        key
        for key in sentences("es")
        if key not in literal
        and re.sub(r"_(one|other)$", "", key) not in literal
        and not key.startswith(families)
    }

    assert unused == set()


@pytest.mark.parametrize(
    "key",
    [
        *(
            f"exclusion.{code}.{part}"
            for code in [*Exclusion, "account_missing"]
            for part in ("title", "text")
        ),
        *(f"why.{rule}" for rule in Rule),
        *(f"why.path.{path}" for path in ArrivalPath),
        *(f"section.{section}" for section in Section),
        *(f"type.{record_type}" for record_type in RecordType),
        *(f"direction.{direction}" for direction in Direction),
        *(f"role.{role}" for role in Role),
        *(f"cause.{cause}" for cause in Cause),
        *(f"kind.{kind}" for kind in Kind),
        *(f"difference.reason.{reason}" for reason in DifferenceReason),
        *(f"excluded.{code}" for code in Exclusion if code is not Exclusion.INTERNAL),
        *(f"backfill.{state}" for state in BackfillState),
        *(f"light.{light}{part}" for light in Light for part in ("", "_text")),
    ],
)
def test_everything_the_server_can_name_has_a_sentence(key: str) -> None:
    assert sentences("es")[key]


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_a_sentence(trouble: Trouble) -> None:
    assert is_known(f"trouble.{trouble}", sentences("es"))
