"""Reading botocore's model of KMS."""

from __future__ import annotations

import boto3
import pytest
from botocore.loaders import JSONFileLoader, Loader

from fake_kms.tables import model

MODEL = Loader().load_service_model("kms", "service-2")


def test_the_model_of_a_client_of_the_default_session_is_not_read_again(monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    boto3.client("kms", region_name="us-east-1")
    monkeypatch.setattr(JSONFileLoader, "load_file", None)  # nothing can be read any more

    assert model._read() == MODEL


@pytest.mark.parametrize("session", [None, object()])
def test_without_such_a_session_it_is_the_model_that_clients_have(monkeypatch, session):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)

    assert model._read() == MODEL


def test_patterns_match_ascii_as_java_does():
    shape = model.load()["CreateAlias"].input.members["AliasName"]

    assert shape.pattern == "^[a-zA-Z0-9:/_-]+$"
    assert shape.matches is shape.matches
    assert shape.matches.fullmatch("alias/a")
    assert not shape.matches.fullmatch("alias/ä")
    assert model.load()["CreateAlias"].input.matches is None
