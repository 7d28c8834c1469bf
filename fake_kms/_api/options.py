"""The options of a fake: one vocabulary for constructor, decorator, marker, ini file and command line.

Everything known about an option stands once, in its field of `Options`. Loaded by every pytest run: it imports
nothing heavy.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

__all__ = ["OPTIONS", "Option", "OptionKeywords", "Options"]


class Option(NamedTuple):
    """What is known of an option besides its type.

    `read` makes a value of its text in the ini file or on the command line; `accepts` tells whether a value is one
    that the option can have, and `wanted` says in words which those are.
    """

    default: Any
    help: str
    read: Callable[[str], Any]
    accepts: Callable[[Any], bool]
    wanted: str

    @property
    def is_flag(self) -> bool:
        """Whether the option is off unless it is named."""
        return self.default is False


def _option(
    default: Any,
    description: str,
    read: Callable[[str], Any] = str,
    accepts: Callable[[Any], bool] = lambda _: True,
    wanted: str = "anything",
) -> Any:
    option = Option(default, description, read, accepts, wanted)
    return dataclasses.field(default=default, metadata={"option": option})


def _flag(description: str) -> Any:
    return _option(False, description, _yes_or_no, lambda value: isinstance(value, bool), "True or False")


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "on", "off", "1", "0"}:
        raise ValueError("say true or false")
    return text.lower() in {"true", "yes", "on", "1"}


def _number_or_text(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _files(text: str) -> list[bytes]:
    return [Path(name).read_bytes() for name in text.split()]


def _is_region(value: Any) -> bool:
    from fake_kms.arns import is_region

    return value is None or (isinstance(value, str) and is_region(value))


def _is_account(value: Any) -> bool:
    from fake_kms.arns import is_account

    return isinstance(value, str) and is_account(value)


def _are_quotas(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and all(isinstance(name, str) and type(number) is int and number >= 0 for name, number in value.items())
    )


def _are_certificates(value: Any) -> bool:
    return value is None or (
        isinstance(value, list | tuple) and all(isinstance(certificate, bytes) for certificate in value)
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """The options of one fake, checked.

    Raises: ValueError for a value that an option cannot have, TypeError for a quota that does not exist.
    """

    region: str | None = _option(
        None,
        "the Region, also in the environment; the configured one or us-east-1 if omitted",
        accepts=_is_region,
        wanted="the name of an AWS Region",
    )
    account_id: str = _option(
        "123456789012",
        "the account of callers whose access key is not registered",
        accepts=_is_account,
        wanted="twelve digits in a string",
    )
    seed: object = _option(
        None, "makes key ids, key material and random bytes the same on every run", read=_number_or_text
    )
    quotas: dict[str, int] | None = _option(  # noqa: RUF009 - it returns a field
        None,
        'quotas to change, e.g. {"keys": 5}',
        read=json.loads,
        accepts=_are_quotas,
        wanted="a dictionary of names and whole numbers from 0 on",
    )
    strict_identity: bool = _flag(
        "refuse access keys and policy principals that are not registered, instead of admitting them"
    )
    verify_signatures: bool = _flag("verify the signatures of registered principals")
    consistency: str = _option(
        "immediate",
        "immediate, or eventual: a new grant works without token after five minutes, replicas settle after ten "
        "seconds, rotations on demand complete after two minutes",
        accepts=lambda value: value in ("immediate", "eventual"),
        wanted="'immediate' or 'eventual'",
    )
    keep_credentials: bool = _flag("leave the credentials of the environment and the profile as they are")
    attestation_roots: Sequence[bytes] | None = _option(
        None,
        "root certificates (PEM or DER) that Nitro attestation documents must descend from; files, in text",
        read=_files,
        accepts=_are_certificates,
        wanted="a list of certificates in bytes",
    )
    check_answers: bool = _flag("check every answer against botocore's model, for those who work on fake_kms itself")

    def __post_init__(self) -> None:
        from fake_kms.tables.quotas import quotas_with

        for name, option in OPTIONS.items():
            value = getattr(self, name)
            if not option.accepts(value):
                raise ValueError(f"{name} is {option.wanted}, not {value!r}")
        quotas_with(self.quotas)

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Options:
        """Return the options that keywords set. Raises: TypeError for an option that does not exist."""
        unknown = keywords.keys() - OPTIONS.keys()
        if unknown:
            raise TypeError(f"fake_kms has no option {', '.join(sorted(unknown))}; there are {', '.join(OPTIONS)}")
        return cls(**keywords)


OPTIONS: dict[str, Option] = {field.name: field.metadata["option"] for field in dataclasses.fields(Options)}


class OptionKeywords(TypedDict, total=False):
    """The types of the keywords of `FakeKms` and `fake_kms`: those of `Options`, for `Unpack`."""

    region: str | None
    account_id: str
    seed: object
    quotas: dict[str, int] | None
    strict_identity: bool
    verify_signatures: bool
    consistency: str
    keep_credentials: bool
    attestation_roots: Sequence[bytes] | None
    check_answers: bool
