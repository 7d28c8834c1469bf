"""An alias, and the aliases that AWS keeps for its own services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["AWS_MANAGED_ALIASES", "Alias"]


@dataclass(slots=True, eq=False)
class Alias:
    """One alias; `key` and the instants are None while AWS's own alias waits for its first use."""

    name: str
    arn: str
    key: Key | None = None
    created: float | None = None
    updated: float | None = None


# Every account has these in every Region; the key behind one appears when it is first used.
# Source: Developer Guide, "AWS managed keys"; API_ListAliases. The services are those whose documentation names their
# alias. The order is ListAliases' own. Assumed: all are listed everywhere; contradicted by
# docs/aws/evidence.md#lists-listings-wire-members.
AWS_MANAGED_ALIASES: tuple[str, ...] = tuple(
    f"alias/aws/{service}"
    for service in (
        "acm",
        "backup",
        "cloud9",
        "codecommit",
        "codewhisperer",
        "connect",
        "dms",
        "dynamodb",
        "ebs",
        "elasticfilesystem",
        "es",
        "fsx",
        "glue",
        "kinesis",
        "kinesisvideo",
        "lambda",
        "lightsail",
        "rds",
        "redshift",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "workspaces",
        "xray",
    )
)
