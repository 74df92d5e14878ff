#!/usr/bin/env python3
"""An independent reference for `stscope report`: slow, obvious, and held against it by a test.

It reads the same PATHs and prints the same answer, each rule written down once, in the plainest
way, from the contract alone; it shares no code and no tables with the program. Whole files are
parsed into whole documents, every call is kept in memory, and counting is done at the end in one
place. Nothing is pruned by S3 key: pruning must never change an answer, so the reference has none.

    slow_count.py [--group-by DIM,...] [--since T] [--until T] [--account A,...] [--region R,...]
                  [--endpoint E,...] [--where DIM=GLOB|DIM!=GLOB]... [--no-dedup]
                  [--processes N] [--json] PATH...

CSV as of `stscope report --format csv` goes to standard output; with --json, one object with
"summary", "group_by", "groups" and the part of "coverage" that does not depend on pruning.
Damaged files are named on standard error. Exit: 0 done, 2 nothing was read or usage, 3 damage.
"""

import argparse
import collections
import fnmatch
import glob
import json
import multiprocessing
import os
import re
import stat
import sys
import zlib
from datetime import datetime, timedelta, timezone

try:
    import orjson
except ImportError:
    orjson = None

DIMENSIONS = [
    "endpoint",
    "evidence",
    "endpoint_region",
    "endpoint_variant",
    "client_provided_host_header",
    "vpc_endpoint_id",
    "principal",
    "principal_type",
    "account_id",
    "recipient_account_id",
    "aws_region",
    "aws_serving_region",
    "event_name",
    "error_code",
    "role_arn",
    "invoked_by",
    "sdk",
    "sdk_version",
    "user_agent",
    "source_ip_address",
    "tls_version",
    "key_exchange",
    "day",
    "hour",
    "session_name",
    "in_scope_of",
]
DEFAULT_GROUP_BY = "endpoint,client_provided_host_header,vpc_endpoint_id,principal"
ENDPOINTS = ["global", "regional", "aws-service", "other", "unknown"]
MEASURES = ["calls", "errors", "first_event_time", "last_event_time"]


class Damaged(Exception):
    """The input is damaged from here on; what was taken before stays taken."""

    def __init__(self, stage, detail):
        super().__init__(f"{stage}: {detail}")


# --- PATHs -> files -----------------------------------------------------------------------------

LOG_EXTENSIONS = {"", ".gz", ".json", ".jsonl", ".ndjson", ".log"}
KEY_KIND = re.compile(
    r"(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?[0-9]{12}/CloudTrail-(Digest|Insight|Aggregated)/"
)
NAME_KIND = re.compile(r"(?:^|/)[0-9]{12}_CloudTrail-(Digest|Insight|Aggregated)_[^/]*$")


def find_files(paths):
    """Return {real path: (path, was it named rather than met in a walk)}."""
    found = {}

    def add(path, named):
        real = path if path == "-" else os.path.realpath(path)
        earlier = found.get(real)
        if earlier is None or (named and not earlier[1]):
            found[real] = (path, named)

    for typed in paths:
        if typed == "-" or os.path.lexists(typed):
            expanded = [typed]
        else:
            # A path that exists is never a pattern. What matches nothing is tried, and fails.
            expanded = sorted(glob.glob(typed, recursive=True)) or [typed]
        for path in expanded:
            if path == "-" or not os.path.isdir(path):
                add(path, named=True)
                continue
            # A folder that cannot be listed is unreadable input: it is found, and damaged.
            for folder, folders, names in os.walk(
                path, onerror=lambda error: add(error.filename, named=True)
            ):
                folders[:] = [name for name in folders if not name.startswith(".")]
                for name in names:
                    add(os.path.join(folder, name), named=False)
    return found


def skip_reason_of_name(path):
    """The reason to leave a file met in a walk unread, or None."""
    name = os.path.basename(path)
    if name.startswith(".") or os.path.splitext(name)[1] not in LOG_EXTENSIONS:
        return "not-a-log"
    kind = KEY_KIND.search(path) or NAME_KIND.search(path)
    return kind.group(1).lower() if kind else None


# --- bytes -> text ------------------------------------------------------------------------------

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1 << 16


