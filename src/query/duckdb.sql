-- Calls to AWS STS by endpoint, host, VPC endpoint and principal, each counted once: the question
-- of `stscope report`, for DuckDB. Written by stscope {version}.
--
{about_source}
--
-- Where the answer may differ from stscope's:
-- * A damaged file, or one of zero bytes, ends the query. stscope counts what is whole of a file,
--   names it, and goes on.
-- * Nothing says what was read, skipped or missing. Without the files of us-east-1 there are no
--   global calls to see.
-- * A number or an object where a text should be counts as a text, here. Of a member given twice
--   the first counts, in stscope the last.
-- * An awsRegion that is the name of no Region (aws-global) makes a call without a host regional,
--   in stscope unknown. CloudTrail writes none today.
-- * Times are taken as they are written. CloudTrail writes UTC.
-- What a record lacks is NULL.

WITH records AS (
    SELECT from_json(record, '{
        "eventSource": "VARCHAR", "eventID": "VARCHAR", "sharedEventID": "VARCHAR",
        "recipientAccountId": "VARCHAR", "eventCategory": "VARCHAR", "eventType": "VARCHAR",
        "eventTime": "VARCHAR", "errorCode": "VARCHAR", "awsRegion": "VARCHAR",
        "vpcEndpointId": "VARCHAR",
        "addendum": {"originalEventID": "VARCHAR"},
        "tlsDetails": {"clientProvidedHostHeader": "VARCHAR"},
        "additionalEventData": {"RequestDetails": {"endpointType": "VARCHAR"}},
        "requestParameters": {"roleArn": "VARCHAR", "principalArn": "VARCHAR"},
        "userIdentity": {
            "type": "VARCHAR", "arn": "VARCHAR", "principalId": "VARCHAR", "accountId": "VARCHAR",
            "userName": "VARCHAR", "invokedBy": "VARCHAR", "identityProvider": "VARCHAR",
            "sessionContext": {"sessionIssuer": {"arn": "VARCHAR"}},
            "onBehalfOf": {"identityStoreArn": "VARCHAR", "userId": "VARCHAR"}
        }
    }') AS r
    FROM (
{records}
    )
),
members AS (
    SELECT
        coalesce(nullif(r.addendum.originalEventID, ''), nullif(r.eventID, '')) AS event_id,
        nullif(r.addendum.originalEventID, '') IS NULL AS mends_nothing,
        nullif(r.sharedEventID, '') AS shared_event_id,
        coalesce(r.recipientAccountId, '') AS recipient,
        nullif(r.eventTime, '') AS event_time,
        nullif(r.errorCode, '') AS error_code,
        nullif(r.awsRegion, '') AS aws_region,
        nullif(r.vpcEndpointId, '') AS vpc_endpoint_id,
        nullif(r.additionalEventData.RequestDetails.endpointType, '') AS endpoint_type,
        -- Without white space around it, in lower case (of ASCII), without dots at its end.
        regexp_replace(
            translate(
                regexp_replace(
                    regexp_replace(r.tlsDetails.clientProvidedHostHeader, '^[\t-\r\p{Z}]+', ''),
                    '[\t-\r\p{Z}]+$', ''),
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
            '[.]+$', '') AS header,
        nullif(r.requestParameters.roleArn, '') AS role_arn,
        nullif(r.requestParameters.principalArn, '') AS saml_provider,
        coalesce(r.userIdentity.type, '') AS type,
        nullif(r.userIdentity.arn, '') AS arn,
        nullif(r.userIdentity.principalId, '') AS principal_id,
        -- Before the session.
        nullif(split_part(r.userIdentity.principalId, ':', 1), '') AS unique_id,
        nullif(r.userIdentity.accountId, '') AS account_id,
        nullif(r.userIdentity.userName, '') AS user_name,
        nullif(r.userIdentity.invokedBy, '') AS invoked_by,
        nullif(r.userIdentity.identityProvider, '') AS identity_provider,
        nullif(r.userIdentity.sessionContext.sessionIssuer.arn, '') AS issuer_arn,
        nullif(r.userIdentity.onBehalfOf.identityStoreArn, '') AS identity_store_arn,
        nullif(r.userIdentity.onBehalfOf.userId, '') AS user_id
    FROM records
    WHERE r.eventSource = 'sts.amazonaws.com'
        -- A VPC endpoint's own log of a call, and an Insight, are no calls.
        AND coalesce(r.eventCategory, '') NOT IN ('NetworkActivity', 'Insight')
        AND coalesce(r.eventType, '') <> 'AwsCloudTrailInsight'{period}
),
hosts AS (
    SELECT *,
        -- One :port goes, but nothing of a bare IPv6 address.
        nullif(regexp_replace(
            CASE
                WHEN regexp_matches(header, '(?s)^([^:]*|.*\]):[0-9]*$')
                    THEN regexp_replace(header, ':[0-9]*$', '')
                ELSE header
            END, '[.]+$', ''), '') AS host
    FROM members
),
calls AS (
    SELECT *,
        -- The first that tells decides.
        CASE
            WHEN endpoint_type IN ('global', 'regional') THEN endpoint_type
            WHEN regexp_matches(host, '^({global_hosts})$') THEN 'global'
            WHEN regexp_matches(host, '^({regional_hosts})$') THEN 'regional'
            WHEN host IS NOT NULL THEN 'other'
            WHEN type = 'AWSService' OR invoked_by IS NOT NULL THEN 'aws-service'
            WHEN aws_region = 'global' THEN 'global'
            WHEN aws_region <> 'us-east-1' THEN 'regional'
            ELSE 'unknown'
        END AS endpoint,
        -- A role, not its sessions.
        coalesce(
            CASE
                WHEN type = 'AssumedRole' AND issuer_arn IS NOT NULL THEN issuer_arn
                WHEN type = 'AssumedRole' AND regexp_matches(
                        arn, '^arn:[^:/]*:sts:[^:/]*:[^:/]*:assumed-role/[^/]*/')
                    THEN 'arn:' || split_part(arn, ':', 2) || ':iam::' || split_part(arn, ':', 5)
                        || ':role/' || split_part(arn, '/', 2)
                WHEN type = 'AssumedRole' AND arn IS NULL THEN unique_id
                WHEN type = 'AWSService' THEN invoked_by
                WHEN type = 'AWSAccount' AND account_id IS NOT NULL AND (unique_id IS NULL
                        OR lower(account_id) = 'anonymous' OR lower(unique_id) = 'anonymous')
                    THEN account_id
                WHEN type = 'AWSAccount' THEN coalesce(account_id || ':' || unique_id, unique_id)
                -- Of EKS.
                WHEN type = 'WebIdentityUser' AND starts_with(user_name, 'system:serviceaccount:')
                    THEN principal_id
                WHEN type = 'WebIdentityUser'
                    THEN coalesce(identity_provider || ' for ' || role_arn, identity_provider,
                        role_arn, principal_id, user_name)
                WHEN type = 'SAMLUser'
                    THEN coalesce(coalesce(saml_provider, identity_provider) || ' for ' || role_arn,
                        saml_provider, identity_provider, role_arn, principal_id, user_name)
                WHEN type = 'IdentityCenterUser' THEN identity_store_arn || '/' || user_id
            END,
            arn, principal_id, user_name, invoked_by, account_id, 'unknown') AS principal
    FROM hosts
),
-- Of the deliveries of one event to one account one counts. A record that mends another goes by
-- that one's id.
deliveries AS (
    SELECT *,
        row_number() OVER (
            PARTITION BY event_id, recipient
            ORDER BY type = 'AWSAccount', mends_nothing, event_time, host, vpc_endpoint_id, principal
        ) AS delivery,
        max(shared_event_id) OVER (PARTITION BY event_id, recipient) AS sharing
    FROM calls
),
-- Of the copies of one call in several accounts one counts, the caller's own if it is there.
copies AS (
    SELECT *,
        row_number() OVER (
            PARTITION BY sharing, event_id IS NULL
            ORDER BY type = 'AWSAccount', mends_nothing, event_time, host, vpc_endpoint_id, principal
        ) AS copy
    FROM deliveries
    WHERE event_id IS NULL OR delivery = 1
)
SELECT
    endpoint,
    host AS client_provided_host_header,
    vpc_endpoint_id,
    principal,
    count(*) AS calls,
    count(error_code) AS errors,
    min(event_time) AS first_event_time,
    max(event_time) AS last_event_time
FROM copies
WHERE event_id IS NULL OR sharing IS NULL OR copy = 1
GROUP BY endpoint, host, vpc_endpoint_id, principal
ORDER BY calls DESC, endpoint, host NULLS FIRST, vpc_endpoint_id NULLS FIRST, principal;
