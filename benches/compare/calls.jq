# A document of CloudTrail -> its calls to STS.

def text: if type == "string" and . != "" then . else null end;
def unique_id: (.principalId // "" | split(":")[0] // "") | text;
def is_anonymous: . // "" | ascii_downcase | . == "anonymous" or . == "anonymous_principal";
def host: text // "" | sub("^\\s+"; "") | sub("\\s+$"; "") | ascii_downcase
  | sub(":[0-9]+$"; "") | sub("\\.+$"; "");

def principal_of_its_type($parameters):
  if .type == "AssumedRole" then
    (.sessionContext.sessionIssuer.arn | text)
    // (.arn // ""
      | capture("^arn:(?<p>[^:]*):sts::(?<a>[^:]*):assumed-role/(?<n>[^/]+)(/.*)?$"; "p")
      | "arn:\(.p):iam::\(.a):role/\(.n)")
  elif .type == "AWSService" then .invokedBy | text
  elif .type == "AWSAccount" then
    unique_id as $unique_id | (.accountId | text) as $account
    | if $account and $unique_id and ($unique_id | is_anonymous | not)
        and ($account | is_anonymous | not)
      then "\($account):\($unique_id)" else $account end
  elif .type == "WebIdentityUser" and (.userName // "" | startswith("system:serviceaccount:"))
    and (.principalId | text) then .principalId
  elif .type == "WebIdentityUser" or .type == "SAMLUser" then
    ((if .type == "SAMLUser" then $parameters.principalArn | text else null end)
      // (.identityProvider | text)) as $provider
    | ($parameters.roleArn | text) as $role
    | if $provider and $role then "\($provider) for \($role)"
      else $provider // $role // (.principalId | text) // (.userName | text) end
  elif .type == "IdentityCenterUser" then
    [(.onBehalfOf.identityStoreArn | text), (.onBehalfOf.userId | text)]
    | map(select(.)) | join("/") | text
  else null end;

def principal($parameters):
  # An expression that comes to nothing at all, as capture may, counts as null to `//`.
  principal_of_its_type($parameters)
  // (.arn | text)
  // (if .type == "AssumedRole" or .type == "AWSAccount" then unique_id
      else .principalId | text end)
  // (.userName | text) // (.invokedBy | text) // (.accountId | text) // "unknown";

.Records[]
| select(.eventSource == "sts.amazonaws.com")
| select(.eventCategory != "NetworkActivity" and .eventCategory != "Insight")
| select(.eventType != "AwsCloudTrailInsight")
| .requestParameters as $parameters
| {
    event_id: ((.addendum.originalEventID | text) // (.eventID | text)),
    recipient: .recipientAccountId,
    shared_event_id: (.sharedEventID | text),
    is_targets_copy: (.userIdentity.type == "AWSAccount"),
    group: [
      (.tlsDetails.clientProvidedHostHeader | host),
      (.vpcEndpointId | text) // "",
      (.userIdentity // {} | principal($parameters))
    ]
  }
