from __future__ import annotations

import json

import pytest
from iam import ALL, allow, policy

from fake_kms.policy.document import aws_principals, compile_policy
from fake_kms.policy.key_policy_text import default_key_policy, normalize
from fake_kms.policy.malformed import InvalidPolicyArn, InvalidPrincipal, MalformedPolicy, OverlyPermissive

STATEMENT = allow(Principal="*")
DROP = object()


def _text(*statements, **more):
    return json.dumps({**policy(*statements), **more})


def _changed(base, **changes):
    return {name: value for name, value in {**base, **changes}.items() if value is not DROP}


BOMB = '{"Statement":' + "[" * 100_000
DEEP = '{"Statement":' + "[" * 200 + "]" * 200 + "}"

DOCUMENTS = [
    ("nonsense", "it is not JSON"),
    (BOMB, "it is not JSON"),
    ('{"Statement": NaN}', "it is not JSON"),
    (_text(STATEMENT, Id=float("-inf")), "it is not JSON"),
    (DEEP, "it nests deeper than 32 levels"),
    ("[]", "it is not a JSON object"),
    ("{}", "it has no Statement"),
    (_text(), "it has no Statement"),
    (_text(STATEMENT, Version="2020-01-01"), "Version is neither 2012-10-17 nor 2008-10-17"),
    (_text(STATEMENT, Version=["2012-10-17"]), "Version is neither 2012-10-17 nor 2008-10-17"),
    (_text(STATEMENT, Statements=[]), "a policy has no element 'Statements'"),
    (_text("x"), "statement 1: it is not an object"),
    (_text({**STATEMENT, "Sid": "A"}, {**STATEMENT, "Sid": "A"}), "statement 2: its Sid 'A' is not unique"),
]


@pytest.mark.parametrize(("text", "message"), DOCUMENTS, ids=[message for _, message in DOCUMENTS])
def test_a_malformed_document(text, message):
    with pytest.raises(MalformedPolicy) as caught:
        compile_policy(text, "key policy", kind="key")
    assert message == str(caught.value)


STATEMENTS = [
    ({"Effect": "Maybe", "Sid": "X"}, "statement 2 (Sid 'X'): Effect is 'Maybe', not Allow or Deny"),
    ({"Effect": DROP}, "statement 2: Effect is None, not Allow or Deny"),
    ({"Effect": ["Allow"]}, "statement 2: Effect is ['Allow'], not Allow or Deny"),
    ({"Sid": 5}, "statement 2 (Sid 5): Sid is not a string"),
    ({"Foo": 1}, "statement 2: a statement has no element 'Foo'"),
    ({"Principal": DROP}, "statement 2: it has neither Principal nor NotPrincipal"),
    ({"NotPrincipal": "*"}, "statement 2: it has both Principal and NotPrincipal"),
    ({"NotAction": "*"}, "statement 2: it has both Action and NotAction"),
    ({"NotResource": "*"}, "statement 2: it has both Resource and NotResource"),
    ({"Action": 5}, "statement 2: Action is not one or more strings"),
    ({"Action": ["kms:*", None]}, "statement 2: Action is not one or more strings"),
    ({"Resource": {}}, "statement 2: Resource is not one or more strings"),
    ({"Principal": {"AWS": []}}, "statement 2: it names no principal of the kind AWS"),
    ({"Principal": {}}, "statement 2: it names no principal"),
    ({"Action": DROP}, "statement 2: it has neither Action nor NotAction"),
    ({"Resource": []}, "statement 2: it has neither Resource nor NotResource"),
    ({"Principal": {"AWS": 111122223333}}, "statement 2: the principals of kind AWS are not one or more strings"),
    ({"Condition": []}, "statement 2: Condition is not an object"),
    ({"Condition": {"Bool": "x"}}, "statement 2: Condition Bool is not an object of condition keys"),
    ({"Condition": {"StringIs": {"a": "b"}}}, "statement 2: Condition has the unknown operator 'StringIs'"),
    ({"Condition": {"NullIfExists": {"a": "b"}}}, "statement 2: Condition has the unknown operator 'NullIfExists'"),
    ({"Condition": {"ForSome:Bool": {"a": "b"}}}, "statement 2: Condition has the unknown set operator 'ForSome'"),
    (
        {"Condition": {"Bool": {"a": None}}},
        "statement 2: Condition Bool a has a value that is not a string, number or boolean",
    ),
    (
        {"Condition": {"Bool": {"a": [["b"]]}}},
        "statement 2: Condition Bool a has a value that is not a string, number or boolean",
    ),
]