def gunzip(raw):
    """Return what all members hold and, if it is cut short, the Damaged that says why."""
    whole = []
    position = 0
    while position < len(raw):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            chunk = raw[position : position + CHUNK]
            if not chunk:
                return b"".join(whole), Damaged("gzip", "the last member is cut")
            before = member.copy()
            try:
                whole.append(member.decompress(chunk))
            except zlib.error as error:
                whole.append(inflate_until_it_fails(before, chunk))
                return b"".join(whole), Damaged("gzip", error)
            position += len(chunk) - len(member.unused_data)
        while raw[position : position + 1] == b"\0":
            position += 1
    return b"".join(whole), None


def inflate_until_it_fails(member, chunk):
    """Byte by byte, because a call of zlib's that fails returns nothing of what it had."""
    output = bytearray()
    try:
        for index in range(len(chunk)):
            piece = member.decompress(chunk[index : index + 1], 1)
            while piece:
                output += piece
                piece = member.decompress(member.unconsumed_tail, 1)
    except zlib.error:
        pass
    return bytes(output)


# --- text -> documents --------------------------------------------------------------------------

WHITE_SPACE = re.compile(r"[ \t\r\n]*")
EXPORT_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2}) ")
CONTAINERS = ("Records", "Events", "logEvents")


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(parse_constant=refuse_constant)


def skip_white_space(text, position):
    return WHITE_SPACE.match(text, position).end()


def decode_value(text, position):
    """One JSON value and where it ends; ValueError where there is none."""
    try:
        return DECODER.raw_decode(text, position)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_documents(data, take):
    """Call take(document, bytes_were_invalid) for each top-level JSON value."""
    if orjson is not None:
        try:
            document = orjson.loads(data)
        except ValueError:
            pass  # More than one document, damage, or orjson's own strictness: look closely.
        else:
            take(document, False)
            return
    try:
        text = data.decode("utf-8")
        bytes_were_invalid = False
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="surrogateescape")
        bytes_were_invalid = True
    position = skip_white_space(text, 0)
    while position < len(text):
        timestamp = EXPORT_TIMESTAMP.match(text, position)
        if timestamp:
            position = skip_white_space(text, timestamp.end())
        try:
            document, end = decode_value(text, position)
        except ValueError as error:
            take(whole_part(text, position), bytes_were_invalid)
            raise Damaged("json", error) from None
        take(document, bytes_were_invalid)
        position = skip_white_space(text, end)


def whole_part(text, position):
    """Of a broken document: the elements of its arrays of records that are whole."""
    first = text[position : position + 1]
    if first == "[":
        return whole_elements(text, position)[0]
    document = {}
    if first != "{":
        return document
    position = skip_white_space(text, position + 1)
    while text[position : position + 1] == '"':
        try:
            key, position = decode_value(text, position)
            position = skip_white_space(text, position)
            if text[position : position + 1] != ":":
                break
            position = skip_white_space(text, position + 1)
            if key in CONTAINERS and text[position : position + 1] == "[":
                document[key], position = whole_elements(text, position)
                if position is None:
                    break
            else:
                document[key], position = decode_value(text, position)
        except ValueError:
            break
        position = skip_white_space(text, position)
        if text[position : position + 1] != ",":
            break
        position = skip_white_space(text, position + 1)
    # The rest of a broken object is no record, however much of one it holds.
    return {key: document[key] for key in (*CONTAINERS, "detail") if key in document}


def whole_elements(text, position):
    """The whole elements of the array that begins here, and its end, or None if it is broken."""
    elements = []
    position = skip_white_space(text, position + 1)
    if text[position : position + 1] == "]":
        return elements, position + 1
    while True:
        try:
            element, position = decode_value(text, position)
        except ValueError:
            return elements, None
        elements.append(element)
        position = skip_white_space(text, position)
        if text[position : position + 1] == "]":
            return elements, position + 1
        if text[position : position + 1] != ",":
            return elements, None
        position = skip_white_space(text, position + 1)


# --- documents -> records -----------------------------------------------------------------------


