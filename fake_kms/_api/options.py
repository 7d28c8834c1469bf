"""The options of a fake: one vocabulary for constructor, decorator, marker, ini file and command line.

Everything known about an option stands once, in its field of `Options`. Loaded by every pytest run: it imports
nothing heavy.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypedDict

from fake_kms.clock import instant
from fake_kms.tables.quotas import Quotas, quotas_with

__all__ = [
    "OPTIONS",
    "Option",
    "OptionKeywords",
    "Options",
    "check",
    "defaults",
    "flag",
    "replace_defaults",
    "takes",
]

Consistency = Literal["immediate", "eventual"]

_QUOTA = re.compile(r"""(["']?)(\w+)\1\s*[=:]\s*(-?[\d_]+)""", re.ASCII)
_END = 253_402_300_000.0  # shortly before the year 10000, where the clock of a fake ends


class Option(NamedTuple):
    """What is known of an option besides its type.

    `read` makes a value of its text in the ini file or on the command line; `check` raises ValueError or TypeError,
    with the name of the option and what it takes, for a value that it cannot have. `unset` says for the documentation
    what holds where the default is None.
    """

    default: Any
    help: str
    read: Callable[[Any], Any]
    check: Callable[[str, Any], None]
    unset: str = "none"
    is_files: bool = False

    @property
    def is_flag(self) -> bool:
        """Whether the option is off unless it is named."""
        return self.default is False


def takes(accepts: Callable[[Any], bool], wanted: str) -> Callable[[str, Any], None]:
    """Return the check of an option that says in words which values it takes."""

    def check_value(name: str, value: Any) -> None:
        if not accepts(value):
            raise ValueError(f"{name} is {wanted}, not {value!r}")

    return check_value


def _takes_anything(name: str, value: Any) -> None:
    """Accept every value."""


def _option(
    default: Any,
    description: str,
    read: Callable[[Any], Any] = str,
    check_value: Callable[[str, Any], None] = _takes_anything,
    unset: str = "none",
    *,
    is_files: bool = False,
) -> Any:
    option = Option(default, description, read, check_value, unset, is_files)
    return dataclasses.field(default=default, metadata={"option": option})


def flag(description: str) -> Option:
    """Return an option that is on or off, and off unless it is named."""
    return Option(False, description, _yes_or_no, takes(lambda value: isinstance(value, bool), "True or False"), "off")


def _flag(description: str) -> Any:
    return dataclasses.field(default=False, metadata={"option": flag(description)})


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "on", "off", "1", "0"}:
        raise ValueError(f"say true or false, not {text!r}")
    return text.lower() in {"true", "yes", "on", "1"}


