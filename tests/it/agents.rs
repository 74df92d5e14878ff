//! User agents as clients send them: which SDK, which version, and why a global call of theirs
//! went global.
//!
//! The shapes come from the SDKs' own sources and from CloudTrail records; systems, builds and
//! names in them are invented.

use proptest::prelude::*;
use stscope::internals::cloudtrail::{Field, Record};
use stscope::sts::{Call, Cause, aws_agent, defaults::Defaults, sdk, tool};

const ROLE: &str = "AssumeRole";
const TOKEN: &str = "AssumeRoleWithWebIdentity";
const WHOAMI: &str = "GetCallerIdentity";

/// The cause of a global call.
fn cause(identity_type: &str, user_agent: &str, event_name: &str) -> Cause {
    let record = Record::default()
        .with(Field::IdentityType, identity_type)
        .with(Field::UserAgent, user_agent)
        .with(Field::EventName, event_name)
        .with(Field::ClientProvidedHostHeader, "sts.amazonaws.com")
        .with(Field::AwsRegion, "us-east-1");
    let host = Call::host_of(&record);
    Cause::of(&Call::new(&record, host.as_ref()))
}

#[test]
fn agents_name_an_sdk_a_version_and_a_cause() {
    use Cause::{
        AwsManaged, EndpointOverride, ExplicitEndpoint, NoRegion, SdkDefault, Unrecognised,
    };
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, &str, Cause)] = &[
        // The AWS CLI version 1, judged by the botocore inside.
        ("aws-cli/1.11.13 Python/3.5.2 Linux/4.4.0-1022-aws botocore/1.4.70", ROLE, "aws-cli-v1", "1.11.13", SdkDefault),
        ("aws-cli/1.27.74 Python/3.10.6 Linux/5.15.90.1-generic botocore/1.29.74", WHOAMI, "aws-cli-v1", "1.27.74", SdkDefault),
        ("aws-cli/1.29.54 md/Botocore#1.31.54 md/awscrt#1.0.0.dev0 ua/2.0 os/linux#6.3.0-arch lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#legacy botocore/1.31.54", ROLE, "aws-cli-v1", "1.29.54", SdkDefault),
        ("aws-cli/1.41.17 md/Botocore#1.39.17 ua/2.1 os/linux#6.8.0 m/b,Z,E cfg/retry-mode#legacy botocore/1.39.17", ROLE, "aws-cli-v1", "1.41.17", SdkDefault),
        ("aws-cli/1.42.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.8.0 m/b,Z,E cfg/retry-mode#legacy botocore/1.40.0", ROLE, "aws-cli-v1", "1.42.0", NoRegion),
        ("aws-cli/1.41.17 Python/3.12.3 Linux/6.8.0", ROLE, "aws-cli-v1", "1.41.17", SdkDefault),
        ("aws-cli/1.42.0 Python/3.12.3 Linux/6.8.0", ROLE, "aws-cli-v1", "1.42.0", NoRegion),
        ("aws-cli/1.41.17 Python/3.12.3 botocore/1.40.2", ROLE, "aws-cli-v1", "1.41.17", NoRegion),
        ("aws-cli/1.44.81 Python/3.12.3 botocore/1.38.0", ROLE, "aws-cli-v1", "1.44.81", SdkDefault),
        ("aws-cli/1.42.7 md/Botocore#1.40.7 ua/2.1 m/N,b cfg/retry-mode#legacy", ROLE, "aws-cli-v1", "1.42.7", EndpointOverride),
        // The AWS CLI version 2, Regional from the first day; its botocore is one of its own.
        ("aws-cli/2.0.30 Python/3.7.7 Windows/10 botocore/2.0.0dev34", WHOAMI, "aws-cli-v2", "2.0.30", NoRegion),
        ("aws-cli/2.15.33 Python/3.11.8 Linux/5.10.0 exe/x86_64.amzn.2 prompt/off command/sts.assume-role", ROLE, "aws-cli-v2", "2.15.33", NoRegion),
        ("[aws-cli/2.12.0 Python/3.11.3 Linux/5.10.0 exe/x86_64.amzn.2 prompt/off command/sts.assume-role]", ROLE, "aws-cli-v2", "2.12.0", NoRegion),
        ("aws-cli/2.36.32 md/awscrt#0.36.2 ua/2.1 os/macos#25.5.0 md/arch#arm64 lang/python#3.14.7 md/pyimpl#CPython m/b,Z,E,AP,n cfg/retry-mode#standard md/installer#source md/prompt#off md/command#sts.get-caller-identity", WHOAMI, "aws-cli-v2", "2.36.32", NoRegion),
        ("aws-cli/2.36.32 md/awscrt#0.36.2 ua/2.1 m/b,Z,N cfg/retry-mode#standard md/command#sts.get-caller-identity", WHOAMI, "aws-cli-v2", "2.36.32", EndpointOverride),
        ("aws-cli/2.36.32 ua/2.1 m/b,NN,n md/command#sts.get-caller-identity", WHOAMI, "aws-cli-v2", "2.36.32", NoRegion),
        ("aws-cli/3.0.0 ua/2.1", ROLE, "other", "", Unrecognised),
        // Boto3 and botocore.
        ("Boto3/1.10.2 Python/3.8.0 Linux/4.14.0 exec-env/AWS_Lambda_python3.8 Botocore/1.13.2", ROLE, "boto3", "1.10.2", SdkDefault),
        ("Boto3/1.24.59 Python/3.9.16 Linux/5.10.184 exec-env/AWS_Lambda_python3.9 Botocore/1.27.59", ROLE, "boto3", "1.24.59", SdkDefault),
        ("Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#5.15.0 lang/python#3.10.12 cfg/retry-mode#legacy Botocore/1.31.57", ROLE, "boto3", "1.28.57", SdkDefault),
        ("Boto3/1.39.17 md/Botocore#1.39.17 ua/2.1 os/linux#6.12.20 m/b,Z,i,o cfg/retry-mode#standard Botocore/1.39.17", TOKEN, "boto3", "1.39.17", SdkDefault),
        ("Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.12.20 m/b,Z cfg/retry-mode#standard Botocore/1.40.0", TOKEN, "boto3", "1.40.0", NoRegion),
        ("Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 m/N,b,Z cfg/retry-mode#legacy Botocore/1.40.21", ROLE, "boto3", "1.40.21", EndpointOverride),
        ("Boto3/1.39.4 md/Botocore#1.39.4 ua/2.1 m/b,N,Z cfg/retry-mode#legacy", ROLE, "boto3", "1.39.4", EndpointOverride),
        ("Boto3/1.39.17 Python/3.12.1", ROLE, "boto3", "1.39.17", SdkDefault),
        ("Boto3/1.40.0 Python/3.12.1", ROLE, "boto3", "1.40.0", NoRegion),
        ("Boto3/1.40.3 md/Botocore#1.39.9 ua/2.1", ROLE, "boto3", "1.40.3", SdkDefault),
        ("Boto3/1.40 Python/3.12.1", ROLE, "boto3", "1.40", NoRegion),
        ("Boto3/1.4 Python/3.5.1", ROLE, "boto3", "1.4", SdkDefault),
        ("Boto3/99999999999999999999.1.2", ROLE, "boto3", "99999999999999999999.1.2", NoRegion),
        ("Boto3/ md/x", ROLE, "boto3", "", SdkDefault),
        ("Boto3/unknown", ROLE, "boto3", "unknown", SdkDefault),
        ("Botocore/1.33.13 ua/2.0 os/linux#5.4.0 lang/python#3.8.10 cfg/retry-mode#legacy", ROLE, "botocore", "1.33.13", SdkDefault),
        ("Botocore/1.40.61 ua/2.1 os/linux#6.12.46 m/b,Z", ROLE, "botocore", "1.40.61", NoRegion),
        ("aiobotocore/2.13.1 md/Botocore#1.34.131 ua/2.0 os/linux#6.1 botocore/1.34.131", ROLE, "botocore", "1.34.131", SdkDefault),
        ("eb-cli/3.21.0 md/Botocore#1.34.30 ua/2.0 os/linux#6.1", ROLE, "botocore", "1.34.30", SdkDefault),
        ("eb-cli/3.27.0 md/Botocore#1.41.2 ua/2.1 os/linux#6.1", ROLE, "botocore", "1.41.2", NoRegion),
        // Go version 1, alone and behind what is built on it.
        ("aws-sdk-go/1.38.69 (go1.16.5; darwin; arm64)", WHOAMI, "aws-sdk-go-v1", "1.38.69", SdkDefault),
        ("aws-sdk-go/1.50.38 (go1.21.8; linux; arm64) exec-env/AWS_ECS_EC2", ROLE, "aws-sdk-go-v1", "1.50.38", SdkDefault),
        ("aws-sdk-go/1.55.6 (go1.22.5; linux; amd64) karpenter.sh-0.36.2", ROLE, "aws-sdk-go-v1", "1.55.6", ExplicitEndpoint),
        ("aws-sdk-go/1.20.4 (go1.12.5; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.2", ROLE, "aws-sdk-go-v1", "1.20.4", SdkDefault),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.5.6 (+https://www.terraform.io) terraform-provider-aws/4.67.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.261 (go1.19.8; freebsd; amd64)", ROLE, "aws-sdk-go-v1", "1.44.261", SdkDefault),
        // Go version 2.
        ("aws-sdk-go-v2/1.24.1 os/linux lang/go#1.21.6 md/GOOS#linux md/GOARCH#amd64 api/sts#1.26.7", ROLE, "aws-sdk-go-v2", "1.24.1", ExplicitEndpoint),
        ("aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.26.4 md/GOOS#linux api/sts#1.33.19 m/E,e", WHOAMI, "aws-sdk-go-v2", "1.36.3", ExplicitEndpoint),
        ("aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.4 api/sts#1.30.3 m/N,E", ROLE, "aws-sdk-go-v2", "1.30.3", EndpointOverride),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.82.2 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.7 ua/2.1 os/linux api/sts#1.33.3 m/C,E", ROLE, "aws-sdk-go-v2", "1.32.7", ExplicitEndpoint),
        ("APN/1.0 Pulumi/1.0 PulumiAWS/7.8.0 (go1.24.4; linux; amd64) aws-sdk-go-v2/1.39.0 ua/2.1 os/linux api/sts#1.38.4 m/E", ROLE, "aws-sdk-go-v2", "1.39.0", ExplicitEndpoint),
        // Java: one word, two SDKs.
        ("aws-sdk-java/1.11.1034 Linux/4.14.275 OpenJDK_64-Bit_Server_VM/25.332-b09 java/1.8.0_332 vendor/Red_Hat,_Inc.", ROLE, "aws-sdk-java-v1", "1.11.1034", SdkDefault),
        ("aws-sdk-java/1.12.770 Linux/6.1.102 java/17.0.12 vendor/Eclipse_Adoptium cfg/retry-mode/standard", WHOAMI, "aws-sdk-java-v1", "1.12.770", SdkDefault),
        ("aws-internal/3 aws-sdk-java/1.12.479 Linux/5.10.0 vendor/Amazon.com_Inc. cfg/retry-mode/standard", ROLE, "aws-internal", "", AwsManaged),
        ("aws-sdk-java/2.20.26 Linux/5.10.186 Java/17.0.8 io/sync http/Apache cfg/retry-mode/legacy", ROLE, "aws-sdk-java-v2", "2.20.26", NoRegion),
        ("aws-sdk-java/2.33.12 md/io#sync md/http#Apache ua/2.1 api/STS#2.33.x os/Linux#6.1.147 m/D,h,k", TOKEN, "aws-sdk-java-v2", "2.33.12", NoRegion),
        ("aws-sdk-java/2.33.12 md/io#sync md/http#Apache ua/2.1 api/STS#2.33.x os/Linux#6.1.147 m/D", WHOAMI, "aws-sdk-java-v2", "2.33.12", ExplicitEndpoint),
        ("aws-sdk-java/2.33.12 md/io#sync ua/2.1 api/STS#2.33.x m/D", "AssumeRoleWithSAML", "aws-sdk-java-v2", "2.33.12", ExplicitEndpoint),
        // Without a Region it overrides the endpoint itself, for these two actions.
        ("aws-sdk-java/2.46.14 md/io#sync ua/2.1 api/STS#2.46.x m/E,AJ,N", ROLE, "aws-sdk-java-v2", "2.46.14", NoRegion),
        ("aws-sdk-java/2.46.14 md/io#sync ua/2.1 api/STS#2.46.x m/E,AJ,N", TOKEN, "aws-sdk-java-v2", "2.46.14", NoRegion),
        ("aws-sdk-java/2.46.14 md/io#sync ua/2.1 api/STS#2.46.x m/E,AJ,N", WHOAMI, "aws-sdk-java-v2", "2.46.14", EndpointOverride),
        ("aws-sdk-java/2.46.14 md/io#sync ua/2.1 api/STS#2.46.x m/E,AJ,N", "AssumeRoleWithSAML", "aws-sdk-java-v2", "2.46.14", EndpointOverride),
        ("aws-sdk-java/2.9.25 Linux/4.14 Java/1.8.0_222 vendor/Amazon", ROLE, "aws-sdk-java-v2", "2.9.25", SdkDefault),
        ("aws-sdk-java/2.9.25 Linux/4.14 Java/1.8.0_222 vendor/Amazon", WHOAMI, "aws-sdk-java-v2", "2.9.25", SdkDefault),
        ("aws-sdk-java/2.9.26 Linux/4.14 Java/1.8.0_222 vendor/Amazon", WHOAMI, "aws-sdk-java-v2", "2.9.26", ExplicitEndpoint),
        ("aws-sdk-java/2.46.14 md/io#sync md/http#Apache md/internal ua/2.1 api/STS#2.46.x m/E,N,AJ", ROLE, "aws-internal", "", AwsManaged),
        ("aws-sdk-java/unknown Linux/6.1", ROLE, "other", "", Unrecognised),
        // JavaScript.
        ("aws-sdk-nodejs/2.524.0 linux/v10.16.3 promise", ROLE, "aws-sdk-js-v2", "2.524.0", SdkDefault),
        ("aws-sdk-nodejs/2.585.0 linux/v12.14.1 exec-env/AWS_Lambda_nodejs12.x promise", ROLE, "aws-sdk-js-v2", "2.585.0", SdkDefault),
        ("aws-sdk-nodejs/2.1112.0 linux/v20.19.0 configure-aws-credentials-for-github-actions promise", TOKEN, "aws-sdk-js-v2", "2.1112.0", ExplicitEndpoint),
        ("aws-sdk-nodejs/2.1586.0 linux/v20.15.1 aws-cdk/2.135.0 promise", ROLE, "aws-sdk-js-v2", "2.1586.0", ExplicitEndpoint),
        ("aws-sdk-js/3.350.0 os/linux/5.10.198 lang/js md/nodejs/18.18.0 api/sts/3.350.0 exec-env/AWS_Lambda_nodejs18.x", ROLE, "aws-sdk-js-v3", "3.350.0", ExplicitEndpoint),
        ("aws-sdk-js/3.901.0 ua/2.1 os/linux#6.8.0 lang/js md/nodejs#22.20.0 api/sts#3.901.0 configure-aws-credentials-for-github-actions md/action#aws-actions m/E", TOKEN, "aws-sdk-js-v3", "3.901.0", ExplicitEndpoint),
        // As 3.0.0 and before wrote it: the package's path, then its version.
        ("aws-sdk-nodejs-v3-@aws-sdk/client-sts/3.0.0 linux/v14.15.0", ROLE, "aws-sdk-js-v3", "3.0.0", ExplicitEndpoint),
        ("aws-sdk-nodejs-v3-client-sts-node/1.0.0-rc.3 linux/v12.16.1 exec-env/AWS_Lambda_nodejs12.x", ROLE, "aws-sdk-js-v3", "1.0.0-rc.3", ExplicitEndpoint),
        ("aws-sdk-js-v3-@aws-sdk/client-sts/3.0.0 Deno/1.10", ROLE, "aws-sdk-js-v3", "3.0.0", ExplicitEndpoint),
        ("Mozilla/5.0 (X11; Linux x86_64) aws-sdk-js/2.1000.0 callback", ROLE, "aws-sdk-js-v2", "2.1000.0", SdkDefault),
        // PHP and Ruby.
        ("aws-sdk-php/3.19.9 GuzzleHttp/6.2.1 curl/7.35.0 PHP/7.0.33", ROLE, "aws-sdk-php", "3.19.9", SdkDefault),
        ("aws-sdk-php/3.351.11 ua/2.1 OS/Linux#6.1.0 lang/php#8.2.20 GuzzleHttp/7 m/E", ROLE, "aws-sdk-php", "3.351.11", SdkDefault),
        ("aws-sdk-php/3.351.12 ua/2.1 OS/Linux#6.1.0 lang/php#8.2.20 GuzzleHttp/7 m/E", ROLE, "aws-sdk-php", "3.351.12", ExplicitEndpoint),
        ("aws-sdk-php2/2.8.31 Guzzle/3.9.3 curl/7.35.0 PHP/5.5.9", ROLE, "aws-sdk-php", "2.8.31", SdkDefault),
        ("aws-sdk-ruby3/3.91.0 ruby/2.6.10 x86_64-linux aws-sdk-core/3.91.0", ROLE, "aws-sdk-ruby", "3.91.0", SdkDefault),
        ("aws-sdk-ruby3/3.92.0 ruby/2.6.10 x86_64-linux aws-sdk-core/3.92.0", ROLE, "aws-sdk-ruby", "3.92.0", ExplicitEndpoint),
        ("aws-sdk-ruby3/3.233.0 ua/2.1 api/sts#3.233.0 os/linux#6.1 md/aarch64 lang/ruby#3.4.5 md/3.4.5 m/D", ROLE, "aws-sdk-ruby", "3.233.0", ExplicitEndpoint),
        ("aws-sdk-ruby2/2.11.632 jruby/9.2 java", ROLE, "aws-sdk-ruby", "2.11.632", SdkDefault),
        // .NET and PowerShell.
        ("aws-sdk-dotnet-45/3.3.1.2 aws-sdk-dotnet-core/3.3.2 .NET_Runtime/4.0", ROLE, "aws-sdk-dotnet-v3", "3.3.1.2", SdkDefault),
        ("aws-sdk-dotnet-coreclr/3.7.108.0 aws-sdk-dotnet-core/3.7.108.2 .NET_Core/6.0.20 OS/Linux_5.15 ClientAsync", ROLE, "aws-sdk-dotnet-v3", "3.7.108.0", SdkDefault),
        ("aws-sdk-dotnet-coreclr/3.7.305.28 ua/2.0 os/windows#10.0 md/aws-sdk-dotnet-core#3.7.302.12 api/SecurityToken#3.7.305.28 cfg/retry-mode#legacy md/ClientAsync", ROLE, "aws-sdk-dotnet-v3", "3.7.305.28", SdkDefault),
        // Judged by the first word: the service's package, not the core's.
        ("aws-sdk-dotnet-coreclr/3.7.460.9 ua/2.1 os/linux md/aws-sdk-dotnet-core#3.7.500.1", ROLE, "aws-sdk-dotnet-v3", "3.7.460.9", SdkDefault),
        ("aws-sdk-dotnet-coreclr/3.7.500.0 ua/2.1 os/linux md/aws-sdk-dotnet-core#3.7.500.0", ROLE, "aws-sdk-dotnet-v3", "3.7.500.0", ExplicitEndpoint),
        ("aws-sdk-dotnet-coreclr/3.7.500.31 aws-sdk-dotnet-core/3.7.402.91 .NET_Core/8.0", ROLE, "aws-sdk-dotnet-v3", "3.7.500.31", ExplicitEndpoint),
        ("aws-sdk-dotnet/1.5.60.0 .NET Runtime/4.0 .NET Framework/4.0 OS/6.1", ROLE, "aws-sdk-dotnet-v1", "1.5.60.0", SdkDefault),
        ("aws-sdk-dotnet-coreclr/4.0.2.10 ua/2.1 os/linux#6.1.147 md/aws-sdk-dotnet-core#4.0.0.31 api/SecurityToken#4.0.2.10", ROLE, "aws-sdk-dotnet-v4", "4.0.2.10", ExplicitEndpoint),
        ("AWSPowerShell/3.3.1 .NET_Runtime/4.0 .NET_Framework/4.0 OS/Microsoft_Windows_NT_6.3 ClientSync", ROLE, "aws-tools-powershell-v4", "3.3.1", SdkDefault),
        ("AWSPowerShell.Common/4.1.90.0 .NET_Core/6.0.5 OS/Microsoft_Windows_10.0 PowerShellCore/7.-1 ClientAsync", ROLE, "aws-tools-powershell-v4", "4.1.90.0", SdkDefault),
        ("AWSPowerShell.Common/4.1.868.0 .NET_Core/6.0.5", ROLE, "aws-tools-powershell-v4", "4.1.868.0", SdkDefault),
        ("AWSPowerShell.Common/4.1.869 .NET_Core/6.0.5", ROLE, "aws-tools-powershell-v4", "4.1.869", ExplicitEndpoint),
        ("AWSPowerShell.Common/5.0.57.0 ua/2.1 os/windows#10.0 md/aws-sdk-dotnet-core#4.0.0.31 md/PowerShellCore#7.5.3", ROLE, "aws-tools-powershell-v5", "5.0.57.0", ExplicitEndpoint),
        // The others.
        ("aws-sdk-cpp/1.9.379 Linux/5.10.0 x86_64 GCC/10.2.1", ROLE, "aws-sdk-cpp", "1.9.379", ExplicitEndpoint),
        ("aws-sdk-cpp/1.11.570 ua/2.1 api/STS os/Linux#6.1.134 lang/c++#C++11 m/E", ROLE, "aws-sdk-cpp", "1.11.570", ExplicitEndpoint),
        ("aws-sdk-cpp/1.11.570 ua/2.1 api/STS os/Linux#6.1.134 m/E,N", ROLE, "aws-sdk-cpp", "1.11.570", EndpointOverride),
        ("aws-sdk-rust/1.3.8 os/linux lang/rust/1.88.0", ROLE, "aws-sdk-rust", "1.3.8", ExplicitEndpoint),
        ("aws-sdk-kotlin/1.5.27 ua/2.1 api/sts#1.5.27 os/linux#6.1 lang/kotlin#2.2.0 m/E", WHOAMI, "aws-sdk-kotlin", "1.5.27", NoRegion),
        ("aws-sdk-swift/1.5.86 ua/2.1 api/sts#1.5.86 os/ios#26.3.1 lang/swift#5.10 m/D,Z,b", ROLE, "aws-sdk-swift", "1.5.86", ExplicitEndpoint),
        ("aws-sdk-swift/1.5.86 ua/2.1 api/sts#1.5.86 os/ios#26.3.1 m/D,N", ROLE, "aws-sdk-swift", "1.5.86", EndpointOverride),
        // AWS itself.
        ("lambda.amazonaws.com", ROLE, "aws-service", "", AwsManaged),
        ("[signin.amazonaws.com]", ROLE, "aws-service", "", AwsManaged),
        ("ecs-tasks.amazonaws.com.cn", ROLE, "aws-service", "", AwsManaged),
        ("AWS Internal", ROLE, "aws-internal", "", AwsManaged),
        ("AWS Internal/3", ROLE, "aws-internal", "", AwsManaged),
        ("S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1030 Linux/5.4", ROLE, "aws-internal", "", AwsManaged),
        // What tells nothing.
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36", ROLE, "browser", "", Unrecognised),
        ("cost-exporter/4.2 (internal)", WHOAMI, "other", "", Unrecognised),
        ("cost-exporter/4.2 ua/2.1 m/N", WHOAMI, "other", "", EndpointOverride),
        ("Boto/2.49.0 Python/2.7.18 Linux/4.14", ROLE, "boto", "2.49.0", SdkDefault),
        ("aws-sdk-python/0.4.0 ua/2.1 os/linux lang/python#3.13", ROLE, "aws-sdk-python", "0.4.0", ExplicitEndpoint),
        // Tools that make their SDK Regional, and others that do not.
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) aws-iam-authenticator/v0.6.2", WHOAMI, "aws-sdk-go-v1", "1.44.0", ExplicitEndpoint),
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) secrets-store-csi-driver-provider-aws/1.0.r2", TOKEN, "aws-sdk-go-v1", "1.44.0", ExplicitEndpoint),
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) aws-node-termination-handler/v1.19.0", ROLE, "aws-sdk-go-v1", "1.44.0", ExplicitEndpoint),
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) kops/1.28.0", ROLE, "aws-sdk-go-v1", "1.44.0", ExplicitEndpoint),
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) external-secrets", TOKEN, "aws-sdk-go-v1", "1.44.0", SdkDefault),
        ("aws-sdk-go/1.44.0 (go1.19; linux; amd64) my-kops/1.28.0", ROLE, "aws-sdk-go-v1", "1.44.0", SdkDefault),
        ("aws-sdk-nodejs/2.1586.0 linux/v20.15.1 kops/1.28.0 promise", ROLE, "aws-sdk-js-v2", "2.1586.0", SdkDefault),
        ("aws-sdk-nodejs/2.1586.0 linux/v20.15.1 my-aws-cdk/2.1 promise", ROLE, "aws-sdk-js-v2", "2.1586.0", SdkDefault),
        // Without an SDK's word.
        ("Go-http-client/1.1", WHOAMI, "other", "", Unrecognised),
        ("Go-http-client/1.1", ROLE, "other", "", Unrecognised),
        ("Go-http-client/1.1", TOKEN, "other", "", NoRegion),
        ("Go-http-client/2.0", TOKEN, "other", "", NoRegion),
        ("rclone/v1.67.0", ROLE, "aws-sdk-go-v1", "", SdkDefault),
        ("rclone/v1.68.0", ROLE, "aws-sdk-go-v2", "", ExplicitEndpoint),
        ("rclone/v1.9", ROLE, "aws-sdk-go-v1", "", SdkDefault),
        ("TruffleHog", WHOAMI, "other", "", ExplicitEndpoint),
        ("aws-fluent-bit-plugin", ROLE, "other", "", ExplicitEndpoint),
        ("object_store/0.11.2", TOKEN, "other", "", ExplicitEndpoint),
        ("rusoto/0.48.0 (rust; linux)", ROLE, "other", "", ExplicitEndpoint),
        ("c7n/0.9.30 Python/3.11.4 Linux/6.1 c7n/policy#ec2-tags", ROLE, "boto3", "", SdkDefault),
        ("c7n/0.9.40 md/Botocore#1.40.1 ua/2.1 c7n/policy#ec2-tags", ROLE, "botocore", "1.40.1", NoRegion),
        ("Scout Suite/5.12.0 Python/3.9.2 Linux/6.0.0 Scout Suite/5.12.0", WHOAMI, "boto3", "", SdkDefault),
        ("Coral/Netty4", ROLE, "other", "", Unrecognised),
        // Programs of customers whose names contain AWS's own.
        ("Boto3/1.28.57 md/Botocore#1.31.57 md/internal-billing#2", ROLE, "boto3", "1.28.57", SdkDefault),
        ("acme-aws-internal/1.4 aws-sdk-go/1.44.2", ROLE, "aws-sdk-go-v1", "1.44.2", SdkDefault),
        ("AWS Internal Tools of Acme/1.0 Boto3/1.28.57", ROLE, "boto3", "1.28.57", SdkDefault),
        ("aws-sdk-android/2.22.1 Linux/4.9 Dalvik/2.1.0", ROLE, "other", "", Unrecognised),
        ("aws-sdk-go", ROLE, "other", "", Unrecognised),
        ("not-aws-sdk-go/1.2.3 xboto3/1.2", ROLE, "other", "", Unrecognised),
    ];
    for &(agent, event, name, version, expected) in table {
        let sdk = sdk::recognise(agent).expect(agent);
        assert_eq!((sdk.name, sdk.version), (name, version), "{agent}");
        assert_eq!(cause("AssumedRole", agent, event), expected, "{agent}");
        assert_eq!(cause("AWSAccount", agent, event), Cause::AnotherAccount);
    }
    for nothing in ["", "  ", "[]"] {
        assert_eq!(sdk::recognise(nothing), None);
        assert_eq!(cause("AssumedRole", nothing, ROLE), Cause::Unrecognised);
    }
}