class FileReading:
    """What one file came to."""

    def __init__(self, path):
        self.path = path
        self.skipped = None
        self.damage = None
        self.records = 0
        self.not_calls = 0
        self.calls = []
        self.is_cloudtrail = False
        self.is_digest = False

    def take(self, document, bytes_were_invalid):
        """Take the records of one document, by its shape."""
        if isinstance(document, list):
            self.is_cloudtrail |= not document
            for element in document:
                self.take(element, bytes_were_invalid)
        elif not isinstance(document, dict):
            return
        elif isinstance(document.get("Records"), list):
            self.is_cloudtrail = True
            for record in document["Records"]:
                self.take_record(record, bytes_were_invalid)
        elif isinstance(document.get("Events"), list):
            self.is_cloudtrail |= not document["Events"]
            for event in document["Events"]:
                self.take_embedded(as_object(event).get("CloudTrailEvent"), bytes_were_invalid)
        elif isinstance(document.get("logEvents"), list):
            for event in document["logEvents"]:
                message = as_object(event).get("message")
                # The subscription's own control messages are sentences.
                if isinstance(message, str) and message.lstrip().startswith("{"):
                    self.take_embedded(message, bytes_were_invalid)
        elif is_record(document.get("detail")):
            self.take_record(document["detail"], bytes_were_invalid)
        elif is_record(document):
            self.take_record(document, bytes_were_invalid)
        elif "digestStartTime" in document and "logFiles" in document:
            self.is_digest = True

    def take_embedded(self, text, bytes_were_invalid):
        """Take the record that is written out inside a string."""
        if not isinstance(text, str):
            return
        position = skip_white_space(text, 0)
        try:
            record, end = decode_value(text, position)
        except ValueError as error:
            raise Damaged("record", error) from None
        if skip_white_space(text, end) != len(text):
            raise Damaged("record", "something follows the record in its string")
        if is_record(record):
            self.take_record(record, bytes_were_invalid)

    def take_record(self, record, bytes_were_invalid):
        self.is_cloudtrail = True
        record_is_sts = as_object(record).get("eventSource") == "sts.amazonaws.com"
        if record_is_sts and bytes_were_invalid and holds_invalid_bytes(record):
            raise Damaged("record", "an STS record holds bytes that are not UTF-8")
        self.records += 1
        if not record_is_sts:
            return
        if (
            record.get("eventCategory") in ("NetworkActivity", "Insight")
            or record.get("eventType") == "AwsCloudTrailInsight"
        ):
            self.not_calls += 1
        else:
            self.calls.append(call_of(record))


def is_record(value):
    """Whether a JSON value that stands alone is a CloudTrail record."""
    return isinstance(as_object(value).get("eventSource"), str) or (
        isinstance(as_object(value).get("eventVersion"), str)
        and isinstance(as_object(value).get("eventID"), str)
    )


def holds_invalid_bytes(record):
    """Whether decoding with surrogateescape had to stand in for a byte of this record."""
    return bool(re.search("[\udc80-\udcff]", json.dumps(record, ensure_ascii=False)))


def read_file(path, named):
    """Read one file whole. Nothing is raised: what went wrong is part of the answer."""
    reading = FileReading(path)
    try:
        if path == "-":
            raw = sys.stdin.buffer.read()
        else:
            mode = os.stat(path).st_mode
            a_pipe_was_named = named and (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode))
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or a_pipe_was_named):
                reading.skipped = "not-a-file"
                return reading
            reading.skipped = None if named else skip_reason_of_name(path)
            if reading.skipped:
                return reading
            with open(path, "rb") as file:
                raw = file.read()
    except OSError as error:
        reading.damage = f"open: {error}"
        return reading
    damage = None
    data = raw
    if raw.startswith(GZIP_MAGIC):
        data, damage = gunzip(raw)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        read_documents(data, reading.take)
    except Damaged as error:
        damage = damage or error
    if damage:
        reading.damage = str(damage)
    elif not data.strip(b" \t\r\n"):
        reading.skipped = "empty"
    elif not reading.is_cloudtrail:
        reading.skipped = "digest" if reading.is_digest else "not-cloudtrail"
    return reading


def read_named_or_walked(arguments):
    return read_file(*arguments)


# --- record -> call -----------------------------------------------------------------------------


def as_object(value):
    return value if isinstance(value, dict) else {}


def as_text(value):
    """A string that is not empty, or None. Lone surrogates have no UTF-8 and become U+FFFD."""
    if not isinstance(value, str) or not value:
        return None
    if value.isascii():
        return value
    return re.sub("[\ud800-\udfff]", "\ufffd", value)


def lower(text):
    """Lower case of the ASCII letters alone."""
    return re.sub("[A-Z]+", lambda letters: letters.group().lower(), text)


