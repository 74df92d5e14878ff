//! The tools, one by one: what names them, what they are built on, and what they read.
//!
//! Each fact has its source beside it; "inferred" means that no page says so.

use super::BuiltOn::{Changed, GoHttpClient, Itself, Sdk, Unknown};
use super::Word::{Name, Start, Two};
use super::{Cause, Tool, Version};

const GO_V1: &[&str] = &["aws-sdk-go-v1"];
const JS_V2: &[&str] = &["aws-sdk-js-v2"];

/// A tool of which nothing is known but its name.
const NAMED: Tool = Tool {
    name: "",
    title: "",
    words: &[],
    built_on: Unknown,
    forces_regional: (&[], ""),
    setting: "",
    is_all: false,
};

/// The tool whose calls say that somebody has found a key.
pub const TRIES_FOUND_KEYS: &str = "trufflehog";

/// The tool whose calls may be what somebody else has signed.
pub const SENDS_PRESIGNED: &str = "go-http-client";

/// Every tool known.
pub const TOOLS: &[Tool] = &[
    // Both arguments: the provider's documentation, and hashicorp/aws-sdk-go-base (`StsRegion`). The
    // agent: the same library's `APNInfo`. Since when: the change log of Terraform 1.6, and of the provider.
    // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
    Tool {
        name: "terraform",
        title: "Terraform",
        words: &[Name("terraform"), Name("terraform-provider-aws")],
        setting: "In Terraform, set sts_region of the AWS provider (from version 4.2), and of the S3 backend \
                  (from Terraform 1.6), to {region}, keep sts out of their endpoints, and upgrade what is \
                  older, or built on the AWS SDK for Go version 1.",
        ..NAMED
    },
    // <https://opentofu.org/docs/language/settings/backends/s3/>
    Tool {
        name: "opentofu",
        title: "OpenTofu",
        words: &[Name("opentofu")],
        setting: "In OpenTofu, set sts_region of the AWS provider, and of the S3 backend, to {region}, \
                  and keep sts out of their endpoints.",
        ..NAMED
    },
    // <https://www.pulumi.com/registry/packages/aws/installation-configuration/>
    Tool {
        name: "pulumi",
        title: "Pulumi",
        words: &[Name("pulumi"), Name("pulumiaws")],
        setting: "In Pulumi, set aws:stsRegion to {region}, and keep sts out of aws:endpoints.",
        ..NAMED
    },
    // The inputs: action.yml. Since when it is Regional: read in its source, 18 March 2020.
    // <https://github.com/aws-actions/configure-aws-credentials>
    Tool {
        name: "configure-aws-credentials",
        title: "The GitHub action configure-aws-credentials",
        words: &[
            Name("configure-aws-credentials-for-github-actions"),
            Name("configure-aws-credentials"),
        ],
        forces_regional: (JS_V2, " since 18 March 2020"),
        setting: "In the GitHub workflow, set the input aws-region of \
                  aws-actions/configure-aws-credentials to {region}, and its input sts-endpoint, if it \
                  has one, to {url}.",
        ..NAMED
    },
    // Read in its source: it sets stsRegionalEndpoints before it makes a client.
    // <https://github.com/aws/aws-cdk-cli>
    Tool {
        name: "aws-cdk",
        title: "The AWS CDK",
        words: &[Name("aws-cdk")],
        forces_regional: (JS_V2, ""),
        ..NAMED
    },
    // Read in its source, pkg/token: `STSRegionalEndpoint`.
    // <https://github.com/kubernetes-sigs/aws-iam-authenticator>
    Tool {
        name: "aws-iam-authenticator",
        title: "aws-iam-authenticator",
        words: &[Name("aws-iam-authenticator")],
        // Only where it has a Region (`options.Region`): else the SDK decides.
        forces_regional: (
            GO_V1,
            " since December 2019 where it is told the Region (--region)",
        ),
        setting: "Run aws-iam-authenticator with {region} as its --region.",
        ..NAMED
    },
    // Read in its source, auth/auth.go.
    // <https://github.com/aws/secrets-store-csi-driver-provider-aws>
    Tool {
        name: "secrets-store-csi-driver-provider-aws",
        title: "The Secrets Store CSI driver's provider for AWS",
        words: &[Name("secrets-store-csi-driver-provider-aws")],
        forces_regional: (GO_V1, ""),
        ..NAMED
    },
    // Read in its source, cmd/node-termination-handler.go.
    // <https://github.com/aws/aws-node-termination-handler>
    Tool {
        name: "node-termination-handler",
        title: "The AWS Node Termination Handler",
        words: &[
            Name("aws-node-termination-handler"),
            Name("node-termination-handler"),
        ],
        forces_regional: (GO_V1, ""),
        ..NAMED
    },
    // Read in its source. <https://github.com/kubernetes/kops>
    Tool {
        name: "kops",
        title: "kOps",
        words: &[Name("kops")],
        forces_regional: (GO_V1, ""),
        ..NAMED
    },
    // Read in its source, from its first releases on: the session that `karpenter.sh-VERSION` is put
    // on has `STSRegionalEndpoint: endpoints.RegionalSTSEndpoint`.
    // <https://github.com/aws/karpenter-provider-aws>
    Tool {
        name: "karpenter",
        title: "Karpenter",
        words: &[Start("karpenter.sh-"), Name("karpenter")],
        forces_regional: (GO_V1, ""),
        ..NAMED
    },
    // Its resolver reads the variable. <https://external-secrets.io/latest/provider/aws-access/>
    Tool {
        name: "external-secrets",
        title: "External Secrets",
        words: &[Name("external-secrets"), Start("external-secrets-")],
        setting: "Take AWS_STS_ENDPOINT out of external-secrets' deployment, if it is there: it is one URL \
                  for all stores, each of which signs for a region of its own, so {url} does for stores of \
                  one Region alone.",
        ..NAMED
    },
    // It passes the profile's setting on, `legacy` too: read in its source, vault/config.go.
    // <https://github.com/99designs/aws-vault>
    Tool {
        name: "aws-vault",
        title: "aws-vault",
        words: &[Name("aws-vault")],
        setting: "Look for sts_regional_endpoints = legacy in ~/.aws/config and for \
                  AWS_STS_REGIONAL_ENDPOINTS=legacy: aws-vault does what they say.",
        ..NAMED
    },
    // `use_sts_region_from_client` overrides the two others, by the Region in the headers of each login.
    // <https://developer.hashicorp.com/vault/api-docs/auth/aws>,
    // <https://developer.hashicorp.com/vault/api-docs/secret/aws>
    Tool {
        name: "vault",
        title: "Vault",
        words: &[Name("vault")],
        setting: "In Vault, for logins, set use_sts_region_from_client=true in auth/aws/config/client (from \
                  Vault 1.15): it calls the Region that each client signs for, and no client has to \
                  change. Before 1.15, set sts_endpoint to {url} and sts_region to {region} there, both \
                  at once, and have every client sign for that Region from then on (region of vault \
                  login -method=aws, and of its agent), or logins fail. For the secrets engine, set \
                  these two in aws/config/root, both at once.",
        ..NAMED
    },
    // The options: hadoop-aws's core-default.xml; that they make the calls Regional is inferred. The
    // agent: `Hadoop 3.3.4, aws-sdk-java/…`.
    // <https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html>
    Tool {
        name: "hadoop",
        title: "Hadoop",
        words: &[Name("hadoop")],
        setting: "In Hadoop's configuration, set fs.s3a.assumed.role.sts.endpoint to {host}, without \
                  https://, and fs.s3a.assumed.role.sts.endpoint.region to {region}, both at once: they \
                  count for AssumedRoleCredentialProvider and for session tokens.",
        ..NAMED
    },
    // c7n/credentials.py: the variable is read, and agents have `c7n/policy#NAME`. Without it, and
    // with old releases' own agents, it is Boto3.
    // <https://github.com/cloud-custodian/cloud-custodian>
    Tool {
        name: "c7n",
        title: "Cloud Custodian",
        words: &[Name("c7n"), Name("cloudcustodian"), Name("cloud-custodian")],
        built_on: Sdk("boto3"),
        setting: "For Cloud Custodian, set C7N_USE_STS_REGIONAL=yes.",
        ..NAMED
    },
    // ScoutSuite/utils.py writes the agent, on a session of Boto3.
    // <https://github.com/nccgroup/ScoutSuite>
    Tool {
        name: "scout-suite",
        title: "Scout Suite",
        words: &[Two("scout", "suite")],
        built_on: Sdk("boto3"),
        ..NAMED
    },
    // <https://rclone.org/changelog/> (1.68.0)
    Tool {
        name: "rclone",
        title: "rclone",
        words: &[Name("rclone")],
        built_on: Changed("aws-sdk-go-v1", Version::new(1, 68, 0), "aws-sdk-go-v2"),
        setting: "Upgrade rclone to 1.68 or later, which is built on the AWS SDK for Go version 2, and \
                  set AWS_REGION to {region}.",
        ..NAMED
    },
    // Read in the source of its detectors, where old ones have the name in them.
    // <https://github.com/trufflesecurity/trufflehog>
    Tool {
        name: TRIES_FOUND_KEYS,
        title: "TruffleHog",
        words: &[Name("trufflehog")],
        built_on: Itself(Cause::ExplicitEndpoint),
        setting: "This is no caller to move: TruffleHog tries keys that it comes across, so somebody \
                  has found a key of this principal. Find out where, and replace it.",
        is_all: true,
        ..NAMED
    },
    // src/aws: a client of its own that makes Regional names.
    // <https://docs.fluentbit.io/manual/administration/aws-credentials>
    Tool {
        name: "aws-fluent-bit-plugin",
        title: "Fluent Bit",
        words: &[Start("aws-fluent-bit-plugin")],
        built_on: Itself(Cause::ExplicitEndpoint),
        setting: "In Fluent Bit's configuration, take sts_endpoint of the output plugin out, as its own \
                  client is Regional, or set it to {url} and region to {region}.",
        is_all: true,
        ..NAMED
    },
    // <https://docs.rs/object_store/latest/object_store/aws/struct.AmazonS3Builder.html>
    Tool {
        name: "object_store",
        title: "object_store",
        words: &[Name("object_store")],
        built_on: Itself(Cause::ExplicitEndpoint),
        setting: "Take AWS_ENDPOINT_URL_STS, which object_store reads, out, as it is Regional by \
                  default, or set it to {url} and AWS_REGION to {region}.",
        is_all: true,
        ..NAMED
    },
    // That it is Regional by default is inferred. <https://github.com/rusoto/rusoto>
    Tool {
        name: "rusoto",
        title: "Rusoto",
        words: &[Name("rusoto")],
        built_on: Itself(Cause::ExplicitEndpoint),
        setting: "Look in its code for an endpoint of its own (Region::Custom), set it to {url}, and \
                  move to the AWS SDK for Rust: Rusoto is no longer kept up.",
        is_all: true,
        ..NAMED
    },
    Tool {
        name: SENDS_PRESIGNED,
        title: "Go's standard library",
        words: &[Name("go-http-client")],
        built_on: GoHttpClient,
        ..NAMED
    },
    // Its client's `init` calls `setEndpoint("sts.amazonaws.com")`, which sets the signer's Region as well.
    // <https://github.com/aws-amplify/aws-sdk-android>
    Tool {
        name: "aws-sdk-android",
        title: "The AWS SDK for Android",
        words: &[Name("aws-sdk-android")],
        setting: "In the app's code, have its AWSSecurityTokenServiceClient call {host} (setEndpoint): the AWS \
                  SDK for Android is global by default, and no environment variable changes that.",
        is_all: true,
        ..NAMED
    },
    // AWSService.m: global but in cn-north-1 and us-gov-west-1. AWSSTS.m keeps the URL of an endpoint that
    // the configuration has. <https://github.com/aws-amplify/aws-sdk-ios>
    Tool {
        name: "aws-sdk-ios",
        title: "The AWS SDK for iOS",
        words: &[Name("aws-sdk-ios")],
        setting: "In the app's code, give the service configuration of AWSSTS {region} as its region and an \
                  AWSEndpoint of {url}: the AWS SDK for iOS is global whatever the Region, and no \
                  environment variable changes that.",
        is_all: true,
        ..NAMED
    },
    // AWS's own only where `sourceIPAddress` says so: see `Call::sdk`.
    Tool {
        name: "coral",
        title: "Coral",
        words: &[Name("coral")],
        setting: "Coral is the framework of Amazon's own services, so AWS may be the caller, but the \
                  log does not prove it.",
        ..NAMED
    },
    // Read in the change of June 2024 (aws-global) and the notes of 1.16.
    // <https://cert-manager.io/docs/releases/release-notes/release-notes-1.16/>
    Tool {
        name: "cert-manager",
        title: "cert-manager",
        words: &[Name("cert-manager")],
        setting: "Upgrade cert-manager to 1.16 or later, and set AWS_REGION of its deployment, or region of \
                  the issuer, to {region}: releases of about 1.15 have the Region aws-global in their code.",
        ..NAMED
    },
    // Known by name alone, as they do not come before the SDK's word.
    Tool {
        name: "external-dns",
        title: "ExternalDNS",
        words: &[Name("externaldns")],
        ..NAMED
    },
    Tool {
        name: "aws-load-balancer-controller",
        title: "The AWS Load Balancer Controller",
        words: &[Name("elbv2.k8s.aws")],
        ..NAMED
    },
    Tool {
        name: "packer",
        title: "Packer",
        words: &[Name("packer")],
        ..NAMED
    },
    Tool {
        name: "eksctl",
        title: "eksctl",
        words: &[Name("eksctl")],
        ..NAMED
    },
    // Its agent has a new number each time: `stratus-red-team_5c59eb79-…`.
    Tool {
        name: "stratus-red-team",
        title: "Stratus Red Team",
        words: &[Start("stratus-red-team")],
        ..NAMED
    },
];

