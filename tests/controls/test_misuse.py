"""Mistakes with what users hold: each is a Python error that says what to write."""

from __future__ import annotations

import re

import pytest
from botocore.loaders import Loader
from iam import ACCOUNT, ADMIN, ALL, OTHER, allow, key_policy, policy

from fake_kms import Cluster, FakeKms
from fake_kms.controls import clusters

CLUSTER = "cluster-abcdefghijk"

TAGS = "tags are {'team': 'blue'} or [{'Key': 'team', 'Value': 'blue'}], not "


def refuses(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize("kind", ["user", "role"])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"account": 111122223333}, TypeError, "an account is twelve digits in a string, not 111122223333"),
        ({"account": ""}, ValueError, "an account is twelve digits in a string, not ''"),
        ({"policies": None}, TypeError, "policies is a list of policies, [] for none, not None"),
        ({"policies": {"Version": "2012-10-17"}}, TypeError, "policies is a list of policies: put the one in brackets"),
        ({"policies": [5]}, TypeError, "identity policy 1 of App is JSON text or a dictionary, not 5"),
        (
            {"boundary": {"Statement": {"Effect"}}},
            TypeError,
            "permissions boundary of App has what JSON does not: Object of type set is not JSON serializable",
        ),
        ({"managed": ["x"]}, TypeError, "managed is a dictionary of policies by their ARNs, not ['x']"),
        (
            {"managed": {5: {}}},
            ValueError,
            "a managed policy goes by its ARN, as in arn:aws:iam::123456789012:policy/X, not 5",
        ),
        ({"path": 5}, TypeError, "a path is text such as '/team/', not 5"),
        ({"path": "/a b/"}, ValueError, "a path has visible ASCII characters, unlike '/a b/'"),
        ({"tags": 5}, TypeError, f"{TAGS}5"),
        ({"tags": ["team"]}, TypeError, f"{TAGS}['team']"),
        ({"tags": [{"TagKey": "a", "TagValue": "b"}]}, TypeError, f"{TAGS}[{{'TagKey': 'a', 'TagValue': 'b'}}]"),
        ({"tags": {"a": 1}}, TypeError, "the names and values of tags are texts, unlike those of {'a': 1}"),
        (
            {"context": 5},
            TypeError,
            'context is a dictionary of condition keys, such as {"aws:SourceIp": "…"}, not 5',
        ),
        ({"context": {5: "x"}}, TypeError, "a condition key is text such as 'aws:SourceIp', not 5"),
    ],
)
def test_users_and_roles(kms, kind, arguments, error, message):
    with refuses(error, message):
        getattr(kms.principals, kind)("App", **arguments)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda made, _: made.user(5), TypeError, "a name is text such as 'App', not 5"),
        (lambda made, _: made.role(None), TypeError, "a name is text such as 'App', not None"),
        (lambda made, _: made.role("a", session_name=5), TypeError, "a name is text such as 'App', not 5"),
        (lambda made, _: made.root(5), TypeError, "an account is twelve digits in a string, not 5"),
        (lambda made, _: made.service(5), TypeError, "a service is text such as 's3.amazonaws.com', not 5"),
        (
            lambda made, _: made.service("S3 service"),
            ValueError,
            "a service is named like 's3.amazonaws.com' or 's3', not 'S3 service'",
        ),
        (
            lambda made, _: made.service("s3", source_account=1),
            TypeError,
            "an account is twelve digits in a string, not 1",
        ),
        (
            lambda made, _: made.service("s3", source_arn=1),
            TypeError,
            "source_arn is text such as 'arn:aws:s3:::bucket', not 1",
        ),
        (lambda made, _: made.remove("App"), TypeError, "remove takes what kms.principals made, not 'App'"),
        (
            lambda made, _: made.federated_user("f", of="bob"),
            TypeError,
            "federated_user(of=...) takes what kms.principals made, not 'bob'",
        ),
        (
            lambda made, app: made.federated_user("f", of=app),
            ValueError,
            f"only users and roots make federated users, not <Role arn:aws:sts::{ACCOUNT}:assumed-role/App/session>",
        ),
        (lambda _, app: app.assume(5), TypeError, "a name is text such as 'App', not 5"),
        (lambda _, app: app.assume("s", mfa="yes"), TypeError, "mfa is True or False, not 'yes'"),
        (
            lambda _, app: app.assume("s", duration="1h"),
            TypeError,
            "a duration is a positive number of seconds, not '1h'",
        ),
        (lambda _, app: app.via(5), TypeError, "a service is text such as 's3.amazonaws.com', not 5"),
        (lambda _, app: app.session("kms"), ValueError, "region_name is an AWS Region such as 'eu-west-1', not 'kms'"),
    ],
)
def test_other_principals(kms, call, error, message):
    app = kms.principals.role("App")
    with refuses(error, message):
        call(kms.principals, app)