def call_of(record):
    """Everything that counting needs of one STS record."""
    identity = as_object(record.get("userIdentity"))
    parameters = as_object(record.get("requestParameters"))
    tls = as_object(record.get("tlsDetails"))
    details = as_object(as_object(record.get("additionalEventData")).get("RequestDetails"))
    scope = as_object(identity.get("inScopeOf"))
    addendum = as_object(record.get("addendum"))

    milliseconds = milliseconds_of(as_text(record.get("eventTime")))
    event_time = show_time(milliseconds)
    host = normalised_host(as_text(tls.get("clientProvidedHostHeader")))
    host_class, host_region, host_variant = class_of_host(host)
    endpoint_type = as_text(details.get("endpointType"))
    if endpoint_type not in ("global", "regional"):
        endpoint_type = None
    aws_region = as_text(record.get("awsRegion"))
    invoked_by = as_text(identity.get("invokedBy"))

    if endpoint_type:
        endpoint, evidence = endpoint_type, "endpoint-type"
    elif host:
        endpoint, evidence = host_class, "host-header"
    elif as_text(identity.get("type")) == "AWSService" or invoked_by:
        endpoint, evidence = "aws-service", "caller"
    elif aws_region == "global":
        endpoint, evidence = "global", "aws-region"
    elif aws_region and aws_region != "us-east-1":
        endpoint, evidence = "regional", "aws-region"
    else:
        endpoint, evidence = "unknown", "none"
    is_regional = endpoint == "regional"

    principal = principal_of(identity, parameters)
    recipient_account_id = as_text(record.get("recipientAccountId"))
    role_arn = as_text(parameters.get("roleArn"))
    user_agent = as_text(record.get("userAgent"))
    sdk, sdk_version = sdk_of(user_agent)
    in_scope_of = [as_text(scope.get("issuerType")), as_text(scope.get("credentialsIssuedTo"))]

    return {
        "endpoint": endpoint,
        "evidence": evidence,
        "endpoint_region": (host_region or aws_region) if is_regional else None,
        "endpoint_variant": host_variant if is_regional else None,
        "client_provided_host_header": host,
        "vpc_endpoint_id": as_text(record.get("vpcEndpointId")),
        "principal": principal,
        "principal_type": as_text(identity.get("type")),
        "account_id": (
            as_text(identity.get("accountId"))
            or account_of_arn(principal)
            or account_of_arn(as_text(identity.get("arn")))
            or account_of_arn(role_arn)
            or recipient_account_id
        ),
        "recipient_account_id": recipient_account_id,
        "aws_region": aws_region,
        "aws_serving_region": as_text(details.get("awsServingRegion")),
        "event_name": as_text(record.get("eventName")),
        "error_code": as_text(record.get("errorCode")),
        "role_arn": role_arn,
        "invoked_by": invoked_by,
        "sdk": sdk,
        "sdk_version": sdk_version,
        "user_agent": user_agent,
        "source_ip_address": as_text(record.get("sourceIPAddress")),
        "tls_version": as_text(tls.get("tlsVersion")),
        "key_exchange": as_text(tls.get("keyExchange")),
        "day": event_time and event_time[:10],
        "hour": event_time and event_time[:13],
        "session_name": session_name_of(identity, principal),
        "in_scope_of": " ".join(part for part in in_scope_of if part) or None,
        # What follows is no dimension.
        "milliseconds": milliseconds,
        "event_id": as_text(addendum.get("originalEventID")) or as_text(record.get("eventID")),
        "shared_event_id": as_text(record.get("sharedEventID")),
        "disagrees": bool(endpoint_type and host and endpoint_type != host_class),
    }


# Times are whole milliseconds since 1970, or None.

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
RFC_3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def milliseconds_of(text):
    parts = RFC_3339.fullmatch(text) if text else None
    if not parts:
        return None
    year, month, day, hour, minute, second = (int(part) for part in parts.group(1, 2, 3, 4, 5, 6))
    if second > 60:
        return None
    offset = timedelta()
    if parts.group(8):
        if int(parts.group(9)) > 23 or int(parts.group(10)) > 59:
            return None
        offset = timedelta(hours=int(parts.group(9)), minutes=int(parts.group(10)))
        if parts.group(8) == "-":
            offset = -offset
    try:
        minute_began = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
        moment = minute_began + timedelta(seconds=second) - offset
    except (ValueError, OverflowError):
        return None
    fraction = int(((parts.group(7) or "") + "000")[:3])
    return (moment - EPOCH) // timedelta(milliseconds=1) + fraction


def show_time(milliseconds):
    if milliseconds is None:
        return None
    seconds, fraction = divmod(milliseconds, 1000)
    text = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{text}.{fraction:03}Z" if fraction else f"{text}Z"


