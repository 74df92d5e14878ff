-- Calls to AWS STS by endpoint, host, VPC endpoint and principal, each counted once: the question
-- of `stscope report`, for ClickHouse. Written by stscope {version}.
--
{about_source}
--
-- Where the answer may differ from stscope's:
-- * A damaged file ends the query. stscope counts what is whole of it, names it, and goes on.
-- * Nothing says what was read, skipped or missing. Without the files of us-east-1 there are no
--   global calls to see.
-- * A number or an object where a text should be counts as a text, here. Of a member given twice
--   the first counts, in stscope the last.
-- * A record that writes the name of the service with escapes (sts\u002eamazonaws.com) is passed
--   over. CloudTrail writes none.
-- * An awsRegion that is the name of no Region (aws-global) makes a call without a host regional,
--   in stscope unknown. CloudTrail writes none today.
-- * Times are taken as they are written. CloudTrail writes UTC.
-- What a record lacks is the empty text.

WITH records AS (
    SELECT JSONExtract(record, 'Tuple(
        eventSource String, eventID String, sharedEventID String, recipientAccountId String,
        eventCategory String, eventType String, eventTime String, errorCode String,
        awsRegion String, vpcEndpointId String,
        addendum Tuple(originalEventID String),
        tlsDetails Tuple(clientProvidedHostHeader String),
        additionalEventData Tuple(RequestDetails Tuple(endpointType String)),
        requestParameters Tuple(roleArn String, principalArn String),
        userIdentity Tuple(
            type String, arn String, principalId String, accountId String, userName String,
            invokedBy String, identityProvider String,
            sessionContext Tuple(sessionIssuer Tuple(arn String)),
            onBehalfOf Tuple(identityStoreArn String, userId String)))') AS r
    FROM (
{records}
    )
    WHERE position(record, 'sts.amazonaws.com') > 0
),
members AS (
    SELECT
        if(r.addendum.originalEventID != '', r.addendum.originalEventID, r.eventID) AS event_id,
        r.addendum.originalEventID = '' AS mends_nothing,
        r.sharedEventID AS shared_event_id,
        r.recipientAccountId AS recipient,
        r.eventTime AS event_time,
        r.errorCode AS error_code,
        r.awsRegion AS aws_region,
        r.vpcEndpointId AS vpc_endpoint_id,
        r.additionalEventData.RequestDetails.endpointType AS endpoint_type,
        -- Without white space around it, in lower case (of ASCII), without dots at its end.
        replaceRegexpOne(
            lower(
                replaceRegexpOne(
                    replaceRegexpOne(r.tlsDetails.clientProvidedHostHeader,
                        '^[\\t-\\r\\p{Z}]+', ''),
                    '[\\t-\\r\\p{Z}]+$', '')),
            '[.]+$', '') AS header,
        -- One :port goes, but nothing of a bare IPv6 address.
        replaceRegexpOne(
            if(match(header, '(?s)^([^:]*|.*\\]):[0-9]*$'),
                replaceRegexpOne(header, ':[0-9]*$', ''), header),
            '[.]+$', '') AS host,
        r.requestParameters.roleArn AS role_arn,
        r.userIdentity.type AS type,
        r.userIdentity.arn AS arn,
        r.userIdentity.principalId AS principal_id,
        -- Before the session.
        splitByChar(':', principal_id)[1] AS unique_id,
        r.userIdentity.accountId AS account_id,
        r.userIdentity.userName AS user_name,
        r.userIdentity.invokedBy AS invoked_by,
        if(type = 'SAMLUser' AND r.requestParameters.principalArn != '',
            r.requestParameters.principalArn, r.userIdentity.identityProvider) AS identity_provider,
        r.userIdentity.sessionContext.sessionIssuer.arn AS issuer_arn,
        r.userIdentity.onBehalfOf.identityStoreArn AS identity_store_arn,
        r.userIdentity.onBehalfOf.userId AS user_id
    FROM records
    WHERE r.eventSource = 'sts.amazonaws.com'
        -- A VPC endpoint's own log of a call, and an Insight, are no calls.
        AND r.eventCategory NOT IN ('NetworkActivity', 'Insight')
        AND r.eventType != 'AwsCloudTrailInsight'{period}
),
calls AS (
    SELECT
        event_id, mends_nothing, shared_event_id, recipient, event_time, error_code,
        vpc_endpoint_id, host, type,
        -- The first that tells decides.
        multiIf(
            endpoint_type IN ('global', 'regional'), endpoint_type,
            match(host, '^({global_hosts})$'), 'global',
            match(host, '^({regional_hosts})$'), 'regional',
            host != '', 'other',
            type = 'AWSService' OR invoked_by != '', 'aws-service',
            aws_region = 'global', 'global',
            aws_region NOT IN ('', 'us-east-1'), 'regional',
            'unknown') AS endpoint,
        -- A role, not its sessions.
        multiIf(
            type = 'AssumedRole' AND issuer_arn != '', issuer_arn,
            type = 'AssumedRole'
                AND match(arn, '^arn:[^:/]*:sts:[^:/]*:[^:/]*:assumed-role/[^/]*/'),
                'arn:' || splitByChar(':', arn)[2] || ':iam::' || splitByChar(':', arn)[5]
                    || ':role/' || splitByChar('/', arn)[2],
            type = 'AssumedRole' AND arn = '', unique_id,
            type = 'AWSService', invoked_by,
            type = 'AWSAccount', multiIf(
                account_id = '', unique_id,
                unique_id = '' OR lower(account_id) = 'anonymous' OR lower(unique_id) = 'anonymous',
                    account_id,
                account_id || ':' || unique_id),
            -- Of EKS.
            type = 'WebIdentityUser' AND startsWith(user_name, 'system:serviceaccount:'),
                principal_id,
            type IN ('WebIdentityUser', 'SAMLUser'), multiIf(
                identity_provider != '' AND role_arn != '',
                    identity_provider || ' for ' || role_arn,
                identity_provider != '', identity_provider,
                role_arn != '', role_arn,
                principal_id != '', principal_id,
                user_name),
            type = 'IdentityCenterUser' AND identity_store_arn != '' AND user_id != '',
                identity_store_arn || '/' || user_id,
            '') AS of_its_type,
        arrayFirst(text -> text != '', [of_its_type, arn, principal_id, user_name, invoked_by,
            account_id, 'unknown']) AS principal
    FROM members
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
            PARTITION BY sharing, event_id = ''
            ORDER BY type = 'AWSAccount', mends_nothing, event_time, host, vpc_endpoint_id, principal
        ) AS copy
    FROM deliveries
    WHERE event_id = '' OR delivery = 1
)
SELECT
    endpoint,
    host AS client_provided_host_header,
    vpc_endpoint_id,
    principal,
    count() AS calls,
    countIf(error_code != '') AS errors,
    minIf(event_time, event_time != '') AS first_event_time,
    max(event_time) AS last_event_time
FROM copies
WHERE event_id = '' OR sharing = '' OR copy = 1
GROUP BY endpoint, host, vpc_endpoint_id, principal
ORDER BY calls DESC, endpoint, host, vpc_endpoint_id, principal{settings}