/// What somebody else sends on. Vault: <https://developer.hashicorp.com/vault/docs/auth/aws>; EKS:
/// <https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html>. That the AWS CLI below 1.42
/// signs the global name and 1.46.3 the Regional one was seen by running both.
pub(super) const PRESIGNED: &str = "GetCallerIdentity by Go-http-client is mostly a presigned URL that somebody \
    else sends on: EKS's control plane for kubectl, or Vault for an IAM login. So the source address \
    is not the caller's, and no DNS rule in your VPC sees it: change what signs. For kubectl, upgrade \
    the AWS CLI that runs aws eks get-token to version 2, or to 1.42 or later, and set its Region to \
    {region}. For Vault's logins, set use_sts_region_from_client=true in auth/aws/config/client; before \
    Vault 1.15, set sts_endpoint to {url} and sts_region to {region} together, and have every client sign \
    for that Region from then on, or logins fail.";
pub(super) const OF_ITS_OWN: &str = "Calls of other actions are of a program of its own.";

/// minio-go, `pkg/credentials/iam_aws.go`. <https://github.com/minio/minio-go>
pub(super) const MINIO: &str = "Set AWS_REGION to {region}: this is minio-go, as in Thanos, Loki and Mimir, which \
    reads neither AWS_STS_REGIONAL_ENDPOINTS nor the annotation of EKS.";