# Hosts.

REGION = r"(?P<region>[a-z]{2,10}(?:-[a-z0-9]+)+-[0-9]+[a-z]?)"
DNS_SUFFIXES = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
]
DUAL_STACK_SUFFIXES = [
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.cloud-aws.adc-e.uk",
    "api.aws.hci.ic.gov",
]


def one_of(texts):
    return "(?:" + "|".join(re.escape(text) for text in texts) + ")"


GLOBAL_HOST = re.compile(rf"sts\.amazonaws\.com|sts-global\.{REGION}\.amazonaws\.com")
VPCE_HOST = re.compile(
    r"(?:(?:\*|[a-z0-9-]+)\.)?vpce-[a-z0-9-]+\.sts(?:-fips)?\."
    + REGION
    + r"\.vpce\."
    + one_of(DNS_SUFFIXES + DUAL_STACK_SUFFIXES)
)
REGIONAL_HOSTS = [
    ("standard", re.compile(rf"sts\.{REGION}\.{one_of(DNS_SUFFIXES)}")),
    ("fips", re.compile(rf"sts-fips\.{REGION}\.{one_of(DNS_SUFFIXES)}")),
    ("dualstack", re.compile(rf"sts\.{REGION}\.{one_of(DUAL_STACK_SUFFIXES)}")),
    ("fips-dualstack", re.compile(rf"sts-fips\.{REGION}\.{one_of(DUAL_STACK_SUFFIXES)}")),
    ("vpce", VPCE_HOST),
]


def normalised_host(host):
    if host is None:
        return None
    host = lower(host.strip())
    host = re.sub(r":[0-9]+\Z", "", host)
    return host.rstrip(".") or None


def class_of_host(host):
    """(class, region, variant) of a normalised host; nothing of no host."""
    if host is None:
        return None, None, None
    if GLOBAL_HOST.fullmatch(host):
        return "global", None, None
    for variant, pattern in REGIONAL_HOSTS:
        match = pattern.fullmatch(host)
        if match:
            return "regional", match.group("region"), variant
    return "other", None, None


# Principals.

ASSUMED_ROLE_ARN = re.compile(r"arn:([^:]*):sts::([^:]*):assumed-role/([^/]+)(?:/.*)?", re.DOTALL)
ACCOUNT_IN_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):")
EKS_USER = "system:serviceaccount:"


def account_of_arn(arn):
    match = ACCOUNT_IN_ARN.match(arn or "")
    return match.group(1) if match else None


def is_eks(identity):
    return (
        identity.get("type") == "WebIdentityUser"
        and (as_text(identity.get("userName")) or "").startswith(EKS_USER)
        and as_text(identity.get("principalId")) is not None
    )


def principal_of(identity, parameters):
    return principal_of_its_type(identity, parameters) or principal_of_any_type(identity)


def principal_of_any_type(identity):
    for field in ("arn", "principalId", "userName", "invokedBy", "accountId"):
        value = as_text(identity.get(field))
        has_sessions = identity.get("type") in ("AssumedRole", "AWSAccount")
        if value and field == "principalId" and has_sessions:
            # A role, not its sessions, even where the role's ARN is missing.
            value = value.split(":")[0]
        if value:
            return value
    return "unknown"


def principal_of_its_type(identity, parameters):
    kind = identity.get("type")
    arn = as_text(identity.get("arn"))
    principal_id = as_text(identity.get("principalId"))
    account_id = as_text(identity.get("accountId"))

    if kind == "AssumedRole":
        issuer = as_object(as_object(identity.get("sessionContext")).get("sessionIssuer"))
        if as_text(issuer.get("arn")):
            return as_text(issuer.get("arn"))
        role = ASSUMED_ROLE_ARN.fullmatch(arn or "")
        return f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}" if role else None

    if kind == "AWSService":
        return as_text(identity.get("invokedBy"))

    if kind == "AWSAccount":
        unique_id = (principal_id or "").split(":")[0]
        names = {lower(unique_id), lower(account_id or "")}
        is_anonymous = bool(names & {"anonymous", "anonymous_principal"})
        if account_id and unique_id and not is_anonymous:
            return f"{account_id}:{unique_id}"
        return account_id

    if is_eks(identity):
        return principal_id

    if kind in ("WebIdentityUser", "SAMLUser"):
        provider = as_text(identity.get("identityProvider"))
        if kind == "SAMLUser":
            provider = as_text(parameters.get("principalArn")) or provider
        role = as_text(parameters.get("roleArn"))
        if provider and role:
            return f"{provider} for {role}"
        return provider or role or principal_id or as_text(identity.get("userName"))

    if kind == "IdentityCenterUser":
        person = as_object(identity.get("onBehalfOf"))
        parts = [as_text(person.get("identityStoreArn")), as_text(person.get("userId"))]
        return "/".join(part for part in parts if part) or None

    return None