def _number_or_text(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _quotas(text: str) -> dict[str, int]:
    """Return the quotas in `keys=5, grants_per_key=3`, with or without the braces of TOML and JSON."""
    plain = text.strip()
    if plain.startswith("{") and plain.endswith("}"):
        plain = plain[1:-1]
    quotas = {}
    for part in filter(None, map(str.strip, re.split(r"[,\n]", plain))):
        found = _QUOTA.fullmatch(part)
        if found is None:
            raise ValueError(f"quotas are written as keys=5, grants_per_key=3, not {text!r}")
        quotas[found[2]] = int(found[3])
    return quotas


def _files(names: str | Sequence[str | Path]) -> list[bytes]:
    return [Path(name).read_bytes() for name in (shlex.split(names) if isinstance(names, str) else names)]


def _check_region(name: str, value: Any) -> None:
    from fake_kms.arns import is_known_region, is_region, known_regions
    from fake_kms.misuse import suggestion

    if value is None or (isinstance(value, str) and is_region(value) and is_known_region(value)):
        return
    hint = suggestion(value, known_regions()) if isinstance(value, str) else ""
    raise ValueError(f"{name} is the name of an AWS Region that the installed botocore knows, not {value!r}{hint}")


def _is_account(value: Any) -> bool:
    from fake_kms.arns import is_account

    return isinstance(value, str) and is_account(value)


def _check_quotas(name: str, value: Any) -> None:  # noqa: ARG001 - the texts name the quota
    quotas_with(value)


def _check_certificates(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list | tuple) or not all(isinstance(certificate, bytes) for certificate in value):
        raise ValueError(f"{name} is a list of certificates in bytes, not {value!r}")
    for number, certificate in enumerate(value, 1):
        _check_certificate(f"number {number} of {name}", certificate)


def _check_certificate(name: str, certificate: bytes) -> None:
    from fake_kms.crypto.attestation import load_root

    try:
        load_root(certificate)
    except ValueError as error:
        raise ValueError(f"{name} is {error}") from None


def _is_instant(value: Any) -> bool:
    if value is None:
        return True
    try:
        return 0 <= instant(value).timestamp() < _END
    except (TypeError, ValueError, OverflowError):
        return False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """The options of one fake, checked.

    Raises: ValueError for a value that an option cannot have, TypeError for a quota that does not exist.
    """

    region: str | None = _option(
        None,
        "the Region of clients that do not name one, also in the environment",
        check_value=_check_region,
        unset="the configured one, else `us-east-1`",
    )
    account_id: str = _option(
        "123456789012",
        "the account of callers whose access key is not registered; an access key of twelve digits is an administrator "
        "of that account",
        check_value=takes(_is_account, "twelve digits in a string"),
    )
    seed: object = _option(
        None,
        "makes key ids, key material and random bytes the same on every run, RSA keys included",
        read=_number_or_text,
    )
    now: datetime | date | str | None = _option(  # noqa: RUF009 - it returns a field
        None,
        "the instant at which the fake begins and its clock stands still until the test moves it or lets it run; a "
        "date, or ISO 8601 text such as 2030-01-01T12:00:00Z, in UTC unless it says otherwise",
        check_value=takes(
            _is_instant, "a datetime, a date or ISO 8601 text such as '2030-01-01T12:00:00Z', from 1970 to 9999"
        ),
        unset="the system's clock",
    )
    quotas: Quotas | None = _option(  # noqa: RUF009 - it returns a field
        None,
        "the quotas to change, e.g. keys=5, grants_per_key=3",
        read=_quotas,
        check_value=_check_quotas,
        unset="AWS's",
    )
    strict_identity: bool = _flag(
        "refuse access keys and policy principals that are not registered, instead of admitting them"
    )
    verify_signatures: bool = _flag("verify the signatures of registered principals")
    consistency: Consistency = _option(  # noqa: RUF009 - it returns a field
        "immediate",
        "immediate, or eventual: a new grant works without token after five minutes, replicas settle after ten "
        "seconds, rotations on demand complete after two minutes",
        check_value=takes(lambda value: value in ("immediate", "eventual"), "'immediate' or 'eventual'"),
    )
    keep_credentials: bool = _flag("leave the credentials of the environment and the profile as they are")
    attestation_roots: Sequence[bytes] | None = _option(
        None,
        "root certificates (PEM or DER) that Nitro attestation documents must descend from; in the ini file and on "
        "the command line the names of files",
        read=_files,
        check_value=_check_certificates,
        unset="the root of `fake_kms.nitro`",
        is_files=True,
    )
    check_answers: bool = _flag("check every answer against botocore's model, for those who work on fake_kms itself")

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            option.check(name, getattr(self, name))

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Options:
        """Return the options that keywords set; the others are those of `defaults()`.

        Raises: as `check`.
        """
        _check_names(keywords)
        return cls(**{**defaults(), **keywords})


OPTIONS: dict[str, Option] = {field.name: field.metadata["option"] for field in dataclasses.fields(Options)}


class OptionKeywords(TypedDict, total=False):
    """The types of the keywords of `FakeKms` and `fake_kms`: those of `Options`, for `Unpack`."""

    region: str | None
    account_id: str
    seed: object
    now: datetime | date | str | None
    quotas: Quotas | None
    strict_identity: bool
    verify_signatures: bool
    consistency: Consistency
    keep_credentials: bool
    attestation_roots: Sequence[bytes] | None
    check_answers: bool


def check(keywords: Mapping[str, Any]) -> None:
    """Raise TypeError for an option or a quota that does not exist, ValueError for a value that it cannot have."""
    _check_names(keywords)
    for name, value in keywords.items():
        OPTIONS[name].check(name, value)


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if name not in OPTIONS:
            from fake_kms.misuse import suggestion

            hint = suggestion(name, OPTIONS) or "."
            raise TypeError(f"fake_kms has no option {name!r}{hint} There are {', '.join(OPTIONS)}.")


_defaults: Mapping[str, Any] = MappingProxyType({})


def defaults() -> Mapping[str, Any]:
    """Return the options of fakes that do not name them: inside pytest those of its ini file and command line."""
    return _defaults


def replace_defaults(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make these options, which must be checked, the defaults of new fakes. Output: those before, to be restored."""
    # What is read is never changed, only replaced: a fake made by another thread sees the old ones or the new ones.
    global _defaults
    before, _defaults = _defaults, MappingProxyType({**options})
    return before
