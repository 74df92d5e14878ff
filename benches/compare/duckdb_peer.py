"""The question in DuckDB: `python duckdb_peer.py THREADS FOLDER`, or s3://BUCKET/PREFIX for FOLDER.

Of the ways to read the archive this was the fastest of those tried: whole documents as one JSON
value each (read_json_objects), and from_json with the wanted fields alone. A schema inferred by
read_json took two thirds longer. The same schema given to read_json as columns={Records: …} took
ten times as long. Cutting out records as JSON and searching them for the service before reading
their fields took a quarter longer than reading the fields of all.
"""

import json
import sys

TEXT = "VARCHAR"
RECORD = {
    "eventSource": TEXT,
    "eventID": TEXT,
    "sharedEventID": TEXT,
    "recipientAccountId": TEXT,
    "eventCategory": TEXT,
    "eventType": TEXT,
    "vpcEndpointId": TEXT,
    "addendum": {"originalEventID": TEXT},
    "tlsDetails": {"clientProvidedHostHeader": TEXT},
    "requestParameters": {"roleArn": TEXT, "principalArn": TEXT},
    "userIdentity": {
        "type": TEXT,
        "principalId": TEXT,
        "arn": TEXT,
        "accountId": TEXT,
        "userName": TEXT,
        "invokedBy": TEXT,
        "identityProvider": TEXT,
        "sessionContext": {"sessionIssuer": {"arn": TEXT}},
        "onBehalfOf": {"userId": TEXT, "identityStoreArn": TEXT},
    },
}

RULE = r"""
WITH fields AS (
    SELECT
        coalesce(nullif(addendum.originalEventID, ''), nullif(eventID, '')) AS event_id,
        nullif(sharedEventID, '') AS shared_event_id,
        recipientAccountId AS recipient,
        nullif(tlsDetails.clientProvidedHostHeader, '') AS host,
        nullif(vpcEndpointId, '') AS vpce,
        nullif(requestParameters.roleArn, '') AS role,
        nullif(requestParameters.principalArn, '') AS saml_provider,
        coalesce(userIdentity.type, '') AS type,
        nullif(userIdentity.principalId, '') AS principal_id,
        nullif(split_part(userIdentity.principalId, ':', 1), '') AS unique_id,
        nullif(userIdentity.arn, '') AS arn,
        nullif(userIdentity.accountId, '') AS account_id,
        nullif(userIdentity.userName, '') AS user_name,
        nullif(userIdentity.invokedBy, '') AS invoked_by,
        nullif(userIdentity.identityProvider, '') AS provider,
        nullif(userIdentity.sessionContext.sessionIssuer.arn, '') AS issuer,
        nullif(userIdentity.onBehalfOf.userId, '') AS user_id,
        nullif(userIdentity.onBehalfOf.identityStoreArn, '') AS identity_store
    FROM ({source})
    WHERE eventSource = 'sts.amazonaws.com'
        AND coalesce(eventCategory, '') NOT IN ('NetworkActivity', 'Insight')
        AND coalesce(eventType, '') <> 'AwsCloudTrailInsight'
),
calls AS (
    SELECT
        event_id,
        shared_event_id,
        recipient,
        type = 'AWSAccount' AS is_targets_copy,
        nullif(regexp_replace(regexp_replace(
            translate(trim(host, E' \t\r\n'),
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
            ':[0-9]+$', ''), '[.]+$', ''), '') AS host,
        vpce,
        coalesce(
            CASE
                WHEN type = 'AssumedRole' AND issuer IS NOT NULL THEN issuer
                WHEN type = 'AssumedRole'
                    AND regexp_full_match(arn, '(?s)arn:[^:]*:sts::[^:]*:assumed-role/[^/]+(/.*)?')
                    THEN regexp_replace(arn,
                        '(?s)^arn:([^:]*):sts::([^:]*):assumed-role/([^/]+).*$',
                        'arn:\1:iam::\2:role/\3')
                WHEN type = 'AWSService' THEN invoked_by
                WHEN type = 'AWSAccount'
                    AND lower(coalesce(unique_id, '')) NOT IN ('anonymous', 'anonymous_principal')
                    AND lower(account_id) NOT IN ('anonymous', 'anonymous_principal')
                    THEN coalesce(account_id || ':' || unique_id, account_id)
                WHEN type = 'AWSAccount' THEN account_id
                WHEN type = 'WebIdentityUser' AND principal_id IS NOT NULL
                    AND starts_with(user_name, 'system:serviceaccount:') THEN principal_id
                WHEN type = 'WebIdentityUser'
                    THEN coalesce(provider || ' for ' || role, provider, role,
                        principal_id, user_name)
                WHEN type = 'SAMLUser'
                    THEN coalesce(coalesce(saml_provider, provider) || ' for ' || role,
                        saml_provider, provider, role, principal_id, user_name)
                WHEN type = 'IdentityCenterUser'
                    THEN nullif(concat_ws('/', identity_store, user_id), '')
            END,
            arn,
            CASE WHEN type IN ('AssumedRole', 'AWSAccount') THEN unique_id ELSE principal_id END,
            user_name, invoked_by, account_id, 'unknown') AS principal
    FROM fields
),
delivered_once AS (
    SELECT * FROM calls
    QUALIFY event_id IS NULL
        OR row_number() OVER (PARTITION BY event_id, recipient ORDER BY host, vpce, principal) = 1
),
once AS (
    SELECT * FROM delivered_once
    QUALIFY event_id IS NULL OR shared_event_id IS NULL
        OR row_number() OVER (PARTITION BY shared_event_id, event_id IS NULL
            ORDER BY is_targets_copy, host, vpce, principal) = 1
)
SELECT host, vpce, principal, count(*) FROM once GROUP BY ALL
"""


def sql_text(text):
    return "'" + text.replace("'", "''") + "'"


def records(folder, record):
    """A query for the records of all files, a column for each field in `record`."""
    schema = sql_text(json.dumps({"Records": [record]}))
    files = sql_text(f"{folder.rstrip('/')}/**/*.json.gz")
    return f"""SELECT unnest(r) FROM (
        SELECT unnest(from_json(json, {schema}).Records) AS r FROM read_json_objects({files}))"""


def connect(database, threads):
    import duckdb

    connection = duckdb.connect(database, config={"threads": threads})
    # The order of the input does not matter here, and keeping it costs memory.
    connection.execute("SET preserve_insertion_order = false")
    return connection


def reach_s3(connection):
    """Has it read S3 at AWS_ENDPOINT_URL, which is no TLS, with the extension that PyPI has of it."""
    import glob
    import os

    import duckdb_extension_httpfs

    folder = os.path.dirname(duckdb_extension_httpfs.__file__)
    (extension,) = glob.glob(f"{folder}/**/*.duckdb_extension", recursive=True)
    connection.execute(f"LOAD {sql_text(extension)}")
    connection.execute(f"""CREATE SECRET (TYPE s3, URL_STYLE path, USE_SSL false, REGION 'us-east-1',
        KEY_ID {sql_text(os.environ["AWS_ACCESS_KEY_ID"])},
        SECRET {sql_text(os.environ["AWS_SECRET_ACCESS_KEY"])},
        ENDPOINT {sql_text(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"))})""")


if __name__ == "__main__":
    from answer import print_csv

    connection = connect(":memory:", int(sys.argv[1]))
    if sys.argv[2].startswith("s3://"):
        reach_s3(connection)
    print_csv(connection.execute(RULE.replace("{source}", records(sys.argv[2], RECORD))).fetchall())
