"""The firm's reasons and areas, for administrators: the same doors for either list."""

from apiflask import APIBlueprint

from server.records.catalog import (
    add_choice,
    list_choices,
    remove_choice,
    rename_choice,
    restore_choice,
)
from server.records.models import Choice
from server.web.admin_schemas import ChoiceIn, ChoicesOut, ChoiceUseOut, RemovedOut
from server.web.context import bitacora
from server.web.identity import administrators_only


def create_choices_api(name: str, kind: type[Choice]) -> APIBlueprint:
    """The doors of one list, below the plural of its name."""
    api = APIBlueprint(name, __name__, url_prefix=f"/api/admin/{name}", tag="Administration")

    @api.get("")
    @administrators_only
    @api.output(ChoicesOut)
    def choices() -> ChoicesOut:
        """The list, retired choices included, with the number of records that have each."""
        with bitacora().database.reading() as session:
            found = list_choices(session, kind)
        return ChoicesOut(items=[ChoiceUseOut.model_validate(choice) for choice in found])

    @api.post("")
    @administrators_only
    @api.input(ChoiceIn, arg_name="wish")
    @api.output(ChoiceUseOut, status_code=201)
    def add(wish: ChoiceIn) -> ChoiceUseOut:
        """Add a choice. If one has just this name, it is the answer, and offered again if it was retired."""
        with bitacora().database.writing() as session:
            choice, _ = add_choice(session, kind, wish.name)
        return ChoiceUseOut.model_validate(choice)

    @api.patch("/<int:choice_id>")
    @administrators_only
    @api.input(ChoiceIn, arg_name="wish")
    @api.output(ChoiceUseOut)
    def rename(choice_id: int, wish: ChoiceIn) -> ChoiceUseOut:
        """Give a choice another name. The records that have it show it at once; their history stays."""
        with bitacora().database.writing() as session:
            choice = rename_choice(session, kind, choice_id, wish.name)
        return ChoiceUseOut.model_validate(choice)

    @api.delete("/<int:choice_id>")
    @administrators_only
    @api.output(RemovedOut)
    def remove(choice_id: int) -> RemovedOut:
        """Delete a choice. What a record has or had is retired instead: kept there, and not offered."""
        with bitacora().database.writing() as session:
            deleted = remove_choice(session, kind, choice_id)
        return RemovedOut(deleted=deleted)

    @api.post("/<int:choice_id>/restore")
    @administrators_only
    @api.output(ChoiceUseOut)
    def restore(choice_id: int) -> ChoiceUseOut:
        """Offer a retired choice again."""
        with bitacora().database.writing() as session:
            choice = restore_choice(session, kind, choice_id)
        return ChoiceUseOut.model_validate(choice)

    return api
