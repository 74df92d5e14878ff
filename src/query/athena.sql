-- Calls to AWS STS by endpoint, host, VPC endpoint and principal, each counted once: the question
-- of `stscope report`, for Amazon Athena (engine version 3). Written by stscope {version}.
--
-- It reads a table as AWS documents it for CloudTrail:
-- https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html (one account or an
-- organisation, with partitions of any kind or with partition projection). Older tables, those the
-- CloudTrail console made among them, may lack addendum, eventcategory or tlsdetails; make the
-- table again as documented.
--
-- Athena is paid by what it reads. Put a condition on your partitions where the query says so, such
-- as "timestamp" >= '2026/11/01'. All global calls are in the files of us-east-1.
--
-- Where the answer may differ from stscope's:
-- * The table as documented has no useridentity.identityprovider. Without it, calls with a web
--   identity go by the role alone (in stscope: PROVIDER for ROLE), those with SAML only where
--   requestParameters has no principalArn. Add identityprovider:STRING to the struct of
--   useridentity in the table, and this query finds it.
-- * A damaged file ends the query, or its records are missing. stscope counts what is whole of it,
--   names it, and goes on.
-- * Nothing says what was read, skipped or missing.
-- * A number or an object where a text should be counts as a text, here. Which of a member given
--   twice counts is up to the SerDe.
-- * An awsRegion that is the name of no Region (aws-global) makes a call without a host regional,
--   in stscope unknown. CloudTrail writes none today.
-- * Times are taken as they are written. CloudTrail writes UTC.
-- What a record lacks is NULL.

WITH members AS (
    SELECT
        coalesce(nullif(addendum.originaleventid, ''), nullif(eventid, '')) AS event_id,
        nullif(addendum.originaleventid, '') IS NULL AS mends_nothing,
        nullif(sharedeventid, '') AS shared_event_id,
        coalesce(recipientaccountid, '') AS recipient,
        nullif(eventtime, '') AS event_time,
        nullif(errorcode, '') AS error_code,
        nullif(awsregion, '') AS aws_region,
        nullif(vpcendpointid, '') AS vpc_endpoint_id,
        json_extract_scalar(additionaleventdata, '$.RequestDetails.endpointType') AS endpoint_type,
        -- Without white space around it, in lower case (of ASCII), without dots at its end.
        regexp_replace(
            translate(
                regexp_replace(
                    regexp_replace(tlsdetails.clientprovidedhostheader, '\A[\t-\r\p{Z}]+', ''),
                    '[\t-\r\p{Z}]+\z', ''),
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),
            '[.]+\z', '') AS header,
        nullif(json_extract_scalar(requestparameters, '$.roleArn'), '') AS role_arn,
        nullif(json_extract_scalar(requestparameters, '$.principalArn'), '') AS saml_provider,
        coalesce(useridentity.type, '') AS type,
        nullif(useridentity.arn, '') AS arn,
        nullif(useridentity.principalid, '') AS principal_id,
        -- Before the session.
        nullif(split_part(useridentity.principalid, ':', 1), '') AS unique_id,
        nullif(useridentity.accountid, '') AS account_id,
        nullif(useridentity.username, '') AS user_name,
        nullif(useridentity.invokedby, '') AS invoked_by,
        -- By way of JSON, as the struct need not have it.
        nullif(json_extract_scalar(CAST(useridentity AS JSON), '$.identityprovider'), '')
            AS identity_provider,
        nullif(useridentity.sessioncontext.sessionissuer.arn, '') AS issuer_arn,
        nullif(useridentity.onbehalfof.identitystorearn, '') AS identity_store_arn,
        nullif(useridentity.onbehalfof.userid, '') AS user_id
    FROM {table}
    WHERE eventsource = 'sts.amazonaws.com'
        -- A VPC endpoint's own log of a call, and an Insight, are no calls.
        AND coalesce(eventcategory, '') NOT IN ('NetworkActivity', 'Insight')
        AND coalesce(eventtype, '') <> 'AwsCloudTrailInsight'{period}
        -- Here: AND a condition on the partitions of your table.
),
hosts AS (
    SELECT *,
        -- One :port goes, but nothing of a bare IPv6 address.
        nullif(regexp_replace(
            CASE
                WHEN regexp_like(header, '(?s)\A([^:]*|.*\]):[0-9]*\z')
                    THEN regexp_replace(header, ':[0-9]*\z', '')
                ELSE header
            END, '[.]+\z', ''), '') AS host
    FROM members
),
calls AS (
    SELECT *,
        -- The first that tells decides.
        CASE
            WHEN endpoint_type IN ('global', 'regional') THEN endpoint_type
            WHEN regexp_like(host, '\A({global_hosts})\z') THEN 'global'
            WHEN regexp_like(host, '\A({regional_hosts})\z') THEN 'regional'
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
                WHEN type = 'AssumedRole' AND regexp_like(
                        arn, '\Aarn:[^:/]*:sts:[^:/]*:[^:/]*:assumed-role/[^/]*/')
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
ORDER BY calls DESC, endpoint, host NULLS FIRST, vpc_endpoint_id NULLS FIRST, principal