@pytest.mark.parametrize(("changes", "message"), STATEMENTS, ids=[message for _, message in STATEMENTS])
def test_a_malformed_statement_is_pointed_at(changes, message):
    text = _text(STATEMENT, _changed(STATEMENT, **changes))
    with pytest.raises(MalformedPolicy) as caught:
        compile_policy(text, "key policy", kind="key")
    assert message == str(caught.value)


OWN_STATEMENTS = [
    ({"Principal": "*"}, "statement 1: an identity policy cannot have a Principal"),
    ({"NotPrincipal": "*"}, "statement 1: an identity policy cannot have a Principal"),
    ({"Action": DROP}, "statement 1: it has neither Action nor NotAction"),
    ({"Resource": DROP}, "statement 1: it has neither Resource nor NotResource"),
    ({"Action": []}, "statement 1: it has neither Action nor NotAction"),
    ({"Action": "Decrypt"}, "statement 1: Action 'Decrypt' has no service prefix, as in kms:Decrypt"),
    ({"Resource": "alias/x"}, "statement 1: Resource 'alias/x' is neither an ARN nor '*'"),
]


@pytest.mark.parametrize(("changes", "message"), OWN_STATEMENTS, ids=[message for _, message in OWN_STATEMENTS])
def test_a_malformed_identity_policy(changes, message):
    with pytest.raises(MalformedPolicy) as caught:
        compile_policy(_text(_changed(ALL, **changes)), "App", kind="identity")
    assert message == str(caught.value)


