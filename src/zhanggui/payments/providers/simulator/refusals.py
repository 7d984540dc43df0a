"""How WeChat Pay says no."""

from typing import Any


class ApiRefusal(Exception):
    """An error answer: HTTP status, code, message, and WeChat's numeric code for Request-ID."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        number: int = 0,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.number = number
        self.body: dict[str, Any] = {"code": code, "message": message}
        if detail:
            self.body["detail"] = detail
