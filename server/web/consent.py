"""Where Microsoft asks a person to agree to what they want to do."""

from server.mail import Ability


def consent_page(ability: Ability) -> str:
    """The sign-in that asks for it; the pages add where to come back to (`next`)."""
    return f"/sign-in?ability={ability.value}"
