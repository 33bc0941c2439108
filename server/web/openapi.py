"""What the document of the API says of every operation alike: its problems, its ids, its versions."""

from typing import Any

from apiflask import APIFlask

from server.db import LARGEST_ID
from server.web.problems import TITLES

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457); `code` says it in one word, and some bring more members.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(TITLES)},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "name": {"type": "string", "description": "`name_taken`: the name of the one that is there"},
        "active": {"type": "boolean", "description": "`name_taken`: whether that one is offered"},
        "current": {
            "allOf": [{"$ref": "#/components/schemas/RecordOut"}],
            "description": "`edit_conflict`: the record as it now is",
        },
        "link": {"type": "string", "description": "`consent_needed`: the page of ours that asks for it"},
        "web_link": {
            "type": ["string", "null"],
            "description": "Where the caller can open the mail in Outlook, if their mailbox holds it",
        },
        "total": {"type": "integer", "description": "`too_many_records`: how many they are"},
        "most": {"type": "integer", "description": "`too_many_records`: how many a sheet takes"},
        "error_id": {"type": "string", "description": "`internal_error`: what the operator finds it by"},
    },
}
IDS = {"string": {"format": "uuid"}, "integer": {"minimum": 0, "maximum": LARGEST_ID}}
# Lest one person write over what another has changed in a record, these ask for its version.
VERSIONED = ("patch", "delete")
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the record as it was seen",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}


def describe_api(app: APIFlask) -> None:
    """Make /api/openapi.json tell the whole truth; APIFlask knows only of the answers that go well."""
    app.config.update(
        # Pydantic writes the schemas of that version.
        OPENAPI_VERSION="3.1.0",
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
    )
    app.spec_processor(_complete)  # type: ignore[arg-type]  # a text only where it speaks YAML


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {_name(status): _response(status) for status in _statuses()}
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete_operation(method, operation)
    return document


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["in"] == "path" and parameter["name"].endswith("_id"):
            parameter["schema"].update(IDS[parameter["schema"]["type"]])
    statuses = _statuses() - {405}
    if method in VERSIONED and any(each["name"] == "record_id" for each in operation["parameters"]):
        operation["parameters"].append(IF_MATCH)
    else:
        statuses.discard(428)
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}


def _statuses() -> set[int]:
    return {status for status, _ in TITLES.values()}


def _name(status: int) -> str:
    return f"Problem{status}"


def _response(status: int) -> dict[str, Any]:
    told = [f"`{code}`: {title}" for code, (of, title) in sorted(TITLES.items()) if of == status]
    return {
        "description": "; ".join(told),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
