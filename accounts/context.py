"""What the shell of every page shows."""

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    return {"nav": [], "scope_label": "", "company_is_demo": False}
