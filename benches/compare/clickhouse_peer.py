"""The question in ClickHouse (chDB): `python clickhouse_peer.py THREADS FOLDER`, or s3://BUCKET/PREFIX.

Of the ways to read the archive this was the fastest of those tried: each record as text
(`Records Array(String)`), searched for the service, and JSONExtract with the wanted fields of what
is left. A typed `Records Array(Tuple(…))` took two thirds longer. JSONExtract of the whole document
(RawBLOB), with no search before it, took a seventh longer; JSONExtractArrayRaw, twice as long.

The search expects the member as CloudTrail writes it, with no white space and no escapes.
"""

import json
import os
import sys

from answer import print_csv

RECORD = """Tuple(
    eventSource String, eventID String, sharedEventID String, recipientAccountId String,
    eventCategory String, eventType String, vpcEndpointId String,
    addendum Tuple(originalEventID String),
    tlsDetails Tuple(clientProvidedHostHeader String),
    requestParameters Tuple(roleArn String, principalArn String),
    userIdentity Tuple(
        type String, principalId String, arn String, accountId String, userName String,
        invokedBy String, identityProvider String,
        sessionContext Tuple(sessionIssuer Tuple(arn String)),
        onBehalfOf Tuple(userId String, identityStoreArn String)))"""

# What a record lacks is the empty text. lower() is of ASCII letters alone.
QUESTION = r"""
WITH fields AS (
    SELECT
        if(r.addendum.originalEventID != '', r.addendum.originalEventID, r.eventID) AS event_id,
        r.sharedEventID AS shared_event_id,
        r.recipientAccountId AS recipient,
        r.tlsDetails.clientProvidedHostHeader AS host,
        r.vpcEndpointId AS vpce,
        r.requestParameters.roleArn AS role,
        r.userIdentity.type AS type,
        r.userIdentity.principalId AS principal_id,
        splitByChar(':', principal_id)[1] AS unique_id,
        r.userIdentity.arn AS arn,
        r.userIdentity.accountId AS account_id,
        r.userIdentity.userName AS user_name,
        r.userIdentity.invokedBy AS invoked_by,
        if(type = 'SAMLUser' AND r.requestParameters.principalArn != '',
            r.requestParameters.principalArn, r.userIdentity.identityProvider) AS provider,
        r.userIdentity.sessionContext.sessionIssuer.arn AS issuer,
        r.userIdentity.onBehalfOf.userId AS user_id,
        r.userIdentity.onBehalfOf.identityStoreArn AS identity_store
    FROM (
        SELECT JSONExtract(record, {record:String}) AS r
        FROM (
            SELECT arrayJoin(Records) AS record
            FROM {files}
        )
        WHERE record LIKE '%"eventSource":"sts.amazonaws.com"%'
    )
    WHERE r.eventSource = 'sts.amazonaws.com'
        AND r.eventCategory NOT IN ('NetworkActivity', 'Insight')
        AND r.eventType != 'AwsCloudTrailInsight'
),
calls AS (
    SELECT
        event_id,
        shared_event_id,
        recipient,
        type = 'AWSAccount' AS is_targets_copy,
        replaceRegexpOne(replaceRegexpOne(
            lower(trim(BOTH ' \t\r\n' FROM host)), ':[0-9]+$', ''), '[.]+$', '') AS called_host,
        vpce,
        multiIf(
            type = 'AssumedRole', if(issuer != '', issuer,
                if(match(arn, '(?s)^arn:[^:]*:sts::[^:]*:assumed-role/[^/]+(/.*)?$'),
                    replaceRegexpOne(arn,
                        '(?s)^arn:([^:]*):sts::([^:]*):assumed-role/([^/]+).*$',
                        'arn:\\1:iam::\\2:role/\\3'), '')),
            type = 'AWSService', invoked_by,
            type = 'AWSAccount', if(account_id != '' AND unique_id != ''
                AND lower(unique_id) NOT IN ('anonymous', 'anonymous_principal')
                AND lower(account_id) NOT IN ('anonymous', 'anonymous_principal'),
                account_id || ':' || unique_id, account_id),
            type = 'WebIdentityUser' AND principal_id != ''
                AND startsWith(user_name, 'system:serviceaccount:'), principal_id,
            type IN ('WebIdentityUser', 'SAMLUser'), multiIf(
                provider != '' AND role != '', provider || ' for ' || role,
                provider != '', provider, role != '', role,
                principal_id != '', principal_id, user_name),
            type = 'IdentityCenterUser',
                arrayStringConcat(arrayFilter(part -> part != '', [identity_store, user_id]), '/'),
            '') AS of_its_type,
        arrayFirst(text -> text != '', [
            of_its_type, arn,
            if(type IN ('AssumedRole', 'AWSAccount'), unique_id, principal_id),
            user_name, invoked_by, account_id, 'unknown']) AS principal
    FROM fields
),
delivered_once AS (
    SELECT * FROM calls
    QUALIFY event_id = '' OR row_number() OVER (
        PARTITION BY event_id, recipient ORDER BY called_host, vpce, principal) = 1
),
once AS (
    SELECT * FROM delivered_once
    QUALIFY event_id = '' OR shared_event_id = '' OR row_number() OVER (
        PARTITION BY shared_event_id, event_id = ''
        ORDER BY is_targets_copy, called_host, vpce, principal) = 1
)
SELECT called_host, vpce, principal, count() AS n
FROM once GROUP BY called_host, vpce, principal
SETTINGS max_threads = {threads}, output_format_json_quote_64bit_integers = 0,
    input_format_json_read_objects_as_strings = 1, input_format_skip_unknown_fields = 1
"""


def sql_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def files(folder):
    """The table function for the files of a folder, or of a prefix in S3 at AWS_ENDPOINT_URL."""
    shape = "'JSONEachRow', 'Records Array(String)'"
    if not folder.startswith("s3://"):
        return f"file({sql_text(f'{folder}/**/*.json.gz')}, {shape})"
    url = f"{os.environ['AWS_ENDPOINT_URL']}/{folder.removeprefix('s3://')}**/*.json.gz"
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    return f"s3({sql_text(url)}, {sql_text(key)}, {sql_text(secret)}, {shape})"


if __name__ == "__main__":
    import chdb

    threads, folder = sys.argv[1:]
    question = (
        QUESTION.replace("{record:String}", sql_text(RECORD))
        .replace("{files}", files(folder))
        .replace("{threads}", str(int(threads)))
    )
    lines = str(chdb.query(question, "JSONCompactEachRow")).splitlines()
    print_csv([json.loads(line) for line in lines])