/// Amazon's own framework is AWS itself only where the source says so as well.
#[test]
fn coral_is_aws_itself_only_from_inside_aws() {
    for (source, sdk, expected) in [
        ("AWS Internal", "aws-internal", Cause::AwsManaged),
        ("198.51.100.7", "other", Cause::Unrecognised),
        ("", "other", Cause::Unrecognised),
    ] {
        for (agent, of_coral) in [
            ("Coral/Netty4", true),
            ("[Coral/Netty4]", true),
            ("Coralline/1", false),
        ] {
            let record = Record::default()
                .with(Field::UserAgent, agent)
                .with(Field::SourceIpAddress, source)
                .with(Field::ClientProvidedHostHeader, "sts.amazonaws.com");
            let host = Call::host_of(&record);
            let call = Call::new(&record, host.as_ref());
            let sdk = if of_coral { sdk } else { "other" };
            let expected = if of_coral {
                expected
            } else {
                Cause::Unrecognised
            };
            assert_eq!(
                call.sdk().map(|sdk| sdk.name),
                Some(sdk),
                "{agent} {source}"
            );
            assert_eq!(Cause::of(&call), expected, "{agent} {source}");
            assert_eq!(call.is_aws_managed(), expected == Cause::AwsManaged);
        }
    }
}

