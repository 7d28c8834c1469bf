"""AWS managed keys: how each service describes its key, and through which service the key is used.

Source: docs/aws/recorded.md#policies-and-aws-managed-keys, for SQS; docs/aws/evidence.md#aws-managed-keys-usage, for
the descriptions of EBS, ACM, RDS, S3, SSM, Lambda, Backup, Kafka and DynamoDB, and for the policy of EBS;
docs/aws/evidence.md#lists-listings-wire-members, for the aliases that stand unused. Assumed: the names and
descriptions of the other services, and that each policy but EBS's is the first of its kind (`auto-sqs-1`).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MANAGED_KEYS", "UNUSED_ALIASES", "ManagedKey"]


@dataclass(frozen=True, slots=True, eq=False)
class ManagedKey:
    """The key behind `alias/aws/SERVICE`.

    `protects` is what its description says it protects, `name` the service in its policy's Sid, `short_name` the same
    service at the Sid's end. `via` is the service that uses it, where that is not the alias's; `revision` the number
    at the end of the policy's Id; `rotation_visible` whether the account may read the rotation of the key.
    """

    protects: str
    name: str
    short_name: str = ""
    via: str | None = None
    revision: int = 1
    rotation_visible: bool = True


def _data(name: str) -> ManagedKey:
    return ManagedKey(f"{name} data", name)


MANAGED_KEYS: dict[str, ManagedKey] = {
    "acm": ManagedKey("ACM private keys", "ACM", rotation_visible=False),
    "backup": _data("Backup"),
    "cloud9": _data("Cloud9"),
    "codecommit": _data("CodeCommit"),
    "codewhisperer": _data("CodeWhisperer"),
    "connect": _data("Connect"),
    "dms": _data("DMS"),
    "dynamodb": _data("DynamoDB"),
    "ebs": ManagedKey("EBS volumes", "EBS", via="ec2", revision=2),
    "elasticfilesystem": _data("EFS"),
    "es": _data("Elasticsearch"),
    "fsx": _data("FSx"),
    "glue": _data("Glue"),
    "kafka": _data("Kafka"),
    "kinesis": _data("Kinesis"),
    "kinesisvideo": _data("Kinesis Video Streams"),
    "lambda": ManagedKey("Lambda functions", "Lambda"),
    "lightsail": _data("Lightsail"),
    "rds": ManagedKey("RDS database volumes", "RDS"),
    "redshift": _data("Redshift"),
    "redshifttest": _data("Redshift"),
    "s3": ManagedKey("S3 objects", "S3"),
    "secretsmanager": _data("Secrets Manager"),
    "sns": _data("SNS"),
    "sqs": ManagedKey("SQS messages", "Simple Queue Service (SQS)", "SQS"),
    "ssm": ManagedKey("SSM parameters", "SSM"),
    "workspaces": _data("WorkSpaces"),
    "xray": _data("X-Ray"),
}

# The aliases that an account lists before their services were used.
UNUSED_ALIASES: tuple[str, ...] = (
    "alias/aws/dynamodb",
    "alias/aws/ebs",
    "alias/aws/elasticfilesystem",
    "alias/aws/es",
    "alias/aws/glue",
    "alias/aws/kinesisvideo",
    "alias/aws/rds",
    "alias/aws/redshift",
    "alias/aws/redshifttest",
    "alias/aws/s3",
    "alias/aws/ssm",
    "alias/aws/xray",
)