def test_tags_may_be_written_as_iam_takes_them(kms, key):
    granted = policy(ALL | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}})
    app = kms.principals.role("App", policies=[granted], tags=[{"Key": "team", "Value": "blue"}])
    app.client().describe_key(KeyId=key["KeyId"])
    other = kms.principals.role("Other", policies=[granted])
    other.assume("s", tags=[{"Key": "team", "Value": "blue"}]).client().describe_key(KeyId=key["KeyId"])


@pytest.mark.parametrize("name", ["s3", "s3.amazonaws.com"])
def test_a_service_may_go_by_its_bare_name(kms, client, key, name):
    to_service = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "*", "Resource": "*"}
    client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(allow(to=ADMIN), to_service))

    service = kms.principals.service(name)

    assert service.arn == "s3.amazonaws.com"
    service.client().describe_key(KeyId=key["KeyId"])


@pytest.mark.parametrize("of", [lambda kms: kms, lambda kms: kms.principals.role("App")])
@pytest.mark.parametrize(
    ("arguments", "config", "error", "message"),
    [
        (("kms",), {}, ValueError, "client() is of KMS always: say the Region, client('eu-west-1'), or nothing"),
        (("Ireland",), {}, ValueError, "region_name is an AWS Region such as 'eu-west-1', not 'Ireland'"),
        ((5,), {}, TypeError, "region_name is text such as 'eu-west-1', not 5"),
        ((), {"endpoint": "x"}, TypeError, "boto3.client has no keyword 'endpoint': did you mean 'endpoint_url'?"),
        ((), {"region": "x"}, TypeError, "boto3.client has no keyword 'region'"),
        ((), {"aws_secret_access_key": b"x"}, TypeError, "aws_secret_access_key is text, not of type bytes"),
        ((), {"use_ssl": "no"}, TypeError, "use_ssl is True or False, not 'no'"),
        ((), {"config": {}}, TypeError, "config is a botocore.config.Config, not {}"),
    ],
)
def test_clients(kms, of, arguments, config, error, message):
    with refuses(error, message):
        of(kms).client(*arguments, **config)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"principal": "App"}, TypeError, "simulate takes what kms.principals made, not 'App'"),
        ({"action": 5}, TypeError, "action is text such as 'kms:Decrypt', not 5"),
        ({"key": 5}, TypeError, "key is text such as 'alias/app', not 5"),
        (
            {"encryption_context": {"a": 5}},
            TypeError,
            "encryption_context is a dictionary of texts, such as {'tenant': 'blue'}, not {'a': 5}",
        ),
        (
            {"encryption_context": "x"},
            TypeError,
            "encryption_context is a dictionary of texts, such as {'tenant': 'blue'}, not 'x'",
        ),
        (
            {"context": ["x"]},
            TypeError,
            'context is a dictionary of condition keys, such as {"aws:SourceIp": "…"}, not [\'x\']',
        ),
    ],
)
def test_simulations(kms, key, arguments, error, message):
    right = {"principal": kms.principals.role("App", account=OTHER), "action": "kms:Encrypt", "key": key["Arn"]}
    with refuses(error, message):
        kms.simulate(**(right | arguments))


def test_explanations(kms):
    with refuses(TypeError, "explain takes an event of kms.journal, or nothing, not 'x'"):
        kms.explain("x")


STATES = (
    "CREATE_IN_PROGRESS, UNINITIALIZED, INITIALIZE_IN_PROGRESS, INITIALIZED, ACTIVE, UPDATE_IN_PROGRESS, "
    "MODIFY_IN_PROGRESS, ROLLBACK_IN_PROGRESS, DELETE_IN_PROGRESS, DELETED, DEGRADED"
)
CONNECTION_ERRORS = (
    "INVALID_CREDENTIALS, CLUSTER_NOT_FOUND, NETWORK_ERRORS, INTERNAL_ERROR, INSUFFICIENT_CLOUDHSM_HSMS, "
    "USER_LOCKED_OUT, USER_NOT_FOUND, USER_LOGGED_IN, SUBNET_NOT_FOUND, INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET"
)


