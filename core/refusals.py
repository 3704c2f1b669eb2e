"""What a rule says when it declines: in the user's words, with the field it is about."""

from django.utils.functional import Promise


class Refusal(Exception):
    """A rule declined. `message` is for the user; `field` names the form field at fault, if one is."""

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)