/// CloudTrail cuts agents off at 1 KB.
#[test]
fn an_agent_that_was_cut_off_is_judged_by_what_is_left_for_certain() {
    let cut = |start: &str, end: &str| {
        let room = 1024 - start.len() - end.len() - 6;
        format!("{start} app/{:x<room$} {end}", "")
    };
    let table = [
        // 1.4 may have been 1.40, so the version in front decides.
        (cut("Boto3/1.40.3", "Botocore/1.4"), Cause::NoRegion),
        (cut("Boto3/1.39.3", "Botocore/1.4"), Cause::SdkDefault),
        (cut("Boto3/1.40.3", "Botocore/1.39.1"), Cause::SdkDefault),
        (cut("Boto3/1.39.3", "Botocore/1.40"), Cause::NoRegion),
        (cut("Boto3/1.40.3", "Botocore/"), Cause::NoRegion),
        (cut("Boto3/1.40.3", "Botoc"), Cause::NoRegion),
        // Nothing in front: what went global counts as global by default.
        (cut("tool/1", "Botocore/1.4"), Cause::SdkDefault),
        (cut("tool/1", "Botocore/1.40"), Cause::NoRegion),
        (cut("tool/1", "aws-sdk-php/3.35"), Cause::SdkDefault),
        (cut("tool/1", "aws-sdk-php/3.4"), Cause::SdkDefault),
        (cut("tool/1", "aws-sdk-php/3.400"), Cause::ExplicitEndpoint),
        // N may have been the start of another metric.
        (
            cut("aws-sdk-go-v2/1.30.3", "m/E,N"),
            Cause::ExplicitEndpoint,
        ),
        (
            cut("aws-sdk-go-v2/1.30.3", "m/N,E"),
            Cause::EndpointOverride,
        ),
        (cut("tool/1", "aws-sdk-g"), Cause::Unrecognised),
    ];
    for (agent, expected) in table {
        assert_eq!(agent.len(), 1024);
        assert_eq!(cause("AssumedRole", &agent, ROLE), expected, "{agent}");
    }
}