def session_name_of(identity, principal):
    kind = identity.get("type")
    after_colon = (as_text(identity.get("principalId")) or "").partition(":")[2] or None
    if kind == "AssumedRole":
        # arn:P:sts::A:assumed-role/NAME/SESSION; whatever follows the second slash is the session.
        parts = (as_text(identity.get("arn")) or "").split("/", 2)
        return (parts[2] if len(parts) == 3 else None) or after_colon
    if kind == "WebIdentityUser":
        return None if is_eks(identity) else as_text(identity.get("userName"))
    return after_colon


# User agents.

WORD_SEPARATORS = re.compile(r"[\s\[\](){};,]+", re.ASCII)
SERVICE_NAME = re.compile(r"(?:[a-z0-9-]+\.)+" + one_of(DNS_SUFFIXES))
BY_MAJOR_VERSION = {
    "aws-cli": {1: "aws-cli-v1", 2: "aws-cli-v2"},
    "aws-sdk-go": {1: "aws-sdk-go-v1"},
    "aws-sdk-java": {1: "aws-sdk-java-v1", 2: "aws-sdk-java-v2"},
    "aws-sdk-nodejs": {2: "aws-sdk-js-v2"},
    "aws-sdk-js": {2: "aws-sdk-js-v2", 3: "aws-sdk-js-v3"},
    "aws-sdk-dotnet": {3: "aws-sdk-dotnet-v3", 4: "aws-sdk-dotnet-v4"},
    "awspowershell": {4: "aws-tools-powershell-v4", 5: "aws-tools-powershell-v5"},
}
BY_NAME = {
    "boto3": "boto3",
    "botocore": "botocore",
    "aws-sdk-go-v2": "aws-sdk-go-v2",
    "aws-sdk-php": "aws-sdk-php",
    "aws-sdk-ruby": "aws-sdk-ruby",
    "aws-sdk-ruby2": "aws-sdk-ruby",
    "aws-sdk-ruby3": "aws-sdk-ruby",
    "aws-sdk-cpp": "aws-sdk-cpp",
    "aws-sdk-rust": "aws-sdk-rust",
    "aws-sdk-kotlin": "aws-sdk-kotlin",
    "aws-sdk-swift": "aws-sdk-swift",
}
# Where several SDKs stand in one agent: these before the others, in this order; botocore last.
FIRST_TO_WIN = ["aws-cli", "boto3", "awspowershell"]


def rank_of_product(product):
    name, _ = product
    if name in FIRST_TO_WIN:
        return FIRST_TO_WIN.index(name)
    return len(FIRST_TO_WIN) + (name == "botocore")


def sdk_of(user_agent):
    """(sdk, sdk_version) of a userAgent."""
    agent = (user_agent or "").strip()
    if agent.startswith("[") and agent.endswith("]"):
        agent = agent[1:-1].strip()
    if not agent:
        return None, None
    words = [word for word in WORD_SEPARATORS.split(agent) if word]
    if lower(agent).startswith("aws internal") or any(
        lower(word).startswith(("aws-internal/", "md/internal/", "md/internal#"))
        or lower(word) == "md/internal"
        for word in words
    ):
        return "aws-internal", None
    if SERVICE_NAME.fullmatch(lower(agent)):
        return "aws-service", None

    products = []
    for word in words:
        name, slash, version = word.partition("/")
        name = lower(name)
        if re.fullmatch(r"aws-sdk-dotnet-[a-z0-9]+", name):
            name = "aws-sdk-dotnet"
        if re.fullmatch(r"awspowershell\.[a-z0-9]+", name):
            name = "awspowershell"
        if slash and (name in BY_NAME or name in BY_MAJOR_VERSION):
            products.append((name, version))
    if products:
        name, version = min(products, key=rank_of_product)  # The first of equals.
        if name in BY_NAME:
            return BY_NAME[name], version or None
        major = re.match(r"[0-9]+(?![0-9])", version)
        sdk = BY_MAJOR_VERSION[name].get(int(major.group())) if major else None
        return (sdk, version) if sdk else ("other", None)

    # Botocore under the name of a tool: `eb-cli/3.21 md/Botocore#1.34.0`.
    for word in words:
        if lower(word).startswith("md/botocore#"):
            return "botocore", word.partition("#")[2] or None

    if any(lower(word).startswith("mozilla/") for word in words):
        return "browser", None
    return "other", None


