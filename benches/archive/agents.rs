//! User agents as the SDKs compose them, sorted by where an SDK goes when nobody tells it.
//!
//! The shapes come from the SDKs' own sources (botocore/useragent.py, aws-sdk-go
//! aws/request/…, smithy-rs user_agent/…); systems and builds in them are invented.

/// Global by default, or made global by configuration. Not here: tools that make an old SDK Regional
/// (the GitHub action, the CDK, Karpenter), and SDKs that never were global.
pub const LEGACY: &[&str] = &[
    "Boto3/1.24.59 Python/3.9.16 Linux/5.10.184-175.731.amzn2.x86_64 exec-env/AWS_Lambda_python3.9 Botocore/1.27.59",
    "Boto3/1.26.90 Python/3.10.9 Linux/5.15.0-1041-aws Botocore/1.29.90",
    "Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#5.15.0-1051-aws md/arch#x86_64 lang/python#3.10.12 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.57",
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.94-99.176.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.6 md/pyimpl#CPython exec-env/AWS_ECS_FARGATE cfg/retry-mode#legacy Botocore/1.34.131",
    "Boto3/1.37.23 md/Botocore#1.37.23 md/awscrt#0.23.8 ua/2.1 os/linux#6.8.0-1021-aws md/arch#aarch64 lang/python#3.12.3 md/pyimpl#CPython m/Z,b,D cfg/retry-mode#legacy Botocore/1.37.23",
    "Boto3/1.39.17 md/Botocore#1.39.17 ua/2.1 os/linux#6.12.20 md/arch#x86_64 lang/python#3.13.2 md/pyimpl#CPython m/b,Z,i,o cfg/retry-mode#standard Botocore/1.39.17",
    "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#6.12.20 md/arch#x86_64 lang/python#3.13.2 md/pyimpl#CPython m/N,b,Z cfg/retry-mode#legacy Botocore/1.40.21",
    "Botocore/1.33.13 ua/2.0 os/linux#5.4.0-1103-aws md/arch#x86_64 lang/python#3.8.10 md/pyimpl#CPython cfg/retry-mode#legacy",
    "aws-cli/1.18.69 Python/3.8.10 Linux/5.4.0-1103-aws botocore/1.16.19",
    "aws-cli/1.27.160 Python/3.9.16 Linux/5.10.179-168.710.amzn2.x86_64 botocore/1.29.160",
    "aws-cli/1.32.101 md/Botocore#1.34.101 md/awscrt#1.0.0.dev0 ua/2.0 os/linux#6.1.91 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy botocore/1.34.101",
    "aws-cli/1.41.10 md/Botocore#1.39.10 ua/2.1 os/linux#6.8.0-1030-aws md/arch#aarch64 lang/python#3.12.3 md/pyimpl#CPython m/b,Z,E cfg/retry-mode#legacy botocore/1.39.10",
    "aws-cli/2.15.40 Python/3.11.8 Linux/6.1.84-99.169.amzn2023.x86_64 exe/x86_64.amzn.2023 prompt/off command/sts.get-caller-identity",
    "aws-sdk-go/1.25.16 (go1.13.4; linux; amd64)",
    "aws-sdk-go/1.44.122 (go1.18.10; linux; amd64)",
    "aws-sdk-go/1.50.38 (go1.21.8; linux; arm64) exec-env/AWS_ECS_EC2",
    "aws-sdk-go/1.55.6 (go1.22.5; linux; amd64) external-secrets",
    "APN/1.0 HashiCorp/1.0 Terraform/1.3.9 (+https://www.terraform.io) terraform-provider-aws/4.51.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.187 (go1.19.3; linux; amd64)",
    "aws-sdk-java/1.11.1034 Linux/4.14.275-207.503.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/25.332-b09 java/1.8.0_332 vendor/Red_Hat,_Inc.",
    "aws-sdk-java/1.12.261 Linux/5.10.205-195.807.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/11.0.20+8-LTS java/11.0.20 vendor/Amazon.com_Inc. cfg/retry-mode/legacy",
    "aws-sdk-java/1.12.770 Linux/6.1.102 OpenJDK_64-Bit_Server_VM/17.0.12+7 java/17.0.12 scala/2.13.12 vendor/Eclipse_Adoptium cfg/retry-mode/standard",
    "aws-sdk-java/2.20.26 Linux/5.10.186-179.751.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.8+7-LTS Java/17.0.8 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
    "aws-sdk-nodejs/2.1083.0 linux/v14.21.3 exec-env/AWS_Lambda_nodejs14.x promise",
    "aws-sdk-nodejs/2.1354.0 linux/v16.20.0 exec-env/AWS_Lambda_nodejs16.x promise",
    "aws-sdk-nodejs/2.1586.0 linux/v20.15.1 exec-env/AWS_ECS_FARGATE promise",
    "aws-sdk-nodejs/2.1692.0 linux/v20.11.0 promise",
    "aws-sdk-php/3.269.0 OS/Linux/5.15.0-1034-aws lang/php/8.1.2 GuzzleHttp/7",
    "aws-sdk-php/3.324.5 ua/2.1 OS/Linux#6.1.0-23-amd64 lang/php#8.2.20 GuzzleHttp/7 m/E",
    "aws-sdk-ruby3/3.76.0 ruby/2.6.10 x86_64-linux aws-sdk-core/3.76.0",
    "aws-sdk-dotnet-coreclr/3.7.100.14 aws-sdk-dotnet-core/3.7.100.14 .NET_Core/6.0.21 OS/Linux_5.15.0-1041-aws ClientAsync",
    "aws-sdk-dotnet-coreclr/3.7.300.5 ua/2.0 os/windows#10.0.20348.0 md/ARCH#X64 lang/.NET_Core#8.0.6 md/aws-sdk-dotnet-core#3.7.304.8 api/SecurityToken#3.7.300.5 cfg/retry-mode#legacy md/ClientAsync",
    "AWSPowerShell.Common/4.1.400.0 .NET_Core/6.0.16 OS/Microsoft_Windows_10.0.20348 PowerShellCore/7.-1 ClientAsync",
    "aws-sdk-java/2.9.20 Linux/4.14.146-119.123.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/25.222-b10 Java/1.8.0_222 vendor/Amazon.com_Inc. io/sync http/Apache",
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.4 md/GOOS#linux md/GOARCH#amd64 api/sts#1.30.3 m/N,E",
    "cost-exporter/4.2 (internal)",
];