#[test]
fn causes_go_by_their_names() {
    for cause in Cause::ALL {
        assert_eq!(Cause::find(cause.as_str()), Some(cause));
        assert_eq!(cause.to_string(), cause.as_str());
        let json = serde_json::to_string(&cause).unwrap();
        assert_eq!(json, format!("\"{cause}\""));
    }
    assert_eq!(Cause::find("none"), None);
    assert_eq!(format!("{:>12}|", Cause::NoRegion), "   no-region|");
}

/// Pieces of agents, so that odd ones come near to real ones.
fn agent() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "Boto3/", "Botocore/", "md/Botocore#", "aws-cli/", "aws-sdk-go/", "aws-sdk-java/",
            "aws-sdk-dotnet-", "AWSPowerShell", "aws-sdk-php/", "1.40.0", "1.4", "2", ".", "0",
            "99999999999999999999", "rclone/v", "c7n/", "Scout Suite/", "Coral/", "kops/", "app/",
            "aws-sdk-nodejs-v3-", "aws-sdk-iOS/", "cert-manager/",
            "Go-http-client/", " m/", "N", ",", " ", "md/internal", "aws-internal", "aws-", "internal/",
            "ec2", "[", "]", "(", ";", "AWS Internal",
            ".amazonaws.com", "Mozilla/", "é", "\u{202e}", "\u{3000}",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => (900_usize..1100).prop_map(|length| "x".repeat(length)),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_agent_is_too_odd_to_be_read(agent in agent(), event in "\\PC{0,20}") {
        let cause = cause("AssumedRole", &agent, &event);
        let sdk = sdk::recognise(&agent);
        let is_aws_managed = sdk.as_ref().is_some_and(sdk::Sdk::is_aws_managed);
        prop_assert_eq!(aws_agent::is_of_aws(&agent), is_aws_managed);
        match sdk {
            None => prop_assert_eq!(cause, Cause::Unrecognised),
            Some(sdk) => {
                prop_assert!(agent.contains(sdk.version));
                prop_assert_eq!(cause == Cause::AwsManaged, sdk.is_aws_managed());
                let judged = matches!(cause, Cause::SdkDefault | Cause::NoRegion | Cause::ExplicitEndpoint);
                let is_known = Defaults::of(sdk.name).is_some() || tool::name(&agent).is_some();
                prop_assert!(!judged || is_known);
            }
        }
    }

    #[test]
    fn any_text_at_all_has_a_cause(agent in any::<String>()) {
        let cause = cause("AssumedRole", &agent, "AssumeRole");
        prop_assert_ne!(cause, Cause::AnotherAccount);
    }
}
