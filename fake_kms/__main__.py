"""`python -m fake_kms demo`: the fake on the command line."""

from __future__ import annotations

import argparse
import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the answer is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fake_kms", description="AWS KMS for your tests.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="a short story of a key, told with real boto3 calls")
    parser.parse_args(arguments)
    from fake_kms.demo import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