/// Regional by default.
pub const MODERN: &[&str] = &[
    "Boto3/1.40.3 md/Botocore#1.40.3 ua/2.1 os/linux#6.1.141 md/arch#x86_64 lang/python#3.11.13 md/pyimpl#CPython exec-env/AWS_Lambda_python3.11 m/Z,b,D cfg/retry-mode#legacy Botocore/1.40.3",
    "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/linux#6.12.46 md/arch#aarch64 lang/python#3.13.7 md/pyimpl#CPython m/b,Z,g,D cfg/retry-mode#legacy Botocore/1.40.61",
    "aws-cli/1.42.40 md/Botocore#1.40.40 ua/2.1 os/linux#6.8.0-1036-aws md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython m/b,Z,E cfg/retry-mode#legacy botocore/1.40.40",
    "aws-cli/2.13.25 Python/3.11.5 Darwin/22.6.0 exe/x86_64 prompt/off command/sts.assume-role",
    "aws-cli/2.27.49 md/awscrt#0.26.1 ua/2.1 os/linux#6.1.134 md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython m/E,b,Z cfg/retry-mode#standard md/installer#exe md/distrib#amzn.2023 md/prompt#off md/command#sts.get-caller-identity",
    "aws-cli/2.31.18 md/awscrt#0.28.1 ua/2.1 os/macos#25.0.0 md/arch#arm64 lang/python#3.13.8 md/pyimpl#CPython m/E,s,n,b,Z cfg/retry-mode#standard md/installer#source md/prompt#off md/command#sts.get-caller-identity",
    "aws-sdk-go-v2/1.24.1 os/linux lang/go#1.21.6 md/GOOS#linux md/GOARCH#amd64 api/sts#1.26.7",
    "aws-sdk-go-v2/1.32.6 ua/2.1 os/linux lang/go#1.23.4 md/GOOS#linux md/GOARCH#arm64 api/sts#1.33.2 m/E,k",
    "aws-sdk-go-v2/1.39.4 ua/2.1 os/linux lang/go#1.25.3 md/GOOS#linux md/GOARCH#arm64 api/sts#1.38.9 m/E,h,e",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.82.2 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.7 ua/2.1 os/linux lang/go#1.23.3 md/GOOS#linux md/GOARCH#amd64 api/sts#1.33.3 m/C,E",
    "aws-sdk-java/2.25.60 Linux/6.1.90 OpenJDK_64-Bit_Server_VM/21.0.3+9-LTS Java/21.0.3 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/legacy",
    "aws-sdk-java/2.33.12 md/io#sync md/http#Apache ua/2.1 api/STS#2.33.x os/Linux#6.1.147 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS md/vendor#Amazon.com_Inc. md/en_US m/D,h,k",
    "aws-sdk-js/3.350.0 os/linux/5.10.198 lang/js md/nodejs/18.18.0 api/sts/3.350.0 exec-env/AWS_Lambda_nodejs18.x",
    "aws-sdk-js/3.632.0 ua/2.0 os/linux#5.10.226 lang/js md/nodejs#20.18.0 api/sts#3.632.0 exec-env/AWS_Lambda_nodejs20.x",
    "aws-sdk-js/3.901.0 ua/2.1 os/linux#6.8.0-1036-aws lang/js md/nodejs#22.20.0 api/sts#3.901.0 configure-aws-credentials-for-github-actions m/E",
    "aws-sdk-php/3.356.33 ua/2.1 OS/Linux#6.8.0 lang/php#8.4.12 GuzzleHttp/7 m/E,Z",
    "aws-sdk-ruby3/3.201.3 ua/2.0 api/sts#3.201.3 os/linux md/x86_64 lang/ruby#3.2.4 md/3.2.4",
    "aws-sdk-ruby3/3.233.0 ua/2.1 api/sts#3.233.0 os/linux#6.1 md/aarch64 lang/ruby#3.4.5 md/3.4.5 m/D",
    "aws-sdk-dotnet-coreclr/4.0.2.10 ua/2.1 os/linux#6.1.147 md/ARCH#X64 lang/.NET_Core#8.0.20 md/aws-sdk-dotnet-core#4.0.0.31 api/SecurityToken#4.0.2.10 cfg/retry-mode#standard md/ClientAsync",
    "AWSPowerShell.Common/5.0.57.0 ua/2.1 os/windows#10.0.26100.0 md/ARCH#X64 lang/.NET_Core#9.0.9 md/aws-sdk-dotnet-core#4.0.0.31 md/PowerShellCore#7.5.3 md/ClientAsync",
    "aws-sdk-cpp/1.11.570 ua/2.1 api/STS os/Linux#6.1.134 lang/c++#C++11 md/aws-crt#0.32.3 md/arch#x86_64 md/GCC#7.3.1 m/E",
    "aws-sdk-rust/1.3.8 ua/2.1 api/sts/1.86.0 os/linux lang/rust/1.88.0 m/E,k",
    "aws-sdk-kotlin/1.5.27 ua/2.1 api/sts#1.5.27 os/linux#6.1 lang/kotlin#2.2.0 md/javaVersion#21.0.8 m/E",
    "aws-sdk-swift/1.5.51 ua/2.1 api/sts#1.5.51 os/linux lang/swift#6.1 m/D,Z",
];