class TestClusters:
    @pytest.mark.parametrize(
        ("attribute", "value", "error", "message"),
        [
            ("hsms", "2", TypeError, "hsms is a whole number from 0 to 999, not '2'"),
            ("hsms", -1, ValueError, "hsms is a whole number from 0 to 999, not -1"),
            ("state", "active", ValueError, f"state is one of {STATES}, not 'active'"),
            ("state", None, TypeError, f"state is one of {STATES}, not None"),
            ("password", b"secret", TypeError, "password is text, not of type bytes"),
            ("certificate", 5, TypeError, "certificate is text, not of type int"),
            ("backup_lineage", 5, TypeError, "backup_lineage is text such as 'cluster-abcdefghijk', not 5"),
            ("connection_error", "BAD", ValueError, f"connection_error is one of {CONNECTION_ERRORS}, not 'BAD'"),
            ("failed_logins", 1.5, TypeError, "failed_logins is a whole number from 0 to 999, not 1.5"),
        ],
    )
    def test_attributes_are_checked_whenever_they_are_set(self, kms, attribute, value, error, message):
        cluster = kms.clusters.add(CLUSTER)
        with refuses(error, message):
            setattr(cluster, attribute, value)
        with refuses(error, message):
            Cluster(CLUSTER, **{attribute: value})
        assert getattr(cluster, attribute) == getattr(Cluster(CLUSTER), attribute)

    def test_what_the_registry_refuses(self, kms):
        with refuses(TypeError, f"a cluster id is text such as '{CLUSTER}', not 5"):
            kms.clusters.add(5)
        with pytest.raises(KeyError, match=f"no cluster {CLUSTER} was added"):
            kms.clusters.remove(CLUSTER)
        with pytest.raises(KeyError, match=f"no cluster {CLUSTER} was added"):
            kms.clusters[CLUSTER]

    def test_it_shows_its_clusters(self, kms):
        assert repr(kms.clusters) == "<Clusters not registered: any id stands for one that matches>"
        kms.clusters.add(CLUSTER)
        assert repr(kms.clusters) == f"<Clusters {CLUSTER}>"

    def test_states_and_errors_are_those_of_the_models(self):
        shapes = {name: Loader().load_service_model(name, "service-2")["shapes"] for name in ("cloudhsmv2", "kms")}
        errors = shapes["kms"]["ConnectionErrorCodeType"]["enum"]
        # An older botocore has fewer of them.
        assert set(clusters.STATES) >= {*shapes["cloudhsmv2"]["ClusterState"]["enum"]}
        assert set(clusters.CONNECTION_ERRORS) >= {code for code in errors if not code.startswith("XKS_")}


def test_what_users_hold_shows_what_is_for_them(kms):
    def shown(what):
        return [name for name in dir(what) if not name.startswith("_")]

    app = kms.principals.role("App")
    assert shown(kms.principals) == ["acting_as", "federated_user", "remove", "role", "root", "service", "user"]
    assert shown(app) == ["account", "arn", "assume", "client", "credentials", "having", "role_arn", "session", "via"]
    assert shown(kms) == [
        "account_id",
        "acting_as",
        "client",
        "clock",
        "clusters",
        "explain",
        "is_open",
        "journal",
        "options",
        "principals",
        "region",
        "reset",
        "rolled_back",
        "simulate",
        "start",
        "started_at",
        "stop",
        "xks",
    ]
    assert shown(kms.clock) == ["advance", "epoch", "freeze", "now", "system_epoch", "travel_to", "unfreeze"]
    assert shown(kms.clusters) == ["add", "remove"]
    assert shown(kms.journal) == ["clear", "events"]
    assert shown(kms.xks) == ["add_vpc_endpoint_service", "route"]
    assert repr(kms.principals) == f"<Principals of {ACCOUNT}>"


def test_the_fake_of_another_region_is_still_made():
    with FakeKms(region="eu-west-1") as kms:
        assert kms.client("us-west-2").meta.region_name == "us-west-2"