# --- calls -> counts ----------------------------------------------------------------------------


def preference(call):
    """Which of several copies is kept: the smallest. The tail only makes the choice repeatable."""
    return (
        call["milliseconds"] is None,
        call["milliseconds"] or 0,
        [call[dimension] or "" for dimension in DIMENSIONS],
        call["shared_event_id"] or "",
        call["event_id"] or "",
    )


def count_once(calls):
    """Return (calls that remain, duplicates, shared copies)."""
    remaining = [call for call in calls if call["event_id"] is None]
    by_event = collections.defaultdict(list)
    for call in calls:
        if call["event_id"] is not None:
            by_event[call["event_id"], call["recipient_account_id"]].append(call)
    by_shared_event = collections.defaultdict(list)
    for copies in by_event.values():
        kept = min(copies, key=preference)
        if kept["shared_event_id"] is None:
            remaining.append(kept)
        else:
            by_shared_event[kept["shared_event_id"]].append(kept)
    shared_copies = 0
    for copies in by_shared_event.values():
        remaining.append(
            min(copies, key=lambda call: (call["principal_type"] == "AWSAccount", preference(call)))
        )
        shared_copies += len(copies) - 1
    return remaining, len(calls) - len(remaining) - shared_copies, shared_copies


def passes_before_counting_once(call, options):
    moment = call["milliseconds"]
    if options.since is not None and (moment is None or moment < options.since):
        return False
    if options.until is not None and (moment is None or moment >= options.until):
        return False
    if options.account and call["recipient_account_id"] not in options.account:
        return False
    return not options.region or call["aws_region"] in options.region


def passes_after_counting_once(call, options):
    if options.endpoint and call["endpoint"] not in options.endpoint:
        return False
    return all(
        fnmatch.fnmatchcase(call[dimension] or "", pattern) == wanted
        for dimension, wanted, pattern in options.where
    )


def measures_of(calls):
    times = [call["milliseconds"] for call in calls if call["milliseconds"] is not None]
    return {
        "calls": len(calls),
        "errors": sum(call["error_code"] is not None for call in calls),
        "first_event_time": show_time(min(times, default=None)),
        "last_event_time": show_time(max(times, default=None)),
    }


def groups_of(calls, group_by):
    """The groups as dictionaries: most calls first, then by the columns' bytes, absent first."""
    members = collections.defaultdict(list)
    for call in calls:
        members[tuple(call[dimension] for dimension in group_by)].append(call)

    def order(item):
        values, calls_of_group = item
        columns = [(value is not None, (value or "").encode("utf-8")) for value in values]
        return -len(calls_of_group), columns

    return [
        {**dict(zip(group_by, values)), **measures_of(calls_of_group)}
        for values, calls_of_group in sorted(members.items(), key=order)
    ]


def begins_vpce(call):
    return (call["vpc_endpoint_id"] or "").startswith("vpce-")


def summary_of(calls):
    endpoints = {
        endpoint: sum(call["endpoint"] == endpoint for call in calls) for endpoint in ENDPOINTS
    }
    global_calls = [call for call in calls if call["endpoint"] == "global"]
    aws_itself = ("aws-internal", "aws-service")
    customers = [call for call in global_calls if call["sdk"] not in aws_itself]
    sides = endpoints["global"] + endpoints["regional"]
    measures = measures_of(calls)
    return {
        "calls": measures["calls"],
        "endpoints": endpoints,
        "global_share": endpoints["global"] / sides if sides else None,
        "principals": len({call["principal"] for call in calls}),
        "global_principals": len({call["principal"] for call in customers}),
        "global_aws_managed": len(global_calls) - len(customers),
        "vpc_endpoint_calls": sum(begins_vpce(call) for call in calls),
        "errors": measures["errors"],
        "first_event_time": measures["first_event_time"],
        "last_event_time": measures["last_event_time"],
    }