/// AWS's own components at work under a customer's role.
pub const INTERNAL: &[&str] = &[
    "aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.226-192.879.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.422-b10 java/1.8.0_422 vendor/Oracle_Corporation cfg/retry-mode/standard",
    "aws-sdk-java/2.31.70 md/io#async md/http#NettyNio md/internal ua/2.1 api/STS#2.31.x os/Linux#5.10.236 lang/java#17.0.15 m/E,AJ",
    "AWS Internal",
];

/// Tools of all kinds, and words that only look like AWS's own.
pub const TOOLS: &[&str] = &[
    "Go-http-client/1.1",
    "Go-http-client/2.0",
    "rclone/v1.66.0",
    "rclone/v1.68.2",
    "TruffleHog",
    "aws-fluent-bit-plugin",
    "object_store/0.11.2",
    "rusoto/0.48.0 (rust 1.70.0; linux)",
    "c7n/0.9.30 Python/3.11.4 Linux/6.1.0 c7n/policy#ec2-tags",
    "c7n/0.9.40 md/Botocore#1.40.1 ua/2.1 c7n/policy#ec2-tags",
    "Scout Suite/5.12.0 Python/3.9.2 Linux/6.0.0 Scout Suite/5.12.0",
    "Coral/Netty4",
    "Boto/2.49.0 Python/2.7.18 Linux/4.14.0",
    "aws-sdk-python/0.4.0 ua/2.1 os/linux lang/python#3.13.2",
    "aws-sdk-dotnet/1.5.60.0 .NET Runtime/4.0 .NET Framework/4.0 OS/6.1",
    "aws-sdk-dotnet-coreclr/3.7.500.12 ua/2.1 os/linux md/aws-sdk-dotnet-core#3.7.500.12",
    "aws-sdk-dotnet-coreclr/3.7.460.9 ua/2.1 os/linux md/aws-sdk-dotnet-core#3.7.500.1",
    "AWSPowerShell.Common/4.1.869.0 .NET_Core/8.0.1 PowerShellCore/7.-1 ClientAsync",
    "aws-sdk-java/2.33.12 md/io#sync ua/2.1 api/STS#2.33.x m/D,N",
    "aws-sdk-nodejs/2.1586.0 linux/v20.15.1 aws-cdk/2.140.0 promise",
    "aws-sdk-nodejs/2.1692.0 linux/v20.11.0 configure-aws-credentials-for-github-actions promise",
    "aws-sdk-go/1.55.6 (go1.22.5; linux; amd64) karpenter.sh-0.36.2",
    "aws-sdk-go/1.44.0 (go1.19; linux; amd64) aws-iam-authenticator/v0.6.2",
    "aws-sdk-go/1.44.0 (go1.19; linux; amd64) secrets-store-csi-driver-provider-aws/1.0.r2",
    "aws-sdk-go/1.44.0 (go1.19; linux; amd64) aws-node-termination-handler/v1.19.0",
    "aws-sdk-go/1.44.0 (go1.19; linux; amd64) kops/1.28.0",
    "aws-sdk-nodejs/2.1586.0 linux/v20.15.1 kops/1.28.0 promise",
    "aws-controllers-k8s/s3-v0.0.5 aws-sdk-go/1.37.10 (go1.17; linux; amd64)",
    "Hadoop 3.3.4, aws-sdk-java/1.12.262 Linux/5.4.0 java/1.8.0_362",
    "Vault/1.15.0 (+https://www.vaultproject.io/; go1.21) aws-sdk-go/1.44.0",
    "APN/1.0 Pulumi/1.0 PulumiAWS/7.8.0 (go1.24.4; linux; amd64) aws-sdk-go-v2/1.39.0 ua/2.1 m/E",
    "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.0 app/ledger-batch",
    "stratus-red-team_5c59eb79-6dac-405c-a4c4-e19aec03c666",
    "Boto3/1.28.57 md/Botocore#1.31.57 md/internal-billing#2",
    "acme-aws-internal/1.4 aws-sdk-go/1.44.2 (go1.18; linux; amd64)",
    "AWS Internal Tools of Acme/1.0 Boto3/1.28.57",
    "AWS Internal/3",
    "EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12.1",
];

/// What people have in front of them when they use the console.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// AWS services that assume roles: `invokedBy`, `sourceIPAddress` and `userAgent` at once.
pub const SERVICES: &[&str] = &[
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "config.amazonaws.com",
    "cloudformation.amazonaws.com",
    "states.amazonaws.com",
    "autoscaling.amazonaws.com",
    "ssm.amazonaws.com",
    "events.amazonaws.com",
    "eks.amazonaws.com",
    "access-analyzer.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
];