WILDCARD = "has a wildcard, which only stands alone as '*'"
NONE_OF_THESE = "is not an account, user, role or session"
NO_PRINCIPAL = "is not a principal"
NO_ACCOUNT = "is not the ARN of a principal: it has no account"
NOT_OF_IAM = "is not the ARN of an account, user or role"
PRINCIPALS = [
    ("arn:aws:iam::111122223333:role/*", InvalidPrincipal, WILDCARD),
    ("arn:aws:iam::111122223333:user/a?b", InvalidPrincipal, WILDCARD),
    ("arn:aws:iam::111122223333:*", InvalidPrincipal, WILDCARD),
    ("arn:aws:sts::111122223333:assumed-role/App/*", InvalidPrincipal, WILDCARD),
    ("arn:aws:iam::111122223333:group/admins", InvalidPolicyArn, NOT_OF_IAM),
    ("arn:aws:iam::abc:root", InvalidPolicyArn, NOT_OF_IAM),
    ("arn:aws:iam::1111:root", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:iam:us-east-1:111122223333:root", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:s3::111122223333:root", InvalidPrincipal, NONE_OF_THESE),
    ("arn:amazon:iam::111122223333:root", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:iam::111122223333:user/", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:iam::111122223333:user/j\xfcrgen", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:sts::111122223333:assumed-role/App", InvalidPrincipal, NONE_OF_THESE),
    ("arn:aws:sts::111122223333:federated-user/j\xfcrgen", InvalidPrincipal, NONE_OF_THESE),
    ("11112222333", InvalidPrincipal, NO_PRINCIPAL),
    ("AIDA123", InvalidPrincipal, NO_PRINCIPAL),
    ("AROAEXAMPLEID:", InvalidPrincipal, NO_PRINCIPAL),
    ("AROAEXAMPLEID:j\xfcrgen", InvalidPrincipal, NO_PRINCIPAL),
    ("alice", InvalidPrincipal, NO_PRINCIPAL),
    ("", InvalidPrincipal, NO_PRINCIPAL),
    ("arn:aws:iam:::root", InvalidPolicyArn, NO_ACCOUNT),
    ("arn:aws:iam:::role/App", InvalidPolicyArn, NO_ACCOUNT),
    ("arn:aws:iam::", InvalidPolicyArn, NO_ACCOUNT),
    ("arn:aws:iam", InvalidPolicyArn, NO_ACCOUNT),
]


@pytest.mark.parametrize(("name", "verdict", "why"), PRINCIPALS)
def test_what_a_key_policy_cannot_name(name, verdict, why):
    with pytest.raises(MalformedPolicy) as caught:
        compile_policy(_text({**STATEMENT, "Principal": {"AWS": ["111122223333", name]}}), "key policy", kind="key")
    assert verdict is type(caught.value)
    assert str(caught.value) == f"statement 1: {name!r} {why}"


OTHER_PRINCIPALS = [
    ("arn:aws:iam::111122223333:root", "the principal 'arn:aws:iam::111122223333:root' is neither '*' nor an object"),
    (5, "the principal 5 is neither '*' nor an object"),
    (None, "the principal None is neither '*' nor an object"),
    (["*"], "the principal ['*'] is neither '*' nor an object"),
    ({"CanonicalUser": "79a59df900b9"}, "a key policy cannot name a principal of the kind 'CanonicalUser'"),
    ({"Service": "example.com"}, "'example.com' is not a service principal"),
    ({"Service": "*"}, "'*' is not a principal of the kind Service"),
    ({"Service": "*.amazonaws.com"}, "'*.amazonaws.com' is not a service principal"),
    ({"Service": "ec2.amazonawsxcom"}, "'ec2.amazonawsxcom' is not a service principal"),
    ({"Service": "arn:aws:iam::1:root"}, "'arn:aws:iam::1:root' is not a service principal"),
    ({"Federated": "*"}, "'*' is not a principal of the kind Federated"),
]


@pytest.mark.parametrize(("principal", "why"), OTHER_PRINCIPALS, ids=[why for _, why in OTHER_PRINCIPALS])
def test_what_is_no_principal(principal, why):
    with pytest.raises(InvalidPrincipal) as caught:
        compile_policy(_text({**STATEMENT, "Principal": principal}), "key policy", kind="key")
    assert str(caught.value) == f"statement 1: {why}"


@pytest.mark.parametrize(
    "name",
    [
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws-cn:iam::111122223333:user/team/al.ice@x",
        "arn:aws-us-gov:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        "arn:aws:sts::111122223333:assumed-role/App/i-0123",
        "arn:aws:sts::111122223333:assumed-role/my-app/alice@example.com",
        "arn:aws:sts::111122223333:federated-user/bob",
        "arn:aws:sts::111122223333:federated-user/bob@example.com",
        "AROAEXAMPLEID",
        "AROAEXAMPLEID:session",
        "AROAEXAMPLEID:alice@example.com",
        "AIDAEXAMPLEID",
        "AIDA1234",
    ],
)
def test_what_a_key_policy_can_name(name):
    policy = compile_policy(_text({**STATEMENT, "Principal": {"AWS": name}}), "key policy", kind="key")
    assert [name] == aws_principals(policy)


@pytest.mark.parametrize("name", ["s3.amazonaws.com", "ec2.amazonaws.com.cn", "logs.us-east-1.amazonaws.com"])
def test_which_services_a_key_policy_can_name(name):
    text = _text({**STATEMENT, "Principal": {"Service": name}})
    assert compile_policy(text, "key policy", kind="key").statements[0].principals.services == {name}


@pytest.mark.parametrize(
    ("key", "subject"), [("kms:EncryptionContext:tenant", "encryption context"), ("aws:RequestTag/team", "tag")]
)
def test_for_all_values_of_a_single_valued_key(key, subject):
    text = _text({**STATEMENT, "Sid": "X", "Condition": {"ForAllValues:StringEquals": {key: "a"}}})
    with pytest.raises(OverlyPermissive) as caught:
        compile_policy(text, "key policy", kind="key")
    assert (str(caught.value), caught.value.subject) == (
        f"statement 1 (Sid 'X'): ForAllValues:StringEquals of {key}, which has one value or none",
        subject,
    )


def test_for_all_values_in_an_identity_policy_is_taken():
    condition = {"ForAllValues:StringEquals": {"kms:EncryptionContext:tenant": "a"}}
    assert compile_policy(_text({**ALL, "Condition": condition}), "App", kind="identity")


def test_the_principals_of_a_policy_in_order_and_once():
    root = "arn:aws:iam::111122223333:root"
    text = _text(
        {**STATEMENT, "Principal": {"AWS": [root, "444455556666"], "Service": "s3.amazonaws.com"}},
        {**STATEMENT, "Principal": {"AWS": root, "Federated": "cognito-identity.amazonaws.com"}},
        STATEMENT,
    )
    assert [root, "444455556666"] == aws_principals(compile_policy(text, "key policy", kind="key"))


def test_a_policy_keeps_its_name_version_and_statements():
    policy = compile_policy(json.dumps({"Statement": {**STATEMENT, "Sid": "A b"}}), "mine", kind="key")
    assert (
        policy.name,
        policy.version,
        [statement.label for statement in policy.statements],
    ) == ("mine", "2008-10-17", ["statement 'A b'"])
    assert policy is compile_policy(json.dumps({"Statement": {**STATEMENT, "Sid": "A b"}}), "mine", kind="key")


def test_only_text_is_taken():
    with pytest.raises(MalformedPolicy) as caught:
        compile_policy(b"{}", "key policy", kind="key")
    assert str(caught.value) == "it is not text"


def test_the_default_key_policy_is_byte_for_byte_that_of_aws():
    text = default_key_policy("arn:aws:iam::111122223333:root")
    assert (
        text
        == """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
    )
    assert text == normalize(text, "aws")
    assert compile_policy(text, "key policy", kind="key").statements[0].sid == "Enable IAM User Permissions"


def test_a_key_policy_is_printed_as_aws_prints_it():
    secure = {"Bool": {"aws:SecureTransport": [True]}, "Null": {}, "StringLike": {"aws:userid": ["a", "b"]}}
    statement = allow(["kms:A*", "kms:B*"], [], to=["111122223333"], Condition=secure, Sid="ÿ")
    assert (
        normalize(json.dumps({"Statement": statement, "Id": "mine", "Version": "2012-10-17"}), "aws-cn")
        == """{
  "Version" : "2012-10-17",
  "Id" : "mine",
  "Statement" : {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws-cn:iam::111122223333:root"
    },
    "Action" : [ "kms:A*", "kms:B*" ],
    "Resource" : [ ],
    "Condition" : {
      "Bool" : {
        "aws:SecureTransport" : true
      },
      "Null" : { },
      "StringLike" : {
        "aws:userid" : [ "a", "b" ]
      }
    },
    "Sid" : "ÿ"
  }
}"""
    )


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize(("names", "printed"), [(["a"], "a"), (["a", "b"], ["a", "b"]), ("a", "a")])
def test_one_principal_in_an_array_comes_back_as_a_string(element, names, printed):
    statement = {"Effect": "Deny", element: {"AWS": names}, "Action": ["kms:*"], "Resource": ["*"]}
    text = normalize(json.dumps({"Statement": [statement]}), "aws")
    assert json.loads(text) == {"Statement": [{**statement, element: {"AWS": printed}}]}
