"""The question in CPython with orjson: `python orjson_peer.py PROCESSES FOLDER`.

Of the inflaters tried isal and zlib-ng were the fastest, and equal; gzip of the standard library
takes nearly twice as long. Garbage collection is off while documents are read: it
took a fifth of the parsing time.
"""

import collections
import gc
import multiprocessing
import re
import sys

import orjson
from answer import find_files, print_csv
from isal import igzip

ASSUMED_ROLE = re.compile(r"arn:([^:]*):sts::([^:]*):assumed-role/([^/]+)(?:/.*)?", re.DOTALL)
ANONYMOUS = ("anonymous", "anonymous_principal")

Call = collections.namedtuple(
    "Call", "event_id recipient shared_event_id is_targets_copy host vpce principal"
)


def principal_of(identity, parameters):
    return (
        principal_of_its_type(identity, parameters)
        or identity.get("arn")
        or unique_id_or_principal_id(identity)
        or identity.get("userName")
        or identity.get("invokedBy")
        or identity.get("accountId")
        or "unknown"
    )


def unique_id_or_principal_id(identity):
    """A role, not its sessions."""
    principal_id = identity.get("principalId") or ""
    has_sessions = identity.get("type") in ("AssumedRole", "AWSAccount")
    return principal_id.partition(":")[0] if has_sessions else principal_id


def principal_of_its_type(identity, parameters):
    kind = identity.get("type")
    principal_id = identity.get("principalId")
    if kind == "AssumedRole":
        issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
        if issuer.get("arn"):
            return issuer["arn"]
        role = ASSUMED_ROLE.fullmatch(identity.get("arn") or "")
        return f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}" if role else None
    if kind == "AWSService":
        return identity.get("invokedBy")
    if kind == "AWSAccount":
        account = identity.get("accountId")
        unique_id = unique_id_or_principal_id(identity)
        if not account or not unique_id:
            return account
        is_anonymous = unique_id.lower() in ANONYMOUS or account.lower() in ANONYMOUS
        return account if is_anonymous else f"{account}:{unique_id}"
    if kind in ("WebIdentityUser", "SAMLUser"):
        user_name = identity.get("userName")
        is_eks = kind == "WebIdentityUser" and (user_name or "").startswith(
            "system:serviceaccount:"
        )
        if is_eks and principal_id:
            return principal_id
        provider = identity.get("identityProvider")
        if kind == "SAMLUser":
            provider = parameters.get("principalArn") or provider
        role = parameters.get("roleArn")
        if provider and role:
            return f"{provider} for {role}"
        return provider or role or principal_id or user_name
    if kind == "IdentityCenterUser":
        person = identity.get("onBehalfOf") or {}
        parts = (person.get("identityStoreArn"), person.get("userId"))
        return "/".join(part for part in parts if part)
    return None


def call_of(record):
    """The call a record of STS tells of, or None."""
    if (
        record.get("eventCategory") in ("NetworkActivity", "Insight")
        or record.get("eventType") == "AwsCloudTrailInsight"
    ):
        return None
    identity = record.get("userIdentity") or {}
    host = ((record.get("tlsDetails") or {}).get("clientProvidedHostHeader") or "").strip().lower()
    return Call(
        (record.get("addendum") or {}).get("originalEventID") or record.get("eventID"),
        record.get("recipientAccountId"),
        record.get("sharedEventID"),
        identity.get("type") == "AWSAccount",
        re.sub(r":[0-9]+\Z", "", host).rstrip("."),
        record.get("vpcEndpointId") or "",
        principal_of(identity, record.get("requestParameters") or {}),
    )


def count(calls):
    """Count each call once, by host, VPC endpoint and principal."""
    counts = collections.Counter()
    by_event, by_shared_event = {}, {}

    def keep_the_least(kept, key, call):
        if key not in kept or call[3:] < kept[key][3:]:
            kept[key] = call

    for call in calls:
        if call.event_id:
            keep_the_least(by_event, (call.event_id, call.recipient), call)
        else:
            counts[call[4:]] += 1
    for call in by_event.values():
        if call.shared_event_id:
            # The first to be compared is whether it is the target account's copy.
            keep_the_least(by_shared_event, call.shared_event_id, call)
        else:
            counts[call[4:]] += 1
    counts.update(call[4:] for call in by_shared_event.values())
    return [(*group, calls) for group, calls in counts.items()]


def read_file(path):
    with open(path, "rb") as file:
        document = igzip.decompress(file.read())
    if b"sts.amazonaws.com" not in document:
        return []
    records = orjson.loads(document)["Records"]
    calls = (call_of(r) for r in records if r.get("eventSource") == "sts.amazonaws.com")
    # Plain tuples: a class of its own would go to the parent by name with each call.
    return [tuple(call) for call in calls if call]


def main(read_file):
    processes, folder = sys.argv[1:]
    with multiprocessing.Pool(int(processes), initializer=gc.disable) as pool:
        lists = pool.imap_unordered(read_file, find_files(folder), chunksize=4)
        print_csv(count(Call(*call) for calls in lists for call in calls))


if __name__ == "__main__":
    main(read_file)