def count(readings, options):
    """Everything the report says, of all the files' readings."""
    skipped = collections.Counter(r.skipped for r in readings if r.skipped)
    damaged = sum(r.damage is not None for r in readings)
    everything = [call for reading in readings for call in reading.calls]
    calls = [call for call in everything if passes_before_counting_once(call, options)]
    filtered = len(everything) - len(calls)
    duplicates = shared_copies = 0
    if not options.no_dedup:
        calls, duplicates, shared_copies = count_once(calls)
    once = len(calls)
    calls = [call for call in calls if passes_after_counting_once(call, options)]
    filtered += once - len(calls)
    return {
        "summary": summary_of(calls),
        "group_by": options.group_by,
        "groups": groups_of(calls, options.group_by),
        "coverage": {
            "files": {
                "found": len(readings),
                "read": len(readings) - sum(skipped.values()) - damaged,
                "skipped": dict(sorted(skipped.items())),
                "damaged": damaged,
            },
            "records": sum(reading.records for reading in readings),
            "sts_records": len(everything),
            "not_calls": sum(reading.not_calls for reading in readings),
            "filtered": filtered,
            "duplicates": duplicates,
            "shared_copies": shared_copies,
            "calls": len(calls),
            "disagreements": sum(call["disagrees"] for call in calls),
            "global_via_vpc_endpoint": sum(
                call["endpoint"] == "global" and begins_vpce(call) for call in calls
            ),
        },
    }


# --- output -------------------------------------------------------------------------------------


def csv_cell(value):
    text = "" if value is None else str(value)
    if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        text = "'" + text
    if any(character in text for character in ',"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text


def as_csv(report):
    columns = [*report["group_by"], *MEASURES]
    rows = [columns, *([group[column] for column in columns] for group in report["groups"])]
    return "".join(",".join(csv_cell(value) for value in row) + "\n" for row in rows)


# --- the command line ---------------------------------------------------------------------------


def comma_list(text):
    return [item.strip() for item in text.split(",")]


def moment(text):
    milliseconds = milliseconds_of(f"{text}T00:00:00Z")
    if milliseconds is None:
        milliseconds = milliseconds_of(text)
    if milliseconds is None:
        raise argparse.ArgumentTypeError(f"{text!r} is neither RFC 3339 nor YYYY-MM-DD")
    return milliseconds


def condition(text):
    dimension, equals, pattern = text.partition("=")
    wanted = not dimension.endswith("!")
    dimension = dimension.removesuffix("!")
    if not equals or dimension not in DIMENSIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is not DIM=GLOB or DIM!=GLOB of a dimension")
    return dimension, wanted, pattern


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--group-by", type=comma_list, default=comma_list(DEFAULT_GROUP_BY))
    parser.add_argument("--since", type=moment)
    parser.add_argument("--until", type=moment)
    parser.add_argument("--account", type=comma_list, action="extend")
    parser.add_argument("--region", type=comma_list, action="extend")
    parser.add_argument("--endpoint", type=comma_list, action="extend")
    parser.add_argument("--where", type=condition, action="append", default=[])
    parser.add_argument("--no-dedup", action="store_true")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    options = parser.parse_intermixed_args()
    for dimension in options.group_by:
        if dimension not in DIMENSIONS:
            parser.error(f"--group-by: {dimension!r} is not one of {', '.join(DIMENSIONS)}")
    for endpoint in options.endpoint or []:
        if endpoint not in ENDPOINTS:
            parser.error(f"--endpoint: {endpoint!r} is not one of {', '.join(ENDPOINTS)}")
    return options


def read_all(files, processes):
    standard_input = [read_file(path, named) for path, named in files if path == "-"]
    rest = [(path, named) for path, named in files if path != "-"]
    if processes <= 1 or len(rest) <= 1:
        return standard_input + [read_file(path, named) for path, named in rest]
    with multiprocessing.Pool(processes) as pool:
        chunk = max(1, min(64, len(rest) // (processes * 8)))
        return standard_input + pool.map(read_named_or_walked, rest, chunk)


def main():
    options = parse_options()
    readings = read_all(list(find_files(options.paths).values()), options.processes)
    for reading in readings:
        if reading.damage is not None:
            print(f"{reading.path}: damaged: {reading.damage}", file=sys.stderr)
    report = count(readings, options)
    text = json.dumps(report, ensure_ascii=False) + "\n" if options.json else as_csv(report)
    try:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    files = report["coverage"]["files"]
    if files["read"] + files["damaged"] == 0:
        return 2
    return 3 if files["damaged"] else 0


if __name__ == "__main__":
    sys.exit(main())
