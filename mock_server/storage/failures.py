"""What the databases complain of, as errors of the store."""

from __future__ import annotations

from sqlalchemy import URL

from mock_server.core.errors import StaleRecord, StoreError

# By SQLSTATE; SQLite has none. Writers of a namespace go one by one, so only copies that cross are known to get here.
KINDS: dict[str, type[StoreError]] = {
    "40001": StaleRecord,  # serialization_failure
    "40P01": StaleRecord,  # deadlock_detected
}


def translated(error: Exception) -> StoreError:
    """The store's error for one of SQLAlchemy or of a driver; to be raised `from` it."""
    cause = getattr(error, "orig", None) or error
    kind = KINDS.get(getattr(cause, "sqlstate", None) or "", StoreError)
    return kind(f"the state store failed: {first_line(cause)}")


def first_line(error: BaseException) -> str:
    """What the database said, without the details in which it repeats values."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def without_secrets(sentence: str, url: URL) -> str:
    """The sentence with every password of the address hidden."""
    in_query = (value for name, value in url.query.items() if "password" in name)
    for secret in (url.password, *in_query):
        if secret:
            sentence = sentence.replace(str(secret), "***")
    return sentence
